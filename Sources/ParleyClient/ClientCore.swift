import NIOCore

/// Performs what a ``ClientMachine`` decides.
///
/// Lives on one event loop, on which its sockets are, too.
final class ClientCore {
  private let loop: any EventLoop
  private let connector: Connector
  private var machine: ClientMachine
  private var channel: (any Channel)?
  /// Counts the connections, so that a word of an earlier one is known.
  private var connection: UInt64 = 0
  private var started: CheckedContinuation<Result<Welcome, ClientError>, Never>?
  private var waiting: [UInt64: CheckedContinuation<Result<JSON, ClientError>, Never>] = [:]
  private var quitting: [CheckedContinuation<Void, Never>] = []
  private var timer: Scheduled<Void>?
  private var timerDeadline: NIODeadline?
  private let takesEvents: Bool
  private let eventsMax: Int
  /// What nobody has taken yet.
  private var events = CircularBuffer<Event>()
  /// Who waits for an event; then there is none.
  private var readers: [(number: UInt64, continuation: CheckedContinuation<Event?, Never>)] = []
  private var isReading = true
  private var isPerforming = false

  init(_ configuration: Configuration, loop: any EventLoop) {
    self.loop = loop
    self.connector = Connector(configuration, loop: loop)
    self.machine = ClientMachine(configuration) { Double.random(in: 0...1) }
    self.takesEvents = configuration.takesEvents
    self.eventsMax = max(1, configuration.bounds.eventsMax)
  }

  var state: ConnectionState { self.machine.state }
  var cursors: [String: Cursor] { self.machine.cursors }

  // MARK: What is asked

  func start(_ continuation: CheckedContinuation<Result<Welcome, ClientError>, Never>) {
    guard self.started == nil else {
      return continuation.resume(returning: .failure(.closed("it is being started already")))
    }
    self.started = continuation
    self.turn { $0.start($1) }
  }

  func request(
    _ number: UInt64, _ method: String, _ params: [String: JSON], _ repeating: Repeating,
    _ continuation: CheckedContinuation<Result<JSON, ClientError>, Never>
  ) {
    self.waiting[number] = continuation
    self.turn { machine, _ in machine.request(number, method, params, repeating) }
  }

  func cancel(_ number: UInt64) {
    self.turn { machine, _ in machine.cancel(number) }
  }

  func quit(_ lastWord: String?, _ continuation: CheckedContinuation<Void, Never>) {
    guard self.machine.phase != .closed else { return continuation.resume() }
    self.quitting.append(continuation)
    self.turn { $0.quit(lastWord, $1) }
  }

  func abandon() {
    self.turn { machine, _ in
      machine.actions.append(.disconnect)
      machine.close(.quit)
    }
  }

  // MARK: Events

  func nextEvent(_ number: UInt64, _ continuation: CheckedContinuation<Event?, Never>) {
    guard let event = self.events.popFirst() else {
      guard self.machine.phase != .closed else { return continuation.resume(returning: nil) }
      return self.readers.append((number, continuation))
    }
    continuation.resume(returning: event)
    if self.machine.isFull, self.events.count <= self.eventsMax / 2 {
      self.turn { $0.full(false, $1) }
    }
  }

  func cancelNextEvent(_ number: UInt64) {
    guard let index = self.readers.firstIndex(where: { $0.number == number }) else { return }
    self.readers.remove(at: index).continuation.resume(returning: nil)
  }

  /// Hands an event on, or keeps it for its reader.
  private func tell(_ event: Event) {
    guard self.takesEvents else { return }
    guard self.readers.isEmpty else {
      return self.readers.removeFirst().continuation.resume(returning: event)
    }
    self.events.append(event)
    if self.events.count >= self.eventsMax { self.machine.full(true, self.loop.now) }
    if self.events.count > 4 * self.eventsMax { self.machine.failBehindEvents() }
  }

  // MARK: What comes from the connection

  /// There is a channel, over which TLS is perhaps being agreed on: it can be closed now.
  func opened(_ connection: UInt64, _ channel: any Channel) {
    guard connection == self.connection else { return channel.close(promise: nil) }
    self.channel = channel
  }

  func connected(_ connection: UInt64, _ channel: any Channel) {
    guard connection == self.connection else { return channel.close(promise: nil) }
    self.channel = channel
    self.isReading = true
    self.turn { $0.connected($1) }
  }

  func received(_ line: ByteBuffer, _ connection: UInt64) {
    guard connection == self.connection else { return }
    guard let value = JSON(parsing: line) else {
      let start = line.getString(at: line.readerIndex, length: min(line.readableBytes, 200))
      return self.turn { $0.received(text: start ?? "", $1) }
    }
    self.turn { $0.received(value, $1) }
  }

  func lost(_ error: ClientError, _ connection: UInt64) {
    guard connection == self.connection else { return }
    self.channel = nil
    self.connection += 1
    self.turn { $0.lost(error, $1) }
  }

  // MARK: Performing

  /// Has the machine decide, performs it, and sets the timer.
  private func turn(_ decide: (inout ClientMachine, NIODeadline) -> Void) {
    decide(&self.machine, self.loop.now)
    // What is performed may come back at once; it takes its turn behind what is there.
    guard !self.isPerforming else { return }
    self.isPerforming = true
    var next = 0
    while next < self.machine.actions.count {
      self.perform(self.machine.actions[next])
      next += 1
    }
    self.machine.actions.removeAll(keepingCapacity: true)
    self.isPerforming = false
    self.channel?.flush()
    self.setTimer()
    self.setReading()
  }

  private func perform(_ action: ClientMachine.Action) {
    switch action {
    case .connect: self.connect()
    case .disconnect:
      self.connection += 1
      self.channel?.close(promise: nil)
      self.channel = nil
    case .send(let line):
      guard let channel = self.channel else { return }
      var bytes = channel.allocator.buffer(capacity: line.utf8.count + 1)
      bytes.writeString(line)
      bytes.writeInteger(UInt8(ascii: "\n"))
      channel.write(bytes, promise: nil)
    case .tell(let event): self.tell(event)
    case .answer(let number, let result):
      self.waiting.removeValue(forKey: number)?.resume(returning: result)
    case .started(let result):
      self.started?.resume(returning: result)
      self.started = nil
    case .finish:
      for reader in self.readers { reader.continuation.resume(returning: nil) }
      self.readers = []
      for continuation in self.quitting { continuation.resume() }
      self.quitting = []
    }
  }

  private func connect() {
    self.connection += 1
    let connection = self.connection
    self.connector.connect(self, connection)
  }

  /// Stops reading while events wait, but for answers that somebody waits for.
  private func setReading() {
    let reads = !self.machine.isFull || self.machine.isAwaited
    guard reads != self.isReading, let channel = self.channel else { return }
    self.isReading = reads
    channel.setOption(.autoRead, value: reads).whenFailure { _ in }
    if reads { channel.read() }
  }

  private func setTimer() {
    guard let deadline = self.machine.deadline else {
      self.timer?.cancel()
      self.timerDeadline = nil
      return
    }
    // One that is too early finds out by itself.
    if let set = self.timerDeadline, set <= deadline { return }
    self.timer?.cancel()
    self.timerDeadline = deadline
    self.timer = self.loop.assumeIsolated().scheduleTask(deadline: deadline) {
      self.timerDeadline = nil
      self.turn { $0.wake($1) }
    }
  }
}
