import ParleyDoorKit
import ParleyModel

extension MethodTable {
  private static let inRoom = ["bad_name", "no_current_room", "no_such_room", "not_a_member"]
  private static let inConversation = Self.inRoom + ["no_such_name"]
  private static let spoken = Self.inRoom + ["bad_text", "muted", "slow_mode", "too_long"]

  static let messageRows: [JSONMethod] = [
    JSONMethod(
      "say", "Says something in a room, in several lines perhaps.",
      params: [Self.room, Self.text], result: Self.stored,
      refusals: Self.spoken,
      example: #"{"room":"lobby","text":"hello all","nonce":"b1f0"}"#, storesMessage: true
    ) { params throws(Refusal) in
      .command(.say(try Self.room(params), .say, try Self.text(params, newlines: true)))
    },
    JSONMethod(
      "act", "Says something in the third person.",
      params: [Self.room, Self.text], result: Self.stored,
      refusals: Self.spoken,
      example: #"{"room":"lobby","text":"waves"}"#, storesMessage: true
    ) { params throws(Refusal) in
      .command(.say(try Self.room(params), .action, try Self.text(params, newlines: false)))
    },
    JSONMethod(
      "post", "Posts to the board of a room.",
      params: [
        Self.room,
        .required("subject", .string, "The headline."),
        .required("text", .string, "The body."),
      ],
      result: Self.stored, refusals: Self.spoken + ["not_permitted"],
      example: #"{"room":"lobby","subject":"Minutes","text":"All agreed."}"#, storesMessage: true
    ) { params throws(Refusal) in
      let subject = params.string("subject") ?? ""
      try TextRules.check(subject, .subject, bytesMax: Limits.subjectBytesMax)
      return .command(
        .post(try Self.room(params), subject: subject, body: try Self.body(params)))
    },
    JSONMethod(
      "reply", "Answers a post, under its subject.",
      params: [Self.room, Self.number, Self.text], result: Self.stored,
      refusals: Self.spoken + [
        "message_removed", "no_such_message", "not_a_post", "not_permitted",
      ],
      example: #"{"room":"lobby","sequence":44,"text":"Thank you."}"#, storesMessage: true
    ) { params throws(Refusal) in
      .command(
        .reply(
          try Self.room(params), to: Self.sequence(params), body: try Self.body(params)))
    },
    JSONMethod(
      "dm", "Sends a direct message; without a name, to whoever sent you the last one.",
      params: [
        .optional("name", .string, "To whom."), Self.text,
      ],
      result: [
        .required("to", .string, "To whom it went."),
        .required(
          "sessions", .count, "How many sessions it reached; with 0 it is kept for the next login."),
        .required("epoch", .string, "The conversation's life."),
        .required("sequence", .count, "Its number in the conversation."),
        .required("id", .string, "Its name that never changes."),
        .required("time", .time, "When it was stored."),
      ],
      refusals: [
        "bad_name", "bad_text", "no_such_name", "nobody_to_answer", "not_permitted", "too_long",
        "too_many",
      ],
      example: #"{"name":"bob","text":"psst"}"#, storesMessage: true
    ) { params throws(Refusal) in
      let text = try Self.text(params, newlines: true)
      guard params.value("name") != nil else { return .command(.direct(.last, .say, text)) }
      return .command(.direct(.named(try Self.person(params)), .say, text))
    },
    JSONMethod(
      "remove", "Takes a message of yours away.",
      params: [Self.conversation, Self.number],
      result: [Self.conversationTitle, .required("sequence", .count, "The number that it had.")],
      refusals: Self.inConversation + ["message_removed", "no_such_message", "not_permitted"],
      example: #"{"room":"lobby","sequence":42}"#
    ) { params throws(Refusal) in
      .command(.remove(try Self.conversation(params), Self.sequence(params)))
    },
  ]

  static let readingRows: [JSONMethod] = [
    JSONMethod(
      "list", "The posts of a board, without their texts.",
      params: [Self.room], result: [Self.conversationTitle, Self.messages, Self.more],
      refusals: Self.inRoom, example: #"{"room":"lobby"}"#
    ) { params throws(Refusal) in
      .command(.list(try Self.room(params)))
    },
    JSONMethod(
      "read", "A message in full.",
      params: [Self.conversation, Self.number],
      result: [
        Self.conversationTitle, .required("message", .shared(.message), "The message."),
      ],
      refusals: Self.inConversation + ["message_removed", "no_such_message"],
      example: #"{"room":"lobby","sequence":44}"#
    ) { params throws(Refusal) in
      .command(.read(try Self.conversation(params), Self.sequence(params)))
    },
    JSONMethod(
      "history",
      "The newest messages that you may see; after a number, the oldest that follow it.",
      params: [
        Self.conversation,
        .optional(
          "before", .integer(1...Int64(1) << 40), "Only messages with smaller numbers."),
        .optional("after", .integer(0...Int64(1) << 40), "Only messages with larger numbers."),
        .optional(
          "limit", .integer(1...Int64(Limits.historyMax)),
          "How many; \(Limits.historyDefault) where it is left out."),
      ],
      result: [Self.conversationTitle, Self.messages, Self.more],
      refusals: Self.inConversation, example: #"{"room":"lobby","limit":50}"#
    ) { params throws(Refusal) in
      let limit = params.integer("limit").map { Int($0) }
      let conversation = try Self.conversation(params)
      let page = HistoryPage(
        before: params.sequence("before"), after: params.sequence("after"), limit: limit)
      guard page.before != nil || page.after != nil else {
        return .command(.history(conversation, limit: limit))
      }
      return .command(.page(conversation, page))
    },
    JSONMethod(
      "search",
      "The newest messages that have all the words, in subject or text, whatever their case and "
        + "accents.",
      params: [
        Self.conversation,
        .required(
          "words", .string,
          "`word*` finds words that begin so, `\"two words\"` words that stand together."),
        .optional(
          "before", .integer(1...Int64(1) << 40), "Looks among messages with smaller numbers."),
      ],
      result: [
        Self.conversationTitle, Self.messages,
        .required(
          "before", .optional(.count), "To go on with older ones; null where all were looked at."),
      ],
      refusals: Self.inConversation + ["bad_text", "too_long", "too_many"],
      example: #"{"room":"lobby","words":"minutes"}"#
    ) { params throws(Refusal) in
      let text = params.string("words") ?? ""
      try TextRules.check(text, .search, bytesMax: Limits.searchBytesMax)
      let query = try SearchQuery(text)
      guard !query.isEmpty else {
        throw .badArguments(usage: "words has a word, with letters or digits")
      }
      return .command(
        .search(try Self.conversation(params), query, before: params.sequence("before")))
    },
  ]

  /// A post's text, checked.
  private static func body(_ params: JSONParams) throws(Refusal) -> String {
    let text = params.string("text") ?? ""
    try TextRules.check(text, .post, bytesMax: Limits.postBytesMax, newlines: true)
    return text
  }
}
