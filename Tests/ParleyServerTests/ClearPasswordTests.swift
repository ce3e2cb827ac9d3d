import Foundation
import Glibc
import ParleyTesting
import Testing

/// What crosses a network in clear is nobody's secret.
@Suite struct `A password in clear` {
  /// The header of a proxy, version 2, for 192.0.2.1, with what follows the addresses.
  private static func header(_ more: [UInt8] = []) -> [UInt8] {
    let addresses: [UInt8] = [192, 0, 2, 1, 198, 51, 100, 1, 0xDC, 0x04, 0x01, 0xBB]
    let rest = addresses + more
    return [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10, 0x21, 0x11, 0, UInt8(rest.count)] + rest
  }

  /// PP2_TYPE_SSL: the client's bits, and no certificate.
  private static func tls(_ client: UInt8) -> [UInt8] { [0x20, 0, 5, client, 0, 0, 0, 1] }

  private static func person(
    _ name: String, _ server: ProcessUnderTest, _ more: [UInt8] = []
  ) throws -> TalkClient {
    let person = try TalkClient(name, port: server.port)
    try person.send(Self.header(more))
    return person
  }

  private static let refusal =
    "*error not_in_clear: passwords and tokens may not cross a network in clear; "
    + "connect with TLS, as openssl s_client -quiet -connect HOST:PORT does"

  @Test func `is not asked for from another machine, nor taken`() async throws {
    try await onItsOwnThread {
      let certificate = try CertificateOnDisk()
      let server = try ProcessUnderTest(flags: certificate.flags + ["--proxy-from", "127.0.0.1"])
      let local = try TalkClient("local", toSocketAt: server.dataDirectory + "/parley.sock")
      for line in ["ana", "/register", "correct horse", "correct horse"] { try local.say(line) }
      try local.expect("*ok ana is your account*")
      let far = try Self.person("far", server)
      try far.expectPrompt("Username:")
      try far.say("/login ana")
      try far.expect(Self.refusal)
      try far.expectPrompt("Username:")
      try far.say("bob")
      try far.expect("*You are bob*")
      try far.expectNext("*[lobby] here: ana.")
      for line in ["/register", "/login ana", "/passwd", "/unregister"] {
        try far.say(line)
        try far.expectNext(Self.refusal.replacing("*", with: "", maxReplacements: 1))
      }
      try far.say("still a guest")
      try far.expect("*[lobby] #1 bob: still a guest")
      // What was sent before the refusal could be read is not said aloud.
      try far.send(Array("/passwd\nsecret\nother\nother\nhello\n".utf8))
      try far.expect(Self.refusal)
      try local.expectNext("*+ bob came")
      try local.expectNext("*[lobby] #1 bob: still a guest")
      try local.expectNext("*[lobby] #2 bob: hello")
      try far.send(Array("/login ana\nunfinished".utf8))
      try far.expect(Self.refusal)
      far.halfClose()
      try far.expectEnd()
      try local.expectNext("*- bob went*")
      // Over TLS it is asked for, through the proxy as well.
      let secure = try TLSPerson(
        "secure", port: server.port, preamble: "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n")
      try secure.talk.say("/login ana")
      try secure.talk.expectPrompt("Password of ana:")
      try secure.talk.say("correct horse")
      try secure.talk.expect("*You are ana*")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `is taken where a proxy says that it speaks TLS with the client`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: ["--proxy-from", "127.0.0.1"])
      // Behind something else that is skipped.
      let secure = try Self.person("secure", server, [3, 0, 4, 1, 2, 3, 4] + Self.tls(1))
      for line in ["ana", "/register", "correct horse", "correct horse", "/token new read"] {
        try secure.say(line)
      }
      try secure.expect("*ok token 1 (read), shown this once: *")
      // A proxy that says that there is none, something cut short, and one without a word.
      for more in [Self.tls(0), Self.tls(6), [0x20, 0, 9, 1], [0x20, 0, 1, 1], []] {
        let clear = try Self.person("clear", server, more)
        try clear.say("/login ana")
        try clear.expect("*error not_in_clear: *; this server has no TLS: ask who runs it")
      }
      #expect(try server.stop() == 0)
    }
  }

  @Test func `is taken where passwords_in_clear says so`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: [
        "--proxy-from", "127.0.0.1", "--passwords-in-clear",
      ])
      let far = try Self.person("far", server)
      for line in ["ana", "/register", "correct horse", "correct horse"] { try far.say(line) }
      try far.expect("*ok ana is your account*")
      #expect(try server.stop() == 0)
    }
  }

  @Test(.enabled(if: NetworkNamespace.isPermitted, "needs root and network namespaces"))
  func `is refused to another machine, and not to this one`() async throws {
    try await onItsOwnThread {
      let network = try NetworkNamespace(number: 3)
      defer { withExtendedLifetime(network) {} }
      let server = try ProcessUnderTest(
        flags: ["--listen", "127.0.0.1:0"], listen: "\(network.hostAddress):0")
      let (output, _) = try ChildProcess.run(
        network.running([
          "sh", "-c",
          "printf '/login ana\\nsecret\\n/exit\\n' | nc -q 5 \(network.hostAddress) \(server.port)",
        ]))
      #expect(output.contains { $0.contains("error not_in_clear: ") }, "\(output)")
      #expect(!output.contains { $0.contains("You are secret") }, "\(output)")
      // This machine's own address is not loopback, and what comes from it is not told apart.
      let own = try TalkClient("own", to: network.hostAddress, port: server.port)
      try own.say("/login ana")
      try own.expect("*error not_in_clear: *")
      #expect(try server.stop() == 0)
    }
  }
}
