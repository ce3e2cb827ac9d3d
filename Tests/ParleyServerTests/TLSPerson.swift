import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import ParleyTesting
import ParleyTransport

/// A certificate and its key, made for a test, in files of its own.
final class CertificateOnDisk: Sendable {
  private let directory: TemporaryDirectory

  init() throws {
    self.directory = try TemporaryDirectory()
    try self.replace()
  }

  var certificate: String { self.directory.path + "/cert.pem" }
  var key: String { self.directory.path + "/key.pem" }
  var flags: [String] {
    [
      "--tls-certificate", self.certificate, "--tls-key", self.key, "--listen",
      "127.0.0.1:0+tls",
    ]
  }

  /// A path beside the two.
  func path(_ name: String) -> String { self.directory.path + "/" + name }

  /// Writes another certificate and key; answers with the certificate's fingerprint.
  @discardableResult
  func replace(days: Int = 30, from start: Date = Date()) throws -> String {
    let made = try SelfSignedCertificate(hosts: ["localhost"], days: days, from: start)
    try self.write(made.certificate, "cert.pem")
    try self.write(made.key, "key.pem")
    return made.fingerprint
  }

  func write(_ text: String, _ name: String) throws {
    let path = self.path(name)
    try Data(text.utf8).write(to: URL(filePath: path))
    chmod(path, 0o600)
  }

  var fingerprint: String {
    get throws {
      let chain = try NIOSSLCertificate.fromPEMFile(self.certificate)
      return try chain.first.map { Fingerprint.text(of: try $0.toDERBytes()) } ?? "none"
    }
  }
}

/// Somebody who talks over TLS: a `TalkClient` before whose socket another thread encrypts.
final class TLSPerson {
  let talk: TalkClient
  /// Of the server's certificate.
  let fingerprint: String
  let applicationProtocol: String?

  static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

  /// Connects and shakes hands.
  init(
    _ name: String, port: UInt16, applicationProtocols: [String] = [],
    certificate: CertificateOnDisk? = nil, preamble: String = ""
  ) throws {
    let context = try Self.context(applicationProtocols, certificate)
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0
    else { throw TalkFailure("no socket pair") }
    let shaken = Self.group.next().makePromise(of: Handshake.self)
    let inner = ends[1]
    let connected = ClientBootstrap(group: Self.group)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandlers([
            Preamble(preamble),
            try NIOSSLClientHandler(
              context: context, serverHostname: nil,
              customVerificationCallback: { _, promise in promise.succeed(.certificateVerified) }),
            Bridge(to: inner, shaken: shaken),
          ])
        }
      }
      .connect(host: "127.0.0.1", port: Int(port))
    connected.whenFailure { shaken.fail($0) }
    do {
      let handshake = try shaken.futureResult.wait()
      self.fingerprint = handshake.fingerprint
      self.applicationProtocol = handshake.applicationProtocol
    } catch {
      close(ends[0])
      throw error
    }
    self.talk = TalkClient(name, descriptor: ends[0])
  }

  static func context(
    _ applicationProtocols: [String] = [], _ certificate: CertificateOnDisk? = nil
  ) throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.certificateVerification = .noHostnameVerification
    configuration.trustRoots = .certificates([])
    configuration.applicationProtocols = applicationProtocols
    if let certificate {
      configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate.certificate)
        .map { .certificate($0) }
      configuration.privateKey = .privateKey(
        try NIOSSLPrivateKey(file: certificate.key, format: .pem))
    }
    return try NIOSSLContext(configuration: configuration)
  }

  struct Handshake {
    var fingerprint: String
    var applicationProtocol: String?
  }
}

/// Sends some bytes in clear before everything else, as a proxy does.
private final class Preamble: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer
  private let bytes: ByteBuffer

  init(_ text: String) { self.bytes = ByteBuffer(string: text) }

  func channelActive(context: ChannelHandlerContext) {
    if self.bytes.readableBytes > 0 {
      context.writeAndFlush(self.wrapOutboundOut(self.bytes), promise: nil)
    }
    context.fireChannelActive()
  }
}

/// Hands on what it reads to a partner, no faster than the partner takes it, and its end.
private class Glue: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer
  var partner: (any Channel)?
  private(set) var channel: (any Channel)?

  func handlerAdded(context: ChannelHandlerContext) { self.channel = context.channel }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    self.partner?.writeAndFlush(self.unwrapInboundIn(data), promise: nil)
    if self.partner?.isWritable == false {
      try? context.channel.syncOptions?.setOption(.autoRead, value: false)
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable {
      try? self.partner?.syncOptions?.setOption(.autoRead, value: true)
    }
    context.fireChannelWritabilityChanged()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let event = event as? ChannelEvent, event == .inputClosed {
      self.partner?.close(mode: .output, promise: nil)
    }
    context.fireUserInboundEventTriggered(event)
  }

  func channelInactive(context: ChannelHandlerContext) {
    self.partner?.close(promise: nil)
    self.partner = nil
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}

/// The network's end of a bridge: connects the other one when the handshake is done.
private final class Bridge: Glue {
  private let descriptor: Int32
  private let shaken: EventLoopPromise<TLSPerson.Handshake>

  init(to descriptor: Int32, shaken: EventLoopPromise<TLSPerson.Handshake>) {
    self.descriptor = descriptor
    self.shaken = shaken
  }

  override func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    super.userInboundEventTriggered(context: context, event: event)
    guard case .handshakeCompleted(let name) = event as? TLSUserEvent else { return }
    let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
    let fingerprint = (try? certificate?.toDERBytes()).map { Fingerprint.text(of: $0) }
    let channel = context.channel
    try? channel.syncOptions?.setOption(.autoRead, value: false)
    let shaken = self.shaken
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    ClientBootstrap(group: context.eventLoop)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelInitializer { inner in
        inner.eventLoop.makeCompletedFuture {
          let glue = Glue()
          glue.partner = channel
          bound.value.partner = inner
          try inner.pipeline.syncOperations.addHandler(glue)
        }
      }
      .withConnectedSocket(self.descriptor)
      .whenComplete { result in
        try? channel.syncOptions?.setOption(.autoRead, value: true)
        shaken.completeWith(
          result.map { _ in
            TLSPerson.Handshake(fingerprint: fingerprint ?? "none", applicationProtocol: name)
          })
      }
  }

  override func errorCaught(context: ChannelHandlerContext, error: any Error) {
    self.shaken.fail(error)
    super.errorCaught(context: context, error: error)
  }

  override func channelInactive(context: ChannelHandlerContext) {
    self.shaken.fail(ChannelError.eof)
    super.channelInactive(context: context)
  }
}
