import ParleyModel

/// What operators, owners and administrators decide.
extension Conversation {
  mutating func moderate(
    _ moderation: Moderation, by actor: Actor, _ entry: Entry, into effects: inout Effects
  ) throws(Refusal) {
    switch moderation {
    case .set(let selector, let setting):
      try self.set(setting, of: selector, by: actor, entry, into: &effects)
    case .kick(let selector, let name, let reason):
      try self.kick(name, from: selector, reason, by: actor, entry, into: &effects)
    case .grantOperator(let selector, let name):
      try self.grantOperator(name, in: selector, by: actor, entry, into: &effects)
    case .revokeOperator(let selector, let name):
      try self.revokeOperator(name, in: selector, by: actor, entry, into: &effects)
    case .sanction(let territory, let kind, let target, let microseconds, let reason):
      try self.sanction(
        Sanction(kind: kind, target: target, microseconds: microseconds, reason: reason),
        in: territory, by: actor, entry, into: &effects)
    case .lift(let territory, let kind, let target):
      try self.lift(kind, of: target, in: territory, by: actor, entry, into: &effects)
    case .invite(let selector, let name):
      try self.invite(name, to: selector, by: actor, entry, into: &effects)
    case .transfer(let selector, let name):
      try self.transfer(selector, to: name, by: actor, entry, into: &effects)
    case .disown(let selector):
      try self.disown(selector, by: actor, entry, into: &effects)
    case .removeAll(let selector, let source):
      try self.removeAll(from: source, in: selector, by: actor, entry, into: &effects)
    case .report(let selector, let sequence, let reason):
      try self.report(sequence, of: selector, reason, by: actor, entry, into: &effects)
    }
  }

  /// Answers the one who acts, tells those present, and keeps it.
  mutating func conclude(
    _ reply: ModerationReply, _ change: RoomChange?, in id: RoomID, _ text: String,
    by actor: Actor, _ entry: Entry, into effects: inout Effects
  ) {
    if let change {
      self.tell(id, .changed(change, by: actor.sender), entry, into: &effects)
    }
    self.audit(text, in: id, by: actor.sender, entry, into: &effects)
    effects.answer(entry.session, entry.tag, .moderation(reply))
  }

  func title(of id: RoomID) -> String { self.rooms[id]?.state.name.text ?? "" }

  static func checkReason(_ reason: String) throws(Refusal) {
    if !reason.isEmpty {
      try TextRules.check(reason, .reason, bytesMax: Limits.reasonBytesMax)
    }
  }

  // MARK: Settings

  private mutating func set(
    _ setting: RoomSetting, of selector: RoomSelector, by actor: Actor, _ entry: Entry,
    into effects: inout Effects
  ) throws(Refusal) {
    let id = try self.governed(selector, by: actor, needs: .operator)
    try self.check(setting, of: id, by: actor)
    self.change(id) { room in
      switch setting {
      case .backlog(let backlog): room.state.options.backlog = backlog
      case .isPrivate(let isOn): room.state.options.isPrivate = isOn
      case .isUnlisted(let isOn): room.state.options.isUnlisted = isOn
      case .isPermanent(let isOn): room.state.options.isPermanent = isOn
      case .slow(let seconds): room.state.options.slowSeconds = seconds
      case .posting(let posting): room.state.options.posting = posting
      }
      room.survey()
    }
    self.relist(id)
    self.conclude(
      .set(room: self.title(of: id), setting), .setting(setting), in: id,
      "set \(AuditText.setting(setting))", by: actor, entry, into: &effects)
  }

  private func check(
    _ setting: RoomSetting, of id: RoomID, by actor: Actor
  ) throws(Refusal) {
    guard let room = self.rooms[id] else { throw .noCurrentRoom }
    switch setting {
    case .backlog(.count(let count)?):
      guard (0...Limits.backlogMax).contains(count) else {
        throw .badArguments(usage: "/room backlog 0 to \(Limits.backlogMax), or all")
      }
    case .backlog, .posting: break
    case .slow(let seconds):
      guard seconds <= Limits.slowSecondsMax else {
        throw .badArguments(usage: "/room slow 0 to \(Limits.slowSecondsMax) seconds")
      }
    case .isPrivate(let isOn), .isUnlisted(let isOn):
      if isOn, room.isPermanent { throw .notPermitted(.changeFixedRoom) }
    case .isPermanent(let isOn):
      if room.isPermanent { throw .notPermitted(.changeFixedRoom) }
      guard let role = self.role(of: actor, in: room), role >= .owner else {
        throw .notPermitted(.own)
      }
      if isOn, role == .owner, case .participant = room.state.owner {
        throw .notPermitted(.keepRoom)
      }
    }
  }

  // MARK: Operators and owners

  private mutating func grantOperator(
    _ name: Name, in selector: RoomSelector, by actor: Actor, _ entry: Entry,
    into effects: inout Effects
  ) throws(Refusal) {
    let id = try self.governed(selector, by: actor, needs: .owner)
    let target = try self.participant(named: name)
    let title = self.participants[target]?.account ?? name.text
    guard let room = self.rooms[id], room.members[target] != nil else {
      throw .notInRoom(name: name.text, room: self.title(of: id))
    }
    try self.add(
      .operatorship, .holder(self.holder(target)), in: id, title: title, by: actor.sender.name,
      at: entry.stamp, into: &effects)
    self.conclude(
      .operatorGranted(room: room.state.name.text, name: title),
      .standing(.operatorship, title: title, until: nil, reason: "", isMade: true), in: id,
      "made \(title) an operator", by: actor, entry, into: &effects)
  }

