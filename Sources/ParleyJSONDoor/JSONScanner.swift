/// What is wrong with bytes that should be one JSON text.
package enum JSONFault: Error, Hashable, Sendable {
  /// At that byte, counted from 0.
  case syntax(at: Int)
  case endsEarly
  case notUTF8(at: Int)
  /// Half of a surrogate pair stands alone (RFC 8259 §8.2).
  case loneSurrogate(at: Int)
  case tooDeep
  case numberTooLong(at: Int)
  /// Two members of an object have one name (RFC 8259 §4 says that names should be unique).
  case duplicateName(at: Int)
  case tooManyMembers(at: Int)
}

/// Checks that bytes are one JSON text (RFC 8259), within bounds, before anything of it is used.
///
/// One pass, nothing allocated. What it accepts is UTF-8 throughout, escapes included, and can be
/// read by ``JSONValue`` without looking for faults again.
package struct JSONScanner {
  /// Arrays and objects in each other; one level more is refused.
  package static let depthMax = 32
  /// Members of an object together with those of the objects that it stands in; more are refused.
  package static let membersMax = 128
  /// Characters of a number; more are refused.
  package static let numberBytesMax = 64

  private let bytes: UnsafeRawBufferPointer
  private var index = 0
  /// The names of the objects that are being read, as hashes, the innermost last.
  private let names: UnsafeMutableBufferPointer<UInt64>
  private var nameCount = 0

  private init(_ bytes: UnsafeRawBufferPointer, names: UnsafeMutableBufferPointer<UInt64>) {
    self.bytes = bytes
    self.names = names
  }

  /// The first fault of a text, nil where there is none.
  package static func fault(in bytes: UnsafeRawBufferPointer) -> JSONFault? {
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Self.membersMax) { names in
      var scanner = JSONScanner(bytes, names: names)
      do throws(JSONFault) {
        try scanner.scanValue(depth: 0)
        scanner.skipSpace()
        return scanner.index == bytes.count ? nil : .syntax(at: scanner.index)
      } catch {
        return error
      }
    }
  }

  private mutating func skipSpace() {
    while self.index < self.bytes.count {
      switch self.bytes[self.index] {
      case 0x20, 0x09, 0x0A, 0x0D: self.index += 1
      default: return
      }
    }
  }

  private func byte() throws(JSONFault) -> UInt8 {
    guard self.index < self.bytes.count else { throw .endsEarly }
    return self.bytes[self.index]
  }

  private mutating func scanValue(depth: Int) throws(JSONFault) {
    self.skipSpace()
    switch try self.byte() {
    case UInt8(ascii: "{"): try self.scanObject(depth: depth + 1)
    case UInt8(ascii: "["): try self.scanArray(depth: depth + 1)
    case UInt8(ascii: "\""): try self.scanString()
    case UInt8(ascii: "t"): try self.scanWord("true")
    case UInt8(ascii: "f"): try self.scanWord("false")
    case UInt8(ascii: "n"): try self.scanWord("null")
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try self.scanNumber()
    default: throw .syntax(at: self.index)
    }
  }

  private mutating func scanWord(_ word: StaticString) throws(JSONFault) {
    for offset in 0..<word.utf8CodeUnitCount {
      guard try self.byte() == word.utf8Start[offset] else { throw .syntax(at: self.index) }
      self.index += 1
    }
  }

  private mutating func scanObject(depth: Int) throws(JSONFault) {
    guard depth <= Self.depthMax else { throw .tooDeep }
    let firstName = self.nameCount
    defer { self.nameCount = firstName }
    self.index += 1
    self.skipSpace()
    if try self.byte() == UInt8(ascii: "}") {
      self.index += 1
      return
    }
    while true {
      self.skipSpace()
      let start = self.index
      guard try self.byte() == UInt8(ascii: "\"") else { throw .syntax(at: start) }
      try self.note(try self.scanName(), from: firstName, at: start)
      self.skipSpace()
      guard try self.byte() == UInt8(ascii: ":") else { throw .syntax(at: self.index) }
      self.index += 1
      try self.scanValue(depth: depth)
      self.skipSpace()
      switch try self.byte() {
      case UInt8(ascii: ","): self.index += 1
      case UInt8(ascii: "}"):
        self.index += 1
        return
      default: throw .syntax(at: self.index)
      }
    }
  }

  /// Two names are taken for one where their hashes are: of 2⁶⁴, that is as good as never.
  private mutating func note(_ name: UInt64, from first: Int, at start: Int) throws(JSONFault) {
    for index in first..<self.nameCount where self.names[index] == name {
      throw .duplicateName(at: start)
    }
    guard self.nameCount < Self.membersMax else { throw .tooManyMembers(at: start) }
    self.names[self.nameCount] = name
    self.nameCount += 1
  }

  private mutating func scanArray(depth: Int) throws(JSONFault) {
    guard depth <= Self.depthMax else { throw .tooDeep }
    self.index += 1
    self.skipSpace()
    if try self.byte() == UInt8(ascii: "]") {
      self.index += 1
      return
    }
    while true {
      try self.scanValue(depth: depth)
      self.skipSpace()
      switch try self.byte() {
      case UInt8(ascii: ","): self.index += 1
      case UInt8(ascii: "]"):
        self.index += 1
        return
      default: throw .syntax(at: self.index)
      }
    }
  }

  // MARK: Numbers

  private mutating func scanNumber() throws(JSONFault) {
    let start = self.index
    if self.bytes[self.index] == UInt8(ascii: "-") { self.index += 1 }
    if try self.byte() == UInt8(ascii: "0") {
      self.index += 1
    } else {
      try self.scanDigits()
    }
    if self.isNext(UInt8(ascii: ".")) {
      self.index += 1
      try self.scanDigits()
    }
    if self.isNext(UInt8(ascii: "e")) || self.isNext(UInt8(ascii: "E")) {
      self.index += 1
      if self.isNext(UInt8(ascii: "+")) || self.isNext(UInt8(ascii: "-")) { self.index += 1 }
      try self.scanDigits()
    }
    guard self.index - start <= Self.numberBytesMax else { throw .numberTooLong(at: start) }
  }

  private func isNext(_ byte: UInt8) -> Bool {
    self.index < self.bytes.count && self.bytes[self.index] == byte
  }

  private mutating func scanDigits() throws(JSONFault) {
    let start = self.index
    while self.index < self.bytes.count, self.bytes[self.index] &- UInt8(ascii: "0") <= 9 {
      self.index += 1
    }
    guard self.index == start else { return }
    throw self.index < self.bytes.count ? .syntax(at: start) : .endsEarly
  }

  // MARK: Strings

  private mutating func scanString() throws(JSONFault) {
    self.index += 1
    while true {
      self.skipPlain()
      switch try self.byte() {
      case UInt8(ascii: "\""):
        self.index += 1
        return
      case UInt8(ascii: "\\"): _ = try self.scanEscape()
      case 0x20...0x7F: self.index += 1
      case 0x80...0xFF: self.index += try self.lengthOfScalar()
      default:
        // Control characters must be escaped (RFC 8259 §7).
        throw .syntax(at: self.index)
      }
    }
  }

  /// Goes over printable ASCII that stands for itself, in steps of eight.
  private mutating func skipPlain() {
    let ones: UInt64 = 0x0101_0101_0101_0101
    while self.index + 8 <= self.bytes.count {
      let word = self.bytes.loadUnaligned(fromByteOffset: self.index, as: UInt64.self)
      // The high bit of a byte is set in one of these where the byte is beyond ASCII, below 0x20,
      // a quote or a backslash; a borrow may set others behind it, which are looked at closely.
      let control = word &- ones &* 0x20
      let quote = (word ^ ones &* 0x22) &- ones
      let backslash = (word ^ ones &* 0x5C) &- ones
      if (word | control | quote | backslash) & (ones << 7) != 0 { return }
      self.index += 8
    }
  }

  /// FNV-1a, 64 bits, of what a string says, its escapes resolved.
  private mutating func scanName() throws(JSONFault) -> UInt64 {
    self.index += 1
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    while true {
      let byte = try self.byte()
      switch byte {
      case UInt8(ascii: "\""):
        self.index += 1
        return hash
      case UInt8(ascii: "\\"):
        let scalar = try self.scanEscape()
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
          Self.add(byte, to: &hash)
        }
      case 0x20...0x7F:
        Self.add(byte, to: &hash)
        self.index += 1
      case 0x80...0xFF:
        for _ in 0..<(try self.lengthOfScalar()) {
          Self.add(self.bytes[self.index], to: &hash)
          self.index += 1
        }
      default: throw .syntax(at: self.index)
      }
    }
  }

  private static func add(_ byte: UInt8, to hash: inout UInt64) {
    hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
  }

  private mutating func scanEscape() throws(JSONFault) -> Unicode.Scalar {
    let start = self.index
    self.index += 1
    let letter = try self.byte()
    self.index += 1
    guard letter == UInt8(ascii: "u") else {
      guard let scalar = JSONEscape.scalar(ofLetter: letter) else { throw .syntax(at: start) }
      return scalar
    }
    let first = try self.scanHex()
    if let scalar = Unicode.Scalar(first) { return scalar }
    // What is no scalar is a surrogate: the high one first, then the low one.
    guard first < 0xDC00, self.isNext(UInt8(ascii: "\\")), self.index + 1 < self.bytes.count,
      self.bytes[self.index + 1] == UInt8(ascii: "u")
    else { throw .loneSurrogate(at: start) }
    self.index += 2
    let second = try self.scanHex()
    guard let scalar = JSONEscape.scalar(high: first, low: second) else {
      throw .loneSurrogate(at: start)
    }
    return scalar
  }

  private mutating func scanHex() throws(JSONFault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = JSONEscape.hexDigit(try self.byte()) else {
        throw .syntax(at: self.index)
      }
      value = value << 4 | digit
      self.index += 1
    }
    return value
  }

  /// How many bytes the scalar beyond ASCII has that begins here; it must be well-formed (Unicode,
  /// table 3-7).
  private func lengthOfScalar() throws(JSONFault) -> Int {
    let first = self.bytes[self.index]
    let second = self.index + 1 < self.bytes.count ? self.bytes[self.index + 1] : 0
    let low: UInt8 = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80
    let high: UInt8 = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF
    let length: Int
    switch first {
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF: length = 3
    case 0xF0...0xF4: length = 4
    default: throw .notUTF8(at: self.index)
    }
    guard self.index + length <= self.bytes.count, second >= low, second <= high else {
      throw .notUTF8(at: self.index)
    }
    for offset in 2..<max(length, 2) where self.bytes[self.index + offset] & 0xC0 != 0x80 {
      throw .notUTF8(at: self.index)
    }
    return length
  }
}

/// What stands behind a backslash in a string (RFC 8259 §7).
enum JSONEscape {
  /// Of all but `u`.
  static func scalar(ofLetter letter: UInt8) -> Unicode.Scalar? {
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): Unicode.Scalar(letter)
    case UInt8(ascii: "b"): "\u{8}"
    case UInt8(ascii: "f"): "\u{C}"
    case UInt8(ascii: "n"): "\n"
    case UInt8(ascii: "r"): "\r"
    case UInt8(ascii: "t"): "\t"
    default: nil
    }
  }

  /// Of a surrogate pair; nil where the second is no low surrogate.
  static func scalar(high: UInt32, low: UInt32) -> Unicode.Scalar? {
    guard (0xDC00...0xDFFF).contains(low) else { return nil }
    return Unicode.Scalar(0x1_0000 + (high - 0xD800) << 10 + (low - 0xDC00))
  }

  static func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }
}
