import ParleyCore
package import ParleyLog
import ParleyModel
package import ParleyTesting
import Synchronization

/// The disk of a simulated node: it outlives the node's crashes.
///
/// Everything happens on the simulation's thread; the lock is for the protocols, which ask for
/// `Sendable`.
package final class SimulatedStorage: Sendable {
  struct Disk {
    let sabotage: Sabotage?
    var log = MemoryLog()
    /// Every entry that was ever durable, trimmed or not.
    var history: [Entry] = []
    /// Entries that a sabotaged log has not synced.
    var unsynced: [Entry] = []
    /// What the archive has written.
    var archive = RecordFold()
    /// What of it a power cut leaves.
    var synced = RecordFold()
    var isFull = false
    /// The next append fails: with the batch on disk, or without it.
    var failsNextAppend: Bool?
    var failsNextWrite = false
    var failsNextRead = false
    /// For sabotage that strikes now and then.
    var count = 0
  }

  let disk: Mutex<Disk>

  package init(sabotage: Sabotage? = nil) {
    self.disk = Mutex(Disk(sabotage: sabotage))
  }

  /// The log over this disk.
  package var log: any ProposalLog { SimulatedLog(storage: self) }

  /// The archive over this disk.
  package var archive: any Archive { SimulatedArchive(storage: self) }

  package func setFull(_ isFull: Bool) {
    self.disk.withLock { $0.isFull = isFull }
  }

  /// Lets the next append fail without saying whether it is on disk, which `isKept` decides.
  package func failNextAppend(isKept: Bool) {
    self.disk.withLock { $0.failsNextAppend = isKept }
  }

  package func failNextWrite() {
    self.disk.withLock { $0.failsNextWrite = true }
  }

  package func failNextRead() {
    self.disk.withLock { $0.failsNextRead = true }
  }

  /// The machine is in order again, as after a restart.
  package func repair() {
    self.disk.withLock { disk in
      disk.isFull = false
      disk.failsNextAppend = nil
      disk.failsNextWrite = false
      disk.failsNextRead = false
    }
  }

  /// The process ends; with `losesPower`, what was not synced is gone.
  package func stop(losesPower: Bool) {
    self.disk.withLock { disk in
      if losesPower { disk.archive = disk.synced }
      guard !disk.unsynced.isEmpty else { return }
      // A sabotaged log: what it had acknowledged was never written.
      var log = MemoryLog(startingAt: disk.log.start)
      try? log.append(disk.history.filter { $0.offset >= disk.log.start })
      disk.log = log
      disk.unsynced.removeAll()
    }
  }

  /// How many entries were ever durable.
  var historyCount: Int { self.disk.withLock { $0.history.count } }

  /// Every entry that was ever durable from that one on, in order.
  func history(from first: Int) -> ArraySlice<Entry> {
    self.disk.withLock { $0.history[first...] }
  }

  /// What the archive has written.
  package var fold: RecordFold { self.disk.withLock { $0.archive } }

  /// What a new process finds: the archive, and on top of it what the log has beyond it.
  func found() throws -> RecordFold {
    let (log, archive) = self.disk.withLock { ($0.log, $0.archive) }
    var fold = archive
    var conversation = Conversation(loading: fold.loaded)
    var effects = Effects()
    try log.read(from: fold.offset) { conversation.apply($0, into: &effects) }
    conversation.drainState(into: &effects)
    fold.fold(effects.records, through: log.end)
    return fold
  }
}

/// A log that fails when it is told to.
private struct SimulatedLog: ProposalLog {
  let storage: SimulatedStorage

  var start: LogOffset { self.storage.disk.withLock { $0.log.start } }
  var end: LogOffset { self.storage.disk.withLock { $0.log.end } }

  mutating func append(_ entries: [Entry]) throws(LogError) {
    let failure = self.storage.disk.withLock { disk -> LogError? in
      if disk.isFull { return .full }
      let kept = disk.failsNextAppend
      disk.failsNextAppend = nil
      if kept != false {
        // The in-memory log never fails.
        try? disk.log.append(entries)
        Self.sync(entries, &disk)
      }
      return kept == nil ? nil : .failed("the simulated disk failed")
    }
    if let failure { throw failure }
  }

