import ParleyClient
import ParleyModel

/// A command as a request of the JSON door.
struct ChatRequest: Sendable {
  let method: String
  private(set) var params: [String: JSON] = [:]
  private(set) var repeating = Repeating.always

  /// - Parameters:
  ///   - command: what was typed.
  ///   - current: the room that is meant where none is named.
  /// - Throws: `no_current_room` where one is needed.
  /// - Returns: nil for what that door has no method for.
  static func make(
    _ command: Command, in current: String?
  ) throws(ParleyModel.Refusal) -> ChatRequest? {
    switch command {
    case .nick(let name): ChatRequest("nick", ["name": .string(name.text)], .never)
    case .join(let name): ChatRequest("join", ["room": .string(name.text)])
    case .add(let name): ChatRequest("open", ["room": .string(name.text)])
    case .leave(let room, then: _):
      try ChatRequest("leave", room, current, .untilRefused("not_a_member"))
    case .close(let room): try ChatRequest("close", room, current)
    case .topic(let room): try ChatRequest("topic", room, current)
    case .setTopic(let room, let text):
      try ChatRequest("topic", room, current, .never).with("text", .string(text))
    case .say(let room, let kind, let text):
      try ChatRequest(kind == .action ? "act" : "say", room, current, .byNonce)
        .with("text", .string(text))
    case .post(let room, let subject, let body):
      try ChatRequest("post", room, current, .byNonce)
        .with("subject", .string(subject)).with("text", .string(body))
    case .reply(let room, let sequence, let body):
      try ChatRequest("reply", room, current, .byNonce)
        .with("sequence", Self.number(sequence)).with("text", .string(body))
    case .direct(.named(let name), _, let text):
      ChatRequest("dm", ["name": .string(name.text), "text": .string(text)], .byNonce)
    case .direct(.last, _, let text):
      ChatRequest("dm", ["text": .string(text)], .byNonce)
    case .remove(let conversation, let sequence):
      try ChatRequest("remove", conversation, current, .untilRefused("message_removed"))
        .with("sequence", Self.number(sequence))
    case .list(let room): try ChatRequest("list", room, current)
    case .read(let conversation, let sequence):
      try ChatRequest("read", conversation, current).with("sequence", Self.number(sequence))
    case .history(let conversation, let limit):
      try ChatRequest("history", conversation, current)
        .with("limit", limit.map { .integer(Int64($0)) })
    case .page(let conversation, let page):
      try ChatRequest("history", conversation, current)
        .with("before", page.before.map { Self.number($0) })
        .with("after", page.after.map { Self.number($0) })
        .with("limit", page.limit.map { .integer(Int64($0)) })
    case .search(let conversation, let query, let before):
      try ChatRequest("search", conversation, current)
        .with("words", .string(query.text)).with("before", before.map { Self.number($0) })
    case .who(let room, membersOnly: _): try ChatRequest("who", room, current)
    case .rooms: ChatRequest("rooms")
    case .whois(let name): ChatRequest("whois", ["name": .string(name.text)])
    case .away(let text): ChatRequest("away").with("text", text.map { .string($0) })
    case .ignore(let name): ChatRequest("ignore", ["name": .string(name.text)], .never)
    case .account(let command): try Self.make(command, in: current)
    case .ping(let text): ChatRequest("ping", ["text": .string(text)])
    case .moderate(let moderation): try Self.make(moderation, in: current)
    case .moderation(let query): try Self.make(query, in: current)
    case .administer(let command, asOwner: _): Self.make(command)
    case .greet, .login, .quit, .verified, .administerVerified, .misuse, .local: nil
    }
  }

  /// What comes with secrets is the client's own: it enters with them again.
  private static func make(
    _ command: AccountCommand, in current: String?
  ) throws(ParleyModel.Refusal) -> ChatRequest? {
    switch command {
    case .mark(let conversation, let through):
      try ChatRequest("mark", conversation, current)
        .with("sequence", through.map { Self.number($0) })
    case .tokens: ChatRequest("tokens")
    case .newToken(let scopes, let label):
      ChatRequest(
        "new_token",
        [
          "scopes": .array(
            Scopes.words.filter { scopes.contains($0.scope) }.map { .string($0.word) }),
          "label": .string(label),
        ], .never)
    case .revokeToken(let number):
      ChatRequest(
        "revoke_token", ["number": .integer(Int64(number))], .untilRefused("no_such_token"))
    case .unread: ChatRequest("unread")
    case .login, .enterAsGuest, .loginByCertificate, .register, .changePassword, .unregister,
      .addCertificate,
      .removeCertificates, .whoseCertificate:
      nil
    }
  }

  init(_ method: String, _ params: [String: JSON] = [:], _ repeating: Repeating = .always) {
    self.method = method
    self.params = params
    self.repeating = repeating
  }

  init(
    _ method: String, _ room: RoomSelector, _ current: String?, _ repeating: Repeating = .always
  ) throws(ParleyModel.Refusal) {
    switch room {
    case .named(let name): self.init(method, ["room": .string(name.text)], repeating)
    case .current:
      // By its name, so that a request that is sent again means the same room.
      guard let current else { throw .noCurrentRoom }
      self.init(method, ["room": .string(current)], repeating)
    }
  }

  private init(
    _ method: String, _ conversation: ConversationSelector, _ current: String?,
    _ repeating: Repeating = .always
  ) throws(ParleyModel.Refusal) {
    switch conversation {
    case .room(let room): try self.init(method, room, current, repeating)
    case .direct(let name): self.init(method, ["room": .string("@" + name.text)], repeating)
    }
  }

  func with(_ name: String, _ value: JSON?) -> ChatRequest {
    guard let value else { return self }
    var request = self
    request.params[name] = value
    return request
  }

  static func number(_ sequence: Sequence) -> JSON {
    .integer(Int64(clamping: sequence.number))
  }
}
