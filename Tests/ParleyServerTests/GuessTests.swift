import Foundation
import Glibc
import ParleyTesting
import Testing

/// Who guesses passwords; every address is of this machine, which is therefore not exempt.
@Suite struct `A server where passwords are guessed` {
  private static let right = "correct horse"

  private static func server(_ flags: [String] = []) throws -> ProcessUnderTest {
    try ProcessUnderTest(
      flags: ["--limits-exempt", "none", "--address-logins-per-minute", "off"] + flags)
  }

  /// Has `ana` registered from 127.0.0.9.
  private static func register(
    _ server: ProcessUnderTest, _ name: String = "ana"
  ) throws
    -> TalkClient
  {
    let ana = try TalkClient(name, port: server.port, from: "127.0.0.9")
    for line in [name, "/register", Self.right, Self.right] { try ana.say(line) }
    try ana.expect("*ok \(name) is your account*")
    return ana
  }

  private static func guesser(
    _ server: ProcessUnderTest, from source: String = "127.0.0.2"
  ) throws -> TalkClient {
    try TalkClient("guesser", port: server.port, from: source)
  }

  private static func guess(
    _ name: String, _ password: String, by person: TalkClient, sees answer: String
  ) throws {
    try person.say("/login \(name)")
    try person.expectPrompt("Password of \(name):")
    try person.say(password)
    try person.expect(answer)
  }

