import NIOCore
import ParleyCore
import ParleyDoorKit
import ParleyModel

/// Secrets: the session's next commands wait until they have been dealt with.
extension LoopHub {
  /// Has a secret dealt with, and submits what comes of it in the place of its command.
  func work(_ feed: Feed, _ tag: RequestTag, _ work: SecretWork) {
    guard !feed.isGone else { return }
    feed.session.beginWork()
    let isStranger: Bool
    switch self.admit(work, from: feed.session) {
    case .mayBegin(let isOne): isStranger = isOne
    // Nothing is computed for it.
    case .refused(let refusal): return self.finish(feed, tag, .refused(refusal), inPass: true)
    }
    let loop = self.loop
    let back = NIOLoopBound((hub: self, feed: feed), eventLoop: loop)
    self.options.secrets.perform(work, ofStranger: isStranger) { result in
      // What is decided at once is part of the pass.
      if loop.inEventLoop {
        back.value.hub.take(result, of: work, tag, back.value.feed, inPass: true)
      } else {
        loop.execute { back.value.hub.take(result, of: work, tag, back.value.feed, inPass: false) }
      }
    }
  }

  /// Whether a secret is dealt with at all.
  private func admit(_ work: SecretWork, from session: SessionHandler) -> LoginGuard.Answer {
    // Without TLS whoever hears a guest's token could also speak in its connection.
    if case .openAsGuest = work { return .mayBegin(isStranger: false) }
    if let refusal = session.origin.secretFault { return .refused(refusal) }
    return self.options.loginGuard?.begin(work, from: session.addressKey, at: self.loop.now)
      ?? .mayBegin(isStranger: false)
  }

  /// What came of a secret, whether its session is still there or not.
  private func take(
    _ result: SecretResult, of work: SecretWork, _ tag: RequestTag, _ feed: Feed, inPass: Bool
  ) {
    switch result {
    case .proceed(let command, drawn: _):
      if let name = work.guessed { feed.guess = (tag, name) }
      if case .administerVerified(.setPassword(let name, _), asOwner: _) = command {
        self.options.loginGuard?.forget(name)
      }
    case .refused(.badPassword): feed.wrongGuesses += 1
    case .refused: self.options.loginGuard?.abandon(work, from: feed.session.addressKey)
    }
    self.finish(feed, tag, result, inPass: inPass)
    self.endGuessing(feed)
  }

  /// The law's answer to the command with that tag, which is nil where it was done: it judges
  /// tokens, and passwords that were changed meanwhile.
  func judged(_ feed: Feed, _ tag: RequestTag, _ refusal: Refusal?) {
    guard let guess = feed.guess, guess.tag == tag else { return }
    feed.guess = nil
    let address = feed.session.addressKey
    if refusal == .badPassword {
      feed.wrongGuesses += 1
      self.endGuessing(feed)
    } else if refusal == .storageUnavailable || refusal == .shuttingDown {
      self.options.loginGuard?.abandon(guess.name, from: address)
    } else {
      self.options.loginGuard?.succeed(guess.name, from: address)
    }
  }

  /// Ends a session that has tried too many.
  private func endGuessing(_ feed: Feed) {
    guard let most = self.options.loginGuard?.sessionFailuresMax, feed.wrongGuesses >= most,
      feed.session.addressKey != nil, !feed.isGone
    else { return }
    self.end(feed, .quit("too many wrong passwords"), .tooManyGuesses)
  }

  private func finish(
    _ feed: Feed, _ tag: RequestTag, _ result: SecretResult, inPass: Bool
  ) {
    guard !feed.isGone, self.feeds[feed.session.id] === feed else { return }
    // One that is being ended is still answered what was refused, as long as it is shown the rest.
    guard feed.ending == nil || !feed.isBehind else { return }
    switch result {
    case .proceed(let command, let drawn):
      if feed.ending != nil { return }
      if let drawn { feed.drawn[tag] = drawn }
      feed.session.submitWorked(Request(command, tag: tag))
    case .refused(let refusal):
      if feed.isBehind {
        feed.pending.append(Feed.Pending(effect: .refused(tag, refusal), marks: feed.marks()))
        self.advance(feed)
      } else {
        if inPass { self.diverge(feed) }
        feed.session.print(.refused(tag, refusal))
        if !inPass { feed.session.flushOwn() }
      }
      feed.session.endWork()
    }
  }

  /// Puts a secret that was drawn for an answer into it.
  func completed(_ reply: Reply, _ tag: RequestTag, for feed: Feed) -> Reply {
    guard !feed.drawn.isEmpty else { return reply }
    if tag == .none {
      // Rooms that open, and what is new, come between the parts of a login's answer.
      guard case .account(.arrived) = reply else { return reply }
    }
    guard let drawn = feed.drawn.removeValue(forKey: tag) else { return reply }
    // A login is answered in several parts; the last one tells the token.
    if case .welcome = reply { feed.drawn[.none] = drawn }
    guard case .account(let answer) = reply else { return reply }
    switch answer {
    case .arrived(var arrival):
      arrival.token = drawn
      return .account(.arrived(arrival))
    case .tokenAdded(let number, let scopes, _):
      return .account(.tokenAdded(number: number, scopes: scopes, secret: drawn))
    case .inviteAdded(let number, let until, _):
      return .account(.inviteAdded(number: number, until: until, secret: drawn))
    case .registered, .passwordChanged, .unregistered, .created, .administrator, .deleted,
      .tokens, .tokenRevoked, .certificateAdded, .certificatesRemoved, .certificateOpens, .unread,
      .marked, .accounts, .invites, .inviteRevoked, .sessions, .announced:
      return reply
    }
  }
}
