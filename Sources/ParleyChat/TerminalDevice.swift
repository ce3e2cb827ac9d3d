import Glibc

/// The terminal on standard input: what it is set to, and how large it is.
struct TerminalDevice: Sendable {
  /// As it was found.
  private let original: termios

  /// Nil where standard input is no terminal.
  init?() {
    var settings = termios()
    guard isatty(STDIN_FILENO) == 1, tcgetattr(STDIN_FILENO, &settings) == 0 else { return nil }
    self.original = settings
  }

  /// Hands over every key as it comes, and neither echoes nor translates anything.
  func makeRaw() {
    var settings = self.original
    cfmakeraw(&settings)
    tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
  }

  /// Hands over whole lines, without their echo where they are secret.
  func makeLines(echoes: Bool) {
    var settings = self.original
    if !echoes { settings.c_lflag &= ~tcflag_t(ECHO) }
    tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
  }

  func restore() {
    var settings = self.original
    tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
  }

  /// How many columns and rows it has; 80 and 24 where it does not say.
  static func size() -> (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
    else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Writes all of it; false where nobody reads it any more.
  @discardableResult
  static func write(_ text: String, to descriptor: CInt = STDOUT_FILENO) -> Bool {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&ready, 1, -1)
        continue
      }
      guard count > 0 else { return false }
      bytes = bytes.dropFirst(count)
    }
    return true
  }
}
