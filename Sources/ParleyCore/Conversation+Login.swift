import ParleyModel

/// Names and sessions: how they begin, change and end.
extension Conversation {
  func checkLogin(_ name: Name, from session: SessionID) throws(Refusal) {
    guard self.sessions[session] == nil else { throw .alreadyLoggedIn }
    try Names.checkParticipant(name)
    try self.checkFree(name)
    guard self.state.settings.allowsGuests else { throw .accountNeeded }
  }

  func checkRename(to name: Name, from session: SessionID) throws(Refusal) {
    let session = try self.loggedIn(session)
    try Names.checkParticipant(name)
    // One's own name may be written in another way, and one may go back to that of one's account.
    if self.participantIDs[name.key] == session.participant { return }
    let account = self.account(of: session)
    if let account, account.name == name { return }
    try self.checkFree(name)
    if account?.isAdministrator != true {
      var identity = self.identity(of: session)
      identity.name = name.key
      try self.checkServerBan(identity, at: self.state.lastStamp)
    }
    if account == nil { try self.checkSilenced(session) }
  }

  private func checkFree(_ name: Name) throws(Refusal) {
    guard self.participantIDs[name.key] != nil else { return }
    let free = Names.free(like: name) { self.participantIDs[$0] != nil }
    throw self.accounts.named(name.key) == nil
      ? .nameTaken(name.text, free: free) : .nameRegistered(name.text, free: free)
  }

  mutating func login(
    _ name: Name, autojoin: Bool, _ entry: Entry, into effects: inout Effects
  ) throws(Refusal) {
    try self.checkLogin(name, from: entry.session)
    try self.enterAsGuest(name, token: nil, autojoin: autojoin, entry, into: &effects)
  }

  func checkGuest(
    token digest: [UInt8], _ name: Name, from session: SessionID
  ) throws(Refusal) {
    guard self.guestIDs[digest] != nil else { return try self.checkLogin(name, from: session) }
    guard self.sessions[session] == nil else { throw .alreadyLoggedIn }
    guard self.state.settings.allowsGuests else { throw .accountNeeded }
  }

  /// Enters as the guest who has that token, or as a new one.
  mutating func enter(
    token digest: [UInt8], _ name: Name, autojoin: Bool, _ entry: Entry,
    into effects: inout Effects
  ) throws(Refusal) {
    try self.checkGuest(token: digest, name, from: entry.session)
    guard let participant = self.guestIDs[digest].flatMap({ self.participants[$0] }) else {
      return try self.enterAsGuest(
        name, token: digest, autojoin: autojoin, entry, into: &effects)
    }
    var identity = self.identity(of: participant)
    identity.addresses = [entry.address]
    try self.checkServerBan(identity, at: entry.stamp)
    let places = self.places(of: participant, autojoin: autojoin, entry.comeback)
    let id = participant.state.id
    self.begin(entry, as: id, returnsToLobby: autojoin, into: &effects)
    let welcome = Reply.welcome(
      session: entry.session, name: participant.state.name.text, account: nil)
    effects.tell(entry.session, .reply(entry.tag, welcome))
    self.arrive(places, entry, into: &effects)
  }

  private mutating func enterAsGuest(
    _ name: Name, token: [UInt8]?, autojoin: Bool, _ entry: Entry, into effects: inout Effects
  ) throws(Refusal) {
    let stranger = Identity(
      participant: ParticipantID(0), name: name.key, account: nil, addresses: [entry.address])
    try self.checkServerBan(stranger, at: entry.stamp)
    let id = ParticipantID(self.state.lastParticipant.number + 1)
    self.state.lastParticipant = id
    self.participants[id] = Participant(
      ParticipantState(id: id, name: name, since: entry.stamp, token: token))
    if let token { self.guestIDs[token] = id }
    self.participantIDs[name.key] = id
    self.changes.add(.participant(id))
    self.begin(entry, as: id, returnsToLobby: autojoin, into: &effects)
    let welcome = Reply.welcome(session: entry.session, name: name.text, account: nil)
    effects.tell(entry.session, .reply(entry.tag, welcome))
    var places = Places()
    places.isFirst = autojoin
    self.arrive(places, entry, into: &effects)
  }

