import ParleyModel

/// Accounts: logging in, registering, passwords, tokens, certificates.
extension Conversation {
  // MARK: Asking

  /// Answers a command about accounts: with what it asks, or with what is to be done with its
  /// secrets before the law decides.
  func answer(
    _ command: AccountCommand, tag: RequestTag, from id: SessionID, into effects: inout Effects
  ) throws(Refusal) {
    switch command {
    case .login(let name, let secret, let autojoin):
      let work = try self.loginWork(name, secret, autojoin: autojoin, from: id)
      effects.tell(id, .work(tag, work))
    case .enterAsGuest(let name, let token, let autojoin):
      guard self.sessions[id] == nil else { throw .alreadyLoggedIn }
      effects.tell(id, .work(tag, .openAsGuest(token, name, autojoin: autojoin)))
    case .register(let password, let code):
      try self.checkRegistration(hasCode: code != nil, from: id)
      try Self.checkPassword(password)
      effects.tell(id, .work(tag, .register(password, code: code)))
    case .changePassword(let old, let new):
      let account = try self.ownAccount(of: id)
      try Self.checkPassword(new)
      effects.tell(
        id,
        .work(
          tag,
          .change(
            old, account.credential, of: account.name, to: new, account: account.id,
            version: account.version)))
    case .unregister(let password):
      let account = try self.ownAccount(of: id)
      effects.tell(
        id,
        .work(
          tag,
          .check(
            password, account.credential, of: account.name,
            then: .unregister(account.id, version: account.version))))
    case .newToken(let scopes, let label):
      try self.checkToken(label, of: try self.ownAccount(of: id))
      effects.tell(id, .work(tag, .drawToken(scopes, label: label)))
    case .tokens:
      let account = try self.ownAccount(of: id)
      effects.tell(
        id, .reply(tag, .account(.tokens(name: account.name.text, account.tokens))))
    case .whoseCertificate(let digest):
      let account = self.accounts.withCertificate(digest)
      effects.tell(id, .reply(tag, .account(.certificateOpens(name: account?.name.text))))
    case .unread:
      _ = try self.loggedIn(id)
      self.tellUnread(id, tag: tag, isAsked: true, into: &effects)
    case .loginByCertificate, .revokeToken, .addCertificate, .removeCertificates, .mark:
      preconditionFailure("a command without a secret that changes something goes to the log")
    }
  }

  private func loginWork(
    _ name: Name, _ secret: Secret, autojoin: Bool, from id: SessionID
  ) throws(Refusal) -> SecretWork {
    guard secret.text.utf8.count <= Limits.passwordBytesMax else {
      throw .tooLong(.password, bytesMax: Limits.passwordBytesMax)
    }
    let account = self.accounts.named(name.key)
    if let account, self.sessions[id]?.participant == account.participant {
      throw .alreadyLoggedIn
    }
    if secret.isToken { return .openWithToken(secret, name, autojoin: autojoin) }
    // Where there is no such account the same is done, and takes as long.
    return .check(
      secret, account?.credential, of: name,
      then: .login(
        account?.id ?? AccountID(0), version: account?.version ?? 0, autojoin: autojoin))
  }

  /// The account that a session is logged in to, where no token bounds what it may do.
  private func ownAccount(of id: SessionID) throws(Refusal) -> AccountState {
    let session = try self.loggedIn(id)
    guard let account = self.account(of: session) else { throw .notRegistered }
    if session.scopes != nil { throw .notPermitted(.accountByToken) }
    return account
  }

  /// Throws where a session that a token let in may not do that.
  func checkScopes(of entry: Entry) throws(Refusal) {
    let session = try self.loggedIn(entry.session)
    switch entry.proposal {
    case .say, .post, .reply, .direct, .remove, .setTopic, .nick, .away:
      try self.check(.write, of: session)
    case .moderate(.report): try self.check(.write, of: session)
    case .moderate: try self.check(.moderate, of: session)
    case .settings, .runStarted, .expireRoom, .expireHeld, .announce, .login, .quit, .join, .add,
      .leave, .close, .ignore, .verified, .administer:
      break
    }
  }

