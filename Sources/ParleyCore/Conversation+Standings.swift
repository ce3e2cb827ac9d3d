import ParleyModel

/// Operators, bans, mutes and invitations, as they are kept and found.
extension Conversation {
  // MARK: Keeping

  /// The server's, for room 0.
  func standings(in room: RoomID) -> [StandingState] {
    room == .server ? self.serverStandings : self.rooms[room]?.standings ?? []
  }

  /// Makes a standing, or puts another end and reason to the one that there is or was.
  @discardableResult
  mutating func add(
    _ kind: StandingKind, _ subject: StandingSubject, in room: RoomID, title: String,
    guest: GuestTrace? = nil, by: String, until: Timestamp? = nil, reason: String = "",
    at stamp: Timestamp, into effects: inout Effects
  ) throws(Refusal) -> StandingState {
    var standing = StandingState(
      room: room, number: 0, kind: kind, subject: subject, title: title, guest: guest, by: by,
      since: stamp, until: until, reason: reason)
    if let old = self.standing(kind, subject, in: room) {
      standing.number = old.number
      // Who is gone by now is known by what it was known by then.
      if old.holds(at: stamp) { standing.guest = guest ?? old.guest }
    } else {
      try self.makeSpace(in: room, at: stamp, into: &effects)
      standing.number = self.nextNumber(in: room)
    }
    self.put(standing)
    effects.records.append(.state(.standing(standing)))
    if case .holder(let holder) = subject { self.noteRole(of: holder, in: room) }
    return standing
  }

  private func standing(
    _ kind: StandingKind, _ subject: StandingSubject, in room: RoomID
  ) -> StandingState? {
    self.standings(in: room).first { $0.kind == kind && $0.subject == subject }
  }

  /// Throws where no further one can be kept; those that are over give way.
  private mutating func makeSpace(
    in room: RoomID, at stamp: Timestamp, into effects: inout Effects
  ) throws(Refusal) {
    let most = room == .server ? Limits.serverStandingsMax : Limits.standingsMax
    guard self.standings(in: room).count >= most else { return }
    let over = self.standings(in: room).filter { !$0.holds(at: stamp) }
    guard !over.isEmpty else { throw .tooMany(.standings, max: most) }
    for standing in over { self.remove(standing, into: &effects) }
  }

  private mutating func nextNumber(in room: RoomID) -> UInt32 {
    guard room != .server else {
      self.state.lastStanding += 1
      return self.state.lastStanding
    }
    return self.change(room) { room in
      room.state.lastStanding += 1
      return room.state.lastStanding
    } ?? 0
  }

  /// In the order of the numbers.
  mutating func put(_ standing: StandingState) {
    func put(into list: inout [StandingState]) {
      if (list.last?.number ?? 0) < standing.number {
        list.append(standing)
      } else if let place = list.firstIndex(where: { $0.number == standing.number }) {
        list[place] = standing
      }
    }
    if standing.room == .server {
      put(into: &self.serverStandings)
    } else if let index = self.rooms.index(forKey: standing.room) {
      put(into: &self.rooms.values[index].standings)
      self.rooms.values[index].survey()
    }
  }

  mutating func remove(_ standing: StandingState, into effects: inout Effects) {
    if standing.room == .server {
      self.serverStandings.removeAll { $0.number == standing.number }
    } else if let index = self.rooms.index(forKey: standing.room) {
      self.rooms.values[index].standings.removeAll { $0.number == standing.number }
      self.rooms.values[index].survey()
    }
    effects.records.append(.forget(.standing(standing.room, standing.number)))
    if case .holder(let holder) = standing.subject {
      self.forgetRole(of: holder, in: standing.room)
    }
  }

  /// Gives a standing to another holder, or away where that one has it already.
  mutating func move(
    _ standing: StandingState, to holder: Holder, into effects: inout Effects
  ) {
    let others = self.standings(in: standing.room)
    guard !others.contains(where: { $0.kind == standing.kind && $0.subject == .holder(holder) })
    else { return self.remove(standing, into: &effects) }
    var standing = standing
    standing.subject = .holder(holder)
    self.put(standing)
    effects.records.append(.state(.standing(standing)))
  }

  // MARK: Finding

  /// What bans and mutes go by.
  struct Identity {
    var participant: ParticipantID
    /// The account's own, which was the guest's that registered it.
    var accountParticipant: ParticipantID?
    var name: String
    /// The key of the account's name.
    var account: String?
    var addresses: [PeerAddress]
  }

  func identity(of session: Session) -> Identity {
    let state = self.participants[session.participant]?.state
    let account = self.account(of: session)
    return Identity(
      participant: session.participant, accountParticipant: account?.participant,
      name: state?.name.key ?? "", account: account?.name.key, addresses: [session.address])
  }

