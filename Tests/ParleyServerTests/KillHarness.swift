import Glibc
import ParleyTesting

/// Fifty people write, the server is killed at random moments and started again, and whatever
/// anybody saw is held against what is there afterwards.
///
/// Blocking, for one thread. Each message has a text of its own, so that one that is there twice is
/// found; its sender's getting it back with its number is its acknowledgement.
struct KillHarness {
  /// A room as its people saw it.
  struct Seen {
    /// The line that each number was seen with.
    var lines: [Int: String] = [:]
    /// Those whose senders got them back.
    var acknowledged: Set<Int> = []
  }

  static let rooms = ["lobby", "kill1", "kill2", "kill3", "kill4"]
  static let writersMax = 50
  /// So that what a room gets in one cycle is less than one answer of `/history` holds.
  private static let messagesMax = 25
  private static let window = 4

  let server: ProcessUnderTest
  private(set) var seen: [String: Seen] = [:]
  private var random: SplitMix64
  private var cycle = 0

  init(server: ProcessUnderTest, seed: UInt64) {
    self.server = server
    self.random = SplitMix64(state: seed)
    for room in Self.rooms { self.seen[room] = Seen() }
  }

  var acknowledged: Int { self.seen.values.reduce(0) { $0 + $1.acknowledged.count } }

  /// One life of the server: people come, write, and it is killed; then it is started again.
  mutating func live() throws {
    self.cycle += 1
    // Now and then the server dies while they are still coming.
    var writers = try self.enter(waiting: self.random.next() % 5 != 0)
    // A cycle's whole traffic takes some hundred milliseconds; at times nobody has written yet, at
    // times all is done.
    let moment = Deadline(millisecondsFromNow: Int(self.random.next() % 400))
    while !moment.hasPassed {
      for index in writers.indices { try writers[index].write() }
      try Self.wait(for: writers, until: moment)
      for index in writers.indices { self.take(&writers[index]) }
    }
    try self.server.signal(SIGKILL)
    _ = try self.server.waitForExit()
    // What the kernel still has was sent before, so somebody saw it.
    for index in writers.indices {
      while (try? writers[index].client.reader.fill(until: .usual)) != nil {}
      self.take(&writers[index])
    }
    try self.server.start()
  }

  private mutating func enter(waiting: Bool) throws -> [Writer] {
    var writers: [Writer] = []
    for number in 0..<Self.writersMax {
      let room = number % 2 == 0 ? Self.rooms[0] : Self.rooms[1 + number / 2 % 4]
      let name = "c\(self.cycle)w\(number)"
      let client = try BufferedClient(port: self.server.port)
      try client.say(name)
      if room != "lobby" { try client.say("/join \(room)") }
      writers.append(Writer(name: name, room: room, client: client, left: Self.messagesMax))
    }
    for writer in writers where waiting {
      while true {
        let line = try writer.client.reader.next(until: .usual)
        if line.hasPrefix("error ") { throw TalkFailure("\(writer.name) was refused: \(line)") }
        if line.hasPrefix("[\(writer.room)] ") { break }
        self.note(line, by: writer.name)
      }
    }
    return writers
  }

  private static func wait(for writers: [Writer], until deadline: Deadline) throws {
    var pollers = writers.map {
      pollfd(fd: $0.client.reader.descriptor, events: Int16(POLLIN), revents: 0)
    }
    let count = poll(&pollers, nfds_t(pollers.count), min(deadline.millisecondsLeft, 20))
    guard count > 0 else { return }
    for (writer, poller) in zip(writers, pollers) where poller.revents != 0 {
      try writer.client.reader.fill(until: .now)
    }
  }

  private mutating func take(_ writer: inout Writer) {
    while let line = writer.client.reader.nextIfThere() {
      if self.note(line, by: writer.name) { writer.unanswered -= 1 }
    }
  }

  /// Keeps a line that shows a message; whether it is the reader's own.
  @discardableResult
  mutating func note(_ line: String, by name: String) -> Bool {
    guard let message = RoomLine(line) else { return false }
    if let other = self.seen[message.room]?.lines[message.number], other != message.content {
      self.faults.append("\(message.room) #\(message.number): \(other) and \(message.content)")
    }
    self.seen[message.room]?.lines[message.number] = message.content
    guard message.sender == name else { return false }
    self.seen[message.room]?.acknowledged.insert(message.number)
    return true
  }

  // MARK: Checking

  /// What was found wrong.
  var faults: [String] = []

