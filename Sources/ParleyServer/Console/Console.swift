package import Dispatch
import Foundation
package import Logging
import NIOConcurrencyHelpers

/// What the server shows of itself: sessions that come and go, and its own reports.
///
/// Called from event loops, the sequencer and the control plane; each call puts one line into a
/// bounded queue and returns. One thread of its own turns lines into text and writes them, so that
/// a terminal or a pipe that nobody reads delays no session. What does not fit into the queue is
/// counted and said.
package final class Console: Sendable {
  /// Lines that may wait; beyond it they are lost, and how many is said.
  static let linesMax = 8_192

  private struct Queue {
    var lines: [(line: ConsoleLine, microseconds: Int64)] = []
    var lost = 0
    var isClosed = false
  }

  private let queue = NIOLockedValueBox(Queue())
  private let filled = DispatchSemaphore(value: 0)
  private let written = DispatchSemaphore(value: 0)
  private let formatter: ConsoleFormatter
  private let shownLevel: NIOLockedValueBox<Logger.Level>
  private let showsMessages: Bool

  /// Starts the thread that writes to `descriptor`, which stays open.
  package init(_ configuration: ServerConfiguration, descriptor: Int32 = STDOUT_FILENO) {
    self.formatter = ConsoleFormatter(format: configuration.logFormat)
    self.shownLevel = NIOLockedValueBox(configuration.logLevel)
    self.showsMessages = configuration.logMessages
    // A console whose reader is gone must not end the server.
    signal(SIGPIPE, SIG_IGN)
    let thread = Thread { self.write(to: descriptor) }
    thread.name = "console"
    thread.start()
  }

  /// What is shown; may change while the server runs.
  package var level: Logger.Level {
    get { self.shownLevel.withLockedValue { $0 } }
    set { self.shownLevel.withLockedValue { $0 = newValue } }
  }

  /// A session was recognised.
  ///
  /// `active` counts those there are now.
  package func sessionConnected(number: UInt64, address: String, door: String, active: Int) {
    self.show(
      .sessionConnected(number: number, address: address, door: door, active: active))
  }

  /// A session ended.
  ///
  /// `active` counts those that remain.
  package func sessionClosed(number: UInt64, reason: String, active: Int) {
    self.show(.sessionClosed(number: number, reason: reason, active: active))
  }

  /// Something was said; shown only with `log_messages`.
  package func message(room: String, sender: String, text: String) {
    guard self.showsMessages else { return }
    self.put(.message(room: room, sender: sender, text: text))
  }

  /// Whether ``message(room:sender:text:)`` shows anything, so that callers need not prepare it.
  package var wantsMessages: Bool { self.showsMessages }

  /// The server is up: where its data is and what was found there, how to reach it, and, last,
  /// the addresses with the ports that it took.
  package func ready(
    listeners: [ListenAddress], socket: String?, data: String, found: String
  ) {
    self.put(.data(directory: data, found: found))
    self.put(.connect(Self.commands(for: listeners, socket: socket)))
    self.put(.ready(listeners: listeners.map(\.description) + (socket.map { [$0] } ?? [])))
  }

  /// A logger that writes here.
  package func logger(label: String) -> Logger {
    Logger(label: label) { _ in ConsoleLogHandler(console: self) }
  }

  /// Writes what is queued, for as long as `timeout` at most, and ends the thread.
  ///
  /// Later lines are dropped.
  package func close(within timeout: DispatchTimeInterval = .seconds(1)) {
    let wasClosed = self.queue.withLockedValue { queue in
      defer { queue.isClosed = true }
      return queue.isClosed
    }
    guard !wasClosed else { return }
    self.filled.signal()
    _ = self.written.wait(timeout: .now() + timeout)
  }

  /// Puts a line into the queue, whatever the level is.
  func put(_ line: ConsoleLine) {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let microseconds = Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1_000
    let wasEmpty = self.queue.withLockedValue { queue in
      guard !queue.isClosed else { return false }
      guard queue.lines.count < Self.linesMax else {
        queue.lost += 1
        return false
      }
      queue.lines.append((line, microseconds))
      return queue.lines.count == 1
    }
    if wasEmpty { self.filled.signal() }
  }

  /// Lines about sessions are reports of level `info`.
  private func show(_ line: ConsoleLine) {
    if self.level <= .info { self.put(line) }
  }

  private static func commands(for listeners: [ListenAddress], socket: String?) -> [String] {
    // An address that means "every one of this machine" is no place to connect to.
    func host(_ listener: ListenAddress) -> String {
      ["0.0.0.0": "127.0.0.1", "::": "::1"][listener.host] ?? listener.host
    }
    var commands: [String] = []
    if let first = listeners.first(where: { !$0.requiresTLS }) {
      let host = host(first)
      commands = [
        "nc \(host) \(first.port)", "telnet \(host) \(first.port)",
        "irssi -c \(host) -p \(first.port)",
      ]
    }
    if let first = listeners.first(where: \.requiresTLS) {
      let host = host(first)
      let place = host.contains(":") ? "[\(host)]:\(first.port)" : "\(host):\(first.port)"
      commands += [
        "openssl s_client -quiet -connect \(place)", "irssi --tls -c \(host) -p \(first.port)",
      ]
    }
    return commands + (socket.map { ["nc -U \($0)"] } ?? [])
  }
}

extension Console {
  /// The thread: takes all that waits, writes it, and ends after it was closed.
  private func write(to descriptor: Int32) {
    while true {
      self.filled.wait()
      let (lines, lost, isClosed) = self.queue.withLockedValue { queue in
        let taken = (queue.lines, queue.lost, queue.isClosed)
        queue.lines = []
        queue.lost = 0
        return taken
      }
      var text = ""
      for (line, microseconds) in lines {
        text += self.formatter.line(line, at: microseconds)
      }
      if lost > 0, let last = lines.last {
        text += self.formatter.line(.lost(lost), at: last.microseconds)
      }
      Self.write(Array(text.utf8), to: descriptor)
      if isClosed { break }
    }
    self.written.signal()
  }

  /// Writes all of it, or as much as the descriptor takes before it fails: there is nobody left to
  /// whom a console's failure could be told.
  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes {
        Foundation.write(descriptor, $0.baseAddress, $0.count)
      }
      if count >= 0 {
        written += count
      } else if errno == EAGAIN {
        // A terminal that another program made non-blocking.
        var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&state, 1, -1)
      } else if errno != EINTR {
        return
      }
    }
  }
}
