/// Saying, posting and reading.
///
/// What stores a message has a nonce, drawn where none is given: sent again after a lost
/// connection it has one effect. Give one that you keep where the same must hold over a restart
/// of your own program.
extension Client {
  /// Says something in a room, in several lines perhaps; 4 KiB at most.
  @discardableResult
  public func say(
    _ text: String, in room: String, nonce: String? = nil
  ) async throws(ClientError) -> Stored {
    try await self.store("say", ["room": .string(room), "text": .string(text)], nonce)
  }

  /// Says something in the third person; one line.
  @discardableResult
  public func act(
    _ text: String, in room: String, nonce: String? = nil
  ) async throws(ClientError) -> Stored {
    try await self.store("act", ["room": .string(room), "text": .string(text)], nonce)
  }

  /// Posts to the board of a room; the text has 64 KiB at most.
  @discardableResult
  public func post(
    _ subject: String, _ text: String, in room: String, nonce: String? = nil
  ) async throws(ClientError) -> Stored {
    try await self.store(
      "post", ["room": .string(room), "subject": .string(subject), "text": .string(text)], nonce)
  }

  /// Answers a post, under its subject.
  @discardableResult
  public func reply(
    to sequence: Int64, _ text: String, in room: String, nonce: String? = nil
  ) async throws(ClientError) -> Stored {
    try await self.store(
      "reply",
      ["room": .string(room), "sequence": .integer(sequence), "text": .string(text)], nonce)
  }

  /// Sends a direct message.
  @discardableResult
  public func dm(
    _ name: String, _ text: String, nonce: String? = nil
  ) async throws(ClientError) -> Stored {
    try await self.store("dm", ["name": .string(name), "text": .string(text)], nonce)
  }

  private func store(
    _ method: String, _ params: [String: JSON], _ nonce: String?
  ) async throws(ClientError) -> Stored {
    var params = params
    if let nonce { params["nonce"] = .string(nonce) }
    return try Fields(try await self.request(method, params, repeating: .byNonce)).stored()
  }

  /// Takes a message of yours away; `room` may be `@NAME`.
  public func remove(_ sequence: Int64, in room: String) async throws(ClientError) {
    // Where the answer was lost, the message may be gone already.
    _ = try await self.request(
      "remove", ["room": .string(room), "sequence": .integer(sequence)],
      repeating: .untilRefused("message_removed"))
  }

  /// The posts of a board, without their texts.
  public func list(_ room: String) async throws(ClientError) -> Excerpt {
    try await self.read("list", ["room": .string(room)]).excerpt()
  }

  /// A message in full; `room` may be `@NAME`.
  public func read(_ sequence: Int64, in room: String) async throws(ClientError) -> Message {
    let answer = try await self.read(
      "read", ["room": .string(room), "sequence": .integer(sequence)])
    return try answer.fields("message").message()
  }

  /// Messages of a conversation, the newest where neither `before` nor `after` is given.
  ///
  /// - Parameters:
  ///   - room: a room, or `@NAME`.
  ///   - before: only messages with smaller numbers, the newest of them.
  ///   - after: only messages with greater numbers, the oldest of them.
  ///   - limit: 1,000 at most; nil is the server's usual number.
  /// - Returns: the messages, in the order of the conversation.
  /// - Throws: ``ClientError``, as all requests do.
  public func history(
    _ room: String, before: Int64? = nil, after: Int64? = nil, limit: Int? = nil
  ) async throws(ClientError) -> Excerpt {
    var params: [String: JSON] = ["room": .string(room)]
    if let before { params["before"] = .integer(before) }
    if let after { params["after"] = .integer(after) }
    if let limit { params["limit"] = .integer(Int64(limit)) }
    return try await self.read("history", params).excerpt()
  }

  /// The newest messages that have all the words.
  ///
  /// - Parameters:
  ///   - words: `word*` finds words that begin so, `"two words"` words that stand together.
  ///   - room: a room, or `@NAME`.
  ///   - before: looks among messages with smaller numbers; see ``Found/before``.
  /// - Returns: the messages, in the order of the conversation.
  /// - Throws: ``ClientError``, as all requests do.
  public func search(
    _ words: String, in room: String, before: Int64? = nil
  ) async throws(ClientError) -> Found {
    var params: [String: JSON] = ["room": .string(room), "words": .string(words)]
    if let before { params["before"] = .integer(before) }
    return try await self.read("search", params).found()
  }

  /// Says up to where you have read a conversation, for the counts of what is new.
  public func mark(_ sequence: Int64, in room: String) async throws(ClientError) {
    _ = try await self.request(
      "mark", ["room": .string(room), "sequence": .integer(sequence)], repeating: .always)
  }

  /// What is new in what you have joined and not open, and how many conversations there are besides.
  public func unread() async throws(ClientError) -> (conversations: [Unread], more: Int) {
    let answer = try await self.read("unread")
    return (try answer.list("conversations", Fields.unread), try answer.count("more"))
  }

  /// Asks for what changes nothing.
  func read(
    _ method: String, _ params: [String: JSON] = [:]
  ) async throws(ClientError) -> Fields {
    Fields(try await self.request(method, params, repeating: .always))
  }
}
