import ArgumentParser
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
    let password = try self.answer("New password of \(name): ")
    guard !password.isEmpty else { throw self.failure("nothing was changed") }
    guard try self.answer("Again: ") == password else {
      throw self.failure("the two are not the same; nothing was changed")
    }
    return password
  }

  private static func failure(_ text: String, _ code: CInt = EXIT_FAILURE) -> ExitCode {
    AdminFailure(text: text, code: code).exit
  }

  private static func answer(_ question: String) throws -> String {
    var settings = termios()
    tcgetattr(STDIN_FILENO, &settings)
    var silent = settings
    silent.c_lflag &= ~tcflag_t(ECHO)
    // A signal must not leave the terminal without its echo: it interrupts the reading.
    let interruptions = [SIGINT, SIGTERM, SIGHUP].map { Interruption($0) }
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
    self.say(question)
    let line = Result { try self.line() }
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
    for interruption in interruptions { interruption.end() }
    self.say("\n")
    return try line.get() ?? ""
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
      // 128 and SIGINT, as a shell says it.
      if count < 0, errno == EINTR { throw ExitCode(130) }
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

/// A signal that interrupts a call rather than ends the program, for a while.
private struct Interruption {
  private let signal: CInt
  private var old = sigaction()

  init(_ signal: CInt) {
    self.signal = signal
    var action = sigaction()
    // Without SA_RESTART: the call ends with EINTR.
    action.__sigaction_handler.sa_handler = { _ in }
    sigaction(signal, &action, &self.old)
  }

  func end() {
    var old = self.old
    sigaction(self.signal, &old, nil)
  }
}
