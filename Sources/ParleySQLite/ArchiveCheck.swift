import GRDB
import Glibc
package import ParleyLog
package import ParleyModel

/// What is in an archive, without changing anything of it.
///
/// All of it is read: the pages with their checksums, SQLite's own structures, each message, event
/// and piece of state, and the search index.
package struct ArchiveCheck: Sendable {
  package struct Counts: Sendable {
    package var bytes = 0
    package var rooms = 0
    package var directs = 0
    package var messages: UInt64 = 0
    /// What the server's audit log holds; a room's has some of it once more.
    package var audited: UInt64 = 0
    package var posts: UInt64 = 0
    package var removed: UInt64 = 0
    package var events: UInt64 = 0
    package var participants = 0
    package var members = 0
    /// Messages that the search index has not taken in yet.
    package var unindexed: UInt64 = 0
  }

  package internal(set) var counts = Counts()
  /// What a start would load; nil where it cannot be.
  package internal(set) var loaded: LoadedState?
  package internal(set) var faults: [DataFault] = []

  /// Faults of one kind that are told one by one.
  static let faultsMax = 20
  /// All that is kept as messages are.
  var kept: UInt64 = 0

  let path: String

  /// Reads all of an archive that no server has open.
  ///
  /// - Parameters:
  ///   - path: its file.
  ///   - progress: called with what is done, and how much there is of it, from 0 to 1.
  package init(path: String, progress: (_ part: String, _ done: Double) -> Void) {
    PageChecksums.register()
    self.path = path
    guard access(path, F_OK) == 0 else {
      self.add("it is missing")
      return
    }
    self.checkPages(progress)
    do {
      try ReadOnlyFiles.with(path) { path in
        var configuration = Configuration()
        configuration.readonly = true
        configuration.prepareDatabase { database in
          try database.execute(
            sql: "PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY")
        }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.inDatabase { database in
          guard try self.checkFormat(database) else { return }
          try self.check(database, progress)
        }
        try queue.close()
      }
    } catch {
      self.add(error)
    }
  }

  private mutating func check(
    _ database: Database, _ progress: (_ part: String, _ done: Double) -> Void
  ) throws {
    progress("the archive's structure", 0)
    let rows = try Prepared(database, "PRAGMA integrity_check(\(Self.faultsMax))")
    while try rows.step() {
      let text = String(decoding: rows.bytes(0), as: UTF8.self)
      if text != "ok" { self.add("SQLite's own check: \(text)") }
    }
    rows.reset()
    self.attempt { try $0.checkState(database) }
    self.attempt { try $0.checkMessages(database, progress) }
    self.attempt { try $0.checkEvents(database) }
    progress("the search index", 0)
    self.attempt { try $0.checkIndex(database, progress) }
  }

  /// Goes on with the other checks where one finds that it cannot go on.
  private mutating func attempt(_ body: (inout ArchiveCheck) throws -> Void) {
    do {
      try body(&self)
    } catch {
      self.add(error)
    }
  }

  mutating func add(_ text: String) {
    let fault = DataFault(file: self.path, text: text)
    if !self.faults.contains(fault) { self.faults.append(fault) }
  }

  mutating func add(_ error: any Error) {
    switch error {
    case CodecError.newer(let text):
      self.faults.append(DataFault(file: self.path, text: text, isNewer: true))
    case CodecError.damaged(let text): self.add(text)
    case let error as DatabaseError where error.extendedResultCode == .SQLITE_IOERR_DATA:
      self.add("a page that was read does not have the checksum it was written with")
    case let error as DatabaseError:
      self.add("SQLite says: \(error.message ?? error.resultCode.description)")
    default: self.add("\(error)")
    }
  }

  private mutating func checkFormat(_ database: Database) throws -> Bool {
    func int(_ sql: String) throws -> Int64 {
      let row = try Prepared(database, sql)
      defer { row.reset() }
      return try row.step() ? row.int(0) : 0
    }
    guard try int("PRAGMA application_id") == ArchiveSchema.applicationID else {
      self.add("it is no archive of Parley's")
      return false
    }
    let format = try int("PRAGMA user_version")
    guard format == ArchiveSchema.format else {
      let isNewer = format > ArchiveSchema.format
      self.faults.append(
        DataFault(
          file: self.path,
          text: "\(isNewer ? "a newer" : "an older") release wrote it (format \(format); this one "
            + "knows \(ArchiveSchema.format))", isNewer: isNewer))
      return false
    }
    return true
  }
}