  func checkRegistration(hasCode: Bool, from id: SessionID) throws(Refusal) {
    let session = try self.loggedIn(id)
    if let account = self.account(of: session) { throw .alreadyRegistered(account.name.text) }
    switch self.state.settings.registration {
    case .open: break
    case .invite: if !hasCode { throw .registrationClosed(needsCode: true) }
    case .closed: throw .registrationClosed(needsCode: false)
    }
    guard self.accounts.count < Limits.accountsMax else {
      throw .tooMany(.accounts, max: Limits.accountsMax)
    }
  }

  func checkToken(_ label: String, of account: AccountState) throws(Refusal) {
    try TextRules.check(label, .label, bytesMax: Limits.labelBytesMax)
    guard account.tokens.count < Limits.tokensMax else {
      throw .tooMany(.tokens, max: Limits.tokensMax)
    }
  }

  // MARK: Deciding

  mutating func apply(
    _ verified: Verified, _ entry: Entry, into effects: inout Effects
  ) throws(Refusal) {
    switch verified {
    case .login(let id, let version, let autojoin):
      guard let account = self.accounts[id], account.version == version else {
        throw .badPassword
      }
      try self.enter(account, token: nil, autojoin: autojoin, entry, into: &effects)
    case .loginByToken(let digest, let name, let autojoin):
      guard let (account, token) = self.accounts.withToken(digest), account.name == name else {
        throw .badPassword
      }
      try self.enter(account, token: token, autojoin: autojoin, entry, into: &effects)
    case .guest(let digest, let name, let autojoin):
      try self.enter(token: digest, name, autojoin: autojoin, entry, into: &effects)
    case .loginByCertificate(let digest, let autojoin):
      guard let account = self.accounts.withCertificate(digest) else { throw .noCertificate }
      try self.enter(account, token: nil, autojoin: autojoin, entry, into: &effects)
    case .register(let credential, let code):
      try self.register(credential, code: code, entry, into: &effects)
    case .setCredential(let id, let version, let credential):
      guard let account = self.accounts[id], account.version == version else {
        throw .badPassword
      }
      self.setCredential(credential, of: id)
      effects.answer(
        entry.session, entry.tag, .account(.passwordChanged(name: account.name.text)))
    case .unregister(let id, let version):
      guard let account = self.accounts[id], account.version == version else {
        throw .badPassword
      }
      self.delete(account, entry, into: &effects)
      effects.answer(
        entry.session, entry.tag, .account(.unregistered(name: account.name.text)))
    case .addToken(let digest, let scopes, let label):
      let account = try self.ownAccount(of: entry.session)
      try self.addToken(digest, scopes, label, to: account, entry, into: &effects)
    case .revokeToken(let number):
      let account = try self.ownAccount(of: entry.session)
      try self.revokeToken(number, of: account, entry, into: &effects)
    case .addCertificate(let digest):
      try self.addCertificate(digest, entry, into: &effects)
    case .removeCertificates:
      let account = try self.ownAccount(of: entry.session)
      self.change(account.id) { $0.certificates = [] }
      effects.answer(
        entry.session, entry.tag,
        .account(.certificatesRemoved(count: account.certificates.count)))
    case .mark(let selector, let through):
      try self.mark(selector, through: through, entry, into: &effects)
    }
  }

  /// A guest's name becomes an account, and the guest's participant the account's own.
  private mutating func register(
    _ credential: Credential, code: [UInt8]?, _ entry: Entry, into effects: inout Effects
  ) throws(Refusal) {
    try self.checkRegistration(hasCode: code != nil, from: entry.session)
    let session = try self.loggedIn(entry.session)
    let participant = try self.participant(session.participant)
    if self.state.settings.registration == .invite {
      guard let code, let invite = self.accounts.invites[code], invite.until >= entry.stamp else {
        throw .registrationClosed(needsCode: true)
      }
      self.accounts.remove(invite)
      effects.records.append(.forget(.invite(invite.number)))
    }
    let account = self.make(
      participant.state.name, credential, participant: participant.state.id,
      isAdministrator: false, at: entry.stamp)
    self.handOverRoles(of: participant.state.id, to: account.id, into: &effects)
    // From now on its password opens its place, and no token.
    if let token = participant.state.token { self.guestIDs[token] = nil }
    self.change(participant.state.id) { state in
      state.account = account.id
      state.token = nil
    }
    self.rename(participant.state.id, account: account.name.text)
    effects.answer(entry.session, entry.tag, .account(.registered(name: account.name.text)))
  }

