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
    case read(LogOffset, @Sendable (Unwritten) -> Void)
    case finish
  }

  /// Records to a transaction, at least where there are as many.
  private static let batchMax = 20_000
  /// How long records wait for company.
  private static let waitMilliseconds = 200
  /// Entries of the log between two checkpoints.
  private static let checkpointEntries: UInt64 = 100_000
  /// And at the latest after that many microseconds with anything new.
  private static let checkpointMicroseconds: Int64 = 30_000_000

  private let archive: any Archive
  private let mailbox = Mailbox<Work>()
  private let written: Atomic<UInt64>
  private let safe: Atomic<UInt64>
  private let failing = Atomic<Bool>(false)
  private let clock: EngineClock
  private let failed: @Sendable (String) -> Void

  /// `failed` is called once, on the archivist's thread, when the archive can no longer be
  /// written for another reason than a full disk.
  init(
    archive: any Archive, from offset: LogOffset, clock: EngineClock,
    failed: @escaping @Sendable (String) -> Void
  ) {
    self.clock = clock
    self.archive = archive
    self.written = Atomic(offset.number)
    // What was written before the start may never have been synced: the first checkpoint says.
    self.safe = Atomic(0)
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

  /// Calls `body`, on the archivist's thread, once the archive holds all entries below `offset`,
  /// or with what it cannot take while its disk is full; it must hand on at once.
  func whenWritten(_ offset: LogOffset, _ body: @escaping @Sendable (Unwritten) -> Void) {
    if self.writtenOffset >= offset { return body(Unwritten()) }
    self.mailbox.put(.read(offset, body))
  }

  /// Writes what is left, checkpoints and ends the thread.
  func finish() {
    self.mailbox.put(.finish)
  }

  /// Forgets what waits, where a simulated process ends.
  func abandon() {
    _ = self.mailbox.take()
  }

  /// The thread's body.
  func run() {
    var state = State(through: self.writtenOffset, now: self.clock.monotonic())
    while self.turn(&state, mayWait: true) {}
  }

  /// What only the thread knows.
  struct State: ~Copyable {
    fileprivate var batches: [[Record]] = []
    /// How many there are in the batches.
    fileprivate var count = 0
    fileprivate var through: LogOffset
    fileprivate var readers: [(LogOffset, @Sendable (Unwritten) -> Void)] = []
    /// Not before this is a full disk tried again.
    fileprivate var retryTime: Int64 = 0
    /// When the oldest of the records came.
    fileprivate var oldest: Int64 = 0
    fileprivate var checkpointEntries: UInt64
    fileprivate var checkpointTime: Int64
    fileprivate var isFinishing = false

    init(through: LogOffset, now: Int64) {
      self.through = through
      self.checkpointEntries = through.number
      self.checkpointTime = now
    }
  }

  /// Takes what has come, writes where it is time to, and lets readers in; false at the end.
  func turn(_ state: inout State, mayWait: Bool) -> Bool {
    self.take(into: &state, mayWait: mayWait)
    let now = self.clock.monotonic()
    let isDue =
      state.count >= Self.batchMax || !state.readers.isEmpty || state.isFinishing
      || now - state.oldest >= Int64(Self.waitMilliseconds) * 1_000
    if state.through > self.writtenOffset, isDue, now >= state.retryTime {
      if !self.write(&state), state.isFinishing { return false }
    }
    let written = self.writtenOffset
    let unwritten = Unwritten(batches: self.isFailing ? state.batches : [])
    state.readers.removeAll { offset, body in
      guard offset <= written || (self.isFailing && offset <= state.through) else { return false }
      body(unwritten)
      return true
    }
    let entries = written.number - state.checkpointEntries
    if entries >= Self.checkpointEntries || state.isFinishing
      || (entries > 0 && now - state.checkpointTime > Self.checkpointMicroseconds)
    {
      state.checkpointEntries = written.number
      state.checkpointTime = now
      self.checkpoint()
    }
    guard state.isFinishing, state.through == written else { return true }
    self.archive.close()
    return false
  }

  private func take(into state: inout State, mayWait: Bool) {
    var wait = 0
    if mayWait, !state.isFinishing {
      let age = state.batches.isEmpty ? 0 : (self.clock.monotonic() - state.oldest) / 1_000
      wait = state.batches.isEmpty ? 1_000 : max(0, Self.waitMilliseconds - Int(age))
      if self.isFailing { wait = max(wait, Self.waitMilliseconds) }
    }
    for work in self.mailbox.take(waitMilliseconds: wait) {
      switch work {
      case .records(let batch, let offset):
        if state.batches.isEmpty { state.oldest = self.clock.monotonic() }
        state.batches.append(batch)
        state.count += batch.count
        state.through = offset
      case .read(let offset, let body): state.readers.append((offset, body))
      case .finish: state.isFinishing = true
      }
    }
  }

  /// Whether it was written.
  ///
  /// A full disk is tried again after a second.
  private func write(_ state: inout State) -> Bool {
    do throws(ArchiveError) {
      try self.archive.write(state.batches, through: state.through)
      state.batches.removeAll(keepingCapacity: true)
      state.count = 0
      self.written.store(state.through.number, ordering: .releasing)
      self.failing.store(false, ordering: .relaxed)
      return true
    } catch {
      switch error {
      case .full: break
      case .failed(let reason), .damaged(let reason), .newer(let reason): self.failed(reason)
      }
      self.failing.store(true, ordering: .relaxed)
      state.retryTime = self.clock.monotonic() + 1_000_000
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
