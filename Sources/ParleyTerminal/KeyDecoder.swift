/// Turns what a terminal sends into keys: UTF-8, the sequences of ECMA-48 §5.4 as xterm sends them,
/// and bracketed paste.
///
/// A value that is fed bytes as they come, in any pieces.
package struct KeyDecoder: Sendable {
  /// How much is taken of one paste, in bytes; what is longer is dropped as a whole.
  package static let pasteBytesMax = 64 * 1_024
  /// A sequence that is longer, in bytes, is no key.
  private static let sequenceBytesMax = 32
  private static let escape: UInt8 = 0x1B
  private static let pasteEnd = Array("\u{1B}[201~".utf8)

  /// What may still become a key.
  private var pending: [UInt8] = []
  /// What was pasted so far; nil outside a paste.
  private var pasted: [UInt8]?
  private var isPasteTooLong = false

  package init() {}

  /// Whether more bytes would decide what the last ones mean: after some 50 ms without any,
  /// ``flush()`` does.
  package var isWaiting: Bool { self.pasted == nil && !self.pending.isEmpty }

  /// The keys that these bytes complete.
  package mutating func feed(_ bytes: some Sequence<UInt8>) -> [Key] {
    self.pending.append(contentsOf: bytes)
    var keys: [Key] = []
    var text: [UInt8] = []
    var index = 0
    while index < self.pending.count {
      if self.pasted != nil {
        guard self.takePaste(at: &index, into: &keys) else { break }
        continue
      }
      let byte = self.pending[index]
      if byte >= 0x20, byte != 0x7F {
        guard let length = Self.scalarLength(self.pending[index...]) else { break }
        text += self.pending[index..<(index + length)]
        index += length
        continue
      }
      Self.finish(&text, into: &keys)
      if byte == Self.escape {
        guard self.takeSequence(at: &index, into: &keys) else { break }
      } else {
        keys.append(Self.key(ofControl: byte))
        index += 1
      }
    }
    Self.finish(&text, into: &keys)
    self.pending.removeFirst(min(index, self.pending.count))
    return keys
  }

  /// The keys that the bytes so far stand for, when no more come: a lone Esc is the key Esc.
  package mutating func flush() -> [Key] {
    guard self.isWaiting else { return [] }
    let isEscape = self.pending[0] == Self.escape
    let rest = self.pending.dropFirst()
    self.pending = []
    guard isEscape else { return [.unknown] }
    return rest.isEmpty ? [.escape] : [.unknown]
  }

  // MARK: Text

  /// The length of the scalar at the front, nil where it is not all there.
  ///
  /// Of what is no UTF-8 it is one byte.
  private static func scalarLength(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard let first = bytes.first, first >= 0x80 else { return 1 }
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1
    guard length > 1, first < 0xF5 else { return 1 }
    let tail = bytes.dropFirst().prefix(length - 1)
    if let wrong = tail.firstIndex(where: { $0 & 0xC0 != 0x80 }) {
      return max(wrong - bytes.startIndex, 1)
    }
    return tail.count == length - 1 ? length : nil
  }

  private static func finish(_ text: inout [UInt8], into keys: inout [Key]) {
    guard !text.isEmpty else { return }
    if let valid = String(validating: text, as: UTF8.self) {
      let visible = String(String.UnicodeScalarView(valid.unicodeScalars.filter(Self.isTyped)))
      if !visible.isEmpty { keys.append(.text(visible)) }
    } else {
      keys.append(.unknown)
    }
    text = []
  }

  /// C1 controls come from no keyboard.
  private static func isTyped(_ scalar: Unicode.Scalar) -> Bool {
    !(0x80...0x9F).contains(scalar.value)
  }

  private static func key(ofControl byte: UInt8) -> Key {
    switch byte {
    case 0x0D, 0x0A: .enter
    case 0x09: .tab
    case 0x7F, 0x08: .backspace
    case 0x00: .control(" ")
    default: .control(Self.letter(ofControl: byte))
    }
  }

  private static func letter(ofControl byte: UInt8) -> Character {
    let letter = Character(Unicode.Scalar(byte + 0x40))
    return Character(letter.lowercased())
  }

  // MARK: Sequences

  /// Takes what begins with Esc; false where it is not all there.
  private mutating func takeSequence(at index: inout Int, into keys: inout [Key]) -> Bool {
    let rest = self.pending[(index + 1)...]
    guard let second = rest.first else { return false }
    switch second {
    case UInt8(ascii: "["):
      return self.takeControlSequence(at: &index, into: &keys)
    case UInt8(ascii: "O"):
      guard let final = rest.dropFirst().first else { return false }
      keys.append(Self.key(final: final, parameters: []))
      index += 3
    case Self.escape:
      keys.append(.escape)
      index += 1
    case 0x0D, 0x0A:
      keys.append(.altEnter)
      index += 2
    case 0x7F, 0x08:
      keys.append(.altBackspace)
      index += 2
    case 0..<0x20:
      keys.append(.unknown)
      index += 2
    default:
      guard let length = Self.scalarLength(rest) else { return false }
      let text = String(validating: rest.prefix(length), as: UTF8.self)
      keys.append(text?.first.map { .alt($0) } ?? .unknown)
      index += 1 + length
    }
    return true
  }

  /// ECMA-48 §5.4: parameter bytes 30–3F, intermediate bytes 20–2F, a final byte 40–7E.
  private mutating func takeControlSequence(at index: inout Int, into keys: inout [Key]) -> Bool {
    let body = self.pending[(index + 2)...]
    guard let end = body.firstIndex(where: { !(0x20...0x3F).contains($0) }) else {
      guard body.count > Self.sequenceBytesMax else { return false }
      keys.append(.unknown)
      index = self.pending.count
      return true
    }
    let final = self.pending[end]
    guard (0x40...0x7E).contains(final) else {
      // A control character breaks the sequence off and counts by itself.
      keys.append(.unknown)
      index = end
      return true
    }
    let parameters = String(decoding: self.pending[(index + 2)..<end], as: UTF8.self)
      .split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    index = end + 1
    if final == UInt8(ascii: "~"), parameters.first == 200 {
      self.pasted = []
    } else if final == UInt8(ascii: "~"), parameters.first == 201 {
      return true
    } else {
      keys.append(Self.key(final: final, parameters: parameters))
    }
    return true
  }

  private static func key(final: UInt8, parameters: [Int]) -> Key {
    // xterm: the second parameter is 1 + Shift 1 + Alt 2 + Ctrl 4.
    let modifiers = parameters.count > 1 ? max(parameters[1] - 1, 0) : 0
    let isByWord = modifiers & 0b110 != 0
    switch final {
    case UInt8(ascii: "A"): return .up
    case UInt8(ascii: "B"): return .down
    case UInt8(ascii: "C"): return isByWord ? .wordRight : .right
    case UInt8(ascii: "D"): return isByWord ? .wordLeft : .left
    case UInt8(ascii: "H"): return .home
    case UInt8(ascii: "F"): return .end
    case UInt8(ascii: "M"): return .enter
    case UInt8(ascii: "Z"): return .backTab
    case UInt8(ascii: "~"):
      switch parameters.first {
      case 1, 7: return .home
      case 3: return .delete
      case 4, 8: return .end
      case 5: return .pageUp
      case 6: return .pageDown
      default: return .unknown
      }
    default: return .unknown
    }
  }

  // MARK: Pastes

  /// Takes what is there of a paste; false where it does not end in it.
  private mutating func takePaste(at index: inout Int, into keys: inout [Key]) -> Bool {
    let rest = self.pending[index...]
    guard let end = Self.firstRange(of: Self.pasteEnd, in: rest) else {
      // What may be the beginning of the end stays.
      let safe = max(self.pending.count - Self.pasteEnd.count + 1, index)
      self.paste(self.pending[index..<safe])
      index = safe
      return false
    }
    self.paste(self.pending[index..<end])
    index = end + Self.pasteEnd.count
    let text = Self.pastedText(self.pasted ?? [])
    keys.append(self.isPasteTooLong || text == nil ? .unknown : .paste(text ?? ""))
    self.pasted = nil
    self.isPasteTooLong = false
    return true
  }

  private mutating func paste(_ bytes: ArraySlice<UInt8>) {
    guard !self.isPasteTooLong else { return }
    guard (self.pasted?.count ?? 0) + bytes.count <= Self.pasteBytesMax else {
      self.isPasteTooLong = true
      self.pasted = []
      return
    }
    self.pasted?.append(contentsOf: bytes)
  }

  /// With `\n` for every line end and without what no keyboard types; nil where it is no UTF-8.
  private static func pastedText(_ bytes: [UInt8]) -> String? {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    var scalars = String.UnicodeScalarView()
    var wasReturn = false
    for scalar in text.unicodeScalars {
      defer { wasReturn = scalar == "\r" }
      if scalar == "\r" || (scalar == "\n" && !wasReturn) {
        scalars.append("\n")
      } else if scalar == "\t" || (scalar.value >= 0x20 && scalar.value != 0x7F) {
        if Self.isTyped(scalar) { scalars.append(scalar) }
      }
    }
    return String(scalars)
  }

  private static func firstRange(of needle: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
    guard bytes.count >= needle.count else { return nil }
    var index = bytes.startIndex
    while index + needle.count <= bytes.endIndex {
      if bytes[index] == needle[0], bytes[index..<(index + needle.count)].elementsEqual(needle) {
        return index
      }
      index += 1
    }
    return nil
  }
}
