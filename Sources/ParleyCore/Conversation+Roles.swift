import ParleyModel

/// Who asks for something that only some may do.
struct Actor {
  /// As others see it.
  var sender: Sender
  /// Nil for the holder of the data directory.
  var session: Session?
  var isAdministrator: Bool
}

/// Who may do what: the one place that decides it.
extension Conversation {
  /// Who acts in a session; `asOwner` is for those who hold the data directory's socket.
  func actor(_ id: SessionID, asOwner: Bool = false) throws(Refusal) -> Actor {
    if asOwner {
      let voice = Sender(participant: ParticipantID(0), name: "server")
      return Actor(sender: voice, session: nil, isAdministrator: true)
    }
    let session = try self.loggedIn(id)
    return Actor(
      sender: session.sender, session: session, isAdministrator: self.isAdministrator(session))
  }

  /// An API token makes an administrator of its session only where it may moderate.
  func isAdministrator(_ session: Session) -> Bool {
    guard session.sender.account != nil, session.scopes?.contains(.moderate) != false else {
      return false
    }
    return self.account(of: session)?.isAdministrator == true
  }

  /// Whose roles a participant has: its account's, or its own.
  func holder(_ id: ParticipantID) -> Holder {
    self.participants[id]?.state.account.map { .account($0) } ?? .participant(id)
  }

  /// What a participant may do in a room; nil for one that is no member and has no role.
  func role(of id: ParticipantID, in room: Room) -> Role? {
    let holder = self.holder(id)
    if room.state.owner == holder { return .owner }
    if room.operators.contains(holder) { return .operator }
    return room.members[id] == nil ? nil : .member
  }

  func role(of actor: Actor, in room: Room) -> Role? {
    if actor.isAdministrator { return .administrator }
    return actor.session.flatMap { self.role(of: $0.participant, in: room) }
  }

  func role(of session: Session, in room: Room) -> Role? {
    if self.isAdministrator(session) { return .administrator }
    return self.role(of: session.participant, in: room)
  }

  /// Whether a session may know that a room exists.
  func mayKnow(_ room: Room, _ session: Session) -> Bool {
    room.isListed || self.role(of: session, in: room) != nil
      || room.isInvited(self.holder(session.participant), at: self.state.lastStamp)
  }

  /// A room in which somebody may do what needs that role, member or not.
  ///
  /// To others a room that they may not know of is the same as none.
  func governed(
    _ selector: RoomSelector, by actor: Actor, needs role: Role
  ) throws(Refusal) -> RoomID {
    let id: RoomID
    switch selector {
    case .current:
      guard let current = actor.session?.current else { throw .noCurrentRoom }
      id = current
    case .named(let name):
      guard let found = self.roomIDs[name.key] else { throw .noSuchRoom(name.text) }
      id = found
      if let room = self.rooms[found], self.role(of: actor, in: room) == nil,
        let session = actor.session
      {
        return try self.joined(selector, by: session)
      }
    }
    guard let room = self.rooms[id], let own = self.role(of: actor, in: room), own >= role else {
      throw .notPermitted(role == .owner ? .own : .operate)
    }
    return id
  }

  /// A room that somebody governs without being a member of it; nil for any other.
  func governedFromOutside(_ selector: RoomSelector, by session: Session) -> Room? {
    guard case .named(let name) = selector,
      let room = self.roomIDs[name.key].flatMap({ self.rooms[$0] }),
      room.members[session.participant] == nil, let role = self.role(of: session, in: room),
      role >= .operator
    else { return nil }
    return room
  }

  /// Throws where a member has no lesser role than the one who acts; owners and administrators
  /// stand above all but their like.
  func checkOutranks(
    _ actor: Actor, _ target: ParticipantID, in room: Room?
  ) throws(Refusal) {
    guard target != actor.session?.participant else { throw .notPermitted(.moderateSelf) }
    if actor.session == nil { return }
    guard !self.isAdministratorsName(target) else { throw .notPermitted(.outrank) }
    guard let room else { return }
    let own = self.role(of: actor, in: room) ?? .member
    let other = self.role(of: target, in: room) ?? .member
    guard own > other else { throw .notPermitted(.outrank) }
  }

  func isAdministratorsName(_ id: ParticipantID) -> Bool {
    self.participants[id]?.state.account.flatMap { self.accounts[$0] }?.isAdministrator == true
  }

  // MARK: Ownership

  /// Makes somebody a room's owner, or nobody.
  mutating func setOwner(of id: RoomID, to holder: Holder?) {
    let old = self.rooms[id]?.state.owner
    guard old != holder else { return }
    self.change(id) { $0.state.owner = holder }
    if let old {
      self.countOwned(by: old, -1)
      self.forgetRole(of: old, in: id)
    }
    if let holder {
      self.countOwned(by: holder, 1)
      self.noteRole(of: holder, in: id)
    }
  }

  mutating func countOwned(by holder: Holder, _ change: Int) {
    let count = self.owned[holder, default: 0] + change
    self.owned[holder] = count > 0 ? count : nil
  }

  /// Remembers in which rooms a guest has a role or an invitation, which end with it.
  mutating func noteRole(of holder: Holder, in id: RoomID) {
    if case .participant(let guest) = holder {
      self.participants[guest]?.roles.insertAscending(id)
    }
  }

  mutating func forgetRole(of holder: Holder, in id: RoomID) {
    guard case .participant(let guest) = holder, let room = self.rooms[id],
      room.state.owner != holder,
      !room.standings.contains(where: { $0.subject == .holder(holder) })
    else { return }
    self.participants[guest]?.roles.removeFirst(equalTo: id)
  }

  /// Roles and invitations of a guest go over to the account that it becomes, or end with it.
  mutating func handOverRoles(
    of guest: ParticipantID, to account: AccountID?, into effects: inout Effects
  ) {
    let old = Holder.participant(guest)
    for id in self.participants[guest]?.roles ?? [] {
      guard let room = self.rooms[id] else { continue }
      if room.state.owner == old { self.setOwner(of: id, to: self.ownerOfOneMore(account)) }
      for standing in room.standings where standing.subject == .holder(old) {
        if let account {
          self.move(standing, to: .account(account), into: &effects)
        } else {
          self.remove(standing, into: &effects)
        }
      }
    }
    self.participants[guest]?.roles = []
  }

  /// The account as the owner of a room more, or nobody where it owns as many as it may: to become
  /// a guest again and again is no way to have more.
  private func ownerOfOneMore(_ account: AccountID?) -> Holder? {
    guard let account else { return nil }
    let mayOwn =
      self.accounts[account]?.isAdministrator == true
      || (try? self.checkOwned(by: .account(account))) != nil
    return mayOwn ? .account(account) : nil
  }

  /// An account's roles end with it.
  mutating func endRoles(of account: AccountID, into effects: inout Effects) {
    let holder = Holder.account(account)
    for id in self.rooms.keys.sorted() {
      guard let room = self.rooms[id] else { continue }
      if room.state.owner == holder { self.setOwner(of: id, to: nil) }
      for standing in room.standings where standing.subject == .holder(holder) {
        self.remove(standing, into: &effects)
      }
    }
  }
}
