import ParleyModel

/// The verbs of rooms: which room is opened, closed, left or given a topic, and what is refused.
extension Conversation {
  func checkJoin(_ name: Name, from session: SessionID) throws(Refusal) {
    let session = try self.loggedIn(session)
    // The current room closes when the other opens.
    try self.checkOpening(name, by: session, closing: session.current == nil ? 0 : 1)
  }

  func checkAdd(_ name: Name, from session: SessionID) throws(Refusal) {
    try self.checkOpening(name, by: try self.loggedIn(session), closing: 0)
  }

  func checkOpening(
    _ name: Name, by session: Session, closing: Int
  ) throws(Refusal) {
    let id = self.roomIDs[name.key]
    if let id {
      if session.open.contains(id) { return }
      try self.checkEntry(id, by: session)
    } else {
      try Names.checkRoom(name)
      try self.checkCreation(by: session)
      if !self.isAdministrator(session) {
        try self.checkOwned(by: self.holder(session.participant))
      }
      guard self.hasSpaceForRoom else { throw .tooMany(.roomsOfServer, max: Limits.roomsMax) }
    }
    guard session.open.count - closing < Limits.openRoomsMax else {
      throw .tooMany(.rooms, max: Limits.openRoomsMax)
    }
    let participant = try self.participant(session.participant)
    let isMember = id.map { participant.rooms.contains($0) } ?? false
    guard isMember || participant.rooms.count < Limits.joinedRoomsMax else {
      throw .tooMany(.rooms, max: Limits.joinedRoomsMax)
    }
  }

  /// Throws where only others may make rooms.
  private func checkCreation(by session: Session) throws(Refusal) {
    switch self.state.settings.roomCreation {
    case .everybody: return
    case .accounts:
      if self.account(of: session) == nil { throw .notPermitted(.makeRoom) }
    case .administrators:
      if self.account(of: session)?.isAdministrator != true { throw .notPermitted(.makeRoom) }
    }
  }

  private var hasSpaceForRoom: Bool {
    self.roomIDs.count < Limits.roomsMax && self.state.lastRoom.number < RoomID.numberMax
  }

  mutating func join(_ name: Name, _ entry: Entry, into effects: inout Effects) throws(Refusal) {
    try self.checkJoin(name, from: entry.session)
    let session = try self.loggedIn(entry.session)
    if let id = self.roomIDs[name.key], session.open.contains(id) {
      // Open already, with others perhaps: it becomes the current one and nobody is told.
      self.change(entry.session) { $0.current = id }
      self.showAgain(id, entry, into: &effects)
      return
    }
    if let current = session.current {
      self.close(current, in: entry.session, .switched, entry, into: &effects)
    }
    let (id, isNew) = self.findOrMake(
      name, owner: self.holder(session.participant), at: entry.stamp)
    self.open(
      id, in: entry.session, reason: .switched, isNewRoom: isNew, becomesCurrent: true,
      tag: entry.tag, entry,
      into: &effects)
  }

  mutating func add(_ name: Name, _ entry: Entry, into effects: inout Effects) throws(Refusal) {
    try self.checkAdd(name, from: entry.session)
    let session = try self.loggedIn(entry.session)
    if let id = self.roomIDs[name.key], session.open.contains(id) {
      if session.current == nil { self.change(entry.session) { $0.current = id } }
      self.showAgain(id, entry, into: &effects)
      return
    }
    let (id, isNew) = self.findOrMake(
      name, owner: self.holder(session.participant), at: entry.stamp)
    self.open(
      id, in: entry.session, reason: .added, isNewRoom: isNew,
      becomesCurrent: session.current == nil,
      tag: entry.tag, entry, into: &effects)
  }

  /// Opens the configured rooms at login.
  ///
  /// They are nobody's, and one that no bound has space for is passed over: a login is not refused
  /// for it.
  mutating func autojoin(_ entry: Entry, into effects: inout Effects) -> [Replay] {
    var replays: [Replay] = []
    for name in self.state.settings.autojoin {
      guard let session = self.sessions[entry.session],
        (try? self.checkOpening(name, by: session, closing: 0)) != nil
      else { continue }
      let (id, isNew) = self.findOrMake(name, owner: nil, at: entry.stamp)
      guard !session.open.contains(id) else { continue }
      // The login has one answer, its welcome: what follows carries no tag.
      let replay = self.open(
        id, in: entry.session, reason: .autojoin, isNewRoom: isNew,
        becomesCurrent: session.current == nil,
        tag: .none, entry, into: &effects)
      if let replay { replays.append(replay) }
    }
    return replays
  }

