import ParleyModel
import ParleyTesting
import Testing

@Suite struct `A mask` {
  @Test(arguments: [
    ("bob", "bob", true), ("bob", "bobby", false), ("bob*", "bobby", true), ("*", "", true),
    ("*", "anybody", true), ("", "", true), ("", "a", false), ("*bot*", "robot2", true),
    ("*bot*", "bo", false), ("a*b*c", "abbc", true), ("a*b*c", "abcb", false),
    ("*ab", "aab", true), ("**", "x", true), ("a*a", "a", false), ("*ä*", "bär", true),
    ("b*r", "bär", true), ("*\u{308}", "a\u{308}", true),
  ])
  func `fits names with anything for its stars`(mask: String, name: String, fits: Bool) {
    #expect(NameMask(text: mask, key: mask).fits(name) == fits)
  }

  @Test func `fits what trying every length for a star fits`() {
    func fits(_ mask: Substring, _ name: Substring) -> Bool {
      guard let first = mask.first else { return name.isEmpty }
      if first == "*" {
        return fits(mask.dropFirst(), name) || !name.isEmpty && fits(mask, name.dropFirst())
      }
      return name.first == first && fits(mask.dropFirst(), name.dropFirst())
    }
    var random = SplitMix64(seed: 4)
    func draw(_ alphabet: [Character]) -> String {
      String(
        (0..<Int.random(in: 0..<8, using: &random)).map { _ in
          alphabet.randomElement(using: &random) ?? "a"
        })
    }
    var fitting = 0
    for _ in 0..<20_000 {
      let (mask, name) = (draw(["a", "b", "ö", "*"]), draw(["a", "b", "ö"]))
      let expected = fits(mask[...], name[...])
      #expect(NameMask(text: mask, key: mask).fits(name) == expected, "\(mask) \(name)")
      if expected { fitting += 1 }
    }
    #expect(fitting > 1_000)
  }

  /// With one try for each way to share the name out among the stars these would never end.
  @Test func `takes no longer for many stars`() {
    let stars = String(repeating: "*a", count: 127) + "b"
    let name = String(repeating: "a", count: 128)
    #expect(!NameMask(text: stars, key: stars).fits(name))
    #expect(NameMask(text: stars, key: stars).fits(name + "b"))
    let runs = String(repeating: "a", count: 60)
    let mask = "*\(runs)b*\(runs)b*\(runs)b"
    #expect(!NameMask(text: mask, key: mask).fits(name))
  }

  @Test(arguments: [
    (PeerAddress(192, 0, 2, 7), 128, PeerAddress(192, 0, 2, 7), true),
    (PeerAddress(192, 0, 2, 7), 128, PeerAddress(192, 0, 2, 8), false),
    (PeerAddress(192, 0, 2, 0), 120, PeerAddress(192, 0, 2, 255), true),
    (PeerAddress(192, 0, 2, 0), 120, PeerAddress(192, 0, 3, 0), false),
    // An IPv4 network of all addresses holds no IPv6 one.
    (PeerAddress(0, 0, 0, 0), 96, PeerAddress(high: 0x2001_0DB8 << 32, low: 1), false),
    (PeerAddress(high: 5, low: 9), 64, PeerAddress(high: 5, low: .max), true),
    (PeerAddress(high: 5, low: 9), 65, PeerAddress(high: 5, low: .max), false),
    (PeerAddress(high: 5, low: 9), 0, PeerAddress(high: .max, low: 0), true),
    (PeerAddress(high: 5, low: 9), 0, PeerAddress.none, false),
  ])
  func `of addresses fits those that begin alike`(
    network: PeerAddress, prefix: UInt8, address: PeerAddress, fits: Bool
  ) {
    #expect(AddressMask(network, prefix: prefix).fits(address) == fits)
  }

  @Test func `for a guest is its IPv4 address, or the 64 bits that it has of IPv6`() {
    let four = AddressMask(guestFrom: PeerAddress(192, 0, 2, 7))
    #expect(four.description == "192.0.2.7")
    #expect(!four.fits(PeerAddress(192, 0, 2, 6)))
    let six = AddressMask(guestFrom: PeerAddress(high: 0x2001_0DB8_0000_0001, low: 7))
    #expect(six.description == "2001:db8:0:1::/64")
    #expect(six.fits(PeerAddress(high: 0x2001_0DB8_0000_0001, low: .max)))
    #expect(!six.fits(PeerAddress(high: 0x2001_0DB8_0000_0002, low: 7)))
  }
}
