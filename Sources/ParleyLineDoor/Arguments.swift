import ParleyDoorKit
import ParleyModel

/// What follows a command's first word, taken from the front.
package struct Arguments: Sendable {
  /// What is left; begins with the space that parts it from what was taken.
  private var rest: Substring.UTF8View

  /// - Parameter rest: all that follows the first word, the space included.
  init(_ rest: Substring) {
    self.rest = rest.utf8
  }

  /// Whether nothing but spaces is left.
  var isAtEnd: Bool { self.rest.allSatisfy { $0 == Self.space } }

  private static let space = UInt8(ascii: " ")

  /// The first byte of the next word.
  private var peek: UInt8? { self.rest.first { $0 != Self.space } }

  /// The next word; nil at the end.
  mutating func word() -> String? {
    let word = self.rest.drop { $0 == Self.space }.prefix { $0 != Self.space }
    guard !word.isEmpty else { return nil }
    self.rest = self.rest[word.endIndex...]
    return String(Substring(word))
  }

  /// All that is left after the one space that parts it from what was taken; nil where it is
  /// nothing but spaces.
  mutating func text() -> String? {
    guard !self.isAtEnd else { return nil }
    let text = self.rest.first == Self.space ? self.rest.dropFirst() : self.rest
    self.rest = self.rest[self.rest.endIndex...]
    return String(Substring(text))
  }

  /// A number; nil where there is none, or one that no message can have.
  mutating func number() -> UInt64? {
    guard let word = self.word(), word.utf8.count <= 13,
      word.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    return UInt64(word)
  }

  /// The number of a message.
  mutating func sequence() -> Sequence? {
    guard let number = self.number(), number > 0, number < 1 << 40 else { return nil }
    return Sequence(number)
  }

  /// `<N`: only messages below that number; nil, and nothing is taken, where there is none.
  mutating func before() -> Sequence? {
    guard self.peek == UInt8(ascii: "<") else { return nil }
    var rest = self
    guard let word = rest.word() else { return nil }
    var number = Arguments(word.dropFirst())
    guard let sequence = number.sequence() else { return nil }
    self = rest
    return sequence
  }

  /// A room that must be there, with or without `#`.
  mutating func room() throws(Refusal) -> Name? {
    guard let word = self.word() else { return nil }
    return try NameRules.roomName(word)
  }

  /// A room that need not be there, and is one only with `#`.
  mutating func optionalRoom() throws(Refusal) -> RoomSelector {
    guard self.peek == UInt8(ascii: "#"), let word = self.word() else { return .current }
    return .named(try NameRules.roomName(word))
  }

  /// `#ROOM`, `@NAME`, or neither.
  mutating func optionalConversation() throws(Refusal) -> ConversationSelector {
    guard self.peek == UInt8(ascii: "@"), let word = self.word() else {
      return .room(try self.optionalRoom())
    }
    return .direct(try NameRules.participantName(String(word.unicodeScalars.dropFirst())))
  }

  /// A participant's name, with or without `@`.
  mutating func name() throws(Refusal) -> Name? {
    guard let word = self.word() else { return nil }
    let isMarked = word.utf8.first == UInt8(ascii: "@")
    return try NameRules.participantName(
      isMarked ? String(word.unicodeScalars.dropFirst()) : word)
  }

  /// A subject: one word, or several between two `"`.
  mutating func subject() throws(Refusal) -> String? {
    guard self.peek == UInt8(ascii: "\"") else { return self.word() }
    let inside = self.rest.drop { $0 == Self.space }.dropFirst()
    guard let end = inside.firstIndex(of: UInt8(ascii: "\"")) else {
      throw .badArguments(usage: "the quote is not closed")
    }
    let after = inside.index(after: end)
    guard after == inside.endIndex || inside[after] == Self.space else {
      throw .badArguments(usage: "a space goes between the closing quote and the body")
    }
    self.rest = inside[after...]
    return String(Substring(inside[..<end]))
  }

  /// What lies before and after the first `|`, without the spaces around; the second is nil where
  /// there is none.
  mutating func parts() -> (String, String?) {
    defer { self.rest = self.rest[self.rest.endIndex...] }
    guard let bar = self.rest.firstIndex(of: UInt8(ascii: "|")) else {
      return (Self.trimmed(self.rest), nil)
    }
    return (
      Self.trimmed(self.rest[..<bar]), Self.trimmed(self.rest[self.rest.index(after: bar)...])
    )
  }

  private static func trimmed(_ text: Substring.UTF8View) -> String {
    var text = text.drop { $0 == Self.space }
    while text.last == Self.space { text.removeLast() }
    return String(Substring(text))
  }
}
