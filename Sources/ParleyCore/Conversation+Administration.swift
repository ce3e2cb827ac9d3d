import ParleyModel

/// What administrators ask and decide.
extension Conversation {
  /// Throws where a session is no administrator's.
  func checkAdministrator(_ id: SessionID, asOwner: Bool) throws(Refusal) {
    if asOwner { return }
    let session = try self.loggedIn(id)
    guard session.scopes == nil, self.isAdministrator(session) else {
      throw .notPermitted(.administer)
    }
  }

  /// Who decided, for the record.
  private func administrator(_ id: SessionID, asOwner: Bool) -> String {
    self.sessions[id]?.sender.name ?? (asOwner ? "the server's owner" : "")
  }

  func account(named name: Name) throws(Refusal) -> AccountState {
    guard let account = self.accounts.named(name.key) else { throw .noSuchAccount(name.text) }
    return account
  }

  func answer(
    _ command: AdminCommand, asOwner: Bool, tag: RequestTag, from id: SessionID,
    into effects: inout Effects
  ) throws(Refusal) {
    try self.checkAdministrator(id, asOwner: asOwner)
    func reply(_ answer: AccountReply) -> SessionEffect { .reply(tag, .account(answer)) }
    switch command {
    case .accounts: effects.tell(id, reply(self.accountList()))
    case .sessions: effects.tell(id, reply(self.sessionList()))
    case .invites:
      let invites = self.accounts.invites.values.sorted { $0.number < $1.number }
      effects.tell(id, reply(.invites(Array(invites.suffix(Limits.listedMax)))))
    case .tokens(let name):
      let account = try self.account(named: name)
      effects.tell(id, reply(.tokens(name: account.name.text, account.tokens)))
    case .create(let name, let password, let isAdministrator):
      try self.checkCreation(name)
      guard let password else {
        preconditionFailure("an account without a password goes to the log at once")
      }
      try Self.checkPassword(password)
      effects.tell(
        id, .work(tag, .create(name, password, isAdministrator: isAdministrator, asOwner: asOwner)))
    case .setPassword(let name, let password):
      _ = try self.account(named: name)
      try Self.checkPassword(password)
      effects.tell(id, .work(tag, .setPassword(name, password, asOwner: asOwner)))
    case .newToken(let name, let scopes, let label):
      try self.checkToken(label, of: try self.account(named: name))
      effects.tell(
        id, .work(tag, .drawTokenFor(name, scopes, label: label, asOwner: asOwner)))
    case .newInvite(let microseconds):
      effects.tell(
        id, .work(tag, .drawInvite(microseconds: microseconds, asOwner: asOwner)))
    case .moderation(let query):
      let actor = try self.actor(id, asOwner: asOwner)
      effects.tell(id, .reply(tag, try self.reply(to: query, by: actor)))
    case .setAdministrator, .delete, .revokeToken, .revokeInvite, .announce, .moderate:
      preconditionFailure("a command without a secret that changes something goes to the log")
    }
  }

  /// The newest first.
  private func accountList() -> AccountReply {
    var shown: [AccountSummary] = []
    var number = self.state.lastAccount.number
    while number > 0, shown.count < Limits.listedMax {
      if let account = self.accounts[AccountID(number)] {
        shown.append(
          AccountSummary(
            name: account.name.text, isAdministrator: account.isAdministrator,
            sessions: self.connected(self.participants[account.participant]?.sessions ?? []),
            created: account.created, hasPassword: account.credential != nil,
            tokens: account.tokens.count))
      }
      number -= 1
    }
    return .accounts(shown, more: self.accounts.count - shown.count)
  }

  private func sessionList() -> AccountReply {
    let all = self.sessions.keys.filter { !$0.isHeld }
    let first = all.sorted().prefix(Limits.listedMax).compactMap { self.sessions[$0] }
    let summaries = first.listed(bytes: \.textBytes) { session in
      SessionSummary(
        session: session.id, name: session.sender.name, account: session.sender.account,
        rooms: session.open.count, address: session.address)
    }
    return .sessions(summaries, more: all.count - summaries.count)
  }

  /// Whether an account may have that name: a guest that carries it goes on as the account.
  private func checkCreation(_ name: Name) throws(Refusal) {
    try Names.checkParticipant(name)
    if self.accounts.named(name.key) != nil { throw .alreadyRegistered(name.text) }
    if let id = self.participantIDs[name.key] {
      throw .nameTaken(self.participants[id]?.state.name.text ?? name.text, free: nil)
    }
    guard self.accounts.count < Limits.accountsMax else {
      throw .tooMany(.accounts, max: Limits.accountsMax)
    }
  }

