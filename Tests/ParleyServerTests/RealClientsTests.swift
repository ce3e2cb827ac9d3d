import Foundation
import Glibc
import ParleyTesting
import Testing

/// What people have on their machines, as they use it.
@Suite struct `The programs that people have` {
  private static func has(_ program: String) -> Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      access("\($0)/\(program)", X_OK) == 0
    }
  }

  @Test(.enabled(if: Self.has("nc"), "nc is not installed"))
  func `talk with nc, all at once`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let bob = try TalkClient("bob", port: server.port)
      try bob.say("bob")
      try bob.expect("*You are bob*")
      // printf … | nc: what arrives before the end of input is answered before closing.
      let (output, code) = try ChildProcess.run([
        "sh", "-c",
        #"printf 'ana\nhello from nc\n/who' | nc -N 127.0.0.1 \#(server.port)"#,
      ])
      #expect(code == 0)
      #expect(output.contains { $0.contains("You are ana, session 2, a guest;") }, "\(output)")
      #expect(output.contains { $0.hasSuffix("[lobby] #1 ana: hello from nc") }, "\(output)")
      #expect(output.contains("ok 2 people in lobby: ana (you), bob"), "\(output)")
      try bob.expect("*[lobby] #1 ana: hello from nc")
      try bob.expect("*[lobby] - ana went *")
      #expect(try server.stop() == 0)
    }
  }

  @Test(.enabled(if: Self.has("telnet"), "telnet is not installed"))
  func `talk with telnet, a line at a time`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let bob = try TalkClient("bob", port: server.port)
      try bob.say("bob")
      try bob.expect("*You are bob*")
      let keyboard = try Keyboard()
      var telnet = try ChildProcess(
        ["telnet", "127.0.0.1", "\(server.port)"], input: keyboard.readEnd)
      defer {
        kill(telnet.process, SIGKILL)
        waitpid(telnet.process, nil, 0)
      }
      let greeting = try Self.line(of: &telnet, with: "Parley at ")
      #expect(greeting.contains("/help, /rooms, /exit"))
      keyboard.type("ana")
      _ = try Self.line(of: &telnet, with: "You are ana, session 2, a guest;")
      keyboard.type("hello from telnet")
      _ = try Self.line(of: &telnet, with: "[lobby] #1 ana: hello from telnet")
      try bob.expect("*[lobby] #1 ana: hello from telnet")
      try bob.say("hello, telnet")
      _ = try Self.line(of: &telnet, with: "[lobby] #2 bob: hello, telnet")
      keyboard.type("/exit")
      _ = try Self.line(of: &telnet, with: "bye.")
      try bob.expect("*[lobby] - ana went (quit)")
      #expect(try server.stop() == 0)
    }
  }

  private static func line(
    of program: inout ChildProcess, with text: String
  ) throws -> String {
    while true {
      let line = try program.output.next(until: .usual)
      if line.contains(text) { return line }
    }
  }
}

/// The writing end of a pipe that a program has as its standard input.
private final class Keyboard {
  let readEnd: Int32
  private let writeEnd: Int32

  init() throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw TalkFailure("no pipe") }
    for descriptor in ends { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    (self.readEnd, self.writeEnd) = (ends[0], ends[1])
  }

  deinit {
    close(self.readEnd)
    close(self.writeEnd)
  }

  func type(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(self.writeEnd, bytes, bytes.count)
  }
}
