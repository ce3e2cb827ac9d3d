import DequeModule
package import NIOCore
import ParleyDoorKit
import ParleyModel
import Synchronization

/// A session's channel where there is no socket: what arrives for it comes from the control
/// queue's thread, and what it writes goes to its client's reply queue.
///
/// `@unchecked Sendable`: it lives on its event loop, and so does all its state, but for atomics.
/// The reply queue's descriptor is the thread's, which closes it after this channel has said that
/// it is done.
///
/// What is written are whole lines. As many of them as a message of the queue has room for are sent
/// as one. A full queue never blocks: what it does not take waits here, the thread says when there
/// is room, and until then the promise of the write is not kept: so the session's outbox sees a
/// slow reader as that of a socket does.
package final class QueueChannel: Channel, ChannelCore, @unchecked Sendable {
  /// Messages sent in one go; the others of the loop have their turn between.
  private static let sendsMax = 64

  package let eventLoop: any EventLoop
  package let allocator = ByteBufferAllocator()
  package private(set) lazy var pipeline = ChannelPipeline(channel: self)
  private let closePromise: EventLoopPromise<Void>
  private let queue: MessageQueue
  private let thread: any QueueThread
  private let tag: UInt64
  private let isOpen = Atomic<Bool>(false)
  private weak var session: SessionHandler?
  private var isStarted = false
  private var isClosed = false
  /// What is to be done where it was ended before it was started.
  private var successor: (@Sendable () -> Void)?

  /// Messages that the thread has handed over and no handler has taken: counted by both.
  let waiting = Atomic<Int>(0)

  private var inbound: Deque<ByteBuffer> = []
  private var readsOn = true
  private var isReading = false

  private var outbound = ByteBuffer()
  /// The promises of writes, each with the count of bytes after which it is kept.
  private var promises: Deque<(end: UInt64, promise: EventLoopPromise<Void>?)> = []
  private var writtenBytes: UInt64 = 0
  private var sentBytes: UInt64 = 0
  private var isSending = false
  private var isFull = false
  private var wasFull = false
  private var closesWhenSent = false
  private var outputPromise: EventLoopPromise<Void>?

  init(queue: MessageQueue, tag: UInt64, on eventLoop: any EventLoop, of thread: any QueueThread) {
    self.eventLoop = eventLoop
    self.queue = queue
    self.tag = tag
    self.thread = thread
    self.closePromise = eventLoop.makePromise()
    // Made here, before any other thread sees it.
    _ = self.pipeline
  }

  // MARK: Channel

  package var closeFuture: EventLoopFuture<Void> { self.closePromise.futureResult }
  package var localAddress: SocketAddress? { nil }
  package var remoteAddress: SocketAddress? { nil }
  package var parent: (any Channel)? { nil }
  package var isWritable: Bool { true }
  package var isActive: Bool { self.isOpen.load(ordering: .relaxed) }
  package var _channelCore: any ChannelCore { self }
  package var syncOptions: (any NIOSynchronousChannelOptions)? { Options(channel: self) }

  package func setOption<Option: ChannelOption>(
    _ option: Option, value: Option.Value
  ) -> EventLoopFuture<Void> {
    self.eventLoop.submit { try Options(channel: self).setOption(option, value: value) }
  }

  package func getOption<Option: ChannelOption>(
    _ option: Option
  ) -> EventLoopFuture<Option.Value> {
    self.eventLoop.submit { try Options(channel: self).getOption(option) }
  }

  private struct Options: NIOSynchronousChannelOptions {
    let channel: QueueChannel

    func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) throws {
      guard option is ChannelOptions.Types.AutoReadOption, let value = value as? Bool else {
        throw ChannelError.operationUnsupported
      }
      self.channel.setReads(value)
    }

    func getOption<Option: ChannelOption>(_ option: Option) throws -> Option.Value {
      guard option is ChannelOptions.Types.AutoReadOption,
        let value = self.channel.readsOn as? Option.Value
      else { throw ChannelError.operationUnsupported }
      return value
    }
  }

  // MARK: The beginning

  /// Becomes active with its session, or ends where there is none.
  ///
  /// What arrived before waits until then.
  func start(_ session: SessionHandler?) {
    self.eventLoop.assertInEventLoop()
    self.isStarted = true
    guard !self.isClosed else {
      self.successor?()
      self.successor = nil
      return
    }
    self.isOpen.store(true, ordering: .relaxed)
    self.pipeline.fireChannelRegistered()
    self.pipeline.fireChannelActive()
    guard let session, (try? self.pipeline.syncOperations.addHandler(session)) != nil else {
      return self.close0(error: ChannelError.ioOnClosedChannel, mode: .all, promise: nil)
    }
    self.session = session
    self.takeInput()
  }

  /// Ends before it was started: nobody was served.
  func discard() {
    self.isClosed = true
    self.removeHandlers(pipeline: self.pipeline)
    self.closePromise.succeed()
  }

  /// Ends its session, and calls `next` when its name is free: of one that waits for a session
  /// before it to end, when that one's is.
  func end(then next: @escaping @Sendable () -> Void) {
    guard self.isStarted else {
      self.successor = next
      return self.close(promise: nil)
    }
    let isOpen = self.session?.attachment != nil
    // Not at once: the hub is in the middle of something then.
    if isOpen { self.session?.released = { [eventLoop] in eventLoop.execute(next) } }
    self.close(promise: nil)
    if !isOpen { next() }
  }

  /// Ends its session with a word, because more arrives than it takes.
  func overrun() {
    self.session?.close(.tooFast)
  }

  // MARK: Input

  /// Messages from the thread, in order.
  func receive(_ messages: [ByteBuffer]) {
    guard !self.isClosed else {
      self.waiting.wrappingSubtract(messages.count, ordering: .relaxed)
      return
    }
    self.inbound.append(contentsOf: messages)
    self.takeInput()
  }

  private func setReads(_ readsOn: Bool) {
    guard readsOn != self.readsOn else { return }
    self.readsOn = readsOn
    // Not at once: who asks for it may be in the middle of something.
    if readsOn, !self.inbound.isEmpty { self.eventLoop.execute { self.takeInput() } }
  }

  private func takeInput() {
    guard !self.isReading, self.isActive else { return }
    self.isReading = true
    defer { self.isReading = false }
    while self.readsOn, self.isActive, let message = self.inbound.popFirst() {
      self.waiting.wrappingSubtract(1, ordering: .sequentiallyConsistent)
      self.pipeline.fireChannelRead(message)
    }
    self.pipeline.fireChannelReadComplete()
    self.thread.hasRead()
  }

  // MARK: Output

  package func write0(_ data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard self.isActive else {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    var lines = self.unwrapData(data, as: ByteBuffer.self)
    self.writtenBytes += UInt64(lines.readableBytes)
    self.promises.append((self.writtenBytes, promise))
    if self.outbound.readableBytes == 0 {
      self.outbound = lines
    } else {
      self.outbound.writeBuffer(&lines)
    }
  }

  package func flush0() {
    guard !self.isSending, !self.isFull else { return }
    self.send()
  }

  /// The queue has room again.
  func hasRoom() {
    guard self.isFull else { return }
    self.isFull = false
    self.send()
  }

  private func send() {
    self.isSending = true
    defer { self.isSending = false }
    for _ in 0..<Self.sendsMax {
      guard self.isActive else { return }
      let count = Self.messageBytes(self.outbound, max: self.queue.messageBytesMax)
      guard count > 0 else { return self.sentAll() }
      do throws(QueueFault) {
        guard try self.send(count) else { return self.waitForRoom() }
      } catch {
        return self.close0(error: error, mode: .all, promise: nil)
      }
    }
    self.eventLoop.execute { self.flush0() }
  }

  private func send(_ count: Int) throws(QueueFault) -> Bool {
    let sent = self.outbound.withUnsafeReadableBytes { bytes in
      Result { () throws(QueueFault) in
        try self.queue.send(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
      }
    }
    guard try sent.get() else { return false }
    self.outbound.moveReaderIndex(forwardBy: count)
    Self.reclaim(&self.outbound)
    self.sentBytes += UInt64(count)
    while let first = self.promises.first, first.end <= self.sentBytes {
      self.promises.removeFirst()
      first.promise?.succeed()
    }
    return true
  }

  /// How many of the first bytes go into one message: whole lines, as many as there is room for,
  /// or part of one that is longer, of a session that takes such.
  static func messageBytes(_ lines: ByteBuffer, max: Int) -> Int {
    guard lines.readableBytes > max else { return lines.readableBytes }
    let view = lines.readableBytesView.prefix(max)
    guard let end = view.lastIndex(of: UInt8(ascii: "\n")) else { return max }
    return end - view.startIndex + 1
  }

  /// Bytes that were sent, up to which they are left where they are.
  static let sentBytesMax = 64 * 1024

  /// Gives back the memory of what was sent, where that is most of it: a reader that is always a
  /// little late would else keep all that it ever got.
  ///
  /// Less is moved than was sent since the last time.
  static func reclaim(_ lines: inout ByteBuffer) {
    guard lines.readerIndex > max(Self.sentBytesMax, lines.readableBytes) else { return }
    lines.discardReadBytes()
  }

  private func waitForRoom() {
    self.isFull = true
    let isNew = !self.wasFull
    self.wasFull = true
    if !self.thread.watchRoom(self.queue, self.tag, isNew: isNew) {
      self.close0(error: ChannelError.ioOnClosedChannel, mode: .all, promise: nil)
    }
  }

  private func sentAll() {
    guard self.closesWhenSent else { return }
    self.close0(error: ChannelError.ioOnClosedChannel, mode: .all, promise: nil)
  }

  // MARK: The end

  /// `output` closes all once everything is sent: there is no other side to wait for.
  package func close0(error: any Error, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    switch mode {
    case .input:
      promise?.fail(ChannelError.operationUnsupported)
    case .output where self.outbound.readableBytes > 0 && self.isActive:
      self.closesWhenSent = true
      self.outputPromise = promise
    case .output, .all:
      guard !self.isClosed else {
        promise?.fail(ChannelError.alreadyClosed)
        return
      }
      self.isClosed = true
      self.isOpen.store(false, ordering: .relaxed)
      self.waiting.wrappingSubtract(self.inbound.count, ordering: .relaxed)
      self.inbound.removeAll()
      self.outbound = ByteBuffer()
      for (_, promise) in self.promises { promise?.fail(ChannelError.ioOnClosedChannel) }
      self.promises.removeAll()
      self.thread.isDone(self.tag)
      self.outputPromise?.succeed()
      promise?.succeed()
      // What called this may be a handler, and must be done with it first.
      self.eventLoop.execute {
        self.pipeline.fireChannelInactive()
        self.pipeline.fireChannelUnregistered()
        self.removeHandlers(pipeline: self.pipeline)
        self.closePromise.succeed()
      }
    }
  }

  // MARK: What a queue does not have

  package func localAddress0() throws -> SocketAddress { throw ChannelError.operationUnsupported }
  package func remoteAddress0() throws -> SocketAddress { throw ChannelError.operationUnsupported }
  package func register0(promise: EventLoopPromise<Void>?) { promise?.succeed() }
  package func registerAlreadyConfigured0(promise: EventLoopPromise<Void>?) { promise?.succeed() }

  package func bind0(to: SocketAddress, promise: EventLoopPromise<Void>?) {
    promise?.fail(ChannelError.operationUnsupported)
  }

  package func connect0(to: SocketAddress, promise: EventLoopPromise<Void>?) {
    promise?.fail(ChannelError.operationUnsupported)
  }

  package func read0() {}

  package func triggerUserOutboundEvent0(_ event: Any, promise: EventLoopPromise<Void>?) {
    promise?.fail(ChannelError.operationUnsupported)
  }

  package func channelRead0(_ data: NIOAny) {}

  package func errorCaught0(error: any Error) {}
}

/// What a channel needs of the thread of the control queue.
///
/// Called on event loops.
protocol QueueThread: AnyObject, Sendable {
  /// Asks to be told, once, when a queue has room; false where that cannot be.
  func watchRoom(_ queue: MessageQueue, _ tag: UInt64, isNew: Bool) -> Bool

  /// A channel has taken messages.
  func hasRead()

  /// A channel is closed, and uses its queue no more.
  func isDone(_ tag: UInt64)
}
