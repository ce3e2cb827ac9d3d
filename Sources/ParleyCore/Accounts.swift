import ParleyModel

/// The accounts, and what they are found by.
struct Accounts {
  private(set) var byID: [AccountID: AccountState] = [:]
  /// By the keys of their names.
  private var ids: [String: AccountID] = [:]
  /// Whose a token's digest is.
  private var tokens: [[UInt8]: AccountID] = [:]
  /// Whose a certificate's digest is.
  private var certificates: [[UInt8]: AccountID] = [:]
  /// Codes that wait to be used, by their digests.
  private(set) var invites: [[UInt8]: InviteState] = [:]

  private(set) var administrators: Set<AccountID> = []

  var count: Int { self.byID.count }

  subscript(id: AccountID) -> AccountState? { self.byID[id] }

  func named(_ key: String) -> AccountState? {
    self.ids[key].flatMap { self.byID[$0] }
  }

  func withToken(_ digest: [UInt8]) -> (account: AccountState, token: APIToken)? {
    guard let id = self.tokens[digest], let account = self.byID[id],
      let token = account.tokens.first(where: { $0.digest == digest })
    else { return nil }
    return (account, token)
  }

  func withCertificate(_ digest: [UInt8]) -> AccountState? {
    self.certificates[digest].flatMap { self.byID[$0] }
  }

  /// Adds an account or puts another state in the place of the one it had.
  mutating func set(_ account: AccountState) {
    if let old = self.byID[account.id] { self.forgetSecrets(of: old) }
    self.byID[account.id] = account
    self.ids[account.name.key] = account.id
    if account.isAdministrator {
      self.administrators.insert(account.id)
    } else {
      self.administrators.remove(account.id)
    }
    for token in account.tokens { self.tokens[token.digest] = account.id }
    for digest in account.certificates { self.certificates[digest] = account.id }
  }

  mutating func remove(_ account: AccountState) {
    self.forgetSecrets(of: account)
    self.byID[account.id] = nil
    self.ids[account.name.key] = nil
    self.administrators.remove(account.id)
  }

  private mutating func forgetSecrets(of account: AccountState) {
    for token in account.tokens { self.tokens[token.digest] = nil }
    for digest in account.certificates { self.certificates[digest] = nil }
  }

  mutating func set(_ invite: InviteState) {
    self.invites[invite.digest] = invite
  }

  mutating func remove(_ invite: InviteState) {
    self.invites[invite.digest] = nil
  }
}

extension Conversation {
  /// Changes an account, and remembers that it changed.
  mutating func change(_ id: AccountID, _ body: (inout AccountState) -> Void) {
    guard var account = self.accounts[id] else { return }
    body(&account)
    self.accounts.set(account)
    self.changes.add(.account(id))
  }

  /// The account that a session is logged in to.
  func account(of session: Session) -> AccountState? {
    self.participants[session.participant]?.state.account.flatMap { self.accounts[$0] }
  }

  /// Whether a participant is an account's own: it stays without sessions.
  func isLasting(_ participant: ParticipantState) -> Bool {
    participant.account.flatMap { self.accounts[$0] }?.participant == participant.id
  }

  /// Throws where an API token let a session in that gives it less than that.
  func check(_ scopes: Scopes, of session: Session) throws(Refusal) {
    guard let granted = session.scopes, !granted.isSuperset(of: scopes) else { return }
    throw .scopeMissing(scopes)
  }

  /// Throws where a password may not be one.
  static func checkPassword(_ password: Secret) throws(Refusal) {
    guard password.text.utf8.count <= Limits.passwordBytesMax else {
      throw .tooLong(.password, bytesMax: Limits.passwordBytesMax)
    }
    guard password.text.count >= Limits.passwordMin else {
      throw .passwordTooShort(min: Limits.passwordMin)
    }
    for scalar in password.text.unicodeScalars where scalar.value < 0x20 || scalar.value == 0x7F {
      throw .badText(.control)
    }
  }
}
