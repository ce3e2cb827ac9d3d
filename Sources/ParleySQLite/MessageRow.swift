import GRDB
import ParleyModel

/// A message as a row of the table `messages`.
enum MessageRow {
  /// The columns that ``message(in:)`` reads, in its order.
  static let columns = """
    id, position, time, sender, name, kind, run, epoch, body, subject, reply_to, original, \
    account, removed_time, removed_by, removed_name, removed_account
    """

  /// The statement that adds messages, bound once for a write.
  struct Insertion {
    private let statement: Prepared

    init(_ database: Database) throws {
      self.statement = try Prepared(
        database,
        "INSERT INTO messages VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    }

    func insert(_ message: Message, run: Int64) throws {
      let statement = self.statement
      statement.bind(1, rowID(message.room, message.sequence.number))
      statement.bind(2, Int64(bitPattern: message.position.number))
      statement.bind(3, message.time.microseconds)
      statement.bind(4, Int64(bitPattern: message.sender.participant.number))
      statement.bind(6, Int64(message.kind.rawValue))
      statement.bind(7, run)
      statement.bind(8, MessageRow.number(of: message.id.epoch))
      statement.bind(10, message.subject.isEmpty ? nil : message.subject)
      statement.bind(11, message.replyTo.map { Int64(bitPattern: $0.number) })
      let isOriginal = message.id.sequence == message.sequence
      statement.bind(12, isOriginal ? nil : Int64(bitPattern: message.id.sequence.number))
      statement.bind(13, message.sender.account)
      MessageRow.bind(message.removal, to: statement, from: 14)
      var (name, body) = (message.sender.name, message.body)
      try name.withUTF8 { name in
        try body.withUTF8 { body in
          statement.bind(5, inPlace: name)
          statement.bind(9, inPlace: body)
          try statement.run()
        }
      }
    }
  }

  /// Takes a message's text away; its number, time and sender stay.
  static func remove(
    _ room: RoomID, _ sequence: Sequence, _ removal: Removal, _ database: Database
  ) throws {
    let statement = try Prepared(
      database,
      """
      UPDATE messages SET body = '', subject = NULL, removed_time = ?, removed_by = ?,
        removed_name = ?, removed_account = ? WHERE id = ?
      """)
    self.bind(removal, to: statement, from: 1)
    statement.bind(5, rowID(room, sequence.number))
    try statement.run()
  }

  private static func bind(_ removal: Removal?, to statement: Prepared, from index: Int32) {
    statement.bind(index, removal?.time.microseconds)
    statement.bind(index + 1, removal.map { Int64(bitPattern: $0.by.participant.number) })
    statement.bind(index + 2, removal?.by.name)
    statement.bind(index + 3, removal?.by.account)
  }

  /// The message in the row that a statement over ``columns`` stands on.
  static func message(in row: Prepared) -> Message {
    let id = row.int(0)
    let sequence = Sequence(ParleySQLite.number(inRowID: id))
    let original = row.isNull(11) ? sequence : Sequence(UInt64(bitPattern: row.int(11)))
    return Message(
      room: RoomID(UInt32(id >> 40)), sequence: sequence,
      position: Position(UInt64(bitPattern: row.int(1))),
      id: MessageID(epoch: self.epoch(of: row.int(7)), sequence: original),
      time: Timestamp(microseconds: row.int(2)),
      sender: self.sender(in: row, participant: 3, name: 4, account: 12),
      kind: self.kind(in: row), subject: row.text(9), body: row.text(8),
      replyTo: row.isNull(10) ? nil : Sequence(UInt64(bitPattern: row.int(10))),
      removal: row.isNull(13)
        ? nil
        : Removal(
          by: self.sender(in: row, participant: 14, name: 15, account: 16),
          time: Timestamp(microseconds: row.int(13))))
  }

  /// An unknown kind is shown as a line; a newer format's number keeps such files away.
  static func kind(in row: Prepared) -> MessageKind {
    MessageKind(rawValue: UInt8(truncatingIfNeeded: row.int(5))) ?? .say
  }

  private static func sender(
    in row: Prepared, participant: Int32, name: Int32, account: Int32
  ) -> Sender {
    Sender(
      participant: ParticipantID(UInt64(bitPattern: row.int(participant))), name: row.text(name),
      account: row.isNull(account) ? nil : row.text(account))
  }

  private static func number(of epoch: Epoch) -> Int64 {
    Int64(bitPattern: UInt64(epoch.counter) << 32 | UInt64(epoch.incarnation))
  }

  private static func epoch(of number: Int64) -> Epoch {
    let number = UInt64(bitPattern: number)
    return Epoch(
      incarnation: UInt32(truncatingIfNeeded: number), counter: UInt32(number >> 32))
  }
}
