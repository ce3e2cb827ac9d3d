import ParleyDoorKit
import ParleyModel

extension CommandTable {
  static let roomRows: [CommandRow] = [
    CommandRow(
      "join", "switch to a room; it is made where there is none",
      details: ["Closes the current room, which stays joined: nothing of it is lost to you."],
      refusals: ["bad_name", "banned", "room_is_private", "too_many"],
      forms: [
        CommandForm(
          "/join", "JOIN", arguments: "ROOM", examples: ["python", "#python"],
          misuses: ["", "python now"]
        ) { rest throws(Refusal) in
          try rest.room().map { .command(.join($0)) }
        }
      ]),
    CommandRow(
      "add", "open one more room beside the current one",
      details: ["%join adds the lobby."],
      refusals: ["bad_name", "banned", "room_is_private", "too_many"],
      forms: [
        CommandForm(
          "/add", "%groupjoin", arguments: "ROOM", examples: ["python", "#python"],
          misuses: ["", "python too"]
        ) { rest throws(Refusal) in
          try rest.room().map { .command(.add($0)) }
        },
        CommandForm("%join", examples: [""], misuses: ["python"]) { _ in .command(.add(.lobby)) },
      ]),
    CommandRow(
      "leave", "end your membership of a room",
      details: [
        "/leave leads from the current room to the lobby. LEAVE, %leave (the lobby) and",
        "%groupleave lead to no room, when it was the current one.",
      ],
      refusals: [
        "bad_name", "no_current_room", "no_such_room", "not_a_member", "already_in_lobby",
      ],
      forms: [
        CommandForm(
          "/leave", arguments: "[#ROOM]", examples: ["", "#python"], misuses: ["python", "#a #b"]
        ) { rest throws(Refusal) in
          .command(.leave(try rest.optionalRoom(), then: .lobby))
        },
        CommandForm("LEAVE", examples: [""], misuses: ["me alone", "#python"]) { _ in
          .command(.leave(.current, then: .nowhere))
        },
        CommandForm("%leave", examples: [""], misuses: ["python"]) { _ in
          .command(.leave(.named(.lobby), then: .nowhere))
        },
        CommandForm(
          "%groupleave", arguments: "ROOM", examples: ["python"], misuses: ["", "a b"]
        ) { rest throws(Refusal) in
          try rest.room().map { .command(.leave(.named($0), then: .nowhere)) }
        },
      ]),
    CommandRow(
      "who", "who is here",
      details: ["%users and %groupusers ROOM ask about the lobby and a room."],
      refusals: ["bad_name", "no_current_room", "no_such_room", "not_a_member"],
      forms: [
        CommandForm(
          "/who", "/names", arguments: "[#ROOM]", examples: ["", "#python"],
          misuses: ["python", "#a #b"]
        ) { rest throws(Refusal) in
          .command(.who(try rest.optionalRoom(), membersOnly: false))
        },
        CommandForm("WHO", examples: [""], misuses: ["are you", "#python"]) { _ in
          .command(.who(.current, membersOnly: false))
        },
        CommandForm("%users", examples: [""], misuses: ["python"]) { _ in
          .command(.who(.named(.lobby), membersOnly: true))
        },
        CommandForm(
          "%groupusers", arguments: "ROOM", examples: ["python"], misuses: ["", "a b"]
        ) { rest throws(Refusal) in
          try rest.room().map { .command(.who(.named($0), membersOnly: false)) }
        },
      ]),
    CommandRow(
      "rooms", "which rooms there are",
      forms: [
        CommandForm("/rooms", "%groups", examples: [""], misuses: ["all"]) { _ in
          .command(.rooms)
        }
      ]),
    CommandRow(
      "topic", "what a room is about",
      details: ["/topic TEXT sets it, /topic - removes it; without a text it is shown."],
      refusals: [
        "bad_name", "bad_text", "too_long", "no_current_room", "no_such_room", "not_a_member",
        "not_permitted",
      ],
      forms: [
        CommandForm(
          "/topic", arguments: "[#ROOM] [TEXT]",
          examples: ["", "#python", "snakes and more", "#python snakes", "-"], misuses: []
        ) { rest throws(Refusal) in
          let room = try rest.optionalRoom()
          guard let text = rest.text() else { return .command(.topic(room)) }
          if text == "-" { return .command(.setTopic(room, "")) }
          try TextRules.check(text, .topic, bytesMax: Limits.topicBytesMax)
          return .command(.setTopic(room, text))
        }
      ]),
  ]
}
