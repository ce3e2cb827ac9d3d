import NIOCore
import NIOEmbedded
import ParleyDoorKit
import ParleyModel
import ParleyRuntime

/// A socket that takes nothing while its reader does not read.
final class SlowSocket: ChannelOutboundHandler {
  typealias OutboundIn = ByteBuffer

  var isStopped = false
  /// What the reader has got.
  var received: [UInt8] = []
  private var held: [(ByteBuffer, EventLoopPromise<Void>?)] = []

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let bytes = self.unwrapOutboundIn(data)
    if self.isStopped {
      self.held.append((bytes, promise))
    } else {
      self.received.append(contentsOf: bytes.readableBytesView)
      promise?.succeed()
    }
  }

  func flush(context: ChannelHandlerContext) {}

  /// The reader takes one of the writes that wait; false where there is none.
  @discardableResult
  func take() -> Bool {
    guard !self.held.isEmpty else { return false }
    let (bytes, promise) = self.held.removeFirst()
    self.received.append(contentsOf: bytes.readableBytesView)
    promise?.succeed()
    return true
  }

  /// The connection is gone.
  func drop() {
    for (_, promise) in self.held { promise?.fail(ChannelError.ioOnClosedChannel) }
    self.held.removeAll()
  }
}

/// One simulated person: a connection, what it has been told, and what must hold of that without
/// knowing anything else.
final class SimulatedClient {
  /// A message that it was shown, or that was acknowledged to it.
  struct Promised: Hashable {
    var room: UInt64
    var number: UInt64
  }

  /// A command that it sent with a nonce.
  private struct Nonced {
    var nonce: Substring
    var line: Substring
  }

  let name: String
  let channel: EmbeddedChannel
  let socket = SlowSocket()
  let handler: SessionHandler
  let script: SessionScript
  let loop: Int
  /// Tags that are still to be answered.
  private var due: [UInt64] = []
  private var dueStart = 0
  private var nonced: [UInt64: Nonced] = [:]
  /// What was stored with a nonce: the line, and the message's name.
  private var effects: [Substring: (line: Substring, message: String)] = [:]
  /// The newest place that it was shown in each room.
  private var places: [UInt64: (position: UInt64, number: UInt64)] = [:]
  /// Lines that wait because the server does not read.
  private var unsent: [[String]] = []
  private var hasEnded = false
  private(set) var isClosed = false
  /// The newest that it sent and was shown, for the words of a fault.
  private var transcript: [String] = []
  private(set) var promised: [Promised] = []
  var keepsTranscript = false
  /// What it keeps for its next connection.
  var tab: SimulatedTab?
  /// Is told what it sends and is shown.
  var say: ((String) -> Void)?

  init(
    name: String, loop: (index: Int, loop: EmbeddedEventLoop), engine: SteppedEngine,
    dialect: ProbeDialect, script: SessionScript
  ) throws {
    self.name = name
    self.loop = loop.index
    self.script = script
    self.channel = EmbeddedChannel(handler: nil, loop: loop.loop)
    self.channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
    try self.channel.pipeline.syncOperations.addHandler(self.socket)
    guard let handler = engine.makeSession(on: self.channel, dialect: dialect, door: "probe") else {
      throw SimulationFault(.start, "no session can be made")
    }
    self.handler = handler
    try self.channel.pipeline.syncOperations.addHandler(handler)
  }

  var session: SessionID { self.handler.id }

  /// Whether the server reads from it.
  private var isRead: Bool {
    let option = self.channel.options.first { $0.option is ChannelOptions.Types.AutoReadOption }
    return (option?.value as? Bool) ?? true
  }

  func send(_ lines: [String]) throws {
    if self.keepsTranscript { for line in lines { self.note("> " + line) } }
    guard !self.hasEnded else { return }
    self.unsent.append(lines)
    try self.pump()
  }

  /// Sends what waits, as far as the server reads.
  func pump() throws {
    while !self.unsent.isEmpty, self.isRead, self.channel.isActive {
      var bytes = ByteBuffer()
      for line in self.unsent.removeFirst() {
        bytes.writeString(line)
        bytes.writeStaticString("\n")
      }
      try self.channel.writeInbound(bytes)
    }
  }

  func resumeReading() {
    self.socket.isStopped = false
    while self.socket.take() {}
  }

  /// It has nothing more to say.
  func endInput() {
    self.unsent.removeAll()
    self.hasEnded = true
    self.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
  }

  /// The connection breaks.
  func vanish() {
    self.isClosed = true
    self.socket.drop()
    if self.channel.isActive { self.channel.close(promise: nil) }
  }

  // MARK: What it was told

  /// Reads what has arrived and checks it.
  func check(_ ledger: Ledger) throws {
    if !self.socket.received.isEmpty {
      let bytes = self.socket.received
      self.socket.received.removeAll(keepingCapacity: true)
      var place = 0
      do {
        while let frame = ProbeFrame.next(in: bytes, at: &place) {
          if self.keepsTranscript { self.note("\(frame)") }
          try self.check(frame, ledger)
        }
      } catch let fault as SimulationFault {
        throw SimulationFault(fault.kind, self.told(fault.text))
      }
      guard place == bytes.count else { throw SimulationFault(.delivery, "half a frame") }
    }
    if !self.unsent.isEmpty { try self.pump() }
    if !self.channel.isActive { self.isClosed = true }
  }

