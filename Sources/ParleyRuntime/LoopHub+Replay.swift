import NIOCore
import ParleyCore
import ParleyDoorKit
import ParleyLog
import ParleyModel

/// What a session is sent again of one conversation, and how far that has come.
struct FeedReplay {
  let replay: Replay
  /// Nil until the place of the first message is known.
  var position: Position?
  var sequence: Sequence
}

/// Coming back: what came after a cursor is read and sent, then the conversation goes on.
extension LoopHub {
  /// Bytes that one step of a replay prints.
  private static let replayBytesMax = 64 * 1024
  /// Events that one step of a replay reads.
  private static let replayEventsMax = 512

  /// Begins to send again; the session is behind until it has everything.
  func begin(_ replay: Replay, for feed: Feed) {
    if replay.reader == nil {
      self.subscribe(
        feed, replay.room, name: replay.title, position: replay.through, head: replay.head)
    }
    if !feed.isBehind { self.fallBehind(feed, atPassStart: false) }
    feed.session.print(.behind(replay))
    feed.replay = FeedReplay(
      replay: replay, position: replay.position, sequence: replay.after)
    self.advance(feed)
  }

  /// Sends the next part.
  func advanceReplay(_ feed: Feed) {
    guard let state = feed.replay else { return }
    if state.position == state.replay.through { return self.endReplay(feed) }
    feed.isReading = true
    let archive = self.archive
    let room = state.replay.room
    self.onReader(feed) { (unwritten) throws(ArchiveError) -> [RoomEvent] in
      let position: Position
      if let known = state.position {
        position = known
      } else {
        position = try Self.position(of: state, archive, unwritten)
      }
      let events = try archive.catchUp(
        room, after: position, sequence: state.sequence, limit: Self.replayEventsMax,
        bytesMax: Self.replayBytesMax)
      guard events.isEmpty else { return events }
      return unwritten.events(
        of: room, after: position, sequence: state.sequence, limit: Self.replayEventsMax)
    } then: { hub, feed, events in
      hub.send(events, to: feed)
      hub.advance(feed)
    }
  }

  /// The place of the message behind which the replay begins; where it is not there any more, one
  /// that is certainly not behind it.
  private static func position(
    of state: FeedReplay, _ archive: any Archive, _ unwritten: Unwritten
  ) throws(ArchiveError) -> Position {
    let plan = ReadPlan(
      room: state.replay.room,
      window: Window(firstLine: Sequence(1), firstPost: Sequence(1)), through: state.sequence,
      query: .one(state.sequence))
    let found = unwritten.add(to: try archive.read(unwritten.forArchive(plan)), for: plan)
    return found.messages.first?.position ?? Position(state.sequence.number)
  }

  private func send(_ events: [RoomEvent], to feed: Feed) {
    guard var state = feed.replay else { return }
    for event in events where event.position <= state.replay.through {
      state.position = event.position
      if case .message(let message) = event.event { state.sequence = message.sequence }
      self.send(event, of: state.replay, to: feed)
    }
    // What is not there any more was deleted with its room.
    let isOver = events.last.map { $0.position >= state.replay.through } ?? true
    feed.replay = state
    if isOver { self.endReplay(feed) }
  }

  /// Comings, goings and the like are not sent again: the answer had the room as it is.
  private func send(_ event: RoomEvent, of replay: Replay, to feed: Feed) {
    switch event.event {
    case .message(let message):
      guard !feed.ignored.contains(message.sender.participant) else { return }
      guard let reader = replay.reader else { break }
      let isOwn = message.sender.participant == reader.participant
      let other = String(replay.title.unicodeScalars.dropFirst())
      let direct = DirectEvent(
        message: message, recipient: isOwn ? other : reader.name, isOwn: isOwn, other: other)
      return feed.session.print(.direct(direct))
    case .removed, .changed(.removedAll, by: _): break
    case .came, .went, .topic, .renamed, .changed: return
    }
    feed.session.dialect.printer.print(event, room: replay.title, into: &feed.session.own)
  }

  private func endReplay(_ feed: Feed) {
    guard let state = feed.replay else { return }
    feed.replay = nil
    feed.session.print(.caughtUp(state.replay))
    feed.session.flushOwn()
  }
}
