import ParleyModel

/// Names and sessions: how they begin, change and end.
extension Conversation {
  func checkLogin(_ name: Name, from session: SessionID) throws(Refusal) {
    guard self.sessions[session] == nil else { throw .alreadyLoggedIn }
    try Names.checkParticipant(name)
    try self.checkFree(name)
  }

  func checkRename(to name: Name, from session: SessionID) throws(Refusal) {
    let session = try self.loggedIn(session)
    try Names.checkParticipant(name)
    // One's own name may be written in another way.
    if self.participantIDs[name.key] != session.participant { try self.checkFree(name) }
  }

  private func checkFree(_ name: Name) throws(Refusal) {
    guard self.participantIDs[name.key] != nil else { return }
    throw .nameTaken(
      name.text, free: Names.free(like: name) { self.participantIDs[$0] != nil })
  }

  mutating func login(
    _ name: Name, autojoin: Bool, _ entry: Entry, into effects: inout Effects
  ) throws(Refusal) {
    try self.checkLogin(name, from: entry.session)
    let id = ParticipantID(self.state.lastParticipant.number + 1)
    self.state.lastParticipant = id
    var participant = Participant(ParticipantState(id: id, name: name, since: entry.stamp))
    participant.sessions = [entry.session]
    self.participants[id] = participant
    self.participantIDs[name.key] = id
    self.sessions[entry.session] = Session(
      SessionState(id: entry.session, participant: id), sender: participant.sender)
    self.changes.add(.participant(id))
    self.changes.add(.session(entry.session))

    effects.tell(entry.session, .loggedIn(id, ignored: []))
    let welcome = Reply.welcome(session: entry.session, name: name.text, account: nil)
    effects.tell(entry.session, .reply(entry.tag, welcome))
    if autojoin { self.autojoin(entry, into: &effects) }
  }

  mutating func rename(
    to name: Name, _ entry: Entry, into effects: inout Effects
  ) throws(Refusal) {
    try self.checkRename(to: name, from: entry.session)
    let id = try self.loggedIn(entry.session).participant
    let participant = try self.participant(id)
    let old = participant.state.name
    let renamed = Reply.renamed(to: name.text)
    guard old.text != name.text || old.key != name.key else {
      effects.tell(entry.session, .reply(entry.tag, renamed))
      return
    }
    self.participantIDs[old.key] = nil
    self.participantIDs[name.key] = id
    self.change(id) { $0.name = name }
    for session in participant.sessions { self.sessions[session]?.sender.name = name.text }
    for room in participant.rooms {
      guard var presence = self.rooms[room]?.present[old.key] else { continue }
      presence.name = name.text
      self.change(room) { room in
        room.present[old.key] = nil
        room.present[name.key] = presence
      }
      self.tell(room, .renamed(participant.sender, to: name.text), entry, into: &effects)
    }
    effects.tell(entry.session, .reply(entry.tag, renamed))
  }

  /// Never refused: whoever wants to go, goes.
  mutating func quit(_ departure: Departure, _ entry: Entry, into effects: inout Effects) {
    var departure = departure
    // A last word that may not be shown is not worth keeping a connection open for.
    if case .quit(let word) = departure, !Self.isPresentable(word) { departure = .quit("") }
    self.endSession(entry.session, departure: departure, entry, into: &effects)
    effects.tell(entry.session, .closing(departure.closing))
  }

  private static func isPresentable(_ word: String) -> Bool {
    word.isEmpty
      || word.utf8.count <= Limits.awayBytesMax && TextRules.fault(in: word, newlines: false) == nil
  }

  /// Ends a session and, for a guest, its participant with the last one.
  ///
  /// Without a departure nobody is told.
  mutating func endSession(
    _ id: SessionID, departure: Departure?, _ entry: Entry, into effects: inout Effects
  ) {
    guard let session = self.sessions[id] else { return }
    for room in session.open {
      self.close(room, in: id, departure, entry, into: &effects)
    }
    self.sessions[id] = nil
    effects.records.append(.forget(.session(id)))
    self.participants[session.participant]?.sessions.removeFirst(equalTo: id)
    guard let participant = self.participants[session.participant],
      participant.sessions.isEmpty, participant.state.account == nil
    else { return }
    self.endParticipant(participant, at: entry.stamp, into: &effects)
  }

  /// A guest is gone, and with it all that was its own: its name, its memberships, its direct
  /// conversations, its ownership of rooms, its nonces.
  ///
  /// The rooms that it was in stay for a while.
  private mutating func endParticipant(
    _ participant: Participant, at stamp: Timestamp, into effects: inout Effects
  ) {
    let id = participant.state.id
    for room in participant.rooms {
      self.endMembership(of: id, in: room, at: stamp, into: &effects)
    }
    for room in participant.owned {
      self.change(room) { $0.state.owner = nil }
    }
    for room in participant.directs {
      self.deleteRoom(room, into: &effects)
    }
    for nonce in self.nonces[id]?.states ?? [] {
      effects.records.append(.forget(.nonce(id, nonce.nonce)))
    }
    self.nonces[id] = nil
    self.participantIDs[participant.state.name.key] = nil
    self.participants[id] = nil
    effects.records.append(.forget(.participant(id)))
  }
}

extension Departure {
  /// What the departing session is told.
  var closing: Closing {
    switch self {
    case .left, .quit, .switched, .kicked: .quit
    case .connectionLost: .hungUp
    case .timedOut: .timedOut
    case .serverStopped: .shuttingDown
    }
  }
}
