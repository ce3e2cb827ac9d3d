import ParleyDoorKit
import ParleyModel

extension MethodTable {
  /// What only administrators may; whether one is, the law says.
  static let administrationRows: [JSONMethod] = [
    JSONMethod(
      "announce", "Tells everybody something, for administrators.",
      params: [Self.text], result: [],
      refusals: ["bad_text", "not_permitted", "too_long"], example: #"{"text":"back at noon"}"#
    ) { params throws(Refusal) in
      .command(.administer(.announce(try Self.text(params, newlines: false)), asOwner: false))
    },
    JSONMethod(
      "sessions", "Who is connected, for administrators.",
      result: [
        .required("sessions", .list(.shared(.session)), "At most 1,000."),
        .required("more", .count, "How many more there are."),
      ],
      refusals: ["not_permitted"]
    ) { _ in .command(.administer(.sessions, asOwner: false)) },
    JSONMethod(
      "invite_code", "Makes a code that lets one person register, for administrators.",
      params: [
        .optional(
          "seconds", .integer(1...3_650 * 86_400), "How long it is good; without it a week.")
      ],
      result: [
        .required("number", .count, "Its number."),
        .required("until", .time, "Until when it is good."),
        .required("code", .optional(.string), "The code, told this once."),
      ],
      refusals: ["not_in_clear", "not_permitted", "too_busy", "too_many"],
      example: #"{"seconds":43200}"#
    ) { params in
      let seconds = params.integer("seconds") ?? 7 * 86_400
      return .command(.administer(.newInvite(microseconds: seconds * 1_000_000), asOwner: false))
    },
  ]
}
