import GRDB
import ParleyLog
import ParleyModel

/// Turns records into rows.
///
/// Belongs to the one thread that writes the archive.
struct ArchiveWriter {
  /// What the next message of a room must know of those before it.
  private struct Run {
    var last: UInt64
    var isPost: Bool
    /// How many messages directly before the last one are of its kind.
    var length: Int64
    /// The first message of the write that is under way; 0 for none.
    var firstUnindexed: UInt64 = 0
  }

  /// Rooms of which the newest message is remembered; beyond it they are looked up again.
  private static let runsMax = 50_000

  private var runs: [RoomID: Run] = [:]
  /// The rooms that the write under way has added messages to.
  private var touched: [RoomID] = []
  /// What becomes of each piece of state that the write under way changes; nil is forgotten.
  private var states: [StateKey: State?] = [:]

  /// Writes all that the records say, with the offset, in the transaction that is open; answers
  /// which messages are new.
  mutating func write(
    _ batches: [[ParleyModel.Record]], through: LogOffset, _ database: Database
  ) throws -> [MessageRange] {
    self.touched.removeAll(keepingCapacity: true)
    self.states.removeAll(keepingCapacity: true)
    if self.runs.count > Self.runsMax { self.runs.removeAll() }
    let event = try Prepared(database, "INSERT INTO events VALUES(?, ?, ?)")
    // Nothing else that the records say of a message comes before it.
    try self.writeMessages(batches, database)
    for record in batches.joined() {
      switch record {
      case .message: break
      case .event(let it):
        guard let bytes = EventCodec.encode(it.event) else { continue }
        event.bind(1, rowID(it.room, it.position.number))
        event.bind(2, it.time.microseconds)
        event.bind(3, bytes)
        try event.run()
      case .removal(let room, let sequence, let removal):
        try BlockRow.remove(room, sequence, removal, database)
      case .state(let state): self.states[state.key] = .some(state)
      case .forget(let key): self.states[key] = .some(nil)
      case .roomDeleted(let room): try self.delete(room, database)
      }
    }
    try self.writeStates(database)
    let ranges = self.takeRanges()
    if !ranges.isEmpty {
      let unindexed = try Prepared(database, "INSERT INTO unindexed(ranges) VALUES(?)")
      unindexed.bind(1, MessageRange.encode(ranges))
      try unindexed.run()
    }
    let offset = try Prepared(database, "UPDATE meta SET value = ? WHERE name = 'offset'")
    offset.bind(1, Int64(bitPattern: through.number))
    try offset.run()
    return ranges
  }

  /// Writes the messages in rows, in the order of these, so that each page is looked for and
  /// filled once.
  private mutating func writeMessages(
    _ batches: [[ParleyModel.Record]], _ database: Database
  ) throws {
    let insertion = try Prepared(database, "INSERT INTO blocks VALUES(?, ?, ?, ?, ?)")
    var block = MessageBlock.Writer()
    var start: (row: Int64, isPost: Bool, run: Int64, last: Int64) = (0, false, 0, 0)
    func finish() throws {
      guard block.count > 0 else { return }
      insertion.bind(1, start.row)
      insertion.bind(2, start.isPost ? 1 : 0)
      insertion.bind(3, start.run)
      insertion.bind(4, Int64(block.count))
      try block.withBytes { bytes in
        insertion.bind(5, inPlaceBlob: bytes)
        try insertion.run()
      }
      block.removeAll()
    }
    for place in Self.messagePlaces(in: batches) {
      guard case .message(let message) = batches[place.batch][place.index] else { continue }
      let run = try self.advance(message, database)
      let isFull =
        block.count >= BlockRow.messagesMax || block.bytes >= BlockRow.bytesMax
      if isFull || place.row != start.last + 1 || message.kind.isPost != start.isPost {
        try finish()
        start = (place.row, message.kind.isPost, run, place.row)
      }
      block.add(message)
      start.last = place.row
    }
    try finish()
  }

