import GRDB
import ParleyLog
import ParleyModel

/// Messages of a room as a row of the table `blocks`.
struct BlockRow {
  /// The columns that ``init(_:)`` reads, in its order.
  static let columns = "id, posts, run, count, messages"
  /// Messages in a row; more are several rows.
  static let messagesMax = 64
  /// A row takes no further message once it has that many bytes.
  static let bytesMax = 16 * 1_024

  var room: RoomID
  var first: UInt64
  var last: UInt64
  var isPosts: Bool
  /// How many messages directly before the first one are of the same kind.
  var run: UInt64
  private let row: Prepared

  /// The row that a statement over ``columns`` stands on, for as long as it does.
  init(_ row: Prepared) {
    let id = row.int(0)
    self.room = RoomID(UInt32(id >> 40))
    self.first = number(inRowID: id)
    self.isPosts = row.int(1) != 0
    self.run = UInt64(clamping: row.int(2))
    self.last = self.first + UInt64(clamping: max(row.int(3), 1)) - 1
    self.row = row
  }

  /// The first message before this one's that is of the other kind.
  var beforeRun: UInt64 { self.first - self.run - 1 }

  func messages() throws -> [Message] {
    try self.row.withBytes(4) {
      try MessageBlock.decode($0, room: self.room, first: Sequence(self.first))
    }
  }

  /// Hands on subject and body of each message from `first` to `last` that was not removed.
  func forEachText(
    from first: UInt64, through last: UInt64,
    _ body: (
      _ sequence: UInt64, _ subject: UnsafeRawBufferPointer, _ text: UnsafeRawBufferPointer
    ) throws -> Void
  ) throws {
    try self.row.withBytes(4) { bytes in
      try MessageBlock.forEachText(in: bytes) { index, subject, text in
        let sequence = self.first + UInt64(index)
        guard sequence >= first, sequence <= last else { return }
        try body(sequence, subject, text)
      }
    }
  }

  /// Statements over rows of a room from its newest down to its oldest.
  static func downwards(_ database: Database) throws -> Prepared {
    try Prepared(
      database,
      "SELECT \(self.columns) FROM blocks WHERE id BETWEEN ? AND ? ORDER BY id DESC")
  }

  /// The row with that message, or the one before it.
  static func find(
    _ sequence: Sequence, in room: RoomID, _ database: Database
  ) throws -> (row: BlockRow, statement: Prepared)? {
    let rows = try self.downwards(database)
    rows.bind(1, rowID(room, 0))
    rows.bind(2, rowID(room, sequence.number))
    guard try rows.step() else {
      rows.reset()
      return nil
    }
    return (BlockRow(rows), rows)
  }

  /// Takes a message's text away; its number, time and sender stay.
  static func remove(
    _ room: RoomID, _ sequence: Sequence, _ removal: Removal, _ database: Database
  ) throws {
    guard let found = try self.find(sequence, in: room, database) else { return }
    let (first, last) = (found.row.first, found.row.last)
    var messages: [Message] = []
    do {
      defer { found.statement.reset() }
      guard sequence.number <= last else { return }
      messages = try found.row.messages()
    }
    let index = Int(sequence.number - first)
    guard index < messages.count else {
      throw CodecError.damaged("a row has fewer messages than it says")
    }
    messages[index].subject = ""
    messages[index].body = ""
    messages[index].removal = removal
    let update = try Prepared(database, "UPDATE blocks SET messages = ? WHERE id = ?")
    update.bind(1, MessageBlock.encode(messages))
    update.bind(2, rowID(room, first))
    try update.run()
  }
}