  private mutating func revokeOperator(
    _ name: Name, in selector: RoomSelector, by actor: Actor, _ entry: Entry,
    into effects: inout Effects
  ) throws(Refusal) {
    // Whoever is not here is found by the account's name.
    let holder =
      self.participantIDs[name.key].map { self.holder($0) }
      ?? self.accounts.named(name.key).map { .account($0.id) }
    let own = actor.session.map { self.holder($0.participant) }
    let id = try self.governed(
      selector, by: actor, needs: holder != nil && holder == own ? .operator : .owner)
    guard let holder,
      let standing = self.rooms[id]?.standings.first(where: {
        $0.kind == .operatorship && $0.subject == .holder(holder)
      })
    else { throw .noSuchStanding(.operatorship, name.text, room: self.title(of: id)) }
    self.remove(standing, into: &effects)
    self.conclude(
      .operatorRevoked(room: self.title(of: id), name: standing.title),
      .standing(.operatorship, title: standing.title, until: nil, reason: "", isMade: false),
      in: id, "took the operator's role from \(standing.title)", by: actor, entry,
      into: &effects)
  }

  private mutating func transfer(
    _ selector: RoomSelector, to name: Name, by actor: Actor, _ entry: Entry,
    into effects: inout Effects
  ) throws(Refusal) {
    let id = try self.governed(selector, by: actor, needs: .owner)
    let target = try self.participant(named: name)
    guard let room = self.rooms[id], room.members[target] != nil else {
      throw .notInRoom(name: name.text, room: self.title(of: id))
    }
    let holder = self.holder(target)
    if room.state.owner != holder { try self.checkOwned(by: holder) }
    if room.state.options.isPermanent, case .participant = holder {
      throw .notPermitted(.keepRoom)
    }
    let title = self.participants[target]?.account ?? name.text
    self.setOwner(of: id, to: holder)
    self.conclude(
      .transferred(room: room.state.name.text, name: title), .owner(title), in: id,
      "made \(title) the owner", by: actor, entry, into: &effects)
  }

  /// Throws where one owns as many rooms as one may.
  func checkOwned(by holder: Holder) throws(Refusal) {
    let most = self.state.settings.ownedRoomsMax
    guard self.owned[holder, default: 0] < most else { throw .tooMany(.ownedRooms, max: most) }
  }

  private mutating func disown(
    _ selector: RoomSelector, by actor: Actor, _ entry: Entry, into effects: inout Effects
  ) throws(Refusal) {
    let id = try self.governed(selector, by: actor, needs: .owner)
    self.setOwner(of: id, to: nil)
    self.conclude(
      .disowned(room: self.title(of: id)), .owner(nil), in: id, "gave up the ownership",
      by: actor, entry, into: &effects)
  }

  private mutating func invite(
    _ name: Name, to selector: RoomSelector, by actor: Actor, _ entry: Entry,
    into effects: inout Effects
  ) throws(Refusal) {
    let id = try self.governed(selector, by: actor, needs: .operator)
    let target = try self.participant(named: name)
    guard let participant = self.participants[target], let room = self.rooms[id] else {
      throw .noSuchName(name.text)
    }
    let (title, roomName) = (participant.state.name.text, room.state.name.text)
    if room.members[target] == nil {
      let identity = self.identity(of: participant)
      if (self.role(of: target, in: room) ?? .member) < .operator,
        self.sanction(.ban, in: id, of: identity, at: entry.stamp) != nil
      {
        throw .notPermitted(.inviteBanned)
      }
      let until = entry.stamp.microseconds + Limits.invitationMicroseconds
      try self.add(
        .invitation, .holder(self.holder(target)), in: id, title: title,
        by: actor.sender.name, until: Timestamp(microseconds: until), at: entry.stamp,
        into: &effects)
    }
    if !participant.state.ignored.contains(actor.sender.participant) {
      let notice = Notice.invited(room: roomName, by: actor.sender.name)
      for session in participant.sessions {
        effects.tell(session, .reply(.none, .notice(notice)))
      }
    }
    self.conclude(
      .invited(room: roomName, name: title), nil, in: id, "invited \(title)", by: actor, entry,
      into: &effects)
  }
}

extension AuditText {
  static func setting(_ setting: RoomSetting) -> String {
    func word(_ isOn: Bool) -> String { isOn ? "on" : "off" }
    return switch setting {
    case .backlog(.count(let count)?): "backlog \(count)"
    case .backlog(.all?): "backlog all"
    case .backlog(nil): "backlog default"
    case .isPrivate(let isOn): "private \(word(isOn))"
    case .isUnlisted(let isOn): "unlisted \(word(isOn))"
    case .isPermanent(let isOn): "permanent \(word(isOn))"
    case .slow(let seconds): seconds == 0 ? "slow off" : "slow \(seconds) s"
    case .posting(.members): "posts members"
    case .posting(.operators): "posts operators"
    }
  }
}
