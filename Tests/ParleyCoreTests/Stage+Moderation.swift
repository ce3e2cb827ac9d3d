import ParleyCore
import ParleyModel
import ParleyTesting

extension Stage {
  private static let credential = Credential(
    scrypt: Credential.Scrypt(logCost: 1, blockSize: 1, parallelism: 1, salt: [1], key: [2]),
    scram: Credential.Scram(iterations: 1, salt: [3], storedKey: [4], serverKey: [5]))

  /// A session whose guest's name has become an account.
  func register(_ name: String, isAdministrator: Bool = false) -> SessionID {
    let session = self.enter(name)
    self.registers(session)
    if isAdministrator {
      self.propose(.server, .administer(.setAdministrator(Name(name), true), asOwner: true))
    }
    return session
  }

  @discardableResult
  func registers(_ session: SessionID) -> [Effect] {
    self.propose(session, .verified(.register(Self.credential, code: nil)))
  }

  /// Logs a session in to an account, from the prompt or as a guest.
  @discardableResult
  func logsIn(
    _ session: SessionID, _ name: String, from address: PeerAddress = .none
  ) -> [Effect] {
    guard let account = self.account(name) else { return [] }
    return self.propose(
      session, .verified(.login(account.id, version: account.version, autojoin: true)),
      from: address)
  }

  @discardableResult
  func unregisters(_ session: SessionID, _ name: String) -> [Effect] {
    guard let account = self.account(name) else { return [] }
    return self.propose(
      session, .verified(.unregister(account.id, version: account.version)))
  }

  func account(_ name: String) -> AccountState? {
    self.fold.loaded.accounts.first { $0.name == Name(name) }
  }

  @discardableResult
  func does(_ session: SessionID, _ moderation: Moderation) -> [Effect] {
    self.take(session, .moderate(moderation))
  }

  /// A ban, or a mute, in the session's current room.
  @discardableResult
  func bans(
    _ session: SessionID, _ target: SanctionTarget, _ kind: SanctionKind = .ban,
    seconds: Int64? = nil, in territory: Territory = .room(.current)
  ) -> [Effect] {
    self.does(
      session,
      .sanction(
        territory, kind, target, microseconds: seconds.map { $0 * Self.second }, reason: ""))
  }

  /// The titles of the standings that are listed for a session's current room.
  func listed(_ session: SessionID, _ kind: StandingKind) -> [String]? {
    for reply in self.take(session, .moderation(.standings(.room(.current), kind))).replies {
      if case .moderation(.standings(_, _, let standings, more: _)) = reply {
        return standings.map(\.title)
      }
    }
    return nil
  }

  /// The standings of a room as they are kept.
  func kept(in room: String) -> [StandingState] {
    let id = self.room(room)?.id
    return self.fold.loaded.standings.filter { $0.room == id }
  }
}

extension SanctionTarget {
  static func named(_ text: String) -> SanctionTarget { .name(Name(text)) }
}

extension PeerAddress {
  init(_ first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8) {
    let bits = [first, second, third, fourth].reduce(UInt64(0xFFFF)) { $0 << 8 | UInt64($1) }
    self.init(high: 0, low: bits)
  }
}
