import ParleyModel

/// The notifications of the contract; a new one is a row.
package enum EventTable {
  private static let room = JSONField.required("room", .string, "The room.")
  private static let conversation = JSONField.required(
    "room", .string, "The room, or `@NAME`.")
  private static let epoch = JSONField.required("epoch", .string, "The conversation's life.")
  private static let name = JSONField.required("name", .string, "Who.")
  private static let account = JSONField.required(
    "account", .optional(.string), "The account, if any.")
  private static let by = JSONField.required("by", .string, "Who did it.")
  private static let time = JSONField.required("time", .time, "When.")
  private static let present = JSONField.required(
    "present", .count, "How many are here after it.")

  package static let rows: [JSONEvent] = [
    JSONEvent("message", "Something was said.", params: MessageShape.told),
    JSONEvent(
      "posted", "Something was posted; `read` has its text.", params: MessageShape.announced),
    JSONEvent(
      "direct", "A direct message, to you or by you in one of your sessions.",
      params: MessageShape.answered),
    JSONEvent(
      "came", "Somebody's first session opened the room.",
      params: [Self.room, Self.name, Self.account, Self.present, Self.time]),
    JSONEvent(
      "went", "Somebody's last session closed the room or left it.",
      params: [
        Self.room, Self.name, Self.account,
        .required("reason", .word(JSONPrinter.reasons), "Why."),
        .optional("word", .string, "The last word of who quit."),
        .optional("by", .string, "Who kicked them."),
        .optional("why", .string, "What for, where it was said."),
        Self.present, Self.time,
      ]),
    JSONEvent(
      "crowd", "So many came and went, told once a second where more than 200 are present.",
      params: [
        Self.room, .required("came", .count, "How many came."),
        .required("went", .count, "How many went."),
      ]),
    JSONEvent(
      "topic", "The topic was set, or removed where it is null.",
      params: [
        Self.room, .required("topic", .optional(.string), "The topic."), Self.by, Self.time,
      ]),
    JSONEvent(
      "renamed", "Somebody changed their name.",
      params: [
        Self.room, .required("from", .string, "The old one."),
        .required("to", .string, "The new one."), Self.account, Self.time,
      ]),
    JSONEvent(
      "removed", "A message was taken away.",
      params: [
        Self.room, .required("sequence", .count, "The number that it keeps."),
        .required("id", .string, "Its name."), Self.by, Self.time,
      ]),
    JSONEvent(
      "changed", "Who governs the room or may be in it, or what is set of it, was changed.",
      params: [
        Self.room, .required("what", .word(JSONPrinter.changes), "What it is about."),
        .required("text", .string, "What was done, in words that follow the name."),
        .optional("sequences", .list(.count), "Messages that were taken away."),
        Self.by, Self.time,
      ]),
    JSONEvent(
      "notice", "Something that concerns you.",
      params: [
        .required("kind", .word(JSONPrinter.noticeKinds), "What happened."),
        .required("room", .string, "Where."),
        .required("text", .string, "The same for people."),
      ]),
    JSONEvent(
      "marked", "Another of your sessions said up to where it has read.",
      params: [
        .required("room", .string, "The room, or `@NAME`."),
        .required("sequence", .count, "The last that was read."),
      ]),
    JSONEvent(
      "opened", "A room was opened for you: the lobby, when you were put out of another room.",
      params: SharedShape.room.fields),
    JSONEvent(
      "behind", "What came after your cursor follows, up to `caught_up`.",
      params: [
        Self.conversation, Self.epoch,
        .required("sequence", .count, "The last that you have."),
        .required("through", .count, "The last that follows."),
      ]),
    JSONEvent(
      "caught_up", "That was all of it; from here on you are told what comes.",
      params: [
        Self.conversation, Self.epoch, .required("sequence", .count, "The last that you have now."),
      ]),
    JSONEvent(
      "skipped", "You did not take these messages fast enough; `history` has them.",
      params: [
        Self.room, .required("from", .count, "The first."),
        .required("through", .count, "The last."),
      ]),
    JSONEvent(
      "server", "A word of the server.", params: [.required("text", .string, "The word.")]),
    JSONEvent(
      "closing", "The last line of a session.",
      params: [
        .required("reason", .word(JSONDialect.closingReasons), "Why it ends."),
        .required("text", .string, "The same for people."),
      ]),
  ]
}
