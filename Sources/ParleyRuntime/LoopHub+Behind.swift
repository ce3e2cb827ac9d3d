import DequeModule
import NIOCore
import ParleyCore
import ParleyDoorKit
import ParleyLog
import ParleyModel

/// Behind and live: the step back, the feeding, and the step forward.
extension LoopHub {
  /// Bytes that one step of feeding prints.
  private static let chunkBytesMax = 64 * 1024
  /// Events that one read of the archive brings.
  private static let chunkEventsMax = 512

  /// From now on the session is fed instead of pushed.
  ///
  /// With `atPassStart` it has nothing of this pass; otherwise everything up to this moment of it.
  func fallBehind(_ feed: Feed, atPassStart: Bool) {
    guard !feed.isBehind else { return }
    feed.isBehind = true
    feed.session.isHeld = true
    for index in feed.rooms.indices {
      let room = feed.rooms[index].room
      let isStart = atPassStart && room.passNumber == self.passNumber
      feed.rooms[index].position = isStart ? room.passHead : room.head
      feed.rooms[index].sequence = isStart ? room.passHeadSequence : room.headSequence
      self.leaveGroup(feed, index)
      room.beginTail()
    }
  }

  /// From now on the session is pushed: it has all that its loop was handed.
  private func goLive(_ feed: Feed) {
    feed.isBehind = false
    feed.own.removeAll()
    self.endHolding(feed)
    for index in feed.rooms.indices {
      feed.rooms[index].room.endTail()
      self.joinGroup(feed, index)
    }
    feed.session.isHeld = false
  }

  /// Feeds a session that is behind as far as its socket and what is in memory allow.
  func advance(_ feed: Feed) {
    guard feed.isBehind, !feed.isReading, !feed.isGone, feed.ending == nil else { return }
    // A write that is done at once reports so from within this loop.
    guard !feed.isAdvancing else { return }
    feed.isAdvancing = true
    defer { feed.isAdvancing = false }
    while feed.session.outbox.waitingBytes == 0 {
      if feed.replay != nil {
        self.advanceReplay(feed)
        if feed.isReading { return }
        continue
      }
      if feed.isSkipping { feed.skipToHeads() }
      if let next = feed.nextBehind() {
        if !self.skip(feed, next), !self.feedFromTail(feed, next.index, limit: next.limit) {
          return self.feedFromArchive(feed, next.index)
        }
        feed.session.flushOwn()
      } else if let pending = feed.pending.popFirst() {
        if case .direct(let event) = pending.effect {
          feed.pendingBytes -= event.message.body.utf8.count + 64
        }
        self.perform(pending.effect, for: feed)
        if feed.isReading || self.feeds[feed.session.id] == nil { return }
        feed.session.flushOwn()
      } else {
        return self.goLive(feed)
      }
    }
  }

  /// Prints what memory has for the session; false where it does not reach back far enough.
  private func feedFromTail(_ feed: Feed, _ index: Int, limit: Position) -> Bool {
    let room = feed.rooms[index].room
    let position = feed.rooms[index].position
    guard position >= room.tail.start else { return false }
    // Positions have no gaps: the place of the next event is known.
    var next = Int(position.number - room.tail.start.number)
    guard next < room.tail.events.count else { return false }
    var isFed = false
    while next < room.tail.events.count, room.tail.events[next].position <= limit,
      feed.session.own.readableBytes < Self.chunkBytesMax
    {
      // Were memory ever out of order, nobody is fed the same again and again: the archive has the
      // order.
      if room.tail.events[next].position > feed.rooms[index].position {
        self.feed(room.tail.events[next], to: feed, index)
        isFed = true
      }
      next += 1
    }
    return isFed || feed.session.own.readableBytes >= Self.chunkBytesMax
  }

  /// Prints one event for one session and moves its cursor.
  private func feed(_ event: RoomEvent, to feed: Feed, _ index: Int) {
    feed.rooms[index].position = event.position
    let printer = feed.session.dialect.printer
    if case .message(let message) = event.event {
      feed.rooms[index].sequence = message.sequence
      if feed.ignored.contains(message.sender.participant) { return }
      if !feed.own.isEmpty,
        feed.own.contains(where: { $0.room == event.room && $0.position == event.position })
      {
        return
      }
    }
    if let day = printer.day(of: event.time) {
      if let last = feed.lastDay, last != day { printer.printDay(day, into: &feed.session.own) }
      feed.lastDay = day
    }
    printer.print(event, room: feed.rooms[index].room.name, into: &feed.session.own)
  }