  mutating func make(
    _ name: Name, _ credential: Credential?, participant: ParticipantID, isAdministrator: Bool,
    at stamp: Timestamp
  ) -> AccountState {
    let id = AccountID(self.state.lastAccount.number + 1)
    self.state.lastAccount = id
    let account = AccountState(
      id: id, name: name, created: stamp, participant: participant, credential: credential,
      isAdministrator: isAdministrator)
    self.accounts.set(account)
    self.changes.add(.account(id))
    return account
  }

  /// What others see as the account of a participant and its sessions; nil where it has none.
  mutating func rename(_ id: ParticipantID, account: String?) {
    self.participants[id]?.account = account
    for session in self.participants[id]?.sessions ?? [] {
      self.sessions[session]?.sender.account = account
    }
  }

  /// What was checked against the old one is void.
  mutating func setCredential(_ credential: Credential, of id: AccountID) {
    self.change(id) { account in
      account.credential = credential
      account.version += 1
    }
  }

  /// An account is no more: who is here stays as a guest, and its own participant ends where
  /// nobody is.
  mutating func delete(_ account: AccountState, _ entry: Entry, into effects: inout Effects) {
    self.endRoles(of: account.id, into: &effects)
    self.accounts.remove(account)
    effects.records.append(.forget(.account(account.id)))
    let names = self.participants.keys.sorted().filter {
      self.participants[$0]?.state.account == account.id
    }
    for id in names {
      self.handOverNonces(from: account.participant, to: id, into: &effects)
    }
    for id in names {
      guard let participant = self.participants[id] else { continue }
      self.change(id) { $0.account = nil }
      self.rename(id, account: nil)
      for session in participant.sessions where self.limited.contains(session) {
        self.revoke(session, entry, into: &effects)
      }
      if let ended = self.participants[id], ended.sessions.isEmpty {
        self.endParticipant(ended, at: entry.stamp, into: &effects)
      }
    }
  }

  mutating func addToken(
    _ digest: [UInt8], _ scopes: Scopes, _ label: String, to account: AccountState,
    _ entry: Entry, into effects: inout Effects
  ) throws(Refusal) {
    try self.checkToken(label, of: account)
    let token = APIToken(
      number: account.lastToken + 1, digest: digest, scopes: scopes.union(.read), label: label,
      created: entry.stamp)
    self.change(account.id) { account in
      account.lastToken = token.number
      account.tokens.append(token)
    }
    effects.answer(
      entry.session, entry.tag,
      .account(.tokenAdded(number: token.number, scopes: token.scopes, secret: nil)))
  }

  mutating func revokeToken(
    _ number: UInt32, of account: AccountState, _ entry: Entry, into effects: inout Effects
  ) throws(Refusal) {
    guard account.tokens.contains(where: { $0.number == number }) else {
      throw .noSuchToken(number)
    }
    self.change(account.id) { $0.tokens.removeAll { $0.number == number } }
    // Under whatever name they are now: a session may have taken another one since.
    for id in self.limited.sorted() {
      guard let session = self.sessions[id], session.token == number,
        self.account(of: session)?.id == account.id
      else { continue }
      self.revoke(id, entry, into: &effects)
    }
    effects.answer(entry.session, entry.tag, .account(.tokenRevoked(number: number)))
  }

  /// Ends a session that a token let in which is no longer one.
  private mutating func revoke(
    _ id: SessionID, _ entry: Entry, into effects: inout Effects
  ) {
    self.endSession(id, departure: .quit(""), entry, into: &effects)
    effects.tell(id, .closing(.accessRevoked))
  }

  private mutating func addCertificate(
    _ digest: [UInt8], _ entry: Entry, into effects: inout Effects
  ) throws(Refusal) {
    let account = try self.ownAccount(of: entry.session)
    guard !digest.isEmpty else { throw .noCertificate }
    // It opens one account: the one that it was given to last.
    if let other = self.accounts.withCertificate(digest), other.id != account.id {
      throw .alreadyRegistered(other.name.text)
    }
    if !account.certificates.contains(digest) {
      guard account.certificates.count < Limits.certificatesMax else {
        throw .tooMany(.certificates, max: Limits.certificatesMax)
      }
      self.change(account.id) { $0.certificates.append(digest) }
    }
    effects.answer(entry.session, entry.tag, .account(.certificateAdded(digest: digest)))
  }
}
