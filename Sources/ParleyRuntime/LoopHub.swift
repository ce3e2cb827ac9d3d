import NIOCore
import ParleyCore
import ParleyDoorKit
import ParleyLog
import ParleyModel
import Synchronization

/// Runs a read of the archive elsewhere.
typealias ReadExecutor = @Sendable (@escaping @Sendable () -> Void) -> Void

/// What one event loop keeps: its sessions, and which of them have which room open.
///
/// Takes the sequencer's hand-overs and turns them into bytes, encoded once per variant, flushed
/// once per session per pass.
///
/// Not `Sendable`: everything happens on its loop.
final class LoopHub: SessionHost {
  let loop: any EventLoop
  let options: EngineOptions
  let archivist: Archivist
  let archive: any Archive
  /// Runs a read on the bounded pool.
  let onPool: ReadExecutor
  private let inbox: Mailbox<HandOver>
  private let sequencer: Mailbox<Submission>
  private let counters: Counters
  private let observer: any EngineObserver

  var feeds: [SessionID: Feed] = [:]
  var rooms: [RoomID: LoopRoom] = [:]
  /// The log's end as of the newest hand-over.
  private(set) var offset: LogOffset
  var passNumber: UInt64 = 0
  var dirtyRooms: [LoopRoom] = []
  var queued: [Feed] = []
  private var outgoing: [Submission] = []
  private var isSendScheduled = false
  var crowded: [LoopRoom] = []
  private var newestRoom: LoopRoom?
  /// Which readers hold the senders of which rooms, on any loop (the policy `block`).
  var holds: [RoomID: Set<SessionID>] = [:]
  /// The senders of this loop that are held.
  var held: [RoomID: [Feed]] = [:]
  /// How many sessions of this loop have no echo.
  var quiet = 0
  /// Those of them that the pass told a message of.
  var spoke: [Feed] = []
  /// How many sessions of this loop hide somebody.
  var ignoring = 0

  init(
    loop: any EventLoop, options: EngineOptions, archivist: Archivist, archive: any Archive,
    onPool: @escaping ReadExecutor, inbox: Mailbox<HandOver>, sequencer: Mailbox<Submission>,
    counters: Counters, observer: any EngineObserver, offset: LogOffset
  ) {
    self.loop = loop
    self.options = options
    self.archivist = archivist
    self.archive = archive
    self.onPool = onPool
    self.inbox = inbox
    self.sequencer = sequencer
    self.counters = counters
    self.observer = observer
    self.offset = offset
    self.allClosed = loop.makePromise()
  }

  deinit {
    // Without a last hand-over (a simulated crash) nobody else keeps the promise.
    if !self.hasClosed { self.allClosed.succeed() }
  }

  // MARK: The sessions' side

  func open(_ session: SessionHandler, door: String) -> SessionID {
    let number = self.counters.lastSession.wrappingAdd(1, ordering: .relaxed).newValue
    let active = self.counters.sessions.wrappingAdd(1, ordering: .relaxed).newValue
    let id = SessionID(number)
    let feed = Feed(session: session, now: self.loop.now)
    self.feeds[id] = feed
    self.setEcho(feed, session.dialect.printer.echoes)
    session.attachment = feed
    self.observer.sessionOpened(
      id, address: session.origin.address, door: door, active: active)
    return id
  }

  func submit(_ requests: [Request], from session: SessionHandler) {
    self.send(.requests(session.id, requests))
  }

  func drained(_ session: SessionHandler) {
    if let feed = session.attachment as? Feed { self.advance(feed) }
  }

  func variantChanged(_ session: SessionHandler) {
    guard let feed = session.attachment as? Feed, !feed.isGone else { return }
    self.setEcho(feed, session.dialect.printer.echoes)
    guard !feed.isBehind else { return }
    for index in feed.rooms.indices {
      self.leaveGroup(feed, index)
      self.joinGroup(feed, index)
    }
  }

  func failed(_ session: SessionHandler, _ closing: Closing) {
    guard let feed = session.attachment as? Feed, !feed.isGone else { return }
    self.end(
      feed, closing == .tooFast ? .quit("too many commands too fast") : .connectionLost, closing)
  }

  func disconnected(_ session: SessionHandler, _ departure: Departure) {
    guard let feed = session.attachment as? Feed, !feed.isGone else { return }
    feed.isGone = true
    self.endHolding(feed)
    self.unsubscribeAll(feed)
    if self.feeds[session.id] != nil { self.send(.ended(session.id, departure)) }
  }

