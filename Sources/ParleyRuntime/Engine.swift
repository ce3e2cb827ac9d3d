import NIOConcurrencyHelpers
package import NIOCore
package import NIOPosix
import ParleyCore
package import ParleyDoorKit
package import ParleyLog
package import ParleyModel
import Synchronization

/// What the runtime can be told; each has its unit in its type or name.
package struct EngineOptions: Sendable {
  /// Bytes that wait for one session before its policy acts.
  package var outboxBytesMax = 256 * 1024
  package var outboxPolicies = OutboxPolicies()
  /// How long a connection is silent before it is probed.
  package var heartbeat = TimeAmount.seconds(60)
  /// How long a probe is waited for.
  package var heartbeatGrace = TimeAmount.seconds(30)
  /// How long a session may take to log in.
  package var loginTimeout = TimeAmount.seconds(60)
  /// How long a session may say nothing; nil is for ever.
  package var idleTimeout: TimeAmount?
  /// How long a reader may take nothing of what waits for it.
  package var stallTimeout = TimeAmount.seconds(120)
  /// How long queued bytes may take at the end.
  package var shutdownGrace = TimeAmount.seconds(5)
  /// Who deals with passwords and tokens.
  package var secrets: any SecretService = NoSecrets()
  /// Who may not try a password now; nil is that everybody may.
  package var loginGuard: LoginGuard?
  /// Whether messages are shown to the observer.
  package var logsMessages = false

  package init() {}
}

/// Who watches: the console.
///
/// Called on event loops; must not block.
package protocol EngineObserver: Sendable {
  func sessionOpened(_ id: SessionID, address: SocketAddress?, door: String, active: Int)
  func sessionClosed(_ id: SessionID, _ closing: Closing, wasLost: Bool, active: Int)
  func message(_ message: Message, room: String)
}

/// What a start found in the data directory.
package struct EngineStart: Sendable {
  package var rooms: Int
  /// Entries of the log that were applied on top of the archive.
  package var replayed: UInt64
}

