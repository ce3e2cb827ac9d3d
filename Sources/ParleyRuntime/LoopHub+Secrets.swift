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
    let loop = self.loop
    let back = NIOLoopBound((hub: self, feed: feed), eventLoop: loop)
    self.options.secrets.perform(work, from: feed.session.channel.remoteAddress) { result in
      // What is decided at once is part of the pass.
      if loop.inEventLoop {
        back.value.hub.finish(back.value.feed, tag, result, inPass: true)
      } else {
        loop.execute { back.value.hub.finish(back.value.feed, tag, result, inPass: false) }
      }
    }
  }

  private func finish(
    _ feed: Feed, _ tag: RequestTag, _ result: SecretResult, inPass: Bool
  ) {
    guard !feed.isGone, feed.ending == nil, self.feeds[feed.session.id] === feed else { return }
    switch result {
    case .proceed(let command, let drawn):
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
    guard !feed.drawn.isEmpty, let drawn = feed.drawn.removeValue(forKey: tag),
      case .account(let answer) = reply
    else { return reply }
    switch answer {
    case .tokenAdded(let number, let scopes, _):
      return .account(.tokenAdded(number: number, scopes: scopes, secret: drawn))
    case .inviteAdded(let number, let until, _):
      return .account(.inviteAdded(number: number, until: until, secret: drawn))
    case .registered, .passwordChanged, .unregistered, .created, .administrator, .deleted,
      .tokens, .tokenRevoked, .certificateAdded, .certificatesRemoved, .unread, .accounts,
      .invites, .inviteRevoked, .sessions, .announced:
      return reply
    }
  }
}
