package import NIOCore
import ParleyCore
package import ParleyDoorKit
package import ParleyLog
package import ParleyModel
import Synchronization

/// The engine without its threads: the same sequencer, archivist and hubs, each run a step at a
/// time by one caller, so that a simulation decides what happens when.
///
/// Not `Sendable`: everything happens on the caller's thread, the loops included.
package final class SteppedEngine {
  package let counters = Counters()
  /// The conversation's state as it was loaded and replayed, before the run's first entry.
  package let bytesAtStart: [UInt8]
  private let inbox = Mailbox<Submission>()
  private let archivist: Archivist
  private var archivistState: Archivist.State
  private let failure = Failure()
  private var sequencer: Sequencer
  private let hubs: [HubMailbox]
  /// Where the sequencer puts what is for the hubs, so that the tap comes in between.
  private let outlets: [HubMailbox]
  private let tap: EngineTap
  /// Reads that wait for their turn on the pool.
  private let reads: Mailbox<@Sendable () -> Void>

  /// Loads, applies the log's tail and takes the first turn, as ``Engine/start`` does.
  package init(
    loops: [any EventLoop], log: any ProposalLog, archive: any Archive, settings: Settings,
    incarnation: UInt32, options: EngineOptions, clock: EngineClock,
    observer: any EngineObserver, tap: EngineTap = EngineTap()
  ) throws {
    let loaded = try archive.load()
    let failure = self.failure
    let archivist = Archivist(
      archive: archive, from: loaded.offset, clock: clock,
      failed: { _ in failure.isKnown.store(true, ordering: .relaxed) })
    let reads = Mailbox<@Sendable () -> Void>()
    self.reads = reads
    self.tap = tap
    self.archivist = archivist
    self.archivistState = Archivist.State(through: loaded.offset, now: clock.monotonic())
    let (inbox, counters) = (self.inbox, self.counters)
    let hubs = loops.map { loop in
      HubMailbox.make(
        loop: loop, options: options, archivist: archivist, archive: archive,
        onPool: { reads.put($0) }, sequencer: inbox, counters: counters, observer: observer,
        offset: loaded.offset)
    }
    let outlets = hubs.map {
      HubMailbox(inbox: Mailbox(), loop: $0.loop, hub: $0.hub, allClosed: $0.allClosed)
    }
    self.hubs = hubs
    self.outlets = outlets
    var conversation = Conversation(loading: loaded)
    _ = try Engine.replay(log, from: loaded.offset, into: &conversation, archivist)
    self.bytesAtStart = conversation.canonicalBytes()
    let opening = Engine.opening(conversation, loaded, settings, incarnation)
    self.sequencer = Sequencer(
      conversation: conversation, log: log, inbox: inbox, hubs: outlets, archivist: archivist,
      counters: counters, clock: clock)
    try self.sequencer.turn(opening)
    self.handOn()
  }

  /// One turn of the sequencer with all that has arrived.
  package func sequence() throws(LogError) {
    var submissions = self.inbox.take()
    for index in submissions.indices {
      guard case .requests(let session, var requests) = submissions[index] else { continue }
      self.tap.taken(session, &requests)
      submissions[index] = .requests(session, requests)
    }
    try self.sequencer.turn(submissions)
    self.handOn()
  }

  /// Takes the turn's hand-overs past the tap to the loops.
  private func handOn() {
    for (index, outlet) in self.outlets.enumerated() {
      for var handOver in outlet.inbox.take() {
        if index == 0 { self.tap.told(handOver.items) }
        self.tap.handed(index, &handOver.items)
        self.hubs[index].put(handOver)
      }
    }
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

  /// Whether the archive failed in a way after which the process must stop.
  package var hasFailed: Bool { self.failure.isKnown.load(ordering: .relaxed) }

  /// The conversation's state, for comparing.
  package var canonicalBytes: [UInt8] { self.sequencer.canonicalBytes }

  /// Lets go of everything, as the end of a process does.
  package func abandon() {
    for hub in self.hubs { hub.hub.value.abandon() }
    self.archivist.abandon()
    _ = self.reads.take()
  }

  /// Measures what waits for each session that is still connected.
  package func measure(_ body: (SessionMeasure) throws -> Void) rethrows {
    for hub in self.hubs {
      for feed in hub.hub.value.feeds.values where !feed.isGone {
        var tailEvents = 0
        for room in feed.rooms { tailEvents = max(tailEvents, room.room.tail.events.count) }
        try body(
          SessionMeasure(
            id: feed.session.id, isBehind: feed.isBehind,
            waitingBytes: feed.session.outbox.waitingBytes, pending: feed.pending.count,
            pendingBytes: feed.pendingBytes, tailEvents: tailEvents))
      }
    }
  }

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

/// Notes that the archive failed.
private final class Failure: Sendable {
  let isKnown = Atomic<Bool>(false)
}
