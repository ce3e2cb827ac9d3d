import ParleyDoorKit
import ParleyModel

extension CommandTable {
  static let boardRows: [CommandRow] = [
    CommandRow(
      "post", "post to the board of a room",
      details: [
        "/post SUBJECT | BODY posts at once. Without | the body is what you write next, until a",
        "line with a lone . on it; a line that begins with .. has one . less. /cancel gives up.",
        "%post and %grouppost take a subject of one word, or of several in double quotes.",
      ],
      refusals: [
        "bad_name", "bad_text", "too_long", "no_current_room", "no_such_room", "not_a_member",
        "muted", "slow_mode", "not_permitted",
      ],
      forms: [
        CommandForm(
          "/post", arguments: "SUBJECT | BODY", examples: ["Minutes | All agreed.", "Minutes"],
          misuses: ["", "| All agreed.", "Minutes |"]
        ) { rest throws(Refusal) in
          let (subject, body) = rest.parts()
          guard !subject.isEmpty, body?.isEmpty != true else { return nil }
          try TextRules.check(subject, .subject, bytesMax: Limits.subjectBytesMax)
          guard let body else { return .beginPost(subject: subject) }
          return .command(try Self.post(.current, subject, body))
        },
        CommandForm("/cancel", examples: [""], misuses: ["it"]) { _ in .cancelPost },
        CommandForm(
          "%post", arguments: "SUBJECT BODY",
          examples: ["Minutes All agreed.", "\"The minutes\" All agreed."],
          misuses: ["", "Minutes", "\"The minutes", "\"The minutes\"", "\"\" All agreed."]
        ) { rest throws(Refusal) in
          guard let subject = try rest.subject(), !subject.isEmpty, let body = rest.text()
          else { return nil }
          return .command(try Self.post(.named(.lobby), subject, body))
        },
        CommandForm(
          "%grouppost", arguments: "ROOM SUBJECT BODY",
          examples: ["python Minutes All agreed.", "python \"The minutes\" All agreed."],
          misuses: ["", "python", "python Minutes", "python \"The minutes"]
        ) { rest throws(Refusal) in
          guard let room = try rest.room(), let subject = try rest.subject(), !subject.isEmpty,
            let body = rest.text()
          else { return nil }
          return .command(try Self.post(.named(room), subject, body))
        },
      ]),
    CommandRow(
      "reply", "answer a post, under its subject",
      refusals: [
        "bad_name", "bad_text", "too_long", "no_current_room", "no_such_room", "not_a_member",
        "no_such_message", "message_removed", "not_a_post", "muted", "slow_mode",
        "not_permitted",
      ],
      forms: [
        CommandForm(
          "/reply", arguments: "[#ROOM] N TEXT",
          examples: ["44 Thank you.", "#python 44 Thank you."],
          misuses: ["", "44", "Thank you.", "0 Thank you.", "#python 44"]
        ) { rest throws(Refusal) in
          let room = try rest.optionalRoom()
          guard let sequence = rest.sequence(), let body = rest.text() else { return nil }
          try TextRules.check(body, .post, bytesMax: Limits.postBytesMax)
          return .command(.reply(room, to: sequence, body: body))
        }
      ]),
    CommandRow(
      "list", "the posts of a board",
      refusals: ["bad_name", "no_current_room", "no_such_room", "not_a_member"],
      forms: [
        CommandForm(
          "/list", arguments: "[#ROOM]", examples: ["", "#python"], misuses: ["python", "#a #b"]
        ) { rest throws(Refusal) in
          .command(.list(try rest.optionalRoom()))
        },
        CommandForm("%list", examples: [""], misuses: ["python"]) { _ in
          .command(.list(.named(.lobby)))
        },
        CommandForm(
          "%grouplist", arguments: "ROOM", examples: ["python"], misuses: ["", "a b"]
        ) { rest throws(Refusal) in
          try rest.room().map { .command(.list(.named($0))) }
        },
      ]),
    CommandRow(
      "read", "read a message in full",
      refusals: [
        "bad_name", "no_current_room", "no_such_room", "not_a_member", "no_such_name",
        "no_such_message", "message_removed",
      ],
      forms: [
        CommandForm(
          "/read", arguments: "[#ROOM or @NAME] N", examples: ["44", "#python 44", "@bob 7"],
          misuses: ["", "#python", "0", "first", "1 2", "99999999999999999999"]
        ) { rest throws(Refusal) in
          let conversation = try rest.optionalConversation()
          guard let sequence = rest.sequence() else { return nil }
          return .command(.read(conversation, sequence))
        },
        CommandForm("%message", arguments: "N", examples: ["44"], misuses: ["", "first", "1 2"]) {
          rest throws(Refusal) in
          rest.sequence().map { .command(.read(.room(.named(.lobby)), $0)) }
        },
        CommandForm(
          "%groupmessage", arguments: "ROOM N", examples: ["python 44"],
          misuses: ["", "python", "python first", "python 1 2"]
        ) { rest throws(Refusal) in
          guard let room = try rest.room(), let sequence = rest.sequence() else { return nil }
          return .command(.read(.room(.named(room)), sequence))
        },
      ]),
  ]

  /// A post, checked.
  static func post(
    _ room: RoomSelector, _ subject: String, _ body: String
  ) throws(Refusal) -> Command {
    try TextRules.check(subject, .subject, bytesMax: Limits.subjectBytesMax)
    try TextRules.check(body, .post, bytesMax: Limits.postBytesMax, newlines: true)
    return .post(room, subject: subject, body: body)
  }
}
