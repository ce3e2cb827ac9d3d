// Patterns of names and of addresses: what a ban or a mute fits.

/// A pattern for names: `*` stands for any characters.
///
/// Made by the doors, as names are; its key is compared with the keys of names.
public struct NameMask: Hashable, Sendable {
  /// As it was written.
  public var text: String
  /// At most ``Limits/maskBytesMax``.
  public var key: String

  public init(text: String, key: String) {
    self.text = text
    self.key = key
  }

  /// The mask that fits that name alone.
  public init(_ name: Name) {
    self.init(text: name.text, key: name.key)
  }

  public static func == (left: NameMask, right: NameMask) -> Bool { left.key == right.key }

  public func hash(into hasher: inout Hasher) { hasher.combine(self.key) }

  /// Whether it fits the key of a name, in at most as many steps as both lengths multiplied.
  public func fits(_ key: String) -> Bool {
    // Byte by byte, which makes nothing: in UTF-8 a `*` is part of no other character.
    let (mask, name, star) = (self.key.utf8, key.utf8, UInt8(ascii: "*"))
    var (place, at) = (mask.startIndex, name.startIndex)
    // Where the last `*` stood, and from where on the name is not its own.
    var last: (place: String.Index, at: String.Index)?
    while at < name.endIndex {
      if place < mask.endIndex, mask[place] == star {
        last = (place, at)
        place = mask.index(after: place)
      } else if place < mask.endIndex, mask[place] == name[at] {
        place = mask.index(after: place)
        at = name.index(after: at)
      } else if let known = last {
        at = name.index(after: known.at)
        place = mask.index(after: known.place)
        last = (known.place, at)
      } else {
        return false
      }
    }
    return mask[place...].allSatisfy { $0 == star }
  }
}

/// Where a connection comes from: an IPv6 address; an IPv4 one as its IPv4-mapped form (RFC 4291
/// §2.5.5.2).
public struct PeerAddress: Hashable, Sendable {
  public var high: UInt64
  public var low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  public init(bits: UInt128) {
    self.init(
      high: UInt64(truncatingIfNeeded: bits >> 64), low: UInt64(truncatingIfNeeded: bits))
  }

  public var bits: UInt128 { UInt128(self.high) << 64 | UInt128(self.low) }

  /// Not known, or of this host without an address: a Unix socket.
  public static let none = PeerAddress(high: 0, low: 0)

  public var isIPv4: Bool { self.high == 0 && self.low >> 32 == 0xFFFF }

  /// Not known, or of this host: 127.0.0.0/8 and ::1.
  public var isLocal: Bool {
    self.high == 0 && (self.low <= 1 || self.low >> 24 == 0xFFFF_7F)
  }
}

extension PeerAddress: CustomStringConvertible {
  /// `192.0.2.7`, or as RFC 5952 has it: `2001:db8::7`.
  public var description: String {
    if self.isIPv4 {
      return (0..<4).reversed().map { String(self.low >> ($0 * 8) & 0xFF) }
        .joined(separator: ".")
    }
    let groups = (0..<8).reversed().map { UInt16(truncatingIfNeeded: self.bits >> ($0 * 16)) }
    // The first of the longest runs of at least two zeros is left out.
    var longest = 0..<0
    var start = 0
    for (place, group) in groups.enumerated() {
      if group != 0 { start = place + 1 }
      if place + 1 - start > max(longest.count, 1) { longest = start..<(place + 1) }
    }
    func text(_ groups: ArraySlice<UInt16>) -> String {
      groups.map { String($0, radix: 16) }.joined(separator: ":")
    }
    if longest.isEmpty { return text(groups[...]) }
    return text(groups[..<longest.lowerBound]) + "::" + text(groups[longest.upperBound...])
  }
}

extension AddressMask: CustomStringConvertible {
  /// An address alone where all of it counts; else with the bits that do: `192.0.2.0/24`.
  public var description: String {
    if self.prefix == 128 { return self.address.description }
    let isIPv4 = self.prefix >= 96 && self.address.isIPv4
    return "\(self.address)/\(isIPv4 ? self.prefix - 96 : self.prefix)"
  }
}

/// Addresses that begin alike.
public struct AddressMask: Hashable, Sendable {
  public var address: PeerAddress
  /// How many of the 128 bits count.
  public var prefix: UInt8

  public init(_ address: PeerAddress, prefix: UInt8) {
    self.prefix = min(prefix, 128)
    self.address = PeerAddress(bits: address.bits & Self.bits(self.prefix))
  }

  /// What stands for a guest's connection: its IPv4 address, or the /64 that it has of IPv6.
  public init(guestFrom address: PeerAddress) {
    self.init(address, prefix: address.isIPv4 ? 128 : 64)
  }

  public func fits(_ address: PeerAddress) -> Bool {
    address != .none && address.bits & Self.bits(self.prefix) == self.address.bits
  }

  private static func bits(_ prefix: UInt8) -> UInt128 {
    prefix == 0 ? 0 : UInt128.max << (128 - UInt128(prefix))
  }
}
