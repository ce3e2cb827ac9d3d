import ParleyDoorKit
import ParleyModel

extension MethodTable {
  private static let password = JSONField.optional(
    "password", .string, "The account's password, or one of its API tokens.")
  private static let token = JSONField.optional(
    "token", .string, "An API token of the account; later, the secret that is a guest's place.")

  /// The answer to `hello` and `login`.
  private static let entered: [JSONField] = [
    .required("session", .count, "The connection's number."),
    .required("name", .string, "Your name."),
    .required("account", .optional(.string), "Your account, if any."),
    .required(
      "token", .optional(.string), "The secret of a guest's place; null where none is kept."),
    .required("rooms", .list(.shared(.room)), "The rooms that are open now for this."),
    .required(
      "unread", .list(.shared(.unread)), "What is new where nothing of yours is open."),
    .required("unread_more", .count, "How many conversations besides have something new."),
  ]

  static let sessionRows: [JSONMethod] = [
    JSONMethod(
      "hello", "Enters, as a guest under a free name or as an account.",
      params: [
        .required("name", .string, "The name."),
        Self.password, Self.token,
        .optional(
          "echo", .boolean,
          "Whether this session is told its own messages of rooms (true where it is left out)."),
        .optional(
          "autojoin", .boolean,
          "Whether the configured rooms are opened, or an account's own (true where it is left "
            + "out)."),
        .optional(
          "cursors", .map(.shared(.cursor)),
          "By room, or `@NAME`, the last message that this client has."),
      ],
      result: Self.entered,
      refusals: [
        "account_needed", "already_logged_in", "bad_name", "bad_password", "name_registered",
        "name_taken", "too_busy", "too_long",
      ],
      example: #"{"name":"ana","echo":true}"#
    ) { params throws(Refusal) in
      let name = try Self.person(params)
      let autojoin = params.flag("autojoin") ?? true
      let wish = Entrance.Wish(
        echoes: params.flag("echo") ?? true, cursors: try Self.cursors(params))
      guard let secret = Self.secret(params) else {
        return .enter(.login(name, autojoin: autojoin), wish)
      }
      return .enter(.account(.login(name, secret, autojoin: autojoin)), wish)
    },
    JSONMethod(
      "login", "Makes the session an account's, with the rooms that it has open.",
      params: [.required("name", .string, "The account."), Self.password, Self.token],
      result: Self.entered,
      refusals: [
        "already_logged_in", "bad_name", "bad_password", "name_registered", "too_busy", "too_long",
      ],
      example: #"{"name":"ana","password":"correct horse"}"#
    ) { params throws(Refusal) in
      guard let secret = Self.secret(params) else {
        throw .badArguments(usage: "password or token is missing")
      }
      return .enter(
        .account(.login(try Self.person(params), secret, autojoin: true)),
        Entrance.Wish(echoes: nil, cursors: []))
    },
    JSONMethod(
      "ping", "Is answered when everything before it was.",
      params: [.optional("text", .string, "Comes back.")],
      result: [.required("text", .string, "As it was sent.")],
      refusals: ["too_long"],
      example: #"{"text":"1"}"#
    ) { params throws(Refusal) in
      let text = params.string("text") ?? ""
      guard text.utf8.count <= Limits.awayBytesMax else {
        throw .tooLong(.message, bytesMax: Limits.awayBytesMax)
      }
      return .command(.ping(text))
    },
    JSONMethod(
      "quit", "Ends the session; the event `closing` follows.",
      params: [.optional("text", .string, "A last word to the rooms.")],
      refusals: ["bad_text", "too_long"],
      example: #"{"text":"see you tomorrow"}"#
    ) { params throws(Refusal) in
      guard let text = params.string("text"), !text.isEmpty else {
        return .command(.quit(.quit("")))
      }
      try TextRules.check(text, .lastWord, bytesMax: Limits.awayBytesMax)
      return .command(.quit(.quit(text)))
    },
  ]

  /// A password, or an API token; another token is a guest's.
  private static func secret(_ params: JSONParams) -> Secret? {
    if let password = params.string("password") { return Secret(password) }
    return params.string("token").map { Secret($0) }.flatMap { $0.isToken ? $0 : nil }
  }

  /// The conversations for which there is a cursor, by their keys.
  private static func cursors(_ params: JSONParams) throws(Refusal) -> Set<String> {
    guard var members = params.value("cursors")?.members else { return [] }
    var keys: Set<String> = []
    while let (title, _) = members.next() {
      let text = title.text
      if text.utf8.first == UInt8(ascii: "@") {
        _ = try NameRules.participantName(String(text.unicodeScalars.dropFirst()))
      } else {
        keys.insert(try NameRules.roomName(text).key)
      }
    }
    return keys
  }
}
