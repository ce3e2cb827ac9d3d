import Foundation
import ParleyTesting
import Testing

/// What people type at a shell: `parley serve` with its mistakes, and the demonstration.
@Suite struct `The command line` {
  @Test func `ends with 78 at a mistake in the settings, and tells all of them`() async throws {
    let file = try TemporaryFile("default_backlog: lots\n")
    let (output, code) = try await Self.run([
      ProcessUnderTest.binary, "serve", "--config", file.path, "--threads", "0",
    ])
    #expect(code == 78)
    #expect(
      output == [
        "parley: \(file.path):1: default_backlog: \"lots\" is not a number from 0 to 1000 or "
          + "\"all\"",
        "parley: --threads: \"0\" is not a number from 1 to 1024",
      ])
  }

  @Test func `names the version and the commit`() async throws {
    let (output, code) = try await Self.run([ProcessUnderTest.binary, "--version"])
    #expect(code == 0)
    #expect(output.count == 1)
    #expect(output.first?.wholeMatch(of: /parley \d+\.\d+\.\d+ \(commit .+\)/) != nil)
  }

  @Test func `says what to do where the port is taken`() async throws {
    let (output, code, address) = try await onItsOwnThread {
      let first = try ProcessUnderTest()
      let address = "127.0.0.1:\(first.port)"
      let second = try ProcessUnderTest(listen: address, starting: false)
      let (output, code) = try second.startExpectingFailure()
      return (output, code, address)
    }
    #expect(code == 1)
    #expect(
      output.last
        == "parley: cannot listen on \(address): another program listens there; choose another "
        + "with --listen ADDRESS:PORT")
  }

  @Test func `shows a server and three people in tmux`() async throws {
    let script = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Scripts/demo")
    let (lines, code) = try await Self.run([
      "env", "PARLEY=\(ProcessUnderTest.binary)", script.path, "--capture",
    ])
    let output = lines.joined(separator: "\n")
    #expect(code == 0, "\(output)")
    let panes = output.components(separatedBy: "--- ").dropFirst()
    #expect(panes.count == 4)
    #expect(panes.first?.contains("session 3 connected from 127.0.0.1:") == true)
    for pane in panes.dropFirst() {
      #expect(pane.contains("[lobby] #1 ana: hello all"), "\(pane)")
    }
  }

  /// Runs a program to its end: the lines that it wrote, on both outputs, and its exit code.
  private static func run(_ arguments: [String]) async throws -> (output: [String], code: Int32) {
    try await onItsOwnThread { try ChildProcess.run(arguments) }
  }
}
