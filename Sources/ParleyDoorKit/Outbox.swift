import Glibc
package import NIOCore

/// Bytes waiting for one session, and their way into its socket.
///
/// Lives on the session's loop.
///
/// While nothing waits, bytes go to the socket by one `send(2)` of the buffer that all sessions
/// of a variant share; what the socket does not take is handed to the channel, which writes it as
/// the peer makes room. A channel with encryption in its way gets everything.
package struct Outbox {
  /// Bytes that the channel has and the socket has not taken.
  package private(set) var waitingBytes = 0
  /// Bytes that were ever handed to the channel, and of those, the ones that the socket took: so
  /// that progress of a slow reader can be seen.
  package private(set) var takenBytes: UInt64 = 0

  /// With what the last `send(2)` failed, which the channel is then not told any more.
  package private(set) var errorCode: CInt?

  private let channel: any Channel
  private let descriptor: CInt?
  private var segments: [ByteBuffer] = []

  /// `descriptor` is the socket's, where bytes may be sent past the channel's pipeline.
  package init(channel: any Channel, descriptor: CInt?) {
    self.channel = channel
    self.descriptor = descriptor
  }

  /// Bytes that the next ``flush(_:)`` will write.
  package var queuedBytes: Int {
    var bytes = 0
    for segment in self.segments { bytes += segment.readableBytes }
    return bytes
  }

  /// Whether the next flush has anything to write.
  package var hasQueued: Bool { !self.segments.isEmpty }

  /// Queues a buffer for this pass's flush.
  package mutating func append(_ buffer: ByteBuffer) {
    self.segments.append(buffer)
  }

  /// Forgets what was queued since the last flush.
  package mutating func dropQueued() {
    self.segments.removeAll(keepingCapacity: true)
  }

  /// Writes what is queued, once; answers with the bytes that must go through the channel, which
  /// the caller writes and reports by ``taken(_:)``.
  package mutating func flush() -> ByteBuffer? {
    guard !self.segments.isEmpty else { return nil }
    guard var rest = self.joined() else { return nil }
    if let descriptor = self.descriptor, self.waitingBytes == 0 {
      // The descriptor is the channel's: it is valid as long as the channel is active, and the
      // channel changes that on this loop only.
      guard self.channel.isActive else { return nil }
      let sent = rest.withUnsafeReadableBytes { bytes in
        send(descriptor, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
      }
      if sent == rest.readableBytes { return nil }
      if sent > 0 { rest.moveReaderIndex(forwardBy: sent) }
      if sent < 0 && errno != EAGAIN { self.errorCode = errno }
    }
    self.waitingBytes += rest.readableBytes
    return rest
  }

  /// The channel reports that the socket took that many bytes.
  package mutating func taken(_ bytes: Int) {
    self.waitingBytes -= bytes
    self.takenBytes &+= UInt64(bytes)
  }

  /// One buffer for one system call; several are copied into one, as they are small then.
  private mutating func joined() -> ByteBuffer? {
    guard self.segments.count > 1 else { return self.segments.popLast() }
    var whole = self.channel.allocator.buffer(capacity: self.queuedBytes)
    for segment in self.segments { whole.writeImmutableBuffer(segment) }
    self.segments.removeAll(keepingCapacity: true)
    return whole
  }
}
