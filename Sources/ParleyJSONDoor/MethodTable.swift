import ParleyDoorKit
import ParleyModel

/// The methods of the contract: what is checked, performed, documented and tested.
///
/// A new one is a row.
package enum MethodTable {
  package static let rows: [JSONMethod] =
    Self.sessionRows + Self.roomRows + Self.messageRows + Self.readingRows + Self.peopleRows
    + Self.accountRows + Self.moderationRows + Self.sanctionRows + Self.reviewRows
    + Self.serverSanctionRows + Self.administrationRows

  /// The row of a method.
  static func find(_ name: String) -> JSONMethod? {
    Self.places[name].map { Self.rows[$0] }
  }

  private static let places: [String: Int] = Dictionary(
    uniqueKeysWithValues: Self.rows.enumerated().map { ($0.element.name, $0.offset) })

  // MARK: Members that several methods have

  static let room = JSONField.optional(
    "room", .string, "The room; where it is left out, the current one.")
  static let requiredRoom = JSONField.required("room", .string, "The room.")
  static let conversation = JSONField.optional(
    "room", .string,
    "The room, or `@NAME` for the conversation with that person; where it is left out, the current "
      + "room.")
  static let number = JSONField.required(
    "sequence", .integer(1...Int64(1) << 40), "The message's number.")
  static let name = JSONField.required("name", .string, "Whom.")
  static let text = JSONField.required("text", .string, "What to say.")
  static let more = JSONField.required(
    "more", .boolean, "Whether there are others: older ones, or, after a number, newer ones.")
  static let messages = JSONField.required(
    "messages", .list(.shared(.message)), "In the order of the room.")
  static let conversationTitle = JSONField.required(
    "room", .string, "The room, or `@NAME`.")

  /// The answer to what stored a message.
  static let stored: [JSONField] = [
    .required("room", .string, "Where it is."),
    .required("epoch", .string, "The room's life."),
    .required("sequence", .count, "Its number."),
    .required("id", .string, "Its name that never changes."),
    .required("time", .time, "When it was stored."),
  ]

  // MARK: Reading params

  static func room(_ params: JSONParams) throws(Refusal) -> RoomSelector {
    guard let text = params.string("room") else { return .current }
    return .named(try NameRules.roomName(text))
  }

  static func roomName(_ params: JSONParams) throws(Refusal) -> Name {
    try NameRules.roomName(params.string("room") ?? "")
  }

  static func person(_ params: JSONParams) throws(Refusal) -> Name {
    try NameRules.participantName(params.string("name") ?? "")
  }

  static func conversation(_ params: JSONParams) throws(Refusal) -> ConversationSelector {
    guard let text = params.string("room"), text.utf8.first == UInt8(ascii: "@") else {
      return .room(try self.room(params))
    }
    return .direct(try NameRules.participantName(String(text.unicodeScalars.dropFirst())))
  }

  static func sequence(_ params: JSONParams) -> Sequence {
    params.sequence("sequence") ?? .zero
  }

  static func text(_ params: JSONParams, newlines: Bool) throws(Refusal) -> String {
    let text = params.string("text") ?? ""
    try TextRules.check(text, .message, bytesMax: Limits.sayBytesMax, newlines: newlines)
    return text
  }
}
