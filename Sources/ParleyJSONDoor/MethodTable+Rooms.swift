import ParleyDoorKit
import ParleyModel

extension MethodTable {
  private static let inRoom = ["bad_name", "no_current_room", "no_such_room", "not_a_member"]

  static let roomRows: [JSONMethod] = [
    JSONMethod(
      "join",
      "Switches to a room, which is made where there is none; the current one closes and stays "
        + "joined.",
      params: [Self.requiredRoom], result: SharedShape.room.fields,
      refusals: ["bad_name", "banned", "not_permitted", "room_is_private", "too_many"],
      example: #"{"room":"python"}"#
    ) { params throws(Refusal) in
      .command(.join(try Self.roomName(params)))
    },
    JSONMethod(
      "open", "Opens one more room beside the current one; it is made where there is none.",
      params: [Self.requiredRoom], result: SharedShape.room.fields,
      refusals: ["bad_name", "banned", "not_permitted", "room_is_private", "too_many"],
      example: #"{"room":"python"}"#
    ) { params throws(Refusal) in
      .command(.add(try Self.roomName(params)))
    },
    JSONMethod(
      "close", "Closes a room for this session: its events come no more. You stay a member.",
      params: [Self.room],
      result: [
        .required("room", .string, "The room that was closed, or was not open."),
        .required("current", .optional(.string), "The current room now, if any."),
      ],
      refusals: Self.inRoom, example: #"{"room":"python"}"#
    ) { params throws(Refusal) in
      .command(.close(try Self.room(params)))
    },
    JSONMethod(
      "leave", "Ends the membership of a room.",
      params: [Self.room],
      result: [
        .required("room", .string, "The room that was left."),
        .required("current", .optional(.string), "The current room now, if any."),
      ],
      refusals: Self.inRoom, example: #"{"room":"python"}"#
    ) { params throws(Refusal) in
      .command(.leave(try Self.room(params), then: .nowhere))
    },
    JSONMethod(
      "topic", "What a room is about; with a text, sets it, with an empty one, removes it.",
      params: [
        Self.room,
        .optional("text", .string, "The new topic."),
      ],
      result: [
        .required("room", .string, "The room."),
        .optional("topic", .optional(.shared(.topic)), "Its topic, where it was asked for."),
        .optional("text", .string, "The new topic, where it was set."),
      ],
      refusals: Self.inRoom + ["bad_text", "not_permitted", "too_long"],
      example: #"{"room":"python","text":"snakes"}"#
    ) { params throws(Refusal) in
      let room = try Self.room(params)
      guard let text = params.string("text") else { return .command(.topic(room)) }
      if !text.isEmpty { try TextRules.check(text, .topic, bytesMax: Limits.topicBytesMax) }
      return .command(.setTopic(room, text))
    },
    JSONMethod(
      "who", "Who is here.",
      params: [Self.room],
      result: [
        .required("room", .string, "The room."),
        .required("people", .list(.shared(.person)), "In the order of their names, at most 1,000."),
        .required("more", .count, "How many more are here."),
      ],
      refusals: Self.inRoom, example: #"{"room":"python"}"#
    ) { params throws(Refusal) in
      .command(.who(try Self.room(params), membersOnly: false))
    },
    JSONMethod(
      "rooms", "Which rooms there are.",
      result: [
        .required("rooms", .list(.shared(.roomSummary)), "At most 1,000."),
        .required("more", .count, "How many more there are."),
      ]
    ) { _ in .command(.rooms) },
  ]
}