  private func note(_ text: String) {
    self.say?("    \(self.name) \(text)")
    self.transcript.append(text)
    if self.transcript.count > 12 { self.transcript.removeFirst() }
  }

  private func told(_ text: String) -> String {
    ([self.name + ": " + text] + self.transcript).joined(separator: "\n    ")
  }

  private func check(_ frame: ProbeFrame, _ ledger: Ledger) throws {
    switch frame.kind {
    case .asked: return self.remember(frame)
    case .probe: return
    case .behind: try self.tab?.checkBehind(frame.number(0), after: frame.number(1))
    case .caughtUp: break
    case .fault: throw SimulationFault(.answer, frame.text(from: 0))
    case .skipped: return try self.script.checkSkipped(frame)
    case .closing:
      // The server may end a session at any time; what it had not been shown is lost.
      guard ["quit", "hungUp"].contains(frame.text(from: 0)) else { return }
    case .event: try self.checkEvent(frame)
    case .direct:
      self.promised.append(Promised(room: frame.number(0), number: frame.number(2)))
      try self.tab?.hears(frame.number(0), frame.number(2), mayMiss: true)
    case .reply, .refused: try self.checkAnswer(frame)
    }
    try self.script.check(frame, ledger)
  }

  private func remember(_ frame: ProbeFrame) {
    self.due.append(frame.number(0))
    guard frame.body.count > 8 else { return }
    let text = frame.text(from: 8)
    guard let space = text.firstIndex(of: " ") else { return }
    self.nonced[frame.number(0)] = Nonced(nonce: text[..<space], line: text[space...])
  }

  /// Nothing twice, nothing out of order.
  private func checkEvent(_ frame: ProbeFrame) throws {
    let (room, position, number) = (frame.number(0), frame.number(1), frame.number(2))
    let last = self.places[room] ?? (0, 0)
    guard position > last.position, number == 0 || number > last.number else {
      throw SimulationFault(.order, "\(frame) after \(last.position), #\(last.number)")
    }
    self.places[room] = (position, number == 0 ? last.number : number)
    guard number > 0 else { return }
    self.promised.append(Promised(room: room, number: number))
    try self.tab?.hears(room, number, mayMiss: self.script.mayMissMessages)
  }

  /// One answer for each command, in the order of the commands.
  private func checkAnswer(_ frame: ProbeFrame) throws {
    let tag = frame.number(0)
    if frame.kind == .reply { self.enter(frame.rest) }
    guard tag != 0 else { return }
    guard self.dueStart < self.due.count, self.due[self.dueStart] == tag else {
      let due = self.dueStart < self.due.count ? self.due[self.dueStart] : 0
      throw SimulationFault(.answer, "\(frame), but \(due) was due")
    }
    self.dueStart += 1
    guard let nonced = self.nonced.removeValue(forKey: tag) else { return }
    try self.checkNonce(nonced, frame)
  }

  /// A room that does not go on from what it has is found with its newest message.
  private func enter(_ answer: String) {
    let words = answer.split(separator: " ", maxSplits: 5)
    guard let tab = self.tab, words.count > 4, words[0] == "entered", let room = UInt64(words[2]),
      let head = UInt64(words[3]), !words[4].hasPrefix("after")
    else { return }
    tab.enters(room, head: head)
  }

  /// A command sent again with its nonce has the answer of the first.
  private func checkNonce(_ nonced: Nonced, _ frame: ProbeFrame) throws {
    let known = self.effects[nonced.nonce]
    if frame.kind == .refused {
      guard let known else { return }
      let isReused = frame.text(from: 8) == "nonce_reused"
      guard isReused == (known.line != nonced.line) || frame.text(from: 8) == "storage_unavailable"
      else { throw SimulationFault(.nonce, "\(frame) to \(nonced.nonce)\(nonced.line)") }
      return
    }
    let message = frame.rest
    guard message.hasPrefix("stored ") else { return }
    if let known, known.line != nonced.line || known.message != message {
      throw SimulationFault(
        .nonce, "\(nonced.nonce)\(nonced.line): \(message), but \(known.line): \(known.message)")
    }
    self.effects[nonced.nonce] = (nonced.line, message)
  }

  /// Whether everything that it typed was read and answered.
  var isAnswered: Bool { self.unsent.isEmpty && self.dueStart == self.due.count }

  /// At rest, everything asked is answered and everything said is shown.
  func checkRest(_ ledger: Ledger) throws {
    if let missing = self.script.missing(ledger) {
      throw SimulationFault(.delivery, self.told("was not shown \(missing)"))
    }
    guard self.isAnswered else {
      throw SimulationFault(.answer, self.told("waits for \(self.due[self.dueStart...])"))
    }
  }
}
