/// Holds JSON to JSON Schemas (draft 2020-12), as far as ``Contract`` uses them: `$ref`, `type`,
/// `const`, `enum`, `anyOf`, `required`, `properties`, `additionalProperties`, `items`, `minItems`,
/// `maxItems`, `minimum`, `maximum`, `minLength`, `maxLength`, `pattern` (of visible ASCII) and
/// `format` (of times).
package struct SchemaChecker {
  /// By their paths.
  private let schemas: [String: JSONTree]

  package init(_ schemas: [String: JSONTree]) {
    self.schemas = schemas
  }

  /// What is wrong with a value, empty where nothing is.
  ///
  /// `path` names a schema, or with `#` behind it a part of one.
  package func faults(of value: JSONTree, path: String) -> [String] {
    guard let schema = self.schema(path, from: "") else { return ["there is no schema \(path)"] }
    return self.faults(of: value, schema.tree, in: schema.file, at: "")
  }

  private func schema(_ reference: String, from file: String) -> (tree: JSONTree, file: String)? {
    let parts = reference.split(
      separator: "#", maxSplits: 1, omittingEmptySubsequences: false
    ).map(String.init)
    var path = file
    if !parts[0].isEmpty {
      var folders = file.split(separator: "/").dropLast().map(String.init)
      for part in parts[0].split(separator: "/") {
        if part == ".." { _ = folders.popLast() } else { folders.append(String(part)) }
      }
      path = folders.joined(separator: "/")
    }
    guard var tree = self.schemas[path] else { return nil }
    for name in (parts.count > 1 ? parts[1] : "").split(separator: "/") {
      guard let next = tree[String(name)] else { return nil }
      tree = next
    }
    return (tree, path)
  }

  private static let known: Set = [
    "$schema", "$id", "$defs", "$ref", "title", "description", "type", "const", "enum", "anyOf",
    "required", "properties", "additionalProperties", "items", "minItems", "maxItems", "minimum",
    "maximum", "minLength", "maxLength", "pattern", "format", "examples",
  ]

  private func faults(
    of value: JSONTree, _ schema: JSONTree, in file: String, at place: String
  ) -> [String] {
    var faults = schema.members.map(\.name).filter { !Self.known.contains($0) }
      .map { "\(file) has \($0), which is not checked" }
    func fault(_ what: String) { faults.append("\(place.isEmpty ? "/" : place): \(what)") }
    if let reference = schema["$ref"]?.string {
      guard let found = self.schema(reference, from: file) else { return ["no \(reference)"] }
      faults += self.faults(of: value, found.tree, in: found.file, at: place)
    }
    if let types = schema["type"] {
      let words = types.string.map { [$0] } ?? types.elements.compactMap(\.string)
      if !words.contains(Self.type(of: value)) { fault("\(value) is not \(words)") }
    }
    if let constant = schema["const"], constant != value { fault("\(value) is not \(constant)") }
    if let words = schema["enum"]?.elements, !words.contains(value) {
      fault("\(value) is not one of \(words)")
    }
    if let choices = schema["anyOf"]?.elements {
      let all = choices.map { self.faults(of: value, $0, in: file, at: place) }
      if !all.contains(where: \.isEmpty) { faults += all.joined() }
    }
    if case .integer(let number) = value {
      if let least = schema["minimum"]?.integer, number < least { fault("\(number) is too small") }
      if let most = schema["maximum"]?.integer, number > most { fault("\(number) is too large") }
    }
    if case .string(let text) = value { faults += Self.faults(of: text, schema, at: place) }
    faults += self.faults(ofElements: value, schema, in: file, at: place)
    faults += self.faults(ofMembers: value, schema, in: file, at: place)
    return faults
  }

  private static func type(of value: JSONTree) -> String {
    switch value {
    case .null: "null"
    case .boolean: "boolean"
    case .integer: "integer"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }

  private static func faults(of text: String, _ schema: JSONTree, at place: String) -> [String] {
    var faults: [String] = []
    let count = Int64(text.unicodeScalars.count)
    if let least = schema["minLength"]?.integer, count < least { faults.append("too short") }
    if let most = schema["maxLength"]?.integer, count > most { faults.append("too long") }
    if schema["pattern"] != nil, !text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
      faults.append("not visible ASCII")
    }
    if schema["format"]?.string == "date-time",
      text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/) == nil
    {
      faults.append("not a time")
    }
    return faults.map { "\(place): \(text): \($0)" }
  }

  private func faults(
    ofElements value: JSONTree, _ schema: JSONTree, in file: String, at place: String
  ) -> [String] {
    guard case .array(let elements) = value else { return [] }
    var faults: [String] = []
    let count = Int64(elements.count)
    if let least = schema["minItems"]?.integer, count < least { faults.append("too few \(place)") }
    if let most = schema["maxItems"]?.integer, count > most { faults.append("too many \(place)") }
    guard let items = schema["items"] else { return faults }
    for (index, element) in elements.enumerated() {
      faults += self.faults(of: element, items, in: file, at: "\(place)/\(index)")
    }
    return faults
  }

  private func faults(
    ofMembers value: JSONTree, _ schema: JSONTree, in file: String, at place: String
  ) -> [String] {
    guard case .object(let members) = value else { return [] }
    var faults: [String] = []
    for name in schema["required"]?.elements.compactMap(\.string) ?? []
    where value[name] == nil {
      faults.append("\(place)/\(name) is missing")
    }
    for member in members {
      let inner = "\(place)/\(member.name)"
      if let property = schema["properties"]?[member.name] {
        faults += self.faults(of: member.value, property, in: file, at: inner)
      } else if let others = schema["additionalProperties"] {
        if others == .boolean(false) {
          faults.append("\(inner) is not in \(file)")
        } else {
          faults += self.faults(of: member.value, others, in: file, at: inner)
        }
      }
    }
    return faults
  }
}
