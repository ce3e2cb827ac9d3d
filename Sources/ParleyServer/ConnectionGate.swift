import Glibc
import Logging
import NIOConcurrencyHelpers
import NIOCore
import Synchronization

/// How many connections there may be.
///
/// As many as open files allow, but for those that the server
/// itself needs. Without that bound a crowd of connections would keep the log from being written.
final class ConnectionGate: Sendable {
  /// Files for the log, the archive's connections, the loops and the console.
  private static let reserve: UInt64 = 64
  /// A warning comes no more often than this.
  private static let warningInterval = TimeAmount.seconds(60)

  /// Connections at most.
  let max: Int
  private let count = Atomic<Int>(0)
  private let warned = NIOLockedValueBox<NIODeadline?>(nil)
  private let logger: Logger

  init(openFilesMax: UInt64, logger: Logger) {
    let rest = openFilesMax > Self.reserve ? openFilesMax - Self.reserve : 0
    self.max = Int(clamping: Swift.max(rest, openFilesMax / 2))
    self.logger = logger
  }

  /// Lets a connection in, until its channel closes; false where there are too many.
  func admit(_ channel: any Channel) -> Bool {
    let count = self.count.wrappingAdd(1, ordering: .relaxed).newValue
    guard count <= self.max else {
      self.count.wrappingSubtract(1, ordering: .relaxed)
      self.warn("\(self.max) connections: more are refused, as open files allow no more")
      return false
    }
    channel.closeFuture.whenComplete { _ in
      self.count.wrappingSubtract(1, ordering: .relaxed)
    }
    return true
  }

  /// Says why connections are not taken, once a minute at most.
  func warn(_ text: String) {
    let now = NIODeadline.now()
    let isDue = self.warned.withLockedValue { warned in
      if let last = warned, now - last < Self.warningInterval { return false }
      warned = now
      return true
    }
    if isDue { self.logger.warning("\(text); raise the limit (ulimit -n, LimitNOFILE=)") }
  }
}

/// Accepts nothing for a second after a connection could not be accepted, and says so.
///
/// The connection that waits would otherwise wake the loop without end. NIO's
/// `AcceptBackoffHandler` only holds back reads to come: after an error the one under way stays
/// registered.
final class AcceptErrors: ChannelInboundHandler {
  typealias InboundIn = any Channel

  /// How long nothing is accepted.
  static let rest = TimeAmount.seconds(1)

  private let gate: ConnectionGate

  init(gate: ConnectionGate) {
    self.gate = gate
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard let error = error as? IOError, error.errnoCode != ECONNABORTED else {
      return context.fireErrorCaught(error)
    }
    self.gate.warn("a connection waits: \(error.description)")
    let channel = context.channel
    _ = try? channel.syncOptions?.setOption(.autoRead, value: false)
    context.eventLoop.assumeIsolated().scheduleTask(in: Self.rest) {
      _ = try? channel.syncOptions?.setOption(.autoRead, value: true)
    }
  }
}
