import ParleyDoorKit
import ParleyModel

extension CommandTable {
  static let accountRows: [CommandRow] = [
    CommandRow(
      "register", "make your name an account; it asks for a password",
      details: [
        "A name that is an account is yours alone: what you joined and what was written to you",
        "is there when you come back with /login NAME. CODE is needed where registering is by",
        "invitation.",
      ],
      refusals: ["already_registered", "bad_arguments", "password_too_short", "too_long"],
      forms: [
        CommandForm("/register", arguments: "[CODE]", examples: [""], misuses: ["a b"]) { rest in
          .ask(SecretQuestions(.register(code: rest.word().map { Secret($0) })))
        }
      ]),
    CommandRow(
      "login", "log in to your account; it asks for the password",
      details: [
        "The password may be an API token. Without NAME you log in to the account that your",
        "connection's client certificate opens (see /cert), and nothing is asked.",
      ],
      refusals: [
        "already_logged_in", "bad_name", "bad_password", "banned", "no_certificate", "too_long",
      ],
      forms: [
        CommandForm(
          "/login", arguments: "[NAME]", examples: ["", "ana"], misuses: ["ana secret"]
        ) { rest throws(Refusal) in
          if rest.isAtEnd { return .certificate(.login) }
          return try rest.name().map { .ask(SecretQuestions(.login($0))) }
        }
      ]),
    CommandRow(
      "cert", "let your connection's client certificate open your account",
      details: [
        "/cert add: whoever connects with this certificate logs in with /login alone.",
        "/cert remove: no certificate opens your account any more.",
      ],
      refusals: ["already_registered", "no_certificate", "not_registered"],
      forms: [
        CommandForm(
          "/cert", arguments: "add or remove", examples: ["add", "remove"],
          misuses: ["", "show", "add it"]
        ) { rest in
          switch rest.word() {
          case "add": .certificate(.add)
          case "remove": .command(.account(.removeCertificates))
          case _: nil
          }
        }
      ]),
    CommandRow(
      "passwd", "change your account's password; it asks for both",
      refusals: [
        "bad_arguments", "bad_password", "not_registered", "password_too_short", "too_long",
      ],
      forms: [
        CommandForm("/passwd", examples: [""], misuses: ["secret"]) { _ in
          .ask(SecretQuestions(.changePassword))
        }
      ]),
    CommandRow(
      "unregister", "make your account a guest's name again; it asks for the password",
      refusals: ["bad_password", "not_registered"],
      forms: [
        CommandForm("/unregister", examples: [""], misuses: ["ana"]) { _ in
          .ask(SecretQuestions(.unregister))
        }
      ]),
    CommandRow(
      "token", "list your account's API tokens, make or revoke one",
      details: [
        "/token new SCOPES [LABEL]: SCOPES are read, write and moderate, with commas between.",
        "The token is shown once, and is given in the place of the password.",
        "/token revoke N: it opens nothing any more, and who came in with it is sent away.",
      ],
      refusals: ["no_such_token", "not_registered", "too_long"],
      forms: [
        CommandForm(
          "/token", arguments: "[new SCOPES [LABEL] or revoke N]",
          examples: ["", "new read,write my bot", "revoke 1"],
          misuses: ["new", "new fly", "revoke", "revoke x", "drop 1"]
        ) { rest throws(Refusal) in
          guard let verb = rest.word() else { return .command(.account(.tokens)) }
          switch verb {
          case "new":
            guard let word = rest.word() else { return nil }
            guard let scopes = Self.scopes(word) else {
              throw .badArguments(usage: "SCOPES are read, write and moderate, with commas between")
            }
            return .command(.account(.newToken(scopes, label: rest.text() ?? "bot")))
          case "revoke":
            guard let number = rest.number(), let number = UInt32(exactly: number) else {
              return nil
            }
            return .command(.account(.revokeToken(number)))
          default: return nil
          }
        }
      ]),
    CommandRow(
      "unread", "what is new in rooms that you have joined and not open",
      forms: [
        CommandForm("/unread", examples: [""], misuses: ["python"]) { _ in
          .command(.account(.unread))
        }
      ]),
    CommandRow(
      "mark", "say up to where you have read a conversation",
      details: [
        "Without N up to its newest message; a smaller N makes what follows new again. Once you",
        "have marked a conversation, /unread counts from the mark, which your own messages move.",
      ],
      refusals: [
        "bad_name", "no_current_room", "no_such_message", "no_such_name", "no_such_room",
        "not_a_member", "not_permitted",
      ],
      forms: [
        CommandForm(
          "/mark", arguments: "[#ROOM or @NAME] [N]",
          examples: ["", "42", "#python", "#python 42", "@bob"], misuses: ["python", "1 2"]
        ) { rest throws(Refusal) in
          let conversation = try rest.optionalConversation()
          if rest.isAtEnd { return .command(.account(.mark(conversation, through: nil))) }
          return rest.sequence().map { .command(.account(.mark(conversation, through: $0))) }
        }
      ]),
  ]

  /// `read,write`.
  static func scopes(_ word: String) -> Scopes? {
    var scopes: Scopes = []
    for part in word.split(separator: ",", omittingEmptySubsequences: false) {
      guard let known = Scopes.words.first(where: { $0.word == part }) else { return nil }
      scopes.insert(known.scope)
    }
    return scopes
  }
}
