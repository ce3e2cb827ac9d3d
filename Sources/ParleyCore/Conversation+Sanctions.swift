import ParleyModel

/// Who is put out or silenced.
extension Conversation {
  struct Sanction {
    var kind: SanctionKind
    var target: SanctionTarget
    var microseconds: Int64?
    var reason: String
  }

  mutating func kick(
    _ name: Name, from selector: RoomSelector, _ reason: String, by actor: Actor,
    _ entry: Entry, into effects: inout Effects
  ) throws(Refusal) {
    try Self.checkReason(reason)
    let id = try self.governed(selector, by: actor, needs: .operator)
    let target = try self.participant(named: name)
    guard let room = self.rooms[id], room.members[target] != nil,
      let title = self.participants[target]?.state.name.text
    else { throw .notInRoom(name: name.text, room: self.title(of: id)) }
    try self.checkOutranks(actor, target, in: room)
    self.expel(
      target, from: id, Expulsion(by: actor.sender.name, reason: reason), entry, into: &effects)
    let roomName = room.state.name.text
    self.conclude(
      .kicked(room: roomName, name: title), nil, in: id,
      "kicked \(title)" + AuditText.how(nil, reason), by: actor, entry, into: &effects)
    self.deleteIfLeft(id, into: &effects)
  }

  mutating func sanction(
    _ sanction: Sanction, in territory: Territory, by actor: Actor, _ entry: Entry,
    into effects: inout Effects
  ) throws(Refusal) {
    try Self.checkReason(sanction.reason)
    let id = try self.room(of: territory, by: actor)
    let until = sanction.microseconds.map { microseconds in
      let bounded = min(max(microseconds, 1), Limits.sanctionMicrosecondsMax)
      return Timestamp(microseconds: entry.stamp.microseconds + bounded)
    }
    let (subject, title, guest) = try self.subject(of: sanction.target, in: id, by: actor)
    let standing = try self.add(
      sanction.kind.standing, subject, in: id, title: title, guest: guest,
      by: actor.sender.name, until: until, reason: sanction.reason, at: entry.stamp,
      into: &effects)
    if id != .server {
      let change = RoomChange.standing(
        sanction.kind.standing, title: standing.shownTitle, until: until,
        reason: sanction.reason, isMade: true)
      self.tell(id, .changed(change, by: actor.sender), entry, into: &effects)
      self.endRole(of: sanction.target, in: id, by: actor, entry, into: &effects)
    }
    let count =
      switch sanction.kind {
      case .ban where id == .server: self.endBanned(standing, actor, entry, into: &effects)
      case .ban: self.expelBanned(standing, actor, entry, into: &effects)
      case .mute: self.tellMuted(standing, actor, into: &effects)
      }
    let verb = sanction.kind == .ban ? "banned" : "muted"
    self.conclude(
      .sanctioned(
        room: id == .server ? nil : self.title(of: id), sanction.kind, title: title,
        until: until, count: count),
      nil, in: id, "\(verb) \(title)" + AuditText.how(sanction.microseconds, sanction.reason),
      by: actor, entry, into: &effects)
    self.deleteIfLeft(id, into: &effects)
  }

  mutating func lift(
    _ kind: SanctionKind, of target: SanctionTarget, in territory: Territory, by actor: Actor,
    _ entry: Entry, into effects: inout Effects
  ) throws(Refusal) {
    let id = try self.room(of: territory, by: actor)
    let (subjects, title) = self.liftedSubjects(target)
    let known = self.standings(in: id).filter {
      $0.kind == kind.standing && $0.holds(at: entry.stamp)
    }
    guard
      let standing = subjects.lazy.compactMap({ subject in
        known.first { $0.subject == subject }
      }).first
    else {
      throw .noSuchStanding(
        kind.standing, title, room: id == .server ? nil : self.title(of: id))
    }
    self.remove(standing, into: &effects)
    if kind == .mute {
      let notice = Notice.unmuted(room: self.title(of: id), by: actor.sender.name)
      for session in self.sessionsPresent(in: id, fitting: standing) {
        effects.tell(session, .reply(.none, .notice(notice)))
      }
    }
    let change = RoomChange.standing(
      kind.standing, title: standing.shownTitle, until: nil, reason: "", isMade: false)
    self.conclude(
      .lifted(room: id == .server ? nil : self.title(of: id), kind, title: standing.title),
      id == .server ? nil : change, in: id,
      "lifted the \(kind == .ban ? "ban" : "mute") of \(standing.title)", by: actor, entry,
      into: &effects)
  }

  /// Where a ban or a mute is decided: room 0 is the server.
  private func room(of territory: Territory, by actor: Actor) throws(Refusal) -> RoomID {
    switch territory {
    case .room(let selector):
      return try self.governed(selector, by: actor, needs: .operator)
    case .server:
      guard actor.isAdministrator else { throw .notPermitted(.administer) }
      return .server
    }
  }

