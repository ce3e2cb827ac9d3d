import NIOCore
import NIOPosix

/// Stands between clients and a server, and cuts one connection at one byte.
final class CuttingProxy: Sendable {
  enum Direction: CaseIterable, Sendable {
    case toServer, toClient
  }

  private static let loop = MultiThreadedEventLoopGroup.singleton.next()

  let port: Int
  private let channel: any Channel
  private let cut: NIOLoopBoundBox<Cut>

  /// What is to be cut; only on the loop.
  fileprivate final class Cut {
    var direction = Direction.toServer
    /// Bytes that are still let through before the cut; nil for all.
    var left: Int?
  }

  /// Forwards to a server on this machine; where it is slow, nothing before the server has spoken.
  init(to server: Int, isSlow: Bool = false) async throws {
    let loop = Self.loop
    let cut = NIOLoopBoundBox.makeBoxSendingValue(Cut(), eventLoop: loop)
    self.cut = cut
    self.channel = try await ServerBootstrap(group: loop)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.autoRead, value: false)
      .childChannelInitializer { child in
        child.eventLoop.makeCompletedFuture {
          let up = Forwarder(.toServer, cut.value)
          try child.pipeline.syncOperations.addHandler(up)
          let bound = NIOLoopBound((up: up, child: child), eventLoop: loop)
          ClientBootstrap(group: loop)
            .channelInitializer { other in
              other.eventLoop.makeCompletedFuture {
                let (up, child) = bound.value
                let down = Forwarder(.toClient, cut.value)
                down.partner = child
                up.partner = other
                try other.pipeline.syncOperations.addHandler(down)
              }
            }
            .connect(host: "127.0.0.1", port: server)
            .whenComplete { result in
              let child = bound.value.child
              switch result {
              case .success:
                if !isSlow { child.setOption(.autoRead, value: true).whenFailure { _ in } }
              case .failure: child.close(promise: nil)
              }
            }
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    self.port = self.channel.localAddress?.port ?? 0
  }

  /// Has one connection cut behind so many bytes in that direction, counted over all from now on.
  func cut(_ direction: Direction, behind bytes: Int) async throws {
    try await Self.loop.submit {
      self.cut.value.direction = direction
      self.cut.value.left = bytes
    }.get()
  }

  /// Whether the cut that was asked for has been made; without it none is made any more.
  func wasCut() async throws -> Bool {
    try await Self.loop.submit {
      defer { self.cut.value.left = nil }
      return self.cut.value.left == nil
    }.get()
  }

  func close() async throws {
    try await self.channel.close()
  }
}

/// Hands what one side sends to the other, up to the cut.
private final class Forwarder: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  var partner: (any Channel)?
  private let direction: CuttingProxy.Direction
  private let cut: CuttingProxy.Cut

  init(_ direction: CuttingProxy.Direction, _ cut: CuttingProxy.Cut) {
    self.direction = direction
    self.cut = cut
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = Self.unwrapInboundIn(data)
    guard let partner = self.partner else { return }
    if case .toClient = self.direction {
      partner.setOption(.autoRead, value: true).whenFailure { _ in }
    }
    guard self.cut.direction == self.direction, let left = self.cut.left else {
      return partner.writeAndFlush(bytes, promise: nil)
    }
    guard bytes.readableBytes >= left else {
      self.cut.left = left - bytes.readableBytes
      return partner.writeAndFlush(bytes, promise: nil)
    }
    self.cut.left = nil
    let channel = context.channel
    let last = bytes.readSlice(length: left) ?? ByteBuffer()
    self.partner = nil
    partner.writeAndFlush(last).whenComplete { _ in
      partner.close(promise: nil)
      channel.close(promise: nil)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    self.partner?.close(promise: nil)
    self.partner = nil
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
