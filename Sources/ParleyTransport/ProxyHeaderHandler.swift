package import NIOCore

/// The first handler of a connection from a trusted proxy: takes the header off, says who the
/// client is, and leaves.
///
/// The header is required, as a receiver must not guess (PROXY protocol §2): a connection without
/// one is closed. Lives on the channel's loop.
package final class ProxyHeaderHandler: ChannelInboundHandler, RemovableChannelHandler {
  package typealias InboundIn = ByteBuffer
  package typealias InboundOut = ByteBuffer

  /// How long the header may take.
  package static let timeMax = TimeAmount.seconds(10)

  private let known: (ProxyHeader) -> [any ChannelHandler]
  private let refused: (ProxyHeader.Reason) -> Void
  private var pending = ByteBuffer()
  private var deadline: Scheduled<Void>?
  private var isDone = false

  /// `known` gives the handlers that follow, for the client that the header names, or for the proxy
  /// itself where it names none; `refused` is called before a connection is closed.
  package init(
    known: @escaping (ProxyHeader) -> [any ChannelHandler],
    refused: @escaping (ProxyHeader.Reason) -> Void
  ) {
    self.known = known
    self.refused = refused
  }

  package func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { self.start(context) }
  }

  package func channelActive(context: ChannelHandlerContext) {
    self.start(context)
    context.fireChannelActive()
  }

  private func start(_ context: ChannelHandlerContext) {
    guard self.deadline == nil else { return }
    self.deadline = context.eventLoop.assumeIsolated().scheduleTask(in: Self.timeMax) {
      self.refuse(.missing, context)
    }
  }

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !self.isDone else { return }
    var bytes = self.unwrapInboundIn(data)
    self.pending.writeBuffer(&bytes)
    switch ProxyHeader.read(self.pending.readableBytesView) {
    case .needMore: break
    case .invalid(let reason): self.refuse(reason, context)
    case .header(let header): self.pass(header, context)
    }
  }

  package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard let event = event as? ChannelEvent, event == .inputClosed, !self.isDone else {
      return context.fireUserInboundEventTriggered(event)
    }
    // A probe that connects and goes says nothing, and nothing is said about it.
    if self.pending.readableBytes == 0 {
      self.finish()
      context.close(promise: nil)
    } else {
      self.refuse(.malformed, context)
    }
  }

  package func channelInactive(context: ChannelHandlerContext) {
    self.finish()
    context.fireChannelInactive()
  }

  private func finish() {
    self.isDone = true
    self.deadline?.cancel()
  }

  private func refuse(_ reason: ProxyHeader.Reason, _ context: ChannelHandlerContext) {
    guard !self.isDone else { return }
    self.finish()
    self.refused(reason)
    context.close(promise: nil)
  }

  private func pass(_ header: ProxyHeader, _ context: ChannelHandlerContext) {
    self.finish()
    do {
      try context.pipeline.syncOperations.addHandlers(
        self.known(header), position: .after(self))
      self.pending.moveReaderIndex(forwardBy: header.length)
      if self.pending.readableBytes > 0 {
        context.fireChannelRead(self.wrapInboundOut(self.pending))
        context.fireChannelReadComplete()
      }
      context.pipeline.syncOperations.removeHandler(self, promise: nil)
    } catch {
      context.close(promise: nil)
    }
  }
}
