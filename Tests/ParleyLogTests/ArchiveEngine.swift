import ParleyLog
import ParleyModel
import ParleySQLite
import ParleyTesting

/// The archives that the conformance suite runs on.
enum ArchiveEngine: CaseIterable {
  case memory
  case sqlite
}

/// One archive of an engine, which can be closed and opened again.
struct ArchiveUnderTest {
  private let directory: TemporaryDirectory
  private let engine: ArchiveEngine
  var archive: any Archive

  var path: String { self.directory.path + "/archive.sqlite" }

  init(_ engine: ArchiveEngine) throws {
    self.engine = engine
    self.directory = try TemporaryDirectory()
    switch engine {
    case .memory: self.archive = MemoryArchive()
    case .sqlite: self.archive = try SQLiteArchive(path: self.directory.path + "/archive.sqlite")
    }
  }

  mutating func reopen() throws {
    guard self.engine == .sqlite else { return }
    self.archive.close()
    self.archive = try SQLiteArchive(path: self.path)
  }
}

/// Builds the records of one room, message after message.
struct RoomScript {
  let room: RoomID
  private(set) var sequence: UInt64 = 0
  private(set) var position: UInt64 = 0
  var records: [Record] = []

  init(_ number: UInt32) {
    self.room = RoomID(number)
  }

  static let ann = Sender(participant: ParticipantID(1), name: "Ann")
  static let bob = Sender(participant: ParticipantID(2), name: "Bob", account: "robert")

  @discardableResult
  mutating func say(
    _ body: String, kind: MessageKind = .say, subject: String = "", replyTo: UInt64? = nil
  ) -> Message {
    self.sequence += 1
    self.position += 1
    let epoch = Epoch(incarnation: 0xFFFF_FFFE, counter: 0x8000_0001)
    let message = Message(
      room: self.room, sequence: Sequence(self.sequence), position: Position(self.position),
      id: MessageID(
        epoch: epoch, sequence: Sequence(self.sequence % 5 == 0 ? 77 : self.sequence)),
      time: Timestamp(microseconds: 1_000 + Int64(self.position)),
      sender: self.sequence % 2 == 0 ? Self.bob : Self.ann, kind: kind, subject: subject,
      body: body, replyTo: replyTo.map { Sequence($0) })
    self.records.append(.message(message))
    return message
  }

  @discardableResult
  mutating func post(_ subject: String, _ body: String = "body", replyTo: UInt64? = nil) -> Message
  {
    self.say(body, kind: .post, subject: subject, replyTo: replyTo)
  }

  mutating func tell(_ event: Event) {
    self.position += 1
    self.records.append(
      .event(
        RoomEvent(
          room: self.room, position: Position(self.position),
          time: Timestamp(microseconds: 1_000 + Int64(self.position)), event: event)))
  }

  mutating func remove(_ sequence: UInt64) {
    self.records.append(
      .removal(
        self.room, Sequence(sequence),
        Removal(by: Self.bob, time: Timestamp(microseconds: 9_999))))
  }

  mutating func keepState() {
    self.records.append(
      .state(
        .room(
          RoomState(
            id: self.room, kind: .room, name: Name(text: "R", key: "r\(self.room.number)"),
            epoch: Epoch(incarnation: 1, counter: 1), created: Timestamp(microseconds: 1),
            head: Sequence(self.sequence), position: Position(self.position)))))
  }

  func plan(
    _ query: ReadPlan.Query, firstLine: UInt64 = 1, firstPost: UInt64 = 1,
    through: UInt64? = nil
  ) -> ReadPlan {
    ReadPlan(
      room: self.room,
      window: Window(firstLine: Sequence(firstLine), firstPost: Sequence(firstPost)),
      through: Sequence(through ?? self.sequence), query: query)
  }
}

extension Archive {
  /// The sequences that a plan answers with, and whether there is more.
  func sequences(_ plan: ReadPlan) throws -> ([UInt64], Bool) {
    let answer = try self.read(plan)
    return (answer.messages.map(\.sequence.number), answer.more)
  }
}
