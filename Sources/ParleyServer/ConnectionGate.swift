import Glibc
import Logging
import NIOConcurrencyHelpers
import NIOCore
import ParleyDoorKit
import Synchronization

/// How many connections there may be, in all and of one address.
///
/// In all as many as open files allow, but for those that the server itself needs. Without that
/// bound a crowd of connections would keep the log from being written. Of one address as many, and
/// as often, as ``SessionLimits`` says.
final class ConnectionGate: Sendable {
  /// Files for the log, the archive's connections, the loops and the console.
  private static let reserve: UInt64 = 64
  /// How many of these the Unix socket may take besides, so that a crowd does not shut the owner
  /// out.
  private static let localReserve = 16
  /// A warning comes no more often than this.
  private static let warningInterval = TimeAmount.seconds(60)

  /// Connections at most.
  let max: Int
  private let count = Atomic<Int>(0)
  private let warned = NIOLockedValueBox<NIODeadline?>(nil)
  private let limits: SessionLimits
  private let rates: CommandRates
  private let addresses: AddressTable
  /// Bounds what refusals of many addresses write to the console.
  private let warnings = Atomic<TokenBucket>(TokenBucket())
  private static let warningRate = TokenRate(60, per: .minutes(1))
  private let logger: Logger

  init(openFilesMax: UInt64, limits: SessionLimits, logger: Logger) {
    self.limits = limits
    self.rates = CommandRates(limits)
    self.addresses = AddressTable(limits)
    let rest = openFilesMax > Self.reserve ? openFilesMax - Self.reserve : 0
    self.max = Int(clamping: Swift.max(rest, openFilesMax / 2))
    self.logger = logger
  }

  /// Lets a connection in, until its channel closes; false where there are too many.
  ///
  /// `isLocal` is the Unix socket's.
  func admit(_ channel: any Channel, isLocal: Bool) -> Bool {
    let count = self.count.wrappingAdd(1, ordering: .relaxed).newValue
    guard count <= self.max + (isLocal ? Self.localReserve : 0) else {
      self.count.wrappingSubtract(1, ordering: .relaxed)
      self.warn("\(self.max) connections: more are refused, as open files allow no more")
      return false
    }
    channel.closeFuture.whenComplete { _ in
      self.count.wrappingSubtract(1, ordering: .relaxed)
    }
    return true
  }

  /// What became of a connection.
  enum Admission {
    /// It is served, at that pace; nil is without a limit.
    case served(CommandPace?)
    /// It is told these words and closed.
    case refused(String)
  }

  /// Lets a connection of an address in, until its channel closes; nil is the Unix socket's.
  ///
  /// Every connection passes here once, as soon as its address is known.
  func admit(_ channel: any Channel, from address: IPAddress?) -> Admission {
    guard let key = self.limits.key(of: address) else { return .served(nil) }
    let now = NIODeadline.now()
    switch self.addresses.enter(key, at: now) {
    case .admitted(let record):
      channel.closeFuture.whenComplete { _ in record.leave() }
      return .served(CommandPace(self.rates, record))
    case .tooMany(let most, let record):
      self.warn(record, "\(most) connections at one time are its limit", now)
      return .refused("*** too many connections come from your address; close one first.\r\n")
    case .tooOften(let most, let record):
      self.warn(record, "\(most) connections a minute are its limit", now)
      return .refused("*** your address connects too often; wait a minute and try again.\r\n")
    }
  }

  /// Says that an address is refused, once a minute at most for each, and not for very many.
  private func warn(_ record: AddressRecord, _ limit: String, _ now: NIODeadline) {
    guard let count = record.refusalsToTell(at: now),
      self.warnings.take(1, at: now, Self.warningRate)
    else { return }
    let connections = count == 1 ? "a connection" : "\(count) connections"
    self.logger.warning("\(record.key): \(connections) refused; \(limit)")
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