  /// Whom a sanction is kept of: an account under all of its names, a guest with what else it is
  /// known by, or whoever fits a mask.
  private func subject(
    of target: SanctionTarget, in id: RoomID, by actor: Actor
  ) throws(Refusal) -> (StandingSubject, title: String, GuestTrace?) {
    switch target {
    case .name(let name):
      guard let found = self.participantIDs[name.key], let one = self.participants[found] else {
        return (.name(NameMask(name)), name.text, nil)
      }
      try self.checkOutranks(actor, found, in: self.rooms[id])
      if let account = one.state.account.flatMap({ self.accounts[$0] }) {
        return (.name(NameMask(account.name)), account.name.text, nil)
      }
      let address = one.sessions.last.flatMap { self.sessions[$0]?.address } ?? .none
      let trace = GuestTrace(
        participant: found, address: address.isLocal ? nil : AddressMask(guestFrom: address))
      return (.name(NameMask(one.state.name)), one.state.name.text, trace)
    case .mask(let mask):
      guard mask.key.utf8.count <= Limits.maskBytesMax, mask.text.utf8.count <= Limits.maskBytesMax
      else { throw .tooLong(.mask, bytesMax: Limits.maskBytesMax) }
      return (.name(mask), mask.text, nil)
    case .address(let mask):
      return (.address(mask), mask.description, nil)
    }
  }

  /// As it is listed; or the account's that carries the name now.
  private func liftedSubjects(_ target: SanctionTarget) -> ([StandingSubject], title: String) {
    switch target {
    case .name(let name):
      let account = self.participantIDs[name.key].flatMap {
        self.participants[$0]?.state.account.flatMap { self.accounts[$0]?.name }
      }
      return ([name, account].compactMap { $0.map { .name(NameMask($0)) } }, name.text)
    case .mask(let mask): return ([.name(mask)], mask.text)
    case .address(let mask): return ([.address(mask)], mask.description)
    }
  }

  // MARK: What follows

  /// Who is banned or muted by name has no role in the room any longer, which would stand above
  /// the ban or the mute.
  private mutating func endRole(
    of target: SanctionTarget, in id: RoomID, by actor: Actor, _ entry: Entry,
    into effects: inout Effects
  ) {
    guard case .name(let name) = target, let found = self.participantIDs[name.key],
      let room = self.rooms[id]
    else { return }
    let holder = self.holder(found)
    if let standing = room.standings.first(where: {
      $0.kind == .operatorship && $0.subject == .holder(holder)
    }) {
      self.remove(standing, into: &effects)
      let change = RoomChange.standing(
        .operatorship, title: standing.title, until: nil, reason: "", isMade: false)
      self.tell(id, .changed(change, by: actor.sender), entry, into: &effects)
    }
    if room.state.owner == holder {
      self.setOwner(of: id, to: nil)
      self.tell(id, .changed(.owner(nil), by: actor.sender), entry, into: &effects)
    }
  }

  /// Puts those out whom a ban concerns; answers how many.
  private mutating func expelBanned(
    _ ban: StandingState, _ actor: Actor, _ entry: Entry, into effects: inout Effects
  ) -> Int {
    guard let room = self.rooms[ban.room] else { return 0 }
    let expulsion = Expulsion(
      by: actor.sender.name, reason: ban.reason, isBanned: true, until: ban.until)
    var count = 0
    for id in room.members.keys.sorted() where self.concerns(ban, id, in: room) {
      self.expel(id, from: ban.room, expulsion, entry, into: &effects)
      count += 1
    }
    return count
  }

  /// Operators, owners and administrators are not concerned by what is decided about members.
  private func concerns(_ standing: StandingState, _ id: ParticipantID, in room: Room) -> Bool {
    guard let participant = self.participants[id],
      (self.role(of: id, in: room) ?? .member) < .operator, !self.isAdministratorsName(id)
    else { return false }
    return standing.fits(self.identity(of: participant, in: room.state.id))
  }

  /// Ends the sessions that a ban from the server concerns; answers how many.
  private mutating func endBanned(
    _ ban: StandingState, _ actor: Actor, _ entry: Entry, into effects: inout Effects
  ) -> Int {
    var count = 0
    for id in self.sessions.keys.sorted() {
      guard let session = self.sessions[id], !self.isAdministratorsName(session.participant),
        ban.fits(self.identity(of: session))
      else { continue }
      self.endSession(
        id, departure: .kicked(by: actor.sender.name, reason: ban.reason), entry,
        into: &effects)
      effects.tell(id, .closing(.banned(reason: ban.reason)))
      if !id.isHeld { count += 1 }
    }
    return count
  }

  private func tellMuted(
    _ mute: StandingState, _ actor: Actor, into effects: inout Effects
  ) -> Int {
    let notice = Notice.muted(
      room: self.title(of: mute.room), by: actor.sender.name, until: mute.until,
      reason: mute.reason)
    let sessions = self.sessionsPresent(in: mute.room, fitting: mute)
    for session in sessions { effects.tell(session, .reply(.none, .notice(notice))) }
    return Set(sessions.compactMap { self.sessions[$0]?.participant }).count
  }

  /// In the order of the names.
  private func sessionsPresent(in id: RoomID, fitting standing: StandingState) -> [SessionID] {
    guard let room = self.rooms[id] else { return [] }
    return room.present.items.filter { self.concerns(standing, $0.value.participant, in: room) }
      .flatMap { self.participants[$0.value.participant]?.sessions ?? [] }
      .filter { self.sessions[$0]?.open.contains(id) == true }
  }
}

extension StandingState {
  /// As the room is told: addresses are the operators' concern.
  var shownTitle: String {
    if case .address = self.subject { "an address" } else { self.title }
  }
}
