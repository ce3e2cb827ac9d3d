import NIOCore
import NIOEmbedded
import ParleyDoorKit
import ParleyModel
import ParleyRuntime

/// A socket that takes nothing while its reader does not read.
final class SlowSocket: ChannelOutboundHandler {
  typealias OutboundIn = ByteBuffer

  var isStopped = false
  private var held: [(NIOAny, EventLoopPromise<Void>?)] = []

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if self.isStopped {
      self.held.append((data, promise))
    } else {
      context.write(data, promise: promise)
    }
  }

  /// The reader reads again.
  func resume(context: ChannelHandlerContext) {
    self.isStopped = false
    for (data, promise) in self.held { context.write(data, promise: promise) }
    self.held.removeAll()
    context.flush()
  }

  /// The connection is gone.
  func drop() {
    for (_, promise) in self.held { promise?.fail(ChannelError.ioOnClosedChannel) }
    self.held.removeAll()
  }
}

/// What a client was told that contradicts a promise.
package struct SimulationFault: Error, CustomStringConvertible {
  package let description: String
}

/// One simulated person: a connection, what it has been told, and what must hold of that.
final class SimulatedClient {
  /// A room that it has open: the last that it was told.
  private struct OpenRoom {
    var name: Substring
    var sequence: UInt64
    var position: UInt64?
  }

  let name: String
  let channel: EmbeddedChannel
  let socket = SlowSocket()
  private let echoes: Bool
  private var rooms: [UInt64: OpenRoom] = [:]
  private var current: UInt64?
  private var due: [UInt64] = []
  /// Bytes that wait because the server does not read.
  private var unsent: [String] = []
  private(set) var isClosed = false
  /// The newest lines, for the words of a fault.
  private var transcript: [String] = []
  /// Everything that it was ever shown: room, sequence, and who said what.
  private(set) var shown: [(room: UInt64, sequence: UInt64, text: String)] = []

  init(name: String, loop: EmbeddedEventLoop, engine: SteppedEngine, echoes: Bool) throws {
    self.name = name
    self.echoes = echoes
    self.channel = EmbeddedChannel(handler: nil, loop: loop)
    try self.channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    try self.channel.pipeline.syncOperations.addHandler(self.socket)
    let dialect = ProbeDialect(echoes: echoes)
    if let handler = engine.makeSession(on: self.channel, dialect: dialect, door: "probe") {
      try self.channel.pipeline.syncOperations.addHandler(handler)
    }
  }

  /// Whether the server reads from it.
  private var isRead: Bool {
    let option = self.channel.options.first { $0.option is ChannelOptions.Types.AutoReadOption }
    return (option?.value as? Bool) ?? true
  }

  func send(_ line: String) throws {
    self.transcript.append("> \(line)")
    self.unsent.append(line)
    try self.pump()
  }

  /// Sends what waits, as far as the server reads.
  func pump() throws {
    while !self.unsent.isEmpty, self.isRead, self.channel.isActive {
      let line = self.unsent.removeFirst()
      try self.channel.writeInbound(ByteBuffer(string: line + "\n"))
    }
  }

  func stopReading() { self.socket.isStopped = true }

  func resumeReading() throws {
    guard self.socket.isStopped else { return }
    let context = try self.channel.pipeline.syncOperations.context(handler: self.socket)
    self.socket.resume(context: context)
  }

  /// The connection breaks.
  func vanish() {
    self.isClosed = true
    self.socket.drop()
    if self.channel.isActive { _ = try? self.channel.finish(acceptAlreadyClosed: true) }
  }

  /// Reads what has arrived and checks it.
  func check() throws {
    while var bytes = try self.channel.readOutbound(as: ByteBuffer.self) {
      let text = bytes.readString(length: bytes.readableBytes) ?? ""
      for line in text.split(separator: "\n") { try self.check(line) }
    }
    if !self.channel.isActive { self.isClosed = true }
  }

  private func check(_ line: Substring) throws {
    self.transcript.append(String(line))
    if self.transcript.count > 12 { self.transcript.removeFirst() }
    let words = line.split(separator: " ", maxSplits: 5)
    let numbers = words.map { UInt64($0) ?? 0 }
    switch words[0] {
    case "asked": self.due.append(numbers[1])
    case "reply", "refused": try self.checkAnswer(numbers[1], line)
    case "entered": self.enter(words, numbers)
    case "left":
      self.rooms = self.rooms.filter { $0.value.name != words[1] }
      self.current = self.rooms.first { $0.value.name == words[2] }?.key
    case "event": try self.checkEvent(words, numbers, line)
    case "shown":
      self.shown.append(
        (numbers[1], numbers[2], words[3...].joined(separator: " ")))
    case "unread": throw self.fault("a plan was printed instead of what it finds")
    default: break
    }
  }

  /// Switching, and returning to the lobby, close the room that was current.
  private func enter(_ words: [Substring], _ numbers: [UInt64]) {
    let isOpen = words[4] == "again"
    if words[4] == "switched" || words[4] == "returned", let current = self.current {
      self.rooms[current] = nil
    }
    if words[5] == "current" { self.current = numbers[1] }
    guard !isOpen else { return }
    self.rooms[numbers[1]] = OpenRoom(name: words[3], sequence: numbers[2], position: nil)
  }

  /// One answer for each command, in the order of the commands.
  private func checkAnswer(_ tag: UInt64, _ line: Substring) throws {
    guard tag != 0 else { return }
    guard self.due.first == tag else {
      throw self.fault("answer \(tag), but \(self.due.first ?? 0) was due: \(line)")
    }
    self.due.removeFirst()
  }

  /// No gap, nothing twice, nothing out of order.
  private func checkEvent(
    _ words: [Substring], _ numbers: [UInt64], _ line: Substring
  ) throws {
    guard var room = self.rooms[numbers[1]] else {
      throw self.fault("told of a room that it has not entered: \(line)")
    }
    if let last = room.position {
      let isNext = self.echoes ? numbers[2] == last + 1 : numbers[2] > last
      guard isNext else { throw self.fault("position \(numbers[2]) after \(last)") }
    }
    room.position = numbers[2]
    if words.count >= 5 {
      let isNext = self.echoes ? numbers[3] == room.sequence + 1 : numbers[3] > room.sequence
      guard isNext else { throw self.fault("#\(numbers[3]) after #\(room.sequence): \(line)") }
      room.sequence = numbers[3]
      let text = words[4...].joined(separator: " ")
      self.shown.append((numbers[1], numbers[3], text))
    }
    self.rooms[numbers[1]] = room
  }

  private func fault(_ text: String) -> SimulationFault {
    SimulationFault(
      description: "\(self.name): \(text)\n  " + self.transcript.joined(separator: "\n  "))
  }

  /// At rest, everything asked is answered and everything said is shown.
  func checkRest(heads: [UInt64: UInt64]) throws {
    guard self.unsent.isEmpty, self.due.isEmpty else {
      throw self.fault("still waits for the answers \(self.due)")
    }
    guard self.echoes else { return }
    for room in self.rooms.keys.sorted() {
      guard let known = self.rooms[room], let head = heads[room] else { continue }
      guard known.sequence == head else {
        throw self.fault("has #\(known.sequence) of room \(room), whose head is #\(head)")
      }
    }
  }
}
