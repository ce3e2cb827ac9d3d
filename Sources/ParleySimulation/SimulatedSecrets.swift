import NIOCore
import ParleyModel
import ParleyRuntime

/// Deals with secrets at once and without hashing: what a password becomes is the password.
struct SimulatedSecrets: SecretService {
  func perform(
    _ work: SecretWork, ofStranger: Bool, done: @escaping @Sendable (SecretResult) -> Void
  ) {
    done(Self.result(of: work))
  }

  /// The same for the same work, so that the checkers know it as well.
  static func result(of work: SecretWork) -> SecretResult {
    switch work {
    case .check(let password, let credential, of: _, let then):
      guard Self.matches(password, credential) else { return .refused(.badPassword) }
      return .proceed(.verified(then), drawn: nil)
    case .change(let old, let credential, of: _, let new, let account, let version):
      guard Self.matches(old, credential) else { return .refused(.badPassword) }
      return .proceed(
        .verified(.setCredential(account, version: version, Self.credential(new))), drawn: nil)
    case .register(let password, let code):
      return .proceed(
        .verified(.register(Self.credential(password), code: code.map { Array($0.text.utf8) })),
        drawn: nil)
    case .openWithToken(let token, let name, let autojoin):
      return .proceed(
        .verified(.loginByToken(digest: Array(token.text.utf8), name, autojoin: autojoin)),
        drawn: nil)
    case .openAsGuest(let token, let name, let autojoin):
      let drawn = token == nil ? Secret("drawn for " + name.text) : nil
      let digest = Array((token ?? drawn)?.text.utf8 ?? "".utf8)
      return .proceed(
        .verified(.guest(digest: digest, name, autojoin: autojoin)), drawn: drawn)
    case .create(let name, let password, let isAdministrator, let asOwner):
      let created = AdminProposal.create(
        name, Self.credential(password), isAdministrator: isAdministrator)
      return .proceed(.administerVerified(created, asOwner: asOwner), drawn: nil)
    case .setPassword(let name, let password, let asOwner):
      let set = AdminProposal.setPassword(name, Self.credential(password))
      return .proceed(.administerVerified(set, asOwner: asOwner), drawn: nil)
    case .drawToken(let scopes, let label):
      let token = Secret(Secret.tokenPrefix + label)
      let added = Verified.addToken(digest: Array(token.text.utf8), scopes, label: label)
      return .proceed(.verified(added), drawn: token)
    case .drawTokenFor(let name, let scopes, let label, let asOwner):
      let token = Secret(Secret.tokenPrefix + label)
      let added = AdminProposal.addToken(
        name, digest: Array(token.text.utf8), scopes, label: label)
      return .proceed(.administerVerified(added, asOwner: asOwner), drawn: token)
    case .drawInvite(let microseconds, let asOwner):
      let added = AdminProposal.addInvite(
        digest: Array("\(microseconds)".utf8), microseconds: microseconds)
      return .proceed(
        .administerVerified(added, asOwner: asOwner), drawn: Secret("\(microseconds)"))
    }
  }

  private static func credential(_ password: Secret) -> Credential {
    Credential(
      scrypt: Credential.Scrypt(
        logCost: 1, blockSize: 1, parallelism: 1, salt: [], key: Array(password.text.utf8)),
      scram: Credential.Scram(iterations: 1, salt: [], storedKey: [], serverKey: []))
  }

  private static func matches(_ password: Secret, _ credential: Credential?) -> Bool {
    credential?.scrypt.key == Array(password.text.utf8)
  }
}
