import ParleyModel

/// Shapes that several methods and events have in common, each with a schema of its own.
package enum SharedShape: String, CaseIterable, Sendable {
  case message, room, topic, person, profile, unread, cursor, standing, session
  case roomSummary = "room_summary"
  case apiToken = "api_token"
  case auditEntry = "audit_entry"
  case directConversation = "direct_conversation"
  case lostCursor = "lost_cursor"

  package var summary: String {
    switch self {
    case .message: "A message, as answers have it."
    case .room: "A room as a session finds it on opening it."
    case .topic: "A room's line of text, who set it, and when."
    case .person: "Somebody present in a room."
    case .profile: "What is known about somebody."
    case .unread: "What is new in a conversation that is not open."
    case .cursor: "The last message of a conversation that a client has."
    case .roomSummary: "A room in a list of rooms."
    case .apiToken: "An account's secret for a program, without the secret."
    case .standing: "An operator's role, a ban, a mute or an invitation."
    case .auditEntry: "Something that an operator or an administrator did."
    case .session: "A connection that talks."
    case .directConversation: "A direct conversation as a session finds it at its login."
    case .lostCursor: "A cursor whose conversation the answer does not have."
    }
  }

  package var fields: [JSONField] {
    switch self {
    case .message: MessageShape.answered
    case .room: Self.roomFields
    case .topic:
      [
        .required("text", .string, "The text."),
        .required("by", .string, "Who set it."),
        .required("time", .time, "When."),
      ]
    case .person:
      [
        .required("name", .string, "The name."),
        .required("account", .optional(.string), "The account, if any."),
        .required("role", .word(SharedShape.roles), "What they may do in the room."),
        .required("away", .boolean, "Whether they said that they are away."),
      ]
    case .profile: Self.profileFields
    case .unread:
      [
        .required("room", .string, "A room, or `@NAME`."),
        .required("count", .count, "Messages since it was last open, or behind your mark."),
        .required("mentions", .count, "How many of them mention you, of the newest."),
      ]
    case .cursor:
      [
        .required("epoch", .string, "The room's life."),
        .required("sequence", .count, "The message's number in it."),
      ]
    case .roomSummary:
      [
        .required("room", .string, "The room."),
        .required("present", .count, "How many are here."),
        .required("members", .count, "How many have joined it."),
        .required("posts", .count, "How many posts its board has."),
        .required("topic", .optional(.string), "Its topic."),
        .required("joined", .boolean, "Whether you are a member."),
      ]
    case .directConversation:
      [
        .required("room", .string, "`@NAME`, the other one's name as it is now."),
        .required("epoch", .string, "The conversation's life."),
        .required("sequence", .count, "Its newest message."),
        Self.resumed, Self.resumeReason,
      ]
    case .lostCursor:
      [
        .required("room", .string, "The room, or `@NAME`, as the cursor had it."),
        .required("reason", .word(Self.resumeReasons), "Why nothing goes on from it."),
      ]
    case .apiToken:
      [
        .required("number", .count, "Its number."),
        .required("scopes", .list(.word(Scopes.words.map(\.word))), "What it is good for."),
        .required("label", .string, "What its owner calls it."),
        .required("created", .time, "When it was made."),
      ]
    case .standing:
      [
        .required("mask", .string, "Whom it is about."),
        .required("by", .string, "Who said so."),
        .required("since", .time, "When."),
        .required("until", .optional(.time), "When it ends; null is never."),
        .required("reason", .string, "What for; empty where nothing was said."),
      ]
    case .auditEntry:
      [
        .required("by", .string, "Who did it."),
        .required("text", .string, "What, in words that follow the name."),
        .required("time", .time, "When."),
      ]
    case .session:
      [
        .required("session", .count, "Its number."),
        .required("name", .string, "Its name."),
        .required("account", .optional(.string), "Its account, if any."),
        .required("rooms", .count, "How many rooms it has open."),
        .required(
          "address", .optional(.string), "Where it comes from; null at the Unix socket."),
      ]
    }
  }

  private static let resumed = JSONField.required(
    "resumed", .boolean, "Whether what came after the client's cursor follows the answer.")
  private static let resumeReason = JSONField.optional(
    "reason", .word(Self.resumeReasons), "Why it does not, where a cursor was given.")

  private static let roomFields: [JSONField] = [
    .required("room", .string, "The room's name."),
    .required("epoch", .string, "The room's life: sequences of another one mean nothing here."),
    .required("sequence", .count, "The room's newest message; 0 before the first."),
    Self.resumed, Self.resumeReason,
    .required("opened", .word(Self.entryReasons), "Why it is open now."),
    .required("current", .boolean, "Whether methods without a room mean this one now."),
    .required("new_member", .boolean, "Whether your membership began with this."),
    .required("new_room", .boolean, "Whether this made the room."),
    .required("topic", .optional(.shared(.topic)), "Its topic."),
    .required("present", .list(.string), "Who is here, you included, at most 1,000."),
    .required("present_more", .count, "How many more are here."),
    .required(
      "messages", .list(.shared(.message)),
      "From before: the backlog of a new member, or what was said while the room was closed."),
    .required("more", .boolean, "Whether there are older ones that you may see."),
  ]

  /// What `role` may be.
  static let roles = [Role.member, .operator, .owner, .administrator].map(\.word)
  /// What `reason` may be.
  static let resumeReasons = ResumeFault.allCases.map(JSONDialect.word(for:))
  /// What `opened` may be.
  static let entryReasons = ["autojoin", "resumed", "switched", "added", "returned", "again"]

  private static let profileFields: [JSONField] = [
    .required("name", .string, "The name."),
    .required("account", .optional(.string), "The account, if any."),
    .required("sessions", .count, "How many connections."),
    .required("since", .time, "Since when."),
    .required("last_seen", .optional(.time), "When an account without sessions was last here."),
    .required("away", .optional(.string), "What they said about being away."),
    .required("rooms", .list(.string), "The rooms that they have open and that you may know of."),
  ]
}

