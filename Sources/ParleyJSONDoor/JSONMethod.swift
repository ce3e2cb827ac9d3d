import ParleyModel

/// What a request asks for.
enum JSONAction: Sendable {
  case command(Command)
  /// Lets the session in, or makes it an account's; answered when its rooms are open.
  case enter(Command, Entrance.Wish, Comeback)
}

/// A method of the contract: a row of the table.
package final class JSONMethod: Sendable {
  package let name: String
  /// What it does, in a sentence.
  package let summary: String
  package let params: [JSONField]
  package let result: [JSONField]
  /// The codes of the refusals that it can be given, besides those of every method.
  package let refusals: [String]
  /// `params` that are taken.
  package let example: String
  /// Whether it stores a message: with a nonce, once.
  package let storesMessage: Bool
  let action: @Sendable (JSONParams) throws(Refusal) -> JSONAction

  init(
    _ name: String, _ summary: String, params: [JSONField] = [], result: [JSONField] = [],
    refusals: [String] = [], example: String = "{}", storesMessage: Bool = false,
    action: @escaping @Sendable (JSONParams) throws(Refusal) -> JSONAction
  ) {
    self.name = name
    self.summary = summary
    self.params = storesMessage ? params + [Self.nonce] : params
    self.result = result
    self.refusals = storesMessage ? refusals + ["nonce_reused"] : refusals
    self.example = example
    self.storesMessage = storesMessage
    self.action = action
  }

  private static let nonce = JSONField.optional(
    "nonce", .visible(max: Limits.nonceBytesMax),
    "Drawn by the client: sent again with it, the request has no second effect and gets the first "
      + "answer.")

  /// The codes that every method may be refused with.
  package static let commonRefusals = [
    "not_logged_in", "scope_missing", "storage_unavailable", "shutting_down",
  ]
}

/// A notification of the server: a row of the table.
package struct JSONEvent: Sendable {
  package let name: String
  package let summary: String
  package let params: [JSONField]

  init(_ name: String, _ summary: String, params: [JSONField]) {
    self.name = name
    self.summary = summary
    self.params = params
  }
}
