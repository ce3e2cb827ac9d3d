import NIOCore
import ParleyDoorKit
import ParleyLineDoor
import ParleyModel

/// A dialect with its input and output as text.
struct Talk<Door: Dialect> {
  var dialect: Door
  /// All that was asked for.
  var requests: [Request] = []
  var immediate = ByteBuffer()
  var failure: Closing?

  init(_ dialect: Door) {
    self.dialect = dialect
    self.send(bytes: [])
  }

  /// What one read asks for.
  @discardableResult
  mutating func send(bytes: [UInt8]) -> [Request] {
    var buffer = ByteBuffer(bytes: bytes)
    var inbound = Inbound()
    self.dialect.receive(&buffer, into: &inbound)
    return self.note(inbound)
  }

  @discardableResult
  mutating func send(_ text: String) -> [Request] {
    self.send(bytes: Array(text.utf8))
  }

  /// What one read asks for, without its tags.
  mutating func commands(_ text: String) -> [Command] {
    self.send(text).map(\.command)
  }

  @discardableResult
  mutating func end() -> [Request] {
    var inbound = Inbound()
    self.dialect.receiveEnd(into: &inbound)
    return self.note(inbound)
  }

  private mutating func note(_ inbound: Inbound) -> [Request] {
    self.requests += inbound.requests
    var immediate = inbound.immediate
    self.immediate.writeBuffer(&immediate)
    self.failure = self.failure ?? inbound.failure
    return inbound.requests
  }

  mutating func print(_ output: SessionOutput) -> String {
    var buffer = ByteBuffer()
    self.dialect.print(output, into: &buffer)
    return String(buffer: buffer)
  }

  /// What is printed when the newest request is done.
  mutating func answer(_ reply: Reply) -> String {
    self.print(.reply(self.requests.last?.tag ?? .none, reply))
  }

  /// What is printed when the newest request is refused.
  mutating func refuse(_ refusal: Refusal) -> String {
    self.print(.refused(self.requests.last?.tag ?? .none, refusal))
  }

  func told(_ event: Event, room: String = "lobby", at time: Timestamp = Sample.time) -> String {
    var buffer = ByteBuffer()
    let event = RoomEvent(room: RoomID(1), position: Position(9), time: time, event: event)
    self.dialect.printer.print(event, room: room, into: &buffer)
    return String(buffer: buffer)
  }
}

typealias LineTalk = Talk<LineDialect>

extension Talk<LineDialect> {
  static func atPrompt() -> Self {
    var talk = Self(LineDialect(options: LineDoorOptions(serverName: "chat.example.org")))
    _ = talk.answer(.greeting(people: 4, rooms: 3))
    return talk
  }

  /// Ana, in the lobby.
  static func inside() -> Self {
    var talk = Self.atPrompt()
    talk.send("ana\n")
    _ = talk.answer(.welcome(session: SessionID(7), name: "ana", account: nil))
    _ = talk.answer(.entered(Sample.entry(reason: .autojoin)))
    return talk
  }
}

/// Values that many tests are about.
enum Sample {
  /// 2026-11-20 12:03:05 UTC.
  static let time = Timestamp(microseconds: 1_795_176_185_000_000)
  static let ana = Sender(participant: ParticipantID(1), name: "ana")
  static let bob = Sender(participant: ParticipantID(2), name: "bob")

  static func name(_ text: String) -> Name {
    do {
      return try NameRules.participantName(text)
    } catch {
      return Name(text: "", key: "")
    }
  }

  static func room(_ text: String) -> Name {
    do {
      return try NameRules.roomName(text)
    } catch {
      return Name(text: "", key: "")
    }
  }

  static func message(
    _ number: UInt64, _ kind: MessageKind, from sender: Sender = Sample.ana,
    subject: String = "", _ body: String, replyTo: Sequence? = nil,
    removal: Removal? = nil, at time: Timestamp = Sample.time
  ) -> Message {
    Message(
      room: RoomID(1), sequence: Sequence(number), position: Position(number),
      id: Self.id(number), time: time, sender: sender, kind: kind, subject: subject, body: body,
      replyTo: replyTo, removal: removal)
  }

  static func message(_ body: String, removal: Removal? = nil) -> Message {
    Self.message(42, .say, body, removal: removal)
  }

  /// Number 42, "hello all".
  static func message() -> Message { Self.message("hello all") }

  static func id(_ number: UInt64) -> MessageID {
    MessageID(epoch: Epoch(incarnation: 1, counter: 1), sequence: Sequence(number))
  }

  static func entry(
    _ name: String = "lobby", reason: EntryReason = .switched, isNewMember: Bool = true,
    isNewRoom: Bool = false, isCurrent: Bool = true, topic: Topic? = nil,
    present: [String] = ["ana", "bob", "cy"], messages: [Message] = [], more: Bool = false,
    backlog: Int? = 2
  ) -> RoomEntry {
    RoomEntry(
      room: RoomID(1), name: name, epoch: Epoch(incarnation: 1, counter: 1), head: Sequence(44),
      reason: reason, isNewMember: isNewMember, isNewRoom: isNewRoom, isCurrent: isCurrent,
      topic: topic, present: present, excerpt: .messages(messages, more: more), backlog: backlog)
  }
}

/// Numbers that look random and are the same in every run (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    self.state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = self.state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
