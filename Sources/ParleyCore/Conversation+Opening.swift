import ParleyModel

/// What the verbs of rooms are made of: a room begins, is opened, closed, given up, deleted.
extension Conversation {
  /// Tells those who have the room open, and has it recorded.
  ///
  /// Nobody has a direct conversation open: its events are only kept.
  mutating func tell(
    _ id: RoomID, _ event: Event, _ entry: Entry, into effects: inout Effects
  ) {
    let told = self.change(id) { room in
      (event: room.tell(event, at: entry.stamp), kind: room.state.kind)
    }
    guard let told else { return }
    effects.records.append(.event(told.event))
    switch told.kind {
    case .room: effects.items.append(.room(told.event, origin: entry.session))
    case .direct(let one, let other):
      self.tell(one, told.event, of: other, entry, into: &effects)
      self.tell(other, told.event, of: one, entry, into: &effects)
    case .audit: break
    }
  }

  /// Tells one of the two of a direct conversation, unless they hide whose deed it was.
  private func tell(
    _ one: ParticipantID, _ event: RoomEvent, of other: ParticipantID, _ entry: Entry,
    into effects: inout Effects
  ) {
    guard let reader = self.participants[one], let name = self.participants[other]?.state.name,
      self.sessions[entry.session]?.participant == one || !reader.state.ignored.contains(other)
    else { return }
    for session in reader.sessions where !session.isHeld {
      effects.tell(session, .told(event, title: "@" + name.text))
    }
  }

  /// The room with that name; where there is none it begins, with an epoch of its own.
  mutating func findOrMake(
    _ name: Name, owner: Holder?, at stamp: Timestamp
  ) -> (id: RoomID, isNew: Bool) {
    if let id = self.roomIDs[name.key] { return (id, false) }
    let id = self.make(.room, name, owner: nil, at: stamp)
    self.roomIDs[name.key] = id
    self.setOwner(of: id, to: owner)
    let isPermanent = self.permanentKeys.contains(name.key)
    self.change(id) { $0.isPermanent = isPermanent }
    self.setEmpty(id, since: stamp)
    self.relist(id)
    return (id, true)
  }

  /// A new room or direct conversation.
  mutating func make(
    _ kind: RoomKind, _ name: Name, owner: Holder?, at stamp: Timestamp
  ) -> RoomID {
    let id = RoomID(self.state.lastRoom.number + 1)
    self.state.lastRoom = id
    self.state.lastEpoch += 1
    let epoch = Epoch(incarnation: self.state.incarnation, counter: self.state.lastEpoch)
    self.rooms[id] = Room(
      RoomState(id: id, kind: kind, name: name, epoch: epoch, created: stamp, owner: owner))
    self.change(id) { _ in }
    return id
  }

  /// Sees to it that the lobby and the configured rooms exist, and which rooms are for good.
  mutating func makePermanentRooms(at stamp: Timestamp) {
    let names = [Name.lobby] + self.state.settings.permanentRooms
    self.permanentKeys = Set(names.map(\.key))
    for name in names { _ = self.findOrMake(name, owner: nil, at: stamp) }
    self.surveyRooms()
  }

  /// Finds anew which rooms are for good, which are listed and which may expire.
  mutating func surveyRooms() {
    var empty: [EmptyRooms.Item] = []
    for id in self.rooms.keys.sorted() {
      guard let index = self.rooms.index(forKey: id) else { continue }
      let room = self.rooms.values[index].state
      self.rooms.values[index].isPermanent =
        room.kind == .room && self.permanentKeys.contains(room.name.key)
      self.relist(id)
      if let since = room.emptySince, self.mayExpire(id, emptySince: since) {
        empty.append(EmptyRooms.Item(since: since, room: id))
      }
    }
    self.emptyRooms.replace(with: empty)
  }

