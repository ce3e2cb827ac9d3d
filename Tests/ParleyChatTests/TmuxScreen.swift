import Foundation
import Glibc
import ParleyTesting

/// A terminal of tmux with a program in it: types into it, and waits for what it shows.
///
/// Blocking, for one thread. tmux is asked through its control mode (tmux(1), CONTROL MODE), which
/// says when the program has written something, so that waiting is for that. On a busy machine tmux
/// 3.3 now and then does not read what the program wrote, and so says nothing, until it is asked
/// something: after half a second without a word it is.
final class TmuxScreen {
  private let socket: String
  private var control: ChildProcess
  private let commands: Int32
  /// Whether the program wrote something since the screen was looked at.
  private var hasNews = true

  /// Starts `script` with the shell, on a screen of that size.
  init(_ script: String, in directory: String, columns: Int = 80, rows: Int = 24) throws {
    self.socket = directory + "/tmux-\(UInt32.random(in: .min ... .max))"
    let tmux = ["tmux", "-u", "-S", self.socket, "-f", "/dev/null"]
    let size = ["-x", "\(columns)", "-y", "\(rows)"]
    let (output, code) = try ChildProcess.run(
      tmux + ["new-session", "-d"] + size + ["exec sh -c '\(script)'"]
        + [";", "set-option", "-g", "window-size", "manual"]
        + [";", "set-option", "-g", "remain-on-exit", "on"]
        + [";", "set-option", "-g", "bell-action", "any"]
        + [";", "set-hook", "-g", "alert-bell", "wait-for -S bell"])
    guard code == 0 else { throw TalkFailure("tmux does not start: \(output)") }
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw TalkFailure("no pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    self.commands = ends[1]
    self.control = try ChildProcess(tmux + ["-C", "attach-session"], input: ends[0])
    close(ends[0])
  }

  deinit {
    _ = try? ChildProcess.run(["tmux", "-S", self.socket, "kill-server"])
    // Where the server was gone already, its socket is not.
    unlink(self.socket)
    close(self.commands)
    close(self.control.output.descriptor)
    kill(self.control.process, SIGKILL)
    waitpid(self.control.process, nil, 0)
  }

  // MARK: The keyboard

  /// Types text as it is.
  func type(_ text: String) throws {
    _ = try self.ask("send-keys -l -- \(Self.quoted(text))")
  }

  /// Presses keys by tmux's names: `Enter`, `C-a`, `M-b`, `Up`.
  func press(_ keys: String...) throws {
    _ = try self.ask("send-keys " + keys.joined(separator: " "))
  }

  /// Types a line and enters it.
  func enter(_ line: String) throws {
    try self.type(line)
    try self.press("Enter")
  }

  /// Pastes lines, marked as a paste where the program asked for that.
  func paste(_ lines: [String]) throws {
    let text = lines.joined(separator: "\\n")
    _ = try self.ask("set-buffer -- \"\(text)\"")
    _ = try self.ask("paste-buffer -p")
  }

  func resize(columns: Int, rows: Int) throws {
    _ = try self.ask("resize-window -x \(columns) -y \(rows)")
  }

  private static func quoted(_ text: String) -> String {
    "'" + text.replacingOccurrences(of: "'", with: "'\"'\"'") + "'"
  }

  // MARK: The screen

  /// The rows, those that the terminal has wrapped as one, without empty ones at the end.
  ///
  /// With `colours` they have the sequences that make them.
  func rows(colours: Bool = false) throws -> [String] {
    self.hasNews = false
    var rows = try self.ask("capture-pane -p -J" + (colours ? " -e" : ""))
    while rows.last?.allSatisfy({ $0 == " " }) == true { rows.removeLast() }
    return rows
  }

  /// Waits until the screen is as it should be; its rows then.
  @discardableResult
  func expect(
    _ what: String, until deadline: Deadline = Deadline(secondsFromNow: 30),
    _ isThere: ([String]) -> Bool
  ) throws -> [String] {
    while true {
      let rows = try self.rows()
      if isThere(rows) { return rows }
      let next = Deadline(millisecondsFromNow: min(500, Int(deadline.millisecondsLeft)))
      while !self.hasNews {
        do {
          self.note(try self.control.output.next(until: next))
        } catch .deadline where !deadline.hasPassed {
          break
        } catch {
          throw TalkFailure(
            "the screen does not show \(what) (\(error)):\n" + rows.joined(separator: "\n")
              + self.circumstances())
        }
      }
    }
  }

  /// What the threads of the programs on a screen wait for.
  private func circumstances() -> String {
    guard let terminal = try? self.ask("display-message -p '#{pane_tty}'").first,
      let (output, _) = try? ChildProcess.run(
        ["ps", "-L", "-t", terminal, "-o", "pid,tid,stat,wchan:24,comm"])
    else { return "" }
    return "\n\n" + output.joined(separator: "\n")
  }

  /// Waits until a row has the text.
  @discardableResult
  func expect(_ text: String) throws -> [String] {
    try self.expect(text) { $0.contains { $0.contains(text) } }
  }

  /// Waits until the last row is that.
  @discardableResult
  func expectLast(_ row: String) throws -> [String] {
    try self.expect("last: \(row)") {
      $0.last?.trimmingCharacters(in: .whitespaces) == row
    }
  }

  /// Waits for the bell.
  func expectBell() throws {
    let (output, code) = try ChildProcess.run(
      ["tmux", "-S", self.socket, "wait-for", "bell"], until: Deadline(secondsFromNow: 30))
    guard code == 0 else { throw TalkFailure("tmux cannot wait: \(output)") }
  }

  // MARK: Control mode

  /// What a command prints.
  private func ask(_ command: String) throws -> [String] {
    let bytes = Array((command + "\n").utf8)
    guard write(self.commands, bytes, bytes.count) == bytes.count else {
      throw TalkFailure("tmux takes no commands")
    }
    let deadline = Deadline(secondsFromNow: 30)
    // The session's own beginning is a block without a flag: 1 is for what a client asked.
    while true {
      let line = try self.control.output.next(until: deadline)
      guard line.hasPrefix("%begin "), line.hasSuffix(" 1") else {
        self.note(line)
        continue
      }
      var lines: [String] = []
      while true {
        let line = try self.control.output.next(until: deadline)
        if line.hasPrefix("%end ") { return lines }
        if line.hasPrefix("%error ") {
          throw TalkFailure("tmux refuses \(command): \(lines.joined(separator: " "))")
        }
        lines.append(line)
      }
    }
  }

  private func note(_ line: String) {
    if line.hasPrefix("%output ") || line.hasPrefix("%layout-change ") { self.hasNews = true }
  }
}
