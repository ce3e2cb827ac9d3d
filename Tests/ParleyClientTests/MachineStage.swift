import NIOCore
import Testing

@testable import ParleyClient

/// Plays the server, the network and the clock to a client's decisions.
struct MachineStage {
  static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

  var machine: ClientMachine
  var now = Self.start
  /// All that was sent, told and answered so far.
  var sent: [JSON] = []
  var events: [Event] = []
  var answers: [UInt64: Result<JSON, ClientError>] = [:]
  var started: [Result<Welcome, ClientError>] = []
  var connects = 0
  var disconnects = 0
  var isFinished = false

  init(
    jitter: Double = 0, _ change: (inout Configuration) -> Void = { _ in }
  ) {
    var configuration = Configuration(
      address: .unix(path: "nowhere"), name: "ana", token: "token-of-ana-0123456789")
    change(&configuration)
    self.machine = ClientMachine(configuration) { jitter }
  }

  mutating func play(_ decide: (inout ClientMachine, NIODeadline) -> Void) {
    decide(&self.machine, self.now)
    for action in self.machine.actions {
      switch action {
      case .connect: self.connects += 1
      case .disconnect: self.disconnects += 1
      case .send(let line):
        if let frame = JSON(parsing: ByteBuffer(string: line)) { self.sent.append(frame) }
      case .tell(let event): self.events.append(event)
      case .answer(let number, let result): self.answers[number] = result
      case .started(let result): self.started.append(result)
      case .finish: self.isFinished = true
      }
    }
    self.machine.actions = []
  }

  // MARK: The server

  mutating func receive(_ line: JSON) {
    self.play { $0.received(line, $1) }
  }

  mutating func tell(_ method: String, _ params: JSON) {
    self.receive(["jsonrpc": "2.0", "method": .string(method), "params": params])
  }

  /// Answers the newest request of a method.
  mutating func answer(_ method: String, _ result: JSON) {
    self.receive(["jsonrpc": "2.0", "id": self.newest(method)["id"] ?? .null, "result": result])
  }

  mutating func refuse(_ method: String, _ code: String) {
    let error: JSON = ["code": -32000, "message": "no", "data": ["code": .string(code)]]
    self.receive(["jsonrpc": "2.0", "id": self.newest(method)["id"] ?? .null, "error": error])
  }

  func newest(_ method: String) -> JSON {
    self.sent.last { $0["method"] == .string(method) } ?? .null
  }

  func count(_ method: String) -> Int {
    self.sent.count { $0["method"] == .string(method) }
  }

  /// Connects, and is let in with these rooms.
  mutating func enter(_ rooms: [JSON] = [], directs: [JSON] = [], account: JSON = .null) {
    self.play { machine, now in
      if machine.phase == .idle { machine.start(now) }
      machine.connected(now)
    }
    self.answer("hello", Self.welcome(rooms, directs: directs, account: account))
  }

  mutating func lose(_ why: String = "cut") {
    self.play { $0.lost(.unreachable(why), $1) }
  }

  /// Lets the time come that is waited for.
  mutating func wait() {
    guard let deadline = self.machine.deadline else { return }
    self.now = deadline
    self.play { $0.wake($1) }
  }

  mutating func request(_ number: UInt64, _ method: String, _ repeating: Repeating) {
    self.play { machine, _ in
      machine.request(number, method, ["room": "lobby", "text": "t\(number)"], repeating)
    }
  }

  static func welcome(
    _ rooms: [JSON], directs: [JSON] = [], account: JSON = .null
  ) -> JSON {
    [
      "session": 7, "name": "ana", "account": account, "token": .null, "rooms": .array(rooms),
      "directs": .array(directs), "directs_more": 0, "lost": [], "unread": [], "unread_more": 0,
    ]
  }

  static func room(
    _ name: String = "lobby", epoch: String = "k1", sequence: Int64, resumed: Bool = false,
    opened: String = "autojoin", current: Bool = true, newMember: Bool = false,
    messages: [Int64] = [], more: Bool = false
  ) -> JSON {
    [
      "room": .string(name), "epoch": .string(epoch), "sequence": .integer(sequence),
      "resumed": .boolean(resumed), "opened": .string(opened), "current": .boolean(current),
      "new_member": .boolean(newMember), "new_room": false, "topic": .null, "present": ["ana"],
      "present_more": 0, "more": .boolean(more),
      "messages": .array(messages.map { Self.message($0, room: name, epoch: epoch) }),
    ]
  }

  static func message(
    _ sequence: Int64, room: String = "lobby", epoch: String = "k1", to: JSON = .null
  ) -> JSON {
    [
      "room": .string(room), "epoch": .string(epoch), "sequence": .integer(sequence),
      "id": .string("\(epoch)-\(sequence)"), "from": "bob", "account": .null, "to": to,
      "kind": "say", "text": .string("m\(sequence)"), "time": .string(Self.time(sequence)),
    ]
  }

  /// A time that increases with the sequence.
  static func time(_ sequence: Int64) -> String {
    let digits = String(sequence)
    return "2026-11-20T12:00:00.\(String(repeating: "0", count: 6 - digits.count))\(digits)Z"
  }

  static func history(_ sequences: [Int64], more: Bool = false) -> JSON {
    [
      "room": "lobby", "more": .boolean(more),
      "messages": .array(sequences.map { Self.message($0) }),
    ]
  }

  // MARK: What was told

  var messages: [Int64] {
    self.events.compactMap {
      switch $0 {
      case .message(let message), .posted(let message), .direct(let message): message.sequence
      default: nil
      }
    }
  }

  var missed: [ClosedRange<Int64>] {
    self.events.compactMap { if case .missed(let missed) = $0 { missed.sequences } else { nil } }
  }

  var states: [ConnectionState] {
    self.events.compactMap { if case .state(let state) = $0 { state } else { nil } }
  }

  /// How long it waits before the next attempt.
  var delay: Duration? {
    if case .waiting(let delay, because: _)? = self.states.last { delay } else { nil }
  }
}
