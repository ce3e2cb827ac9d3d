import NIOCore
import ParleyDoorKit
import ParleyModel

/// What a full outbox does: the policies.
extension LoopHub {
  /// The outbox of a session is full; it has just fallen behind.
  func overflowed(_ feed: Feed) {
    switch self.policy(of: feed) {
    case .catchup: break
    case .drop: feed.isSkipping = true
    case .block: self.beginHolding(feed)
    case .disconnect: self.end(feed, .timedOut, .tooSlow)
    }
  }

  private func policy(of feed: Feed) -> OutboxPolicy {
    self.options.outboxPolicies[type(of: feed.session.dialect).name]
  }

  // MARK: drop

  /// Passes over what a session is not to be fed of a room, and tells it the numbers; false where
  /// it is to be fed.
  func skip(
    _ feed: Feed, _ next: (index: Int, limit: Position, sequence: Sequence)
  ) -> Bool {
    let known = feed.rooms[next.index]
    // What memory no longer has was passed over as well: this reader waits for no disk.
    let isGone = known.position < known.room.tail.start && self.policy(of: feed) == .drop
    guard isGone || next.limit <= known.skipsThrough else { return false }
    feed.rooms[next.index].position = next.limit
    feed.rooms[next.index].sequence = next.sequence
    if next.sequence > known.sequence {
      feed.session.print(
        .skipped(room: known.room.name, from: known.sequence.next, through: next.sequence))
    }
    return true
  }

  // MARK: block

  /// The longest that senders wait for a reader.
  private static let holdMax = TimeAmount.seconds(1)

  /// From the next commit on, who speaks in the rooms that filled the outbox is not read.
  private func beginHolding(_ feed: Feed) {
    feed.holding = feed.rooms.map(\.room).filter { $0.passNumber == self.passNumber }.map(\.id)
    for room in feed.holding {
      self.send(.hold(Hold(room: room, reader: feed.session.id, isBegin: true)))
    }
    self.loop.assumeIsolated().scheduleTask(in: Self.holdMax) { [weak self, weak feed] in
      if let feed { self?.endHolding(feed) }
    }
  }

  /// The reader has caught up, is gone, or took too long.
  func endHolding(_ feed: Feed) {
    for room in feed.holding {
      self.send(.hold(Hold(room: room, reader: feed.session.id, isBegin: false)))
    }
    feed.holding.removeAll()
  }

  /// A hold of any loop begins or ends.
  func take(_ hold: Hold) {
    if hold.isBegin {
      self.holds[hold.room, default: []].insert(hold.reader)
      return
    }
    self.holds[hold.room]?.remove(hold.reader)
    guard self.holds[hold.room]?.isEmpty == true else { return }
    self.holds[hold.room] = nil
    for sender in self.held.removeValue(forKey: hold.room) ?? [] {
      sender.heldFor.remove(hold.room)
      if sender.heldFor.isEmpty { sender.session.isThrottled = false }
    }
  }

  /// Somebody spoke in a room, of which a reader may hold the senders.
  func hold(_ sender: SessionID, in room: RoomID) {
    guard self.holds[room] != nil, let feed = self.feeds[sender],
      feed.heldFor.insert(room).inserted
    else { return }
    self.held[room, default: []].append(feed)
    feed.session.isThrottled = true
  }
}

extension Feed {
  /// The socket has drained: what came until now is passed over.
  func skipToHeads() {
    self.isSkipping = false
    for index in self.rooms.indices {
      self.rooms[index].skipsThrough = self.rooms[index].room.head
    }
  }
}
