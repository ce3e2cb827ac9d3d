import Glibc
import Logging
import NIOCore
import NIOPosix
import ParleyDoorKit
import ParleyModel
import ParleyRuntime
import ParleyTransport

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
  /// What TLS is spoken with, where it is.
  let certificates: CertificateStore?
  /// From where connections begin with a PROXY header.
  let proxyFrom: [AddressRange]
  /// Whether passwords may cross a network in clear.
  let passwordsInClear: Bool
  let warnings: SeldomWarning

  /// What the sockets of one listener have in common.
  private struct Port: Sendable {
    var isTCP: Bool
    var requiresTLS: Bool
  }

  /// Listens on an address; answers with the channel, whose address says the port that was taken.
  func bind(_ address: ListenAddress) async throws -> any Channel {
    try await self.bootstrap(Port(isTCP: true, requiresTLS: address.requiresTLS))
      .bind(host: address.host, port: address.port).get()
  }

  /// Listens on a Unix socket that only its owner may use.
  func bind(socketPath path: String) async throws -> any Channel {
    let mask = umask(0o177)
    defer { umask(mask) }
    return try await self.bootstrap(Port(isTCP: false, requiresTLS: false))
      .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
  }

  private func bootstrap(_ port: Port) -> ServerBootstrap {
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
        channel.eventLoop.makeCompletedFuture { try self.initialize(channel, port) }
      }
    return port.isTCP ? self.addTCPOptions(bootstrap) : bootstrap
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
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.socketOption(.so_keepalive), value: 1)
      .childChannelOption(tcp(TCP_KEEPIDLE), value: Int(idle))
      .childChannelOption(tcp(TCP_KEEPINTVL), value: Int(interval))
      .childChannelOption(tcp(TCP_KEEPCNT), value: 3)
      .childChannelOption(tcp(TCP_USER_TIMEOUT), value: Int(total.nanoseconds / 1_000_000))
      .childChannelOption(tcp(TCP_NOTSENT_LOWAT), value: Self.unsentBytesMax)
  }

  private func initialize(_ channel: any Channel, _ port: Port) throws {
    guard self.gate.admit(channel, isLocal: !port.isTCP) else {
      return Self.refuse(channel, "*** too many people are here; try again later.\r\n")
    }
    let pipeline = channel.pipeline.syncOperations
    let descriptor = try pipeline.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
      $0
    }
    let origin = SessionOrigin(of: channel)
    guard port.isTCP, let proxy = channel.remoteAddress,
      self.proxyFrom.contains(where: { $0.contains(proxy) })
    else {
      // The channel itself learns of its peer only after this.
      switch self.gate.admit(channel, from: descriptor.flatMap { IPAddress(peerOf: $0) }) {
      case .served(let pace):
        return try pipeline.addHandler(self.frontDoor(channel, origin, descriptor, pace, port))
      case .refused(let words): throw Refused(descriptor, words)
      }
    }
    let header = ProxyHeaderHandler { header in
      var origin = origin
      origin.pass(through: header.client, overTLS: header.isOverTLS)
      switch self.gate.admit(channel, from: origin.address.flatMap { IPAddress($0) }) {
      case .served(let pace):
        return [self.frontDoor(channel, origin, descriptor, pace, port)]
      case .refused(let words):
        Self.refuse(channel, words)
        return []
      }
    } refused: { reason in
      self.warnings.warn("a connection from the proxy \(proxy.text) is closed: \(reason.rawValue)")
    }
    try pipeline.addHandler(header)
  }

  /// Before anything is known of a connection but where it comes from.
  private func frontDoor(
    _ channel: any Channel, _ origin: SessionOrigin, _ descriptor: CInt?, _ pace: CommandPace?,
    _ port: Port
  ) -> FrontDoor {
    let peer = port.isTCP ? nil : LocalPeer(of: descriptor)
    let begin = self.session(channel, origin, descriptor, pace, peer)
    guard port.isTCP, let certificates = self.certificates else {
      return FrontDoor(doors: port.isTCP ? .any : .local) { words in
        if words == .tls { Self.sendAlert(channel) }
        return begin(words)
      }
    }
    let secure = {
      TLSEntrance.handlers(certificates.current.context) {
        InputCut()
      } failed: { error in
        self.warnings.logger.debug("no TLS with \(origin.address?.text ?? "?"): \(error)")
      } established: { peer in
        var inside = origin
        inside.protection = .tls(fingerprint: peer.fingerprint)
        // What ALPN says of HTTP the first bytes say as well. TLS inside of TLS is not spoken.
        let doors = peer.applicationProtocol == TLSEntrance.irc ? FrontDoor.Doors.irc : .any
        return [FrontDoor(doors: doors, begin: self.session(channel, inside, nil, pace))]
      }
    }
    let encryption: FrontDoor.Encryption =
      port.requiresTLS
      ? .required(secure, refusal: Self.refusalInClear) : .offered(secure)
    return FrontDoor(doors: .any, encryption: encryption, begin: begin)
  }

  /// Makes the handler of who was recognised.
  private func session(
    _ channel: any Channel, _ origin: SessionOrigin, _ descriptor: CInt?, _ pace: CommandPace?,
    _ peer: LocalPeer? = nil
  ) -> (FirstWords) -> SessionHandler? {
    let (engine, doors) = (self.engine, self.doors)
    var origin = origin
    if !origin.isSecure, !self.passwordsInClear {
      origin.secretFault = .notInClear(hasTLS: self.certificates != nil)
    }
    return { [origin] words in
      guard let (dialect, name) = doors.dialect(for: words, from: origin, peer: peer)
      else { return nil }
      return engine.makeSession(
        on: channel, dialect: dialect, door: name, origin: origin, descriptor: descriptor,
        pace: pace, switchDoor: { doors.successor(of: $0, from: origin) })
    }
  }

  /// What a client without TLS reads where nothing else is spoken, in its own words.
  private static func refusalInClear(_ words: FirstWords) -> ByteBuffer {
    let text = "this port takes TLS only; connect again with TLS"
    switch words {
    case .irc: return ByteBuffer(string: "ERROR :\(text)\r\n")
    case .json:
      return ByteBuffer(
        string: #"{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"\#(text)","#
          + #""data":{"code":"not_permitted"}}}"# + "\n")
    case .unknown("HTTP"):
      return ByteBuffer(
        string: "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"
          + "Content-Type: text/plain\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)")
    default: return ByteBuffer(string: "*** \(text).\r\n")
    }
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

  /// Tells a client that begins with TLS that there is none: the alert `handshake_failure`
  /// (RFC 8446 §6), in the record that every version reads.
  private static func sendAlert(_ channel: any Channel) {
    channel.writeAndFlush(ByteBuffer(bytes: [21, 3, 1, 0, 2, 2, 40]), promise: nil)
  }

  private static func refuse(_ channel: any Channel, _ words: String) {
    let word = ByteBuffer(string: words)
    // The channel is not active before its initializer is done.
    channel.eventLoop.execute {
      channel.writeAndFlush(word).assumeIsolated().whenComplete { _ in channel.close(promise: nil) }
    }
  }
}

extension SocketAddress {
  /// `192.0.2.1:49818` or `[2001:db8::1]:49818`; `unix` for what has no address.
  var text: String {
    guard let host = self.ipAddress, let port = self.port else { return "unix" }
    return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }
}
