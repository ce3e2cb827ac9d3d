import Glibc

/// Somebody in a room: a non-blocking connection, and what it has seen.
///
/// Everything lives on the one thread of ``DayRun``.
final class DayPerson {
  let name: String
  let role: DayRole
  let room: Int
  let descriptor: Int32
  /// `[day3] `, with which each line of the room goes on after its time.
  private let mark: [UInt8]

  private(set) var isInRoom = false
  /// The number of the last message it saw; 0 before the first.
  private(set) var last = 0
  private(set) var unanswered = 0
  private var counter = 0
  private var partial: [UInt8] = []
  private var outgoing: [UInt8] = []

  /// It is not read from until then, in milliseconds; 0 is at once.
  var pausedUntil = 0
  /// When it began, or began to read again.
  var since = 0

  /// Connects and asks for its name and room at once.
  init(name: String, role: DayRole, room: Int, descriptor: Int32) {
    self.name = name
    self.role = role
    self.room = room
    self.descriptor = descriptor
    self.mark = Array("[\(DayPlan.name(ofRoom: room))] ".utf8)
    self.queue("\(name)\n/join \(DayPlan.name(ofRoom: room))\n")
  }

  deinit {
    close(self.descriptor)
  }

  // MARK: Writing

  /// Says the next of its messages, of which few are posts and few are long.
  func write(_ chance: UInt64) {
    self.counter += 1
    self.unanswered += 1
    let size = chance % 1_000 == 0 ? 1_900 : Int(chance >> 32 % 120)
    let filler = String(repeating: chance % 7 == 0 ? "ü" : "x", count: size)
    if chance % 500 == 1 {
      self.queue("/post \(self.name).\(self.counter) | \(filler)body\n")
    } else {
      self.queue("\(self.name).\(self.counter) \(filler).\n")
    }
  }

  private func queue(_ text: String) {
    self.outgoing.append(contentsOf: text.utf8)
  }

  /// Sends what the socket takes; false when the connection is gone.
  func flush() -> Bool {
    guard !self.outgoing.isEmpty else { return true }
    let count = send(
      self.descriptor, self.outgoing, self.outgoing.count,
      Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    if count < 0 { return errno == EAGAIN }
    self.outgoing.removeFirst(count)
    return true
  }

  // MARK: Reading

  enum Reading {
    case nothing
    case some
    case ended
  }

  /// Takes what one read brings.
  func read(_ buffer: UnsafeMutableBufferPointer<UInt8>, _ ledger: inout DayLedger) -> Reading {
    let count = recv(
      self.descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
    if count < 0, errno == EAGAIN { return .nothing }
    guard count > 0 else { return .ended }
    var rest = UnsafeBufferPointer(rebasing: buffer[..<count])[...]
    while let newline = rest.firstIndex(of: 0x0A) {
      if self.partial.isEmpty {
        self.take(rest[..<newline], &ledger)
      } else {
        self.partial += rest[..<newline]
        self.partial.withUnsafeBufferPointer { self.take($0[...], &ledger) }
        self.partial.removeAll(keepingCapacity: true)
      }
      rest = rest[(newline + 1)...]
    }
    self.partial += rest
    return .some
  }

  private func take(_ line: Slice<UnsafeBufferPointer<UInt8>>, _ ledger: inout DayLedger) {
    // `12:34 [day3] #5 name: text`; what the room answers at joining has no time before it.
    guard line.dropFirst(6).starts(with: self.mark) else {
      if line.starts(with: self.mark) { self.isInRoom = true }
      if line.starts(with: "error ".utf8) {
        ledger.fault("\(self.name) was refused: \(String(decoding: line, as: UTF8.self))")
      }
      return
    }
    var rest = line.dropFirst(6 + self.mark.count)
    guard rest.first == UInt8(ascii: "#") else { return }
    rest = rest.dropFirst()
    var number = 0
    while let digit = rest.first, digit != UInt8(ascii: " ") {
      number = number * 10 + Int(digit) - 48
      rest = rest.dropFirst()
    }
    rest = rest.dropFirst()
    if self.last > 0, number != self.last + 1 {
      ledger.fault("\(self.name) saw #\(number) of its room after #\(self.last)")
    }
    self.last = number
    let after = rest.dropFirst(self.name.utf8.count).first
    let isOwn =
      self.role == .writer && rest.starts(with: self.name.utf8)
      && (after == UInt8(ascii: ":") || after == UInt8(ascii: " "))
    if isOwn { self.unanswered -= 1 }
    ledger.note(room: self.room, number, DayLedger.hash(rest), isOwn: isOwn)
  }
}
