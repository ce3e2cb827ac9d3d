package import NIOCore
import ParleyCore
package import ParleyDoorKit
package import ParleyLog
package import ParleyModel

/// The engine without its threads: the same sequencer, archivist and hubs, each run a step at a
/// time by one caller, so that a simulation decides what happens when.
///
/// Not `Sendable`: everything happens on the caller's thread, the loops included.
package final class SteppedEngine {
  package let counters = Counters()
  private let inbox = Mailbox<Submission>()
  private let archivist: Archivist
  private var archivistState: Archivist.State
  private var sequencer: Sequencer
  private let hubs: [HubMailbox]
  /// Reads that wait for their turn on the pool.
  private let reads: Mailbox<@Sendable () -> Void>

  /// Loads, applies the log's tail and takes the first turn, as ``Engine/start`` does.
  package init(
    loops: [any EventLoop], log: any ProposalLog, archive: any Archive, settings: Settings,
    incarnation: UInt32, options: EngineOptions, clock: EngineClock,
    observer: any EngineObserver
  ) throws {
    let loaded = try archive.load()
    let archivist = Archivist(archive: archive, from: loaded.offset, clock: clock, failed: { _ in })
    let reads = Mailbox<@Sendable () -> Void>()
    self.reads = reads
    self.archivist = archivist
    self.archivistState = Archivist.State(through: loaded.offset, now: clock.monotonic())
    let (inbox, counters) = (self.inbox, self.counters)
    let hubs = loops.map { loop in
      HubMailbox.make(
        loop: loop, options: options, archivist: archivist, archive: archive,
        onPool: { reads.put($0) }, sequencer: inbox, counters: counters, observer: observer,
        offset: loaded.offset)
    }
    self.hubs = hubs
    var conversation = Conversation(loading: loaded)
    _ = try Engine.replay(log, from: loaded.offset, into: &conversation, archivist)
    let opening = Engine.opening(conversation, loaded, settings, incarnation)
    self.sequencer = Sequencer(
      conversation: conversation, log: log, inbox: inbox, hubs: hubs, archivist: archivist,
      counters: counters, clock: clock)
    try self.sequencer.turn(opening)
  }

  /// One turn of the sequencer with all that has arrived.
  package func sequence() throws(LogError) {
    try self.sequencer.turn(self.inbox.take())
  }

  /// One turn of the archivist.
  package func archiveTurn() {
    _ = self.archivist.turn(&self.archivistState, mayWait: false)
  }

  /// Runs the reads that wait.
  package func read() {
    for read in self.reads.take() { read() }
  }

  /// One sweep of every loop.
  package func sweep() {
    for hub in self.hubs { hub.hub.value.sweep() }
  }

  /// Whether the archive has all that the log has.
  package var isArchived: Bool { self.archivist.writtenOffset == self.sequencer.end }

  /// The conversation's state, for comparing.
  package var canonicalBytes: [UInt8] { self.sequencer.canonicalBytes }

  /// The handler of a session on that channel.
  package func makeSession(
    on channel: any Channel, dialect: any Dialect, door: String,
    switchDoor: @escaping (ByteBuffer) -> (any Dialect)? = { _ in nil }
  ) -> SessionHandler? {
    guard let mailbox = self.hubs.first(where: { $0.loop === channel.eventLoop }) else {
      return nil
    }
    return SessionHandler(
      channel: channel, dialect: dialect, door: door, host: mailbox.hub.value,
      descriptor: nil, switchDoor: switchDoor)
  }
}
