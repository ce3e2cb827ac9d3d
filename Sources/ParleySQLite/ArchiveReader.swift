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
  mutating func read(_ plan: ReadPlan) throws -> (messages: [Message], more: Bool) {
    switch plan.query {
    case .one(let sequence):
      let found = try self.newest(plan, from: sequence, downTo: sequence, limit: 1)
      return (found.messages, false)
    case .newest(let limit):
      return Self.answer(try self.newest(plan, from: plan.through, downTo: .zero, limit: limit))
    case .since(let sequence, let limit):
      return Self.answer(
        try self.newest(plan, from: plan.through, downTo: sequence.next, limit: limit))
    case .posts(let limit):
      return try self.newest(
        plan, from: plan.through, downTo: .zero, limit: limit, ofBoard: true)
    }
  }

  /// The newest messages of the window between two sequences, both included, in order.
  ///
  /// Goes backwards. Where the window shows only lines or only posts, all of the other kind that
  /// follow one another are stepped over at once.
  private mutating func newest(
    _ plan: ReadPlan, from newest: Sequence, downTo oldest: Sequence, limit: Int,
    ofBoard: Bool = false
  ) throws -> (messages: [Message], more: Bool) {
    let firstVisible =
      ofBoard ? plan.window.firstPost : min(plan.window.firstLine, plan.window.firstPost)
    let low = rowID(plan.room, max(oldest, firstVisible).number)
    let rows = try Prepared(
      self.database,
      """
      SELECT \(MessageRow.columns) FROM messages WHERE id BETWEEN ? AND ? ORDER BY id DESC
      """)
    defer {
      rows.reset()
      self.machineSteps += rows.takeMachineSteps()
    }
    rows.bind(1, low)
    rows.bind(2, rowID(plan.room, min(newest, plan.through).number))
    var messages: [Message] = []
    while try rows.step() {
      let sequence = Sequence(number(inRowID: rows.int(0)))
      let isPost = MessageRow.kind(in: rows).isPost
      guard plan.window.shows(sequence, isPost: isPost), isPost || !ofBoard else {
        let next = rows.int(0) - rows.int(6) - 1
        rows.reset()
        rows.bind(2, next)
        continue
      }
      if ofBoard, !rows.isNull(13) { continue }
      guard messages.count < limit else { return (messages.reversed(), true) }
      messages.append(MessageRow.message(in: rows))
    }
    return (messages.reversed(), false)
  }

  /// Ends an answer at the first message that takes it past ``Limits/answerBytesMax``.
  private static func answer(
    _ found: (messages: [Message], more: Bool)
  ) -> (messages: [Message], more: Bool) {
    var bytes = 0
    for (index, message) in found.messages.enumerated() {
      guard bytes <= Limits.answerBytesMax else {
        return (Array(found.messages[..<index]), true)
      }
      bytes += message.subject.utf8.count + message.body.utf8.count
    }
    return found
  }

  /// What a room was told after a position and a sequence, in the order of the positions.
  func catchUp(
    _ room: RoomID, after position: Position, sequence: Sequence, limit: Int, bytesMax: Int
  ) throws -> [RoomEvent] {
    let messages = try Prepared(
      self.database,
      """
      SELECT \(MessageRow.columns) FROM messages WHERE id BETWEEN ? AND ? ORDER BY id
      """)
    let events = try Prepared(
      self.database, "SELECT id, time, event FROM events WHERE id BETWEEN ? AND ? ORDER BY id")
    defer {
      messages.reset()
      events.reset()
    }
    messages.bind(1, rowID(room, sequence.next.number))
    messages.bind(2, rowID(room, .max))
    events.bind(1, rowID(room, position.next.number))
    events.bind(2, rowID(room, .max))
    var told: [RoomEvent] = []
    var bytes = 0
    var hasMessage = try messages.step()
    var hasEvent = try events.step()
    while told.count < limit, bytes < bytesMax, hasMessage || hasEvent {
      let messagePosition = hasMessage ? UInt64(bitPattern: messages.int(1)) : .max
      let eventPosition = hasEvent ? number(inRowID: events.int(0)) : .max
      if messagePosition < eventPosition {
        let message = MessageRow.message(in: messages)
        if message.position > position {
          bytes += message.subject.utf8.count + message.body.utf8.count
          told.append(
            RoomEvent(
              room: room, position: message.position, time: message.time,
              event: .message(message)))
        }
        hasMessage = try messages.step()
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
