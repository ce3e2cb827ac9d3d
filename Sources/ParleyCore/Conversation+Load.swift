package import ParleyModel

extension Conversation {
  /// What the archive had recorded; the log's tail goes on top.
  package init(loading loaded: LoadedState) {
    self.init()
    if let state = loaded.conversation { self.state = state }
    for account in loaded.accounts { self.accounts.set(account) }
    for invite in loaded.invites { self.accounts.set(invite) }
    for state in loaded.participants {
      var participant = Participant(state)
      participant.account = state.account.flatMap { self.accounts[$0]?.name.text }
      self.participants[participant.state.id] = participant
      self.participantIDs[state.name.key] = state.id
      if let token = state.token { self.guestIDs[token] = state.id }
    }
    for room in loaded.rooms { self.load(room) }
    for standing in loaded.standings {
      self.put(standing)
      if case .holder(let holder) = standing.subject {
        self.noteRole(of: holder, in: standing.room)
      }
    }
    for member in loaded.members.sorted(by: { $0.room < $1.room }) {
      guard let index = self.rooms.index(forKey: member.room) else { continue }
      self.rooms.values[index].members[member.participant] = member
      if member.read != nil { self.rooms.values[index].hasMarks = true }
      self.participants[member.participant]?.rooms.insertAscending(member.room)
    }
    for session in loaded.sessions { self.load(session) }
    for nonce in loaded.nonces.sorted(by: { $0.time < $1.time }) {
      self.nonces[nonce.participant, default: NonceMemory()].remember(nonce) { _ in }
    }
    let names = [Name.lobby] + self.state.settings.permanentRooms
    self.permanentKeys = Set(names.map(\.key))
    self.surveyRooms()
  }

  private mutating func load(_ loaded: LoadedState.Room) {
    let id = loaded.state.id
    self.rooms[id] = Room(loaded)
    switch loaded.state.kind {
    case .room:
      self.roomIDs[loaded.state.name.key] = id
      // Releases without roles kept the participant of an account.
      if case .participant(let owner) = loaded.state.owner {
        let holder = self.holder(owner)
        self.rooms[id]?.state.owner = holder
      }
      if let owner = self.rooms[id]?.state.owner {
        self.countOwned(by: owner, 1)
        self.noteRole(of: owner, in: id)
      }
    case .direct(let one, let other):
      self.directIDs[DirectPair(one, other)] = id
      self.participants[one]?.directs.insertAscending(id)
      self.participants[other]?.directs.insertAscending(id)
    case .audit: break
    }
  }

  private mutating func load(_ session: SessionState) {
    guard let participant = self.participants[session.participant] else { return }
    self.sessions[session.id] = Session(session, sender: participant.sender)
    if session.scopes != nil { self.limited.insert(session.id) }
    if let held = session.held { self.held[session.id] = held.until }
    if participant.sessions.isEmpty { self.peopleHere += 1 }
    self.participants[session.participant]?.sessions.insertAscending(session.id)
    let name = participant.state.name
    for id in session.open {
      guard let index = self.rooms.index(forKey: id) else { continue }
      var presence =
        self.rooms.values[index].present[name.key]
        ?? Room.Presence(participant: session.participant, name: name.text, sessions: 0)
      presence.sessions += 1
      self.rooms.values[index].present[name.key] = presence
    }
  }
}
