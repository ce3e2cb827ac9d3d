/// What a text may hold.
///
/// Doors ask before they hand a command on, and the law asks again.
///
/// A Swift string is UTF-8 already; what is not UTF-8 is refused where bytes become a string.
public enum TextRules {
  /// The first thing wrong with a text, nil where it may be stored.
  ///
  /// Refused are control characters but for the tab, bidirectional overrides and isolates
  /// (UAX #9), U+2028 and U+2029, and texts that hold nothing but white space: what reaches a
  /// terminal must be one visible line, or several where `newlines` allows that.
  public static func fault(in text: String, newlines: Bool) -> Refusal.TextFault? {
    if let fault = text.utf8.withContiguousStorageIfAvailable({
      Self.fault(inBytes: $0, newlines: newlines)
    }) {
      return fault
    }
    return Array(text.utf8).withUnsafeBufferPointer { Self.fault(inBytes: $0, newlines: newlines) }
  }

  /// Whether a text is within its bound and well-formed; throws the refusal where it is not.
  public static func check(
    _ text: String, _ bounded: Refusal.Bounded, bytesMax: Int, newlines: Bool = false
  ) throws(Refusal) {
    guard text.utf8.count <= bytesMax else { throw .tooLong(bounded, bytesMax: bytesMax) }
    if let fault = Self.fault(in: text, newlines: newlines) { throw .badText(fault) }
  }

  private static func fault(
    inBytes bytes: UnsafeBufferPointer<UInt8>, newlines: Bool
  ) -> Refusal.TextFault? {
    var isBlank = true
    var index = Self.plainPrefix(UnsafeRawBufferPointer(bytes), isBlank: &isBlank)
    while index < bytes.count {
      let byte = bytes[index]
      if byte > 0x20 && byte < 0x7F {
        isBlank = false
        index += 1
      } else if byte < 0x80 {
        if let fault = Self.fault(ofASCII: byte, newlines: newlines) { return fault }
        index += 1
      } else {
        let length = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
        guard index + length <= bytes.count else { return .notUTF8 }
        switch Self.meaning(ofScalarAt: index, length: length, in: bytes) {
        case .visible: isBlank = false
        case .space: break
        case .refused(let fault): return fault
        }
        index += length
      }
    }
    return isBlank ? .empty : nil
  }

  /// How many bytes at the front are printable ASCII, in steps of eight.
  ///
  /// The high bit of a byte in `high` is set where the byte is ≥ 0x7F, in `low` where it is below
  /// 0x20; below 0x80 neither sum carries into the next byte.
  private static func plainPrefix(
    _ bytes: UnsafeRawBufferPointer, isBlank: inout Bool
  ) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    var index = 0
    while index + 8 <= bytes.count {
      let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      let high = word | (word &+ ones)
      let low = ~((word & ~(ones << 7)) &+ ones &* 0x60)
      if (high | low) & (ones << 7) != 0 { break }
      if word != ones &* 0x20 { isBlank = false }
      index += 8
    }
    return index
  }

  private static func fault(ofASCII byte: UInt8, newlines: Bool) -> Refusal.TextFault? {
    switch byte {
    case 0x09, 0x20: nil
    case 0x0A: newlines ? nil : .newline
    case 0x00: .nul
    default: .control
    }
  }

  private enum Meaning {
    case visible
    case space
    case refused(Refusal.TextFault)
  }

  /// Of a scalar beyond ASCII.
  ///
  /// White space and what is refused end below U+3001.
  private static func meaning(
    ofScalarAt index: Int, length: Int, in bytes: UnsafeBufferPointer<UInt8>
  ) -> Meaning {
    guard length < 4 else { return .visible }
    let first = UInt32(bytes[index])
    let second = UInt32(bytes[index + 1] & 0x3F)
    let scalar =
      length == 2
      ? (first & 0x1F) << 6 | second
      : (first & 0x0F) << 12 | second << 6 | UInt32(bytes[index + 2] & 0x3F)
    switch scalar {
    case 0x80...0x9F: return .refused(.control)
    case 0x2028, 0x2029: return .refused(.lineSeparator)
    case 0x202A...0x202E, 0x2066...0x2069: return .refused(.bidirectional)
    case 0xA0, 0x1680, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: return .space
    default: return .visible
    }
  }
}
