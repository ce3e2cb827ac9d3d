import ParleyDoorKit
import ParleyModel

extension MethodTable {
  private static let password = JSONField.optional(
    "password", .string, "The account's password, or one of its API tokens.")
  private static let token = JSONField.optional(
    "token", .string,
    "An API token of the account (`parley_…`); else the secret that is a guest's place, "
      + "\(Limits.guestTokenBytesMin) to \(Limits.guestTokenBytesMax) bytes.")

  private static let certificate = JSONField.optional(
    "certificate", .boolean,
    "Whether the connection's client certificate opens the account; the name is not looked at then."
  )

  /// The answer to `hello` and `login`.
  private static let entered: [JSONField] = [
    .required("session", .count, "The connection's number."),
    .required("name", .string, "Your name."),
    .required("account", .optional(.string), "Your account, if any."),
    .required(
      "token", .optional(.string), "The secret of a guest's place; null for an account."),
    .required("rooms", .list(.shared(.room)), "The rooms that are open now for this."),
    .required(
      "directs", .list(.shared(.directConversation)),
      "The direct conversations: those with a cursor, and the newest others."),
    .required("directs_more", .count, "How many there are besides."),
    .required(
      "lost", .list(.shared(.lostCursor)), "The cursors whose conversation is not among these."),
    .required(
      "unread", .list(.shared(.unread)), "What is new where nothing of yours is open."),
    .required("unread_more", .count, "How many conversations besides have something new."),
  ]

  static let sessionRows: [JSONMethod] = [
    JSONMethod(
      "hello", "Enters, as a guest under a free name or as an account.",
      params: [
        .required("name", .string, "The name."),
        Self.password, Self.token, Self.certificate,
        .optional(
          "echo", .boolean,
          "Whether this session is told its own messages of rooms (true where it is left out)."),
        .optional(
          "autojoin", .boolean,
          "Whether the configured rooms are opened, or an account's own (true where it is left "
            + "out)."),
        .optional(
          "cursors", .map(.shared(.cursor)),
          "By room, or `@NAME`, the last message that this client has, for "
            + "\(Limits.cursorsMax) at most; what came after it follows the answer."),
      ],
      result: Self.entered,
      refusals: [
        "account_needed", "already_logged_in", "bad_name", "bad_password", "banned",
        "name_registered", "name_taken", "no_certificate", "not_in_clear", "too_busy", "too_fast",
        "too_long", "too_many",
      ],
      example: #"{"name":"ana","echo":true}"#
    ) { params throws(Refusal) in
      let name = try Self.person(params)
      let autojoin = params.flag("autojoin") ?? true
      let comeback = Comeback(cursors: try Self.cursors(params))
      var wish = Entrance.Wish(echoes: params.flag("echo") ?? true)
      if params.flag("certificate") == true {
        return .enter(
          .account(.loginByCertificate(digest: [], autojoin: autojoin)), wish, comeback)
      }
      if let secret = Self.secret(params) {
        return .enter(.account(.login(name, secret, autojoin: autojoin)), wish, comeback)
      }
      wish.token = try Self.guestToken(params)
      let token = wish.token.map { Secret($0) }
      return .enter(
        .account(.enterAsGuest(name, token: token, autojoin: autojoin)), wish, comeback)
    },
    JSONMethod(
      "login", "Makes the session an account's, with the rooms that it has open.",
      params: [
        .required("name", .string, "The account."), Self.password, Self.token, Self.certificate,
      ],
      result: Self.entered,
      refusals: [
        "already_logged_in", "bad_name", "bad_password", "banned", "name_registered",
        "no_certificate", "not_in_clear", "too_busy", "too_fast", "too_long",
      ],
      example: #"{"name":"ana","password":"correct horse"}"#
    ) { params throws(Refusal) in
      if params.flag("certificate") == true {
        return .enter(
          .account(.loginByCertificate(digest: [], autojoin: true)), Entrance.Wish(), Comeback())
      }
      guard let secret = Self.secret(params) else {
        throw .badArguments(usage: "password, token or certificate is missing")
      }
      return .enter(
        .account(.login(try Self.person(params), secret, autojoin: true)),
        Entrance.Wish(), Comeback())
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

  /// What a guest's place belongs to.
  private static func guestToken(_ params: JSONParams) throws(Refusal) -> String? {
    guard let token = params.string("token") else { return nil }
    let range = Limits.guestTokenBytesMin...Limits.guestTokenBytesMax
    guard range.contains(token.utf8.count) else {
      throw .badArguments(
        usage: "token has \(range.lowerBound) to \(range.upperBound) bytes: draw 128 random bits "
          + "or more, or leave it out")
    }
    return token
  }

  /// What the client has; nil where it does not say.
  private static func cursors(_ params: JSONParams) throws(Refusal) -> [ConversationCursor]? {
    guard var members = params.value("cursors")?.members else { return nil }
    var cursors: [ConversationCursor] = []
    while let (title, value) = members.next() {
      guard cursors.count < Limits.cursorsMax else {
        throw .tooMany(.cursors, max: Limits.cursorsMax)
      }
      let text = title.text
      let conversation: ConversationName
      if text.utf8.first == UInt8(ascii: "@") {
        let name = String(text.unicodeScalars.dropFirst())
        conversation = .direct(try NameRules.participantName(name))
      } else {
        conversation = .room(try NameRules.roomName(text))
      }
      let fields = JSONParams(value)
      // What is no epoch of ours is one that no conversation has: they are counted from 1.
      let epoch = fields.string("epoch").flatMap { Epoch(text: $0) }
      cursors.append(
        ConversationCursor(
          conversation,
          Cursor(
            epoch: epoch ?? Epoch(incarnation: 0, counter: 0),
            sequence: fields.sequence("sequence") ?? .zero)))
    }
    return cursors
  }
}
