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
    try self.forEach(StateKey.Kind.account) {
      loaded.accounts.append(try StateCodec.account($0))
    }
    try self.forEach(StateKey.Kind.invite) { loaded.invites.append(try StateCodec.invite($0)) }
    try self.forEach(StateKey.Kind.standing) {
      loaded.standings.append(try StateCodec.standing($0))
    }
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
    let rows = try self.rows(of: room)
    defer { rows.reset() }
    var messages: [Message] = []
    while messages.count < Limits.recentMax, try rows.step() {
      messages += try BlockRow(rows).messages().reversed()
    }
    return messages.prefix(Limits.recentMax).reversed()
  }

  /// Notes of the newest lines or posts.
  ///
  /// What lies between them is stepped over at once.
  private func notes(_ room: RoomID, ofPosts: Bool) throws -> [LoadedState.Note] {
    let rows = try self.rows(of: room)
    defer { rows.reset() }
    var notes: [LoadedState.Note] = []
    while notes.count < Limits.backlogMax, try rows.step() {
      let row = BlockRow(rows)
      guard row.isPosts == ofPosts else {
        rows.reset()
        rows.bind(2, rowID(room, row.beforeRun))
        continue
      }
      notes += try row.messages().reversed().map {
        LoadedState.Note(
          sequence: $0.sequence, sender: $0.sender.participant, subject: $0.subject,
          removedBy: $0.removal?.by.name)
      }
    }
    return notes.prefix(Limits.backlogMax).reversed()
  }

  private func rows(of room: RoomID) throws -> Prepared {
    let rows = try BlockRow.downwards(self.database)
    rows.bind(1, rowID(room, 0))
    rows.bind(2, rowID(room, .max))
    return rows
  }
}
