import Foundation

/// What the operator types where the server has a terminal: a line is announced to everybody,
/// and `/exit` stops the server as SIGINT does.
///
/// Lives on a thread of its own that only ever waits for the terminal; it ends with the process.
package struct ConsoleInput: Sendable {
  private let descriptor: Int32
  private let announce: @Sendable (String) -> Void
  private let stop: @Sendable () -> Void

  /// Prepares to read `descriptor`.
  ///
  /// `announce` is given each line, without its end and its outer spaces; `stop` is called on
  /// `/exit`.
  package init(
    descriptor: Int32 = STDIN_FILENO, announce: @escaping @Sendable (String) -> Void,
    stop: @escaping @Sendable () -> Void = { kill(getpid(), SIGINT) }
  ) {
    self.descriptor = descriptor
    self.announce = announce
    self.stop = stop
  }

  /// Begins to read, if the descriptor is a terminal; answers whether it is.
  @discardableResult
  package func start() -> Bool {
    guard isatty(self.descriptor) == 1 else { return false }
    // In the background of a shell a read from the terminal would stop the whole process; with
    // this signal ignored the read fails instead.
    signal(SIGTTIN, SIG_IGN)
    let thread = Thread { self.read() }
    thread.name = "console input"
    thread.start()
    return true
  }

  /// One line, as the operator typed it.
  package func take(_ line: String) {
    let text = line.trimmingCharacters(in: .whitespacesAndNewlines)
    switch text {
    case "": break
    case "/exit", "/quit": self.stop()
    default: self.announce(text)
    }
  }

  private func read() {
    var lines = LineBuffer()
    var bytes = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = Foundation.read(self.descriptor, &bytes, bytes.count)
      if count > 0 {
        for line in lines.take(bytes[..<count]) { self.take(line) }
      } else if count == 0 {
        // ^D: the operator has said all; the server goes on.
        return
      } else if errno == EIO {
        // In the background; the terminal may come back with `fg`.
        sleep(1)
      } else if errno != EINTR {
        return
      }
    }
  }
}

/// Bytes that become lines.
struct LineBuffer {
  private var pending: [UInt8] = []

  /// The lines that these bytes complete; what is no UTF-8 in them is replaced.
  mutating func take(_ bytes: some Sequence<UInt8>) -> [String] {
    self.pending += bytes
    var lines: [String] = []
    while let end = self.pending.firstIndex(of: UInt8(ascii: "\n")) {
      lines.append(String(decoding: self.pending[..<end], as: UTF8.self))
      self.pending.removeSubrange(...end)
    }
    return lines
  }
}
