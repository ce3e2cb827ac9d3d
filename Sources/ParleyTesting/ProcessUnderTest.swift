import FoundationEssentials
package import Glibc

/// The built `parley`, serving a data directory of its own on a free port; killed and started again
/// at will.
///
/// Blocking, for one thread. A directory that it made is removed with the object.
package final class ProcessUnderTest {
  package let dataDirectory: String
  /// Flags of every start, besides `--listen` and `--data`.
  package var flags: [String]
  /// Where it listens, after the first `--listen`.
  package private(set) var port: UInt16 = 0
  /// Where it takes TLS alone, if it listens on `127.0.0.1:0+tls`.
  package var portWithTLS: UInt16 {
    get throws {
      let ready = self.console.last { $0.contains("ready on ") } ?? ""
      guard let match = ready.firstMatch(of: /127\.0\.0\.1:([0-9]+)\+tls/),
        let port = UInt16(match.1)
      else { throw TalkFailure("no port with TLS: \(ready)") }
      return port
    }
  }

  /// Everything that the console has printed, over all starts.
  package private(set) var console: [String] = []

  private let environment: [String]
  private let listen: String
  private let hasTerminal: Bool
  private let launcher: [String]
  private let ownsDirectory: Bool
  private var child: ChildProcess?
  /// Our side of the terminal on its standard input, where it has one.
  private var terminal: Int32 = -1

  /// Starts it and waits until it is ready.
  ///
  /// - Parameters:
  ///   - flags: further flags of `parley serve`.
  ///   - environment: variables in addition to those of the test, as `NAME=value`.
  ///   - directory: the data directory; nil makes a temporary one.
  ///   - listen: the first `--listen`.
  ///   - terminal: whether its standard input is a terminal, on which ``type(_:)`` types.
  ///   - launcher: a program and its arguments that start it in its own place, as `prlimit` does.
  ///   - starting: whether it is started at once.
  /// - Throws: ``TalkFailure`` when it does not get ready.
  package init(
    flags: [String] = [], environment: [String] = [], directory: String? = nil,
    listen: String = "127.0.0.1:0", terminal: Bool = false, launcher: [String] = [],
    starting: Bool = true
  ) throws {
    self.flags = flags
    self.environment = environment
    self.listen = listen
    self.hasTerminal = terminal
    self.launcher = launcher
    self.ownsDirectory = directory == nil
    self.dataDirectory = try directory ?? Self.temporaryDirectory()
    if starting { try self.start() }
  }

  deinit {
    if let child = self.child {
      Glibc.kill(child.process, SIGKILL)
      waitpid(child.process, nil, 0)
    }
    self.closeDescriptors()
    if self.ownsDirectory { try? FileManager.default.removeItem(atPath: self.dataDirectory) }
  }

  // MARK: Starting

  /// Whether it has been started and not been waited for.
  package var isRunning: Bool { self.child != nil }

  /// Its number, while it runs.
  package var processID: pid_t? { self.child?.process }

  /// Starts it on the same data and waits for the line that says where it listens.
  package func start() throws {
    try self.spawn()
    let deadline = Deadline(secondsFromNow: 30)
    while true {
      let line = try self.nextConsoleLine(until: deadline, waitingFor: "the ready line")
      if let port = Self.port(in: line) {
        self.port = port
        return
      }
    }
  }

  /// Starts it where that must fail; what it printed and its exit code.
  package func startExpectingFailure() throws -> (output: [String], code: Int32) {
    let printed = self.console.count
    try self.spawn()
    let code = try self.waitForExit()
    return (Array(self.console[printed...]), code)
  }

  private func spawn() throws {
    var input: Int32?
    if self.hasTerminal {
      let (ours, its) = try Self.openTerminal()
      self.terminal = ours
      input = its
    }
    defer { if let input { close(input) } }
    self.child = try ChildProcess(
      self.launcher
        + [Self.binary, "serve", "--listen", self.listen, "--data", self.dataDirectory]
        + self.flags,
      environment: self.environment, input: input)
  }

  /// Beside the test bundle; `PARLEY_BINARY` names another one.
  package static let binary: String = {
    if let path = getenv("PARLEY_BINARY") { return String(cString: path) }
    return ProcessUnderTest.besideThis("parley")
  }()

  /// The path of another program of the same build.
  package static func besideThis(_ name: String) -> String {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = max(readlink("/proc/self/exe", &path, path.count - 1), 0)
    let executable = String(decoding: path[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    let directory = executable.split(separator: "/").dropLast().joined(separator: "/")
    return "/\(directory)/\(name)"
  }

  /// The port of a line such as `ready on 127.0.0.1:40123`, whatever surrounds it.
  private static func port(in line: String) -> UInt16? {
    guard line.contains("ready") else { return nil }
    for word in line.split(whereSeparator: { " ,;()[]\"".contains($0) }) {
      let parts = word.split(separator: ":")
      if parts.count >= 2, parts[0].contains("."), let port = parts.last.flatMap({ UInt16($0) }) {
        return port
      }
    }
    return nil
  }

  // MARK: The console

  /// Waits for a line of the console and answers with it.
  ///
  /// Lines that an earlier call skipped are not looked at again.
  @discardableResult
  package func expectConsole(
    _ pattern: String, until deadline: Deadline = .usual
  ) throws -> String {
    let pattern = TalkPattern(pattern)
    while true {
      let line = try self.nextConsoleLine(until: deadline, waitingFor: "\(pattern)")
      if pattern.matches(line) { return line }
    }
  }

  private func nextConsoleLine(until deadline: Deadline, waitingFor what: String) throws -> String {
    do {
      guard let line = try self.child?.output.next(until: deadline) else {
        throw TalkFailure("the server does not run")
      }
      self.console.append(line)
      return line
    } catch let end as LineReader.End {
      let last = self.console.suffix(12).map { "\n    server | \($0)" }.joined()
      throw TalkFailure("the console does not show \(what) (\(end))\(last)")
    }
  }

  /// Types a line at its terminal.
  package func type(_ line: String) throws {
    let bytes = Array((line + "\n").utf8)
    guard self.terminal >= 0, write(self.terminal, bytes, bytes.count) == bytes.count else {
      throw TalkFailure("the server has no terminal")
    }
  }

  // MARK: Ending

  /// Ends it as a power cut does, as far as a process can feel one.
  package func kill() throws {
    try self.signal(SIGKILL)
    _ = try self.waitForExit()
  }

  /// Sends it a signal.
  package func signal(_ number: Int32) throws {
    guard let child = self.child, Glibc.kill(child.process, number) == 0 else {
      throw TalkFailure("the server does not run")
    }
  }

  /// Asks it to stop, waits for it, and answers with its exit code.
  package func stop() throws -> Int32 {
    try self.signal(SIGTERM)
    return try self.waitForExit()
  }

  /// Waits until it has ended: its exit code, or 128 and the signal that ended it.
  package func waitForExit(
    until deadline: Deadline = Deadline(secondsFromNow: 20)
  ) throws -> Int32 {
    while true {
      do {
        guard let line = try self.child?.output.next(until: deadline) else {
          throw TalkFailure("the server does not run")
        }
        self.console.append(line)
      } catch LineReader.End.deadline {
        throw TalkFailure("the server has not ended; console: \(self.console.suffix(6))")
      } catch is LineReader.End {
        break
      }
    }
    let code = self.child?.waitAfterItsOutput() ?? 0
    self.closeDescriptors()
    return code
  }

  private func closeDescriptors() {
    if let child = self.child { close(child.output.descriptor) }
    self.child = nil
    if self.terminal >= 0 { close(self.terminal) }
    self.terminal = -1
  }

  // TIOCSPTLCK and TIOCGPTN, which Swift's Glibc module leaves out.
  private static let lockTerminal: UInt = 0x4004_5431
  private static let numberOfTerminal: UInt = 0x8004_5430

  /// The two sides of a new terminal.
  package static func openTerminal() throws -> (ours: Int32, its: Int32) {
    let ours = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var locked: Int32 = 0
    var number: UInt32 = 0
    guard ours >= 0, ioctl(ours, Self.lockTerminal, &locked) == 0,
      ioctl(ours, Self.numberOfTerminal, &number) == 0
    else { throw TalkFailure("no terminal") }
    let its = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard its >= 0 else { throw TalkFailure("no terminal") }
    return (ours, its)
  }

  /// A new directory that nobody else uses.
  package static func temporaryDirectory() throws -> String {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/parley-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw TalkFailure("no temporary directory in \(base)") }
    return String(
      decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
