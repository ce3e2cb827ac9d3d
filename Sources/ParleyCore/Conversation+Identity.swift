import ParleyModel

/// Who a session is: it enters as an account, or goes over from one participant to another.
extension Conversation {
  /// Lets a session in as an account's own participant.
  ///
  /// One that is logged in already goes over to it with the rooms that it has open.
  mutating func enter(
    _ account: AccountState, token: APIToken?, autojoin: Bool, _ entry: Entry,
    into effects: inout Effects
  ) throws(Refusal) {
    guard let participant = self.participants[account.participant] else {
      throw .noSuchAccount(account.name.text)
    }
    var identity = self.identity(of: participant)
    identity.addresses = [entry.address]
    if !account.isAdministrator { try self.checkServerBan(identity, at: entry.stamp) }
    let welcome = Reply.welcome(
      session: entry.session, name: participant.state.name.text, account: account.name.text)
    if let session = self.sessions[entry.session] {
      guard session.participant != account.participant else { throw .alreadyLoggedIn }
      self.move(entry.session, to: account.participant, entry, into: &effects)
      self.limit(entry.session, to: token)
      effects.tell(entry.session, .reply(entry.tag, welcome))
      self.tellUnread(entry.session, tag: .none, isAsked: false, into: &effects)
      if entry.comeback != nil {
        effects.tell(entry.session, .reply(.none, .account(.arrived(Arrival()))))
      }
      return
    }
    let places = self.places(of: participant, autojoin: autojoin, entry.comeback)
    self.begin(
      entry, as: account.participant, returnsToLobby: autojoin, into: &effects)
    self.limit(entry.session, to: token)
    effects.tell(entry.session, .reply(entry.tag, welcome))
    self.tellUnread(entry.session, tag: .none, isAsked: false, into: &effects)
    self.arrive(places, entry, into: &effects)
  }

  /// A session of a participant begins, with no room open.
  mutating func begin(
    _ entry: Entry, as participant: ParticipantID, returnsToLobby: Bool,
    into effects: inout Effects
  ) {
    let id = entry.session
    guard let index = self.participants.index(forKey: participant) else { return }
    if self.participants.values[index].sessions.isEmpty { self.peopleHere += 1 }
    self.participants.values[index].sessions.insertAscending(id)
    self.sessions[id] = Session(
      SessionState(
        id: id, participant: participant, address: entry.address,
        returnsToLobby: returnsToLobby, holdsPlace: entry.comeback?.holdsPlace == true),
      sender: self.participants.values[index].sender)
    self.changes.add(.session(id))
    effects.tell(
      id, .loggedIn(participant, ignored: self.participants.values[index].state.ignored))
  }

  /// Bounds what a session may do to what its token allows, and to nothing where none let it in.
  private mutating func limit(_ id: SessionID, to token: APIToken?) {
    guard let token else {
      guard self.limited.remove(id) != nil else { return }
      return self.change(id) { session in
        session.token = nil
        session.scopes = nil
      }
    }
    self.limited.insert(id)
    self.change(id) { session in
      session.token = token.number
      session.scopes = token.scopes
    }
  }

  /// A session becomes another participant's, with the rooms that it has open.
  ///
  /// It has seen what it has seen: where the other one is no member yet, its membership begins as
  /// that of the first did. The rooms are told of a new name where the first one is gone with this
  /// session and the other one came with it.
  mutating func move(
    _ id: SessionID, to target: ParticipantID, _ entry: Entry, into effects: inout Effects
  ) {
    self.closeBarred(id, as: target, entry, into: &effects)
    guard let session = self.sessions[id], let old = self.participants[session.participant],
      let new = self.participants[target]
    else { return }
    if old.state.account == nil, old.sessions.count == 1 {
      self.handOverRoles(of: old.state.id, to: new.state.account, into: &effects)
    }
    for room in session.open {
      self.handOver(room, from: old, to: new, entry, into: &effects)
    }
    if new.sessions.isEmpty { self.peopleHere += 1 }
    self.handOverNonces(
      from: self.nonceHolder(old.state.id), to: self.nonceHolder(target), into: &effects)
    self.participants[target]?.sessions.insertAscending(id)
    self.sessions[id]?.sender = new.sender
    self.changes.add(.session(id))
    effects.tell(id, .loggedIn(target, ignored: new.state.ignored))
    self.participants[old.state.id]?.sessions.removeFirst(equalTo: id)
    self.endWithoutSessions(
      old.state.id, open: session.open, current: session.current, at: entry.stamp,
      into: &effects)
  }

  /// Closes the rooms in a session that it could not join as another participant.
  private mutating func closeBarred(
    _ id: SessionID, as target: ParticipantID, _ entry: Entry, into effects: inout Effects
  ) {
    guard let session = self.sessions[id], let new = self.participants[target] else { return }
    var identity = self.identity(of: new)
    identity.addresses = [session.address]
    for room in session.open {
      guard let found = self.rooms[room], found.isGuarded,
        (self.role(of: target, in: found) ?? .member) < .operator,
        let ban = self.sanction(.ban, in: room, of: identity, at: entry.stamp)
      else { continue }
      // As one of its names it goes; as the other it stays a member.
      self.close(room, in: id, .quit(""), entry, into: &effects)
      let current = self.sessions[id]?.current.map { self.title(of: $0) }
      let notice = Notice.expelled(
        room: self.title(of: room), by: ban.by, isBanned: true, until: ban.until,
        reason: ban.reason, current: current)
      effects.tell(id, .reply(.none, .notice(notice)))
    }
  }

