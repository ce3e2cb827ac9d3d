import Foundation
import Glibc
import ParleyTesting

/// A server, and `parley chat` in terminals, with a directory for its state.
final class ChatStage {
  let server: ProcessUnderTest
  private let directory: TemporaryDirectory
  /// How many terminals there were, and which of them a screen is.
  private var started = 0
  private var numbers: [ObjectIdentifier: Int] = [:]

  init(starting: Bool = true) throws {
    self.directory = try TemporaryDirectory()
    self.server = try ProcessUnderTest(starting: starting)
  }

  /// Writes a certificate and its key, and starts the server with them.
  func startWithCertificate() throws {
    try self.makeCertificate()
    self.server.flags += [
      "--tls-certificate", self.path("parley-cert.pem"), "--tls-key", self.path("parley-key.pem"),
      "--listen", "127.0.0.1:0+tls",
    ]
    try self.server.start()
  }

  /// Writes another one in its place.
  func makeCertificate() throws {
    let (output, code) = try ChildProcess.run([
      ProcessUnderTest.binary, "admin", "certificate", "--self-signed", "--host", "127.0.0.1",
      "--out", self.path("."), "--force",
    ])
    guard code == 0 else { throw TalkFailure("no certificate: \(output)") }
  }

  var address: String { "127.0.0.1:\(self.server.port)" }

  /// A file beside the state.
  func path(_ name: String) -> String { self.directory.path + "/" + name }

  func text(of name: String) throws -> String {
    try String(contentsOfFile: self.path(name), encoding: .utf8)
  }

  /// Runs `parley chat` on a screen; behind its end the screen shows `code N`.
  ///
  /// The terminal's settings before and behind it are kept for ``expectEnd(of:code:)``.
  func chat(
    _ arguments: String, variables: String = "", columns: Int = 80, rows: Int = 24
  ) throws -> TmuxScreen {
    let variables = "TZ=UTC PAGER= EDITOR= VISUAL= NO_COLOR= \(variables)"
    self.started += 1
    let number = self.started
    let screen = try TmuxScreen(
      """
      trap : INT; stty -a >\(self.path("before\(number)")); \
      XDG_STATE_HOME=\(self.path("state")) \(variables) \
      \(ProcessUnderTest.binary) chat \(arguments); code=$?; \
      stty -a >\(self.path("after\(number)")); echo code $code; exec cat
      """, in: self.directory.path, columns: columns, rows: rows)
    self.numbers[ObjectIdentifier(screen)] = number
    return screen
  }

  /// The same, and in the lobby under that name.
  func chat(
    as name: String, _ arguments: String = "", variables: String = "", columns: Int = 80,
    rows: Int = 24
  ) throws -> TmuxScreen {
    let screen = try self.chat(
      "\(name)@\(self.address) \(arguments)", variables: variables, columns: columns, rows: rows)
    try screen.expect("You are \(name), session ")
    return screen
  }

  /// A shell, whose prompt is `shell:`, that stops and continues what it runs.
  func shell(variables: String = "") throws -> TmuxScreen {
    let shell = try TmuxScreen("exec bash --norc -i", in: self.directory.path)
    try shell.enter(
      "PS1=shell:; export XDG_STATE_HOME=\(self.path("state")) TERM=screen TZ=UTC \(variables)")
    return shell
  }

  /// Runs `parley chat` with input from a pipe.
  func pipe(
    _ input: String, to arguments: [String]
  ) throws -> (output: [String], code: Int32) {
    try ChildProcess.run(
      ["env", "XDG_STATE_HOME=\(self.path("state"))", "TZ=UTC", ProcessUnderTest.binary, "chat"]
        + arguments, input: input)
  }

  /// A person in line mode, who has an account where there is a password.
  func person(_ name: String, password: String? = nil) throws -> TalkClient {
    let person = try TalkClient(name, port: self.server.port)
    try person.say(password == nil ? name : "/login \(name)")
    if let password { try person.say(password) }
    try person.expect("*You are \(name)*")
    return person
  }

  /// Waits until `parley chat` has ended, with the terminal as it was.
  func expectEnd(of screen: TmuxScreen, code: Int = 0) throws {
    try screen.expect("code \(code)")
    let number = self.numbers[ObjectIdentifier(screen)] ?? 0
    // The size is the window's, and no setting.
    let size = #/rows [0-9]+; columns [0-9]+; /#
    let before = try self.text(of: "before\(number)").replacing(size, with: "")
    let after = try self.text(of: "after\(number)").replacing(size, with: "")
    guard before == after else {
      throw TalkFailure("the terminal was\n\(before)\nand is\n\(after)")
    }
  }
}