  /// With the addresses of all its sessions, or of those that have a room open.
  func identity(of participant: Participant, in room: RoomID? = nil) -> Identity {
    let sessions = participant.sessions.compactMap { self.sessions[$0] }
    let account = participant.state.account.flatMap { self.accounts[$0] }
    return Identity(
      participant: participant.state.id, accountParticipant: account?.participant,
      name: participant.state.name.key, account: account?.name.key,
      addresses: sessions.filter { session in room.map { session.open.contains($0) } ?? true }
        .map(\.address))
  }

  /// The ban or the mute that concerns somebody; the server's, for room 0.
  func sanction(
    _ kind: StandingKind, in room: RoomID, of identity: Identity, at stamp: Timestamp
  ) -> StandingState? {
    self.standings(in: room).first {
      $0.kind == kind && $0.holds(at: stamp) && $0.fits(identity)
    }
  }

  /// Throws where somebody is banned from the server.
  func checkServerBan(_ identity: Identity, at stamp: Timestamp) throws(Refusal) {
    guard !self.serverStandings.isEmpty,
      let ban = self.sanction(.ban, in: .server, of: identity, at: stamp)
    else { return }
    throw .banned(room: nil, until: ban.until, reason: ban.reason)
  }

  /// Throws where a session may not join a room, or open it again.
  func checkEntry(_ id: RoomID, by session: Session) throws(Refusal) {
    guard let index = self.rooms.index(forKey: id), self.rooms.values[index].isGuarded else {
      return
    }
    let room = self.rooms.values[index]
    if let role = self.role(of: session, in: room), role >= .operator { return }
    if room.state.options.isPrivate, room.members[session.participant] == nil,
      !room.isInvited(self.holder(session.participant), at: self.state.lastStamp)
    {
      throw .roomIsPrivate(room.state.name.text)
    }
    let identity = self.identity(of: session)
    if let ban = self.sanction(.ban, in: id, of: identity, at: self.state.lastStamp) {
      throw .banned(room: room.state.name.text, until: ban.until, reason: ban.reason)
    }
  }

  /// Throws where a session may not say or post something in a room that it is a member of.
  func checkSpeaking(
    in id: RoomID, by session: Session, isPost: Bool
  ) throws(Refusal) {
    guard let index = self.rooms.index(forKey: id), self.rooms.values[index].isRestricted else {
      return
    }
    let room = self.rooms.values[index]
    if let role = self.role(of: session, in: room), role >= .operator { return }
    let (name, options) = (room.state.name.text, room.state.options)
    let identity = self.identity(of: session)
    if let mute = self.sanction(.mute, in: id, of: identity, at: self.state.lastStamp) {
      throw .muted(room: name, until: mute.until)
    }
    if isPost, options.posting == .operators { throw .notPermitted(.post) }
    guard options.slowSeconds > 0, let last = room.members[session.participant]?.lastSpoke else {
      return
    }
    let waited = self.state.lastStamp.microseconds - last.microseconds
    let left = Int64(options.slowSeconds) * 1_000_000 - waited
    if left > 0 { throw .slowMode(room: name, seconds: Int((left + 999_999) / 1_000_000)) }
  }

  /// Throws where a guest is muted in a room that it is a member of: under another name it would
  /// be heard.
  func checkSilenced(_ session: Session) throws(Refusal) {
    let identity = self.identity(of: session)
    for room in self.participants[session.participant]?.rooms ?? [] {
      guard self.rooms[room]?.isRestricted == true,
        let mute = self.sanction(.mute, in: room, of: identity, at: self.state.lastStamp)
      else { continue }
      throw .muted(room: self.title(of: room), until: mute.until)
    }
  }

  /// Remembers when a member spoke, where the room makes it wait.
  mutating func noteSpeaking(in id: RoomID, by session: Session, at stamp: Timestamp) {
    guard let index = self.rooms.index(forKey: id), self.rooms.values[index].isRestricted,
      self.rooms.values[index].state.options.slowSeconds > 0
    else { return }
    self.change(id, member: session.participant) { $0.lastSpoke = stamp }
  }
}

extension GuestTrace {
  /// Whether it is the same guest, an account by now perhaps, or one from the same address.
  fileprivate func fits(_ identity: Conversation.Identity) -> Bool {
    if self.participant == identity.participant { return true }
    guard identity.account == nil else { return self.participant == identity.accountParticipant }
    return self.address.map { identity.addresses.contains(where: $0.fits) } == true
  }
}

extension StandingState {
  func fits(_ identity: Conversation.Identity) -> Bool {
    if let guest = self.guest, guest.fits(identity) { return true }
    return switch self.subject {
    case .holder: false
    case .name(let mask):
      mask.fits(identity.name) || identity.account.map { mask.fits($0) } == true
    case .address(let mask): identity.addresses.contains { mask.fits($0) }
    }
  }
}

extension RoomID {
  /// Stands for the server where standings and the audit log are kept by room.
  static let server = RoomID(0)
}