  /// Opens a room in the entry's session, joins it where needed, tells the others, and answers
  /// with the room as it is, and what it must be sent once its login is answered.
  ///
  /// `leftAt` is the room's head when a held place of the participant lost its connection.
  @discardableResult
  mutating func open(
    _ id: RoomID, in opener: SessionID, reason: EntryReason, isNewRoom: Bool,
    becomesCurrent: Bool, leftAt: Sequence? = nil, tag: RequestTag, _ entry: Entry,
    into effects: inout Effects
  ) -> Replay? {
    guard let session = self.sessions[opener],
      let participant = self.participants[session.participant]
    else { return nil }
    let key = participant.state.name.key
    let isNewMember = self.beginMembership(of: session.participant, in: id)
    if isNewMember { self.useInvitation(of: session.participant, to: id, into: &effects) }
    guard let room = self.rooms[id], let member = room.members[session.participant] else {
      return nil
    }
    let resumption = self.resumption(
      of: room, for: member, isNewMember: isNewMember, opener.isHeld ? nil : entry.comeback)
    let excerpt: Excerpt
    if case .after = resumption {
      excerpt = .messages([], more: false)
    } else if let closed = member.closedAfter ?? leftAt {
      excerpt = room.since(closed, limit: Limits.missedMax, window: member.window)
    } else {
      // A member that has it open in another session is shown the backlog as it is now.
      let window = isNewMember ? member.window : self.backlogNow(of: room, for: member)
      excerpt = room.newest(Limits.historyMax, window: window)
    }

    self.change(opener) { session in
      session.open.append(id)
      if becomesCurrent { session.current = id }
    }
    var presence =
      room.present[key]
      ?? Room.Presence(
        participant: session.participant, name: participant.state.name.text, sessions: 0)
    presence.sessions += 1
    self.change(id) { $0.present[key] = presence }
    if presence.sessions == 1 {
      if member.closedAfter != nil {
        self.change(id, member: session.participant) { $0.closedAfter = nil }
      }
      self.relist(id)
      let present = self.rooms[id]?.present.count ?? 0
      self.tell(id, .came(participant.sender, present: present), entry, into: &effects)
    }
    self.showEntry(
      id, in: opener, isOpening: true, reason: reason, isNewMember: isNewMember,
      isNewRoom: isNewRoom, resumption: resumption, excerpt: excerpt, tag: tag, into: &effects)
    guard case .after(let sequence) = resumption, let room = self.rooms[id] else { return nil }
    return room.replay(after: sequence, title: room.state.name.text)
  }

  /// Answers who asks again for a room that it has open: with the people and the backlog as it is
  /// now, inside what the member may see.
  func showAgain(_ id: RoomID, _ entry: Entry, into effects: inout Effects) {
    guard let session = self.sessions[entry.session], let room = self.rooms[id],
      let member = room.members[session.participant]
    else { return }
    let window = self.backlogNow(of: room, for: member)
    self.showEntry(
      id, in: entry.session, isOpening: false, reason: .again, isNewMember: false,
      isNewRoom: false, excerpt: room.newest(Limits.historyMax, window: window),
      tag: entry.tag, into: &effects)
  }

  /// What somebody would be shown that joined now, inside what the member may see.
  private func backlogNow(of room: Room, for member: MemberState) -> Window {
    let newest = room.window(backlog: self.backlog(of: room))
    return Window(
      firstLine: max(newest.firstLine, member.window.firstLine),
      firstPost: max(newest.firstPost, member.window.firstPost))
  }

  private func showEntry(
    _ id: RoomID, in opener: SessionID, isOpening: Bool, reason: EntryReason,
    isNewMember: Bool, isNewRoom: Bool, resumption: Resumption = .none, excerpt: Excerpt,
    tag: RequestTag, into effects: inout Effects
  ) {
    guard let room = self.rooms[id] else { return }
    let name = room.state.name.text
    var isOpening = isOpening
    // Its events follow what it is sent again.
    if case .after = resumption { isOpening = false }
    if isOpening {
      effects.tell(
        opener,
        .opened(
          id, name: name, position: room.state.position, head: room.state.head,
          present: room.present.count))
    }
    let backlog: Int? =
      switch self.backlog(of: room) {
      case .count(let count): count
      case .all: nil
      }
    let present = room.present.items.listed(bytes: \.utf8.count) { $0.value.name }
    let answer = RoomEntry(
      room: id, name: name, epoch: room.state.epoch, head: room.state.head, reason: reason,
      isNewMember: isNewMember, isNewRoom: isNewRoom,
      isCurrent: self.sessions[opener]?.current == id, topic: room.state.topic,
      present: present, presentMore: room.present.count - present.count, resumption: resumption,
      excerpt: excerpt, backlog: backlog)
    effects.tell(opener, .reply(tag, .entered(answer)))
  }

  func backlog(of room: Room) -> Backlog {
    room.state.options.backlog ?? self.state.settings.defaultBacklog
  }

