import Foundation
import GRDB
import Glibc
import ParleyModel
import ParleyTesting
import Testing

@testable import ParleyLog
@testable import ParleySQLite

@Suite struct `The SQLite archive` {
  private let temporary: TemporaryDirectory
  private var path: String { self.temporary.path + "/archive.sqlite" }

  init() throws {
    self.temporary = try TemporaryDirectory()
  }

  /// How opening the archive ends.
  private func failure() -> ArchiveError? {
    archiveError {
      let archive = try SQLiteArchive(path: self.path)
      _ = try archive.load()
      archive.close()
    }
  }

  private func replace(with bytes: [UInt8]) throws {
    let file = open(self.path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
    try #require(file >= 0)
    let error = bytes.withUnsafeBytes { StorageIO.system.write(file, $0, 0) }
    close(file)
    try #require(error == 0)
  }

  private static func script(room: UInt32 = 1, messages: Int) -> RoomScript {
    var script = RoomScript(room)
    for number in 0..<messages { script.say("line number \(number) of this room") }
    script.keepState()
    return script
  }

  @Test func `syncs its checkpoints and not its commits`() throws {
    let archive = try SQLiteArchive(path: self.path)
    let settings = try archive.pool.writeWithoutTransaction { database in
      try ["synchronous", "wal_autocheckpoint", "journal_mode"].map {
        try String.fetchOne(database, sql: "PRAGMA \($0)")
      }
    }
    #expect(settings == ["1", "0", "wal"])
    archive.close()
  }

  @Test func `ends with everything in one file`() throws {
    let archive = try SQLiteArchive(path: self.path)
    try archive.write(Self.script(messages: 10).records, through: LogOffset(10))
    archive.close()
    let files = try names(in: self.temporary.path)
    #expect(files == ["archive.sqlite"])
  }

  @Test func `finds every flipped bit at the start`() throws {
    let archive = try SQLiteArchive(path: self.path)
    try archive.write(Self.script(messages: 300).records, through: LogOffset(300))
    archive.close()
    let bytes = try contents(of: self.path)
    for bit in stride(from: 3, to: bytes.count * 8, by: 3_001) {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << (bit % 8)
      try self.replace(with: flipped)
      guard case .damaged(let text) = self.failure() else {
        Issue.record("bit \(bit) was not found")
        continue
      }
      #expect(text.contains("restore it from a backup"))
    }
    try self.replace(with: bytes)
    #expect(self.failure() == nil)
  }

  @Test func `finds a page that changes while it is open`() throws {
    let archive = try SQLiteArchive(path: self.path)
    let script = Self.script(messages: 5_000)
    try archive.write(script.records, through: LogOffset(5_000))
    archive.close()
    let reopened = try SQLiteArchive(path: self.path)
    var bytes = try contents(of: self.path)
    // A letter in the middle of a text, which SQLite itself would not miss.
    let place = try #require(
      bytes.indices.dropFirst(bytes.count / 2).first {
        bytes[$0...].starts(with: Array("of this room".utf8))
      })
    bytes[place] ^= 1
    let file = open(self.path, O_RDWR)
    let number = bytes[place..<(place + 1)].withUnsafeBytes {
      StorageIO.system.write(file, $0, place)
    }
    close(file)
    try #require(number == 0)
    let error = archiveError {
      for sequence in 1...5_000 {
        _ = try reopened.read(script.plan(.one(Sequence(UInt64(sequence)))))
      }
    }
    guard case .damaged = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    reopened.close()
  }

  @Test func `refuses what is no database, and what is another one`() throws {
    try self.replace(with: Array(String(repeating: "no database ", count: 1_000).utf8))
    guard case .damaged = self.failure() else {
      Issue.record("opened what is no database")
      return
    }
    unlink(self.path)
    let other = try DatabaseQueue(path: self.path)
    try other.write { try $0.execute(sql: "CREATE TABLE t(a)") }
    try other.close()
    guard case .damaged(let text) = self.failure() else {
      Issue.record("opened another database")
      return
    }
    #expect(text.contains("no archive of Parley's"))
  }

  @Test func `refuses what a newer release wrote`() throws {
    let archive = try SQLiteArchive(path: self.path)
    try archive.pool.write { try $0.execute(sql: "PRAGMA user_version = 3") }
    archive.close()
    guard case .newer = self.failure() else {
      Issue.record("opened")
      return
    }
  }

  @Test func `refuses what a build from before the first release wrote`() throws {
    let archive = try SQLiteArchive(path: self.path)
    try archive.pool.write { try $0.execute(sql: "PRAGMA user_version = 1") }
    archive.close()
    guard case .failed(let text) = self.failure() else {
      Issue.record("opened")
      return
    }
    #expect(text.contains("before the first release"))
  }

