import CSpawn
import Glibc

/// The user's own editor or pager, which has the terminal while it runs.
enum OtherProgram {
  /// A text that is longer, in bytes, is not taken from an editor.
  private static let bytesMax = 1 << 20

  /// What `sh` says of a command that cannot be run, or is not there (POSIX.1-2024, XCU 2.8.2).
  private static let notRun: ClosedRange<CInt> = 126...127

  /// The pager where nobody named one.
  static let usualPager = ["less", "more"].first { name in
    let places = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    return places.split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
  }

  /// Shows a text; false where there is no such program.
  ///
  /// Without a word of the user's `less` ends at once where all is on the screen, and leaves it
  /// there, as git has it.
  static func page(_ text: String, with pager: String) async -> Bool {
    guard let path = self.file(holding: text) else { return false }
    defer { unlink(path) }
    let options = getenv("LESS") == nil ? "LESS=FRX; export LESS; " : ""
    // As its input, so that no prompt has the name of a file that means nothing.
    return await self.run(options + pager + " <", path) == 0
  }

  /// What came of writing a text.
  enum Edited: Sendable {
    /// The editor failed, as it does where one gives up, and nothing was written.
    case givenUp
    case missing
    /// The editor failed, and something was written.
    case failed(file: String)
    case written(String, file: String)
    /// What was written is no text that can be taken.
    case unusable(String, file: String)
  }

  /// Has a text written; its file is left for whoever uses it.
  static func edit(with editor: String) async -> Edited {
    guard let path = self.file(holding: "") else { return .givenUp }
    let code = await self.run(editor, path)
    guard let written = self.bytes(in: path) else { return .givenUp }
    guard code == 0 else {
      guard written.isEmpty else { return .failed(file: path) }
      unlink(path)
      return self.notRun.contains(code) ? .missing : .givenUp
    }
    guard written.count <= self.bytesMax else {
      return .unusable("a post has at most 64 KiB", file: path)
    }
    guard let text = String(validating: written, as: UTF8.self) else {
      return .unusable("a post is UTF-8", file: path)
    }
    return .written(text, file: path)
  }

  /// What a file has, up to somewhat more than is taken; nil where it is gone.
  private static func bytes(in path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var written: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while written.count <= self.bytesMax {
      let count = read(file, &chunk, chunk.count)
      guard count > 0 else { break }
      written += chunk[..<count]
    }
    return written
  }

  /// A new file for its owner alone; its path.
  static func file(holding text: String) -> String? {
    let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(directory)/parley-XXXXXX".utf8CString)
    let file = mkstemp(&template)
    guard file >= 0 else { return nil }
    defer { close(file) }
    TerminalDevice.write(text, to: file)
    return String(
      decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Runs a command of the shell with a file, and waits for it: its exit code, or -1.
  private static func run(_ command: String, _ path: String) async -> CInt {
    await Blocking.perform { self.runBlocking(command, path) }
  }

  private static func runBlocking(_ command: String, _ path: String) -> CInt {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Neither our handlers' absence nor what this thread blocks is for the other program.
    var (none, usual) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigemptyset(&usual)
    for signal in [SIGPIPE, SIGINT, SIGTSTP, SIGQUIT] { sigaddset(&usual, signal) }
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &usual)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // The connection least of all: the server would not hear that it is closed.
    _ = cspawn_close_from(&actions, 3)
    let arguments: [String] = ["sh", "-c", command + " \"$1\"", "sh", path]
    let words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    defer { for word in words { free(word) } }
    // Ctrl-Z stops us together with it, so that the shell has the terminal and continues both.
    signal(SIGTSTP, SIG_DFL)
    defer { SignalPipe.shared.take([SIGTSTP]) }
    var process = pid_t()
    guard posix_spawn(&process, "/bin/sh", &actions, &attributes, words + [nil], environ) == 0
    else {
      return -1
    }
    var status: CInt = 0
    let isOver = SignalPipe.letting(SIGTSTP) {
      while waitpid(process, &status, 0) < 0 {
        guard errno == EINTR else { return false }
      }
      return true
    }
    guard isOver else { return -1 }
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : -1
  }
}
