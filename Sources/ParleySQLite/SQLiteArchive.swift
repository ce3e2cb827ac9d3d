import GRDB
package import ParleyLog
package import ParleyModel
import Synchronization

/// The archive in one SQLite database.
///
/// `ArchiveSchema` says what is in it.
///
/// One thread calls `write`, `checkpoint` and `close`; any thread may read, on a connection of a
/// bounded pool.
///
/// A write is in the write-ahead log when it returns, and on disk after the next `checkpoint`:
/// until then the proposal log has it. The file's pages carry checksums (`PageChecksums`), so
/// that a flipped bit is found when the page is read, and at the start.
package final class SQLiteArchive: Archive {
  /// Connections that read at one time; a further read waits.
  package static let readersMax = 4

  private let path: String
  /// For tests as well.
  let pool: DatabasePool
  private let state: Mutex<State>

  /// What only the writing thread uses.
  ///
  /// The lock is never waited for; it lets the compiler see that.
  private struct State {
    var writer = ArchiveWriter()
    var index: SearchIndex
    /// The offset of the last write.
    var written: LogOffset
    /// What the last complete checkpoint covers.
    var durable: LogOffset
  }

  /// Opens the archive, which is made where there is none; checks that it is whole.
  package init(path: String) throws(ArchiveError) {
    self.path = path
    try ArchiveFile.prepare(path)
    let (pool, state) = try archived(path) {
      var configuration = Configuration()
      configuration.maximumReaderCount = Self.readersMax
      configuration.foreignKeysEnabled = false
      configuration.busyMode = .timeout(5)
      configuration.prepareDatabase { database in
        try database.execute(sql: "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4096")
      }
      let pool = try DatabasePool(path: path, configuration: configuration)
      let state = try pool.writeWithoutTransaction { database in
        // Opening the pool has set `synchronous` to NORMAL, which is what is wanted: commits do
        // not sync, checkpoints do. They are made by `checkpoint` alone.
        try database.execute(
          sql: "PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -32768")
        let offset = try ArchiveLoader(database).offset()
        return State(index: try SearchIndex(database), written: offset, durable: offset)
      }
      return (pool, state)
    }
    self.pool = pool
    self.state = Mutex(state)
  }

  package func load() throws(ArchiveError) -> LoadedState {
    try archived(self.path) {
      try self.pool.read { try ArchiveLoader($0).load() }
    }
  }

  package func write(
    _ batches: [[ParleyModel.Record]], through: LogOffset
  ) throws(ArchiveError) {
    try archived(self.path) {
      try self.state.withLock { state in
        do {
          let ranges = try self.pool.write { database in
            try state.writer.write(batches, through: through, database)
          }
          state.index.add(ranges)
          state.written = through
        } catch {
          state.writer.forget()
          throw error
        }
        if state.index.waiting >= SearchIndex.batchMin { try self.feedIndex(&state) }
      }
    }
  }

  package func checkpoint() throws(ArchiveError) -> LogOffset {
    try archived(self.path) {
      try self.state.withLock { state in
        if state.index.waiting > 0 { try self.feedIndex(&state) }
        let isComplete = try self.pool.writeWithoutTransaction { database in
          let row = try Prepared(database, "PRAGMA wal_checkpoint(PASSIVE)")
          defer { row.reset() }
          // Whether it was blocked, the pages in the write-ahead log, and those brought over.
          return try row.step() && row.int(0) == 0 && row.int(1) == row.int(2)
        }
        // A reader of an older state may hold some pages back: they count next time.
        if isComplete { state.durable = state.written }
        return state.durable
      }
    }
  }

  package func read(_ plan: ReadPlan) throws(ArchiveError) -> ReadAnswer {
    try self.read(plan, bounds: ArchiveSearch.Bounds())
  }

  /// The same with other bounds of a search.
  func read(
    _ plan: ReadPlan, bounds: ArchiveSearch.Bounds
  ) throws(ArchiveError) -> ReadAnswer {
    try archived(self.path) {
      try self.pool.read { database in
        var reader = ArchiveReader(database)
        return try reader.read(plan, bounds: bounds)
      }
    }
  }

  package func catchUp(
    _ room: RoomID, after position: Position, sequence: Sequence, limit: Int, bytesMax: Int
  ) throws(ArchiveError) -> [RoomEvent] {
    try archived(self.path) {
      try self.pool.read { database in
        try ArchiveReader(database).catchUp(
          room, after: position, sequence: sequence, limit: limit, bytesMax: bytesMax)
      }
    }
  }

  /// Ends with everything in the one file: the last connection takes the write-ahead log away.
  package func close() {
    _ = try? self.checkpoint()
    try? self.pool.close()
  }

  /// What answering a plan costs in steps of SQLite's machine.
  func machineSteps(of plan: ReadPlan) throws -> Int {
    try self.pool.read { database in
      var reader = ArchiveReader(database)
      _ = try reader.read(plan)
      return reader.machineSteps
    }
  }

  private func feedIndex(_ state: inout State) throws {
    try self.pool.write { try state.index.feed($0) }
    state.index.clear()
  }
}
