import GRDB
import Glibc
import ParleyModel
import ParleyTesting
import Testing

@testable import ParleyLog
@testable import ParleySQLite

@Suite struct `A check of the archive` {
  private let temporary: TemporaryDirectory
  private var path: String { self.temporary.path + "/archive.sqlite" }
  private let archive: SQLiteArchive

  /// Two rooms with lines, posts, a removal and events.
  init() throws {
    self.temporary = try TemporaryDirectory()
    self.archive = try SQLiteArchive(path: self.temporary.path + "/archive.sqlite")
    for room: UInt32 in [1, 2] {
      var script = RoomScript(room)
      for number in 1...400 {
        if number % 50 < 3 {
          script.post("subject \(number)")
        } else {
          script.say("line \(number)")
        }
        if number % 90 == 0 { script.tell(.topic("soup", by: RoomScript.ann)) }
        guard number % 100 == 0 else { continue }
        script.keepState()
        try self.archive.write(script.records, through: LogOffset(UInt64(number)))
        script.records = []
      }
      script.remove(7)
      try self.archive.write(script.records, through: LogOffset(UInt64(room) * 1_000))
    }
  }

  /// What a check finds once nobody has the archive open.
  private func check(
    closing: Bool = true, _ change: (Database) throws -> Void = { _ in }
  ) throws -> ArchiveCheck {
    try self.archive.pool.write { try change($0) }
    if closing { self.archive.close() }
    return ArchiveCheck(path: self.path) { _, _ in }
  }

  /// Names and bytes of all files.
  private func files() throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in try names(in: self.temporary.path) {
      files[name] = try contents(of: self.temporary.path + "/" + name)
    }
    return files
  }

  @Test func `counts what is in one that is sound`() throws {
    let check = try self.check()
    #expect(check.faults.isEmpty)
    #expect(check.counts.rooms == 2)
    #expect(check.counts.messages == 800)
    #expect(check.counts.posts == 48)
    #expect(check.counts.removed == 2)
    #expect(check.counts.events == 8)
    #expect(check.counts.unindexed == 0)
    #expect(check.loaded?.offset == LogOffset(2_000))
  }

  @Test func `changes nothing, with a write-ahead log and without one`() throws {
    self.archive.close()
    let closed = try self.files()
    #expect(closed.count == 1)
    #expect(ArchiveCheck(path: self.path) { _, _ in }.faults.isEmpty)
    #expect(try self.files() == closed)

    // As `kill -9` leaves it: copied while it is open.
    let again = try SQLiteArchive(path: self.path)
    var script = RoomScript(3)
    for number in 1...100 { script.say("later \(number)") }
    script.keepState()
    try again.write(script.records, through: LogOffset(3_000))
    let open = try self.files()
    #expect(open.keys.contains("archive.sqlite-wal"))
    again.close()
    for (name, bytes) in open {
      let file = Glibc.open(self.temporary.path + "/" + name, O_RDWR | O_CREAT | O_TRUNC, 0o600)
      try #require(file >= 0)
      let error = bytes.withUnsafeBytes { StorageIO.system.write(file, $0, 0) }
      try #require(error == 0)
      close(file)
    }
    let check = ArchiveCheck(path: self.path) { _, _ in }
    #expect(check.faults.isEmpty)
    #expect(check.counts.messages == 900)
    #expect(check.counts.unindexed == 100)
    #expect(check.loaded?.offset == LogOffset(3_000))
    #expect(try self.files() == open)
  }

  @Test func `finds a flipped bit in any page`() throws {
    self.archive.close()
    let bytes = try contents(of: self.path)
    let file = open(self.path, O_RDWR)
    try #require(file >= 0)
    defer { close(file) }
    for page in 0..<(bytes.count / 4_096) {
      let place = page * 4_096 + 2_000
      var flipped = bytes[place] ^ 4
      try #require(pwrite(file, &flipped, 1, off_t(place)) == 1)
      let check = ArchiveCheck(path: self.path) { _, _ in }
      let text = "page \(page + 1) does not have the checksum it was written with"
      #expect(check.faults.first?.text == text)
      var whole = bytes[place]
      try #require(pwrite(file, &whole, 1, off_t(place)) == 1)
    }
    #expect(ArchiveCheck(path: self.path) { _, _ in }.faults.isEmpty)
  }

  @Test(arguments: [
    ("DELETE FROM blocks WHERE id >> 40 = 2 AND id & 255 = 101", "before the messages #"),
    ("DELETE FROM blocks WHERE id = (SELECT max(id) FROM blocks)", "but should be #400"),
    ("DELETE FROM blocks WHERE id >> 40 = 2", "room 2 has none of its 400 messages"),
    ("UPDATE blocks SET run = run + 1 WHERE id >> 40 = 1 AND id & 255 = 3", "it of its kind"),
    ("UPDATE blocks SET posts = 1 - posts WHERE id & 255 = 3", "is not of its row"),
    ("UPDATE blocks SET messages = x'00FF' WHERE id & 255 = 3", "cannot be read"),
    ("DELETE FROM state WHERE kind = 2", "room 1 has messages but is not there"),
    ("UPDATE state SET value = x'FF' WHERE kind = 2", "not"),
    ("UPDATE events SET event = x'FF'", "the event at position"),
    ("DELETE FROM meta", "it has no offset"),
    ("INSERT INTO search(search) VALUES('delete-all')", "the search index does not find message"),
    ("UPDATE search_data SET block = x'0001' WHERE id > 100", "SQLite"),
  ])
  func `finds what does not fit`(sql: String, text: String) throws {
    _ = try self.archive.checkpoint()
    let check = try self.check { try $0.execute(sql: sql) }
    #expect(check.faults.contains { $0.text.contains(text) }, "\(check.faults.map(\.text))")
  }

  @Test func `finds an archive of a newer release, and what is none`() throws {
    let newer = try self.check { try $0.execute(sql: "PRAGMA user_version = 99") }
    #expect(newer.faults.map(\.isNewer) == [true])
    let other = self.temporary.path + "/other.sqlite"
    let queue = try DatabaseQueue(path: other)
    try queue.write { try $0.execute(sql: "CREATE TABLE a(b)") }
    try queue.close()
    #expect(
      ArchiveCheck(path: other) { _, _ in }.faults.contains {
        $0.text == "it is no archive of Parley's"
      })
    #expect(
      ArchiveCheck(path: self.temporary.path + "/none") { _, _ in }.faults.map(\.text)
        == ["it is missing"])
  }
}
