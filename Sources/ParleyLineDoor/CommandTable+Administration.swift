import ParleyDoorKit
import ParleyModel

extension CommandTable {
  /// What only administrators may; whether one is, the law says.
  static let administrationRows: [CommandRow] = [
    CommandRow(
      "announce", "tell everybody something (administrators)",
      refusals: ["bad_text", "not_permitted", "too_long"],
      forms: [
        CommandForm("/announce", arguments: "TEXT", examples: ["back at noon"], misuses: [""]) {
          rest throws(Refusal) in
          guard let text = rest.text() else { return nil }
          try TextRules.check(text, .message, bytesMax: Limits.sayBytesMax)
          return .command(.administer(.announce(text), asOwner: false))
        }
      ]),
    CommandRow(
      "sessions", "who is connected (administrators)",
      refusals: ["not_permitted"],
      forms: [
        CommandForm("/sessions", examples: [""], misuses: ["ana"]) { _ in
          .command(.administer(.sessions, asOwner: false))
        }
      ]),
    CommandRow(
      "invitecode", "a code that lets one person register (administrators)",
      details: [
        "FOR is how long it is good, such as 12h or 30d; without it 7d. It is shown once.",
        "It is asked for where registering is by invitation.",
      ],
      refusals: ["not_permitted"],
      forms: [
        CommandForm(
          "/invitecode", arguments: "[FOR]", examples: ["", "12h"], misuses: ["soon", "0s", "1d 2"]
        ) { rest in
          guard let milliseconds = TimeText.milliseconds(rest.word() ?? "7d"),
            Self.inviteMilliseconds.contains(milliseconds)
          else { return nil }
          return .command(
            .administer(.newInvite(microseconds: milliseconds * 1_000), asOwner: false))
        }
      ]),
  ]

  /// A second to ten years.
  private static let inviteMilliseconds: ClosedRange<Int64> = 1_000...(3_650 * 86_400_000)
}
