import Foundation
import Glibc
import ParleyTesting
import Testing

/// What one address and one session may do; all of them are of this machine here, which is
/// therefore not exempt.
@Suite struct `A server with limits` {
  private static func server(_ flags: [String]) throws -> ProcessUnderTest {
    try ProcessUnderTest(flags: ["--limits-exempt", "none"] + flags)
  }

  private static func person(
    _ name: String, _ server: ProcessUnderTest, from source: String = "127.0.0.2"
  ) throws -> TalkClient {
    let person = try TalkClient(name, port: server.port, from: source)
    try person.say(name)
    try person.expect("*You are \(name)*")
    return person
  }

  /// Sends all of it in one piece, as a paste is.
  private static func paste(_ lines: [String], _ person: TalkClient) throws {
    try person.send(Array(lines.map { $0 + "\n" }.joined().utf8))
  }

  @Test func `refuses a connection of an address that has enough, and of no other`() async throws {
    try await onItsOwnThread {
      let server = try Self.server(["--address-connections-max", "3"])
      let three = try (1...3).map { try Self.person("p\($0)", server) }
      for _ in 1...5 {
        let late = try TalkClient("late", port: server.port, from: "127.0.0.2")
        try late.expectNext("*too many connections come from your address; close one first.")
        try late.expectEnd()
      }
      try server.expectConsole("*127.0.0.2: a connection refused; 3 connections at one time*")
      _ = try Self.person("other", server, from: "127.0.0.3")
      // The Unix socket has no address, and so no limit.
      let local = try (1...5).map {
        try TalkClient("local\($0)", toSocketAt: server.dataDirectory + "/parley.sock")
      }
      for person in local { try person.expectPrompt("Username:") }
      three[0].end()
      try three[1].expect("*- p1 went*")
      _ = try Self.person("late", server)
      let told = server.console.count { $0.contains("refused") }
      #expect(told == 1, "once a minute")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `refuses an address that connects too often, and no other`() async throws {
    try await onItsOwnThread {
      let server = try Self.server(["--address-connections-per-minute", "4"])
      for number in 1...4 {
        let person = try Self.person("p\(number)", server)
        try person.say("/exit")
        try person.expectEnd()
      }
      let late = try TalkClient("late", port: server.port, from: "127.0.0.2")
      try late.expectNext("*your address connects too often; wait a minute and try again.")
      try late.expectEnd()
      _ = try Self.person("other", server, from: "127.0.0.3")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `delays the logins of an address, and of no other`() async throws {
    try await onItsOwnThread {
      let server = try Self.server([
        "--address-logins-per-minute", "3", "--login-timeout", "\(2 * Deadline.patience)s",
      ])
      // Each takes a name and drops its connection.
      for number in 1...3 { try Self.person("p\(number)", server).vanish() }
      // The next may log in after 20 s, which is later than it has time.
      let late = try TalkClient("late", port: server.port, from: "127.0.0.2")
      try late.say("late")
      try late.expect("*no name was given in time; bye.")
      _ = try Self.person("other", server, from: "127.0.0.3")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `delays commands beyond the burst, in order, and loses none`() async throws {
    try await onItsOwnThread {
      let server = try Self.server([
        "--session-commands-per-second", "20", "--session-command-burst", "10",
      ])
      let watcher = try Self.person("watcher", server, from: "127.0.0.3")
      let fast = try Self.person("fast", server)
      try watcher.expect("*+ fast came*")
      let began = Deadline.clock()
      try Self.paste((1...50).map { "line \($0)" }, fast)
      for number in 1...50 { try watcher.expect("*#\(number) fast: line \(number)") }
      // 40 and more had to come at 20 a second; some came while it logged in.
      let elapsed = Double(Deadline.clock() - began) / 1e9
      #expect((1.5...6 * Double(Deadline.patience)).contains(elapsed), "\(elapsed) s")
      // Whoever is within the rate is not delayed.
      let before = Deadline.clock()
      try watcher.say("hello")
      try watcher.expect("*watcher: hello")
      #expect(Deadline.clock() - before < 1_000_000_000 * UInt64(Deadline.patience))
      #expect(try server.stop() == 0)
    }
  }

  @Test func `ends a session that sends far too much, with the reason`() async throws {
    try await onItsOwnThread {
      let server = try Self.server([
        "--session-commands-per-second", "10", "--session-command-burst", "10",
        "--session-command-delay-max", "2s",
      ])
      let watcher = try Self.person("watcher", server, from: "127.0.0.3")
      let fast = try Self.person("fast", server)
      try Self.paste((1...100).map { "line \($0)" }, fast)
      try fast.expect("\\*\\*\\* you sent too many commands too fast; bye.")
      try fast.expectEnd()
      try watcher.expect("*- fast went (*too many commands too fast*")
      try server.expectConsole("session * closed (too fast)*")
      // In IRC's words.
      let irc = try TalkClient("irc", port: server.port, from: "127.0.0.4")
      try irc.say("NICK irc\r\nUSER irc 0 * :irc\r\nJOIN #tea\r")
      try irc.expect("* 366 *")
      try Self.paste((1...100).map { "PRIVMSG #tea :line \($0)\r" }, irc)
      try irc.expect("ERROR *Excess Flood*")
      try irc.expectEnd()
      #expect(try server.stop() == 0)
    }
  }

  @Test(arguments: [#"{"jsonrpc":"2.0","result":1}"#, #"{"jsonrpc":"2.0","method":"nope"}"#])
  func `ends one that sends far too much of what is not answered`(line: String) async throws {
    try await onItsOwnThread {
      let server = try Self.server([
        "--session-commands-per-second", "10", "--session-command-burst", "10",
        "--session-command-delay-max", "2s",
      ])
      let fast = try TalkClient("fast", port: server.port, from: "127.0.0.2")
      try fast.say(#"{"jsonrpc":"2.0","id":1,"method":"hello","params":{"name":"fast"}}"#)
      try fast.expect(#"*"id":1,"result":*"#)
      // A few are what they were: not answered.
      try Self.paste([line, #"{"jsonrpc":"2.0","id":2,"method":"ping"}"#], fast)
      #expect(try fast.next().hasPrefix(#"{"jsonrpc":"2.0","id":2,"#))
      try Self.paste(Array(repeating: line, count: 100), fast)
      try fast.expect(#"*"method":"closing","params":{"reason":"too_fast"*"#)
      try fast.expectEnd()
      #expect(try server.stop() == 0)
    }
  }

  @Test func `delays neither a quit, a leaving or a ping, nor what was sent before`() async throws {
    try await onItsOwnThread {
      let server = try Self.server([
        "--session-commands-per-second", "1", "--session-command-burst", "10",
        "--session-command-delay-max", "120s",
      ])
      let watcher = try Self.person("watcher", server, from: "127.0.0.3")
      let fast = try Self.person("fast", server)
      try watcher.expect("*+ fast came*")
      let began = Deadline.clock()
      try Self.paste((1...30).map { "line \($0)" }, fast)
      try watcher.expect("*#5 fast: line 5")
      // These come while others wait.
      try fast.say("/exit")
      for number in 6...30 { try watcher.expect("*#\(number) fast: line \(number)") }
      try watcher.expect("*- fast went*")
      try fast.expectEnd()

      let irc = try TalkClient("irc", port: server.port, from: "127.0.0.4")
      try irc.say("NICK irc\r\nUSER irc 0 * :irc\r\nJOIN #tea\r")
      try irc.expect("* 366 *")
      try Self.paste((1...30).map { "PRIVMSG #tea :line \($0)\r" }, irc)
      try irc.say("PING late\r")
      try irc.expect("*PONG*late*")
      // What was not waited for is owed: the next line waits.
      try irc.say("PRIVMSG #nowhere :x\r")
      try irc.expectSilence(milliseconds: 300)
      try irc.say("QUIT\r")
      try irc.expect("ERROR *")
      let elapsed = Double(Deadline.clock() - began) / 1e9
      #expect(
        elapsed < Double(10 * Deadline.patience),
        "\(elapsed) s, where 40 commands would wait for 40 s")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `lets nobody quit and come again to say what had to wait`() async throws {
    try await onItsOwnThread {
      let server = try Self.server([
        "--address-commands-per-second", "1", "--session-commands-per-second", "off",
        "--session-command-delay-max", "5s",
      ])
      let watcher = try Self.person("watcher", server, from: "127.0.0.3")
      let fast = try Self.person("fast", server)
      try watcher.expect("*+ fast came*")
      // Ten at once and five seconds' worth are less than this.
      try Self.paste((1...60).map { "line \($0)" } + ["/exit"], fast)
      try fast.expectEnd()
      try watcher.expect("*- fast went*", until: Deadline(secondsFromNow: 4))
      let said = watcher.received.count { $0.contains(" fast: line ") }
      #expect(said <= 16, "\(said) lines")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `delays an address that is too fast with all its sessions, and no other`()
    async throws
  {
    try await onItsOwnThread {
      let server = try Self.server([
        "--address-commands-per-second", "2", "--session-commands-per-second", "off",
      ])
      let watcher = try Self.person("watcher", server, from: "127.0.0.3")
      let (first, second) = (try Self.person("a", server), try Self.person("b", server))
      try watcher.expect("*+ b came*")
      let began = Deadline.clock()
      try Self.paste((1...12).map { "line \($0)" }, first)
      try Self.paste((1...12).map { "line \($0)" }, second)
      for number in 1...24 { try watcher.expect("*#\(number) *") }
      // Of 20 at once four were logins and greetings.
      let elapsed = Double(Deadline.clock() - began) / 1e9
      #expect((2...9 * Double(Deadline.patience)).contains(elapsed), "\(elapsed) s")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `has no limits for this machine where nobody asks for them`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let people = try (1...100).map { try TalkClient("p\($0)", port: server.port) }
      for person in people { try person.say(person.name) }
      try people[99].expect("*You are p100*")
      try Self.paste((1...5_000).map { "line \($0)" }, people[99])
      try people[99].expect("*p100: line 5000")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `keeps little of one that never finishes a line or a name`() async throws {
    try await onItsOwnThread {
      let server = try Self.server([
        "--login-timeout", "\(2 * Deadline.patience)s", "--address-connections-max", "off",
        "--address-connections-per-minute", "off", "--log-level", "warning",
      ])
      let pid = try #require(server.processID)
      let watcher = try TalkClient(
        "watcher", toSocketAt: server.dataDirectory + "/parley.sock")
      try watcher.say("watcher")
      try watcher.expect("*You are watcher*")
      let before = ProcessFigures(pid)
      // A line that has no end, a word that could still be IRC's, and telnet that never ends.
      let beginnings: [[UInt8]] = [
        Array(repeating: UInt8(ascii: "x"), count: 200_000), Array("NIC".utf8),
        [0xFF, 0xFA, 0x18] + Array(repeating: 0x41, count: 200_000),
      ]
      let people = try (0..<150).map { number in
        let person = try TalkClient("p\(number)", port: server.port, from: "127.0.0.2")
        try person.send(beginnings[number % 3])
        return person
      }
      let during = ProcessFigures(pid)
      let each = (during.memoryKiB - before.memoryKiB) / people.count
      #expect(each < 256, "\(each) KiB each")
      for person in people { try person.expectEnd(until: Deadline(secondsFromNow: 20)) }
      try watcher.say("still here")
      try watcher.expect("*watcher: still here")
      #expect(try server.stop() == 0)
    }
  }
}
