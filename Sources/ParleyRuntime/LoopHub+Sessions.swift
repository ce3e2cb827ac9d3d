import NIOCore
import ParleyCore
import ParleyDoorKit
import ParleyModel

/// What is for one session alone, and its rooms.
extension LoopHub {
  /// Bytes of direct messages that wait for a session that is behind, at most; beyond it the
  /// session ends.
  private static let pendingBytesMax = 256 * 1024
  /// Effects that wait for a session that is behind, at most; beyond it the session ends.
  private static let pendingMax = 1_024

  /// An effect for one session: performed at once where it is live, kept where it is behind.
  func tell(_ feed: Feed, _ effect: SessionEffect) {
    if feed.isGone {
      if case .closing(let closing) = effect { self.remove(feed, closing) }
      return
    }
    if case .work(let tag, let work) = effect { return self.work(feed, tag, work) }
    guard feed.isBehind else {
      self.diverge(feed)
      self.perform(effect, for: feed)
      return self.holdBack(feed)
    }
    if case .closing(let closing) = effect,
      feed.ending != nil || (closing != .quit && closing != .hungUp)
    {
      return self.perform(effect, for: feed)
    }
    guard feed.ending == nil else { return }
    let marks = feed.marks()
    switch effect {
    case .opened(let id, let name, let position, let head, _):
      self.expectOpening(of: id, name: name, position: position, head: head, by: feed)
    case .resumed(let replay) where replay.reader == nil:
      self.expectOpening(
        of: replay.room, name: replay.title, position: replay.through, head: replay.head,
        by: feed)
    default: break
    }
    if case .direct(let event) = effect { feed.pendingBytes += event.message.body.utf8.count + 64 }
    feed.pending.append(Feed.Pending(effect: effect, marks: marks))
    if feed.pending.count > Self.pendingMax || feed.pendingBytes > Self.pendingBytesMax {
      return self.end(feed, .timedOut, .overflow)
    }
    self.advance(feed)
  }

  /// Ends a live session's part of the pass here, where its own bytes alone are more than its
  /// outbox may hold: what is still to come for it waits as effects until these are taken.
  private func holdBack(_ feed: Feed) {
    guard feed.session.own.readableBytes > self.options.outboxBytesMax, !feed.isBehind,
      !feed.isGone, feed.ending == nil, self.feeds[feed.session.id] === feed
    else { return }
    let isFull = feed.session.outbox.waitingBytes > 0
    self.fallBehind(feed, atPassStart: false)
    feed.session.flushOwn()
    if isFull { self.overflowed(feed) }
    self.advance(feed)
  }

  /// A session that is behind will have a room open: from now on the room keeps its tail.
  private func expectOpening(
    of id: RoomID, name: String, position: Position, head: Sequence, by feed: Feed
  ) {
    let room = self.room(id, name: name, position: position, head: head)
    room.subscribers += 1
    room.beginTail()
    feed.opening.append(room)
  }

  /// A word of the server.
  func tellServerWord(_ feed: Feed, _ text: String) {
    guard !feed.isGone else { return }
    if !feed.isBehind { self.diverge(feed) }
    feed.session.print(.server(text))
    if feed.isBehind { feed.session.flushOwn() }
  }

  /// Performs an effect whose turn it is.
  func perform(_ effect: SessionEffect, for feed: Feed) {
    switch effect {
    case .loggedIn(let participant, let ignored):
      feed.session.isLoggedIn = true
      feed.session.become(participant)
      self.setIgnored(feed, ignored)
    case .ignored(let ignored): self.setIgnored(feed, ignored)
    case .opened(let id, let name, let position, let head, _):
      self.subscribe(feed, id, name: name, position: position, head: head)
    case .resumed(let replay): self.begin(replay, for: feed)
    case .closed(let id):
      if let index = feed.index(of: id) { self.unsubscribe(feed, index) }
    case .reply(let tag, let reply):
      if let plan = reply.plan {
        self.read(plan, for: feed, tag: tag, reply: reply)
      } else {
        feed.session.print(.reply(tag, self.completed(reply, tag, for: feed)))
        if feed.guess != nil { self.judged(feed, tag, nil) }
      }
    case .work(let tag, let work): self.work(feed, tag, work)
    case .refused(let tag, let refusal):
      if !feed.drawn.isEmpty { feed.drawn[tag] = nil }
      feed.session.print(.refused(tag, refusal))
      if feed.guess != nil { self.judged(feed, tag, refusal) }
    case .direct(let event): feed.session.print(.direct(event))
    case .told(let event, let title): feed.session.print(.told(event, title: title))
    case .closing(let closing):
      feed.session.close(feed.ending ?? closing)
      self.remove(feed, closing)
    }
  }

