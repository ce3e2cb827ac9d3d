import CMessageQueue
import NIOCore
import ParleyDoorKit
import ParleyModel
import Synchronization

/// Who is known to the control queue's thread, and what it does for them.
///
/// Lives on that thread alone.
struct QueueDesk<Host: QueueHost> {
  /// Sessions' messages that wait for their loop; beyond it the control queue is not looked at
  /// until fewer do, where the session has no limits, and it ends where it has.
  static var waitingMax: Int { 256 }
  /// How long the control queue is not looked at, for one session's sake; it ends then.
  static var pauseMax: TimeAmount { .seconds(1) }
  /// Messages that are received before they are handed on.
  static var batchMax: Int { 64 }
  /// Keys that nobody has shown yet; beyond it the oldest of the user who has most is forgotten.
  static var pendingMax: Int { 64 }
  /// Such keys of one queue; the newest of them gives way to the next.
  static var pendingOfQueueMax: Int { 4 }
  /// How long a key may not be shown.
  static var pendingTime: TimeAmount { .seconds(60) }

  /// Somebody who was sent a key and has not shown it.
  struct Pending {
    var key: QueueKey
    var name: String
    var queue: MessageQueue
    var queueName: String
    var status: MessageQueue.Status
    var ends: NIODeadline
  }

  /// Somebody who has shown a key.
  struct Client {
    var key: QueueKey
    var queue: MessageQueue
    var queueName: String
    var owner: UInt32
    var channel: QueueChannel
    var isPaced: Bool
    /// Too much arrived: nothing more is taken.
    var isOver = false
    /// Another session has taken over its queue.
    var isReplaced = false
    /// What arrived in this batch.
    var messages: [ByteBuffer] = []
  }

  let receiver: QueueReceiver
  let host: Host
  /// In the order of their coming.
  var pending: [Pending] = []
  private var clients: [UInt64: Client] = [:]
  private var tags: [QueueKey: UInt64] = [:]
  private var lastTag = QueueReceiver.firstTag
  private var touched: [UInt64] = []
  private var memory: UnsafeMutableRawBufferPointer
  private var nextSweep: NIODeadline
  /// For whose sake the control queue is not looked at.
  private var pausedFor: UInt64?
  private var pauseEnds = NIODeadline.distantFuture
  private var isShut = false
  private var stopEnds: NIODeadline?
  private(set) var isOver = false

  init(_ receiver: QueueReceiver, _ host: Host) {
    self.receiver = receiver
    self.host = host
    self.memory = .allocate(byteCount: receiver.control.messageBytesMax, alignment: 8)
    self.nextSweep = .now() + .seconds(1)
  }

  /// How long the thread may wait for something to happen.
  var waitMilliseconds: CInt {
    let next = min(self.nextSweep, self.pauseEnds, self.stopEnds ?? .distantFuture)
    let wait = next - NIODeadline.now()
    return CInt(clamping: max(0, wait.nanoseconds / 1_000_000 + 1))
  }

  // MARK: Messages

  /// Takes what is in the control queue, a batch at most.
  mutating func receive() {
    for _ in 0..<Self.batchMax where self.pausedFor == nil {
      let count: Int?
      do throws(QueueFault) {
        count = try self.receiver.control.receive(into: self.memory)
      } catch {
        self.host.warn("the control queue \(self.receiver.name) cannot be read: \(error)")
        break
      }
      guard let count else { break }
      self.take(UnsafeRawBufferPointer(rebasing: self.memory[..<count]))
    }
    self.handOn()
  }

  private mutating func take(_ message: UnsafeRawBufferPointer) {
    switch QueueInput(message) {
    case .hello(let queue, let name):
      // Those who were there before it have their turn before it.
      self.handOn()
      if !self.isShut { self.hello(queue, name) }
    case .keyed(let key, let start):
      guard let tag = self.tags[key] ?? self.enter(key) else {
        self.host.warn("a message in \(self.receiver.name) is dropped: its key is of no session")
        return
      }
      guard self.clients[tag]?.isOver == false else { return }
      let command = UnsafeRawBufferPointer(rebasing: message[start...])
      if self.clients[tag]?.messages.isEmpty == true { self.touched.append(tag) }
      // An empty one is answered like every other; nothing at all would be no message.
      self.clients[tag]?.messages.append(
        command.isEmpty ? ByteBuffer(string: "\n") : ByteBuffer(bytes: command))
    case .unreadable:
      self.host.warn(
        "a message in \(self.receiver.name) is dropped: it is neither HELLO QUEUE NAME "
          + "nor KEY COMMAND")
    }
  }

  /// Hands the batch on, a session's messages at once.
  private mutating func handOn() {
    for tag in self.touched {
      guard let client = self.clients[tag] else { continue }
      let (channel, messages) = (client.channel, client.messages)
      self.clients[tag]?.messages = []
      let waiting = channel.waiting.wrappingAdd(messages.count, ordering: .relaxed).newValue
      channel.eventLoop.execute { channel.receive(messages) }
      if waiting > Self.waitingMax { self.overrun(tag, client) }
    }
    self.touched.removeAll(keepingCapacity: true)
  }

  // MARK: Too much for one session