  @Test func `gives each message of a block, whatever range is asked for`() throws {
    let archive = try SQLiteArchive(path: self.path)
    var script = RoomScript(1)
    for number in 1...300 { script.say("line \(number)") }
    try archive.write(script.records, through: LogOffset(300))
    for sequence in [1, 2, 63, 64, 65, 128, 129, 299, 300] {
      let one = try archive.read(script.plan(.one(Sequence(UInt64(sequence)))))
      #expect(one.messages.map(\.body) == ["line \(sequence)"])
      let since = try archive.read(script.plan(.since(Sequence(UInt64(sequence)), limit: 500)))
      #expect(since.messages.map(\.sequence.number) == Array(UInt64(sequence)..<300).map { $0 + 1 })
      let after = try archive.catchUp(
        RoomID(1), after: .zero, sequence: Sequence(UInt64(sequence)), limit: 70, bytesMax: .max)
      #expect(after.count == min(70, 300 - sequence))
    }
    archive.close()
  }

  @Test func `has after a crash a whole write or none of it`() throws {
    let archive = try SQLiteArchive(path: self.path)
    var script = RoomScript(1)
    for write in 1...30 {
      script.records = []
      for _ in 0..<50 { script.say("line") }
      script.keepState()
      try archive.write(script.records, through: LogOffset(UInt64(write)))
      if write % 7 == 0 { _ = try archive.checkpoint() }
      // What the files hold now is what a killed process would leave; the end of the
      // write-ahead log is cut off or changed, as a power cut may.
      let copy = self.temporary.path + "/copy\(write)"
      mkdir(copy, 0o700)
      try self.copy(to: copy, losing: write * 97 % 5_000)
      let recovered = try SQLiteArchive(path: copy + "/archive.sqlite")
      let loaded = try recovered.load()
      #expect(loaded.offset.number <= UInt64(write))
      #expect(loaded.offset.number >= UInt64(write / 7 * 7))
      let head = loaded.rooms.first?.state.head.number ?? 0
      #expect(head == loaded.offset.number * 50)
      #expect(
        try recovered.sequences(script.plan(.newest(limit: 1))).0 == (head == 0 ? [] : [head]))
      recovered.close()
    }
    archive.close()
  }

  private func copy(to directory: String, losing count: Int) throws {
    for (suffix, loss) in [("", 0), ("-wal", count)] {
      guard access(self.path + suffix, F_OK) == 0 else { continue }
      var bytes = try contents(of: self.path + suffix)
      if loss % 2 == 0 {
        bytes.removeLast(loss)
      } else if bytes.count > loss {
        bytes[bytes.count - loss] ^= 1
      }
      let file = open(directory + "/archive.sqlite" + suffix, O_RDWR | O_CREAT, 0o600)
      try #require(file >= 0)
      let error = bytes.withUnsafeBytes { StorageIO.system.write(file, $0, 0) }
      close(file)
      try #require(error == 0)
    }
  }

  @Test(.enabled(if: SmallDisk.isPermitted, "mounting takes root"))
  func `refuses when the disk is full and goes on when it is not`() throws {
    let disk = try #require(SmallDisk(bytes: 3 << 20))
    let archive = try SQLiteArchive(path: disk.path + "/archive.sqlite")
    let ballast = open(disk.path + "/ballast", O_RDWR | O_CREAT, 0o600)
    try #require(posix_fallocate(ballast, 0, 1 << 20) == 0)
    close(ballast)
    var script = RoomScript(1)
    var written: UInt64 = 0
    var failure: ArchiveError?
    while failure == nil {
      script.records = []
      for _ in 0..<20 { script.say(String(repeating: "x", count: 500)) }
      failure = archiveError {
        try archive.write(script.records, through: LogOffset(written + 1))
      }
      if failure == nil { written += 1 }
    }
    #expect(failure == .full)
    #expect(try archive.load().offset == LogOffset(written))
    unlink(disk.path + "/ballast")
    try archive.write(script.records, through: LogOffset(written + 1))
    #expect(
      try archive.sequences(script.plan(.newest(limit: 1))).0 == [(written + 1) * 20])
    archive.close()
  }

  @Test func `indexes what was written, also by an earlier run`() throws {
    var archive = try SQLiteArchive(path: self.path)
    try archive.write(Self.script(messages: 20).records, through: LogOffset(20))
    try archive.write(Self.script(room: 2, messages: 5).records, through: LogOffset(25))
    #expect(try self.hits("room", archive) == 0)
    // Without a checkpoint: as if the process had been killed.
    try archive.pool.close()
    archive = try SQLiteArchive(path: self.path)
    var script = RoomScript(3)
    script.post("Über Knödel", "lines of text")
    try archive.write(script.records, through: LogOffset(26))
    _ = try archive.checkpoint()
    #expect(try self.hits("room", archive) == 25)
    #expect(try self.hits("uber", archive) == 1)
    #expect(try self.hits("text", archive) == 1)
    let unindexed = try archive.pool.read { database in
      try Int.fetchOne(database, sql: "SELECT count(*) FROM unindexed")
    }
    #expect(unindexed == 0)
    archive.close()
  }

  private func hits(_ word: String, _ archive: SQLiteArchive) throws -> Int? {
    try archive.pool.read { database in
      try Int.fetchOne(
        database, sql: "SELECT count(*) FROM search WHERE search MATCH ?", arguments: [word])
    }
  }

  /// Finding what a member may see costs the same in a large room and in a small one.
  @Test func `takes in a room of a million messages no more steps than in one of 1,000`() throws {
    let archive = try SQLiteArchive(path: self.path)
    let patterns: [(name: String, isPost: String)] = [
      ("lines alone", "0"), ("posts alone", "1"), ("a post now and then", "n % 50 = 0"),
      ("lines, then posts", "n > 100"), ("posts, then lines", "n < total - 100"),
    ]
    for (index, pattern) in patterns.enumerated() {
      // Five rooms of a million would take longer than they tell.
      let large = index == 2 ? 1_000_000 : 100_000
      let small = try self.steps(in: 1_000, pattern.isPost, RoomID(UInt32(2 * index + 1)), archive)
      let many = try self.steps(in: large, pattern.isPost, RoomID(UInt32(2 * index + 2)), archive)
      for (query, steps) in small {
        let more = try #require(many[query])
        #expect(more <= 2 * steps, "\(query) among \(pattern.name): \(steps) and \(more)")
      }
    }
    archive.close()
  }

  /// A block of one message, which its row gives its number.
  private static func block(_ kind: MessageKind) -> [UInt8] {
    let sender = Sender(participant: ParticipantID(1), name: "Ann")
    let id = MessageID(epoch: Epoch(incarnation: 1, counter: 1), sequence: Sequence(1))
    return MessageBlock.encode([
      ParleyModel.Message(
        room: RoomID(1), sequence: Sequence(1), position: Position(1), id: id,
        time: Timestamp(microseconds: 1), sender: sender, kind: kind, body: "line")
    ])
  }

  /// Fills a room with blocks of one message and counts the machine's steps of each kind of query.
  private func steps(
    in messages: Int, _ isPost: String, _ room: RoomID, _ archive: SQLiteArchive
  ) throws -> [String: Int] {
    try archive.pool.write { database in
      try database.execute(
        sql: """
          WITH RECURSIVE counted(n) AS (
            SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < \(messages)),
          kinds(n, post) AS MATERIALIZED (
            SELECT n, (\(isPost.replacing("total", with: "\(messages)"))) FROM counted),
          runs(n, post, start) AS (
            SELECT n, post, max(change) OVER (ORDER BY n) FROM (
              SELECT n, post,
                CASE WHEN post = lag(post) OVER (ORDER BY n) THEN NULL ELSE n END AS change
              FROM kinds))
          INSERT INTO blocks(id, posts, run, count, messages)
          SELECT \(Int64(room.number) << 40) + n, post, n - start, 1, iif(post, ?, ?)
          FROM runs
          """, arguments: [Data(Self.block(.post)), Data(Self.block(.say))])
    }
    let head = UInt64(messages)
    func plan(_ query: ReadPlan.Query, line: UInt64, post: UInt64) -> ReadPlan {
      ReadPlan(
        room: room, window: Window(firstLine: Sequence(line), firstPost: Sequence(post)),
        through: Sequence(head), query: query)
    }
    var steps: [String: Int] = [:]
    for (name, line, post) in [
      ("all", 1, 1), ("the last two lines", head - 1, head + 1),
      ("the last two posts", head + 1, head - 1), ("early lines", 1, head + 1),
      ("early posts", head + 1, 1),
    ] as [(String, UInt64, UInt64)] {
      for (kind, query) in [
        ("newest", .newest(limit: 20)), ("posts", .posts(limit: 20)),
        ("since", .since(Sequence(head - 10), limit: 20)), ("one", .one(Sequence(head / 2))),
      ] as [(String, ReadPlan.Query)] {
        steps["\(kind) with \(name)"] = try archive.machineSteps(
          of: plan(query, line: line, post: post))
      }
    }
    return steps
  }
}