  private func setIgnored(_ feed: Feed, _ ignored: [ParticipantID]) {
    self.ignoring += (ignored.isEmpty ? 0 : 1) - (feed.ignored.isEmpty ? 0 : 1)
    feed.ignored = Set(ignored)
  }

  // MARK: Rooms

  /// The room with that number; known from now on.
  func room(_ id: RoomID, name: String, position: Position, head: Sequence) -> LoopRoom {
    if let room = self.rooms[id] { return room }
    let room = LoopRoom(id: id, name: name, head: position, headSequence: head)
    self.rooms[id] = room
    return room
  }

  func subscribe(
    _ feed: Feed, _ id: RoomID, name: String, position: Position, head: Sequence
  ) {
    if let index = feed.opening.firstIndex(where: { $0.id == id }) {
      // It was made known, and counted, when the session was behind.
      let room = feed.opening.remove(at: index)
      feed.rooms.append(Feed.Subscription(room: room, position: position, sequence: head))
      return
    }
    guard feed.index(of: id) == nil else { return }
    let room = self.room(id, name: name, position: position, head: head)
    room.subscribers += 1
    feed.rooms.append(Feed.Subscription(room: room, position: position, sequence: head))
    if feed.isBehind { room.beginTail() } else { self.joinGroup(feed, feed.rooms.count - 1) }
  }

  private func unsubscribe(_ feed: Feed, _ index: Int) {
    if feed.isBehind { feed.rooms[index].room.endTail() } else { self.leaveGroup(feed, index) }
    let room = feed.rooms.remove(at: index).room
    self.release(room)
  }

  /// Takes a session out of all its rooms on this loop.
  func unsubscribeAll(_ feed: Feed) {
    while !feed.rooms.isEmpty { self.unsubscribe(feed, feed.rooms.count - 1) }
    for room in feed.opening {
      room.endTail()
      self.release(room)
    }
    feed.opening.removeAll()
  }

  /// Forgets all sessions and rooms, where a simulated process ends.
  func abandon() {
    for feed in self.feeds.values {
      feed.rooms.removeAll()
      feed.session.attachment = nil
    }
    self.feeds.removeAll()
    self.held.removeAll()
    for room in self.rooms.values { room.groups.removeAll() }
    self.rooms.removeAll()
  }

  private func release(_ room: LoopRoom) {
    room.subscribers -= 1
    if room.subscribers == 0 { self.forget(room) }
  }

  /// Puts a session where its variant's bytes of the room go, from this moment on.
  func joinGroup(_ feed: Feed, _ index: Int) {
    let group = feed.rooms[index].room.group(
      feed.session.dialect.printer, allocator: feed.session.channel.allocator)
    feed.rooms[index].group = group
    feed.rooms[index].slot = group.members.count
    group.members.append(
      VariantGroup.Member(
        feed: feed, divergedPass: self.passNumber, offset: group.buffer.writerIndex))
  }

  /// Takes a session out of its group; what the pass has for it so far is copied before.
  func leaveGroup(_ feed: Feed, _ index: Int) {
    guard let group = feed.rooms[index].group else { return }
    let slot = feed.rooms[index].slot
    feed.rooms[index].group = nil
    let last = group.members.removeLast()
    guard slot < group.members.count else { return }
    group.members[slot] = last
    if let moved = last.feed.rooms.firstIndex(where: { $0.group === group }) {
      last.feed.rooms[moved].slot = slot
    }
  }
}