  /// Where a message stands among the records, and its own row number.
  private struct Place {
    var row: Int64
    var batch: Int
    var index: Int
  }

  /// The messages by room, each room's in order; they are not copied, as they are many.
  private static func messagePlaces(in batches: [[ParleyModel.Record]]) -> [Place] {
    var places: [Place] = []
    for (batch, records) in batches.enumerated() {
      for index in records.indices {
        if case .message(let message) = records[index] {
          let row = rowID(message.room, message.sequence.number)
          places.append(Place(row: row, batch: batch, index: index))
        }
      }
    }
    places.sort { $0.row < $1.row }
    return places
  }

  /// Forgets what a transaction that failed may have changed.
  mutating func forget() {
    self.runs.removeAll()
  }

  /// Counts a message in; answers the length of its run.
  private mutating func advance(_ message: Message, _ database: Database) throws -> Int64 {
    let isPost = message.kind.isPost
    let sequence = message.sequence.number
    var run = try self.runs[message.room] ?? Self.load(before: message, database)
    let isContinued = run.isPost == isPost && run.last + 1 == sequence && run.last > 0
    run.length = isContinued ? run.length + 1 : 0
    run.isPost = isPost
    run.last = sequence
    if run.firstUnindexed == 0 {
      run.firstUnindexed = sequence
      self.touched.append(message.room)
    }
    self.runs[message.room] = run
    return run.length
  }

  private static func load(before message: Message, _ database: Database) throws -> Run {
    let none = Run(last: 0, isPost: false, length: 0)
    let last = Sequence(message.sequence.number - 1)
    guard let found = try BlockRow.find(last, in: message.room, database) else { return none }
    defer { found.statement.reset() }
    let row = found.row
    guard row.last == last.number else { return none }
    return Run(
      last: last.number, isPost: row.isPosts, length: Int64(row.run + row.last - row.first))
  }

  private mutating func takeRanges() -> [MessageRange] {
    self.touched.compactMap { room in
      guard let run = self.runs[room] else { return nil }
      self.runs[room]?.firstUnindexed = 0
      return MessageRange(room: room, first: run.firstUnindexed, last: run.last)
    }
  }

  /// Writes each piece of state once, in the order of the keys.
  private mutating func writeStates(_ database: Database) throws {
    let put = try Prepared(database, "INSERT OR REPLACE INTO state VALUES(?, ?, ?)")
    let forget = try Prepared(database, "DELETE FROM state WHERE kind = ? AND id = ?")
    let changes = self.states.map { (kind: $0.kind, id: $0.bytes, state: $1) }
      .sorted { left, right in
        left.kind == right.kind
          ? left.id.lexicographicallyPrecedes(right.id) : left.kind < right.kind
      }
    for change in changes {
      let statement = change.state == nil ? forget : put
      statement.bind(1, change.kind)
      statement.bind(2, change.id)
      if let state = change.state { statement.bind(3, StateCodec.encode(state)) }
      try statement.run()
    }
  }

  private mutating func delete(_ room: RoomID, _ database: Database) throws {
    for key in self.states.keys.filter({ $0.room == room }) { self.states[key] = nil }
    self.runs[room] = nil
    self.touched.removeAll { $0 == room }
    for table in ["blocks", "events"] {
      let rows = try Prepared(database, "DELETE FROM \(table) WHERE id BETWEEN ? AND ?")
      rows.bind(1, rowID(room, 0))
      rows.bind(2, rowID(room, .max))
      try rows.run()
    }
    self.states[.room(room)] = .some(nil)
    for kind in [StateKey.Kind.member, StateKey.Kind.standing] {
      let states = try Prepared(
        database, "DELETE FROM state WHERE kind = ? AND id >= ? AND id < ?")
      states.bind(1, kind)
      states.bind(2, StateKey.bytes(room.number))
      states.bind(3, StateKey.bytes(room.number + 1))
      try states.run()
    }
  }
}
