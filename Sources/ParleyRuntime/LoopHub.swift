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
  private(set) var passNumber: UInt64 = 0
  private var dirtyRooms: [LoopRoom] = []
  private var queued: [Feed] = []
  private var outgoing: [Submission] = []
  private var isSendScheduled = false
  private var crowded: [LoopRoom] = []
  private var newestRoom: LoopRoom?

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

  func tooFast(_ session: SessionHandler) {
    guard let feed = session.attachment as? Feed, !feed.isGone else { return }
    self.end(feed, .quit("too many commands too fast"), .tooFast)
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

  /// Passes over an event for those of a group that must not see it: its sender where there is no
  /// echo, and who ignores the sender.
  private func skip(
    _ event: Event, _ origin: SessionID, in room: LoopRoom, _ group: VariantGroup, from start: Int
  ) {
    guard case .message(let message) = event else { return }
    if !group.printer.echoes, let feed = self.feeds[origin] {
      self.skip(feed, room, group, from: start)
    }
    guard self.ignoring > 0 else { return }
    for member in group.members where member.feed.ignored.contains(message.sender.participant) {
      self.skip(member.feed, room, group, from: start)
    }
  }

  /// Which readers hold the senders of which rooms, on any loop (the policy `block`).
  var holds: [RoomID: Set<SessionID>] = [:]
  /// The senders of this loop that are held.
  var held: [RoomID: [Feed]] = [:]

  /// How many sessions of this loop have no echo.
  private var quiet = 0
  /// Those of them that the pass told a message of.
  private var spoke: [Feed] = []

  private func noteOwn(_ event: RoomEvent, _ origin: SessionID) {
    guard let feed = self.feeds[origin], !feed.echoes else { return }
    if feed.own.isEmpty { self.spoke.append(feed) }
    feed.own.append((event.room, event.position))
  }

  private func setEcho(_ feed: Feed, _ echoes: Bool) {
    guard feed.echoes != echoes else { return }
    feed.echoes = echoes
    self.quiet += echoes ? -1 : 1
  }

  /// How many sessions of this loop hide somebody.
  var ignoring = 0

  private func skip(_ feed: Feed, _ room: LoopRoom, _ group: VariantGroup, from start: Int) {
    guard !feed.isBehind, let index = feed.index(of: room.id), feed.rooms[index].group === group
    else { return }
    self.copyShared(feed, index, until: start)
    group.members[feed.rooms[index].slot].offset = group.buffer.writerIndex
  }

  /// Copies what the pass has of a room so far (or until an index) into the session's own bytes.
  private func copyShared(_ feed: Feed, _ index: Int, until end: Int? = nil) {
    guard let group = feed.rooms[index].group else { return }
    let slot = feed.rooms[index].slot
    let from =
      group.members[slot].divergedPass == self.passNumber ? group.members[slot].offset : 0
    let end = end ?? group.buffer.writerIndex
    if end > from {
      if from == 0 { self.markDay(feed, group) }
      if let slice = group.buffer.getSlice(at: from, length: end - from) {
        feed.session.own.writeImmutableBuffer(slice)
      }
    }
    group.members[slot].divergedPass = self.passNumber
    group.members[slot].offset = end
    self.queue(feed)
  }

  /// Says the day to a session for which it has changed, before a group's bytes.
  private func markDay(_ feed: Feed, _ group: VariantGroup) {
    guard let first = group.firstDay else { return }
    if let last = feed.lastDay, last != first {
      group.printer.printDay(first, into: &feed.session.own)
    }
    feed.lastDay = group.lastDay
  }

  /// Brings a live session's own bytes up to this moment of the pass, so that something of its own
  /// can follow.
  func diverge(_ feed: Feed) {
    feed.divergedPass = self.passNumber
    self.queue(feed)
    for index in feed.rooms.indices { self.copyShared(feed, index) }
  }

  private func queue(_ feed: Feed) {
    guard !feed.isQueued else { return }
    feed.isQueued = true
    self.queued.append(feed)
  }

  private func markDirty(_ room: LoopRoom) {
    guard room.passNumber != self.passNumber else { return }
    room.passNumber = self.passNumber
    room.passHead = room.head
    room.passHeadSequence = room.headSequence
    self.dirtyRooms.append(room)
  }

  private func endPass() {
    for room in self.dirtyRooms {
      for group in room.groups where group.buffer.readableBytes > 0 {
        self.deliver(group)
      }
    }
    for feed in self.queued {
      feed.isQueued = false
      self.flush(feed)
    }
    self.queued.removeAll(keepingCapacity: true)
    // Who fell behind is fed from the pass's start perhaps, and must know them until then.
    for feed in self.spoke where !feed.isBehind { feed.own.removeAll() }
    self.spoke.removeAll(keepingCapacity: true)
    for room in self.dirtyRooms {
      for group in room.groups { group.clear() }
      room.groups.removeAll { $0.members.isEmpty }
    }
    self.dirtyRooms.removeAll(keepingCapacity: true)
  }

  private func deliver(_ group: VariantGroup) {
    let end = group.buffer.writerIndex
    for member in group.members {
      let feed = member.feed
      if member.divergedPass == self.passNumber {
        if member.offset < end,
          let slice = group.buffer.getSlice(at: member.offset, length: end - member.offset)
        {
          feed.session.own.writeImmutableBuffer(slice)
          feed.lastDay = group.lastDay ?? feed.lastDay
        }
      } else {
        if feed.lastDay != group.firstDay {
          self.markDay(feed, group)
          feed.session.queueOwn()
        } else {
          feed.lastDay = group.lastDay
        }
        feed.session.outbox.append(group.buffer)
      }
      if !feed.isQueued {
        feed.isQueued = true
        self.queued.append(feed)
      }
    }
  }

  /// One write for the session, or the step to being behind.
  private func flush(_ feed: Feed) {
    guard !feed.isGone else { return }
    feed.session.queueOwn()
    let waiting = feed.session.outbox.waitingBytes
    if waiting > 0, !feed.isBehind,
      waiting + feed.session.outbox.queuedBytes > self.options.outboxBytesMax
    {
      if feed.divergedPass == self.passNumber {
        feed.session.flush()
        self.fallBehind(feed, atPassStart: false)
      } else {
        feed.session.outbox.dropQueued()
        self.fallBehind(feed, atPassStart: true)
      }
      return self.overflowed(feed)
    }
    feed.session.flush()
  }

  // MARK: Crowds

  private static func isCrowd(_ event: Event) -> Bool {
    switch event {
    case .came(_, let present), .went(_, _, let present): present > 200
    case .message, .topic, .renamed, .removed, .changed: false
    }
  }

  private func count(_ event: Event, in room: LoopRoom) {
    if room.came == 0 && room.went == 0 {
      if self.crowded.isEmpty {
        self.loop.assumeIsolated().scheduleTask(in: .seconds(1)) { self.tellCrowds() }
      }
      self.crowded.append(room)
    }
    if case .came = event { room.came += 1 } else { room.went += 1 }
  }

  private func tellCrowds() {
    self.passNumber += 1
    for room in self.crowded {
      self.markDirty(room)
      for group in room.groups where group.coalesces {
        _ = group.printer.printCrowd(
          came: room.came, went: room.went, room: room.name, into: &group.buffer)
      }
      room.came = 0
      room.went = 0
    }
    self.crowded.removeAll()
    self.endPass()
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
