import CEpoll
import Glibc

/// One run: everybody connects, logs in and joins; the senders send; every delivery is checked and
/// timed.
///
/// One thread, one epoll, no allocation per delivery: on one machine the load generator takes CPU
/// from the server that it measures, so it must cost less than the server does.
package final class BenchRun {
  let plan: BenchPlan
  private let epoll: Int32
  private var connections: [BenchConnection] = []
  private var senders: [BenchConnection] = []
  private let saying: [(before: [UInt8], after: [UInt8])]

  private var isRunning = false
  private var joined = 0
  /// Senders with room in their window.
  private var ready: [BenchConnection] = []
  /// In an open loop: how many messages have been sent, and when the first was due.
  private var scheduled = 0
  private var began: UInt64 = 0

  var tally = BenchTally()
  private let buffer: UnsafeMutablePointer<UInt8>
  private static let bufferBytes = 1 << 18
  private static let eventsMax = 512
  /// After so long without a byte, what is missing is called lost.
  private static let patienceNanoseconds: UInt64 = 15_000_000_000
  /// So many may be between connecting and having joined, which no listen queue minds.
  private static let joiningMax = 32

  package init(_ plan: BenchPlan) {
    self.plan = plan
    self.epoll = cepoll_create()
    self.buffer = .allocate(capacity: Self.bufferBytes + (1 << 16))
    self.saying = (0..<plan.rooms).map { room in
      let parts = plan.dialect.saying(in: Self.name(ofRoom: room, plan))
      return (Array(parts.before.utf8), Array(parts.after.utf8))
    }
    self.raiseDescriptorLimit()
  }

  deinit {
    close(self.epoll)
    self.buffer.deallocate()
  }

  private static func name(ofRoom room: Int, _ plan: BenchPlan) -> String {
    plan.inLobby ? "lobby" : "bench\(room)"
  }

  private func raiseDescriptorLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  /// Does it all.
  package func run() throws(BenchError) -> BenchReport {
    let meter = try self.plan.serverPID.map { process throws(BenchError) in
      try ServerMeter(process: process)
    }
    try self.connectEverybody()
    try self.drain()
    let before = try meter?.waitUntilQuiet()
    let memoryBefore = meter?.memoryBytes
    self.setStalled(true)

    self.isRunning = true
    self.began = Clock.now()
    self.tally.first = self.began
    if self.plan.rate == nil {
      for sender in self.senders { self.list(sender) }
    }
    try self.run(until: self.deliveriesWanted(stalled: 0))
    let after = try meter?.waitUntilQuiet()
    var report = BenchReport(self.plan, self.tally)
    if let before, let after { report.count(serverNanoseconds: after - before) }
    if let memoryBefore, let memory = meter?.memoryBytes {
      report.serverMemoryGrowthBytes = memory - memoryBefore
    }
    if self.plan.stalled > 0 {
      self.setStalled(false)
      let began = Clock.now()
      try self.run(until: self.deliveriesWanted(stalled: self.plan.stalled))
      report.caughtUpSeconds = Double(self.tally.last - min(began, self.tally.last)) / 1e9
    }
    self.checkThatAllCame()
    report.faults = self.tally.faults
    report.faultExamples = self.tally.examples
    return report
  }

  /// Sends and receives until that many deliveries came, or none comes any more.
  private func run(until wanted: Int) throws(BenchError) {
    var lastByte = Clock.now()
    while self.tally.deliveries < wanted {
      try self.sendWhatMayBeSent()
      if try self.pass(timeout: self.nanosecondsUntilDue()) > 0 {
        lastByte = Clock.now()
      } else if Clock.now() - lastByte > Self.patienceNanoseconds {
        break
      }
    }
    try self.drain()
  }

  /// The deliveries to all but those who are stalled, and to so many of these in each room.
  private func deliveriesWanted(stalled: Int) -> Int {
    let readers = self.plan.members - self.plan.stalled + stalled
    let receivers = self.plan.dialect.echoes ? readers : readers - 1
    return self.senders.count * self.plan.messagesPerSender * receivers
  }

  /// The last members of each room stop reading, or begin again.
  private func setStalled(_ isStalled: Bool) {
    guard self.plan.stalled > 0 else { return }
    for connection in self.connections
    where connection.id % self.plan.members >= self.plan.members - self.plan.stalled {
      if isStalled {
        _ = cepoll_remove(self.epoll, connection.descriptor)
      } else {
        _ = cepoll_add(self.epoll, connection.descriptor, UInt32(connection.id), 0)
      }
    }
  }

  // MARK: Setting up

  private func connectEverybody() throws(BenchError) {
    let everybody = self.plan.rooms * self.plan.members
    // Two runs against one server, one soon after the other, must not ask for the same names.
    let run = getpid() % 10_000
    while self.joined < everybody {
      if self.connections.count < everybody,
        self.connections.count - self.joined < Self.joiningMax
      {
        try self.connectOne(run: Int(run))
        continue
      }
      if try self.pass(timeout: Self.patienceNanoseconds) == 0 {
        throw BenchError("only \(self.joined) of \(everybody) are in their rooms after 15 s")
      }
    }
  }

  private func connectOne(run: Int) throws(BenchError) {
    let id = self.connections.count
    let room = id / self.plan.members
    let place = id % self.plan.members
    let connection = try BenchConnection(
      id: id, room: room, roomName: Self.name(ofRoom: room, self.plan), name: "b\(run)n\(id)",
      seat: place < self.plan.senders ? place : nil, senders: self.plan.senders, plan: self.plan)
    // With an echo the sender itself is the witness, else its neighbour.
    connection.witness =
      self.plan.dialect.echoes
      ? id : room * self.plan.members + (place + 1) % self.plan.members
    self.connections.append(connection)
    if connection.seat != nil { self.senders.append(connection) }
    _ = cepoll_add(self.epoll, connection.descriptor, UInt32(id), 0)
    connection.state = .loggingIn
    connection.queueLogin(self.plan.dialect)
    try self.flush(connection)
  }

  /// Reads until nothing has come for 200 ms.
  private func drain() throws(BenchError) {
    while try self.pass(timeout: 200_000_000) > 0 {}
  }

  private func setUp(_ connection: BenchConnection, _ line: String) throws(BenchError) {
    let dialect = self.plan.dialect
    if dialect.refuses(line) { throw BenchError("\(connection.name) was refused: \(line)") }
    if connection.takesKey(line, dialect) {
      try self.flush(connection)
    } else if connection.state == .loggingIn, dialect.welcomes(line) {
      connection.state = .joining
      if !self.plan.inLobby {
        connection.queue(dialect.joining(connection.roomName))
        try self.flush(connection)
      }
    } else if connection.state == .joining, dialect.admits(line, to: connection.roomName) {
      connection.state = .joined
      self.joined += 1
    }
  }

  // MARK: Sending

  private func list(_ sender: BenchConnection) {
    if sender.isListed { return }
    sender.isListed = true
    self.ready.append(sender)
  }

  private func sendWhatMayBeSent() throws(BenchError) {
    if let rate = self.plan.rate {
      try self.sendWhatIsDue(rate: rate)
      return
    }
    if self.ready.isEmpty { return }
    let now = Clock.now()
    for sender in self.ready {
      sender.isListed = false
      let room = min(
        self.plan.window - (sender.sent - sender.answered),
        self.plan.messagesPerSender - sender.sent)
      for _ in 0..<max(room, 0) {
        sender.queueMessage(self.saying[sender.room], size: self.plan.size, time: now)
        self.tally.messages += 1
      }
      try self.flush(sender)
    }
    self.ready.removeAll(keepingCapacity: true)
  }

  /// An open loop: a message is late when it is answered late, even if it could not be sent in time
  /// because earlier ones were not.
  private func sendWhatIsDue(rate: Int) throws(BenchError) {
    let now = Clock.now()
    let total = self.senders.count * self.plan.messagesPerSender
    while self.scheduled < total, self.due(self.scheduled, rate: rate) <= now {
      let sender = self.senders[self.scheduled % self.senders.count]
      sender.queueMessage(
        self.saying[sender.room], size: self.plan.size,
        time: self.due(self.scheduled, rate: rate))
      self.tally.messages += 1
      self.scheduled += 1
      try self.flush(sender)
    }
  }

  private func due(_ message: Int, rate: Int) -> UInt64 {
    self.began + UInt64(message) * 1_000_000_000 / UInt64(rate)
  }

  private func nanosecondsUntilDue() -> UInt64 {
    guard let rate = self.plan.rate,
      self.scheduled < self.senders.count * self.plan.messagesPerSender
    else { return 1_000_000_000 }
    let due = self.due(self.scheduled, rate: rate)
    let now = Clock.now()
    return due > now ? due - now : 0
  }

  private func flush(_ connection: BenchConnection) throws(BenchError) {
    let waited = connection.waitsToWrite
    guard connection.flush() else {
      throw BenchError("\(connection.name) lost its connection")
    }
    if connection.waitsToWrite != waited {
      _ = cepoll_change(
        self.epoll, connection.descriptor, UInt32(connection.id), connection.waitsToWrite ? 1 : 0)
    }
  }

  // MARK: Receiving

  /// Waits for something to happen and deals with it; the number of sockets on which it did.
  private func pass(timeout nanoseconds: UInt64) throws(BenchError) -> Int {
    try withUnsafeTemporaryAllocation(of: cepoll_ready.self, capacity: Self.eventsMax) {
      (ready: UnsafeMutableBufferPointer<cepoll_ready>) throws(BenchError) -> Int in
      let count = cepoll_wait(
        self.epoll, ready.baseAddress, Int32(Self.eventsMax), Int64(nanoseconds))
      for event in ready[..<Int(count)] {
        let connection = self.connections[Int(event.tag)]
        if event.writable != 0 { try self.flush(connection) }
        if event.readable != 0 { try self.receive(connection) }
      }
      return Int(count)
    }
  }

  private func receive(_ connection: BenchConnection) throws(BenchError) {
    let kept = connection.partial.count
    if kept > 0 {
      self.buffer.update(from: connection.partial, count: kept)
      connection.partial.removeAll(keepingCapacity: true)
    }
    let count = connection.receive(into: self.buffer + kept, Self.bufferBytes)
    if count < 0 && errno == EAGAIN {
      connection.partial.append(contentsOf: UnsafeBufferPointer(start: self.buffer, count: kept))
      return
    }
    guard count > 0 else {
      throw BenchError("the server closed the connection of \(connection.name)")
    }
    let now = Clock.now()
    let deliveries = self.tally.deliveries
    var start = UnsafePointer(self.buffer)
    let end = start + kept + count
    while let newline = memchr(start, 0x0A, end - start) {
      let stop = UnsafePointer(newline.assumingMemoryBound(to: UInt8.self))
      try self.take(connection, start, stop - start, now)
      start = stop + 1
    }
    if start < end {
      guard end - start < 1 << 16 else { throw BenchError("a line of more than 64 KiB came") }
      connection.partial.append(contentsOf: UnsafeBufferPointer(start: start, count: end - start))
    }
    if self.tally.deliveries > deliveries { self.tally.reads += 1 }
  }

  @inline(__always)
  private func take(
    _ connection: BenchConnection, _ line: UnsafePointer<UInt8>, _ count: Int, _ now: UInt64
  ) throws(BenchError) {
    if self.isRunning, let (id, counter) = Payload.find(line, count: count) {
      self.deliver(to: connection, from: id, counter: counter, now)
      return
    }
    let mayBePing =
      count > 0 && (line[0] == UInt8(ascii: "P") || count == BenchDialect.ping.utf8.count)
    if self.isRunning && !mayBePing { return }
    let text = String(decoding: UnsafeBufferPointer(start: line, count: count), as: UTF8.self)
    if self.plan.dialect == .json, text == BenchDialect.ping {
      connection.queue(#"{"jsonrpc":"2.0","id":"ping","result":{}}"# + "\n")
      try self.flush(connection)
    } else if self.plan.dialect == .queue, text == BenchDialect.ping {
      connection.queue("PING\n")
      try self.flush(connection)
    } else if self.plan.dialect == .irc, text.hasPrefix("PING") {
      connection.queue("PONG\(text.dropFirst(4))\n")
      try self.flush(connection)
    } else if !self.isRunning {
      try self.setUp(connection, text)
    }
  }

  @inline(__always)
  private func deliver(to connection: BenchConnection, from id: Int, counter: Int, _ now: UInt64) {
    guard id < self.connections.count, let seat = self.connections[id].seat,
      self.connections[id].room == connection.room, counter < self.connections[id].sent
    else {
      self.tally.fault("\(connection.name) got a message of another room or run: \(id)/\(counter)")
      return
    }
    let sender = self.connections[id]
    let expected = Int(connection.expected[seat])
    if counter != expected {
      self.tally.fault(
        "\(connection.name) got message \(counter) of \(sender.name) where \(expected) was next")
      if counter < expected { return }
    }
    connection.expected[seat] = UInt32(counter + 1)
    self.tally.deliveries += 1
    self.tally.last = now
    self.tally.latencies.record(now &- min(sender.times[counter], now))
    if sender.witness == connection.id {
      sender.answered = counter + 1
      self.tally.lastAnswer = now
      if self.plan.rate == nil && sender.sent < self.plan.messagesPerSender { self.list(sender) }
    }
  }

  private func checkThatAllCame() {
    for connection in self.connections {
      for sender in self.senders where sender.room == connection.room {
        if sender.id == connection.id && !self.plan.dialect.echoes { continue }
        let got = Int(connection.expected[sender.seat ?? 0])
        if got != self.plan.messagesPerSender {
          self.tally.fault(
            "\(connection.name) has \(got) of \(self.plan.messagesPerSender) of \(sender.name)")
        }
      }
    }
  }
}
