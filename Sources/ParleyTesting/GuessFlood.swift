import Glibc
import Synchronization

/// Many who guess passwords at once, each at a pace, and count how they are answered.
///
/// One thread of its own, without waiting for anything but its sockets.
package final class GuessFlood: Sendable {
  /// What it does.
  package struct Plan: Sendable {
    package var port: UInt16
    /// Addresses that it comes from, one a session: 127.3.0.1 and those after it.
    package var addresses = 1
    /// Sessions of each address.
    package var sessionsEach = 1
    /// Guesses a second of all sessions together.
    package var guessesPerSecond = 1_000

    package init(port: UInt16) {
      self.port = port
    }
  }

  /// How it was answered.
  package struct Tally: Sendable, CustomStringConvertible {
    package var sent = 0
    /// Wrong, as the password was compared and found to be.
    package var compared = 0
    /// Refused because of the limits.
    package var tooFast = 0
    /// Refused because so many wait to be compared.
    package var tooBusy = 0
    /// Sessions that the server ended; each is connected again.
    package var ended = 0
    package var seconds = 0.0
    /// CPU time of the flood itself, which a server on the same machine has to do without.
    package var cpuSeconds = 0.0

    package init() {}

    package var answered: Int { self.compared + self.tooFast + self.tooBusy }

    package var description: String {
      let second = max(self.seconds, 0.001)
      return "\(Int(Double(self.answered) / second)) failed logins a second "
        + "(\(self.compared) bad_password, \(self.tooFast) too_fast, \(self.tooBusy) too_busy), "
        + "\(self.ended) sessions ended; its own CPU \(Int(self.cpuSeconds / second * 100)) %"
    }

    /// Both together.
    package static func + (left: Tally, right: Tally) -> Tally {
      var sum = left
      sum.sent += right.sent
      sum.compared += right.compared
      sum.tooFast += right.tooFast
      sum.tooBusy += right.tooBusy
      sum.ended += right.ended
      sum.seconds += right.seconds
      sum.cpuSeconds += right.cpuSeconds
      return sum
    }
  }

  private struct Guesser {
    var source: String
    var descriptor: Int32
    /// The beginning of a line whose end has not come.
    var unfinished: [UInt8] = []
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

  /// Guesses until it is stopped; says when all are connected.
  package func run(begun: () -> Void) throws -> Tally {
    var tally = Tally()
    var guessers: [Guesser] = []
    defer { for guesser in guessers { close(guesser.descriptor) } }
    for number in 0..<self.plan.addresses {
      let source = "127.3.\(number / 250).\(number % 250 + 1)"
      for _ in 0..<self.plan.sessionsEach {
        guessers.append(Guesser(source: source, descriptor: try self.connect(from: source)))
      }
    }
    let began = Deadline.clock()
    let cpu = Self.cpuNanoseconds()
    var readNext = began
    begun()
    while !self.isOver.load(ordering: .relaxed) {
      let microseconds = Int(Deadline.clock() - began) / 1_000
      while tally.sent < microseconds * self.plan.guessesPerSecond / 1_000_000 {
        // Another account each time: what one account takes is bounded anyway.
        let bytes = Array("/login account\(tally.sent % 5_000)\nwrong horse\n".utf8)
        let guesser = guessers[tally.sent % guessers.count]
        _ = send(guesser.descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        tally.sent += 1
      }
      // Seldom, as to ask the kernel about a thousand sockets costs what is measured.
      if Deadline.clock() >= readNext {
        try self.read(&guessers, &tally)
        readNext = Deadline.clock() + 50_000_000
      }
      poll(nil, 0, 2)
    }
    tally.cpuSeconds = Double(Self.cpuNanoseconds() - cpu) / 1e9
    tally.seconds = Double(Deadline.clock() - began) / 1e9
    return tally
  }

  private func connect(from source: String) throws -> Int32 {
    let descriptor = try TalkClient.connect("127.0.0.1", self.plan.port, from: source)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    return descriptor
  }

  /// Of the thread that asks.
  private static func cpuNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Reads what is there, and counts.
  private func read(_ guessers: inout [Guesser], _ tally: inout Tally) throws {
    var polled = guessers.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    guard poll(&polled, nfds_t(polled.count), 0) > 0 else { return }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    for index in polled.indices where polled[index].revents != 0 {
      let count = recv(polled[index].fd, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      if count > 0 {
        guessers[index].unfinished += buffer[..<count]
        while let end = guessers[index].unfinished.firstIndex(of: UInt8(ascii: "\n")) {
          let line = String(decoding: guessers[index].unfinished[..<end], as: UTF8.self)
          guessers[index].unfinished.removeFirst(end + 1)
          if line.contains("error bad_password") { tally.compared += 1 }
          if line.contains("error too_fast") { tally.tooFast += 1 }
          if line.contains("error too_busy") { tally.tooBusy += 1 }
        }
      } else if count == 0 || errno != EAGAIN {
        tally.ended += 1
        close(guessers[index].descriptor)
        let source = guessers[index].source
        guessers[index] = Guesser(
          source: source, descriptor: try self.connect(from: source))
      }
    }
  }
}
