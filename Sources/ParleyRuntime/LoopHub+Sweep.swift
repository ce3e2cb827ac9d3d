import NIOCore
import ParleyDoorKit
import ParleyModel

/// Once a second: who has been silent, who takes nothing, who never logged in.
extension LoopHub {
  /// One sweep over the loop's sessions.
  func sweep() {
    let now = self.loop.now
    for id in self.feeds.keys.sorted() {
      guard let feed = self.feeds[id], !feed.isGone, feed.ending == nil else { continue }
      self.sweep(feed, now)
    }
  }

  private func sweep(_ feed: Feed, _ now: NIODeadline) {
    let session = feed.session
    if session.outbox.waitingBytes == 0 || session.outbox.takenBytes != feed.takenBytes {
      feed.takenBytes = session.outbox.takenBytes
      if session.outbox.waitingBytes > 0 { feed.probed = nil }
      feed.progressed = now
    } else if now - feed.progressed >= self.options.stallTimeout {
      return self.end(feed, .timedOut, .tooSlow)
    }
    if !session.isLoggedIn, now - session.began >= self.options.loginTimeout {
      return self.end(feed, .timedOut, .loginTimeout)
    }
    if let idle = self.options.idleTimeout, session.isLoggedIn, now - session.lastHeard >= idle {
      return self.end(feed, .timedOut, .idleTimeout)
    }
    guard session.dialect.probes, session.isLoggedIn else { return }
    if let probed = feed.probed, session.lastHeard > probed { feed.probed = nil }
    let silent = now - max(session.lastHeard, feed.probed ?? session.lastHeard)
    if feed.probed != nil {
      if silent >= self.options.heartbeatGrace { self.end(feed, .timedOut, .timedOut) }
    } else if silent >= self.options.heartbeat {
      feed.probed = now
      session.print(.probe)
      session.flushOwn()
    }
  }
}
