package import NIOCore
package import NIOSSL
import NIOTLS

/// Stands behind the TLS of a connection: bounds the handshake, says what came of it, and lets the
/// handlers in that speak inside.
///
/// Lives on the channel's loop.
package final class TLSEntrance: ChannelInboundHandler {
  package typealias InboundIn = ByteBuffer

  /// The names of ALPN (RFC 7301 §6; `irc` as IRC's clients offer it).
  package static let irc = "irc"
  package static let http = "http/1.1"

  /// How long a handshake may take.
  package static let timeMax = TimeAmount.seconds(10)
  /// What the TLS of one connection keeps for its next output, in bytes: a record.
  private static let preservedBytesMax = 18 * 1_024

  /// What the handshake found out.
  package struct Peer: Hashable, Sendable {
    /// The SHA-256 fingerprint of the client's certificate, in lower case hexadecimal.
    package var fingerprint: String?
    /// What the client and the server agreed on by ALPN.
    package var applicationProtocol: String?
  }

  /// Until the handshake is over.
  private var established: ((Peer) -> [any ChannelHandler])?
  private let failed: (any Error) -> Void
  private let cut: () -> Any
  private var deadline: Scheduled<Void>?
  private var isCut = false
  private var hasFailed = false

  /// Makes a connection speak TLS.
  ///
  /// - Parameters:
  ///   - context: the certificate's.
  ///   - cut: the event that replaces `ChannelEvent.inputClosed` where the peer's end was not
  ///     announced in TLS, and so may be somebody else's doing (RFC 8446 §6.1).
  ///   - failed: called where the handshake comes to nothing.
  ///   - established: gives the handlers that speak inside.
  /// - Returns: the handlers, the one next to the socket first.
  package static func handlers(
    _ context: NIOSSLContext, cut: @escaping () -> Any, failed: @escaping (any Error) -> Void,
    established: @escaping (Peer) -> [any ChannelHandler]
  ) -> [any ChannelHandler] {
    var configuration = NIOSSLHandler.Configuration()
    configuration.maximumPreservedOutboundBufferCapacity = Self.preservedBytesMax
    let tls = NIOSSLServerHandler(
      context: context,
      // The client has proved that the key is its own; who it is, its fingerprint says.
      customVerificationCallback: { _, promise in promise.succeed(.certificateVerified) },
      configuration: configuration)
    return [tls, TLSEntrance(cut: cut, failed: failed, established: established)]
  }

  private init(
    cut: @escaping () -> Any, failed: @escaping (any Error) -> Void,
    established: @escaping (Peer) -> [any ChannelHandler]
  ) {
    self.cut = cut
    self.failed = failed
    self.established = established
  }

  package func handlerAdded(context: ChannelHandlerContext) {
    self.deadline = context.eventLoop.assumeIsolated().scheduleTask(in: Self.timeMax) {
      context.close(promise: nil)
    }
  }

  package func channelInactive(context: ChannelHandlerContext) {
    self.deadline?.cancel()
    context.fireChannelInactive()
  }

  package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted(let name) = event as? TLSUserEvent {
      self.establish(context, name)
    } else if self.isCut, let event = event as? ChannelEvent, event == .inputClosed {
      context.fireUserInboundEventTriggered(self.cut())
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }

  package func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if case .uncleanShutdown = error as? NIOSSLError {
      // The end of the input, or of the connection, follows.
      self.isCut = true
    } else if self.established == nil {
      context.fireErrorCaught(error)
    } else if !self.hasFailed {
      self.hasFailed = true
      self.failed(error)
      context.close(promise: nil)
    }
  }

  private func establish(_ context: ChannelHandlerContext, _ name: String?) {
    guard let established = self.established else { return }
    self.established = nil
    self.deadline?.cancel()
    self.deadline = nil
    let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
    let peer = Peer(
      fingerprint: (try? certificate?.toDERBytes()).map { Fingerprint.text(of: $0) },
      applicationProtocol: name)
    do {
      try context.pipeline.syncOperations.addHandlers(
        established(peer), position: .after(self))
    } catch {
      context.close(promise: nil)
    }
  }
}
