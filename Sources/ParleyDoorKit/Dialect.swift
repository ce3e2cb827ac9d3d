package import NIOCore
package import ParleyModel

/// Which bytes a session is sent for what its rooms are told: sessions of one variant share
/// buffers.
package struct Variant: Hashable, Sendable {
  /// The door's name: `line`, `irc`.
  package var door: String
  /// The dialect's options, packed by the door.
  package var options: UInt64

  package init(door: String, options: UInt64 = 0) {
    self.door = door
    self.options = options
  }
}

/// Prints what everyone in a room is told, for one variant.
///
/// Pure: what it prints depends on its arguments alone, so one buffer serves every session of the
/// variant.
package protocol RoomPrinter: Sendable {
  var variant: Variant { get }

  /// The day of a time in the variant's zone, as a count; nil where the door prints no days.
  func day(of time: Timestamp) -> Int32?

  /// Appends the line that says that a day begins.
  func printDay(_ day: Int32, into buffer: inout ByteBuffer)

  /// Appends an event of the room with that name. `replyTo` subjects are not looked up.
  func print(_ event: RoomEvent, room: String, into buffer: inout ByteBuffer)

  /// Appends "37 came, 12 went" for a crowded room; false where the door wants each of them.
  func printCrowd(came: Int, went: Int, room: String, into buffer: inout ByteBuffer) -> Bool

  /// Whether the session that sent a message gets it, too (the acknowledgement of line mode).
  var echoes: Bool { get }
}

/// What one session is sent outside its rooms' shared buffers.
package enum SessionOutput: Sendable {
  case reply(RequestTag, Reply)
  case refused(RequestTag, Refusal)
  case direct(DirectEvent)
  /// What happened in a direct conversation, which the session calls `title`.
  case told(RoomEvent, title: String)
  /// A word of the server.
  case server(String)
  /// The policy `drop` skipped these numbers of the room.
  case skipped(room: String, from: Sequence, through: Sequence)
  /// What came after a cursor follows.
  case behind(Replay)
  /// That was all of it.
  case caughtUp(Replay)
  /// The last that is printed.
  case closing(Closing)
  /// The protocol's own probe of a silent connection; nothing is printed where it has none.
  case probe
  /// The door takes the session over: it greets where it greets.
  case begin(SessionID)
}

/// What a dialect made of the bytes that it was given.
package struct Inbound: Sendable {
  /// Commands, in order.
  package var requests: [Request] = []
  /// Bytes to send at once, outside the order of answers: telnet negotiation, echo of typed
  /// characters, the first prompt.
  ///
  /// Never an answer to a command.
  package var immediate = ByteBuffer()
  /// The input cannot be read any further; the session ends with this.
  package var failure: Closing?

  package init() {}
}

/// One protocol for one session: bytes ⇄ commands and events.
///
/// A value that knows no channel, decides nothing and keeps only what parsing and printing need.
package protocol Dialect: Sendable {
  /// The door's name, as the console prints it.
  static var name: String { get }

  /// For the rooms' shared buffers; its variant may change from one call to the next.
  var printer: any RoomPrinter { get }

  /// Whether the protocol has a probe of its own (``SessionOutput/probe``).
  var probes: Bool { get }

  /// Parses what is there; keeps an unfinished line. All that was read is consumed.
  mutating func receive(_ bytes: inout ByteBuffer, into inbound: inout Inbound)

  /// The input ended: what is unfinished is dealt with, and the session quits.
  mutating func receiveEnd(into inbound: inout Inbound)

  /// Appends what the session is sent.
  mutating func print(_ output: SessionOutput, into buffer: inout ByteBuffer)

  /// The session is this participant's from now on; nothing is printed.
  mutating func become(_ participant: ParticipantID)

  /// A door that steps aside in favour of another one hands back the bytes from which that one
  /// should begin (line mode, at its first prompt, for IRC's first words and for JSON); nil keeps
  /// it. What is still to be answered to the first door is printed by neither.
  mutating func handOver() -> ByteBuffer?
}

extension Dialect {
  package mutating func become(_ participant: ParticipantID) {}

  package mutating func handOver() -> ByteBuffer? { nil }
}
