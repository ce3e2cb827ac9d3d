import Glibc
import ParleyTesting

/// Those who mean no good: they flood, send garbage, or come and go without a word.
struct DayMischief {
  private struct Guest {
    var descriptor: Int32
    /// When it hangs up, whatever it has not read.
    var until: Int
  }

  private static let guestsMax = 200
  private static let words = [
    "/join ", "%post ", "JOIN #", "NICK x\r\nUSER x 0 * :x\r\n", "{\"jsonrpc\":\"2.0\",",
    "GET / HTTP/1.1",
    "\r\n", "\n", "\0", "\u{1B}[2J", "#", "@", "/history 1000\n", "%groupjoin ", "QUIT", "|", "\"",
    "/dm ", "/search ", "üüü", "\u{202E}", "/set ", "/who\n", "PING :\r\n", "PRIVMSG #lobby :",
  ]

  private var guests: [Guest] = []
  private var random: SplitMix64
  private var next = 0
  /// So that no two ask for one name.
  private var serial = 0
  private(set) var count = 0

  init(seed: UInt64) {
    self.random = SplitMix64(seed: seed)
  }

  /// Does something now and then.
  mutating func act(_ now: Int, port: UInt16) {
    self.guests.removeAll { guest in
      if guest.until <= now { close(guest.descriptor) }
      return guest.until <= now
    }
    guard now >= self.next, self.guests.count < Self.guestsMax else { return }
    self.next = now + Int(self.random.next() % 400)
    self.count += 1
    switch self.random.next() % 8 {
    case 0: self.comeAndGo(now, port)
    case 1...3: self.flood(now, port)
    default: self.sendGarbage(now, port)
    }
  }

  /// Many connections at once; some have begun to say who they are.
  private mutating func comeAndGo(_ now: Int, _ port: UInt16) {
    for _ in 0..<(Self.guestsMax - self.guests.count) {
      let word = self.random.oneIn(2) ? "half a nam" : ""
      self.enter(Array(word.utf8), now, port)
    }
  }

  /// Asks for much and reads nothing of it.
  private mutating func flood(_ now: Int, _ port: UInt16) {
    let asked = ["/who\n", "/rooms\n", "/history 100\n", "/search x\n", "/list\n", "hello\n"]
    var bytes = Array("f\(self.serial)\n".utf8)
    let line = Array(asked[Int(self.random.next() % UInt64(asked.count))].utf8)
    for _ in 0..<(self.random.next() % 2_000) { bytes += line }
    self.enter(bytes, now, port)
  }

  private mutating func sendGarbage(_ now: Int, _ port: UInt16) {
    var bytes: [UInt8] = []
    if self.random.oneIn(2) { bytes += Array("g\(self.serial)\n".utf8) }
    let kind = self.random.next() % 4
    for _ in 0..<(self.random.next() % 200) {
      let word = Self.words[Int(self.random.next() % UInt64(Self.words.count))]
      if kind != 0 { bytes += word.utf8 }
      if kind != 1 {
        for _ in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: self.random.next())) }
      }
    }
    // A line that is too long for everybody.
    if kind == 3 { bytes += [UInt8](repeating: 0x61, count: 100_000) }
    self.enter(bytes, now, port)
  }

  private mutating func enter(_ bytes: [UInt8], _ now: Int, _ port: UInt16) {
    guard let descriptor = try? DaySocket.connect(port: port) else { return }
    self.serial += 1
    _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    self.guests.append(
      Guest(descriptor: descriptor, until: now + Int(self.random.next() % 5_000)))
  }

  mutating func hangUp() {
    for guest in self.guests { close(guest.descriptor) }
    self.guests.removeAll()
  }
}
