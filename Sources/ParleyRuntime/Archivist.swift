import ParleyLog
import ParleyModel
import Synchronization

/// The thread that writes records into the archive, in large transactions, and lets readers in
/// when the archive has what they need.
///
/// Everything but the mailbox and the atomics belongs to its thread.
final class Archivist: Sendable {
  /// A batch of records, or a read that waits for an offset.
  private enum Work: Sendable {
    case records([Record], through: LogOffset)
    case read(LogOffset, @Sendable () -> Void)
    case finish
  }

  /// Records to a transaction, at least where there are as many.
  private static let batchMax = 2_000
  /// How long records wait for company.
  private static let waitMilliseconds = 50
  /// Entries of the log between two checkpoints.
  private static let checkpointEntries: UInt64 = 100_000
  /// And at the latest after that many microseconds with anything new.
  private static let checkpointMicroseconds: Int64 = 30_000_000

  private let archive: any Archive
  private let mailbox = Mailbox<Work>()
  private let written: Atomic<UInt64>
  private let safe: Atomic<UInt64>
  private let failing = Atomic<Bool>(false)
  private let failed: @Sendable (String) -> Void

  /// `failed` is called once, on the archivist's thread, when the archive can no longer be
  /// written for another reason than a full disk.
  init(archive: any Archive, from offset: LogOffset, failed: @escaping @Sendable (String) -> Void) {
    self.archive = archive
    self.written = Atomic(offset.number)
    self.safe = Atomic(offset.number)
    self.failed = failed
  }

  /// The archive holds all entries below this.
  var writtenOffset: LogOffset { LogOffset(self.written.load(ordering: .acquiring)) }

  /// The archive holds all entries below this even after a power cut: the log may forget them.
  var safeOffset: LogOffset { LogOffset(self.safe.load(ordering: .acquiring)) }

  /// Whether the last write found the disk full.
  var isFailing: Bool { self.failing.load(ordering: .relaxed) }

  /// Hands over the records of all entries below `offset` that were not handed over before.
  func keep(_ records: [Record], through offset: LogOffset) {
    self.mailbox.put(.records(records, through: offset))
  }

  /// Calls `body`, on the archivist's thread, once the archive holds all entries below `offset`;
  /// it must hand on at once.
  func whenWritten(_ offset: LogOffset, _ body: @escaping @Sendable () -> Void) {
    if self.writtenOffset >= offset { return body() }
    self.mailbox.put(.read(offset, body))
  }

  /// Writes what is left, checkpoints and ends the thread.
  func finish() {
    self.mailbox.put(.finish)
  }

  /// The thread's body.
  func run() {
    var records: [Record] = []
    var through = self.writtenOffset
    var readers: [(LogOffset, @Sendable () -> Void)] = []
    var oldest: Int64 = 0
    var lastCheckpoint = (entries: through.number, time: WallClock.monotonic())
    var isFinishing = false
    while true {
      let elapsed = records.isEmpty ? 0 : (WallClock.monotonic() - oldest) / 1_000
      let wait = records.isEmpty ? 1_000 : max(0, Self.waitMilliseconds - Int(elapsed))
      for work in self.mailbox.take(waitMilliseconds: isFinishing ? 0 : wait) {
        switch work {
        case .records(let batch, let offset):
          if records.isEmpty { oldest = WallClock.monotonic() }
          if records.isEmpty { records = batch } else { records.append(contentsOf: batch) }
          through = offset
        case .read(let offset, let body): readers.append((offset, body))
        case .finish: isFinishing = true
        }
      }
      let now = WallClock.monotonic()
      let isDue =
        records.count >= Self.batchMax || !readers.isEmpty || isFinishing
        || now - oldest >= Int64(Self.waitMilliseconds) * 1_000
      if through > self.writtenOffset, isDue {
        guard self.write(&records, through: through, isLast: isFinishing) else {
          if isFinishing { return }
          continue
        }
      }
      let written = self.writtenOffset
      readers.removeAll { reader in
        guard reader.0 <= written else { return false }
        reader.1()
        return true
      }
      let entries = written.number - lastCheckpoint.entries
      let age = now - lastCheckpoint.time
      if entries >= Self.checkpointEntries || (entries > 0 && age > Self.checkpointMicroseconds)
        || isFinishing
      {
        lastCheckpoint = (written.number, now)
        self.checkpoint()
      }
      if isFinishing, through == written { return self.archive.close() }
    }
  }

  /// Whether it was written. A full disk is waited out, a second at a time.
  private func write(_ records: inout [Record], through: LogOffset, isLast: Bool) -> Bool {
    do throws(ArchiveError) {
      try self.archive.write(records, through: through)
      records.removeAll(keepingCapacity: true)
      self.written.store(through.number, ordering: .releasing)
      self.failing.store(false, ordering: .relaxed)
      return true
    } catch {
      switch error {
      case .full:
        self.failing.store(true, ordering: .relaxed)
        if !isLast { Pause.milliseconds(1_000) }
      case .failed(let reason), .damaged(let reason), .newer(let reason):
        self.failing.store(true, ordering: .relaxed)
        self.failed(reason)
        if !isLast { Pause.milliseconds(1_000) }
      }
      return false
    }
  }

  private func checkpoint() {
    do throws(ArchiveError) {
      self.safe.store(try self.archive.checkpoint().number, ordering: .releasing)
    } catch {
      // The log keeps what the checkpoint would have let it forget; the next one tries again.
    }
  }
}