  private func feedFromArchive(_ feed: Feed, _ index: Int) {
    feed.isReading = true
    let room = feed.rooms[index].room.id
    let position = feed.rooms[index].position
    let sequence = feed.rooms[index].sequence
    let archive = self.archive
    self.onReader(feed) { (unwritten) throws(ArchiveError) -> [RoomEvent] in
      let events = try archive.catchUp(
        room, after: position, sequence: sequence, limit: Self.chunkEventsMax,
        bytesMax: Self.chunkBytesMax)
      guard events.isEmpty else { return events }
      return unwritten.events(
        of: room, after: position, sequence: sequence, limit: Self.chunkEventsMax)
    } then: { hub, feed, events in
      guard let index = feed.index(of: room) else { return hub.advance(feed) }
      let reached = feed.limit(of: feed.rooms[index].room)
      for event in events
      where event.position > feed.rooms[index].position && event.position <= reached {
        hub.feed(event, to: feed, index)
      }
      // What is nowhere any more was deleted with its room, whose closing is pending. What memory
      // still has of it would be shown behind a gap.
      if events.isEmpty { feed.rooms[index].position = Position(.max) }
      feed.session.flushOwn()
      hub.advance(feed)
    }
  }

  /// Reads what an answer needs; the session is behind until it is there.
  func read(_ plan: ReadPlan, for feed: Feed, tag: RequestTag, reply: Reply) {
    if !feed.isBehind { self.fallBehind(feed, atPassStart: false) }
    feed.isReading = true
    let archive = self.archive
    self.onReader(feed) { (unwritten) throws(ArchiveError) -> ReadAnswer in
      unwritten.add(to: try archive.read(unwritten.forArchive(plan)), for: plan)
    } then: { hub, feed, found in
      feed.session.print(
        Self.output(tag, reply.with(Self.excerpt(found, plan.query)), plan.query, found.messages))
      feed.session.flushOwn()
      hub.advance(feed)
    }
  }

  private static func excerpt(_ found: ReadAnswer, _ query: ReadPlan.Query) -> Excerpt {
    switch query {
    case .one, .newest, .posts, .since, .after: .messages(found.messages, more: found.more)
    case .search: .found(found.messages, before: found.before)
    }
  }

  /// A message that turned out not to be there, or to have been removed, is a refusal.
  private static func output(
    _ tag: RequestTag, _ reply: Reply, _ query: ReadPlan.Query, _ messages: [Message]
  ) -> SessionOutput {
    guard case .message(let conversation, _) = reply, case .one(let sequence) = query else {
      return .reply(tag, reply)
    }
    guard let message = messages.first else {
      return .refused(tag, .noSuchMessage(conversation: conversation, sequence))
    }
    guard let removal = message.removal else { return .reply(tag, reply) }
    return .refused(
      tag, .messageRemoved(conversation: conversation, sequence, by: removal.by.name))
  }

  /// Runs a read on the pool once the archive has all that this loop was handed, and goes on on
  /// the loop if the session is still there.
  func onReader<Found: Sendable>(
    _ feed: Feed, _ read: @escaping @Sendable (Unwritten) throws(ArchiveError) -> Found,
    then: @escaping (LoopHub, Feed, Found) -> Void
  ) {
    let onPool = self.onPool
    let loop = self.loop
    let back = NIOLoopBound((hub: self, feed: feed, then: then), eventLoop: loop)
    self.archivist.whenWritten(self.offset) { unwritten in
      onPool {
        let found = Result { () throws(ArchiveError) in try read(unwritten) }
        loop.execute {
          let (hub, feed, then) = back.value
          feed.isReading = false
          guard !feed.isGone, feed.ending == nil, hub.feeds[feed.session.id] === feed else {
            return
          }
          switch found {
          case .success(let found): then(hub, feed, found)
          case .failure:
            hub.end(feed, .connectionLost, .storageFailed)
          }
        }
      }
    }
  }
}
