import ParleyJSONDoor

/// The contract of the JSON door as files: a JSON Schema (draft 2020-12) for each method, event
/// and shared shape, and an AsyncAPI document made of them.
///
/// Made from the tables that the door itself checks requests with and documents its answers by.
package enum Contract {
  /// All files, by their paths below docs/protocol/json.
  package static let files: [String: JSONTree] = {
    var files = Self.schemas
    files["asyncapi.json"] = Self.asyncAPI
    return files
  }()

  /// The schemas alone.
  package static let schemas: [String: JSONTree] = {
    var files = ["error.json": Self.error, "batch.json": Self.batch]
    for method in MethodTable.rows { files["methods/\(method.name).json"] = Self.file(of: method) }
    for event in EventTable.rows { files["events/\(event.name).json"] = Self.file(of: event) }
    for shape in SharedShape.allCases {
      files["shared/\(shape.rawValue).json"] = Self.head(shape.rawValue, shape.summary)
        .with(Self.object(shape.fields))
    }
    return files
  }()

  /// Checks against ``schemas``.
  package static let checker = SchemaChecker(Self.schemas)

  private static func file(of method: JSONMethod) -> JSONTree {
    let request = JSONTree.frame([
      ("id", Self.id, false), ("method", ["const": .string(method.name)], true),
      (
        "params", Self.object(method.params),
        method.params.contains(where: \.isRequired)
      ),
    ])
    let response = JSONTree.frame([
      ("id", Self.id, true), ("result", Self.object(method.result), true),
    ])
    let refusals = (method.refusals + JSONMethod.commonRefusals).sorted()
    return Self.head(
      method.name, method.summary + " Refused with " + refusals.joined(separator: ", ") + "."
    )
    .with([
      "anyOf": .array([["$ref": "#/$defs/request"], ["$ref": "#/$defs/response"]]),
      "$defs": ["request": request, "response": response],
    ])
  }

  private static func file(of event: JSONEvent) -> JSONTree {
    Self.head(event.name, event.summary)
      .with(
        JSONTree.frame([
          ("method", ["const": .string(event.name)], true),
          ("params", Self.object(event.params), true),
        ]))
  }

  private static let error = Self.head("error", "The answer to what was not done.")
    .with(
      JSONTree.frame([
        ("id", Self.id, true),
        (
          "error",
          [
            "type": "object", "required": ["code", "message", "data"],
            "additionalProperties": .boolean(false),
            "properties": [
              "code": [
                "description": .string(
                  "-32601 for bad_command, -32602 for bad_arguments in params, -32000 for all else "
                    + "that the catalogue of refusals has."),
                "enum": .array(JSONDialect.errorCodes.map { .integer(Int64($0)) }),
              ],
              "message": ["description": "For people.", "type": "string"],
              "data": [
                "type": "object", "required": ["code"], "additionalProperties": .boolean(false),
                "properties": [
                  "code": ["description": "The catalogue's word.", "type": "string"],
                  "free": [
                    "description": "A free name like the one that was refused.", "type": "string",
                  ],
                ],
              ],
            ],
          ], true
        ),
      ]))

  private static let batch: JSONTree = {
    func several(_ items: JSONTree) -> JSONTree {
      [
        "type": "array", "minItems": .integer(1),
        "maxItems": .integer(Int64(JSONDialect.batchMax)), "items": items,
      ]
    }
    let request: JSONTree = [
      "description": "As its method's schema says.", "type": "object",
      "required": ["jsonrpc", "method"],
    ]
    let response: JSONTree = [
      "description": "As the method's schema says, or that of errors.", "type": "object",
      "required": ["jsonrpc", "id"],
    ]
    return Self.head(
      "batch", "Requests in one line, and their answers in one: none for those without id."
    )
    .with([
      "anyOf": .array([["$ref": "#/$defs/request"], ["$ref": "#/$defs/response"]]),
      "$defs": ["request": several(request), "response": several(response)],
    ])
  }()

  private static let id: JSONTree = [
    "description": "Drawn by the client; its answer carries it.",
    "anyOf": .array([
      [
        "type": "integer", "minimum": .integer(-(1 << 53) + 1),
        "maximum": .integer((1 << 53) - 1),
      ],
      ["type": "string", "maxLength": .integer(Int64(JSONDialect.idBytesMax - 2))],
      ["type": "null"],
    ]),
  ]

  private static func head(_ title: String, _ description: String) -> JSONTree {
    [
      "$schema": "https://json-schema.org/draft/2020-12/schema", "title": .string(title),
      "description": .string(description),
    ]
  }

  // MARK: Shapes

  private static func object(_ fields: [JSONField]) -> JSONTree {
    var tree: JSONTree = ["type": "object"]
    let required = fields.filter(\.isRequired).map { JSONTree.string($0.name.description) }
    if !required.isEmpty { tree = tree.with(["required": .array(required)]) }
    let properties = fields.map { field in
      JSONTree.Member(
        field.name.description,
        (["description": .string(field.summary)] as JSONTree).with(Self.schema(of: field.shape)))
    }
    return tree.with([
      "additionalProperties": .boolean(false), "properties": .object(properties),
    ])
  }

  private static func schema(of shape: JSONShape) -> JSONTree {
    switch shape {
    case .string: ["type": "string"]
    case .visible(let max):
      [
        "type": "string", "minLength": .integer(1), "maxLength": .integer(Int64(max)),
        "pattern": "^[!-~]*$",
      ]
    case .word(let words): ["enum": .array(words.map { .string($0) })]
    case .integer(let range):
      [
        "type": "integer", "minimum": .integer(range.lowerBound),
        "maximum": .integer(range.upperBound),
      ]
    case .boolean: ["type": "boolean"]
    case .time: ["type": "string", "format": "date-time"]
    case .optional(let shape):
      ["anyOf": .array([Self.schema(of: shape), ["type": "null"]])]
    case .either(let one, let other):
      ["anyOf": .array([Self.schema(of: one), Self.schema(of: other)])]
    case .list(let shape): ["type": "array", "items": Self.schema(of: shape)]
    case .object(let fields): Self.object(fields)
    case .map(let shape):
      ["type": "object", "additionalProperties": Self.schema(of: shape)]
    case .shared(let shared): ["$ref": .string("../shared/\(shared.rawValue).json")]
    }
  }

  // MARK: AsyncAPI

  /// https://www.asyncapi.com/docs/reference/specification/v3.0.0, from the server's side: it
  /// receives requests, and sends answers and events.
  private static let asyncAPI: JSONTree = {
    var messages: [JSONTree.Member] = []
    var operations: [JSONTree.Member] = []
    func message(_ name: String, _ summary: String, _ reference: String) {
      messages.append(
        .init(
          name,
          [
            "summary": .string(summary), "contentType": "application/json",
            "payload": [
              "schemaFormat": "application/schema+json;version=draft-2020-12",
              "schema": ["$ref": .string(reference)],
            ],
          ]))
    }
    func reference(_ name: String) -> JSONTree {
      ["$ref": .string("#/channels/session/messages/\(name)")]
    }
    message("error", "The answer to what was not done.", "./error.json")
    for method in MethodTable.rows {
      let file = "./methods/\(method.name).json"
      message("\(method.name)_request", method.summary, "\(file)#/$defs/request")
      message("\(method.name)_response", "Answers \(method.name).", "\(file)#/$defs/response")
      operations.append(
        .init(
          method.name,
          [
            "action": "receive", "summary": .string(method.summary),
            "channel": ["$ref": "#/channels/session"],
            "messages": .array([reference("\(method.name)_request")]),
            "reply": [
              "channel": ["$ref": "#/channels/session"],
              "messages": .array([reference("\(method.name)_response"), reference("error")]),
            ],
          ]))
    }
    message("batch_request", "Several requests.", "./batch.json#/$defs/request")
    message("batch_response", "Answers those that have an id.", "./batch.json#/$defs/response")
    operations.append(
      .init(
        "batch",
        [
          "action": "receive", "summary": "Several requests at once.",
          "channel": ["$ref": "#/channels/session"],
          "messages": .array([reference("batch_request")]),
          "reply": [
            "channel": ["$ref": "#/channels/session"],
            "messages": .array([reference("batch_response"), reference("error")]),
          ],
        ]))
    operations.append(
      .init(
        "probe",
        [
          "action": "send", "summary": "Asks a silent connection for a sign of life.",
          "channel": ["$ref": "#/channels/session"],
          "messages": .array([reference("ping_request")]),
          "reply": [
            "channel": ["$ref": "#/channels/session"],
            "messages": .array([reference("ping_response")]),
          ],
        ]))
    for event in EventTable.rows {
      message("\(event.name)_event", event.summary, "./events/\(event.name).json")
    }
    operations.append(
      .init(
        "events",
        [
          "action": "send", "summary": "What happens.",
          "channel": ["$ref": "#/channels/session"],
          "messages": .array(EventTable.rows.map { reference("\($0.name)_event") }),
        ]))
    return [
      "asyncapi": "3.0.0",
      "info": [
        "title": "Parley, the JSON door", "version": "1",
        "description": "JSON-RPC 2.0, one object a line, over TCP, TLS or a Unix socket.",
      ],
      "servers": ["here": ["host": "127.0.0.1:6789", "protocol": "tcp"]],
      "channels": [
        "session": [
          "description": "One connection.", "messages": .object(messages),
        ]
      ],
      "operations": .object(operations),
    ]
  }()
}

// MARK: Writing trees

extension JSONTree: ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral,
  ExpressibleByArrayLiteral
{
  package init(stringLiteral text: String) {
    self = .string(text)
  }

  package init(dictionaryLiteral members: (String, JSONTree)...) {
    self = .object(members.map { Member($0.0, $0.1) })
  }

  package init(arrayLiteral elements: JSONTree...) {
    self = .array(elements)
  }

  /// The members of both.
  fileprivate func with(_ other: JSONTree) -> JSONTree {
    .object(self.members + other.members)
  }

  /// A JSON-RPC object with those members besides its version.
  fileprivate static func frame(_ members: [(String, JSONTree, Bool)]) -> JSONTree {
    let names = ["jsonrpc"] + members.filter(\.2).map(\.0)
    return [
      "type": "object", "required": .array(names.map { .string($0) }),
      "additionalProperties": .boolean(false),
      "properties": .object(
        [Member("jsonrpc", ["const": "2.0"])] + members.map { Member($0.0, $0.1) }),
    ]
  }
}
