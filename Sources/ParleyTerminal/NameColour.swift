/// The colour of a name: always the same one for the same name.
package enum NameColour {
  /// Of 256, such as are read well on black and on white.
  private static let many: [UInt8] = [
    28, 31, 32, 61, 64, 66, 67, 91, 95, 96, 97, 125, 130, 131, 132, 133, 136, 161, 162, 166,
  ]
  /// Of 8.
  private static let few: [UInt8] = [1, 2, 3, 4, 5, 6]

  /// One of the terminal's 8, or where it `hasMany`, of its 256.
  package static func colour(of name: String, hasMany: Bool) -> UInt8 {
    // FNV-1a: Swift's own hashes differ from run to run.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let colours = hasMany ? Self.many : Self.few
    return colours[Int(hash % UInt64(colours.count))]
  }
}