/// The members of a message in their variants.
enum MessageShape {
  private static let place: [JSONField] = [
    .required("room", .string, "The room, or `@NAME` for the conversation with that person."),
    .required("epoch", .string, "The room's life."),
    .required("sequence", .count, "The number in the room: 1, 2, 3 …, without gaps."),
    .required("id", .string, "A name of the message that never changes."),
    .required("from", .string, "Who sent it."),
    .required("account", .optional(.string), "The sender's account, if any."),
  ]

  private static let toNobody = JSONField.required(
    "to", .optional(.string), "To whom a direct message went; null in a room.")
  private static let replyTo = JSONField.optional(
    "reply_to", .count, "The post that this post answers.")
  private static let removedBy = JSONField.optional(
    "removed_by", .string, "Who took it away; then nothing else of it is left.")
  private static let subject = JSONField.optional("subject", .string, "A post's headline.")
  private static let text = JSONField.optional(
    "text", .string, "What it says, several lines perhaps.")
  private static let time = JSONField.required("time", .time, "When it was stored.")

  private static func kind(_ kinds: [MessageKind]) -> JSONField {
    .required("kind", .word(kinds.map(JSONPrinter.word(for:))), "What it is.")
  }

  /// In answers.
  static let answered =
    Self.place + [
      Self.toNobody, Self.kind([.say, .action, .post, .notify]), Self.replyTo, Self.removedBy,
      Self.subject, Self.text, Self.time,
    ]

  /// Of the event `message`.
  static let told =
    Self.place + [
      Self.toNobody, Self.kind([.say, .action, .notify]), Self.removedBy, Self.text, Self.time,
    ]

  /// Of the event `posted`.
  static let announced =
    Self.place + [
      Self.toNobody, Self.kind([.post]), Self.replyTo, Self.removedBy, Self.subject, Self.time,
    ]
}
