import ParleyCore
package import ParleyLog
package import ParleyModel
package import ParleyTesting
import Synchronization

/// The disk of a simulated node: it outlives the node's crashes.
///
/// Everything happens on the simulation's thread; the lock is for the protocols, which ask for
/// `Sendable`.
package final class SimulatedStorage: Sendable {
  struct Disk {
    var log = MemoryLog()
    /// Every entry that was ever durable, trimmed or not.
    var history: [Entry] = []
    /// What the archive has written.
    var archive = RecordFold()
    /// What of it a power cut leaves.
    var synced = RecordFold()
    var isFull = false
    /// The next append fails in the middle: with the batch on disk, or without it.
    var failsNextAppend: Bool?
  }

  let disk = Mutex(Disk())

  package init() {}

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

  /// The machine is in order again, as after a restart.
  package func repair() {
    self.disk.withLock { disk in
      disk.isFull = false
      disk.failsNextAppend = nil
    }
  }

  /// The machine loses its power: what was not synced is gone.
  package func cutPower() {
    self.disk.withLock { $0.archive = $0.synced }
  }

  /// Every entry that was ever durable, in order.
  package var history: [Entry] { self.disk.withLock { $0.history } }

  /// What the archive has written.
  package var fold: RecordFold { self.disk.withLock { $0.archive } }
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
        disk.history += entries
      }
      return kept == nil ? nil : .failed("the simulated disk failed")
    }
    if let failure { throw failure }
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
    self.storage.disk.withLock { $0.archive.loaded }
  }

  func write(_ batches: [[Record]], through: LogOffset) throws(ArchiveError) {
    let isFull = self.storage.disk.withLock { disk in
      if !disk.isFull { disk.archive.fold(Array(batches.joined()), through: through) }
      return disk.isFull
    }
    if isFull { throw .full }
  }

  func checkpoint() throws(ArchiveError) -> LogOffset {
    self.storage.disk.withLock { disk in
      disk.synced = disk.archive
      return disk.synced.offset
    }
  }

  func read(_ plan: ReadPlan) throws(ArchiveError) -> (messages: [Message], more: Bool) {
    self.storage.disk.withLock { $0.archive.read(plan) }
  }

  func catchUp(
    _ room: RoomID, after position: Position, sequence: Sequence, limit: Int, bytesMax: Int
  ) throws(ArchiveError) -> [RoomEvent] {
    let told = self.storage.disk.withLock { $0.archive.told(in: room) }
    return Array(told.drop { $0.position <= position }.prefix(limit))
  }

  func close() {}
}
