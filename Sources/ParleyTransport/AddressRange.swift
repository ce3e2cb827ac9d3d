import Glibc
package import NIOCore

/// A range of IP addresses, written `10.0.0.0/8`, `2001:db8::/32`, or one address alone.
package struct AddressRange: Hashable, Sendable, CustomStringConvertible {
  /// The first address in network order: 4 bytes or 16.
  private let bytes: [UInt8]
  /// How many of its bits must be the same.
  private let bits: Int
  private let host: String

  /// Nil where the text is no range; bits beyond the prefix must be zero, as a mistake is likelier
  /// than the wish for them to mean nothing.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let bytes = Self.bytes(of: String(parts[0])) else { return nil }
    var bits = bytes.count * 8
    if parts.count == 2 {
      guard (1...3).contains(parts[1].utf8.count), let number = UInt8(parts[1]),
        parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
        Int(number) <= bits
      else { return nil }
      bits = Int(number)
    }
    self.bytes = bytes
    self.bits = bits
    self.host = String(parts[0])
    guard Self.masked(bytes, bits) == bytes else { return nil }
  }

  /// Whether the address is one of them.
  ///
  /// An IPv4 address that a socket for both shows as `::ffff:10.0.0.1` (RFC 4291 §2.5.5.2) is the
  /// IPv4 address.
  package func contains(_ address: SocketAddress) -> Bool {
    guard let host = address.ipAddress, var bytes = Self.bytes(of: host) else { return false }
    if bytes.count == 16, self.bytes.count == 4,
      bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
    {
      bytes = Array(bytes.suffix(4))
    }
    guard bytes.count == self.bytes.count else { return false }
    return Self.masked(bytes, self.bits) == self.bytes
  }

  package var description: String {
    self.bits == self.bytes.count * 8 ? self.host : "\(self.host)/\(self.bits)"
  }

  package static func == (one: AddressRange, other: AddressRange) -> Bool {
    one.bytes == other.bytes && one.bits == other.bits
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(self.bytes)
    hasher.combine(self.bits)
  }

  /// The bytes of an IP address in network order: 4, 16, or nil where the text is none.
  static func bytes(of host: String) -> [UInt8]? {
    // A zone (`fe80::1%eth0`) is where the address is, and no part of it.
    let host = host.split(separator: "%", maxSplits: 1).first.map(String.init) ?? host
    var four = in_addr()
    if inet_pton(AF_INET, host, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
    var sixteen = in6_addr()
    if inet_pton(AF_INET6, host, &sixteen) == 1 {
      return withUnsafeBytes(of: sixteen) { Array($0) }
    }
    return nil
  }

  private static func masked(_ bytes: [UInt8], _ bits: Int) -> [UInt8] {
    var masked = bytes
    for index in masked.indices {
      let kept = min(8, max(0, bits - index * 8))
      masked[index] &= kept == 0 ? 0 : UInt8.max << UInt8(8 - kept)
    }
    return masked
  }
}
