import ParleyDoorKit
import ParleyModel

/// What `parley admin` asks of a running server, as it stands in one line of JSON:
/// `{"delete":{"name":"ana"}}`.
///
/// Another command is a case here, its ``command()``, and a subcommand in `Sources/parley`.
package enum AdminRequest: Codable, Hashable, Sendable {
  case accounts
  /// Without a password only a token or a certificate opens the account.
  case create(name: String, password: String?, administrator: Bool)
  case setPassword(name: String, password: String)
  case setAdministrator(name: String, granted: Bool)
  case delete(name: String)
  case tokens(name: String)
  case newToken(name: String, scopes: [String], label: String)
  case revokeToken(name: String, number: UInt32)
  case invites
  /// A code that is good for so long, from 1 ms to ``inviteMillisecondsMax``.
  case newInvite(milliseconds: Int64)
  case revokeInvite(number: UInt32)
  case sessions
  case announce(text: String)
  /// `length` is as `10m`, `2h`, `7d`; without it until it is lifted.
  case ban(mask: String, length: String?, reason: String)
  case unban(mask: String)
  case bans
  case audit(limit: Int)

  /// Ten years.
  package static let inviteMillisecondsMax: Int64 = 3_650 * 24 * 60 * 60 * 1_000

  /// What it asks of the law; refuses what no law would take.
  func command() throws(Refusal) -> AdminCommand {
    switch self {
    case .accounts: return .accounts
    case .create(let name, let password, let administrator):
      return .create(
        try NameRules.participantName(name), password.map { Secret($0) },
        isAdministrator: administrator)
    case .setPassword(let name, let password):
      return .setPassword(try NameRules.participantName(name), Secret(password))
    case .setAdministrator(let name, let granted):
      return .setAdministrator(try NameRules.participantName(name), granted)
    case .delete(let name): return .delete(try NameRules.participantName(name))
    case .tokens(let name): return .tokens(try NameRules.participantName(name))
    case .newToken(let name, let scopes, let label):
      return .newToken(
        try NameRules.participantName(name), try Self.scopes(scopes), label: label)
    case .revokeToken(let name, let number):
      return .revokeToken(try NameRules.participantName(name), number)
    case .invites: return .invites
    case .newInvite(let milliseconds):
      guard (1...Self.inviteMillisecondsMax).contains(milliseconds) else {
        throw .badArguments(usage: "a code is good for 1 ms to ten years")
      }
      return .newInvite(microseconds: milliseconds * 1_000)
    case .revokeInvite(let number): return .revokeInvite(number)
    case .sessions: return .sessions
    case .announce(let text):
      try TextRules.check(text, .message, bytesMax: Limits.sayBytesMax)
      return .announce(text)
    case .ban(let mask, let length, let reason):
      return .moderate(
        .sanction(
          .server, .ban, try MaskRules.target(mask), microseconds: try Self.length(length),
          reason: reason))
    case .unban(let mask):
      return .moderate(.lift(.server, .ban, try MaskRules.target(mask)))
    case .bans: return .moderation(.standings(.server, .ban))
    case .audit(let limit): return .moderation(.audit(.server, limit: limit))
    }
  }

  private static func length(_ text: String?) throws(Refusal) -> Int64? {
    guard let text else { return nil }
    guard let microseconds = MaskRules.duration(text) else {
      throw .badArguments(usage: "a ban is for 10m, 2h, 7d or 4w, at most ten years")
    }
    return microseconds
  }

  /// The words for what a token may be for.
  package static var scopeWords: [String] { Scopes.words.map(\.word) }

  private static func scopes(_ words: [String]) throws(Refusal) -> Scopes {
    var scopes: Scopes = []
    for word in words {
      guard let known = Scopes.words.first(where: { $0.word == word }) else {
        throw .badArguments(
          usage: "scopes are \(Self.scopeWords.joined(separator: ", "))")
      }
      scopes.insert(known.scope)
    }
    guard !scopes.isEmpty else { throw .badArguments(usage: "a token needs a scope") }
    return scopes
  }
}
