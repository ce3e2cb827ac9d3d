package import ParleyModel

/// What came of a secret.
package enum SecretResult: Sendable {
  /// The command that takes the place of the one that held the secret.
  ///
  /// `drawn` is a new token or code, which the answer tells its holder.
  case proceed(Command, drawn: Secret?)
  case refused(Refusal)
}

/// Deals with secrets away from the event loops: compares and hashes passwords, draws tokens.
package protocol SecretService: Sendable {
  /// Calls `done` once, on any thread; refuses where too much waits already.
  ///
  /// What a stranger asks is refused sooner, so that there is room for the others.
  func perform(
    _ work: SecretWork, ofStranger: Bool, done: @escaping @Sendable (SecretResult) -> Void)
}

/// A service for engines without accounts: it refuses everything.
package struct NoSecrets: SecretService {
  package init() {}

  package func perform(
    _ work: SecretWork, ofStranger: Bool, done: @escaping @Sendable (SecretResult) -> Void
  ) {
    done(.refused(.tooBusy))
  }
}
