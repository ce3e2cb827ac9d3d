import Glibc

/// A value inside a text that ``JSONScanner`` has accepted: a place, nothing copied.
///
/// Valid as long as the bytes are.
package struct JSONValue {
  package enum Kind: Hashable, Sendable {
    case object, array, string, number, boolean, null
  }

  /// From the first byte of the value on; what follows it is there, too.
  private let bytes: UnsafeRawBufferPointer

  /// The value of a whole text.
  package init(_ text: UnsafeRawBufferPointer) {
    self.bytes = UnsafeRawBufferPointer(rebasing: text[JSONValue.space(text, from: 0)...])
  }

  package var kind: Kind {
    switch self.bytes[0] {
    case UInt8(ascii: "{"): .object
    case UInt8(ascii: "["): .array
    case UInt8(ascii: "\""): .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): .boolean
    case UInt8(ascii: "n"): .null
    default: .number
    }
  }

  /// Of a boolean.
  package var isTrue: Bool { self.bytes[0] == UInt8(ascii: "t") }

  /// The bytes of the value.
  package var raw: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: self.bytes[..<Self.end(self.bytes, from: 0)])
  }

  /// A number that is written as an integer and fits; nil otherwise.
  package var integer: Int64? {
    var magnitude: UInt64 = 0
    let isNegative = self.bytes[0] == UInt8(ascii: "-")
    for byte in self.raw.dropFirst(isNegative ? 1 : 0) {
      let digit = byte &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      let (tens, overflowed) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, carried) = tens.addingReportingOverflow(UInt64(digit))
      guard !overflowed, !carried else { return nil }
      magnitude = sum
    }
    return isNegative ? Int64(exactly: magnitude).map { -$0 } : Int64(exactly: magnitude)
  }

  /// What a string says.
  package var text: String {
    let inside = UnsafeRawBufferPointer(rebasing: self.raw.dropFirst().dropLast())
    guard let escape = inside.firstIndex(of: UInt8(ascii: "\\")) else {
      return String(decoding: inside, as: UTF8.self)
    }
    return Self.resolved(inside, from: escape)
  }

  /// Whether a string says that, which has nothing in it that must be escaped.
  package func says(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    var index = 0
    while index < count, self.bytes[index + 1] == word.utf8Start[index] { index += 1 }
    switch self.bytes[index + 1] {
    case UInt8(ascii: "\""): return index == count
    // Anything may be written with escapes.
    case UInt8(ascii: "\\"): return self.text == word.description
    default: return false
    }
  }

  /// Of an object.
  package var members: JSONMembers { JSONMembers(self.bytes) }

  /// Of an array.
  package var elements: JSONElements { JSONElements(self.bytes) }

  private static func resolved(_ bytes: UnsafeRawBufferPointer, from escape: Int) -> String {
    String(unsafeUninitializedCapacity: bytes.count) { target in
      var count = 0
      var index = 0
      while index < bytes.count {
        guard bytes[index] == UInt8(ascii: "\\") else {
          target[count] = bytes[index]
          count += 1
          index += 1
          continue
        }
        let (scalar, length) = Self.escaped(bytes, at: index)
        index += length
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
          target[count] = byte
          count += 1
        }
      }
      return count
    }
  }

  /// An escape and how long it is; it is never shorter than what it stands for.
  private static func escaped(
    _ bytes: UnsafeRawBufferPointer, at index: Int
  ) -> (scalar: Unicode.Scalar, length: Int) {
    let replacement: Unicode.Scalar = "\u{FFFD}"
    if let scalar = JSONEscape.scalar(ofLetter: bytes[index + 1]) { return (scalar, 2) }
    let first = Self.hex(bytes, at: index + 2)
    if let scalar = Unicode.Scalar(first) { return (scalar, 6) }
    let second = Self.hex(bytes, at: index + 8)
    return (JSONEscape.scalar(high: first, low: second) ?? replacement, 12)
  }

  private static func hex(_ bytes: UnsafeRawBufferPointer, at index: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 << 4 | (JSONEscape.hexDigit(bytes[index + $1]) ?? 0) }
  }

  // MARK: Places

  fileprivate static func space(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    var index = start
    while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
    return index
  }

  /// The index behind the value that begins there.
  fileprivate static func end(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    var index = start
    var depth = 0
    repeat {
      switch bytes[index] {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        index += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        index += 1
      case UInt8(ascii: "\""):
        index = Self.endOfString(bytes, from: index)
      case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x09, 0x0A, 0x0D:
        index += 1
      default:
        index = Self.endOfWord(bytes, from: index)
      }
    } while depth > 0
    return index
  }

  private static func endOfString(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    var index = start + 1
    while let base = bytes.baseAddress,
      let found = memchr(base + index, 0x22, bytes.count - index)
    {
      let quote = UnsafeRawPointer(found) - base
      var first = quote
      while first > index, bytes[first - 1] == UInt8(ascii: "\\") { first -= 1 }
      index = quote + 1
      // An odd number of backslashes before it: it is a character of the string.
      if (quote - first) & 1 == 0 { break }
    }
    return index
  }

  private static func endOfWord(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    var index = start
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, 0x09, 0x0A, 0x0D:
        return index
      default: index += 1
      }
    }
    return index
  }
}

/// The members of an object, in order.
package struct JSONMembers {
  private let bytes: UnsafeRawBufferPointer
  private var index = 1

  fileprivate init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  package mutating func next() -> (name: JSONValue, value: JSONValue)? {
    self.index = JSONValue.space(self.bytes, from: self.index)
    if self.bytes[self.index] == UInt8(ascii: ",") { self.index += 1 }
    self.index = JSONValue.space(self.bytes, from: self.index)
    guard self.bytes[self.index] != UInt8(ascii: "}") else { return nil }
    let name = JSONValue(UnsafeRawBufferPointer(rebasing: self.bytes[self.index...]))
    self.index = JSONValue.end(self.bytes, from: self.index)
    // The colon stands between, perhaps among spaces.
    self.index = JSONValue.space(self.bytes, from: self.index) + 1
    self.index = JSONValue.space(self.bytes, from: self.index)
    let value = JSONValue(UnsafeRawBufferPointer(rebasing: self.bytes[self.index...]))
    self.index = JSONValue.end(self.bytes, from: self.index)
    return (name, value)
  }
}

/// The elements of an array, in order.
package struct JSONElements {
  private let bytes: UnsafeRawBufferPointer
  private var index = 1

  fileprivate init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  package mutating func next() -> JSONValue? {
    self.index = JSONValue.space(self.bytes, from: self.index)
    if self.bytes[self.index] == UInt8(ascii: ",") { self.index += 1 }
    self.index = JSONValue.space(self.bytes, from: self.index)
    guard self.bytes[self.index] != UInt8(ascii: "]") else { return nil }
    let value = JSONValue(UnsafeRawBufferPointer(rebasing: self.bytes[self.index...]))
    self.index = JSONValue.end(self.bytes, from: self.index)
    return value
  }
}
