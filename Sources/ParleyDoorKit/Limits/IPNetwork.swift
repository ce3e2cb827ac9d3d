import Glibc
package import NIOCore

/// An IPv4 or IPv6 address as one number; an IPv4 one is its IPv4-mapped form (RFC 4291 §2.5.5.2),
/// so that both forms of it are one.
package struct IPAddress: Hashable, Sendable, CustomStringConvertible {
  package var bits: UInt128

  package init(bits: UInt128) {
    self.bits = bits
  }

  /// A user of this host, where limits count by user: an address of the discard-only prefix
  /// (RFC 6666), from which no packet comes.
  package init(user: UInt32) {
    self.init(bits: Self.userPrefix | UInt128(user))
  }

  private static let userPrefix: UInt128 = 0x0100 << 112

  /// The user that this stands for; nil for an address of a network.
  package var user: UInt32? {
    guard self.bits & ~UInt128(UInt32.max) == Self.userPrefix else { return nil }
    return UInt32(truncatingIfNeeded: self.bits)
  }

  /// The address of a socket; nil for a Unix socket.
  package init?(_ address: SocketAddress) {
    let found = address.withSockAddr { pointer, size in
      Self.read(UnsafeRawBufferPointer(start: UnsafeRawPointer(pointer), count: size))
    }
    guard let found else { return nil }
    self = found
  }

  /// Who is at the other end of a connected socket; nil for a Unix socket, and where nobody is.
  package init?(peerOf descriptor: CInt) {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getpeername(descriptor, $0, &length)
      }
    }
    guard result == 0, let found = withUnsafeBytes(of: &storage, { Self.read($0) }) else {
      return nil
    }
    self = found
  }

  /// The address in a `sockaddr_in` or `sockaddr_in6` (ip(7), ipv6(7)): the family, the port, and
  /// the address, before which IPv6 has its flow.
  private static func read(_ bytes: UnsafeRawBufferPointer) -> IPAddress? {
    guard bytes.count >= 8 else { return nil }
    switch CInt(bytes.loadUnaligned(as: sa_family_t.self)) {
    case AF_INET: return Self(ipv4: bytes[4..<8].reduce(0) { $0 << 8 | UInt32($1) })
    case AF_INET6 where bytes.count >= 24:
      return Self(bits: bytes[8..<24].reduce(0) { $0 << 8 | UInt128($1) })
    default: return nil
    }
  }

  private init(ipv4: UInt32) {
    self.init(bits: Self.mappedPrefix | UInt128(ipv4))
  }

  private static let mappedPrefix: UInt128 = 0xFFFF << 32

  package var isIPv4: Bool { self.bits >> 32 == 0xFFFF }

  package var description: String {
    if let user = self.user { return "user \(user)" }
    if self.isIPv4 {
      return (0..<4).reversed().map { "\(self.bits >> ($0 * 8) & 0xFF)" }.joined(separator: ".")
    }
    var bytes = (0..<16).reversed().map { UInt8(truncatingIfNeeded: self.bits >> ($0 * 8)) }
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    inet_ntop(AF_INET6, &bytes, &text, socklen_t(text.count))
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// Addresses that begin alike: `192.0.2.0/24`, `2001:db8::/32` (RFC 4632 §3.1, RFC 4291 §2.3).
package struct IPNetwork: Hashable, Sendable, CustomStringConvertible {
  package let address: IPAddress
  /// How many bits are the network's, of the 128 of the IPv4-mapped form.
  package let prefix: Int

  /// The network of an address; `prefix` counts the bits of the 128.
  package init(_ address: IPAddress, prefix: Int) {
    self.prefix = min(max(prefix, 0), 128)
    self.address = IPAddress(bits: address.bits & Self.mask(self.prefix))
  }

  /// Reads `ADDRESS/BITS`, or an address alone; nil for anything else, and where bits beyond the
  /// network's are set, as it is then not clear what was meant.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let socket = try? SocketAddress(ipAddress: String(parts[0]), port: 0),
      let address = IPAddress(socket)
    else { return nil }
    let isShort = !parts[0].utf8.contains(UInt8(ascii: ":"))
    var prefix = 128
    if parts.count == 2 {
      let isDigits = parts[1].utf8.allSatisfy { (0x30...0x39).contains($0) }
      guard isDigits, parts[1].utf8.count <= 3, let bits = Int(parts[1]),
        bits <= (isShort ? 32 : 128)
      else { return nil }
      prefix = isShort ? bits + 96 : bits
    }
    self.init(address, prefix: prefix)
    guard self.address == address else { return nil }
  }

  package func contains(_ address: IPAddress) -> Bool {
    address.bits & Self.mask(self.prefix) == self.address.bits
  }

  private static func mask(_ prefix: Int) -> UInt128 {
    prefix == 0 ? 0 : UInt128.max << (128 - prefix)
  }

  /// A whole address stands alone.
  package var description: String {
    if self.prefix == 128 { return "\(self.address)" }
    let isShort = self.address.isIPv4 && self.prefix >= 96
    return "\(self.address)/\(isShort ? self.prefix - 96 : self.prefix)"
  }
}
