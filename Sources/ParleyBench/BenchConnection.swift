import Glibc

/// One connection of the load generator: a non-blocking socket, an unfinished line in, unsent bytes
/// out, and what it has seen of each sender in its room.
///
/// Everything lives on the one thread of ``BenchRun``.
final class BenchConnection {
  enum State {
    case connecting
    case loggingIn
    case joining
    case joined
  }

  let id: Int
  let room: Int
  let roomName: String
  let name: String
  let descriptor: Int32
  /// Where it goes by message queues.
  private var link: BenchQueue?
  var state = State.connecting

  /// The beginning of a line whose end has not come yet.
  var partial: [UInt8] = []
  /// Bytes that the socket has not taken yet, from `outgoingStart` on.
  private var outgoing: [UInt8] = []
  private var outgoingStart = 0
  /// EPOLLOUT is asked for.
  private(set) var waitsToWrite = false

  /// The counter that is expected next of each sender of the room.
  ///
  /// A pointer, because it is read and written for every delivery.
  let expected: UnsafeMutablePointer<UInt32>
  private let senders: Int

  // What only a sender has.
  /// Its place among the room's senders; nil for one that only listens.
  let seat: Int?
  /// The connection whose delivery counts as the answer.
  var witness = 0
  var sent = 0
  var answered = 0
  /// When each message was sent, or in an open loop was due.
  var times: [UInt64] = []
  /// It is in the list of those that may send more.
  var isListed = false

  init(
    id: Int, room: Int, roomName: String, name: String, seat: Int?, senders: Int, plan: BenchPlan
  ) throws(BenchError) {
    self.id = id
    self.room = room
    self.roomName = roomName
    self.name = name
    self.seat = seat
    self.senders = senders
    let link = try plan.queue.map { control throws(BenchError) in try BenchQueue(control) }
    self.link = link
    if let link {
      self.descriptor = link.descriptor
    } else {
      self.descriptor = try Self.connect(to: plan)
    }
    self.expected = .allocate(capacity: senders)
    self.expected.initialize(repeating: 0, count: senders)
    if seat != nil { self.times.reserveCapacity(plan.messagesPerSender) }
  }

  deinit {
    if let link = self.link { link.close() } else { close(self.descriptor) }
    self.expected.deallocate()
  }

  /// Connects while blocking, which on one machine takes no time, and then blocks no more.
  private static func connect(to plan: BenchPlan) throws(BenchError) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = plan.port.bigEndian
    guard inet_pton(AF_INET, plan.host, &address.sin_addr) == 1 else {
      throw BenchError("\(plan.host) is not an IPv4 address")
    }
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else {
      throw BenchError("no socket: \(String(cString: strerror(errno)))")
    }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        Glibc.connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else {
      let reason = String(cString: strerror(errno))
      close(descriptor)
      throw BenchError("\(plan.host):\(plan.port): \(reason)")
    }
    var on: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    return descriptor
  }

  /// Queues bytes; ``flush()`` sends them.
  func queue(_ text: String) {
    if let link = self.link { self.outgoing.append(contentsOf: link.key) }
    self.outgoing.append(contentsOf: text.utf8)
  }

  /// Queues a message of this sender.
  func queueMessage(_ saying: (before: [UInt8], after: [UInt8]), size: Int, time: UInt64) {
    if let link = self.link { self.outgoing.append(contentsOf: link.key) }
    self.outgoing.append(contentsOf: saying.before)
    Payload.append(sender: self.id, counter: self.sent, size: size, to: &self.outgoing)
    self.outgoing.append(contentsOf: saying.after)
    self.times.append(time)
    self.sent += 1
  }

  /// Begins the way in: by its name at once, or by a key that is asked for first.
  func queueLogin(_ dialect: BenchDialect) {
    self.queue(self.link?.hello(self.name) ?? dialect.login(as: self.name))
  }

  /// Takes the key, where a line brings it; the login follows.
  func takesKey(_ line: String, _ dialect: BenchDialect) -> Bool {
    guard self.link?.takeKey(line) == true else { return false }
    self.queue(dialect.login(as: self.name))
    return true
  }

  /// Reads what is there, at most `count` bytes; -1 and `errno` where there is nothing.
  func receive(into memory: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
    self.link?.receive(into: memory, count) ?? read(self.descriptor, memory, count)
  }

  /// Sends what is queued, by one call; false when the connection is gone.
  func flush() -> Bool {
    let left = self.outgoing.count - self.outgoingStart
    if left > 0 {
      let sent = self.outgoing.withUnsafeBytes { bytes in
        self.link?.send(UnsafeRawBufferPointer(rebasing: bytes[self.outgoingStart...]))
          ?? bytes.baseAddress.map {
            send(self.descriptor, $0 + self.outgoingStart, left, Int32(MSG_NOSIGNAL))
          } ?? 0
      }
      if sent < 0 && errno != EAGAIN { return false }
      self.outgoingStart += max(sent, 0)
    }
    self.waitsToWrite = self.outgoingStart < self.outgoing.count
    if !self.waitsToWrite {
      self.outgoing.removeAll(keepingCapacity: true)
      self.outgoingStart = 0
    }
    return true
  }
}
