import Glibc
import Synchronization

/// One address that asks a server for all it can: it connects and drops, takes names and drops,
/// connects and waits, and says, searches and joins faster than it may.
///
/// One thread of its own, without waiting for anything but its sockets.
package final class Flood: Sendable {
  /// What it does.
  package struct Plan: Sendable {
    package var port: UInt16
    /// An address of this machine that begins with 127.
    package var source: String
    /// New connections a second, whatever becomes of them.
    package var connectionsPerSecond = 500
    /// Connections that talk, from the beginning on.
    package var talkers = 30
    /// Lines a second of each of them.
    package var linesPerSecond = 50

    package init(port: UInt16, source: String) {
      self.port = port
      self.source = source
    }
  }

  /// What became of it.
  package struct Tally: Sendable, CustomStringConvertible {
    package var connections = 0
    /// Connections that the server ended.
    package var ended = 0
    /// Names asked for on connections that were then dropped.
    package var names = 0
    /// Lines that talkers sent.
    package var lines = 0
    package var seconds = 0.0
    /// CPU time of the flood itself, which a server on the same machine has to do without.
    package var cpuSeconds = 0.0

    package var description: String {
      let second = max(self.seconds, 0.001)
      return "\(Int(Double(self.connections) / second)) connections a second, \(self.ended) ended "
        + "by the server, \(self.names) names and dropped, \(self.lines) lines; its own CPU \(Int(self.cpuSeconds / second * 100)) %"
    }
  }

  private let plan: Plan
  private let isOver = Atomic<Bool>(false)

  /// A flood that ``run()`` begins.
  package init(_ plan: Plan) {
    self.plan = plan
  }

  /// Ends it, from another thread.
  package func stop() {
    self.isOver.store(true, ordering: .relaxed)
  }

  private struct Guest {
    var descriptor: Int32
    var talks: Bool
  }

  /// Floods until it is stopped.
  package func run() throws -> Tally {
    var tally = Tally()
    var guests: [Guest] = []
    defer { for guest in guests { Self.drop(guest.descriptor) } }
    for number in 0..<self.plan.talkers {
      let guest = Guest(descriptor: try self.connect(), talks: true)
      guests.append(guest)
      Self.send("t\(number)\n", to: guest.descriptor)
    }
    let began = Deadline.clock()
    let cpu = Self.cpuNanoseconds()
    var turns = 0
    while !self.isOver.load(ordering: .relaxed) {
      let microseconds = Int(Deadline.clock() - began) / 1_000
      while tally.connections < microseconds * self.plan.connectionsPerSecond / 1_000_000 {
        try self.come(&guests, &tally)
      }
      while turns < microseconds * self.plan.linesPerSecond / 1_000_000 {
        for guest in guests where guest.talks {
          Self.send(Self.lines[turns % Self.lines.count], to: guest.descriptor)
          tally.lines += 1
        }
        turns += 1
      }
      try self.read(&guests, &tally)
    }
    tally.seconds = Double(Deadline.clock() - began) / 1e9
    tally.cpuSeconds = Double(Self.cpuNanoseconds() - cpu) / 1e9
    return tally
  }

  private func connect() throws -> Int32 {
    let descriptor = try TalkClient.connect("127.0.0.1", self.plan.port, from: self.plan.source)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    return descriptor
  }

  /// A connection that waits for what it is told, takes a name and drops, or only drops.
  private func come(_ guests: inout [Guest], _ tally: inout Tally) throws {
    tally.connections += 1
    let descriptor = try self.connect()
    switch tally.connections % 4 {
    case 0 where guests.count < 4 * self.plan.talkers:
      return guests.append(Guest(descriptor: descriptor, talks: false))
    case 1, 2:
      tally.names += 1
      Self.send("f\(tally.connections)\n", to: descriptor)
    default: break
    }
    Self.drop(descriptor)
  }

  /// Reads and throws away what comes within two milliseconds.
  private func read(_ guests: inout [Guest], _ tally: inout Tally) throws {
    var polled = guests.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    guard poll(&polled, nfds_t(polled.count), 2) > 0 else { return }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    for index in polled.indices.reversed() where polled[index].revents != 0 {
      let count = recv(polled[index].fd, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      guard count == 0 || count < 0 && errno != EAGAIN else { continue }
      tally.ended += 1
      Self.drop(guests[index].descriptor)
      guests.remove(at: index)
    }
  }

  private static func send(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// What costs a server something.
  private static let lines: [String] = (0..<100).map { number in
    switch number % 10 {
    case 0: "/search flood\n"
    case 1: "/join flood\(number)\n"
    case 2: "/nosuch\n"
    default: "a flood of words, line \(number), that nobody wants to read\n"
    }
  }

  /// Resets a connection, so that none of it stays in this machine.
  private static func drop(_ descriptor: Int32) {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    close(descriptor)
  }

  /// Of the thread that asks.
  private static func cpuNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
