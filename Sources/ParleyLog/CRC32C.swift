/// The checksum of frames: CRC-32C (Castagnoli), eight bytes at a time.
///
/// RFC 3720 §12.1 and its appendix B.4 (the test values); Kounavis and Berry, "A Systematic
/// Approach to Building High Performance Software-based CRC Generators", 2005.
package enum CRC32C {
  /// The checksum of `bytes`, continuing one from before them.
  package static func checksum(_ bytes: UnsafeRawBufferPointer, from start: UInt32 = 0) -> UInt32 {
    self.tables.withUnsafeBufferPointer { tables in
      guard let table = tables.baseAddress, var next = bytes.baseAddress else { return start }
      var left = bytes.count
      var crc = ~start
      while left >= 8 {
        let word = UInt64(littleEndian: next.loadUnaligned(as: UInt64.self))
        let low = UInt32(truncatingIfNeeded: word) ^ crc
        let high = UInt32(truncatingIfNeeded: word >> 32)
        let early =
          table[0x700 + Int(low & 0xFF)] ^ table[0x600 + Int(low >> 8 & 0xFF)]
          ^ table[0x500 + Int(low >> 16 & 0xFF)] ^ table[0x400 + Int(low >> 24)]
        let late =
          table[0x300 + Int(high & 0xFF)] ^ table[0x200 + Int(high >> 8 & 0xFF)]
          ^ table[0x100 + Int(high >> 16 & 0xFF)] ^ table[Int(high >> 24)]
        crc = early ^ late
        next += 8
        left -= 8
      }
      while left > 0 {
        crc = crc >> 8 ^ table[Int((crc ^ UInt32(next.load(as: UInt8.self))) & 0xFF)]
        next += 1
        left -= 1
      }
      return ~crc
    }
  }

  /// Eight tables of 256: the k-th is what a byte does to the checksum k bytes later.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var crc = UInt32(byte)
      for _ in 0..<8 {
        crc = crc >> 1 ^ (crc & 1 == 1 ? 0x82F6_3B78 : 0)
      }
      tables[byte] = crc
    }
    for index in 256..<tables.count {
      let before = tables[index - 256]
      tables[index] = before >> 8 ^ tables[Int(before & 0xFF)]
    }
    return tables
  }()
}
