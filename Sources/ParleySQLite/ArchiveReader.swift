import GRDB
import ParleyLog
import ParleyModel

/// Reads of one connection.
///
/// `machineSteps` counts what they cost.
struct ArchiveReader {
  private let database: Database
  private(set) var machineSteps = 0

  init(_ database: Database) {
    self.database = database
  }

  /// Answers a plan.
  mutating func read(
    _ plan: ReadPlan, bounds: ArchiveSearch.Bounds = ArchiveSearch.Bounds()
  ) throws -> ReadAnswer {
    switch plan.query {
    case .one(let sequence):
      let found = try self.newest(plan, from: sequence, downTo: sequence, limit: 1)
      return ReadAnswer(found.messages, more: false)
    case .newest(let limit):
      let found = try self.newest(
        plan, from: plan.through, downTo: .zero, limit: limit, bytesMax: Limits.answerBytesMax)
      return ReadAnswer(found.messages, more: found.more)
    case .since(let sequence, let limit):
      let found = try self.newest(
        plan, from: plan.through, downTo: sequence.next, limit: limit,
        bytesMax: Limits.answerBytesMax)
      return ReadAnswer(found.messages, more: found.more)
    case .after(let sequence, let limit):
      let found = try self.oldest(plan, after: sequence, limit: limit)
      let count = found.messages.countInAnswer
      return ReadAnswer(
        Array(found.messages[..<count]), more: found.more || count < found.messages.count)
    case .posts(let limit):
      let found = try self.newest(
        plan, from: plan.through, downTo: .zero, limit: limit, ofBoard: true)
      return ReadAnswer(found.messages, more: found.more)
    case .search(let query, let limit):
      var search = ArchiveSearch(self.database, plan, query, limit: limit, bounds: bounds)
      return try search.run()
    }
  }

  /// The newest messages of the window between two sequences, both included, in order.
  ///
  /// Goes backwards, until the texts are longer than `bytesMax`. Where the window shows only lines
  /// or only posts, all of the other kind that follow one another are stepped over at once.
  private mutating func newest(
    _ plan: ReadPlan, from newest: Sequence, downTo oldest: Sequence, limit: Int,
    bytesMax: Int = .max, ofBoard: Bool = false
  ) throws -> (messages: [Message], more: Bool) {
    let firstVisible =
      ofBoard ? plan.window.firstPost : min(plan.window.firstLine, plan.window.firstPost)
    let low = max(oldest, firstVisible)
    let high = min(newest, plan.through)
    let rows = try BlockRow.downwards(self.database)
    defer {
      rows.reset()
      self.machineSteps += rows.takeMachineSteps()
    }
    // The oldest one of interest may stand in the middle of its row.
    rows.bind(1, rowID(plan.room, 0))
    rows.bind(2, rowID(plan.room, high.number))
    var messages: [Message] = []
    var bytes = 0
    while try rows.step() {
      let row = BlockRow(rows)
      guard row.last >= low.number else { break }
      guard plan.window.shows(Sequence(row.last), isPost: row.isPosts), row.isPosts || !ofBoard
      else {
        rows.reset()
        rows.bind(2, rowID(plan.room, row.beforeRun))
        continue
      }
      for message in try row.messages().reversed() where message.sequence <= high {
        guard message.sequence >= low,
          plan.window.shows(message.sequence, isPost: row.isPosts)
        else { break }
        if ofBoard, message.removal != nil { continue }
        guard messages.count < limit, bytes <= bytesMax else { return (messages.reversed(), true) }
        messages.append(message)
        bytes += message.textBytes
      }
    }
    return (messages.reversed(), false)
  }

  /// The oldest messages of the window after a sequence, in order.
  ///
  /// Where the window shows only lines or only posts it shows ``Limits/backlogMax`` at most; what
  /// lies between them is stepped over.
  private mutating func oldest(
    _ plan: ReadPlan, after sequence: Sequence, limit: Int
  ) throws -> (messages: [Message], more: Bool) {
    let wholeFrom = max(plan.window.firstLine, plan.window.firstPost)
    let partEnd = Sequence(max(wholeFrom.number, 1) - 1)
    var messages: [Message] = []
    if sequence < partEnd {
      messages = try self.newest(
        plan, from: partEnd, downTo: sequence.next, limit: Limits.backlogMax
      ).messages
      guard messages.count <= limit else { return (Array(messages.prefix(limit)), true) }
    }
    var cursor = try MessageCursor(
      self.database, room: plan.room, after: max(sequence, partEnd))
    defer { cursor.close() }
    while let message = try cursor.next(), message.sequence <= plan.through {
      guard plan.window.shows(message.sequence, isPost: message.kind.isPost) else { continue }
      guard messages.count < limit else { return (messages, true) }
      messages.append(message)
    }
    return (messages, false)
  }

  /// What a room was told after a position and a sequence, in the order of the positions.
  func catchUp(
    _ room: RoomID, after position: Position, sequence: Sequence, limit: Int, bytesMax: Int
  ) throws -> [RoomEvent] {
    var messages = try MessageCursor(self.database, room: room, after: sequence)
    let events = try Prepared(
      self.database, "SELECT id, time, event FROM events WHERE id BETWEEN ? AND ? ORDER BY id")
    defer {
      messages.close()
      events.reset()
    }
    events.bind(1, rowID(room, position.next.number))
    events.bind(2, rowID(room, .max))
    var told: [RoomEvent] = []
    var bytes = 0
    var next = try messages.next()
    var hasEvent = try events.step()
    while told.count < limit, bytes < bytesMax, next != nil || hasEvent {
      let eventPosition = hasEvent ? number(inRowID: events.int(0)) : .max
      if let message = next, message.position.number < eventPosition {
        if message.position > position {
          bytes += message.textBytes
          told.append(
            RoomEvent(
              room: room, position: message.position, time: message.time,
              event: .message(message)))
        }
        next = try messages.next()
      } else {
        bytes += Self.eventBytes
        told.append(
          RoomEvent(
            room: room, position: Position(eventPosition),
            time: Timestamp(microseconds: events.int(1)),
            event: try EventCodec.decode(events.bytes(2))))
        hasEvent = try events.step()
      }
    }
    return told
  }

  /// What an event counts for; it has no text to speak of.
  private static let eventBytes = 64
}

/// The messages of a room upwards from one of them.
private struct MessageCursor {
  private let rows: Prepared
  private let after: Sequence
  private var messages: ArraySlice<Message> = []

  init(_ database: Database, room: RoomID, after sequence: Sequence) throws {
    self.after = sequence
    // The row that has the next message may begin before it.
    self.rows = try Prepared(
      database,
      """
      SELECT \(BlockRow.columns) FROM blocks
      WHERE id >= coalesce((SELECT max(id) FROM blocks WHERE id BETWEEN ?1 AND ?2), ?1)
        AND id <= ?3
      ORDER BY id
      """)
    self.rows.bind(1, rowID(room, 0))
    self.rows.bind(2, rowID(room, sequence.next.number))
    self.rows.bind(3, rowID(room, .max))
  }

  mutating func next() throws -> Message? {
    while true {
      if let message = self.messages.popFirst() { return message }
      guard try self.rows.step() else { return nil }
      self.messages = try BlockRow(self.rows).messages().drop { $0.sequence <= self.after }
    }
  }

  func close() {
    self.rows.reset()
  }
}
