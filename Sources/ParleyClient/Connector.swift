import Crypto
import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

/// Makes the connections of a client: TCP or a Unix socket, with or without TLS.
///
/// Lives on the client's loop.
final class Connector {
  private let configuration: Configuration
  private let loop: any EventLoop
  /// Made once, with the files that it reads.
  private var context: NIOSSLContext?

  init(_ configuration: Configuration, loop: any EventLoop) {
    self.configuration = configuration
    self.loop = loop
  }

  /// Connects; what comes of it, and of the connection, is told to the core.
  func connect(_ core: ClientCore, _ connection: UInt64) {
    let encryption: Encryption?
    do {
      encryption = try self.encryption()
    } catch {
      let text = "\(error)"
      // The machine is in the middle of a turn.
      return self.loop.assumeIsolated().execute { core.lost(.notTrusted(text), connection) }
    }
    let link = Link(
      core, connection, lineBytesMax: self.configuration.bounds.lineBytesMax,
      encryption: encryption)
    let bound = NIOLoopBound(link, eventLoop: self.loop)
    let bootstrap = ClientBootstrap(group: self.loop)
      .connectTimeout(TimeAmount(self.configuration.reconnection.attemptMax))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try bound.value.install(in: channel) }
      }
    let connected =
      switch self.configuration.address {
      case .tcp(let host, let port): bootstrap.connect(host: host, port: port)
      case .unix(let path): bootstrap.connect(unixDomainSocketPath: path)
      }
    let boundCore = NIOLoopBound(core, eventLoop: self.loop)
    connected.whenSuccess { channel in boundCore.value.opened(connection, channel) }
    connected.whenFailure { error in
      let text = Link.text(error)
      bound.value.end(.unreachable(text))
    }
  }

  private func encryption() throws -> Encryption? {
    let pin: String?
    var configuration = TLSConfiguration.makeClientConfiguration()
    switch self.configuration.security {
    case .clear: return nil
    case .verified: pin = nil
    case .authority(let file):
      configuration.trustRoots = .file(file)
      pin = nil
    case .pinned(let fingerprint):
      pin = Fingerprints.normal(fingerprint ?? "")
      // The callback decides instead.
      configuration.certificateVerification = .noHostnameVerification
    }
    let context = try self.context ?? NIOSSLContext(configuration: configuration)
    self.context = context
    var host: String?
    if case .tcp(let name, _) = self.configuration.address,
      (try? SocketAddress(ipAddress: name, port: 0)) == nil
    {
      host = name
    }
    return Encryption(context: context, host: host, pin: pin)
  }
}

/// What a connection's TLS needs.
struct Encryption {
  var context: NIOSSLContext
  /// What the certificate must name, and SNI says; nil for an IP address.
  var host: String?
  /// The fingerprint that the certificate must have; empty for any that is to be told; nil where
  /// the authorities decide.
  var pin: String?
}

/// SHA-256 fingerprints of certificates.
enum Fingerprints {
  /// Lower case hexadecimal without colons.
  static func normal(_ text: String) -> String {
    text.lowercased().filter { $0 != ":" && !$0.isWhitespace }
  }

  static func text(of bytes: [UInt8]) -> String {
    SHA256.hash(data: bytes).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
