import NIOCore
import ParleyTesting
import ParleyTransport
import Testing

@Suite struct `A connection through a proxy` {
  private static let text = "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"
  private static let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10]

  /// Version 2: command and family, and what follows.
  private static func binary(_ command: UInt8, _ family: UInt8, _ rest: [UInt8]) -> [UInt8] {
    Self.signature + [command, family, UInt8(rest.count >> 8), UInt8(rest.count & 0xFF)] + rest
  }

  private static func read(_ bytes: some Sequence<UInt8>) -> ProxyHeader.Reading {
    ProxyHeader.read(ByteBuffer(bytes: bytes).readableBytesView)
  }

  @Test func `says who the client is, in text or binary`() throws {
    let client = try SocketAddress(ipAddress: "192.0.2.1", port: 56_324)
    #expect(
      Self.read((Self.text + "NICK ana").utf8)
        == .header(ProxyHeader(client: client, length: Self.text.utf8.count)))
    let six = "PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\n"
    #expect(
      Self.read(six.utf8)
        == .header(
          ProxyHeader(
            client: try SocketAddress(ipAddress: "2001:db8::1", port: 1), length: six.utf8.count)))
    let addresses: [UInt8] = [192, 0, 2, 1, 198, 51, 100, 1, 0xDC, 0x04, 0x01, 0xBB]
    let four = Self.binary(0x21, 0x11, addresses)
    #expect(
      Self.read(four + [0x16]) == .header(ProxyHeader(client: client, length: four.count)))
    // What else it says is skipped.
    let more = Self.binary(0x21, 0x11, addresses + [3, 0, 4, 1, 2, 3, 4])
    #expect(Self.read(more) == .header(ProxyHeader(client: client, length: more.count)))
  }

  @Test func `may be the proxy's own`() {
    let unknown = "PROXY UNKNOWN and whatever else\r\n"
    #expect(
      Self.read(unknown.utf8) == .header(ProxyHeader(client: nil, length: unknown.utf8.count)))
    #expect(Self.read(Self.binary(0x20, 0, [])) == .header(ProxyHeader(client: nil, length: 16)))
    #expect(
      Self.read(Self.binary(0x21, 0x31, Array(repeating: 0, count: 216)))
        == .header(ProxyHeader(client: nil, length: 232)))
  }

  @Test(arguments: [
    ("NICK ana\r\n", ProxyHeader.Reason.missing), ("PROXI", .missing), ("\r\n\r\nx", .missing),
    ("PROXY TCP4 192.0.2.1 198.51.100.1 056324 443\r\n", .malformed),
    ("PROXY TCP4 192.0.2.1 198.51.100.1 65536 443\r\n", .malformed),
    ("PROXY TCP4 192.0.2.1  198.51.100.1 1 443\r\n", .malformed),
    ("PROXY TCP6 192.0.2.1 198.51.100.1 1 443\r\n", .malformed),
    ("PROXY TCP4 192.0.2.1 198.51.100.1 1\r\n", .malformed),
    ("PROXY TCP4 192.0.2.1 198.51.100.1 1 443\n", .malformed),
    ("PROXY " + String(repeating: "x", count: 101), .tooLong),
  ])
  func `is refused where its header breaks the rules`(text: String, reason: ProxyHeader.Reason) {
    #expect(Self.read(text.utf8) == .invalid(reason))
  }

  @Test func `waits for the whole of a header, within its bounds`() {
    for count in 0..<Self.text.utf8.count {
      #expect(Self.read(Self.text.utf8.prefix(count)) == .needMore)
    }
    #expect(Self.read(Self.signature + [0x21, 0x11, 0x0F, 0xF0]) == .needMore)
    #expect(Self.read(Self.signature + [0x21, 0x11, 0x0F, 0xF1]) == .invalid(.tooLong))
    #expect(Self.read(Self.signature + [0x31, 0x11, 0, 12]) == .invalid(.malformed))
    #expect(Self.read(Self.signature + [0x22, 0x11, 0, 12]) == .invalid(.malformed))
    #expect(Self.read(Self.signature + [0x21, 0x41, 0, 12]) == .invalid(.malformed))
    #expect(Self.read(Self.signature + [0x21, 0x11, 0, 11]) == .invalid(.malformed))
  }

  @Test func `is shown with the client's address, with TLS behind the header or without`()
    async throws
  {
    try await onItsOwnThread {
      let certificate = try CertificateOnDisk()
      let server = try ProcessUnderTest(flags: certificate.flags + ["--proxy-from", "127.0.0.1"])
      let ana = try TalkClient("ana", port: server.port)
      try ana.send(Array((Self.text + "ana\n").utf8))
      try ana.expect("*You are ana*")
      try server.expectConsole("session 1 connected from 192.0.2.1:56324 (line)*")
      let secure = try TLSPerson("bob", port: try server.portWithTLS, preamble: Self.text)
      try secure.talk.say("bob")
      try secure.talk.expect("*You are bob*")
      try server.expectConsole("session 2 connected from 192.0.2.1:56324 (line)*")
      let itself = try TalkClient("itself", port: server.port)
      try itself.send(Self.binary(0x20, 0, []))
      try itself.expectPrompt("Username:")
      try server.expectConsole("session 3 connected from 127.0.0.1:* (line)*")
      // The header is required.
      let odd = try TalkClient("odd", port: server.port)
      try odd.say("odd")
      try odd.expectEnd()
      try server.expectConsole(
        "warning: a connection from the proxy 127.0.0.1:* is closed: it sent no PROXY header")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `from elsewhere is like any other, its header but odd words`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: ["--proxy-from", "10.0.0.0/8"])
      let odd = try TalkClient("odd", port: server.port)
      try odd.send(Array(Self.text.utf8))
      try server.expectConsole("session 1 connected from 127.0.0.1:* (line)*")
      try odd.expect("*")
      #expect(try server.stop() == 0)
    }
  }
}

@Suite struct `A range of addresses` {
  @Test(arguments: [
    ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false),
    ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.8", false),
    ("192.0.2.0/23", "192.0.3.255", true), ("0.0.0.0/0", "1.2.3.4", true),
    ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("::1", "::1", true), ("::/0", "2001:db8::1", true),
    ("2001:db8::/33", "2001:db8:8000::1", false), ("::/0", "10.0.0.1", false),
  ])
  func `holds those that begin like it`(range: String, host: String, isIn: Bool) throws {
    let range = try #require(AddressRange(range))
    #expect(range.contains(try SocketAddress(ipAddress: host, port: 1)) == isIn)
  }

  @Test(arguments: [
    "", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "/8", "10.0.0/8", "::/129", "a/8",
  ])
  func `is nothing else`(text: String) {
    #expect(AddressRange(text) == nil)
  }
}