  mutating func administer(
    _ proposal: AdminProposal, asOwner: Bool, _ entry: Entry, into effects: inout Effects
  ) throws(Refusal) {
    try self.checkAdministrator(entry.session, asOwner: asOwner)
    switch proposal {
    case .create(let name, let credential, let isAdministrator):
      try self.create(name, credential, isAdministrator: isAdministrator, entry, into: &effects)
    case .setPassword(let name, let credential):
      let account = try self.account(named: name)
      self.setCredential(credential, of: account.id)
      effects.answer(
        entry.session, entry.tag, .account(.passwordChanged(name: account.name.text)))
    case .setAdministrator(let name, let isAdministrator):
      let account = try self.account(named: name)
      self.change(account.id) { $0.isAdministrator = isAdministrator }
      effects.answer(
        entry.session, entry.tag,
        .account(.administrator(name: account.name.text, isAdministrator)))
    case .delete(let name):
      let account = try self.account(named: name)
      self.delete(account, entry, into: &effects)
      effects.answer(entry.session, entry.tag, .account(.deleted(name: account.name.text)))
    case .addToken(let name, let digest, let scopes, let label):
      try self.addToken(
        digest, scopes, label, to: try self.account(named: name), entry, into: &effects)
    case .revokeToken(let name, let number):
      try self.revokeToken(number, of: try self.account(named: name), entry, into: &effects)
    case .addInvite(let digest, let microseconds):
      try self.addInvite(
        digest, microseconds, by: self.administrator(entry.session, asOwner: asOwner), entry,
        into: &effects)
    case .revokeInvite(let number):
      guard let invite = self.accounts.invites.values.first(where: { $0.number == number })
      else { throw .noSuchInvite(number) }
      self.accounts.remove(invite)
      effects.records.append(.forget(.invite(number)))
      effects.answer(entry.session, entry.tag, .account(.inviteRevoked(number: number)))
    case .announce(let text):
      try TextRules.check(text, .message, bytesMax: Limits.sayBytesMax)
      effects.items.append(.everyone(text))
      effects.answer(entry.session, entry.tag, .account(.announced))
    case .moderate(let moderation):
      try self.moderate(
        moderation, by: try self.actor(entry.session, asOwner: asOwner), entry, into: &effects)
      return
    }
    let actor = try self.actor(entry.session, asOwner: asOwner)
    self.audit(
      AuditText.decision(proposal), in: .server, by: actor.sender, entry, into: &effects)
  }

  private mutating func create(
    _ name: Name, _ credential: Credential?, isAdministrator: Bool, _ entry: Entry,
    into effects: inout Effects
  ) throws(Refusal) {
    try self.checkCreation(name)
    let id = ParticipantID(self.state.lastParticipant.number + 1)
    self.state.lastParticipant = id
    let account = self.make(
      name, credential, participant: id, isAdministrator: isAdministrator, at: entry.stamp)
    var participant = Participant(
      ParticipantState(id: id, name: name, account: account.id, since: entry.stamp))
    participant.account = name.text
    self.participants[id] = participant
    self.participantIDs[name.key] = id
    self.changes.add(.participant(id))
    effects.answer(entry.session, entry.tag, .account(.created(name: name.text)))
  }

  /// Codes that are over go when another one is made.
  private mutating func addInvite(
    _ digest: [UInt8], _ microseconds: Int64, by: String, _ entry: Entry,
    into effects: inout Effects
  ) throws(Refusal) {
    let over = self.accounts.invites.values.filter { $0.until < entry.stamp }
    for invite in over.sorted(by: { $0.number < $1.number }) {
      self.accounts.remove(invite)
      effects.records.append(.forget(.invite(invite.number)))
    }
    guard self.accounts.invites.count < Limits.invitesMax else {
      throw .tooMany(.invites, max: Limits.invitesMax)
    }
    // Of one digest there is one code: the newer one takes the older one's place.
    if let same = self.accounts.invites[digest] {
      effects.records.append(.forget(.invite(same.number)))
    }
    self.state.lastInvite += 1
    let until = Timestamp(microseconds: entry.stamp.microseconds + max(0, microseconds))
    let invite = InviteState(
      number: self.state.lastInvite, digest: digest, by: by, until: until)
    self.accounts.set(invite)
    effects.records.append(.state(.invite(invite)))
    effects.answer(
      entry.session, entry.tag,
      .account(.inviteAdded(number: invite.number, until: until, secret: nil)))
  }
}

extension SessionSummary {
  fileprivate var textBytes: Int { self.name.utf8.count + (self.account?.utf8.count ?? 0) }
}