  /// Reads the newest messages of each room through the door.
  mutating func checkThroughDoor() throws {
    let client = try TalkClient("checker", port: self.server.port)
    try client.say("checker\(self.cycle)")
    try client.expect("*You are checker*")
    for room in Self.rooms {
      try client.say("/join \(room)")
      try client.expect("[\(room)] *")
      try client.say("/history #\(room) 1000")
      var head = ""
      while !head.hasPrefix("ok ") || !(head.contains(" of ") || head.hasSuffix("may see")) {
        head = try client.next()
      }
      if head.hasSuffix("no messages that you may see") {
        self.check(room, [:], isWhole: true)
        continue
      }
      try client.say("/history #\(room) 0")
      var lines: [RoomLine] = []
      while true {
        let line = try client.next()
        if line.hasPrefix("error bad_arguments") { break }
        if let message = RoomLine(line) { lines.append(message) }
      }
      self.check(
        room, Dictionary(lines.map { ($0.number, $0.content) }) { first, _ in first },
        isWhole: !head.contains("; older ones: "))
    }
    client.vanish()
  }

  /// Holds what is there against what was seen.
  ///
  /// - Parameters:
  ///   - room: the room's name.
  ///   - found: the messages that are there, by number; all, or the newest.
  ///   - isWhole: whether they are all.
  mutating func check(_ room: String, _ found: [Int: String], isWhole: Bool) {
    let seen = self.seen[room] ?? Seen()
    let lowest = isWhole ? 1 : found.keys.min() ?? 1
    let highest = max(found.keys.max() ?? 0, seen.lines.keys.max() ?? 0)
    guard lowest <= highest else { return }
    for number in lowest...highest {
      switch (found[number], seen.lines[number]) {
      case (nil, nil): self.faults.append("\(room) #\(number): a hole")
      case (nil, let saw?):
        let how = seen.acknowledged.contains(number) ? "acknowledged" : "seen"
        self.faults.append("\(room) #\(number): \(how), and lost: \(saw)")
      case (let found?, let saw?) where found != saw:
        self.faults.append("\(room) #\(number): \(saw) was seen, \(found) is there")
      case (.some, _): break
      }
    }
    var last: [String: Int] = [:]
    for (number, content) in found.sorted(by: { $0.key < $1.key }) {
      // `NAME: NAME.COUNTER`: each writer's are there once, in order and from the first one on.
      let parts = content.split(separator: ".")
      guard parts.count == 2, let counter = Int(parts[1]) else {
        self.faults.append("\(room) #\(number): nobody wrote \(content)")
        continue
      }
      let writer = String(parts[0])
      if let before = last[writer] ?? (isWhole ? 0 : nil), counter != before + 1 {
        self.faults.append("\(room) #\(number): \(content) comes after \(before)")
      }
      last[writer] = counter
    }
  }
}

/// One of those that write.
private struct Writer {
  let name: String
  let room: String
  let client: BufferedClient
  var left: Int
  var unanswered = 0
  private var counter = 0

  init(name: String, room: String, client: BufferedClient, left: Int) {
    self.name = name
    self.room = room
    self.client = client
    self.left = left
  }

  mutating func write() throws {
    while self.left > 0, self.unanswered < KillHarness.windowOfEach {
      self.counter += 1
      try self.client.say("\(self.name).\(self.counter)")
      self.left -= 1
      self.unanswered += 1
    }
  }
}

extension KillHarness {
  fileprivate static var windowOfEach: Int { Self.window }
}

/// A connection whose lines are taken one by one, without a deadline of their own.
private final class BufferedClient {
  var reader: LineReader
  private let client: TalkClient

  init(port: UInt16) throws {
    self.client = try TalkClient("writer", port: port)
    self.reader = LineReader(descriptor: self.client.reader.descriptor)
  }

  func say(_ line: String) throws {
    try self.client.say(line)
  }
}

/// A message as line mode prints it: `12:03 [lobby] #42 ana: hello`.
struct RoomLine {
  var room: String
  var number: Int
  var sender: String
  /// `ana: hello`.
  var content: String

  init?(_ line: String) {
    let parts = line.split(separator: " ", maxSplits: 3)
    guard parts.count == 4, parts[1].hasPrefix("["), parts[1].hasSuffix("]"),
      parts[2].hasPrefix("#"), let number = Int(parts[2].dropFirst()),
      let colon = parts[3].firstIndex(of: ":")
    else { return nil }
    self.room = String(parts[1].dropFirst().dropLast())
    self.number = number
    self.sender = String(parts[3][..<colon])
    self.content = String(parts[3])
  }
}

/// Random numbers that a seed repeats.
struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    self.state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = self.state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
