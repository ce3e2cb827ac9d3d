package import NIOCore
package import ParleyModel
import Synchronization

/// Counts guesses at passwords and registrations, for all loops: who must wait does so before
/// anything is computed.
///
/// Its lock is held for some look-ups, and calls nothing. It is taken for passwords, tokens and
/// registrations, never for anything that is said.
package final class LoginGuard: Sendable {
  private struct State {
    var attempts: LoginAttempts
    var registrations: BoundedTable<AddressKey, TokenBucket>
  }

  /// Addresses whose registrations are remembered at most.
  private static let addressesMax = 100_000

  /// Wrong passwords after which a session ends; nil is never.
  package let sessionFailuresMax: Int?
  private let registrationRate: TokenRate?
  private let state: Mutex<State>

  package init(_ limits: SessionLimits) {
    self.sessionFailuresMax = limits.sessionLoginFailuresMax
    self.registrationRate = limits.registrationRate
    self.state = Mutex(
      State(
        attempts: LoginAttempts(limits.loginAttempts),
        registrations: BoundedTable(capacity: Self.addressesMax)))
  }

  /// Whether a secret may be dealt with.
  package enum Answer: Hashable, Sendable {
    /// It may, which counts. A stranger guesses from an address from which nobody has logged in to
    /// the account, or registers.
    case mayBegin(isStranger: Bool)
    case refused(Refusal)
  }

  /// Whether a secret may be dealt with now; `address` is nil where none counts.
  package func begin(
    _ work: SecretWork, from address: AddressKey?, at now: NIODeadline
  ) -> Answer {
    if let name = work.guessed {
      return self.state.withLock { state in
        switch state.attempts.begin(name.key, from: address, at: now) {
        case .mayTry:
          return .mayBegin(isStranger: !state.attempts.knows(address, at: name.key))
        case .wait(let seconds): return .refused(.tooFast(.guess, seconds: seconds))
        }
      }
    }
    guard case .register = work else { return .mayBegin(isStranger: false) }
    guard let address, let rate = self.registrationRate else { return .mayBegin(isStranger: true) }
    let wait = self.state.withLock { state in
      var bucket = state.registrations[address] ?? TokenBucket()
      let wait = bucket.wait(for: 1, at: now, rate)
      guard wait <= .zero else { return wait }
      bucket.owe(1, at: now, rate)
      state.registrations.set(bucket, for: address)
      return .zero
    }
    guard wait > .zero else { return .mayBegin(isStranger: true) }
    return .refused(.tooFast(.registration, seconds: LoginAttempts.seconds(wait)))
  }

  /// What ``begin(_:from:at:)`` let pass was not dealt with after all: it counts for nothing.
  package func abandon(_ work: SecretWork, from address: AddressKey?) {
    if let name = work.guessed { return self.abandon(name, from: address) }
    guard case .register = work, let address, let rate = self.registrationRate else { return }
    self.state.withLock { state in
      guard var bucket = state.registrations[address] else { return }
      bucket.giveBack(1, rate)
      state.registrations.set(bucket, for: address)
    }
  }

  /// A guess could not be judged: it counts for nothing.
  package func abandon(_ name: Name, from address: AddressKey?) {
    self.state.withLock { $0.attempts.abandoned(name.key, from: address) }
  }

  /// A guess was right.
  package func succeed(_ name: Name, from address: AddressKey?) {
    self.state.withLock { $0.attempts.succeeded(name.key, from: address) }
  }

  /// An administrator gave an account another password: what strangers have tried is forgotten.
  package func forget(_ name: Name) {
    self.state.withLock { $0.attempts.forget(name.key) }
  }
}
