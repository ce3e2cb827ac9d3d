import ParleyDoorKit
import ParleyModel

extension MethodTable {
  static let peopleRows: [JSONMethod] = [
    JSONMethod(
      "whois", "About somebody.",
      params: [Self.name], result: SharedShape.profile.fields,
      refusals: ["bad_name", "no_such_name"], example: #"{"name":"bob"}"#
    ) { params throws(Refusal) in
      .command(.whois(try Self.person(params)))
    },
    JSONMethod(
      "away", "Says that you are away; without a text, that you are back.",
      params: [.optional("text", .string, "Why, or until when.")],
      result: [.required("away", .optional(.string), "What others see now.")],
      refusals: ["bad_text", "too_long"], example: #"{"text":"at lunch"}"#
    ) { params throws(Refusal) in
      guard let text = params.string("text") else { return .command(.away(nil)) }
      try TextRules.check(text, .awayText, bytesMax: Limits.awayBytesMax)
      return .command(.away(text))
    },
    JSONMethod(
      "ignore", "Hides somebody from yourself; again, to show.",
      params: [Self.name],
      result: [
        .required("name", .string, "Whom."),
        .required("ignored", .boolean, "Whether nothing of them is shown now."),
      ],
      refusals: ["bad_name", "no_such_name", "not_permitted", "too_many"],
      example: #"{"name":"bob"}"#
    ) { params throws(Refusal) in
      .command(.ignore(try Self.person(params)))
    },
    JSONMethod(
      "nick", "Changes your name.",
      params: [.required("name", .string, "The new one.")],
      result: [.required("name", .string, "Your name now.")],
      refusals: ["bad_name", "banned", "muted", "name_registered", "name_taken"],
      example: #"{"name":"anna"}"#
    ) { params throws(Refusal) in
      .command(.nick(try Self.person(params)))
    },
  ]

  private static let account = JSONField.required("account", .string, "The account.")

  static let accountRows: [JSONMethod] = [
    JSONMethod(
      "register", "Makes your name an account.",
      params: [
        .required("password", .string, "Its password."),
        .optional("code", .string, "Where registering is by invitation."),
      ],
      result: [Self.account],
      refusals: [
        "already_registered", "not_in_clear", "password_too_short", "registration_closed",
        "too_busy", "too_fast", "too_long", "too_many",
      ],
      example: #"{"password":"correct horse"}"#
    ) { params in
      .command(
        .account(
          .register(
            Secret(params.string("password") ?? ""), code: params.string("code").map { Secret($0) })
        )
      )
    },
    JSONMethod(
      "passwd", "Changes your account's password.",
      params: [
        .required("old", .string, "The password so far."),
        .required("new", .string, "The password from now on."),
      ],
      result: [Self.account],
      refusals: [
        "bad_password", "not_in_clear", "not_permitted", "not_registered", "password_too_short",
        "too_busy", "too_fast", "too_long",
      ],
      example: #"{"old":"correct horse","new":"battery staple"}"#
    ) { params in
      .command(
        .account(
          .changePassword(
            old: Secret(params.string("old") ?? ""), new: Secret(params.string("new") ?? ""))))
    },
    JSONMethod(
      "unregister", "Makes your account a guest's name again.",
      params: [.required("password", .string, "Its password.")],
      result: [.required("name", .string, "Your name.")],
      refusals: [
        "bad_password", "not_in_clear", "not_permitted", "not_registered", "too_busy", "too_fast",
        "too_long",
      ],
      example: #"{"password":"correct horse"}"#
    ) { params in
      .command(.account(.unregister(Secret(params.string("password") ?? ""))))
    },
    JSONMethod(
      "tokens", "Your account's API tokens.",
      result: [Self.account, .required("tokens", .list(.shared(.apiToken)), "All of them.")],
      refusals: ["not_permitted", "not_registered"]
    ) { _ in .command(.account(.tokens)) },
    JSONMethod(
      "add_certificate",
      "Has the connection's client certificate open your account, as `hello` says.",
      result: [
        .required("fingerprint", .string, "The SHA-256 of the certificate, in hexadecimal digits.")
      ],
      refusals: [
        "already_registered", "no_certificate", "not_permitted", "not_registered",
        "too_many",
      ]
    ) { _ in .command(.account(.addCertificate(digest: []))) },
    JSONMethod(
      "remove_certificates", "No certificate opens your account any more.",
      result: [.required("count", .count, "How many did.")],
      refusals: ["not_permitted", "not_registered"]
    ) { _ in .command(.account(.removeCertificates)) },
    JSONMethod(
      "new_token", "Makes an API token, which opens your account in the place of its password.",
      params: [
        .required(
          "scopes", .list(.word(Scopes.words.map(\.word))), "What it is good for, at least one."),
        .optional("label", .string, "What you call it; `bot` where it is left out."),
      ],
      result: [
        .required("number", .count, "Its number."),
        .required("scopes", .list(.word(Scopes.words.map(\.word))), "What it is good for."),
        .required("token", .optional(.string), "The token, told this once."),
      ],
      refusals: [
        "bad_text", "not_in_clear", "not_permitted", "not_registered", "too_busy", "too_long",
        "too_many",
      ],
      example: #"{"scopes":["read","write"],"label":"my bot"}"#
    ) { params throws(Refusal) in
      var scopes: Scopes = []
      for word in params.strings("scopes") {
        for known in Scopes.words where known.word == word { scopes.insert(known.scope) }
      }
      guard !scopes.isEmpty else { throw .badArguments(usage: "scopes has at least one") }
      return .command(.account(.newToken(scopes, label: params.string("label") ?? "bot")))
    },
    JSONMethod(
      "revoke_token", "Makes a token open nothing any more, and sends away who came in with it.",
      params: [.required("number", .integer(1...Int64(UInt32.max)), "Its number.")],
      result: [.required("number", .count, "Its number.")],
      refusals: ["no_such_token", "not_permitted", "not_registered"], example: #"{"number":1}"#
    ) { params in
      .command(.account(.revokeToken(UInt32(truncatingIfNeeded: params.integer("number") ?? 0))))
    },
    JSONMethod(
      "unread", "What is new in what you have joined and not open, and behind your marks.",
      result: [
        .required("conversations", .list(.shared(.unread)), "At most 1,000."),
        .required("more", .count, "How many more there are."),
      ]
    ) { _ in .command(.account(.unread)) },
    JSONMethod(
      "mark",
      "Says up to where you have read a conversation. From then on `unread` counts from the mark, "
        + "which your own messages move.",
      params: [
        Self.conversation,
        .optional(
          "sequence", .count, "The last that was read; without it the newest of all."),
      ],
      result: [
        Self.conversationTitle, .required("sequence", .count, "The last that was read."),
      ],
      refusals: [
        "bad_name", "no_current_room", "no_such_message", "no_such_name", "no_such_room",
        "not_a_member", "not_permitted",
      ],
      example: #"{"room":"python","sequence":42}"#
    ) { params throws(Refusal) in
      let through = params.sequence("sequence")
      return .command(.account(.mark(try Self.conversation(params), through: through)))
    },
  ]
}