  private mutating func overrun(_ tag: UInt64, _ client: Client) {
    if client.isPaced { return self.end(tag) }
    guard self.pausedFor == nil else { return }
    self.pausedFor = tag
    self.pauseEnds = .now() + Self.pauseMax
    self.receiver.setPaused(true)
    // It may have read before it could know that somebody waits.
    self.lookAtPaused(.now())
  }

  private mutating func lookAtPaused(_ now: NIODeadline) {
    guard let tag = self.pausedFor else { return }
    let waiting = self.clients[tag]?.channel.waiting.load(ordering: .sequentiallyConsistent) ?? 0
    if waiting > Self.waitingMax / 2 {
      guard now >= self.pauseEnds else { return }
      self.end(tag)
    }
    self.pausedFor = nil
    self.pauseEnds = .distantFuture
    self.receiver.setPaused(false)
  }

  /// Takes nothing more of a session, which is told so.
  private mutating func end(_ tag: UInt64) {
    guard let channel = self.clients[tag]?.channel else { return }
    self.clients[tag]?.isOver = true
    channel.eventLoop.execute { channel.overrun() }
  }

  // MARK: Coming in

  /// A key is shown for the first time: its session begins; nil where the key is unknown, or
  /// nobody is let in.
  private mutating func enter(_ key: QueueKey) -> UInt64? {
    guard !self.isShut, let index = self.pending.firstIndex(where: { $0.key == key }) else {
      return nil
    }
    let pending = self.pending.remove(at: index)
    self.handOn()
    let former = self.formerSession(of: pending)
    self.lastTag += 1
    let channel = QueueChannel(
      queue: pending.queue, tag: self.lastTag,
      on: former?.eventLoop ?? self.host.nextLoop(), of: self.receiver)
    let admission = self.host.admit(
      channel, user: pending.status.owner, messageBytes: pending.queue.messageBytesMax,
      name: pending.name)
    switch admission {
    case .refused(let words):
      self.tell(pending.queue, QueueWords.refused(words))
      channel.eventLoop.execute { channel.discard() }
      pending.queue.close()
      return nil
    case .served(let isPaced, let make):
      self.clients[self.lastTag] = Client(
        key: key, queue: pending.queue, queueName: pending.queueName,
        owner: pending.status.owner, channel: channel, isPaced: isPaced)
      self.tags[key] = self.lastTag
      channel.eventLoop.execute {
        guard let former else { return channel.start(make()) }
        former.end { channel.start(make()) }
      }
      return self.lastTag
    }
  }

  /// The session of a client that died and has come again; nothing more is taken of it, and the
  /// new one begins on its loop when it is over.
  private mutating func formerSession(of pending: Pending) -> QueueChannel? {
    let former = self.clients.first { _, client in
      !client.isReplaced && client.queueName == pending.queueName
        && client.owner == pending.status.owner
    }
    guard let (tag, client) = former else { return nil }
    self.clients[tag]?.isReplaced = true
    self.clients[tag]?.isOver = true
    return client.channel
  }

  func tell(_ queue: MessageQueue, _ line: String) {
    var line = line + "\n"
    // A queue that is full, or too small for this, has nobody who waits for it.
    _ = line.withUTF8 { bytes in
      try? queue.send(UnsafeRawBufferPointer(bytes))
    }
  }

  // MARK: Other events

  func hasRoom(_ tag: UInt64) {
    guard let channel = self.clients[tag]?.channel else { return }
    channel.eventLoop.execute { channel.hasRoom() }
  }

  mutating func take(_ mail: QueueReceiver.Mail) {
    // First, as sessions may be done because of it.
    if mail.shuts, !self.isShut {
      self.isShut = true
      self.receiver.unlink()
      for pending in self.pending { pending.queue.close() }
      self.pending.removeAll()
    }
    for tag in mail.done { self.forget(tag) }
    guard mail.stops else { return }
    if self.stopEnds == nil {
      self.stopEnds = .now() + .seconds(1)
      for client in self.clients.values {
        let channel = client.channel
        channel.eventLoop.execute { channel.close(promise: nil) }
      }
    }
    if self.clients.isEmpty { self.isOver = true }
  }

  /// A session is over: its queue's name goes with it, unless the server stops, as its client will
  /// come again, or another session has the queue.
  private mutating func forget(_ tag: UInt64) {
    guard let client = self.clients.removeValue(forKey: tag) else { return }
    self.tags[client.key] = nil
    if !self.isShut, !client.isReplaced { client.queue.unlink(client.queueName) }
    client.queue.close()
    self.lookAtPaused(.now())
  }

  /// What is due by then.
  mutating func look(_ now: NIODeadline) {
    self.lookAtPaused(now)
    if let ends = self.stopEnds, now >= ends || self.clients.isEmpty { self.isOver = true }
    guard now >= self.nextSweep else { return }
    self.nextSweep = now + .seconds(1)
    self.pending.removeAll { pending in
      guard now >= pending.ends || Self.isGone(pending.queue) else { return false }
      pending.queue.close()
      return true
    }
    for client in self.clients.values where Self.isGone(client.queue) {
      let channel = client.channel
      channel.eventLoop.execute { channel.close(promise: nil) }
    }
  }

  private static func isGone(_ queue: MessageQueue) -> Bool {
    (try? queue.status.isUnlinked) ?? true
  }
}
