import GRDB
import ParleyModel

/// Feeds the search index after the messages, in large batches in the order of the row numbers.
///
/// What it has not taken in is known on disk as well (the table `unindexed`), so that a search
/// can scan it and a start goes on with it. A hit is a hint: what it says is checked against the
/// stored text, because the index does not hear of removals.
struct SearchIndex {
  /// Messages that are worth a batch.
  static let batchMin = 8_192

  /// For each room what is not indexed yet: from where to where.
  private var ranges: [RoomID: MessageRange] = [:]
  private(set) var waiting = 0

  /// Takes up what an earlier run has left.
  init(_ database: Database) throws {
    let rows = try Prepared(database, "SELECT ranges FROM unindexed ORDER BY id")
    while try rows.step() { self.add(MessageRange.decode(rows.bytes(0))) }
    rows.reset()
  }

  /// Notes messages that were written.
  mutating func add(_ ranges: [MessageRange]) {
    for range in ranges {
      self.waiting += Int(range.last - range.first) + 1
      guard let known = self.ranges[range.room] else {
        self.ranges[range.room] = range
        continue
      }
      self.ranges[range.room]?.first = min(known.first, range.first)
      self.ranges[range.room]?.last = max(known.last, range.last)
    }
  }

  /// Indexes all that waits, in the transaction that is open.
  func feed(_ database: Database) throws {
    let rows = try Prepared(
      database, "SELECT \(BlockRow.columns) FROM blocks WHERE id BETWEEN ? AND ? ORDER BY id")
    let insertion = try Prepared(
      database, "INSERT INTO search(rowid, subject, body) VALUES(?, ?, ?)")
    for range in self.ranges.values.sorted(by: { $0.room < $1.room }) {
      // What one write has added begins a row.
      rows.bind(1, rowID(range.room, range.first))
      rows.bind(2, rowID(range.room, range.last))
      defer { rows.reset() }
      while try rows.step() {
        let row = BlockRow(rows)
        try row.forEachText(from: range.first, through: range.last) { sequence, subject, text in
          insertion.bind(1, rowID(range.room, sequence))
          insertion.bind(2, inPlace: subject)
          insertion.bind(3, inPlace: text)
          try insertion.run()
        }
      }
    }
    try Prepared(database, "DELETE FROM unindexed").run()
  }

  /// Forgets what waited: it is indexed.
  mutating func clear() {
    self.ranges.removeAll(keepingCapacity: true)
    self.waiting = 0
  }
}
