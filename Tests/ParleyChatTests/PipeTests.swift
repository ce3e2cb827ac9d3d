import Foundation
import Glibc
import ParleyChat
import ParleyTesting
import Testing

@Suite struct `A script` {
  @Test func `has its lines said, each acknowledged, and ends with 0`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let ana = try stage.person("ana")
      let (output, code) = try stage.pipe(
        "hi\nsecond\n", to: ["bot@\(stage.address)", "--room", "lobby"])
      #expect(output.isEmpty)
      #expect(code == 0)
      try ana.expect("*#1 bot: hi")
      try ana.expect("*#2 bot: second")
      try ana.expect("*- bot went (quit)")
      let (answer, _) = try stage.pipe(
        "/who\n/history", to: ["bot@\(stage.address)", "--room", "#python", "--room", "lobby"])
      #expect(
        answer == [
          "ok 1 person in python: bot (you, owner)", "ok python has no messages that you may see",
        ])
    }
  }

  @Test func `posts line by line, up to a lone dot`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let (output, code) = try stage.pipe(
        "/post Minutes\nAll agreed.\n/who is no command here\n.\n/read 1\n",
        to: ["bot@\(stage.address)"])
      #expect(code == 0)
      #expect(output.last == "  | /who is no command here", "\(output)")
    }
  }

  @Test(arguments: [
    ("/join bad:name\n", "parley: error bad_name: "),
    ("/nosuch\n", "parley: error bad_command: "),
    ("/read 7\nhello\n", "parley: error no_such_message: "),
  ])
  func `is told on stderr what was refused, and ends with another code`(
    input: String, line: String
  ) async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let (output, code) = try stage.pipe(input, to: ["bot@\(stage.address)"])
      #expect(code == 1)
      #expect(output.first?.hasPrefix(line) == true, "\(output)")
    }
  }

  @Test func `stays at its server, whatever is piped into it`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let ana = try stage.person("ana")
      let other = try StrangeServer(text: nil)
      let (output, code) = try stage.pipe(
        "/connect 127.0.0.1 \(other.port)\nstill here\n", to: ["bot@\(stage.address)"])
      #expect(
        output.first?.hasPrefix("parley: error bad_command: a script stays at ") == true,
        "\(output)")
      #expect(code == 1)
      try ana.expect("*#1 bot: still here")
    }
  }

  @Test func `has lines said as they are with --verbatim`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let ana = try stage.person("ana")
      let (output, code) = try stage.pipe(
        "/leave\n\nQUIT now\n%exit\n//etc\n", to: ["bot@\(stage.address)", "--verbatim"])
      #expect(output.isEmpty)
      #expect(code == 0)
      try ana.expect("*#1 bot: /leave")
      try ana.expect("*#2 bot: QUIT now")
      try ana.expect("*#3 bot: %exit")
      try ana.expect("*#4 bot: //etc")
    }
  }

  @Test func `is told why it cannot come in`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let ana = try stage.person("ana")
      defer { withExtendedLifetime(ana) {} }
      let taken = try stage.pipe("hi\n", to: ["ana@\(stage.address)"])
      #expect(taken.output.first?.hasPrefix("parley: error name_taken: ") == true)
      #expect(taken.output.first?.hasSuffix(" is free") == true, "\(taken.output)")
      #expect(taken.code == 1)
      let nobody = try stage.pipe("hi\n", to: ["bot@127.0.0.1:1"])
      #expect(
        nobody.output == [
          "parley: error not_connected: there is no connection to 127.0.0.1:1: Connection refused"
        ])
      let clear = try stage.pipe("hi\n", to: ["bot@\(stage.address)", "--tls"])
      #expect(clear.output.first?.contains("what answers there has no TLS") == true)
      #expect(nobody.code == 1)
      let nameless = try stage.pipe("hi\n", to: [stage.address])
      #expect(
        nameless.output == ["parley: error not_connected: say who you are: parley chat NAME@HOST"])
      let nowhere = try stage.pipe("hi\n", to: [])
      #expect(
        nowhere.output == ["parley: error not_connected: name a server: parley chat NAME@HOST"])
    }
  }

  @Test func `gets events and answers as JSON, one object a line`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let (output, code) = try stage.pipe(
        "hi\n/who\n/read 9\n", to: ["bot@\(stage.address)", "--json"])
      #expect(code == 1)
      let objects = try output.filter { $0.hasPrefix("{") }.map { line in
        try #require(
          JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
      }
      let said = objects.first { $0["event"] as? String == "message" }
      #expect(said?["text"] as? String == "hi")
      #expect(said?["from"] as? String == "bot")
      #expect(said?["room"] as? String == "lobby")
      #expect(said?["sequence"] as? Int == 1)
      #expect(objects.contains { $0["event"] as? String == "opened" })
      let who = objects.first { $0["method"] as? String == "who" }?["result"] as? [String: Any]
      #expect((who?["people"] as? [[String: Any]])?.first?["name"] as? String == "bot")
      let error = objects.compactMap { $0["error"] as? [String: Any] }.first
      #expect(error?["code"] as? String == "no_such_message")
      #expect(output.contains { $0.hasPrefix("parley: error no_such_message: ") })
    }
  }

  @Test func `logs in with the password of the environment`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      try stage.server.admin("create zoe", input: "correct horse\n")
      let arguments = [ProcessUnderTest.binary, "chat", "zoe@\(stage.address)"]
      let (output, code) = try ChildProcess.run(
        ["env", "PARLEY_CHAT_PASSWORD=correct horse"] + arguments, input: "/who\n")
      #expect(output == ["ok 1 person in lobby: zoe (you)"])
      #expect(code == 0)
      let without = try stage.pipe("/who\n", to: ["zoe@\(stage.address)"])
      #expect(without.output.first?.hasPrefix("parley: error name_registered: ") == true)
      #expect(without.output.first?.contains("PARLEY_CHAT_PASSWORD") == true)
      #expect(without.code == 1)
    }
  }

  @Test func `believes over TLS the certificate of the first time, and no other`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage(starting: false)
      try stage.startWithCertificate()
      let address = "bot@\(stage.address)"
      let first = try stage.pipe("hi\n", to: [address, "--tls-pin"])
      #expect(first.code == 0, "\(first.output)")
      #expect(first.output.first?.contains(" is remembered: SHA-256 ") == true, "\(first.output)")
      #expect(try stage.text(of: "state/parley/known-servers").hasPrefix(stage.address + " "))
      let unknown = try stage.pipe("hi\n", to: [address, "--tls"])
      #expect(unknown.output.first?.hasPrefix("parley: error not_trusted: ") == true)
      #expect(unknown.code == 1)
      let second = try stage.pipe("hi\n", to: [address, "--tls-pin"])
      #expect(second.code == 0, "\(second.output)")
      try stage.makeCertificate()
      try stage.server.signal(SIGHUP)
      try stage.server.expectConsole("*TLS with *")
      let other = try stage.pipe("hi\n", to: [address, "--tls-pin"])
      #expect(other.output.first?.contains("not_trusted: ") == true, "\(other.output)")
      #expect(other.output.first?.contains("known-servers") == true, "\(other.output)")
      #expect(other.code == 1)
    }
  }
}

@Suite struct `A destination` {
  @Test(arguments: [
    ("localhost", nil, "localhost:6789"), ("ana@chat.example.org", "ana", "chat.example.org:6789"),
    ("ana@127.0.0.1:7000", "ana", "127.0.0.1:7000"), ("[::1]:7000", nil, "[::1]:7000"),
    ("ana@::1", "ana", "[::1]:6789"), ("[::1]", nil, "[::1]:6789"),
  ])
  func `is a host, perhaps with a name and a port`(text: String, name: String?, server: String) {
    let parsed = Destination.parse(text)
    #expect(parsed?.name == name)
    #expect(parsed?.destination.description == server)
  }

  @Test(arguments: ["", "@host", "ana@", "host:", "host:0", "host:65536", "host:x", "[::1", "a b"])
  func `is refused where it is none`(text: String) {
    #expect(Destination.parse(text) == nil)
  }
}
