import Foundation
import ParleyDoorKit
import ParleyModel

/// What a server answers to an ``AdminRequest``, one line of JSON: `{"deleted":{"name":"ana"}}`.
///
/// Times are UTC, ISO 8601.
package enum AdminAnswer: Codable, Hashable, Sendable {
  package struct Account: Codable, Hashable, Sendable {
    package var name: String
    package var administrator: Bool
    package var sessions: Int
    package var created: String
    /// Whether a password opens it.
    package var password: Bool
    package var tokens: Int
  }

  package struct Token: Codable, Hashable, Sendable {
    package var number: UInt32
    package var scopes: [String]
    package var label: String
    package var created: String
  }

  package struct Invite: Codable, Hashable, Sendable {
    package var number: UInt32
    package var by: String
    package var until: String
  }

  package struct Session: Codable, Hashable, Sendable {
    package var session: UInt64
    package var name: String
    /// Left out for a guest.
    package var account: String?
    package var rooms: Int
    /// Left out for a connection of this host without an address.
    package var address: String?
  }

  case created(name: String)
  case passwordSet(name: String)
  case administrator(name: String, granted: Bool)
  case deleted(name: String)
  /// The newest first; `more` are not listed.
  case accounts(list: [Account], more: Int)
  case tokens(name: String, list: [Token])
  /// The one time that the token is shown.
  case newToken(number: UInt32, scopes: [String], token: String)
  case tokenRevoked(number: UInt32)
  case invites(list: [Invite])
  /// The one time that the code is shown.
  case newInvite(number: UInt32, until: String, code: String)
  case inviteRevoked(number: UInt32)
  case sessions(list: [Session], more: Int)
  case announced
  case banned(title: String, until: String?, ended: Int)
  case unbanned(title: String)
  case bans(list: [Ban], more: Int)
  /// The oldest first; whether there are older ones.
  case audit(list: [Deed], older: Bool)
  /// A code of the catalogue, and a sentence about it that says what to do.
  case refused(code: String, text: String)

  /// Nil for what no request of an administrator is answered with.
  init?(_ reply: AccountReply) {
    switch reply {
    case .created(let name): self = .created(name: name)
    case .passwordChanged(let name): self = .passwordSet(name: name)
    case .administrator(let name, let granted):
      self = .administrator(name: name, granted: granted)
    case .deleted(let name): self = .deleted(name: name)
    case .accounts(let accounts, let more):
      self = .accounts(list: accounts.map { Account($0) }, more: more)
    case .tokens(let name, let tokens):
      self = .tokens(name: name, list: tokens.map { Token($0) })
    case .tokenAdded(let number, let scopes, let secret):
      self = .newToken(number: number, scopes: scopes.wordList, token: secret?.text ?? "")
    case .tokenRevoked(let number): self = .tokenRevoked(number: number)
    case .invites(let invites): self = .invites(list: invites.map { Invite($0) })
    case .inviteAdded(let number, let until, let secret):
      self = .newInvite(number: number, until: until.iso8601, code: secret?.text ?? "")
    case .inviteRevoked(let number): self = .inviteRevoked(number: number)
    case .sessions(let sessions, let more):
      self = .sessions(list: sessions.map { Session($0) }, more: more)
    case .announced: self = .announced
    case .registered, .unregistered, .certificateAdded, .certificatesRemoved, .certificateOpens,
      .unread, .marked, .arrived:
      return nil
    }
  }

  init(_ refusal: Refusal) {
    let text = RefusalText.explanation(refusal)
    let hint = Self.hints[refusal.code]
    self = .refused(code: refusal.code, text: hint.map { "\(text); \($0)" } ?? text)
  }

  /// What to do at a shell, by the refusals' codes; the others' explanations say it.
  private static let hints = [
    "already_registered": "parley admin password NAME gives it another password",
    "name_taken": "choose another name, or have whoever carries it now /register it",
    "no_such_account": "parley admin accounts lists them",
    "no_such_token": "parley admin token list NAME lists them",
    "no_such_standing": "parley admin ban lists them",
    "no_such_invite": "parley admin invite list lists them",
    "too_busy": "try again in a moment",
    "storage_unavailable": "make room on the disk of the data directory",
  ]
}

extension AdminAnswer.Account {
  fileprivate init(_ account: AccountSummary) {
    self.init(
      name: account.name, administrator: account.isAdministrator, sessions: account.sessions,
      created: account.created.iso8601, password: account.hasPassword, tokens: account.tokens)
  }
}

extension AdminAnswer.Token {
  fileprivate init(_ token: APIToken) {
    self.init(
      number: token.number, scopes: token.scopes.wordList, label: token.label,
      created: token.created.iso8601)
  }
}

extension AdminAnswer.Invite {
  fileprivate init(_ invite: InviteState) {
    self.init(number: invite.number, by: invite.by, until: invite.until.iso8601)
  }
}

extension AdminAnswer.Session {
  fileprivate init(_ session: SessionSummary) {
    self.init(
      session: session.session.number, name: session.name, account: session.account,
      rooms: session.rooms,
      address: session.address == .none ? nil : "\(session.address)")
  }
}

extension Scopes {
  fileprivate var wordList: [String] {
    Self.words.filter { self.contains($0.scope) }.map(\.word)
  }
}

extension Timestamp {
  /// `2026-11-21T12:03:05Z`.
  var iso8601: String {
    Date(timeIntervalSince1970: Double(self.microseconds / 1_000_000)).formatted(.iso8601)
  }
}
