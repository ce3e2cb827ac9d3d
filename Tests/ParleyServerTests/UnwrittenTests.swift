import ParleyModel
import Testing

@testable import ParleyRuntime

@Suite struct `What the archive's disk had no space for` {
  private let room = RoomID(5)

  private func message(_ number: UInt64, _ text: String, room: UInt32 = 5) -> Message {
    Message(
      room: RoomID(room), sequence: Sequence(number), position: Position(number),
      id: MessageID(epoch: Epoch(incarnation: 1, counter: 1), sequence: Sequence(number)),
      time: Timestamp(microseconds: Int64(number)),
      sender: Sender(participant: ParticipantID(1), name: "ana"), kind: .say, body: text)
  }

  private func removal(_ number: UInt64) -> Record {
    let by = Sender(participant: ParticipantID(1), name: "ana")
    return .removal(
      self.room, Sequence(number), Removal(by: by, time: Timestamp(microseconds: 9)))
  }

  private func found(
    limit: Int, firstLine: UInt64 = 1, through: UInt64 = 9, removing removed: [UInt64] = []
  ) throws -> ReadAnswer {
    let unwritten = Unwritten(batches: [
      [.message(self.message(3, "a snake")), .message(self.message(4, "a fox"))],
      [.message(self.message(3, "a snake", room: 6)), .message(self.message(5, "Snakes"))],
      [.message(self.message(6, "the SNAKE"))] + removed.map { self.removal($0) },
    ])
    let inArchive = ReadAnswer(
      [self.message(1, "old snake"), self.message(2, "snake")].filter {
        $0.sequence.number >= firstLine
      }, more: false)
    let window = Window(firstLine: Sequence(firstLine), firstPost: Sequence(1))
    return unwritten.add(
      to: inArchive,
      for: ReadPlan(
        room: self.room, window: window, through: Sequence(through),
        query: .search(try SearchQuery("snake*"), limit: limit)))
  }

  @Test func `is found by a search`() throws {
    let all = try self.found(limit: 9)
    #expect(all.messages.map(\.sequence.number) == [1, 2, 3, 5, 6])
    #expect(all.before == nil)
    let some = try self.found(limit: 2)
    #expect(some.messages.map(\.sequence.number) == [5, 6])
    #expect(some.before == Sequence(5))
  }

  @Test func `is not found outside the window`() throws {
    let found = try self.found(limit: 9, firstLine: 5, through: 5)
    #expect(found.messages.map(\.sequence.number) == [5])
  }

  @Test func `takes what was removed out of what is found`() throws {
    let found = try self.found(limit: 9, removing: [2, 5])
    #expect(found.messages.map(\.sequence.number) == [1, 3, 6])
  }

  private func plan(_ query: ReadPlan.Query) -> ReadPlan {
    ReadPlan(
      room: self.room, window: Window(firstLine: Sequence(1), firstPost: Sequence(1)),
      through: Sequence(9), query: query)
  }

  @Test func `leaves the answer as long as there are messages for it`() throws {
    let messages = (1...5).map { self.message($0, "a snake") }
    let unwritten = Unwritten(batches: [[self.removal(5)], [self.removal(3)]])
    let query = try SearchQuery("snake")
    let asked = self.plan(.search(query, limit: 2))
    #expect(unwritten.forArchive(asked).query == .search(query, limit: 4))
    let inArchive = ReadAnswer(Array(messages.suffix(4)), more: true, before: Sequence(2))
    let answer = unwritten.add(to: inArchive, for: asked)
    #expect(answer.messages.map(\.sequence.number) == [2, 4])
    #expect(answer.before == Sequence(2))
    // Of what shows removed messages there are as many as before.
    let history = self.plan(.newest(limit: 2))
    #expect(unwritten.forArchive(history) == history)
    #expect(Unwritten().forArchive(asked) == asked)
  }

  @Test func `follows what the archive has without a gap`() {
    let long = String(repeating: "x", count: Limits.answerBytesMax / 2)
    let unwritten = Unwritten(batches: [(6...8).map { .message(self.message($0, "new")) }])
    let asked = self.plan(.newest(limit: 7))
    let inArchive = unwritten.forArchive(asked)
    #expect(inArchive.query == .newest(limit: 4))
    #expect(inArchive.through == Sequence(5))
    let short = ReadAnswer((2...5).map { self.message($0, "old") }, more: true)
    #expect(
      unwritten.add(to: short, for: asked).messages.map(\.sequence.number) == Array(2...8))
    // The archive left the oldest out; with what it lacks one more is too many.
    let ended = ReadAnswer((3...5).map { self.message($0, long) }, more: true)
    #expect(
      unwritten.add(to: ended, for: asked).messages.map(\.sequence.number) == Array(4...8))
    // Upwards it ended it at the third, with the fourth still to come.
    let upwards = self.plan(.after(Sequence(1), limit: 7))
    let first = ReadAnswer((2...4).map { self.message($0, long) }, more: true)
    #expect(unwritten.add(to: first, for: upwards).messages.map(\.sequence.number) == [2, 3, 4])
    // All that is asked for is here.
    let few = self.plan(.newest(limit: 2))
    #expect(unwritten.forArchive(few).query == .newest(limit: 0))
    let answer = unwritten.add(to: ReadAnswer([], more: true), for: few)
    #expect(answer.messages.map(\.sequence.number) == [7, 8])
    #expect(answer.more)
  }

  /// Found by the simulation: between the asking and the reading there was space again.
  @Test func `is answered once where the archive has it meanwhile`() throws {
    let messages = (1...5).map { self.message($0, "a snake") }
    let unwritten = Unwritten(batches: [messages.suffix(3).map { .message($0) }])
    let queries: [ReadPlan.Query] = [
      .newest(limit: 3), .since(Sequence(2), limit: 3), .search(try SearchQuery("snake"), limit: 3),
    ]
    for query in queries {
      let plan = ReadPlan(
        room: self.room, window: Window(firstLine: Sequence(1), firstPost: Sequence(1)),
        through: Sequence(5), query: query)
      for count in 2...5 {
        let inArchive = messages.prefix(count).suffix(3)
        let answer = unwritten.add(to: ReadAnswer(Array(inArchive), more: count > 3), for: plan)
        #expect(answer.messages.map(\.sequence.number) == [3, 4, 5])
      }
    }
  }
}
