import ParleyModel

/// Records that the archive could not take yet, because its disk is full: reading goes on, so what
/// they say is put on top of what the archive answers.
struct Unwritten: Sendable {
  /// In order; empty where the archive has everything.
  var batches: [[Record]] = []

  /// What a room was told after a position, at most `limit` of it; for who has all that the
  /// archive has.
  func events(of room: RoomID, after position: Position, limit: Int) -> [RoomEvent] {
    var events: [RoomEvent] = []
    for record in self.batches.joined() where events.count < limit {
      switch record {
      case .message(let message) where message.room == room && message.position > position:
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

  /// How the archive is asked for a plan: where removed messages are left out, for one more for
  /// each that it does not know to be removed, ``Limits/historyMax`` at most.
  func widened(_ plan: ReadPlan) -> ReadPlan {
    guard !self.batches.isEmpty, plan.query.leavesRemovedOut else { return plan }
    var removals = 0
    for case .removal(plan.room, _, _) in self.batches.joined() { removals += 1 }
    removals = min(removals, Limits.historyMax)
    var plan = plan
    switch plan.query {
    case .posts(let limit): plan.query = .posts(limit: limit + removals)
    case .search(let query, let limit): plan.query = .search(query, limit: limit + removals)
    case .one, .newest, .since: break
    }
    return plan
  }

  /// What the archive found for a plan that was ``widened(_:)``, and what belongs to it since.
  ///
  /// The archive may have been given some of it in the meantime.
  func add(
    to found: ReadAnswer, for plan: ReadPlan
  ) -> ReadAnswer {
    guard !self.batches.isEmpty else { return found }
    var messages = found.messages
    let known = Set(messages.map(\.sequence))
    var matcher: SearchMatcher?
    if case .search(let query, limit: _) = plan.query { matcher = SearchMatcher(query) }
    for record in self.batches.joined() {
      switch record {
      case .message(let message) where Self.belongs(message, to: plan):
        guard !known.contains(message.sequence), matcher?.matches(message) ?? true else { break }
        messages.append(message)
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
    guard let limit = plan.query.limit, messages.count > limit else {
      return ReadAnswer(messages, more: found.more, before: found.before)
    }
    messages = messages.suffix(limit)
    let before = matcher == nil ? nil : messages.first?.sequence
    return ReadAnswer(messages, more: true, before: before)
  }

  private static func belongs(_ message: Message, to plan: ReadPlan) -> Bool {
    guard message.room == plan.room, message.sequence <= plan.through,
      plan.window.shows(message.sequence, isPost: message.kind.isPost)
    else { return false }
    return switch plan.query {
    case .one(let sequence): message.sequence == sequence
    case .newest, .search: true
    case .posts: message.kind.isPost
    case .since(let sequence, _): message.sequence > sequence
    }
  }
}

extension ReadPlan.Query {
  /// How many messages it answers with at most.
  fileprivate var limit: Int? {
    switch self {
    case .one: nil
    case .newest(let limit), .posts(let limit), .since(_, let limit), .search(_, let limit): limit
    }
  }

  fileprivate var leavesRemovedOut: Bool {
    switch self {
    case .posts, .search: true
    case .one, .newest, .since: false
    }
  }
}
