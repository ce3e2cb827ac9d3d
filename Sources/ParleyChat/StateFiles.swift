import Glibc
import ParleyTerminal

/// What is kept between runs, in `$XDG_STATE_HOME/parley` (`~/.local/state/parley`), for its owner's
/// eyes alone.
///
/// Source of the place: XDG Base Directory Specification 0.8. What cannot be kept is not kept;
/// nobody is kept from talking by that.
struct StateFiles: Sendable {
  private let directory: String?
  /// A file that is longer, in bytes, is not read.
  private static let bytesMax = 8 << 20
  /// Servers whose certificates are remembered at most.
  private static let serversMax = 1_000

  init(_ environment: [String: String]) {
    if let home = environment["XDG_STATE_HOME"], home.hasPrefix("/") {
      self.directory = home + "/parley"
    } else if let home = environment["HOME"], home.hasPrefix("/") {
      self.directory = home + "/.local/state/parley"
    } else {
      self.directory = nil
    }
  }

  // MARK: What was entered

  func history() -> [String] {
    let entries = self.read("history").map { History.entries(in: $0) } ?? []
    let lines = self.read("history")?.utf8.count { $0 == UInt8(ascii: "\n") } ?? 0
    // Other runs add at the same time, so it is shortened seldom.
    if lines > 2 * History.entriesMax {
      _ = self.replace("history", entries.map { History.line(of: $0) + "\n" }.joined())
    }
    return entries
  }

  func addToHistory(_ entry: String) {
    guard let path = self.path("history") else { return }
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { return }
    defer { close(file) }
    fchmod(file, 0o600)
    TerminalDevice.write(History.line(of: entry) + "\n", to: file)
  }

  // MARK: Certificates

  /// The fingerprint of a server's certificate, where it has been seen before.
  func fingerprint(of server: String) -> String? {
    self.servers().first { $0.server == server }?.fingerprint
  }

  /// Remembers a server's certificate; false where that cannot be written down.
  func remember(_ fingerprint: String, of server: String) -> Bool {
    let others = self.servers().filter { $0.server != server }.suffix(Self.serversMax - 1)
    let lines = others.map { "\($0.server) \($0.fingerprint)\n" } + ["\(server) \(fingerprint)\n"]
    return self.replace("known-servers", lines.joined())
  }

  /// Where the certificates are, for people.
  var serversPath: String { (self.directory ?? "") + "/known-servers" }

  private func servers() -> [(server: String, fingerprint: String)] {
    (self.read("known-servers") ?? "").split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      return words.count == 2 ? (String(words[0]), String(words[1])) : nil
    }
  }

  // MARK: Files

  /// The path of a file in the directory, which is made where there is none.
  private func path(_ name: String) -> String? {
    guard let directory = self.directory else { return nil }
    var made = ""
    for part in directory.split(separator: "/") {
      made += "/" + part
      mkdir(made, 0o700)
    }
    return directory + "/" + name
  }

  private func read(_ name: String) -> String? {
    guard let path = self.path(name) else { return nil }
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_size <= Self.bytesMax
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes {
        Glibc.read(file, $0.baseAddress?.advanced(by: filled), $0.count - filled)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      filled += count
    }
    return String(decoding: bytes[..<filled], as: UTF8.self)
  }

  /// Puts another file in its place, all at once.
  private func replace(_ name: String, _ text: String) -> Bool {
    guard let path = self.path(name) else { return false }
    var template = Array("\(path).XXXXXX".utf8CString)
    // Its mode is 0600.
    let file = mkstemp(&template)
    guard file >= 0 else { return false }
    let written = TerminalDevice.write(text, to: file)
    close(file)
    guard written, rename(template, path) == 0 else {
      unlink(template)
      return false
    }
    return true
  }
}