  private static func sync(_ entries: [Entry], _ disk: inout SimulatedStorage.Disk) {
    disk.unsynced += entries
    disk.count += 1
    if disk.sabotage == .lostSync, disk.count % 8 != 0 { return }
    disk.history += disk.unsynced
    disk.unsynced.removeAll(keepingCapacity: true)
    if disk.sabotage == .logTrimmedTooFar { try? disk.log.trim(below: disk.archive.offset) }
  }

  func read(from offset: LogOffset, _ body: (Entry) throws -> Void) throws {
    try self.storage.disk.withLock { $0.log }.read(from: offset, body)
  }

  mutating func trim(below offset: LogOffset) throws(LogError) {
    self.storage.disk.withLock { disk in
      // The in-memory log never fails.
      try? disk.log.trim(below: offset)
    }
  }
}

/// An archive in memory, with the difference between written and synced.
private struct SimulatedArchive: Archive {
  let storage: SimulatedStorage

  func load() throws(ArchiveError) -> LoadedState {
    self.storage.disk.withLock { disk in
      var loaded = disk.archive.loaded
      if disk.sabotage == .noncesForgottenAtStart { loaded.nonces.removeAll() }
      if disk.sabotage == .placesForgottenAtStart {
        loaded.sessions.removeAll { $0.holdsPlace }
      }
      return loaded
    }
  }

  func write(_ batches: [[Record]], through: LogOffset) throws(ArchiveError) {
    let error = self.storage.disk.withLock { disk -> ArchiveError? in
      if disk.isFull { return .full }
      if disk.failsNextWrite {
        disk.failsNextWrite = false
        return .failed("the simulated archive failed")
      }
      disk.archive.fold(Self.kept(Array(batches.joined()), &disk), through: through)
      return nil
    }
    if let error { throw error }
  }

  private static func kept(
    _ records: [Record], _ disk: inout SimulatedStorage.Disk
  ) -> [Record] {
    guard disk.sabotage == .recordNotArchived || disk.sabotage == .removalNotArchived else {
      return records
    }
    return records.filter { record in
      switch record {
      case .message:
        disk.count += 1
        return disk.sabotage != .recordNotArchived || disk.count % 50 != 0
      case .removal: return disk.sabotage != .removalNotArchived
      case .event, .state, .forget, .roomDeleted: return true
      }
    }
  }

  func checkpoint() throws(ArchiveError) -> LogOffset {
    self.storage.disk.withLock { disk in
      if disk.sabotage == .checkpointWithoutSync { return disk.archive.offset }
      disk.synced = disk.archive
      return disk.synced.offset
    }
  }

  func read(_ plan: ReadPlan) throws(ArchiveError) -> ReadAnswer {
    let found = self.storage.disk.withLock { disk -> ReadAnswer? in
      if disk.failsNextRead {
        disk.failsNextRead = false
        return nil
      }
      return disk.archive.read(Self.tampered(plan, disk.sabotage))
    }
    guard let found else { throw .failed("the simulated archive cannot be read") }
    return found
  }

  private static func tampered(_ plan: ReadPlan, _ sabotage: Sabotage?) -> ReadPlan {
    var plan = plan
    if sabotage == .archiveWindowTooWide, plan.window.firstLine > Sequence(1) {
      plan.window.firstLine = Sequence(plan.window.firstLine.number - 1)
    }
    guard sabotage == .answerTooLong else { return plan }
    switch plan.query {
    case .one: break
    case .newest(let limit): plan.query = .newest(limit: limit + 1)
    case .posts(let limit): plan.query = .posts(limit: limit + 1)
    case .since(let sequence, let limit): plan.query = .since(sequence, limit: limit + 1)
    case .after(let sequence, let limit): plan.query = .after(sequence, limit: limit + 1)
    case .search(let query, let limit): plan.query = .search(query, limit: limit + 1)
    }
    return plan
  }

  func catchUp(
    _ room: RoomID, after position: Position, sequence: Sequence, limit: Int, bytesMax: Int
  ) throws(ArchiveError) -> [RoomEvent] {
    self.storage.disk.withLock { disk in
      let told = disk.archive.told(in: room).drop { $0.position <= position }
      let hasGap = disk.sabotage == .gapWhileBehind && told.count > 1
      return Array(told.dropFirst(hasGap ? 1 : 0).prefix(limit))
    }
  }

  func close() {}
}