  func checkLeave(
    _ selector: RoomSelector, then: AfterLeaving, from session: SessionID
  ) throws(Refusal) -> RoomID {
    let session = try self.loggedIn(session)
    let id = try self.joined(selector, by: session)
    if then == .lobby, id == session.current, id == self.roomIDs[Name.lobby.key] {
      throw .alreadyInLobby
    }
    return id
  }

  mutating func leave(
    _ selector: RoomSelector, then: AfterLeaving, _ entry: Entry, into effects: inout Effects
  ) throws(Refusal) {
    let id = try self.checkLeave(selector, then: then, from: entry.session)
    let session = try self.loggedIn(entry.session)
    let participant = try self.participant(session.participant)
    let name = self.rooms[id]?.state.name.text ?? ""
    for session in participant.sessions where self.sessions[session]?.open.contains(id) == true {
      self.close(id, in: session, .left, entry, into: &effects)
    }
    self.endMembership(of: session.participant, in: id, at: entry.stamp, into: &effects)
    self.deleteIfLeft(id, into: &effects)
    self.answerLeaving(
      name, toLobby: then == .lobby && session.current == id, entry, into: &effects)
  }

  /// Answers with where text goes now: with the lobby as it is found, where it opens for this.
  private mutating func answerLeaving(
    _ name: String, toLobby: Bool, _ entry: Entry, into effects: inout Effects
  ) {
    guard let session = self.sessions[entry.session] else { return }
    let lobby = toLobby ? self.roomIDs[Name.lobby.key] : nil
    if let lobby, session.open.contains(lobby) {
      self.change(entry.session) { $0.current = lobby }
    } else if let lobby, (try? self.checkOpening(.lobby, by: session, closing: 0)) != nil {
      self.open(
        lobby, in: entry.session, reason: .returned, isNewRoom: false, becomesCurrent: true,
        tag: entry.tag, entry, into: &effects)
      return
    }
    let current = self.sessions[entry.session]?.current
    let text = current.flatMap { self.rooms[$0]?.state.name.text }
    effects.tell(entry.session, .reply(entry.tag, .left(room: name, current: text)))
  }

  func checkClose(
    _ selector: RoomSelector, from session: SessionID
  ) throws(Refusal) -> RoomID {
    try self.joined(selector, by: try self.loggedIn(session))
  }

  /// Closing what is not open changes nothing, so that it can be asked for again.
  mutating func close(
    _ selector: RoomSelector, _ entry: Entry, into effects: inout Effects
  ) throws(Refusal) {
    let id = try self.checkClose(selector, from: entry.session)
    self.close(id, in: entry.session, .switched, entry, into: &effects)
    let current = self.sessions[entry.session]?.current
    effects.tell(
      entry.session,
      .reply(
        entry.tag,
        .closed(
          room: self.rooms[id]?.state.name.text ?? "",
          current: current.flatMap { self.rooms[$0]?.state.name.text })))
  }

  func checkTopic(
    _ selector: RoomSelector, _ text: String, from session: SessionID
  ) throws(Refusal) -> RoomID {
    let session = try self.loggedIn(session)
    if !text.isEmpty { try TextRules.check(text, .topic, bytesMax: Limits.topicBytesMax) }
    if let room = self.governedFromOutside(selector, by: session) { return room.state.id }
    let id = try self.joined(selector, by: session)
    guard let room = self.rooms[id] else { throw .noCurrentRoom }
    // Where nobody governs, everybody may.
    if room.state.owner == nil, room.operators.isEmpty { return id }
    guard let role = self.role(of: session, in: room), role >= .operator else {
      throw .notPermitted(.setTopic)
    }
    return id
  }

  mutating func setTopic(
    _ selector: RoomSelector, _ text: String, _ entry: Entry, into effects: inout Effects
  ) throws(Refusal) {
    let id = try self.checkTopic(selector, text, from: entry.session)
    let sender = try self.loggedIn(entry.session).sender
    let topic =
      text.isEmpty ? nil : Topic(text: text, by: sender.name, time: entry.stamp)
    self.change(id) { $0.state.topic = topic }
    self.tell(id, .topic(text, by: sender), entry, into: &effects)
    let name = self.rooms[id]?.state.name.text ?? ""
    effects.answer(entry.session, entry.tag, .topicSet(room: name, text))
  }
}
