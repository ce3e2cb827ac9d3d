package import ParleyModel

/// Which texts name somebody who is to be banned or muted, and for how long.
package enum MaskRules {
  /// A name, a pattern for names with `*` in it, an address, or a network as `ADDRESS/BITS`.
  package static func target(_ text: String) throws(Refusal) -> SanctionTarget {
    if let network = IPNetwork(text) {
      let address = PeerAddress(bits: network.address.bits)
      return .address(AddressMask(address, prefix: UInt8(network.prefix)))
    }
    guard text.utf8.contains(UInt8(ascii: "*")) else {
      return .name(try NameRules.participantName(text))
    }
    guard text.utf8.count <= Limits.maskBytesMax else {
      throw .tooLong(.mask, bytesMax: Limits.maskBytesMax)
    }
    // What lies between the stars is made of what names are made of.
    var key = ""
    for (place, part) in text.split(separator: "*", omittingEmptySubsequences: false).enumerated() {
      if place > 0, key.last != "*" { key += "*" }
      if !part.isEmpty { key += try NameRules.part(String(part)).key }
    }
    return .mask(NameMask(text: text, key: key))
  }

  /// `30s`, `10m`, `2h`, `7d`, `4w` in microseconds; nil where it is none, or longer than
  /// ``Limits/sanctionMicrosecondsMax``.
  package static func duration(_ text: String) -> Int64? {
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800]
    guard let last = text.last, let unit = units[last], (2...9).contains(text.utf8.count),
      text.utf8.dropLast().allSatisfy({ (0x30...0x39).contains($0) }),
      let count = Int64(text.dropLast()), count > 0
    else { return nil }
    let microseconds = count * unit * 1_000_000
    return microseconds <= Limits.sanctionMicrosecondsMax ? microseconds : nil
  }
}