  @Test func `refuses the sixth wrong one of an address at once, and lets others in`()
    async throws
  {
    try await onItsOwnThread {
      let server = try Self.server(["--login-wait", "60s"])
      _ = try Self.register(server)
      // Whether there is such an account makes no difference.
      for (name, source) in [("ana", "127.0.0.2"), ("nobody", "127.0.0.3")] {
        let guesser = try Self.guesser(server, from: source)
        for _ in 1...5 {
          try Self.guess(name, "wrong", by: guesser, sees: "*error bad_password: *")
        }
        for password in ["wrong", Self.right] {
          try Self.guess(
            name, password, by: guesser,
            sees: "*error too_fast: too many wrong passwords; try again in * s")
        }
        // A connection of its own, and a name that looks alike, make no difference either.
        let again = try Self.guesser(server, from: source)
        try Self.guess(
          name.uppercased(), Self.right, by: again, sees: "*error too_fast: *")
      }
      let owner = try TalkClient("owner", port: server.port, from: "127.0.0.4")
      try Self.guess("ana", Self.right, by: owner, sees: "*You are ana*")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `lets an address try again in time`() async throws {
    try await onItsOwnThread {
      let server = try Self.server([
        "--login-failures-max", "1", "--login-wait", "1s", "--session-login-failures-max", "off",
      ])
      _ = try Self.register(server)
      let owner = try Self.guesser(server)
      let deadline = Deadline(secondsFromNow: 60)
      func answer(to password: String) throws -> String {
        try #require(!deadline.hasPassed)
        try owner.say("/login ana")
        try owner.expectPrompt("Password of ana:")
        try owner.say(password)
        return try owner.next()
      }
      // A wait begins with the attempt: where the machine is slow, the first are over with it.
      var line = ""
      repeat { line = try answer(to: "wrong") } while line.contains("error bad_password: ")
      #expect(line.contains("error too_fast: "), "\(line)")
      repeat { line = try answer(to: Self.right) } while line.contains("error too_fast: ")
      #expect(line.contains("You are ana"), "\(line)")
      // What was wrong before is forgotten.
      let other = try Self.guesser(server)
      try Self.guess("ana", Self.right, by: other, sees: "*You are ana*")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `bounds what many addresses try at one account, and lets its owner in`()
    async throws
  {
    try await onItsOwnThread {
      // Five times as many at once.
      let server = try Self.server(["--account-login-failures-per-minute", "1"])
      let ana = try Self.register(server)
      try ana.say("/exit")
      try ana.expectEnd()
      let known = try Self.guesser(server, from: "127.0.0.9")
      try Self.guess("ana", Self.right, by: known, sees: "*You are ana*")
      for number in 1...5 {
        let guesser = try Self.guesser(server, from: "127.0.1.\(number)")
        try Self.guess("ana", "wrong", by: guesser, sees: "*error bad_password: *")
      }
      let sixth = try Self.guesser(server, from: "127.0.1.6")
      try Self.guess("ana", "wrong", by: sixth, sees: "*error too_fast: *")
      try Self.guess("bob", "wrong", by: sixth, sees: "*error bad_password: *")
      let owner = try Self.guesser(server, from: "127.0.0.9")
      try Self.guess("ana", Self.right, by: owner, sees: "*You are ana*")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `bounds what one address tries at many accounts`() async throws {
    try await onItsOwnThread {
      let server = try Self.server(["--address-login-failures-per-minute", "1"])
      let guesser = try Self.guesser(server)
      try Self.guess("a1", "wrong", by: guesser, sees: "*error bad_password: *")
      try Self.guess("a2", "wrong", by: guesser, sees: "*error too_fast: *try again in * s")
      let other = try Self.guesser(server, from: "127.0.0.3")
      try Self.guess("a2", "wrong", by: other, sees: "*error bad_password: *")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `ends a session that has tried too many, and counts passwd and unregister`()
    async throws
  {
    try await onItsOwnThread {
      let server = try Self.server(["--session-login-failures-max", "3"])
      let ana = try Self.register(server)
      try ana.say("/unregister")
      try ana.say("wrong")
      try ana.expect("*error bad_password: *")
      for line in ["/passwd", "wrong", "battery staple", "battery staple"] { try ana.say(line) }
      try ana.expect("*error bad_password: *")
      // What was right does not count.
      for line in ["/passwd", Self.right, "battery staple", "battery staple"] { try ana.say(line) }
      try ana.expect("*ok ana has its new password")
      try Self.guess("bob", "wrong", by: ana, sees: "*error bad_password: *")
      try ana.expectNext("*** too many wrong passwords; bye.")
      try ana.expectEnd()
      try server.expectConsole("session 1 closed (too many wrong passwords)*")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `does not count by address where there are no limits`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let guesser = try TalkClient("guesser", port: server.port)
      for _ in 1...12 {
        try Self.guess("ana", "wrong", by: guesser, sees: "*error bad_password: *")
      }
      #expect(try server.stop() == 0)
    }
  }

  @Test func `lets an address register so often, and no oftener`() async throws {
    try await onItsOwnThread {
      let server = try Self.server(["--address-registrations-per-hour", "2"])
      for name in ["a1", "a2"] { _ = try Self.register(server, name) }
      let third = try TalkClient("third", port: server.port, from: "127.0.0.9")
      for line in ["a3", "/register", Self.right, Self.right] { try third.say(line) }
      try third.expect(
        "*error too_fast: too many names were registered from your address; try again in 30 min")
      let other = try TalkClient("other", port: server.port, from: "127.0.0.8")
      for line in ["a4", "/register", Self.right, Self.right] { try other.say(line) }
      try other.expect("*ok a4 is your account*")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `computes nothing for a guess that it refuses`() async throws {
    try await onItsOwnThread {
      let server = try Self.server([
        "--session-commands-per-second", "off", "--address-commands-per-second", "off",
        "--login-wait", "600s", "--log-level", "warning",
      ])
      let pid = try #require(server.processID)
      let guesser = try Self.guesser(server)
      for _ in 1...5 { try Self.guess("ana", "wrong", by: guesser, sees: "*bad_password*") }
      let count = 2_000
      let before = ProcessFigures(pid)
      try guesser.send(
        Array(String(repeating: "/login ana\nwrong\n", count: count).utf8))
      for _ in 1...count { try guesser.expect("*error too_fast: *") }
      let after = ProcessFigures(pid)
      let each = Double(after.cpuMilliseconds - before.cpuMilliseconds) / Double(count)
      print("guesses: \(each) ms of CPU for one that is refused")
      // One that is compared takes tens of milliseconds.
      #expect(each < 3, "\(each) ms")
      #expect(after.memoryKiB - before.memoryKiB < 32 * 1_024)
      #expect(try server.stop() == 0)
    }
  }
}
