/// One connection that talks: 1, 2, 3 … from the start of the server.
///
/// 0 is the server itself.
public struct SessionID: Hashable, Comparable, Sendable {
  public var number: UInt64

  public init(_ number: UInt64) {
    self.number = number
  }

  /// The server's own voice: what it proposes itself carries this number.
  public static let server = SessionID(0)

  /// That of a held place: its connection is gone, and its number may be given out again.
  public static func held(_ number: UInt64) -> SessionID {
    SessionID(1 << 63 | number)
  }

  /// Which of the held places it is.
  public var heldNumber: UInt64 { self.number & ~(1 << 63) }

  /// Whether it is a held place's.
  public var isHeld: Bool { self.number >> 63 == 1 }

  public static func < (left: SessionID, right: SessionID) -> Bool {
    left.number < right.number
  }
}

/// Whom the others see, counted from 1 and never used again within one data directory.
public struct ParticipantID: Hashable, Comparable, Sendable {
  public var number: UInt64

  public init(_ number: UInt64) {
    self.number = number
  }

  public static func < (left: ParticipantID, right: ParticipantID) -> Bool {
    left.number < right.number
  }
}

/// A durable identity, counted from 1 and never used again within one data directory.
public struct AccountID: Hashable, Comparable, Sendable {
  public var number: UInt64

  public init(_ number: UInt64) {
    self.number = number
  }

  public static func < (left: AccountID, right: AccountID) -> Bool {
    left.number < right.number
  }
}

/// A room or a direct conversation, counted from 1 and never used again.
///
/// At most 2²³ − 1, because the archive's row number is (room number, sequence) in 63 bits.
public struct RoomID: Hashable, Comparable, Sendable {
  public var number: UInt32

  public init(_ number: UInt32) {
    self.number = number
  }

  /// The largest number that the archive's row numbers have room for.
  public static let numberMax: UInt32 = 1 << 23 - 1

  public static func < (left: RoomID, right: RoomID) -> Bool {
    left.number < right.number
  }
}

/// A room's own count of its messages: 1, 2, 3 …, without gaps.
///
/// 0 means "none yet".
///
/// At most 2⁴⁰ − 1, see ``RoomID``.
public struct Sequence: Hashable, Comparable, Sendable {
  public var number: UInt64

  public init(_ number: UInt64) {
    self.number = number
  }

  public static let zero = Sequence(0)

  /// The sequence after this one.
  public var next: Sequence { Sequence(self.number + 1) }

  public static func < (left: Sequence, right: Sequence) -> Bool {
    left.number < right.number
  }
}

/// A room's count of all that those in it were told, events included; for catch-up.
public struct Position: Hashable, Comparable, Sendable {
  public var number: UInt64

  public init(_ number: UInt64) {
    self.number = number
  }

  public static let zero = Position(0)

  /// The position after this one.
  public var next: Position { Position(self.number + 1) }

  public static func < (left: Position, right: Position) -> Bool {
    left.number < right.number
  }
}

/// How many entries the log held before this one: a storage engine's private place, never shown
/// to a client.
public struct LogOffset: Hashable, Comparable, Sendable {
  public var number: UInt64

  public init(_ number: UInt64) {
    self.number = number
  }

  public static let zero = LogOffset(0)

  public static func < (left: LogOffset, right: LogOffset) -> Bool {
    left.number < right.number
  }
}

/// One life of a room: a room created under a deleted one's name has another epoch.
///
/// Drawn from the random incarnation of the run of the log that created the room, and a counter.
public struct Epoch: Hashable, Sendable {
  /// Random, drawn when the data directory begins or is restored.
  public var incarnation: UInt32
  /// Counts the epochs of a data directory, from 1, over all its incarnations: two epochs differ
  /// even where two random numbers do not.
  public var counter: UInt32

  public init(incarnation: UInt32, counter: UInt32) {
    self.incarnation = incarnation
    self.counter = counter
  }

  /// The form that clients see: lower-case letters and digits.
  public var text: String {
    let number = UInt64(self.counter) << 32 | UInt64(self.incarnation)
    return String(number, radix: 36)
  }

  /// Reads the form that clients see; nil for what is not one.
  public init?(text: String) {
    guard let number = UInt64(text, radix: 36), text.first != "+" else { return nil }
    self.init(
      incarnation: UInt32(truncatingIfNeeded: number),
      counter: UInt32(truncatingIfNeeded: number >> 32))
  }
}

/// The name of a message that never changes: the epoch and sequence under which it was first
/// stored.
public struct MessageID: Hashable, Sendable {
  public var epoch: Epoch
  public var sequence: Sequence

  public init(epoch: Epoch, sequence: Sequence) {
    self.epoch = epoch
    self.sequence = sequence
  }

  /// The form that clients see: both in base 36, `k3-15`.
  public var text: String {
    self.epoch.text + "-" + String(self.sequence.number, radix: 36)
  }
}

/// The last message of a room that a client has.
public struct Cursor: Hashable, Sendable {
  public var epoch: Epoch
  public var sequence: Sequence

  public init(epoch: Epoch, sequence: Sequence) {
    self.epoch = epoch
    self.sequence = sequence
  }
}
