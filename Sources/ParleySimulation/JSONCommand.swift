import NIOCore
import ParleyJSONDoor
import ParleyModel

/// A command as a request of the JSON door; for what it has no method for there is none.
struct JSONCommand {
  let method: String
  /// Each value as JSON.
  private(set) var params: [(name: String, value: String)] = []

  private init(_ method: String) {
    self.method = method
  }

  init?(_ request: Request) {
    guard case .account(.enterAsGuest(let name, let token, let autojoin)) = request.command else {
      self.init(request.command)
      return
    }
    self.init("hello")
    self.add("name", name.text)
    if let token { self.add("token", token.text) }
    self.params.append(("autojoin", "\(autojoin)"))
    guard let cursors = request.comeback?.cursors else { return }
    let members = cursors.map { cursor in
      var title = ByteBuffer()
      title.writeJSON(cursor.conversation.text)
      return String(buffer: title)
        + ":{\"epoch\":\"\(cursor.cursor.epoch.text)\",\"sequence\":"
        + "\(cursor.cursor.sequence.number)}"
    }
    self.params.append(("cursors", "{" + members.joined(separator: ",") + "}"))
  }

  private init?(_ command: Command) {
    switch command {
    case .nick(let name): self.init("nick", name: name)
    case .quit(.quit(let word)):
      self.init("quit")
      if !word.isEmpty { self.add("text", word) }
    case .join(let name): self.init("join", .room(.named(name)))
    case .add(let name): self.init("open", .room(.named(name)))
    case .leave(let room, .nowhere): self.init("leave", .room(room))
    case .close(let room): self.init("close", .room(room))
    case .topic(let room): self.init("topic", .room(room))
    case .setTopic(let room, let text): self.init("topic", .room(room), text: text)
    case .say(let room, .say, let text): self.init("say", .room(room), text: text)
    case .say(let room, .action, let text): self.init("act", .room(room), text: text)
    case .post(let room, let subject, let body):
      self.init("post", .room(room), text: body)
      self.add("subject", subject)
    case .reply(let room, let sequence, let body):
      self.init("reply", .room(room), text: body)
      self.add("sequence", sequence)
    case .direct(let target, .say, let text):
      self.init("dm")
      if case .named(let name) = target { self.add("name", name.text) }
      self.add("text", text)
    case .remove(let conversation, let sequence):
      self.init("remove", conversation)
      self.add("sequence", sequence)
    case .list(let room): self.init("list", .room(room))
    case .read(let conversation, let sequence):
      self.init("read", conversation)
      self.add("sequence", sequence)
    case .history(let conversation, let limit):
      self.init("history", conversation)
      if let limit { self.params.append(("limit", "\(limit)")) }
    case .page(let conversation, let page):
      self.init("history", conversation)
      if let before = page.before { self.add("before", before) }
      if let after = page.after { self.add("after", after) }
      if let limit = page.limit { self.params.append(("limit", "\(limit)")) }
    case .search(let conversation, let query, let before):
      self.init("search", conversation)
      self.add("words", query.text)
      if let before { self.add("before", before) }
    case .who(let room, membersOnly: false): self.init("who", .room(room))
    case .rooms: self.init("rooms")
    case .whois(let name): self.init("whois", name: name)
    case .away(let text):
      self.init("away")
      if let text { self.add("text", text) }
    case .ignore(let name): self.init("ignore", name: name)
    case .account(let command): self.init(account: command)
    case .login, .greet, .quit, .ping, .leave, .say, .direct, .who, .administer, .verified,
      .administerVerified, .moderate, .moderation, .misuse, .local:
      return nil
    }
  }

  private init?(account command: AccountCommand) {
    switch command {
    case .login(let name, let secret, autojoin: true):
      self.init("login", name: name)
      self.add("password", secret.text)
    case .register(let secret, let code):
      self.init("register")
      self.add("password", secret.text)
      if let code { self.add("code", code.text) }
    case .changePassword(let old, let new):
      self.init("passwd")
      self.add("old", old.text)
      self.add("new", new.text)
    case .unregister(let secret):
      self.init("unregister")
      self.add("password", secret.text)
    case .tokens: self.init("tokens")
    case .newToken(let scopes, let label):
      self.init("new_token")
      let words = scopes.text.split(separator: " ").map { "\"\($0)\"" }
      self.params.append(("scopes", "[" + words.joined(separator: ",") + "]"))
      self.add("label", label)
    case .revokeToken(let number):
      self.init("revoke_token")
      self.params.append(("number", "\(number)"))
    case .unread: self.init("unread")
    case .mark(let conversation, let through):
      self.init("mark", conversation)
      if let through { self.params.append(("sequence", "\(through.number)")) }
    case .enterAsGuest, .login, .loginByCertificate, .whoseCertificate, .addCertificate,
      .removeCertificates:
      return nil
    }
  }

  private init(_ method: String, name: Name) {
    self.init(method)
    self.add("name", name.text)
  }

  private init(_ method: String, _ conversation: ConversationSelector, text: String? = nil) {
    self.init(method)
    switch conversation {
    case .room(.current): break
    case .room(.named(let name)): self.add("room", name.text)
    case .direct(let name): self.add("room", "@" + name.text)
    }
    if let text { self.add("text", text) }
  }

  private mutating func add(_ name: String, _ text: String) {
    var buffer = ByteBuffer()
    buffer.writeJSON(text)
    self.params.append((name, String(buffer: buffer)))
  }

  private mutating func add(_ name: String, _ sequence: Sequence) {
    self.params.append((name, "\(sequence.number)"))
  }

  /// The request, a line; without a tag it asks for no answer.
  func line(tag: RequestTag, nonce: Nonce?) -> String {
    var params = self.params.map { "\"\($0.name)\":\($0.value)" }
    if let nonce { params.append("\"nonce\":\"\(nonce.text)\"") }
    let id = tag == .none ? "" : "\"id\":\(tag.number),"
    return "{\"jsonrpc\":\"2.0\",\(id)\"method\":\"\(self.method)\","
      + "\"params\":{\(params.joined(separator: ","))}}\n"
  }
}
