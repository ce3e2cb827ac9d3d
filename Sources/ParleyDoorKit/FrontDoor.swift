package import NIOCore
import ParleyModel

/// Who is there, by the first bytes of a connection.
package enum FirstWords: Hashable, Sendable {
  case needMore
  case line
  case irc
  /// The administrators' dialect, which is spoken over the server's own Unix socket alone.
  case admin
  case json
  /// The beginning of a TLS record (RFC 8446 §5.1: 22 is a handshake).
  case tls
  /// A protocol that this listener does not speak, by its name.
  case unknown(String)

  /// What the administrators' dialect begins with.
  package static let adminWord = "ADMIN/"
  private static let ircWords = ["CAP ", "NICK ", "USER ", "PASS ", "AUTHENTICATE "]
  private static let httpWords = ["GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "OPTIONS "]

  /// Decides as soon as the bytes allow it; a prefix of a known word needs more.
  ///
  /// Only with `isLocal`, which is for the server's own Unix socket, administrators are recognised.
  package static func recognise(_ bytes: ByteBufferView, isLocal: Bool = false) -> FirstWords {
    guard let first = bytes.first else { return .needMore }
    switch first {
    case 0x16: return .tls
    case UInt8(ascii: "{"), UInt8(ascii: "["): return .json
    case UInt8(ascii: "@"), UInt8(ascii: ":"):
      return Self.afterPrefix(bytes)
    default: break
    }
    var isPrefix = false
    switch Self.match(bytes, Self.ircWords, foldCase: true) {
    case .whole: return .irc
    case .prefix: isPrefix = true
    case .no: break
    }
    switch Self.match(bytes, Self.httpWords, foldCase: false) {
    case .whole: return .unknown("HTTP")
    case .prefix: isPrefix = true
    case .no: break
    }
    if isLocal {
      switch Self.match(bytes, [Self.adminWord], foldCase: false) {
      case .whole: return .admin
      case .prefix: isPrefix = true
      case .no: break
      }
    }
    return isPrefix ? .needMore : .line
  }

  /// IRC's tags and sources stand before the word.
  private static func afterPrefix(_ bytes: ByteBufferView) -> FirstWords {
    // What stands after the end of the first line is no part of it.
    let end = bytes.firstIndex { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
    guard let space = end else { return .needMore }
    guard bytes[space] == UInt8(ascii: " ") else { return .line }
    let rest = bytes[bytes.index(after: space)...]
    // A source may follow the tags.
    if bytes.first == UInt8(ascii: "@"), rest.first == UInt8(ascii: ":") {
      return Self.afterPrefix(rest)
    }
    guard !rest.isEmpty else { return .needMore }
    switch Self.match(rest, Self.ircWords, foldCase: true) {
    case .whole: return .irc
    case .prefix: return .needMore
    case .no: return .line
    }
  }

  private enum Match { case whole, prefix, no }

  private static func match(
    _ bytes: ByteBufferView, _ words: [String], foldCase: Bool
  ) -> Match {
    var best = Match.no
    for word in words {
      var matched = 0
      for (byte, expected) in zip(bytes, word.utf8) {
        let upper = foldCase && byte >= 0x61 && byte <= 0x7A ? byte - 0x20 : byte
        guard upper == expected else { break }
        matched += 1
      }
      if matched == word.utf8.count { return .whole }
      if matched == bytes.count { best = .prefix }
    }
    return best
  }
}

/// The first handler of a connection: recognises the door by the first bytes, puts the session's
/// handler behind itself and leaves.
///
/// Lives on the channel's loop.
package final class FrontDoor: ChannelInboundHandler, RemovableChannelHandler {
  package typealias InboundIn = ByteBuffer

  /// What a listener speaks.
  package enum Doors: Sendable {
    case line, irc
    /// By the first bytes.
    case any
    /// The same, and the administrators' dialect: for the server's own Unix socket.
    case local
  }

  /// What becomes of TLS on a connection.
  package enum Encryption {
    /// It is not spoken here, or is already.
    case none
    /// A connection that begins with TLS gets these handlers, the one next to the socket first.
    case offered(() -> [any ChannelHandler])
    /// As before; one that begins otherwise is told the word and closed.
    case required(() -> [any ChannelHandler], refusal: (FirstWords) -> ByteBuffer)
  }

  /// How long silence is waited for before line mode greets.
  package static let silenceMax = TimeAmount.milliseconds(300)
  /// How long recognising may take in all.
  package static let timeMax = TimeAmount.seconds(10)
  /// How many bytes recognising may take.
  package static let bytesMax = 1024

  private let doors: Doors
  private let encryption: Encryption
  private let begin: (FirstWords) -> SessionHandler?
  private var pending = ByteBuffer()
  private var timer: Scheduled<Void>?
  private var deadline: Scheduled<Void>?
  private var decided = false

  /// `begin` makes the session's handler for what was recognised, or nil to close.
  package init(
    doors: Doors, encryption: Encryption = .none,
    begin: @escaping (FirstWords) -> SessionHandler?
  ) {
    self.doors = doors
    self.encryption = encryption
    self.begin = begin
  }

  package func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { self.start(context) }
  }

  package func channelActive(context: ChannelHandlerContext) {
    self.start(context)
  }

  private func start(_ context: ChannelHandlerContext) {
    guard self.deadline == nil, !self.decided else { return }
    let loop = context.eventLoop.assumeIsolated()
    if case .required = self.encryption {
      // A greeting in clear would end the handshake of a client that is slow to begin.
    } else {
      switch self.doors {
      case .line: return self.decide(.line, context)
      case .irc: return self.decide(.irc, context)
      case .any, .local: break
      }
      self.timer = loop.scheduleTask(in: Self.silenceMax) {
        if self.pending.readableBytes == 0 { self.decide(.line, context) }
      }
    }
    self.deadline = loop.scheduleTask(in: Self.timeMax) { self.decide(.line, context) }
  }

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = self.unwrapInboundIn(data)
    self.pending.writeBuffer(&bytes)
    guard !self.decided else { return }
    var words = FirstWords.recognise(
      self.pending.readableBytesView, isLocal: self.doors == .local)
    if words == .needMore {
      guard self.pending.readableBytes > Self.bytesMax else { return }
      words = .line
    }
    self.decide(words, context)
  }

  package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let event = event as? ChannelEvent, event == .inputClosed, !self.decided {
      if self.pending.readableBytes == 0 { return context.close(promise: nil) }
      self.decide(.line, context)
    }
    context.fireUserInboundEventTriggered(event)
  }

  package func channelInactive(context: ChannelHandlerContext) {
    self.cancelTimers()
    self.decided = true
    context.fireChannelInactive()
  }

  private func cancelTimers() {
    self.timer?.cancel()
    self.deadline?.cancel()
  }

  private func decide(_ words: FirstWords, _ context: ChannelHandlerContext) {
    guard !self.decided else { return }
    self.decided = true
    self.cancelTimers()
    let handlers: [any ChannelHandler]
    switch (words, self.encryption) {
    case (.tls, .offered(let secure)), (.tls, .required(let secure, _)): handlers = secure()
    case (_, .required(_, let refusal)): return Self.refuse(refusal(words), context)
    default: handlers = self.begin(words).map { [$0] } ?? []
    }
    guard !handlers.isEmpty else { return context.close(promise: nil) }
    do {
      try context.pipeline.syncOperations.addHandlers(handlers, position: .after(self))
      let pending = self.pending
      self.pending = ByteBuffer()
      if pending.readableBytes > 0 {
        context.fireChannelRead(self.wrapInboundOut(pending))
        context.fireChannelReadComplete()
      }
      context.pipeline.syncOperations.removeHandler(self, promise: nil)
    } catch {
      context.close(promise: nil)
    }
  }

  private static func refuse(_ word: ByteBuffer, _ context: ChannelHandlerContext) {
    context.writeAndFlush(NIOAny(word)).assumeIsolated().whenComplete { _ in
      context.close(promise: nil)
    }
  }

  package typealias InboundOut = ByteBuffer
}
