import NIOCore
import ParleyDoorKit
import ParleyModel

extension LineDialect {
  mutating func printAccount(_ reply: AccountReply, into buffer: inout ByteBuffer) {
    switch reply {
    case .registered(let name):
      self.line("ok \(name) is your account; /login \(name) next time", &buffer)
    case .passwordChanged(let name): self.line("ok \(name) has its new password", &buffer)
    case .unregistered(let name):
      self.line("ok \(name) is no account any more; you are a guest", &buffer)
    case .created(let name): self.line("ok \(name) is an account now", &buffer)
    case .administrator(let name, let isOne):
      self.line("ok \(name) is \(isOne ? "an" : "no") administrator now", &buffer)
    case .deleted(let name): self.line("ok \(name) is no account any more", &buffer)
    case .tokens(let name, let tokens): self.printTokens(name, tokens, into: &buffer)
    case .tokenAdded(let number, let scopes, let secret):
      let text = secret?.text ?? "it was shown when it was made"
      self.line("ok token \(number) (\(scopes.text)), shown this once: \(text)", &buffer)
    case .tokenRevoked(let number): self.line("ok token \(number) opens nothing now", &buffer)
    case .certificateAdded:
      self.line("ok the certificate of this connection opens your account", &buffer)
    case .certificatesRemoved(let count):
      self.line(
        "ok \(Self.count(count, "certificate opens", "certificates open")) it no longer", &buffer)
    case .certificateOpens(let name):
      if let name {
        self.line("Your certificate opens the account \(name): /login, without a name.", &buffer)
      }
    case .marked(let conversation, let sequence):
      self.line("ok \(conversation) is read up to #\(sequence.number)", &buffer)
    case .unread(let conversations, let more):
      self.printUnread(conversations, more: more, into: &buffer)
    // Only who brings cursors is told.
    case .arrived: return
    case .accounts(let accounts, let more):
      self.line("ok \(Self.count(accounts.count + more, "account", "accounts")):", &buffer)
      self.printTable(
        accounts.map { account in
          [
            account.name, account.isAdministrator ? "administrator" : "",
            Self.count(account.sessions, "session", "sessions"),
            "since \(self.dateAndClock(account.created))",
            account.hasPassword ? "" : "no password",
            account.tokens > 0 ? Self.count(account.tokens, "token", "tokens") : "",
          ]
        }, into: &buffer)
      if more > 0 { self.line("  and \(more) older ones", &buffer) }
    case .invites(let invites):
      self.line("ok \(Self.count(invites.count, "code", "codes")) to register with:", &buffer)
      self.printTable(
        invites.map { ["\($0.number)", "by \($0.by)", "until \(self.dateAndClock($0.until))"] },
        into: &buffer)
    case .inviteAdded(let number, let until, let secret):
      let text = secret?.text ?? "it was shown when it was made"
      self.line(
        "ok code \(number), for one person until \(self.dateAndClock(until)), shown this once: "
          + "/register \(text)",
        &buffer)
    case .inviteRevoked(let number): self.line("ok code \(number) is good no more", &buffer)
    case .sessions(let sessions, let more):
      self.printSessions(sessions, more: more, into: &buffer)
    case .announced: self.line("ok everybody was told", &buffer)
    }
  }

  private func printSessions(
    _ sessions: [SessionSummary], more: Int, into buffer: inout ByteBuffer
  ) {
    self.line("ok \(Self.count(sessions.count + more, "session", "sessions")):", &buffer)
    self.printTable(
      sessions.map { session in
        [
          "\(session.session.number)", session.name,
          session.account.map { "account \($0)" } ?? "a guest",
          Self.count(session.rooms, "room", "rooms"),
          session.address == .none ? "on this host" : "from \(session.address)",
        ]
      }, into: &buffer)
    if more > 0 { self.line("  and \(more) more", &buffer) }
  }

  private func printTokens(
    _ name: String, _ tokens: [APIToken], into buffer: inout ByteBuffer
  ) {
    guard !tokens.isEmpty else {
      self.line("ok \(name) has no tokens", &buffer)
      return
    }
    self.line("ok \(Self.count(tokens.count, "token", "tokens")) of \(name):", &buffer)
    self.printTable(
      tokens.map {
        ["\($0.number)", $0.scopes.text, $0.label, "since \(self.dateAndClock($0.created))"]
      }, into: &buffer)
  }

  private func printUnread(
    _ conversations: [UnreadConversation], more: Int, into buffer: inout ByteBuffer
  ) {
    guard !conversations.isEmpty else {
      self.line("ok nothing is new where you are not", &buffer)
      return
    }
    for conversation in conversations {
      let isDirect = conversation.title.utf8.first == UInt8(ascii: "@")
      var text = "[\(conversation.title)] \(conversation.count) new"
      if !isDirect, conversation.mentions > 0 {
        text +=
          conversation.mentions == 1 ? ", 1 mentions you" : ", \(conversation.mentions) mention you"
      }
      if isDirect { text += ": /history \(conversation.title)" }
      self.line(text, &buffer)
    }
    if more > 0 { self.line("and \(more) more", &buffer) }
  }
}
