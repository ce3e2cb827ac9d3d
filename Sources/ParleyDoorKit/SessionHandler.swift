import DequeModule
import Glibc
package import NIOCore
package import ParleyModel

/// One session on its loop: the channel's last handler.
///
/// Parses what arrives with its dialect, hands commands on, at most ``Limits/inFlightMax`` at a
/// time, and owns the outbox.
///
/// Not `Sendable`: everything happens on the channel's loop.
package final class SessionHandler: ChannelInboundHandler, RemovableChannelHandler {
  package typealias InboundIn = ByteBuffer
  package typealias OutboundOut = ByteBuffer

  package let channel: any Channel
  /// Where it comes from, and over what.
  package let origin: SessionOrigin
  package private(set) var id = SessionID(0)
  package internal(set) var dialect: any Dialect
  package var outbox: Outbox
  /// When something last arrived, in the loop's time.
  ///
  /// A session that is read again counts as heard: before, it could not be.
  package private(set) var lastHeard: NIODeadline
  /// When the session began, in the loop's time.
  package let began: NIODeadline
  /// The bytes that this pass sends to this session alone.
  package var own: ByteBuffer
  /// Whether commands wait although there is room for them: the session is behind.
  package var isHeld = false {
    didSet { if oldValue && !self.isHeld { self.submitWaiting() } }
  }
  /// Whether nothing is read from it, and no command of it taken: a reader of what it says is
  /// behind.
  package var isThrottled = false {
    didSet { if oldValue != self.isThrottled { self.submitWaiting() } }
  }
  /// Set by the runtime; what it keeps for the session on this loop, until the law has ended it.
  package var attachment: AnyObject? {
    didSet {
      guard self.attachment == nil else { return }
      self.released?()
      self.released = nil
    }
  }
  /// Called once the law has ended the session, and its name is free.
  package var released: (() -> Void)?
  /// Set once the session is over: input is thrown away.
  package internal(set) var isClosing = false
  /// Set by the host when it logged in.
  package var isLoggedIn = false

  let host: any SessionHost
  private let switchDoor: (ByteBuffer) -> (any Dialect)?
  private let doorName: String
  /// What the tags of a dialect that took over are higher by.
  private var tagsBefore: UInt64 = 0
  private static let tagsOfOneDialect: UInt64 = 1 << 32
  var waiting = Deque<Request>()
  var inFlight = 0
  /// Whether commands wait for the answer to the one before them, see ``Command/isAwaited``.
  private var isAwaiting = false
  /// What that one brings, where it begins a session that can come back.
  private var comeback: Comeback?
  /// Whether that one waits for something else than its turn.
  private var isWorking = false
  /// Whether nothing is read from it, so that its silence tells nothing.
  package internal(set) var readIsHeld = false
  var inputEnded = false
  /// Why nothing more can be read from it.
  private var failure: Closing?
  /// Whether the host knows.
  private var hasFailed = false
  /// What waits must be sent before the connection may be closed.
  var closesWhenDrained = false
  var isGone = false
  /// How fast its commands may go on; nil is without a limit.
  var pace: CommandPace?
  /// What is kept while commands wait for that.
  var delay = Delay()
  /// Bytes that came after the end.
  var discardedBytes = 0
  static let discardedBytesMax = 64 * 1024
  /// With what the socket failed.
  private var errorCode: CInt?
  var context: ChannelHandlerContext?

  /// `switchDoor` gives the dialect that takes over when this one steps aside at its first prompt;
  /// without an `origin` it is what the channel says.
  package init(
    channel: any Channel, dialect: any Dialect, door: String, host: any SessionHost,
    origin: SessionOrigin? = nil, descriptor: CInt?, pace: CommandPace? = nil,
    switchDoor: @escaping (ByteBuffer) -> (any Dialect)?
  ) {
    self.channel = channel
    self.origin = origin ?? SessionOrigin(of: channel)
    self.dialect = dialect
    self.doorName = door
    self.host = host
    self.switchDoor = switchDoor
    self.pace = pace
    self.outbox = Outbox(channel: channel, descriptor: descriptor)
    self.own = channel.allocator.buffer(capacity: 0)
    self.lastHeard = channel.eventLoop.now
    self.began = self.lastHeard
  }

  /// What its address is counted by; nil where no limits hold.
  package var addressKey: AddressKey? { self.pace?.addressKey }

  /// The door's name, for the console.
  package var door: String { self.doorName }

  // MARK: The channel's side

  package func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    self.id = self.host.open(self, door: self.doorName)
    self.dialect.print(.begin(self.id), into: &self.own)
    var nothing = ByteBuffer()
    self.parse(&nothing)
    self.flushOwn()
  }

  package func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
  }

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = self.unwrapInboundIn(data)
    guard !self.isClosing, !self.delay.isOver, self.failure == nil else {
      return self.discard(bytes.readableBytes)
    }
    self.lastHeard = context.eventLoop.now
    if self.pace != nil { self.delay.bytes += bytes.readableBytes }
    self.parse(&bytes)
  }

  package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let event = event as? ChannelEvent, event == .inputClosed {
      self.endInput()
    } else if event is InputCut {
      self.endInput(isCut: true)
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }

  package func channelInactive(context: ChannelHandlerContext) {
    // How the heartbeat of TCP, keepalive and `TCP_USER_TIMEOUT`, ends a connection.
    let hasTimedOut = self.errorCode == ETIMEDOUT || self.outbox.errorCode == ETIMEDOUT
    self.gone(hasTimedOut ? .timedOut : .connectionLost)
    context.fireChannelInactive()
  }

  package func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if let error = error as? IOError { self.errorCode = error.errnoCode }
    context.close(promise: nil)
  }

  // MARK: Input

  private func parse(_ bytes: inout ByteBuffer) {
    var inbound = Inbound()
    let variant = self.dialect.printer.variant
    self.dialect.receive(&bytes, into: &inbound)
    if let rest = self.dialect.handOver(), let other = self.switchDoor(rest) {
      self.dialect = other
      self.tagsBefore = Self.tagsOfOneDialect
      inbound.requests.removeAll()
      var rest = rest
      self.dialect.print(.begin(self.id), into: &self.own)
      self.dialect.receive(&rest, into: &inbound)
    }
    if self.dialect.printer.variant != variant { self.host.variantChanged(self) }
    self.take(inbound)
  }

  /// Marks the requests of a dialect that took over: what is still to be answered to the one before
  /// it, such as the greeting, is nobody's.
  private func mark(_ inbound: inout Inbound) {
    guard self.tagsBefore > 0 else { return }
    for index in inbound.requests.indices where inbound.requests[index].tag != .none {
      inbound.requests[index].tag.number += self.tagsBefore
    }
  }

  /// An output as the dialect knows it; nil where it answers the dialect before it.
  private func unmarked(_ output: SessionOutput) -> SessionOutput? {
    func unmarked(_ tag: RequestTag) -> RequestTag? {
      if tag == .none { return tag }
      return tag.number > self.tagsBefore ? RequestTag(tag.number - self.tagsBefore) : nil
    }
    if case .reply(let tag, let reply) = output {
      return unmarked(tag).map { .reply($0, reply) }
    }
    if case .refused(let tag, let refusal) = output {
      return unmarked(tag).map { .refused($0, refusal) }
    }
    return output
  }

  private func endInput(isCut: Bool = false) {
    guard !self.isClosing else {
      self.inputEnded = true
      if self.outbox.waitingBytes == 0 { self.channel.close(promise: nil) }
      return
    }
    guard !self.inputEnded else { return }
    self.inputEnded = true
    var inbound = Inbound()
    self.dialect.receiveEnd(into: &inbound)
    if isCut {
      inbound.requests = inbound.requests.suffix(1).filter {
        if case .quit = $0.command { true } else { false }
      }
    }
    self.take(inbound)
  }

  private func take(_ inbound: Inbound) {
    guard !self.delay.isOver, self.failure == nil else { return }
    var inbound = inbound
    self.mark(&inbound)
    if inbound.immediate.readableBytes > 0 {
      self.own.writeImmutableBuffer(inbound.immediate)
      self.flushOwn()
    }
    let first = self.waiting.count
    self.waiting.append(contentsOf: inbound.requests)
    if self.pace != nil { self.noteWaiting(from: first) }
    self.failure = inbound.failure
    self.submitWaiting()
  }

  func submitWaiting() {
    defer { self.failOnceSubmitted() }
    guard !self.isHeld, !self.isThrottled, !self.isAwaiting, !self.waiting.isEmpty else {
      return self.holdReads()
    }
    var count = self.upToAwaited(max(0, Limits.inFlightMax - self.inFlight))
    if count > 0, self.pace != nil { count = self.paced(count) }
    let requests = Array(self.waiting.prefix(count))
    self.isAwaiting = requests.last?.command.isAwaited == true
    if count > 0 {
      self.waiting.removeFirst(count)
      self.inFlight += count
      self.submit(requests)
    }
    self.holdReads()
  }

  /// Where its input cannot be read any further it ends behind what it asked before.
  private func failOnceSubmitted() {
    guard let failure = self.failure, self.waiting.isEmpty, !self.isAwaiting, !self.hasFailed,
      !self.isClosing
    else { return }
    self.hasFailed = true
    self.host.failed(self, failure)
  }

  /// Hands commands on; those that begin a session say where it comes from, and what it brings.
  func submit(_ requests: [Request]) {
    // What waits for work on a secret is the last that is submitted: another one takes its place.
    if let last = requests.last, last.command.isAwaited { self.comeback = last.comeback }
    guard requests.contains(where: { $0.command.isArrival }) else {
      return self.host.submit(requests, from: self)
    }
    var requests = requests
    for index in requests.indices where requests[index].command.isArrival {
      requests[index].address = self.origin.peer
      requests[index].comeback = requests[index].comeback ?? self.comeback
    }
    self.host.submit(requests, from: self)
  }

  /// How many commands may go on, at most so many: up to the first after which the others wait.
  private func upToAwaited(_ most: Int) -> Int {
    let next = self.waiting.prefix(most)
    guard let index = next.firstIndex(where: { $0.command.isAwaited }) else { return next.count }
    return index - next.startIndex + 1
  }

  /// That many commands have had their turn.
  package func walked(_ count: Int) {
    self.inFlight -= count
    // The awaited command is the last that was submitted.
    if self.isAwaiting, !self.isWorking, self.inFlight == 0 { self.isAwaiting = false }
    self.submitWaiting()
  }

  /// The awaited command's secret is being dealt with.
  package func beginWork() {
    self.isWorking = true
  }

  /// What came of it takes the command's place.
  ///
  /// What the door has prepared directly behind it goes along, so that nothing comes between.
  package func submitWorked(_ request: Request) {
    guard !self.isClosing else { return }
    self.isWorking = false
    var requests = [request]
    if case .local? = self.waiting.first?.command {
      requests.append(self.waiting.removeFirst())
      self.noteTakenUnpaced()
    }
    self.inFlight += requests.count
    self.submit(requests)
  }

  /// Nothing came of it.
  package func endWork() {
    self.isWorking = false
    if self.inFlight == 0 { self.isAwaiting = false }
    self.submitWaiting()
  }

  /// Stops or resumes reading: no more is read while commands wait.
  ///
  /// Where they wait for their pace alone, some more is read, so that a leaving is seen.
  func holdReads() {
    if self.waiting.isEmpty { self.delay.bytes = 0 }
    let readsOn = self.delay.isWaiting && !self.isHeld && self.delay.bytes < Delay.bytesMax
    let hold =
      !self.waiting.isEmpty && !readsOn || self.inFlight >= Limits.inFlightMax
      || self.isThrottled || self.delay.isOver
    guard hold != self.readIsHeld, !self.isGone else { return }
    self.readIsHeld = hold
    if !hold { self.lastHeard = self.channel.eventLoop.now }
    _ = try? self.channel.syncOptions?.setOption(.autoRead, value: !hold)
  }

  // MARK: Output

  /// Prints into the session's own bytes of this pass.
  package func print(_ output: SessionOutput) {
    guard let output = self.tagsBefore == 0 ? output : self.unmarked(output) else { return }
    let variant = self.dialect.printer.variant
    self.dialect.print(output, into: &self.own)
    if self.dialect.printer.variant != variant { self.host.variantChanged(self) }
  }

  /// Queues the own bytes and flushes; for what happens outside a pass of the fan-out.
  package func flushOwn() {
    self.queueOwn()
    self.flush()
  }

  /// Tells the dialect whose the session is.
  package func become(_ participant: ParticipantID) {
    self.dialect.become(participant)
  }

  /// Moves the own bytes behind what is queued.
  package func queueOwn() {
    guard self.own.readableBytes > 0 else { return }
    self.outbox.append(self.own)
    self.own = self.channel.allocator.buffer(capacity: 0)
  }

  /// Writes what is queued, once.
  package func flush() {
    guard let rest = self.outbox.flush() else { return }
    let bytes = rest.readableBytes
    guard let context = self.context else { return }
    let promise = context.eventLoop.makePromise(of: Void.self)
    promise.futureResult.assumeIsolated().whenComplete { result in
      self.outbox.taken(bytes)
      if case .success = result { self.host.drained(self) }
      if self.closesWhenDrained, self.outbox.waitingBytes == 0 { self.closeWhenSent() }
    }
    context.writeAndFlush(self.wrapOutboundOut(rest), promise: promise)
  }
}