  /// Ends a session from this side: its rooms are told before its socket is closed, with the
  /// reason.
  ///
  /// What it asked before is answered first, unless it is behind.
  func end(_ feed: Feed, _ departure: Departure, _ closing: Closing) {
    guard feed.ending == nil else { return }
    feed.ending = closing
    feed.pending.removeAll()
    self.endHolding(feed)
    self.send(.ended(feed.session.id, departure))
  }

  /// Nobody here has the room open any more.
  func forget(_ room: LoopRoom) {
    self.rooms.removeValue(forKey: room.id)
    if self.newestRoom === room { self.newestRoom = nil }
  }

  /// Hands a submission on with the others of this run of the loop.
  func send(_ submission: Submission) {
    self.outgoing.append(submission)
    guard !self.isSendScheduled else { return }
    self.isSendScheduled = true
    self.loop.assumeIsolated().execute {
      self.isSendScheduled = false
      var batch: [Submission] = []
      swap(&batch, &self.outgoing)
      self.sequencer.put(batch)
    }
  }

  // MARK: A pass

  /// Takes all hand-overs that are there: one pass.
  func receive() {
    let handOvers = self.inbox.take()
    guard !handOvers.isEmpty else { return }
    self.passNumber += 1
    for handOver in handOvers {
      self.offset = handOver.offset
      for hold in handOver.holds { self.take(hold) }
      for effect in handOver.items { self.perform(effect) }
    }
    self.endPass()
    for handOver in handOvers {
      for (session, count) in handOver.walked {
        self.feeds[session]?.session.walked(count)
      }
      if handOver.isLast { self.closeAll() }
    }
  }

  private func perform(_ effect: Effect) {
    switch effect {
    case .room(let event, let origin): self.tell(event, origin)
    case .session(let id, let effect):
      if let feed = self.feeds[id] { self.tell(feed, effect) }
    case .everyone(let text):
      for id in self.feeds.keys.sorted() {
        if let feed = self.feeds[id] { self.tellServerWord(feed, text) }
      }
    }
  }

  private func tell(_ event: RoomEvent, _ origin: SessionID) {
    var room = self.newestRoom
    if room?.id != event.room {
      room = self.rooms[event.room]
      self.newestRoom = room
    }
    guard let room else { return }
    self.markDirty(room)
    room.head = event.position
    if case .message(let message) = event.event {
      room.headSequence = message.sequence
      if !self.holds.isEmpty { self.hold(origin, in: event.room) }
      if self.quiet > 0 { self.noteOwn(event, origin) }
      if self.options.logsMessages, self.feeds[origin] != nil {
        self.observer.message(message, room: room.name)
      }
    }
    if room.behind > 0 { room.tail.append(event) }
    let isCrowd = Self.isCrowd(event.event)
    if isCrowd { self.count(event.event, in: room) }
    for group in room.groups where !(isCrowd && group.coalesces) {
      let start = group.buffer.writerIndex
      group.print(event, room: room.name)
      self.skip(event.event, origin, in: room, group, from: start)
    }
  }

  // MARK: The end

  /// Whether the last hand-over has come.
  private var hasClosed = false
  /// Succeeds when the last connection is closed after the last hand-over.
  let allClosed: EventLoopPromise<Void>

  private func closeAll() {
    self.hasClosed = true
    let futures = self.feeds.values.map { $0.session.channel.closeFuture }
    EventLoopFuture.andAllComplete(futures, on: self.loop).cascade(to: self.allClosed)
    for id in self.feeds.keys.sorted() {
      guard let feed = self.feeds[id] else { continue }
      feed.session.close(.shuttingDown)
      self.remove(feed, .shuttingDown)
    }
  }

  /// Forgets a session.
  func remove(_ feed: Feed, _ closing: Closing) {
    guard self.feeds.removeValue(forKey: feed.session.id) != nil else { return }
    if !feed.isGone { self.unsubscribeAll(feed) }
    self.setEcho(feed, true)
    if !feed.ignored.isEmpty { self.ignoring -= 1 }
    feed.ignored = []
    self.endHolding(feed)
    for room in feed.heldFor { self.held[room]?.removeAll { $0 === feed } }
    feed.pending.removeAll()
    feed.session.attachment = nil
    let active = self.counters.sessions.wrappingSubtract(1, ordering: .relaxed).newValue
    self.observer.sessionClosed(
      feed.session.id, feed.ending ?? closing, wasLost: feed.isGone, active: active)
  }
}