/// The threads and what they share: sequencer, archivist, readers, and a hub on each event loop.
package final class Engine: Sendable {
  package let counters = Counters()

  private let group: MultiThreadedEventLoopGroup
  private let readers: NIOThreadPool
  private let inbox = Mailbox<Submission>()
  private let archivist: Archivist
  private let hubs: [HubMailbox]
  private let sequencerDone: EventLoopPromise<Void>
  private let archivistDone: EventLoopPromise<Void>
  private let sweeps = NIOLockedValueBox<[RepeatedTask]>([])

  /// Loads, applies the log's tail and starts the threads.
  ///
  /// `openLog` is called on the sequencer's thread, which owns the log from then on; `failed` once
  /// when the process must stop, with the reason. Answers with the engine and what it found.
  package static func start(
    group: MultiThreadedEventLoopGroup, archive: any Archive, settings: Settings,
    incarnation: UInt32, options: EngineOptions, observer: any EngineObserver,
    openLog: @escaping @Sendable () throws -> any ProposalLog,
    failed: @escaping @Sendable (String) -> Void
  ) async throws -> (Engine, EngineStart) {
    let loaded = try archive.load()
    let engine = Engine(
      group: group, archive: archive, options: options, observer: observer,
      offset: loaded.offset, failed: failed)
    engine.readers.start()
    let archivist = engine.archivist
    let archivistDone = engine.archivistDone
    Thread.start(name: "archivist") {
      archivist.run()
      archivistDone.succeed()
    }
    let found = try await engine.startSequencer(
      loaded, settings: settings, incarnation: incarnation, openLog: openLog, failed: failed)
    let sweeps = engine.hubs.map { hub in
      hub.loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
        hub.hub.value.sweep()
      }
    }
    engine.sweeps.withLockedValue { $0 = sweeps }
    return (engine, found)
  }

  private init(
    group: MultiThreadedEventLoopGroup, archive: any Archive, options: EngineOptions,
    observer: any EngineObserver, offset: LogOffset, failed: @escaping @Sendable (String) -> Void
  ) {
    self.group = group
    let readers = NIOThreadPool(numberOfThreads: 2)
    self.readers = readers
    let archivist = Archivist(
      archive: archive, from: offset, clock: .system, failed: failed)
    let onPool: ReadExecutor = { body in
      readers.submit { state in
        if case .active = state { body() }
      }
    }
    self.archivist = archivist
    let sequencer = self.inbox
    let counters = self.counters
    self.hubs = group.makeIterator().map { loop in
      HubMailbox.make(
        loop: loop, options: options, archivist: archivist, archive: archive, onPool: onPool,
        sequencer: sequencer, counters: counters, observer: observer, offset: offset)
    }
    self.sequencerDone = group.any().makePromise()
    self.archivistDone = group.any().makePromise()
  }

  private func startSequencer(
    _ loaded: LoadedState, settings: Settings, incarnation: UInt32,
    openLog: @escaping @Sendable () throws -> any ProposalLog,
    failed: @escaping @Sendable (String) -> Void
  ) async throws -> EngineStart {
    let started = self.group.any().makePromise(of: EngineStart.self)
    let (inbox, hubs, archivist, counters) =
      (self.inbox, self.hubs, self.archivist, self.counters)
    let done = self.sequencerDone
    Thread.start(name: "sequencer") {
      do {
        let log = try openLog()
        var conversation = Conversation(loading: loaded)
        var start = try Self.replay(log, from: loaded.offset, into: &conversation, archivist)
        let opening = Self.opening(conversation, loaded, settings, incarnation)
        start.rooms = conversation.census.rooms
        var sequencer = Sequencer(
          conversation: conversation, log: log, inbox: inbox, hubs: hubs, archivist: archivist,
          counters: counters, clock: .system)
        try sequencer.turn(opening)
        if sequencer.couldNotBegin { throw LogError.full }
        started.succeed(start)
        do throws(LogError) {
          try sequencer.run()
        } catch {
          failed("\(error)")
        }
        done.succeed()
      } catch {
        started.fail(error)
        done.succeed()
      }
    }
    return try await started.futureResult.get()
  }

  /// What a run begins with: its start, and the settings where they have changed.
  static func opening(
    _ conversation: borrowing Conversation, _ loaded: LoadedState, _ settings: Settings,
    _ incarnation: UInt32
  ) -> [Submission] {
    var opening: [Submission] = [.proposal(.runStarted(incarnation: incarnation))]
    if conversation.settings != settings || loaded.conversation == nil {
      opening.append(.proposal(.settings(settings)))
    }
    return opening
  }

  /// State plus tail: applies what the log has beyond the archive.
  static func replay(
    _ log: any ProposalLog, from offset: LogOffset, into conversation: inout Conversation,
    _ archivist: Archivist
  ) throws -> EngineStart {
    var effects = Effects()
    var count: UInt64 = 0
    try log.read(from: offset) { entry in
      conversation.apply(entry, into: &effects)
      effects.items.removeAll(keepingCapacity: true)
      count += 1
      if effects.records.count >= 2_000 {
        conversation.drainState(into: &effects)
        archivist.keep(effects.records, through: LogOffset(entry.offset.number + 1))
        effects.removeAll()
      }
    }
    conversation.drainState(into: &effects)
    if count > 0 { archivist.keep(effects.records, through: log.end) }
    return EngineStart(rooms: 0, replayed: count)
  }

  /// Sessions that there are now.
  package var sessions: Int { self.counters.sessions.load(ordering: .relaxed) }

  /// From now on these settings hold: they enter the log as an entry, unless they are what holds.
  package func change(_ settings: Settings) {
    self.inbox.put(.proposal(.settings(settings)))
  }

  /// Tells everyone a word of the server.
  package func announce(_ text: String) {
    self.inbox.put(.proposal(.announce(text)))
  }

  /// The handler of a session on that channel, called on the channel's loop.
  package func makeSession(
    on channel: any Channel, dialect: any Dialect, door: String, origin: SessionOrigin,
    descriptor: CInt?, pace: CommandPace? = nil,
    switchDoor: @escaping (ByteBuffer) -> (any Dialect)?
  ) -> SessionHandler? {
    guard let mailbox = self.hubs.first(where: { $0.loop === channel.eventLoop }) else {
      return nil
    }
    return SessionHandler(
      channel: channel, dialect: dialect, door: door, host: mailbox.hub.value,
      origin: origin, descriptor: descriptor, pace: pace, switchDoor: switchDoor)
  }

  /// Ends every session with a word, waits `grace` at most for what is queued, then ends the
  /// threads; everything is in the archive afterwards.
  package func stop(grace: Duration) async throws {
    for sweep in self.sweeps.withLockedValue({ $0 }) { sweep.cancel() }
    self.inbox.put(.stop)
    try await self.sequencerDone.futureResult.get()
    await self.connectionsClosed(within: TimeAmount(grace))
    self.archivist.finish()
    try await self.archivistDone.futureResult.get()
    try await self.readers.shutdownGracefully()
  }
}

extension Engine {
  private func connectionsClosed(within grace: TimeAmount) async {
    let loop = self.group.any()
    let closed = EventLoopFuture.andAllComplete(self.hubs.map { $0.allClosed }, on: loop)
    let late = loop.makePromise(of: Void.self)
    let timer = loop.scheduleTask(in: grace) { late.succeed() }
    closed.whenComplete { _ in
      timer.cancel()
      late.succeed()
    }
    try? await late.futureResult.get()
  }
}