  private mutating func handOver(
    _ id: RoomID, from old: Participant, to new: Participant, _ entry: Entry,
    into effects: inout Effects
  ) {
    guard let room = self.rooms[id], let membership = room.members[old.state.id],
      var presence = room.present[old.state.name.key]
    else { return }
    if room.members[new.state.id] == nil {
      let state = MemberState(
        room: id, participant: new.state.id, joinedAfter: membership.joinedAfter,
        window: membership.window, read: membership.read)
      self.change(id) { $0.members[new.state.id] = state }
      self.changes.add(.member(id, new.state.id))
      self.participants[new.state.id]?.rooms.insertAscending(id)
    }
    var other =
      room.present[new.state.name.key]
      ?? Room.Presence(participant: new.state.id, name: new.state.name.text, sessions: 0)
    presence.sessions -= 1
    other.sessions += 1
    let (isGone, hasCome) = (presence.sessions == 0, other.sessions == 1)
    let (key, head) = (old.state.name.key, room.state.head)
    self.change(id) { room in
      room.present[key] = isGone ? nil : presence
      room.present[new.state.name.key] = other
    }
    if isGone { self.change(id, member: old.state.id) { $0.closedAfter = head } }
    if hasCome { self.change(id, member: new.state.id) { $0.closedAfter = nil } }
    let count = self.rooms[id]?.present.count ?? 0
    if isGone, hasCome {
      self.tell(id, .renamed(old.sender, to: new.state.name.text), entry, into: &effects)
    } else if isGone {
      self.tell(id, .went(old.sender, .quit(""), present: count), entry, into: &effects)
    } else if hasCome {
      self.tell(id, .came(new.sender, present: count), entry, into: &effects)
    }
  }

  /// What becomes of a participant whose last session is gone: an account's own stays, and knows
  /// which rooms to open next time; another one ends.
  ///
  /// Nothing happens where it has sessions.
  mutating func endWithoutSessions(
    _ id: ParticipantID, open: [RoomID], current: RoomID?, at stamp: Timestamp,
    into effects: inout Effects
  ) {
    guard let participant = self.participants[id], participant.sessions.isEmpty else { return }
    self.peopleHere -= 1
    guard self.isLasting(participant.state) else {
      self.endParticipant(participant, at: stamp, into: &effects)
      return
    }
    self.change(id) { state in
      state.lastSeen = stamp
      state.resume = open
      state.resumeCurrent = current
    }
  }

  // MARK: What is new

  /// Tells what is new where the session's participant has nothing open, and behind its marks: a
  /// room a line, then the direct conversations.
  ///
  /// At login nothing is said where nothing is new.
  func tellUnread(
    _ id: SessionID, tag: RequestTag, isAsked: Bool, into effects: inout Effects
  ) {
    guard let session = self.sessions[id],
      let participant = self.participants[session.participant]
    else { return }
    let all = self.unread(by: participant)
    guard isAsked || !all.isEmpty else { return }
    let shown = all.listed(bytes: \UnreadConversation.title.utf8.count) { $0 }
    effects.tell(
      id, .reply(tag, .account(.unread(shown, more: all.count - shown.count))))
  }

  /// Up to where a member has read a room, or cannot; nil where that is not counted.
  ///
  /// A mark may lie before the joining, but not before what the member sees.
  private static func readThrough(by member: MemberState) -> Sequence? {
    guard let read = member.read else {
      return member.closedAfter.map { max($0, member.joinedAfter) }
    }
    return max(read, Sequence(max(1, member.window.firstLine.number) - 1))
  }

  private func unread(by participant: Participant) -> [UnreadConversation] {
    var found: [UnreadConversation] = []
    for id in participant.rooms {
      guard let room = self.rooms[id], let member = room.members[participant.state.id],
        let closed = Self.readThrough(by: member), closed < room.state.head
      else { continue }
      let mentions = room.recent.indices.count { place in
        let message = room.recent[place]
        return message.sequence > closed && message.sender.participant != participant.state.id
          && Mention.isThere(in: message.body, of: participant.state.name)
      }
      found.append(
        UnreadConversation(
          title: room.state.name.text, count: Int(room.state.head.number - closed.number),
          mentions: mentions))
    }
    found.sort { $0.title < $1.title }
    let seen = participant.state.lastSeen
    var direct: [UnreadConversation] = []
    for id in participant.directs {
      guard let room = self.rooms[id],
        case .direct(let one, let other) = room.state.kind,
        let name = self.participants[one == participant.state.id ? other : one]?.state.name
      else { continue }
      let read = self.mark(in: room, of: participant.state.id)
      if read == nil, seen.map({ room.state.lastTime > $0 }) != true { continue }
      let count = room.recent.indices.count { place in
        let message = room.recent[place]
        guard message.sender.participant != participant.state.id else { return false }
        if let read { return message.sequence > read }
        return seen.map { message.time > $0 } == true
      }
      if count > 0 {
        direct.append(UnreadConversation(title: "@" + name.text, count: count, mentions: count))
      }
    }
    return found + direct.sorted { $0.title < $1.title }
  }
}

/// Whether a text names somebody.
enum Mention {
  /// As a word of its own, whatever the case of its letters.
  static func isThere(in text: String, of name: Name) -> Bool {
    let wanted = name.text.lowercased()
    return text.lowercased().split(whereSeparator: { !Self.isPart($0) }).contains { word in
      word.drop { $0 == "@" } == wanted
    }
  }

  /// Whether a character may be part of a name.
  private static func isPart(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || "-_.@[]{}|^`".contains(character)
  }
}
