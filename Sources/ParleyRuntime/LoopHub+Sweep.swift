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
      if session.outbox.takenBytes != feed.takenBytes, session.outbox.waitingBytes > 0 {
        feed.took = now
      }
      feed.takenBytes = session.outbox.takenBytes
      feed.progressed = now
    } else if now - feed.progressed >= self.options.stallTimeout {
      return self.end(feed, .timedOut, .tooSlow)
    }
    if !session.isLoggedIn, now - session.began >= self.options.loginTimeout {
      return self.end(feed, .timedOut, .loginTimeout)
    }
    // Of whom nothing is read nothing can be heard, not even the answer to a probe.
    guard !session.readIsHeld else {
      feed.probed = nil
      return
    }
    if let idle = self.options.idleTimeout, session.isLoggedIn, now - session.lastHeard >= idle {
      return self.end(feed, .timedOut, .idleTimeout)
    }
    guard session.dialect.probes, session.isLoggedIn else { return }
    let heard = max(session.lastHeard, feed.took)
    if let probed = feed.probed, heard > probed { feed.probed = nil }
    let silent = now - max(heard, feed.probed ?? heard)
    if feed.probed != nil {
      if silent >= self.options.heartbeatGrace { self.end(feed, .timedOut, .timedOut) }
    } else if silent >= self.options.heartbeat {
      feed.probed = now
      session.print(.probe)
      session.flushOwn()
    }
  }
}
