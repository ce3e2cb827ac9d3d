import ParleyDoorKit
import ParleyModel

extension CommandTable {
  static let messageRows: [CommandRow] = [
    CommandRow(
      "say", "say something to the current room",
      details: [
        "Plain text is said. What begins with / or % is said with that character doubled, and",
        "what begins with a verb in capitals with a space before it.",
      ],
      refusals: ["bad_text", "too_long", "no_current_room", "muted", "slow_mode"],
      forms: [
        CommandForm(
          "/say", "SAY", arguments: "TEXT", examples: ["hello all"], misuses: [""]
        ) { rest throws(Refusal) in
          guard let text = rest.text() else { return nil }
          return .said(try Self.said(.say, text))
        }
      ]),
    CommandRow(
      "act", "act: /me waves",
      refusals: ["bad_text", "too_long", "no_current_room", "muted", "slow_mode"],
      forms: [
        CommandForm("/me", arguments: "TEXT", examples: ["waves"], misuses: [""]) {
          rest throws(Refusal) in
          guard let text = rest.text() else { return nil }
          return .said(try Self.said(.action, text))
        }
      ]),
    CommandRow(
      "dm", "send a direct message",
      details: ["/r answers whoever sent you the last one."],
      refusals: [
        "bad_name", "bad_text", "too_long", "no_such_name", "not_permitted", "nobody_to_answer",
        "too_many",
      ],
      forms: [
        CommandForm(
          "/dm", "/msg", "DM", arguments: "NAME TEXT", examples: ["bob psst"],
          misuses: ["", "bob"]
        ) { rest throws(Refusal) in
          guard let name = try rest.name(), let text = rest.text() else { return nil }
          return .command(.direct(.named(name), .say, try Self.checked(text)))
        },
        CommandForm("/r", arguments: "TEXT", examples: ["psst"], misuses: [""]) {
          rest throws(Refusal) in
          guard let text = rest.text() else { return nil }
          return .command(.direct(.last, .say, try Self.checked(text)))
        },
      ]),
    CommandRow(
      "remove", "take a message of yours away",
      refusals: [
        "bad_name", "no_current_room", "no_such_room", "not_a_member", "no_such_name",
        "no_such_message", "message_removed", "not_permitted",
      ],
      forms: [
        CommandForm(
          "/remove", arguments: "[#ROOM or @NAME] N",
          examples: ["42", "#python 42", "@bob 7"], misuses: ["", "#python", "0", "last", "1 2"]
        ) { rest throws(Refusal) in
          let conversation = try rest.optionalConversation()
          guard let sequence = rest.sequence() else { return nil }
          return .command(.remove(conversation, sequence))
        }
      ]),
    CommandRow(
      "history", "the newest messages that you may see",
      details: [
        "\(Limits.historyDefault) of them, or as many as you say, up to \(Limits.historyMax) and some 64 KiB of text.",
        "With <SEQ they are those below message SEQ: so one goes on to older ones.",
      ],
      refusals: [
        "bad_name", "no_current_room", "no_such_room", "not_a_member", "no_such_name",
      ],
      forms: [
        CommandForm(
          "/history", arguments: "[#ROOM or @NAME] [<SEQ] [N]",
          examples: ["", "50", "#50", "#50 20", "@bob", "@bob 5", "<44", "#python <44 50"],
          misuses: ["0", "1001", "all", "5 6", "99999999999999999999", "<0", "5 <44"]
        ) { rest throws(Refusal) in
          let conversation = try rest.optionalConversation()
          let before = rest.before()
          var limit: Int?
          if !rest.isAtEnd {
            guard let number = rest.number(), number >= 1, number <= UInt64(Limits.historyMax)
            else { return nil }
            limit = Int(number)
          }
          guard let before else { return .command(.history(conversation, limit: limit)) }
          return .command(
            .page(conversation, HistoryPage(before: before, after: nil, limit: limit)))
        }
      ]),
    CommandRow(
      "search", "find messages by their words",
      details: [
        "Finds what has all the words, in subject or text, whatever their case and accents; the",
        "newest \(Limits.searchDefault). word* finds words that begin so, \"two words\" words that stand together.",
        "With <N it looks below message N: so one goes on to older ones.",
      ],
      refusals: [
        "bad_name", "bad_text", "too_long", "too_many", "no_current_room", "no_such_room",
        "not_a_member", "no_such_name",
      ],
      forms: [
        CommandForm(
          "/search", arguments: "[#ROOM or @NAME] [<N] WORDS",
          examples: [
            "minutes", "#python \"big snakes\" tail*", "@bob <7 lunch", "<44 AND OR NOT", "<3 <b>",
          ],
          misuses: ["", "#python", "<44", "...", "* \"\" !?"]
        ) { rest throws(Refusal) in
          let conversation = try rest.optionalConversation()
          let before = rest.before()
          guard let text = rest.text() else { return nil }
          try TextRules.check(text, .search, bytesMax: Limits.searchBytesMax)
          let query = try SearchQuery(text)
          guard !query.isEmpty else {
            throw .badArguments(usage: "a word has letters or digits")
          }
          return .command(.search(conversation, query, before: before))
        }
      ]),
  ]

  /// A text for the current room, checked.
  static func said(_ kind: MessageKind, _ text: String) throws(Refusal) -> Command {
    .say(.current, kind, try Self.checked(text))
  }

  private static func checked(_ text: String) throws(Refusal) -> String {
    try TextRules.check(text, .message, bytesMax: Limits.sayBytesMax)
    return text
  }
}
