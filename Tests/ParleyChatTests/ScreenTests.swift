import Foundation
import Glibc
import ParleyTesting
import Testing

/// The real client, in a terminal.
@Suite struct `Somebody at a terminal` {
  @Test func `sees what others say above the long line that is typed`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let ana = try stage.chat(as: "ana", columns: 60)
      let bob = try stage.chat(as: "bob")
      try ana.expect("[lobby] + bob came")
      let long = "a long line with wörds and 你好 that is wider than the terminal, while bob talks"
      try ana.type(long)
      try ana.expect("while bob talks")
      for number in 1...5 { try bob.enter("bob's number \(number)") }
      let rows = try ana.expect("#5 bob: bob's number 5")
      // The line is whole, in two rows at the end, and every message once, in order, above it.
      let last = rows.suffix(2).joined()
      #expect(last.trimmingCharacters(in: .whitespaces) == "[lobby] " + long, "\(rows)")
      let said = rows.filter { $0.contains("bob's number") }
      #expect(said.count == 5)
      #expect(zip(said, 1...).allSatisfy { $0.hasSuffix("#\($1) bob: bob's number \($1)") })
      try ana.press("C-a")
      try ana.type("it is ")
      try ana.press("C-e")
      try ana.enter("!")
      try bob.expect("#6 ana: it is a long line with wörds and 你好")
      try ana.expectLast("[lobby]")
      try ana.enter("/exit")
      try stage.expectEnd(of: ana)
      try bob.expect("[lobby] - ana went (quit)")
    }
  }

  @Test func `starts unconnected, connects with %connect and is asked for a name`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let ana = try stage.chat("")
      try ana.expectLast("[not connected]")
      try ana.enter("hello?")
      try ana.expect("error not_connected: there is no connection; /connect HOST PORT makes one")
      try ana.enter("%connect 127.0.0.1 \(stage.server.port)")
      try ana.expectLast("Username:")
      try ana.enter("no such name")
      try ana.expect("error bad_name: ")
      try ana.enter("ana")
      try ana.expect("You are ana, session 1, a guest; /register keeps the name.")
      try ana.expectLast("[lobby]")
      try ana.enter("%groupjoin python")
      try ana.expect("ok you made python; python is open, too")
      try ana.enter("JOIN python")
      try ana.expectLast("[python]")
      try ana.enter("SAY in capitals")
      try ana.expect("[python] #1 ana: in capitals")
      try ana.enter("/leave")
      try ana.expectLast("[lobby]")
      try ana.enter("%exit")
      try stage.expectEnd(of: ana)
    }
  }

  @Test func `is told where nobody listens, and may try again`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let ana = try stage.chat("ana@127.0.0.1:1")
      try ana.expect(
        "error not_connected: there is no connection to 127.0.0.1:1: Connection refused")
      try ana.expect("/connect HOST PORT tries again")
      try ana.enter("/connect 127.0.0.1:\(stage.server.port)")
      try ana.expect("You are ana, session 1")
      try ana.enter("/exit")
      try stage.expectEnd(of: ana)
    }
  }

  @Test func `goes from one server to another`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let other = try ProcessUnderTest()
      let ana = try stage.chat(as: "ana")
      let bob = try stage.person("bob")
      try ana.enter("/connect 127.0.0.1 \(other.port)")
      try bob.expect("*[lobby] - ana went (quit)")
      try other.expectConsole("session 1 connected from 127.0.0.1:* (json)*")
      try ana.enter("over here")
      try ana.expect("#1 ana: over here")
      try ana.enter("/exit")
      try stage.expectEnd(of: ana)
    }
  }

  @Test func `completes commands, names and rooms with Tab`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let ana = try stage.chat(as: "ana")
      let bob = try stage.person("bobby")
      defer { withExtendedLifetime(bob) {} }
      try ana.expect("bobby came")
      try ana.type("/gr")
      try ana.press("Tab")
      try ana.expectLast("[lobby] /gr")
      try ana.press("C-u")
      try ana.type("/wh")
      try ana.press("Tab")
      try ana.expectLast("[lobby] /who")
      try ana.press("Tab")
      try ana.expect("/who  /whois")
      try ana.type("is b")
      try ana.press("Tab")
      try ana.expectLast("[lobby] /whois bobby")
      try ana.press("Enter")
      try ana.expect("ok bobby: a guest, 1 session")
      try ana.type("/dm l")
      try ana.press("Tab")
      try ana.type("ee")
      try ana.expectLast("[lobby] /dm lee")
      try ana.press("C-u")
      try ana.type("/dm b")
      try ana.press("Tab")
      try ana.expectLast("[lobby] /dm bobby")
      try ana.press("C-u")
      try ana.type("WH")
      try ana.press("Tab")
      try ana.expectLast("[lobby] WHO")
      try ana.press("C-u")
      try ana.type("BO")
      try ana.press("Tab")
      try ana.expectLast("[lobby] bobby:")
      try ana.press("C-u")
      try ana.type("/who #lo")
      try ana.press("Tab")
      try ana.expectLast("[lobby] /who #lobby")
      try ana.press("C-c")
      try stage.expectEnd(of: ana)
    }
  }

  @Test func `sees counts of what is new, and hears a bell for what is meant for them`()
    async throws
  {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let ana = try stage.chat(as: "ana")
      let bob = try stage.person("bob")
      try ana.enter("/add python")
      try ana.expect("python is open, too")
      try bob.say("/join python")
      try ana.expect("[python] + bob came")
      try bob.say("one")
      try bob.say("two")
      try ana.expectLast("[lobby] (python:2)")
      try bob.say("/dm ana psst")
      try ana.expectLast("[lobby] (python:2 @bob:1)")
      try ana.expectBell()
      try bob.say("ana: look")
      try ana.expectLast("[lobby] (python:3 @bob:1)")
      try ana.expectBell()
      try ana.enter("/history @bob")
      try ana.expectLast("[lobby] (python:3)")
      try ana.enter("/mark #python 2")
      try ana.expectLast("[lobby] (python:1)")
      try ana.enter("/mark #python")
      try ana.expectLast("[lobby]")
      try bob.say("/dm ana psst")
      try ana.expectLast("[lobby] (@bob:1)")
      try ana.enter("/mark @bob")
      try ana.expectLast("[lobby]")
      try bob.say("three")
      try ana.expectLast("[lobby] (python:1)")
      try ana.enter("/join python")
      try ana.expectLast("[python]")
      try ana.press("C-d")
      try stage.expectEnd(of: ana)
    }
  }

  @Test func `has a history over runs, without passwords`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let ana = try stage.chat(as: "ana")
      try ana.enter("first words")
      try ana.expect("#1 ana: first words")
      try ana.enter("/register")
      try ana.expectLast("Password:")
      try ana.enter("correct horse")
      try ana.expectLast("Again:")
      try ana.enter("correct house")
      try ana.expect("error bad_arguments: the two are not the same; nothing was changed")
      try ana.enter("/register")
      try ana.expectLast("Password:")
      try ana.enter("correct horse")
      try ana.expectLast("Again:")
      try ana.enter("correct horse")
      try ana.expect("ok ana is your account")
      try ana.enter("/login ana battery staple")
      try ana.expect("error bad_arguments: ")
      try ana.enter("LOGIN ana battery staple")
      try ana.expect("error bad_command: there is no LOGIN; did you mean /login? a leading space")
      try ana.enter("last words")
      try ana.expect("#2 ana: last words")
      try ana.press("C-d")
      try stage.expectEnd(of: ana)
      #expect(try stage.text(of: "state/parley/history") == "first words\nlast words\n")
      var status = stat()
      #expect(stat(stage.path("state/parley/history"), &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600)

      // The name is an account's now: the password is asked for, and not shown.
      let again = try stage.chat("ana@\(stage.address)")
      try again.expectLast("Password of ana:")
      try again.enter("battery staple")
      try again.expect("error bad_password: ")
      try again.enter("correct horse")
      try again.expect("You are ana, session ")
      try again.press("Up")
      try again.expectLast("[lobby] last words")
      try again.press("Up")
      try again.expectLast("[lobby] first words")
      try again.press("Down", "Down")
      try again.expectLast("[lobby]")
      let rows = try again.rows()
      #expect(!rows.contains { $0.contains("horse") || $0.contains("staple") }, "\(rows)")
      try again.press("C-d")
      try stage.expectEnd(of: again)
    }
  }

  @Test func `goes on typing while the server is killed, and what was entered is sent once`()
    async throws
  {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let socket = stage.server.socketPath
      let ana = try stage.chat("--name ana --unix \(socket)")
      try ana.expect("You are ana")
      try ana.type("half a li")
      try ana.expectLast("[lobby] half a li")
      try stage.server.kill()
      try ana.expect("what you enter waits")
      try ana.expectLast("[lobby, offline] half a li")
      try ana.enter("ne")
      try ana.enter("and another")
      try ana.type("and a half")
      try ana.expectLast("[lobby, offline] and a half")
      try stage.server.start()
      try ana.expect("*** connected again")
      let rows = try ana.expect("#2 ana: and another")
      #expect(rows.filter { $0.contains("ana: half a line") }.count == 1, "\(rows)")
      try ana.expectLast("[lobby] and a half")
      let bob = try stage.person("bob")
      try bob.expect("*#1 ana: half a line")
      try bob.expect("*#2 ana: and another")
      try ana.press("Enter")
      try bob.expect("*#3 ana: and a half")
      try ana.press("C-c")
      try stage.expectEnd(of: ana)
    }
  }

  @Test(arguments: ["C-c", "C-d"])
  func `ends it with a key at every prompt, the terminal as before`(key: String) async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      try stage.server.admin("create zoe", input: "correct horse\n")

      let unconnected = try stage.chat("")
      try unconnected.expectLast("[not connected]")
      try unconnected.press(key)
      try stage.expectEnd(of: unconnected)

      let nameless = try stage.chat(stage.address)
      try nameless.expectLast("Username:")
      try nameless.press(key)
      try stage.expectEnd(of: nameless)

      let secret = try stage.chat("zoe@\(stage.address)")
      try secret.expectLast("Password of zoe:")
      try secret.press(key)
      try stage.expectEnd(of: secret)

      let ana = try stage.chat(as: "ana")
      try ana.expectLast("[lobby]")
      try ana.enter("/post Minutes")
      try ana.expectLast("Minutes |")
      try ana.press(key)
      try stage.expectEnd(of: ana)

      let away = try stage.chat(as: "ben")
      try away.expectLast("[lobby]")
      try stage.server.kill()
      try away.expectLast("[lobby, offline]")
      try away.press(key)
      try stage.expectEnd(of: away)
    }
  }

  @Test func `sees no colours with NO_COLOR, and names in theirs without`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let bob = try stage.person("bob")
      try bob.say("hello")
      try bob.expect("*#1 bob: hello")
      let plain = try stage.chat(as: "ana", variables: "NO_COLOR=1")
      try plain.expect("#1 bob: hello")
      #expect(try !plain.rows(colours: true).contains { $0.contains("\u{1B}[") })
      try plain.press("C-c")
      try stage.expectEnd(of: plain)
      let coloured = try stage.chat(as: "cy")
      try coloured.expect("#1 bob: hello")
      #expect(try coloured.rows(colours: true).contains { $0.contains(/\u{1B}\[[0-9;]*mbob/) })
      let never = try stage.chat(as: "dan", "--color never")
      try never.expect("#1 bob: hello")
      #expect(try !never.rows(colours: true).contains { $0.contains("\u{1B}[") })
    }
  }
}