  mutating func rename(
    to name: Name, _ entry: Entry, into effects: inout Effects
  ) throws(Refusal) {
    try self.checkRename(to: name, from: entry.session)
    let id = try self.loggedIn(entry.session).participant
    let participant = try self.participant(id)
    if self.isLasting(participant.state) || self.accounts.named(name.key) != nil {
      try self.renameWithAccount(to: name, participant, entry, into: &effects)
      return
    }
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

  /// The account keeps its name and its own participant: a session that wants another name goes
  /// over to a participant of that name, and comes back with the account's.
  private mutating func renameWithAccount(
    to name: Name, _ participant: Participant, _ entry: Entry, into effects: inout Effects
  ) throws(Refusal) {
    guard let account = participant.state.account.flatMap({ self.accounts[$0] }) else {
      throw .nameRegistered(name.text, free: nil)
    }
    if account.name == name {
      if account.participant != participant.state.id {
        self.move(entry.session, to: account.participant, entry, into: &effects)
      }
      effects.tell(entry.session, .reply(entry.tag, .renamed(to: account.name.text)))
      return
    }
    let id = ParticipantID(self.state.lastParticipant.number + 1)
    self.state.lastParticipant = id
    var other = Participant(
      ParticipantState(
        id: id, name: name, account: account.id, since: entry.stamp,
        ignored: participant.state.ignored))
    other.account = account.name.text
    self.participants[id] = other
    self.participantIDs[name.key] = id
    self.changes.add(.participant(id))
    self.move(entry.session, to: id, entry, into: &effects)
    effects.tell(entry.session, .reply(entry.tag, .renamed(to: name.text)))
  }

  /// Never refused: whoever wants to go, goes.
  mutating func quit(_ departure: Departure, _ entry: Entry, into effects: inout Effects) {
    var departure = departure
    // A last word that may not be shown is not worth keeping a connection open for.
    if case .quit(let word) = departure, !Self.isPresentable(word) { departure = .quit("") }
    let participant = self.sessions[entry.session]?.participant
    if !self.hold(entry.session, departure, at: entry.stamp, into: &effects) {
      self.endSession(entry.session, departure: departure, entry, into: &effects)
      if case .quit = departure, let participant, !self.held.isEmpty {
        self.endPlaces(of: participant, departure, entry, into: &effects)
      }
    }
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
    self.limited.remove(id)
    if session.held != nil { self.held[id] = nil }
    effects.records.append(.forget(.session(id)))
    self.participants[session.participant]?.sessions.removeFirst(equalTo: id)
    self.endWithoutSessions(
      session.participant, open: session.open, current: session.current,
      at: session.held?.since ?? entry.stamp, into: &effects)
  }

  /// A guest is gone, and with it all that was its own: its name, its memberships, its direct
  /// conversations, its ownership of rooms, its nonces.
  ///
  /// The rooms that it was in stay for a while.
  mutating func endParticipant(
    _ participant: Participant, at stamp: Timestamp, into effects: inout Effects
  ) {
    let id = participant.state.id
    for room in participant.rooms {
      self.endMembership(of: id, in: room, at: stamp, into: &effects)
    }
    self.handOverRoles(of: id, to: nil, into: &effects)
    for room in participant.directs {
      self.deleteRoom(room, into: &effects)
    }
    for nonce in self.nonces[id]?.states ?? [] {
      effects.records.append(.forget(.nonce(id, nonce.nonce)))
    }
    self.nonces[id] = nil
    self.participantIDs[participant.state.name.key] = nil
    if let token = participant.state.token { self.guestIDs[token] = nil }
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
