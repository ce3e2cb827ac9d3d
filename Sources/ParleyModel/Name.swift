/// A participant's or a room's name: shown as first written, compared by its key.
///
/// Made by the doors (normalisation needs what the core must not import); the core compares keys
/// and nothing else.
public struct Name: Hashable, Sendable, CustomStringConvertible {
  /// As its holder wrote it, in NFC.
  public var text: String
  /// What is compared: canonical equivalence, case and look-alikes folded (UTS 39).
  public var key: String

  public init(text: String, key: String) {
    self.text = text
    self.key = key
  }

  public var description: String { self.text }

  public static func == (left: Name, right: Name) -> Bool {
    left.key == right.key
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(self.key)
  }

  /// The room that always exists.
  public static let lobby = Name(text: "lobby", key: "lobby")
}
