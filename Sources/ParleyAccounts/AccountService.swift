import Glibc
import NIOPosix
package import ParleyModel
package import ParleyRuntime
import Synchronization

/// Deals with secrets on a thread of its own, which gives way to all others.
///
/// What waits for it is bounded, and what does not fit is refused: no flood of guesses takes the
/// processor or the memory away from those who talk.
package final class AccountService: SecretService {
  /// Secrets that wait at most.
  package static let waitingMax = 64
  /// Secrets that wait at most for a stranger's to be taken.
  package static let waitingForStrangersMax = 48

  private let hash: PasswordHash
  private let pool: NIOThreadPool
  private let waiting = Atomic<Int>(0)

  package init(hash: PasswordHash = PasswordHash()) {
    self.hash = hash
    self.pool = NIOThreadPool(numberOfThreads: 1)
    self.pool.start()
    // The calling thread alone: Linux keeps a nice value for each (sched(7)).
    self.pool.submit { _ in setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10) }
  }

  package func perform(
    _ work: SecretWork, ofStranger: Bool, done: @escaping @Sendable (SecretResult) -> Void
  ) {
    // A guest's token is hashed at once: that takes a microsecond, and whoever comes back waits
    // behind nobody's password.
    if case .openAsGuest(let token, let name, let autojoin) = work {
      let drawn = token == nil ? PasswordHash.draw("") : nil
      let digest = (token ?? drawn).map { PasswordHash.digest($0) } ?? []
      return done(
        .proceed(.verified(.guest(digest: digest, name, autojoin: autojoin)), drawn: drawn))
    }
    let count = self.waiting.wrappingAdd(1, ordering: .relaxed).newValue
    guard count <= (ofStranger ? Self.waitingForStrangersMax : Self.waitingMax) else {
      self.waiting.wrappingSubtract(1, ordering: .relaxed)
      return done(.refused(.tooBusy))
    }
    self.pool.submit { state in
      defer { self.waiting.wrappingSubtract(1, ordering: .relaxed) }
      guard case .active = state else { return done(.refused(.shuttingDown)) }
      do {
        done(try self.result(of: work))
      } catch {
        // Parameters that scrypt refuses, or no memory for it.
        done(.refused(.tooBusy))
      }
    }
  }

  /// Ends the thread.
  package func stop() async throws {
    try await self.pool.shutdownGracefully()
  }

  private func result(of work: SecretWork) throws -> SecretResult {
    switch work {
    case .check(let password, let credential, of: _, let then):
      guard try self.hash.matches(password, credential) else { return .refused(.badPassword) }
      return .proceed(.verified(then), drawn: nil)
    case .change(let old, let credential, of: _, let new, let account, let version):
      guard try self.hash.matches(old, credential) else { return .refused(.badPassword) }
      let changed = Verified.setCredential(
        account, version: version, try self.hash.credential(of: new))
      return .proceed(.verified(changed), drawn: nil)
    case .register(let password, let code):
      let registered = Verified.register(
        try self.hash.credential(of: password), code: code.map { PasswordHash.digest($0) })
      return .proceed(.verified(registered), drawn: nil)
    case .openWithToken(let token, let name, let autojoin):
      let opened = Verified.loginByToken(
        digest: PasswordHash.digest(token), name, autojoin: autojoin)
      return .proceed(.verified(opened), drawn: nil)
    case .openAsGuest:
      preconditionFailure("a guest's token is hashed where it comes")
    case .create(let name, let password, let isAdministrator, let asOwner):
      let created = AdminProposal.create(
        name, try self.hash.credential(of: password), isAdministrator: isAdministrator)
      return .proceed(.administerVerified(created, asOwner: asOwner), drawn: nil)
    case .setPassword(let name, let password, let asOwner):
      let set = AdminProposal.setPassword(name, try self.hash.credential(of: password))
      return .proceed(.administerVerified(set, asOwner: asOwner), drawn: nil)
    case .drawToken(let scopes, let label):
      let token = PasswordHash.draw(Secret.tokenPrefix)
      let added = Verified.addToken(
        digest: PasswordHash.digest(token), scopes, label: label)
      return .proceed(.verified(added), drawn: token)
    case .drawTokenFor(let name, let scopes, let label, let asOwner):
      let token = PasswordHash.draw(Secret.tokenPrefix)
      let added = AdminProposal.addToken(
        name, digest: PasswordHash.digest(token), scopes, label: label)
      return .proceed(.administerVerified(added, asOwner: asOwner), drawn: token)
    case .drawInvite(let microseconds, let asOwner):
      let code = PasswordHash.draw("")
      let added = AdminProposal.addInvite(
        digest: PasswordHash.digest(code), microseconds: microseconds)
      return .proceed(.administerVerified(added, asOwner: asOwner), drawn: code)
    }
  }
}
