import Glibc

/// Signals as bytes in a pipe, to be waited for together with the keyboard.
///
/// A handler may do next to nothing; it writes the signal's number.
struct SignalPipe: Sendable {
  /// There is one for the process, as a handler can be given nothing.
  static let shared = SignalPipe()

  /// Not a signal: somebody wants the reader of the input to look up.
  private static let wake: UInt8 = 0

  let output: CInt
  private let input: CInt

  private init() {
    var ends: [CInt] = [-1, -1]
    let result = pipe(&ends)
    precondition(result == 0, "no pipe: \(errno)")
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    (self.output, self.input) = (ends[0], ends[1])
  }

  /// Has these signals written to the pipe rather than end or stop the process.
  func take(_ signals: [CInt]) {
    for signal in signals {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { number in
        let error = errno
        SignalPipe.shared.write(UInt8(truncatingIfNeeded: number))
        errno = error
      }
      action.sa_flags = SA_RESTART
      sigaction(signal, &action, nil)
    }
    // Who reads our output may go; a failed write says so.
    signal(SIGPIPE, SIG_IGN)
  }

  /// Does something on a thread that takes a signal meanwhile: those of Dispatch block them.
  static func letting<Result>(_ number: CInt, _ work: () -> Result) -> Result {
    var (taken, before) = (sigset_t(), sigset_t())
    sigemptyset(&taken)
    sigaddset(&taken, number)
    pthread_sigmask(SIG_UNBLOCK, &taken, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    return work()
  }

  /// Makes whoever waits for input look up.
  func wakeReader() {
    self.write(Self.wake)
  }

  private func write(_ byte: UInt8) {
    var byte = byte
    _ = Glibc.write(self.input, &byte, 1)
  }

  /// What came since the last time; a wake-up is 0.
  func drain() -> [CInt] {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(self.output, &bytes, bytes.count)
    return count > 0 ? bytes[..<count].map { CInt($0) } : []
  }
}
