import ParleyModel

/// Records that the archive could not take yet, because its disk is full: reading goes on, so what
/// they say is put on top of what the archive answers.
struct Unwritten: Sendable {
  /// In order; empty where the archive has everything.
  var batches: [[Record]] = []

  /// What a room was told after a position, at most `limit` of it; for who has all that the
  /// archive has.
  ///
  /// Nothing where a message between `sequence` and them is missing: the room was deleted, and the
  /// archive had the first of them already. What was told until then has no gap, and this would.
  func events(
    of room: RoomID, after position: Position, sequence: Sequence, limit: Int
  ) -> [RoomEvent] {
    var events: [RoomEvent] = []
    var isFirst = true
    for record in self.batches.joined() where events.count < limit {
      switch record {
      case .message(let message) where message.room == room && message.position > position:
        guard !isFirst || message.sequence == sequence.next else { return [] }
        isFirst = false
        events.append(
          RoomEvent(
            room: room, position: message.position, time: message.time,
            event: .message(message)))
      case .event(let event) where event.room == room && event.position > position:
        events.append(event)
      case .message, .event, .removal, .state, .forget, .roomDeleted: break
      }
    }
    return events
  }

  /// How the archive is asked for a plan, so that with what it lacks the answer is whole.
  ///
  /// 1. For nothing from the first message on that it lacks: it may have been given some of them
  ///    by the time that it is read.
  /// 2. Of the newest for fewer, by those that it lacks.
  /// 3. Where removed messages are left out, for one more for each that it does not know to be
  ///    removed, ``Limits/historyMax`` at most.
  func forArchive(_ plan: ReadPlan) -> ReadPlan {
    guard !self.batches.isEmpty else { return plan }
    var plan = plan
    var (following, removals) = (0, 0)
    for record in self.batches.joined() {
      switch record {
      case .message(let message) where message.room == plan.room:
        if Self.belongs(message, to: plan) { following += 1 }
      case .removal(plan.room, _, _): removals += 1
      case .message, .event, .removal, .state, .forget, .roomDeleted: break
      }
    }
    removals = min(removals, Limits.historyMax)
    switch plan.query {
    // What the archive lacks comes behind all that it has.
    case .one, .after: break
    case .newest(let limit): plan.query = .newest(limit: max(0, limit - following))
    case .since(let sequence, let limit):
      plan.query = .since(sequence, limit: max(0, limit - following))
    case .posts(let limit): plan.query = .posts(limit: limit + removals)
    case .search(let query, let limit): plan.query = .search(query, limit: limit + removals)
    }
    if let first = self.first(in: plan.room) {
      plan.through = min(plan.through, Sequence(first.number - 1))
    }
    return plan
  }

  /// The first message of a room that the archive lacks.
  private func first(in room: RoomID) -> Sequence? {
    for case .message(let message) in self.batches.joined() where message.room == room {
      return message.sequence
    }
    return nil
  }

  /// What the archive found when it was asked as ``forArchive(_:)`` says, and what belongs to it
  /// since.
  func add(
    to found: ReadAnswer, for plan: ReadPlan
  ) -> ReadAnswer {
    guard !self.batches.isEmpty else { return found }
    var messages = found.messages
    var hasMore = found.more
    let known = Set(messages.map(\.sequence))
    // What the archive ended has nothing behind it, however short removals make it.
    var isEnded = false
    if case .after = plan.query {
      isEnded = messages.reduce(0) { $0 + $1.textBytes } > Limits.answerBytesMax
    }
    var matcher: SearchMatcher?
    if case .search(let query, limit: _) = plan.query { matcher = SearchMatcher(query) }
    for record in self.batches.joined() {
      switch record {
      case .message(let message) where Self.belongs(message, to: plan):
        guard !known.contains(message.sequence), matcher?.matches(message) ?? true else { break }
        if isEnded { hasMore = true } else { messages.append(message) }
      case .removal(plan.room, let sequence, let removal):
        guard let place = messages.firstIndex(where: { $0.sequence == sequence }) else { break }
        messages[place].subject = ""
        messages[place].body = ""
        messages[place].removal = removal
      case .message, .event, .removal, .state, .forget, .roomDeleted: break
      }
    }
    messages.sort { $0.sequence < $1.sequence }
    if plan.query.leavesRemovedOut { messages.removeAll { $0.removal != nil } }
    var answer = ReadAnswer(messages, more: hasMore, before: found.before)
    switch plan.query {
    case .one: break
    case .newest(let limit), .since(_, let limit):
      let newest = messages.suffix(limit)
      answer.messages = newest.suffix(newest.reversed().countInAnswer)
    case .after(_, let limit):
      let oldest = messages.prefix(limit)
      answer.messages = Array(oldest.prefix(oldest.countInAnswer))
    case .posts(let limit), .search(_, let limit):
      answer.messages = messages.suffix(limit)
    }
    guard answer.messages.count < messages.count else { return answer }
    answer.more = true
    if matcher != nil { answer.before = answer.messages.first?.sequence }
    return answer
  }

  private static func belongs(_ message: Message, to plan: ReadPlan) -> Bool {
    guard message.room == plan.room, message.sequence <= plan.through,
      plan.window.shows(message.sequence, isPost: message.kind.isPost)
    else { return false }
    return switch plan.query {
    case .one(let sequence): message.sequence == sequence
    case .newest, .search: true
    case .posts: message.kind.isPost
    case .since(let sequence, _), .after(let sequence, _): message.sequence > sequence
    }
  }
}

extension ReadPlan.Query {
  fileprivate var leavesRemovedOut: Bool {
    switch self {
    case .posts, .search: true
    case .one, .newest, .since, .after: false
    }
  }
}