  /// Closes a room in a session; its participant stays a member.
  ///
  /// Without a departure nobody is told, the session included.
  mutating func close(
    _ id: RoomID, in session: SessionID, _ departure: Departure?, _ entry: Entry,
    into effects: inout Effects
  ) {
    guard let state = self.sessions[session], state.open.contains(id),
      let participant = self.participants[state.participant]
    else { return }
    self.change(session) { session in
      session.open.removeFirst(equalTo: id)
      if session.current == id { session.current = nil }
    }
    if departure != nil { effects.tell(session, .closed(id)) }
    let key = participant.state.name.key
    guard var presence = self.rooms[id]?.present[key] else { return }
    presence.sessions -= 1
    let isLast = presence.sessions == 0
    let leftAt = state.held?.heads.first { $0.room == id }?.sequence
    let head = self.change(id) { room in
      room.present[key] = isLast ? nil : presence
      return leftAt ?? room.state.head
    }
    guard isLast else { return }
    self.change(id, member: state.participant) { $0.closedAfter = head }
    self.relist(id)
    guard let departure else { return }
    let present = self.rooms[id]?.present.count ?? 0
    self.tell(
      id, .went(participant.sender, departure, present: present), entry, into: &effects)
  }

  /// Makes a participant a member, which fixes what it may see; false where it is one.
  private mutating func beginMembership(of id: ParticipantID, in room: RoomID) -> Bool {
    guard let found = self.rooms[room], found.members[id] == nil else { return false }
    let window = found.window(backlog: self.backlog(of: found))
    // Where members wait between two messages, so do newcomers: leaving and coming back, under
    // another name perhaps, is no way past it.
    let joined = found.state.options.slowSeconds > 0 ? self.state.lastStamp : nil
    self.change(room) { room in
      room.members[id] = MemberState(
        room: room.state.id, participant: id, joinedAfter: room.state.head, window: window,
        lastSpoke: joined)
      room.state.emptySince = nil
    }
    self.changes.add(.member(room, id))
    self.participants[id]?.rooms.insertAscending(room)
    return true
  }

  private mutating func useInvitation(
    of id: ParticipantID, to room: RoomID, into effects: inout Effects
  ) {
    guard let invitation = self.rooms[room]?.invitation(of: self.holder(id)) else { return }
    self.remove(invitation, into: &effects)
  }

  /// Ends a membership of a room that is not open in any session of the participant.
  mutating func endMembership(
    of id: ParticipantID, in room: RoomID, at stamp: Timestamp, into effects: inout Effects
  ) {
    self.participants[id]?.rooms.removeFirst(equalTo: room)
    guard self.change(room, { $0.members.removeValue(forKey: id) }) != nil else { return }
    effects.records.append(.forget(.member(room, id)))
    if self.rooms[room]?.members.isEmpty == true { self.setEmpty(room, since: stamp) }
  }

  private mutating func setEmpty(_ id: RoomID, since stamp: Timestamp) {
    self.change(id) { $0.state.emptySince = stamp }
    guard self.mayExpire(id, emptySince: stamp) else { return }
    var empty = EmptyRooms()
    swap(&empty, &self.emptyRooms)
    empty.append(EmptyRooms.Item(since: stamp, room: id)) {
      self.mayExpire($0.room, emptySince: $0.since)
    }
    self.emptyRooms = empty
  }

  /// Lists a room or takes it off the list, as it is now.
  mutating func relist(_ id: RoomID) {
    guard let index = self.rooms.index(forKey: id) else { return }
    let isListable = self.rooms.values[index].isListable
    guard self.rooms.values[index].isListed != isListable else { return }
    self.rooms.values[index].isListed = isListable
    self.listed[self.rooms.values[index].state.name.key] = isListable ? id : nil
  }

  /// Who has a standing in a room that is deleted has it no longer.
  private mutating func endStandings(_ room: Room, into effects: inout Effects) {
    for standing in room.standings { self.remove(standing, into: &effects) }
  }

  /// Deletes a room that nobody is a member of, or a direct conversation, with its log.
  mutating func deleteRoom(_ id: RoomID, into effects: inout Effects) {
    guard let room = self.rooms[id] else { return }
    switch room.state.kind {
    case .room:
      self.roomIDs[room.state.name.key] = nil
      if room.isListed { self.listed[room.state.name.key] = nil }
      self.setOwner(of: id, to: nil)
      self.endStandings(room, into: &effects)
    case .direct(let one, let other):
      self.directIDs[DirectPair(one, other)] = nil
      self.participants[one]?.directs.removeFirst(equalTo: id)
      self.participants[other]?.directs.removeFirst(equalTo: id)
    case .audit: break
    }
    self.rooms[id] = nil
    effects.records.append(.roomDeleted(id))
    if let audit = room.state.audit { self.deleteRoom(audit, into: &effects) }
  }
}
