package import NIOCore

/// What a proxy says first on a connection that it hands on: who is at its other end.
///
/// Source: "The PROXY protocol", versions 1 and 2,
/// <https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt>;
/// its sections are named below.
package struct ProxyHeader: Hashable, Sendable {
  /// The client's address; nil where the proxy speaks for itself (LOCAL) or does not know it.
  package var client: SocketAddress?
  /// Whether the client's connection to the proxy is TLS, as the proxy says (PP2_CLIENT_SSL, §2.2.5).
  package var isOverTLS: Bool
  /// How many bytes the header has.
  package var length: Int

  package init(client: SocketAddress?, isOverTLS: Bool = false, length: Int) {
    self.client = client
    self.isOverTLS = isOverTLS
    self.length = length
  }

  /// What the first bytes of a connection are.
  package enum Reading: Hashable, Sendable {
    case needMore
    case header(ProxyHeader)
    /// No header, or one that breaks the rules: why.
    case invalid(Reason)
  }

  /// Why there is no header.
  package enum Reason: String, Hashable, Sendable {
    case missing = "it sent no PROXY header"
    case tooLong = "its PROXY header is too long"
    case malformed = "its PROXY header is malformed"
  }

  /// A header of version 1 has no more than that, its CR LF included (§2.1).
  package static let textBytesMax = 107
  /// A header of version 2 has no more than that here: its 16 bytes, two addresses and what else
  /// the proxy says, of which only whether there is TLS is looked at.
  package static let binaryBytesMax = 4_096

  private static let text: [UInt8] = Array("PROXY ".utf8)
  /// §2.2.
  private static let signature: [UInt8] = [
    0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
  ]

  /// Reads the header at the beginning of the bytes; none of what follows is looked at.
  package static func read(_ bytes: ByteBufferView) -> Reading {
    guard let first = bytes.first else { return .needMore }
    switch first {
    case Self.text[0]:
      guard Self.agree(bytes, Self.text) else { return .invalid(.missing) }
      return bytes.count < Self.text.count ? .needMore : Self.readText(bytes)
    case Self.signature[0]:
      guard Self.agree(bytes, Self.signature) else { return .invalid(.missing) }
      return bytes.count < 16 ? .needMore : Self.readBinary(bytes)
    default: return .invalid(.missing)
    }
  }

  /// Whether one begins with the other, as far as both go.
  private static func agree(_ bytes: ByteBufferView, _ expected: [UInt8]) -> Bool {
    zip(bytes, expected).allSatisfy { $0 == $1 }
  }

  // MARK: Version 1

  /// §2.1: `PROXY TCP4 192.0.2.1 198.51.100.1 56324 443`, CR LF.
  private static func readText(_ bytes: ByteBufferView) -> Reading {
    let head = bytes.prefix(Self.textBytesMax)
    guard let end = head.firstIndex(of: UInt8(ascii: "\n")) else {
      return bytes.count >= Self.textBytesMax ? .invalid(.tooLong) : .needMore
    }
    let line = head[..<end]
    guard line.last == UInt8(ascii: "\r") else { return .invalid(.malformed) }
    let length = bytes.distance(from: bytes.startIndex, to: end) + 1
    let fields = line.dropLast().split(
      separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    let words = fields.map { String(decoding: $0, as: UTF8.self) }
    // What stands behind UNKNOWN is to be ignored.
    if words.count >= 2, words[1] == "UNKNOWN" {
      return .header(ProxyHeader(client: nil, length: length))
    }
    guard words.count == 6, let port = Self.port(words[4]), Self.port(words[5]) != nil,
      let client = Self.address(words[2], port, protocol: words[1]),
      Self.address(words[3], 0, protocol: words[1]) != nil
    else { return .invalid(.malformed) }
    return .header(ProxyHeader(client: client, length: length))
  }

  private static func address(
    _ host: String, _ port: UInt16, protocol family: String
  ) -> SocketAddress? {
    guard host.utf8.allSatisfy({ $0 != UInt8(ascii: "%") }),
      let address = try? SocketAddress(ipAddress: host, port: Int(port))
    else { return nil }
    switch (family, address) {
    case ("TCP4", .v4), ("TCP6", .v6): return address
    default: return nil
    }
  }

  /// A number from 0 to 65535 without a leading zero.
  private static func port(_ text: String) -> UInt16? {
    let isDigits = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard isDigits, text == "0" || !text.hasPrefix("0") else { return nil }
    return UInt16(text)
  }

  // MARK: Version 2

  /// §2.2: the signature, version and command, family and transport, and the length of the rest.
  private static func readBinary(_ bytes: ByteBufferView) -> Reading {
    func byte(_ index: Int) -> UInt8 { bytes[bytes.index(bytes.startIndex, offsetBy: index)] }
    let rest = Int(byte(14)) << 8 | Int(byte(15))
    guard byte(12) >> 4 == 2 else { return .invalid(.malformed) }
    guard 16 + rest <= Self.binaryBytesMax else { return .invalid(.tooLong) }
    // What cannot become right is refused before all of it has come.
    let addressBytes: Int
    switch byte(13) {
    case 0x00: addressBytes = 0
    case 0x11, 0x12: addressBytes = 12
    case 0x21, 0x22: addressBytes = 36
    case 0x31, 0x32: addressBytes = 216
    default: return .invalid(.malformed)
    }
    let isLocal: Bool
    switch byte(12) & 0x0F {
    case 0: isLocal = true
    case 1: isLocal = false
    default: return .invalid(.malformed)
    }
    guard isLocal || rest >= addressBytes else { return .invalid(.malformed) }
    guard bytes.count >= 16 + rest else { return .needMore }
    var header = ProxyHeader(client: nil, length: 16 + rest)
    guard !isLocal else { return .header(header) }
    let source: Range<Int>
    switch addressBytes {
    case 12: source = 16..<20
    case 36: source = 16..<32
    // Sockets of its own machine, or nothing known: the connection is the proxy's.
    default: return .header(header)
    }
    let portIndex = 16 + 2 * source.count
    let port = Int(byte(portIndex)) << 8 | Int(byte(portIndex + 1))
    header.client = try? SocketAddress(
      packedIPAddress: ByteBuffer(bytes: source.map(byte)), port: port)
    header.isOverTLS = Self.saysTLS((16 + addressBytes..<16 + rest).map(byte))
    return .header(header)
  }

  /// Whether among what follows the addresses is PP2_TYPE_SSL with PP2_CLIENT_SSL set (§2.2.5).
  ///
  /// Each thing that is said has a type, a length in two bytes, and a value. What does not fit says
  /// nothing.
  private static func saysTLS(_ bytes: [UInt8]) -> Bool {
    var index = 0
    while index + 3 <= bytes.count {
      let length = Int(bytes[index + 1]) << 8 | Int(bytes[index + 2])
      guard index + 3 + length <= bytes.count else { return false }
      // Its value: the client's bits, and four bytes about the certificate.
      if bytes[index] == 0x20, length >= 5 { return bytes[index + 3] & 0x01 != 0 }
      index += 3 + length
    }
    return false
  }
}
