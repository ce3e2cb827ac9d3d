import Glibc
import NIOCore
import NIOPosix
import ParleyDoorKit
import ParleyRuntime

/// Opens the ports and the Unix socket, and puts the front door before each connection.
struct Listener: Sendable {
  /// Connections that may wait to be accepted: thousands come back at once after a restart.
  private static let backlog: Int32 = 1_024
  /// Bytes that the kernel holds unsent for one session, at most.
  private static let unsentBytesMax = 128 * 1024

  let group: MultiThreadedEventLoopGroup
  let engine: Engine
  let doors: Doors
  let gate: ConnectionGate
  let heartbeat: TimeAmount
  let heartbeatGrace: TimeAmount

  /// Listens on an address; answers with the channel, whose address says the port that was taken.
  func bind(_ address: ListenAddress) async throws -> any Channel {
    try await self.bootstrap(isTCP: true).bind(host: address.host, port: address.port).get()
  }

  /// Listens on a Unix socket that only its owner may use.
  func bind(socketPath path: String) async throws -> any Channel {
    let mask = umask(0o177)
    defer { umask(mask) }
    return try await self.bootstrap(isTCP: false)
      .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
  }

  private func bootstrap(isTCP: Bool) -> ServerBootstrap {
    let bootstrap = ServerBootstrap(group: self.group)
      .serverChannelOption(.backlog, value: Self.backlog)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelInitializer { [gate] channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(AcceptErrors(gate: gate))
        }
      }
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      // A small first buffer is most of what an idle connection costs.
      .childChannelOption(
        .recvAllocator,
        value: AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 512, maximum: 65_536)
      )
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try self.initialize(channel) }
      }
    return isTCP ? self.addTCPOptions(bootstrap) : bootstrap
  }

  /// A peer that vanished is noticed by the kernel: by its probes where nothing is said, and by
  /// unacknowledged data where something is (tcp(7), TCP_USER_TIMEOUT).
  private func addTCPOptions(_ bootstrap: ServerBootstrap) -> ServerBootstrap {
    let total = self.heartbeat + self.heartbeatGrace
    let idle = max(1, self.heartbeat.nanoseconds / 1_000_000_000)
    let interval = max(1, self.heartbeatGrace.nanoseconds / 3_000_000_000)
    func tcp(_ name: CInt) -> ChannelOptions.Types.SocketOption {
      ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: name))
    }
    return
      bootstrap
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .childChannelOption(.socketOption(.so_keepalive), value: 1)
      .childChannelOption(tcp(TCP_KEEPIDLE), value: Int(idle))
      .childChannelOption(tcp(TCP_KEEPINTVL), value: Int(interval))
      .childChannelOption(tcp(TCP_KEEPCNT), value: 3)
      .childChannelOption(tcp(TCP_USER_TIMEOUT), value: Int(total.nanoseconds / 1_000_000))
      .childChannelOption(tcp(TCP_NOTSENT_LOWAT), value: Self.unsentBytesMax)
  }

  private func initialize(_ channel: any Channel) throws {
    guard self.gate.admit(channel) else { return Self.refuse(channel) }
    let pipeline = channel.pipeline.syncOperations
    let descriptor = try pipeline.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
      $0
    }
    // The channel itself learns of its peer only after this.
    switch self.gate.admit(channel, from: descriptor.flatMap { IPAddress(peerOf: $0) }) {
    case .served(let pace): try self.begin(channel, descriptor, pace)
    case .refused(let words): throw Refused(descriptor, words)
    }
  }

  /// Puts the front door before a connection that was let in.
  private func begin(_ channel: any Channel, _ descriptor: CInt?, _ pace: CommandPace?) throws {
    let engine = self.engine
    let doors = self.doors
    let frontDoor = FrontDoor(doors: .any) { words in
      guard let (dialect, name) = doors.dialect(for: words) else { return nil }
      return engine.makeSession(
        on: channel, dialect: dialect, door: name, descriptor: descriptor, pace: pace,
        switchDoor: { doors.successor(of: $0) })
    }
    try channel.pipeline.syncOperations.addHandler(frontDoor)
  }

  /// A connection that ends before it is served: thrown by its initializer, so that it costs no
  /// more than its acceptance and one `send`.
  private struct Refused: Error {
    init(_ descriptor: CInt?, _ words: String) {
      guard let descriptor else { return }
      var words = words
      words.withUTF8 { bytes in
        // A socket that was never written to takes a line; it never blocks.
        _ = send(descriptor, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
      }
    }
  }

  private static func refuse(_ channel: any Channel) {
    let word = ByteBuffer(string: "*** too many people are here; try again later.\r\n")
    // The channel is not active before its initializer is done.
    channel.eventLoop.execute {
      channel.writeAndFlush(word).assumeIsolated().whenComplete { _ in channel.close(promise: nil) }
    }
  }
}
