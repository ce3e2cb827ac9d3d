import NIOCore
import ParleyCore
import ParleyDoorKit
import ParleyModel

/// What a pass writes: each group's bytes once, and those of a session of its own.
extension LoopHub {
  /// Passes over an event for those of a group that must not see it: its sender where there is no
  /// echo, and who ignores the sender.
  func skip(
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

  func noteOwn(_ event: RoomEvent, _ origin: SessionID) {
    guard let feed = self.feeds[origin], !feed.echoes else { return }
    if feed.own.isEmpty { self.spoke.append(feed) }
    feed.own.append((event.room, event.position))
  }

  func setEcho(_ feed: Feed, _ echoes: Bool) {
    guard feed.echoes != echoes else { return }
    feed.echoes = echoes
    self.quiet += echoes ? -1 : 1
  }

  func skip(_ feed: Feed, _ room: LoopRoom, _ group: VariantGroup, from start: Int) {
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

  func queue(_ feed: Feed) {
    guard !feed.isQueued else { return }
    feed.isQueued = true
    self.queued.append(feed)
  }

  func markDirty(_ room: LoopRoom) {
    guard room.passNumber != self.passNumber else { return }
    room.passNumber = self.passNumber
    room.passHead = room.head
    room.passHeadSequence = room.headSequence
    self.dirtyRooms.append(room)
  }

  func endPass() {
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
}
