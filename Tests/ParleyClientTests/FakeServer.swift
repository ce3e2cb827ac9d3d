import NIOCore
import NIOPosix
import ParleyClient

/// A server that says what its script wants, on a port of this machine.
final class FakeServer: Sendable {
  /// What it does with a line, or, with nil, with a new connection.
  typealias Script = @Sendable (_ connection: Int, _ line: String?) -> [Move]

  enum Move: Sendable {
    case say(String)
    case hangUp
  }

  private static let loop = MultiThreadedEventLoopGroup.singleton.next()
  let port: Int
  /// The numbers of the connections that are over, as they end.
  let ends: AsyncStream<Int>
  private let channel: any Channel

  init(_ script: @escaping Script) async throws {
    let count = NIOLoopBoundBox.makeBoxSendingValue(0, eventLoop: Self.loop)
    let (ends, ended) = AsyncStream<Int>.makeStream()
    self.ends = ends
    self.channel = try await ServerBootstrap(group: Self.loop)
      .childChannelInitializer { child in
        child.eventLoop.makeCompletedFuture {
          count.value += 1
          try child.pipeline.syncOperations.addHandler(Player(script, count.value, ended))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    self.port = self.channel.localAddress?.port ?? 0
  }

  var configuration: Configuration {
    var configuration = Configuration(
      address: .tcp(host: "127.0.0.1", port: self.port), name: "ana")
    configuration.reconnection.delayFirst = .milliseconds(1)
    configuration.reconnection.delayMax = .milliseconds(4)
    return configuration
  }

  func close() async throws {
    try await self.channel.close()
  }

  /// The answer to `hello`, with the lobby.
  static func welcome(id: Int, sequence: Int = 0) -> Move {
    .say(
      #"{"jsonrpc":"2.0","id":\#(id),"result":{"session":1,"name":"ana","account":null,"#
        + #""token":null,"rooms":[{"room":"lobby","epoch":"k1","sequence":\#(sequence),"#
        + #""resumed":true,"opened":"resumed","current":true,"new_member":false,"#
        + #""new_room":false,"topic":null,"present":[],"present_more":0,"messages":[],"#
        + #""more":false}],"unread":[],"unread_more":0}}"#)
  }

  static func message(_ sequence: Int) -> Move {
    .say(
      #"{"jsonrpc":"2.0","method":"message","params":{"room":"lobby","epoch":"k1","#
        + #""sequence":\#(sequence),"id":"k1-\#(sequence)","from":"bob","account":null,"#
        + #""to":null,"kind":"say","text":"m","time":"2026-11-20T12:03:05.123456Z"}}"#)
  }
}

/// Plays the script on one connection.
private final class Player: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let script: FakeServer.Script
  private let number: Int
  private let ended: AsyncStream<Int>.Continuation
  private var unfinished = ByteBuffer()

  init(
    _ script: @escaping FakeServer.Script, _ number: Int, _ ended: AsyncStream<Int>.Continuation
  ) {
    self.script = script
    self.number = number
    self.ended = ended
  }

  func channelInactive(context: ChannelHandlerContext) {
    self.ended.yield(self.number)
    context.fireChannelInactive()
  }

  func channelActive(context: ChannelHandlerContext) {
    self.play(nil, context)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    self.unfinished.writeImmutableBuffer(Self.unwrapInboundIn(data))
    while let end = self.unfinished.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
      let line = self.unfinished.readString(length: end - self.unfinished.readerIndex)
      self.unfinished.moveReaderIndex(forwardBy: 1)
      self.play(line, context)
    }
  }

  private func play(_ line: String?, _ context: ChannelHandlerContext) {
    for move in self.script(self.number, line) {
      switch move {
      case .say(let text):
        context.writeAndFlush(NIOAny(ByteBuffer(string: text + "\n")), promise: nil)
      case .hangUp: context.close(promise: nil)
      }
    }
  }
}
