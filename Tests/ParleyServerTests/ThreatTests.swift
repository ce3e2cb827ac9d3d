import Foundation
import ParleyTesting
import Testing

/// Rows of the threat model that no other suite shows.
@Suite struct `A password or a token` {
  @Test func `is neither in the data directory nor on the console`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: ["--log-level", "debug", "--log-messages"])
      let (password, wrong) = ("correct horse 4711", "wrong horse 4712")
      let ana = try TalkClient("ana", port: server.port)
      for line in ["ana", "/register", password, password] { try ana.say(line) }
      try ana.expect("*ok ana is your account*")
      try ana.say("/token new read,write my bot")
      let told = try ana.expect("*parley_*")
      let token = try #require(told.firstMatch(of: /parley_[A-Za-z0-9_-]+/).map { String($0.0) })
      let bob = try TalkClient("bob", port: server.port)
      for line in ["bob", "/login ana", wrong] { try bob.say(line) }
      try bob.expect("*error bad_password: *")
      let bot = JSONPerson(try TalkClient("bot", port: server.port))
      try bot.ask("hello", #"{"name":"ana","token":"\#(token)"}"#)
      #expect(try bot.refused("passwd", #"{"old":"\#(wrong)","new":"\#(password)"}"#) != "")
      #expect(try server.stop() == 0)

      let console = server.console.joined(separator: "\n")
      #expect(console.contains("session 1 connected"))
      let files = try #require(FileManager.default.enumerator(atPath: server.dataDirectory))
      var size = 0
      for case let path as String in files {
        guard let data = FileManager.default.contents(atPath: "\(server.dataDirectory)/\(path)")
        else { continue }
        size += data.count
        for secret in [password, wrong, token] {
          #expect(data.range(of: Data(secret.utf8)) == nil, "\(path)")
        }
      }
      #expect(size > 0)
      for secret in [password, wrong, token] { #expect(!console.contains(secret)) }
    }
  }
}

@Suite struct `A wrong password` {
  @Test func `costs the server as much where there is no such account`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(
        flags: [
          "--login-failures-max", "--address-login-failures-per-minute",
          "--account-login-failures-per-minute", "--session-login-failures-max",
        ].flatMap { [$0, "off"] })
      let pid = try #require(server.processID)
      let ana = try TalkClient("ana", port: server.port)
      for line in ["ana", "/register", "correct horse", "correct horse"] { try ana.say(line) }
      try ana.expect("*ok ana is your account*")
      let eve = try TalkClient("eve", port: server.port)
      try eve.say("eve")
      /// Milliseconds of processor time for a few guesses, and what is said to the last.
      func guess(_ name: String) throws -> (cost: Int, answer: String) {
        let before = ProcessFigures(pid).cpuMilliseconds
        var answer = ""
        for _ in 1...12 {
          try eve.say("/login \(name)")
          try eve.expectPrompt("Password of \(name):")
          try eve.say("wrong horse")
          answer = try eve.expect("*error *").replacing(name, with: "NAME")
        }
        return (ProcessFigures(pid).cpuMilliseconds - before, answer)
      }
      let (known, unknown) = (try guess("ana"), try guess("bob"))
      #expect(known.answer == unknown.answer)
      #expect(known.cost > 0)
      let ratio = Double(unknown.cost) / Double(max(1, known.cost))
      #expect((0.5...2).contains(ratio), "\(unknown.cost) ms, and \(known.cost) ms for an account")
      #expect(try server.stop() == 0)
    }
  }
}

@Suite struct `A connection that gets nowhere` {
  @Test func `is ended in time, however it begins`() async throws {
    try await onItsOwnThread {
      let files = try CertificateOnDisk()
      let server = try ProcessUnderTest(flags: files.flags + ["--login-timeout", "1s"])
      // A TLS record and a handshake that do not end, the first word of IRC, of JSON and of line
      // mode, and IRC that never says who it is.
      let beginnings: [[UInt8]] = [
        [0x16], [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00], Array("NIC".utf8),
        Array("NICK ana\r\n".utf8), Array("CAP LS 302\r\n".utf8), Array("{\"jsonrpc\"".utf8),
        Array("an".utf8), [0xFF, 0xFB],
      ]
      let people = try beginnings.enumerated().map { number, bytes in
        let person = try TalkClient("p\(number)", port: server.port)
        try person.send(bytes)
        return person
      }
      for person in people { try person.expectEnd(until: Deadline(secondsFromNow: 20)) }
      #expect(try server.stop() == 0)
    }
  }
}
