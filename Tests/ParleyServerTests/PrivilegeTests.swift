import Glibc
import ParleyTesting
import Testing

/// A server and a client that may do no more than an ordinary user may.
@Suite struct `Without privileges` {
  /// Starts a program without any capability (capabilities(7)), where it would have them.
  private static let launcher =
    geteuid() == 0 ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : []

  @Test func `a server serves every door, and the client talks to it`() async throws {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let files = try CertificateOnDisk()
      let server = try ProcessUnderTest(
        flags: files.flags + ["--queue", owned.name], launcher: Self.launcher)
      let line = try TalkClient("line", port: server.port)
      try line.say("line")
      try line.expect("*You are line*")
      let local = try TalkClient("local", toSocketAt: server.dataDirectory + "/parley.sock")
      try local.say("local")
      try local.expect("*You are local*")
      let encrypted = try TLSPerson("encrypted", port: try server.portWithTLS)
      try encrypted.talk.say("encrypted")
      try encrypted.talk.expect("*You are encrypted*")
      _ = try JSONPerson("json", port: server.port).ask("say", #"{"text":"from JSON"}"#)
      _ = try QueuePerson(entering: "queue", owned.name)
      let chat = [ProcessUnderTest.binary, "chat", "--plain", "chat@127.0.0.1:\(server.port)"]
      let (output, code) = try ChildProcess.run(Self.launcher + chat, input: "from the client\n")
      #expect(code == 0, "\(output)")
      try line.expect("*json: from JSON")
      try line.expect("*chat: from the client")
      #expect(try server.stop() == 0)
    }
  }
}
