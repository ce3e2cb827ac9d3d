import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

/// One connection: cuts what is read into lines and hands them to the core, and its end.
///
/// Lives on the channel's loop, which is the core's.
final class Link: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let core: ClientCore
  private let connection: UInt64
  private let lineBytesMax: Int
  private let encryption: Encryption?
  /// What the certificate was found to be, where it was not believed.
  private var distrust: ClientError?
  private var error: (any Error)?
  private var isOver = false

  init(
    _ core: ClientCore, _ connection: UInt64, lineBytesMax: Int, encryption: Encryption?
  ) {
    self.core = core
    self.connection = connection
    self.lineBytesMax = lineBytesMax
    self.encryption = encryption
  }

  func install(in channel: any Channel) throws {
    let pipeline = channel.pipeline.syncOperations
    if let encryption { try pipeline.addHandler(self.tls(encryption, channel.eventLoop)) }
    try pipeline.addHandler(
      ByteToMessageHandler(LineDecoder(), maximumBufferSize: self.lineBytesMax))
    try pipeline.addHandler(self)
  }

  private func tls(
    _ encryption: Encryption, _ loop: any EventLoop
  ) throws -> NIOSSLClientHandler {
    guard let pin = encryption.pin else {
      return try NIOSSLClientHandler(context: encryption.context, serverHostname: encryption.host)
    }
    let bound = NIOLoopBound(self, eventLoop: loop)
    return try NIOSSLClientHandler(
      context: encryption.context, serverHostname: encryption.host,
      customVerificationCallback: { certificates, promise in
        // Called on the channel's loop.
        let found = (try? certificates.first?.toDERBytes()).map { Fingerprints.text(of: $0) }
        guard found != pin else { return promise.succeed(.certificateVerified) }
        bound.value.distrust =
          if let found {
            pin.isEmpty
              ? .unknownCertificate(fingerprint: found)
              : .otherCertificate(expected: pin, found: found)
          } else {
            .notTrusted("the server showed no certificate")
          }
        promise.succeed(.failed)
      })
  }

  // MARK: The channel

  func channelActive(context: ChannelHandlerContext) {
    if self.encryption == nil { self.core.connected(self.connection, context.channel) }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted = event as? TLSUserEvent {
      self.core.connected(self.connection, context.channel)
    }
    context.fireUserInboundEventTriggered(event)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    self.core.received(Self.unwrapInboundIn(data), self.connection)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    self.error = error
    if error is ByteToMessageDecoderError.PayloadTooLargeError {
      self.end(.notUnderstood("a line with more than \(self.lineBytesMax) bytes"))
    }
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    self.end(self.distrust ?? Self.clientError(self.error))
    context.fireChannelInactive()
  }

  /// Tells the core once that the connection is over, or that there will be none.
  func end(_ error: ClientError) {
    guard !self.isOver else { return }
    self.isOver = true
    self.core.lost(self.distrust ?? error, self.connection)
  }

  // MARK: Errors

  private static func clientError(_ error: (any Error)?) -> ClientError {
    switch error {
    case nil: .unreachable("the server closed the connection")
    case let error as NIOSSLError: Self.clientError(error)
    case let error as NIOSSLExtraError:
      if error == .failedToValidateHostname || error == .serverHostnameImpossibleToMatch {
        .notTrusted("it does not name this host")
      } else {
        .unreachable("TLS could not be agreed on: \(error.description)")
      }
    case let error?: .unreachable(Self.text(error))
    }
  }

  /// Only what was found wrong with the certificate is distrust; a handshake that came to nothing
  /// for another reason may come about the next time.
  private static func clientError(_ error: NIOSSLError) -> ClientError {
    switch error {
    case .noCertificateToValidate: return .notTrusted("the server showed no certificate")
    case .unableToValidateCertificate: return .notTrusted("it cannot be verified")
    case .handshakeFailed(let why):
      // BoringSSL's errors have no other form than their text: `…:OPENSSL_internal:REASON at …`.
      let reason = "\(why)".firstMatch(of: /OPENSSL_internal:([A-Z0-9_]+)/).map { String($0.1) }
      switch reason {
      case "CERTIFICATE_VERIFY_FAILED":
        return .notTrusted("no authority that is believed has signed it, or it is not valid now")
      case "SSLV3_ALERT_HANDSHAKE_FAILURE":
        return .unreachable(
          "TLS could not be agreed on: what answers there has no TLS, or none that is ours")
      case "WRONG_VERSION_NUMBER":
        return .unreachable("TLS could not be agreed on: what answers there does not speak TLS")
      case let reason?:
        let words = reason.lowercased().replacing("_", with: " ")
        return .unreachable("TLS could not be agreed on: \(words)")
      case nil:
        return .unreachable("TLS could not be agreed on: the server closed the connection")
      }
    case .uncleanShutdown: return .unreachable("the server closed the connection")
    default: return .unreachable("\(error)")
    }
  }

  /// An error of the network, for people.
  static func text(_ error: any Error) -> String {
    if let error = error as? NIOConnectionError {
      if let first = error.connectionErrors.first { return Self.text(first.error) }
      return "the name \(error.host) has no address"
    }
    if let error = error as? IOError { return String(cString: strerror(error.errnoCode)) }
    return "\(error)"
  }
}

/// Cuts a stream into lines, without their ends.
private struct LineDecoder: ByteToMessageDecoder {
  typealias InboundOut = ByteBuffer

  /// Bytes of the unfinished line in which there is no end.
  private var searched = 0

  mutating func decode(
    context: ChannelHandlerContext, buffer: inout ByteBuffer
  ) throws -> DecodingState {
    let view = buffer.readableBytesView.dropFirst(self.searched)
    guard let end = view.firstIndex(of: UInt8(ascii: "\n")) else {
      self.searched = buffer.readableBytes
      return .needMoreData
    }
    self.searched = 0
    guard let line = buffer.readSlice(length: end - buffer.readerIndex) else {
      return .needMoreData
    }
    buffer.moveReaderIndex(forwardBy: 1)
    context.fireChannelRead(Self.wrapInboundOut(line))
    return .continue
  }

  /// An unfinished line at the end is nothing.
  mutating func decodeLast(
    context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
  ) throws -> DecodingState {
    while try self.decode(context: context, buffer: &buffer) == .continue {}
    return .needMoreData
  }
}
