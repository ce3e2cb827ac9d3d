import CSpawn
package import Glibc
import Synchronization

/// A program that was started: its process and the end of the pipe that its output comes from.
package struct ChildProcess {
  package let process: pid_t
  /// What it prints, on both outputs; at its end when the process has ended.
  package var output: LineReader

  private static let spawning = Mutex(())
  /// F_SETPIPE_SZ, which Swift's Glibc module leaves out.
  private static let setPipeSize: Int32 = 1031

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - arguments: its path or, where it is to be looked for, its name; then its arguments.
  ///   - environment: variables besides those of the test. Of these none that configures a server
  ///     is handed on.
  ///   - input: its standard input; nil for none. It is not closed here.
  /// - Throws: ``TalkFailure`` when it cannot be started.
  package init(
    _ arguments: [String], environment: [String] = [], input: Int32? = nil
  ) throws {
    // Between its making and its mark, no other thread may start a process that would keep the pipe
    // open after this one has ended.
    self = try Self.spawning.withLock { _ in
      try ChildProcess(alone: arguments, environment, input)
    }
  }

  private init(alone arguments: [String], _ environment: [String], _ input: Int32?) throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw TalkFailure("no pipe") }
    for descriptor in ends { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    // So that one whose output nobody reads for a while is not stopped by that.
    _ = fcntl(ends[0], Self.setPipeSize, Int32(1 << 20))
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
    // Nothing else: the sockets of NIO are not marked, and the peer of one that another process has
    // as well is never told that it was closed.
    _ = cspawn_close_from(&actions, 3)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      close(ends[1])
    }
    // The threads of a test block almost all signals, and a program that began like that could
    // neither be stopped nor hear of its own children.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var process = pid_t()
    let path = arguments.first ?? ""
    let result = Self.withStrings(arguments) { arguments in
      Self.withStrings(Self.inherited() + environment) { environment in
        posix_spawnp(&process, path, &actions, &attributes, arguments, environment)
      }
    }
    guard result == 0 else {
      close(ends[0])
      throw TalkFailure("\(path) cannot be started: \(String(cString: strerror(result)))")
    }
    self.process = process
    self.output = LineReader(descriptor: ends[0])
  }

  /// Runs a program to its end.
  ///
  /// - Parameters:
  ///   - arguments: its path or name, then its arguments.
  ///   - input: what its standard input has, at most 64 KiB; nil for none.
  ///   - deadline: by when it must have ended.
  /// - Returns: what it printed, and its exit code, or 128 and the signal that ended it.
  /// - Throws: ``TalkFailure`` when it cannot be started or does not end.
  package static func run(
    _ arguments: [String], input: String? = nil,
    until deadline: Deadline = Deadline(secondsFromNow: 60)
  ) throws -> (output: [String], code: Int32) {
    let source = try input.map { try self.source(holding: Array($0.utf8)) }
    defer { if let source { close(source) } }
    var child = try ChildProcess(arguments, input: source)
    defer { close(child.output.descriptor) }
    var lines: [String] = []
    while true {
      do {
        lines.append(try child.output.next(until: deadline))
      } catch .deadline {
        kill(child.process, SIGKILL)
        waitpid(child.process, nil, 0)
        throw TalkFailure("\(arguments.joined(separator: " ")) has not ended")
      } catch {
        return (lines, child.waitAfterItsOutput())
      }
    }
  }

  /// The end to read from of a pipe that holds these bytes and is closed behind them.
  private static func source(holding bytes: [UInt8]) throws -> Int32 {
    // No process may be started that would keep the other end open.
    try self.spawning.withLock { _ in
      var ends: [Int32] = [-1, -1]
      guard bytes.count <= 1 << 16, pipe(&ends) == 0 else { throw TalkFailure("no pipe") }
      _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
      _ = write(ends[1], bytes, bytes.count)
      close(ends[1])
      return ends[0]
    }
  }

  /// The exit code, or 128 and the signal, of a process whose output is at its end.
  package func waitAfterItsOutput() -> Int32 {
    var status: Int32 = 0
    waitpid(self.process, &status, 0)
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
  }

  private static func inherited() -> [String] {
    var values: [String] = []
    var next = environ
    while let value = next.pointee {
      let text = String(cString: value)
      if !text.hasPrefix("PARLEY_") { values.append(text) }
      next += 1
    }
    return values
  }

  private static func withStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let pointers = strings.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
  }
}
