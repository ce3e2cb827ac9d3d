package import ParleyModel

/// Queries, answered in their turn from the state as it then is.
extension Conversation {
  /// Answers a query; changes nothing.
  ///
  /// What asks gets its answer, tagged or not.
  package func answer(
    _ request: Request, from session: SessionID, into effects: inout Effects
  ) {
    do throws(Refusal) {
      if case .quit(let departure) = request.command {
        // Only one that never logged in is answered here; the law ends the others.
        effects.tell(session, .closing(departure.closing))
      } else if case .account(let command) = request.command {
        try self.answer(command, tag: request.tag, from: session, into: &effects)
      } else if case .administer(let command, let asOwner) = request.command {
        try self.answer(
          command, asOwner: asOwner, tag: request.tag, from: session, into: &effects)
      } else {
        let reply = try self.reply(to: request.command, from: session)
        effects.tell(session, .reply(request.tag, reply))
      }
    } catch {
      effects.refuse(session, request.tag, error)
    }
  }

  private func reply(to command: Command, from id: SessionID) throws(Refusal) -> Reply {
    switch command {
    case .greet:
      let census = self.census
      return .greeting(people: census.people, rooms: census.rooms)
    case .ping(let text): return .pong(text)
    case .misuse(let refusal): throw refusal
    case .local: return .local
    case .topic(let selector):
      let room = try self.visible(selector, to: try self.loggedIn(id)).state
      return .topic(room: room.name.text, room.topic)
    case .list(let selector): return try self.board(selector, for: try self.loggedIn(id))
    case .read(let selector, let sequence):
      return try self.message(sequence, of: selector, for: try self.loggedIn(id))
    case .history(let selector, let limit):
      return try self.history(selector, limit, for: try self.loggedIn(id))
    case .page(let selector, let page):
      return try self.history(selector, page, for: try self.loggedIn(id))
    case .search(let selector, let query, let before):
      return try self.search(selector, query, before: before, for: try self.loggedIn(id))
    case .who(let selector, let membersOnly):
      return try self.people(selector, membersOnly: membersOnly, for: try self.loggedIn(id))
    case .rooms: return self.summaries(for: try self.loggedIn(id))
    case .whois(let name): return try self.profile(name, for: try self.loggedIn(id))
    case .moderation(let query): return try self.reply(to: query, by: try self.actor(id))
    case .login, .nick, .quit, .join, .add, .leave, .close, .setTopic, .say, .post, .reply, .direct,
      .remove, .away, .ignore, .account, .administer, .verified, .administerVerified,
      .moderate:
      preconditionFailure("a command that may change something goes through the log")
    }
  }

  private func board(
    _ selector: RoomSelector, for session: Session
  ) throws(Refusal) -> Reply {
    let readable = try self.readable(.room(selector), by: session)
    let excerpt = readable.room.flatMap { self.rooms[$0] }?.board(
      Limits.historyMax, window: readable.window)
    return .posts(room: readable.title, excerpt ?? .messages([], more: false))
  }

  private func message(
    _ sequence: Sequence, of selector: ConversationSelector, for session: Session
  ) throws(Refusal) -> Reply {
    let readable = try self.readable(selector, by: session)
    guard let room = readable.room.flatMap({ self.rooms[$0] }) else {
      throw .noSuchMessage(conversation: readable.title, sequence)
    }
    let excerpt = try room.one(
      sequence, window: readable.window, conversation: readable.title)
    return .message(conversation: readable.title, excerpt)
  }

  private func history(
    _ selector: ConversationSelector, _ limit: Int?, for session: Session
  ) throws(Refusal) -> Reply {
    let readable = try self.readable(selector, by: session)
    let limit = min(max(limit ?? Limits.historyDefault, 1), Limits.historyMax)
    let excerpt = readable.room.flatMap { self.rooms[$0] }?.newest(
      limit, window: readable.window)
    return .history(conversation: readable.title, excerpt ?? .messages([], more: false))
  }

  private func history(
    _ selector: ConversationSelector, _ page: HistoryPage, for session: Session
  ) throws(Refusal) -> Reply {
    let readable = try self.readable(selector, by: session)
    let excerpt = readable.room.flatMap { self.rooms[$0] }?.page(page, window: readable.window)
    return .history(conversation: readable.title, excerpt ?? .messages([], more: false))
  }

  private func search(
    _ selector: ConversationSelector, _ query: SearchQuery, before: Sequence?,
    for session: Session
  ) throws(Refusal) -> Reply {
    let readable = try self.readable(selector, by: session)
    let excerpt = readable.room.flatMap { self.rooms[$0] }?.search(
      query, before: before, window: readable.window)
    return .found(
      conversation: readable.title, query, excerpt ?? .found([], before: nil))
  }

  private func people(
    _ selector: RoomSelector, membersOnly: Bool, for session: Session
  ) throws(Refusal) -> Reply {
    if membersOnly { _ = try self.joined(selector, by: session) }
    let room = try self.visible(selector, to: session)
    let people = room.present.items.listed(bytes: \.textBytes) { item in
      Person(
        name: item.value.name,
        account: self.participants[item.value.participant]?.account,
        role: self.role(of: item.value.participant, in: room) ?? .member,
        isAway: self.participants[item.value.participant]?.state.away != nil)
    }
    return .people(
      room: room.state.name.text, people, more: room.present.count - people.count)
  }

  private func summaries(for session: Session) -> Reply {
    var shown = self.listed.items.prefix(Limits.listedMax).map { ($0.key, $0.value) }
    let hidden = (self.participants[session.participant]?.rooms ?? []).compactMap { id in
      self.rooms[id].flatMap { room in
        room.isShown && !room.isListed ? (room.state.name.key, id) : nil
      }
    }
    if !hidden.isEmpty { shown = (shown + hidden).sorted { $0.0 < $1.0 } }
    let rooms = shown.compactMap { self.rooms[$0.1] }
    let summaries = rooms.listed(bytes: \.textBytes) { room in
      RoomSummary(
        name: room.state.name.text, present: room.present.count,
        members: room.members.count, posts: room.state.posts, topic: room.state.topic?.text,
        isJoined: room.members[session.participant] != nil)
    }
    return .rooms(
      summaries, more: self.listed.count + hidden.count - summaries.count)
  }

  private func profile(_ name: Name, for session: Session) throws(Refusal) -> Reply {
    let participant = try self.participant(try self.participant(named: name))
    let state = participant.state
    let rooms = participant.rooms.compactMap { id -> Name? in
      guard let room = self.rooms[id], room.present[state.name.key] != nil,
        self.mayKnow(room, session)
      else { return nil }
      return room.state.name
    }
    return .profile(
      Profile(
        name: state.name.text, account: participant.account,
        sessions: self.connected(participant.sessions), since: state.since,
        lastSeen: participant.sessions.isEmpty ? state.lastSeen : nil, away: state.away,
        rooms: rooms.sorted { $0.key < $1.key }.map(\.text)))
  }
}

extension Person {
  fileprivate var textBytes: Int { self.name.utf8.count + (self.account?.utf8.count ?? 0) }
}

extension RoomSummary {
  fileprivate var textBytes: Int { self.name.utf8.count + (self.topic?.utf8.count ?? 0) }
}
