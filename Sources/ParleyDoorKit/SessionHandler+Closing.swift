import Glibc
import NIOCore
package import ParleyModel

/// How a connection ends, from either side.
extension SessionHandler {
  /// Prints the last word, flushes, and closes once it was sent.
  ///
  /// What arrives is thrown away.
  package func close(_ closing: Closing) {
    guard !self.isClosing else { return }
    self.isClosing = true
    self.dropWaiting()
    self.dialect.print(.closing(closing), into: &self.own)
    self.flushOwn()
    self.closeWhenSent()
  }

  /// Closes without waiting for what is queued.
  package func abort() {
    self.isClosing = true
    self.dropWaiting()
    self.channel.close(promise: nil)
  }

  /// Closes once the last words are sent.
  ///
  /// The output is shut first, so that unread input does not destroy the last words on their way;
  /// then the peer's end is awaited for a second.
  func closeWhenSent() {
    guard let context = self.context else { return }
    if self.readIsHeld { _ = try? self.channel.syncOptions?.setOption(.autoRead, value: true) }
    let channel = self.channel
    // Where everything was read, nothing can be destroyed.
    if self.inputEnded, self.outbox.waitingBytes == 0 { return channel.close(promise: nil) }
    let isFirst = !self.closesWhenDrained
    // A peer that takes nothing cannot hold the socket.
    if isFirst { channel.eventLoop.scheduleTask(in: .seconds(5)) { channel.close(promise: nil) } }
    // With the input at its end, to close the output is to close all, and under TLS the peer's end
    // of input may come any moment: either would throw away what waits.
    if self.outbox.waitingBytes > 0, self.inputEnded || self.origin.isEncrypted {
      self.closesWhenDrained = true
      return
    }
    self.closesWhenDrained = false
    let promise = context.eventLoop.makePromise(of: Void.self)
    promise.futureResult.whenComplete { _ in
      channel.eventLoop.scheduleTask(in: .seconds(1)) { Self.reset(channel) }
    }
    context.close(mode: .output, promise: promise)
  }

  /// What still arrives is thrown away, but not for ever: who goes on sending is reset.
  func discard(_ bytes: Int) {
    self.discardedBytes += bytes
    if self.isClosing, self.discardedBytes > Self.discardedBytesMax { Self.reset(self.channel) }
  }

  /// Ends a connection whose peer keeps its side open, as `nc` does at a terminal.
  ///
  /// A reset tells it that nobody listens. What was sent is in its hands by then.
  private static func reset(_ channel: any Channel) {
    if channel.isActive, let options = channel as? any SocketOptionProvider {
      // Where the option is not to be had (a Unix socket), the close is an ordinary one.
      _ = options.setSoLinger(linger(l_onoff: 1, l_linger: 0))
    }
    channel.close(promise: nil)
  }

  /// The connection is gone: what had arrived is still handed on, then the session quits.
  func gone(_ departure: Departure) {
    guard !self.isGone else { return }
    self.isGone = true
    guard !self.isClosing else { return self.host.disconnected(self, departure) }
    // Without an end of its input the connection was cut: the beginning of a line is not a line.
    self.inputEnded = true
    self.isClosing = true
    let now = self.channel.eventLoop.now
    if self.pace?.addressOwesTooMuch(self.delay.cost, at: now) == true { self.waiting.removeAll() }
    // Not Array(_:), which writes to the empty array that all threads share.
    let requests = self.waiting.map { $0 }
    if !requests.isEmpty { self.pace?.owe(self.delay.cost, at: now) }
    self.dropWaiting()
    self.inFlight += requests.count
    if !requests.isEmpty { self.submit(requests) }
    self.host.disconnected(self, departure)
  }
}
