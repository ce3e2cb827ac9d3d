import GRDB
import ParleyLog
import ParleyModel

extension ArchiveCheck {
  mutating func checkState(_ database: Database) throws {
    let loaded = try ArchiveLoader(database).load()
    self.loaded = loaded
    for room in loaded.rooms {
      switch room.state.kind {
      case .room: self.counts.rooms += 1
      case .direct: self.counts.directs += 1
      case .audit: break
      }
    }
    self.counts.participants = loaded.participants.count
    self.counts.members = loaded.members.count
  }

  /// What the row before said about the next one.
  private struct Place {
    var room = RoomID(0)
    var last: UInt64 = 0
    var isPosts = false
    /// Messages at the end of the row that are of one kind, those of rows before included.
    var run: UInt64 = 0
    var position = Position.zero
    var time = Timestamp(microseconds: .min)
  }

  mutating func checkMessages(
    _ database: Database, _ progress: (_ part: String, _ done: Double) -> Void
  ) throws {
    var heads: [RoomID: UInt64] = [:]
    /// Rooms that are an audit log, by what it is about.
    var audits: [RoomID: RoomID] = [:]
    for room in self.loaded?.rooms ?? [] {
      heads[room.state.id] = room.state.head.number
      if case .audit(let audited) = room.state.kind { audits[room.state.id] = audited }
    }
    let expected = heads.values.reduce(0, +)
    let rows = try Prepared(database, "SELECT \(BlockRow.columns) FROM blocks ORDER BY id")
    defer { rows.reset() }
    var place = Place()
    var found: Set<RoomID> = []
    while try rows.step(), self.faults.count < Self.faultsMax {
      let row = BlockRow(rows)
      if row.room != place.room {
        self.checkHead(place, heads)
        place = Place(room: row.room)
        found.insert(row.room)
        if self.loaded != nil, heads[row.room] == nil {
          self.add("room \(row.room.number) has messages but is not there")
        }
      }
      try self.checkRow(row, after: &place, auditOf: audits[row.room])
      if expected > 0 {
        progress("the messages", min(Double(self.kept) / Double(expected), 1))
      }
    }
    self.checkHead(place, heads)
    for (room, head) in heads.sorted(by: { $0.key < $1.key })
    where head > 0 && !found.contains(room) && self.faults.count < Self.faultsMax {
      self.add("room \(room.number) has none of its \(head) messages")
    }
  }

  private mutating func checkHead(_ place: Place, _ heads: [RoomID: UInt64]) {
    guard place.last > 0, let head = heads[place.room], head != place.last else { return }
    self.add(
      "the last message of room \(place.room.number) is #\(place.last), but should be #\(head)")
  }

  private mutating func checkRow(
    _ row: BlockRow, after place: inout Place, auditOf audited: RoomID?
  ) throws {
    let name = "messages #\(row.first) to #\(row.last) of room \(row.room.number)"
    if row.first != place.last + 1 {
      self.add("before the \(name), #\(place.last + 1) is missing or there twice")
    }
    let run = row.isPosts == place.isPosts && place.last > 0 ? place.run : 0
    if row.run != run, row.first == place.last + 1 {
      self.add("the row of the \(name) counts \(row.run) before it of its kind, not \(run)")
    }
    let messages: [Message]
    do {
      messages = try row.messages()
    } catch {
      self.add("the \(name) cannot be read: \(error)")
      (place.last, place.isPosts, place.run) = (row.last, row.isPosts, row.run + row.count)
      return
    }
    if UInt64(messages.count) != row.count {
      self.add("the row of the \(name) has \(messages.count) messages")
    }
    for message in messages {
      if message.kind.isPost != row.isPosts {
        self.add("message #\(message.sequence.number) of room \(row.room.number) is not of its row")
      }
      if message.position <= place.position || message.time <= place.time {
        self.add(
          "message #\(message.sequence.number) of room \(row.room.number) is not later than the "
            + "one before it")
      }
      (place.position, place.time) = (message.position, message.time)
      if message.removal != nil { self.counts.removed += 1 }
    }
    self.kept += UInt64(messages.count)
    if audited == nil {
      self.counts.messages += UInt64(messages.count)
    } else if audited == RoomID(0) {
      // The server's has what those of the rooms have.
      self.counts.audited += UInt64(messages.count)
    }
    if row.isPosts { self.counts.posts += UInt64(messages.count) }
    (place.last, place.isPosts, place.run) = (row.last, row.isPosts, run + row.count)
  }

  mutating func checkEvents(_ database: Database) throws {
    let rows = try Prepared(database, "SELECT id, event FROM events ORDER BY id")
    defer { rows.reset() }
    while try rows.step(), self.faults.count < Self.faultsMax {
      do {
        _ = try EventCodec.decode(rows.bytes(1))
        self.counts.events += 1
      } catch {
        let id = rows.int(0)
        self.add(
          "the event at position \(number(inRowID: id)) of room \(id >> 40) cannot be read: "
            + "\(error)")
      }
    }
  }

  /// Walks through all of the index, and asks it for a word of each row of messages.
  ///
  /// It holds no texts, so that more than that cannot be compared.
  mutating func checkIndex(
    _ database: Database, _ progress: (_ part: String, _ done: Double) -> Void
  ) throws {
    var unindexed: [RoomID: UInt64] = [:]
    let waiting = try Prepared(database, "SELECT ranges FROM unindexed")
    while try waiting.step() {
      for range in MessageRange.decode(waiting.bytes(0)) where range.last >= range.first {
        unindexed[range.room] = min(unindexed[range.room] ?? .max, range.first)
        self.counts.unindexed += range.last - range.first + 1
      }
    }
    waiting.reset()
    try database.execute(
      sql: "CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, row)")
    let words = try Prepared(database, "SELECT count(*), sum(doc) FROM temp.words")
    _ = try words.step()
    words.reset()
    let rows = try Prepared(database, "SELECT \(BlockRow.columns) FROM blocks ORDER BY id")
    let asked = try Prepared(
      database, "SELECT 1 FROM search WHERE search MATCH ? AND rowid = ?")
    defer { rows.reset() }
    var missing = 0
    var done: UInt64 = 0
    while try rows.step() {
      let row = BlockRow(rows)
      done += row.count
      progress("the search index", min(Double(done) / Double(max(self.kept, 1)), 1))
      guard row.last < unindexed[row.room] ?? .max, let word = try Self.word(of: row) else {
        continue
      }
      asked.bind(1, text: "\"\(word.text)\"")
      asked.bind(2, rowID(row.room, word.sequence))
      defer { asked.reset() }
      guard try !asked.step() else { continue }
      missing += 1
      if missing <= Self.faultsMax {
        self.add(
          "the search index does not find message #\(word.sequence) of room \(row.room.number)")
      }
    }
  }

  /// The first word of a row, and the message that has it.
  private static func word(of row: BlockRow) throws -> (sequence: UInt64, text: String)? {
    var found: (sequence: UInt64, text: String)?
    var words = SearchWords()
    try row.forEachText(from: row.first, through: row.last) { sequence, subject, body in
      for text in [subject, body] where found == nil {
        words.forEach(in: text) { word in
          found = (sequence, String(decoding: word, as: UTF8.self))
          return false
        }
      }
    }
    return found
  }
}

extension BlockRow {
  var count: UInt64 { self.last - self.first + 1 }
}
