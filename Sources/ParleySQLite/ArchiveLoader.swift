import GRDB
import ParleyLog
import ParleyModel

/// Loads what a start needs.
struct ArchiveLoader {
  private let database: Database

  init(_ database: Database) {
    self.database = database
  }

  func load() throws -> LoadedState {
    var loaded = LoadedState(offset: try self.offset())
    try self.forEach(StateKey.Kind.conversation) {
      loaded.conversation = try StateCodec.conversation($0)
    }
    try self.forEach(StateKey.Kind.room) {
      loaded.rooms.append(try self.room(try StateCodec.room($0)))
    }
    try self.forEach(StateKey.Kind.participant) {
      loaded.participants.append(try StateCodec.participant($0))
    }
    try self.forEach(StateKey.Kind.session) {
      loaded.sessions.append(try StateCodec.session($0))
    }
    try self.forEach(StateKey.Kind.member) { loaded.members.append(try StateCodec.member($0)) }
    try self.forEach(StateKey.Kind.nonce) { loaded.nonces.append(try StateCodec.nonce($0)) }
    return loaded
  }

  func offset() throws -> LogOffset {
    let row = try Prepared(self.database, "SELECT value FROM meta WHERE name = 'offset'")
    defer { row.reset() }
    guard try row.step() else { throw CodecError.damaged("it has no offset") }
    return LogOffset(UInt64(bitPattern: row.int(0)))
  }

  /// Hands on the values of a kind, in the order of their keys.
  private func forEach(_ kind: Int64, _ body: ([UInt8]) throws -> Void) throws {
    let rows = try Prepared(
      self.database, "SELECT value FROM state WHERE kind = ? ORDER BY id")
    rows.bind(1, kind)
    defer { rows.reset() }
    while try rows.step() { try body(rows.bytes(0)) }
  }

  private func room(_ state: RoomState) throws -> LoadedState.Room {
    LoadedState.Room(
      state: state, recent: try self.recent(state.id),
      lines: try self.notes(state.id, ofPosts: false),
      posts: try self.notes(state.id, ofPosts: true))
  }

  private func recent(_ room: RoomID) throws -> [Message] {
    let rows = try Prepared(
      self.database,
      """
      SELECT \(MessageRow.columns) FROM messages WHERE id BETWEEN ? AND ?
      ORDER BY id DESC LIMIT \(Limits.recentMax)
      """)
    rows.bind(1, rowID(room, 0))
    rows.bind(2, rowID(room, .max))
    defer { rows.reset() }
    var messages: [Message] = []
    while try rows.step() { messages.append(MessageRow.message(in: rows)) }
    return messages.reversed()
  }

  /// Notes of the newest lines or posts.
  ///
  /// What lies between them is stepped over at once.
  private func notes(_ room: RoomID, ofPosts: Bool) throws -> [LoadedState.Note] {
    let rows = try Prepared(
      self.database,
      """
      SELECT id, kind, run, sender, subject, removed_name FROM messages
      WHERE id BETWEEN ? AND ? ORDER BY id DESC
      """)
    rows.bind(1, rowID(room, 0))
    rows.bind(2, rowID(room, .max))
    defer { rows.reset() }
    var notes: [LoadedState.Note] = []
    while notes.count < Limits.backlogMax, try rows.step() {
      guard (rows.int(1) == Int64(MessageKind.post.rawValue)) == ofPosts else {
        let next = rows.int(0) - rows.int(2) - 1
        rows.reset()
        rows.bind(2, next)
        continue
      }
      notes.append(
        LoadedState.Note(
          sequence: Sequence(number(inRowID: rows.int(0))),
          sender: ParticipantID(UInt64(bitPattern: rows.int(3))), subject: rows.text(4),
          removedBy: rows.isNull(5) ? nil : rows.text(5)))
    }
    return notes.reversed()
  }
}
