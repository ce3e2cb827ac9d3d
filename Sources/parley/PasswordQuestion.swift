import ArgumentParser
import Dispatch
import Foundation

/// Asks for a new password: twice and without an echo at a terminal, elsewhere a line of standard
/// input.
enum PasswordQuestion {
  /// What is read of one line at most, in bytes; a password has less.
  private static let lineBytesMax = 4_096

  static func ask(for name: String) throws -> String {
    guard isatty(STDIN_FILENO) == 1 else {
      guard let password = try self.line(), !password.isEmpty else {
        throw self.failure("no password came: write it to standard input, as one line", EX_USAGE)
      }
      return password
    }
    var settings = termios()
    tcgetattr(STDIN_FILENO, &settings)
    // A signal must not leave the terminal without its echo.
    let signals = [SIGINT, SIGTERM, SIGHUP]
    let sources = signals.map { self.restore(settings, at: $0) }
    defer {
      for source in sources { source.cancel() }
      for signal in signals { Foundation.signal(signal, SIG_DFL) }
    }
    let password = try self.answer("New password of \(name): ", settings)
    guard !password.isEmpty else { throw self.failure("nothing was changed") }
    guard try self.answer("Again: ", settings) == password else {
      throw self.failure("the two are not the same; nothing was changed")
    }
    return password
  }

  private static func failure(_ text: String, _ code: CInt = EXIT_FAILURE) -> ExitCode {
    AdminFailure(text: text, code: code).exit
  }

  private static func answer(_ question: String, _ settings: termios) throws -> String {
    var (shown, silent) = (settings, settings)
    silent.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
    self.say(question)
    let line = Result { try self.line() }
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown)
    self.say("\n")
    return try line.get() ?? ""
  }

  /// Ends the program at that signal, the terminal as it was before.
  private static func restore(
    _ settings: termios, at signal: CInt
  ) -> any DispatchSourceSignal {
    let source = DispatchSource.makeSignalSource(signal: signal, queue: .global())
    source.setEventHandler {
      var settings = settings
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
      self.say("\n")
      // As a shell says it.
      exit(128 + signal)
    }
    // From when on it is there, and not before, the echo may go.
    let isThere = DispatchSemaphore(value: 0)
    source.setRegistrationHandler { isThere.signal() }
    source.resume()
    isThere.wait()
    return source
  }

  private static func say(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }

  /// A line without its end; nil where the input ends before one begins.
  private static func line() throws -> String? {
    var bytes: [UInt8] = []
    while bytes.count < self.lineBytesMax {
      var byte: UInt8 = 0
      let count = read(STDIN_FILENO, &byte, 1)
      if count < 0, errno == EINTR { continue }
      if count <= 0 && bytes.isEmpty { return nil }
      if count <= 0 || byte == UInt8(ascii: "\n") { break }
      bytes.append(byte)
    }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    guard bytes.count < self.lineBytesMax, let text = String(validating: bytes, as: UTF8.self)
    else {
      throw self.failure("a password is one line of UTF-8, of at most 1024 bytes", EX_USAGE)
    }
    return text
  }
}
