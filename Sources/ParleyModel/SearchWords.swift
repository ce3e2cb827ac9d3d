/// Parts a text into words as the search index does: runs of letters and digits, without case and
/// diacritics.
///
/// What a word is, `SearchTable` says. A text and the index that was made of it so agree to the
/// letter, and what the index has not taken in yet can be searched as well.
public struct SearchWords: Sendable {
  private var word: [UInt8] = []

  public init() {}

  /// Hands each word of a text in UTF-8 to `body`, in order, until that answers false.
  ///
  /// A word is UTF-8 as well; its bytes are there for the time of the call.
  public mutating func forEach(
    in text: UnsafeRawBufferPointer, _ body: (_ word: [UInt8]) -> Bool
  ) {
    self.word.removeAll(keepingCapacity: true)
    var index = 0
    while index < text.count {
      let byte = text[index]
      if byte < 0x80 {
        index += 1
        let folded = Self.ascii[Int(byte)]
        if folded != 0 {
          self.word.append(folded)
        } else if !self.endWord(body) {
          return
        }
        continue
      }
      let (scalar, length) = Self.scalar(in: text, at: index)
      index += length
      switch Self.meaning(of: scalar) {
      case .letter(let folded): self.append(folded)
      case .mark where !self.word.isEmpty: break
      case .mark, .separator: guard self.endWord(body) else { return }
      }
    }
    _ = self.endWord(body)
  }

  private mutating func endWord(_ body: (_ word: [UInt8]) -> Bool) -> Bool {
    guard !self.word.isEmpty else { return true }
    defer { self.word.removeAll(keepingCapacity: true) }
    return body(self.word)
  }

  private mutating func append(_ scalar: UInt32) {
    switch scalar {
    case 0..<0x80:
      self.word.append(UInt8(truncatingIfNeeded: scalar))
      return
    case 0x80..<0x800:
      self.word.append(UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6))
    case 0x800..<0x1_0000:
      self.word.append(UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12))
      self.word.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
    default:
      self.word.append(UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18))
      self.word.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 12 & 0x3F))
      self.word.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
    }
    self.word.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
  }

  /// The scalar beyond ASCII that begins there, and its bytes; what is cut off parts words.
  private static func scalar(
    in text: UnsafeRawBufferPointer, at index: Int
  ) -> (scalar: UInt32, length: Int) {
    let first = UInt32(text[index])
    let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    guard index + length <= text.count else { return (0x80, text.count - index) }
    var scalar = first & (0xFF >> UInt32(length + 1))
    for next in (index + 1)..<(index + length) {
      scalar = scalar << 6 | UInt32(text[next] & 0x3F)
    }
    return (scalar, length)
  }
}

// MARK: - What a character is

extension SearchWords {
  private enum Meaning {
    /// Part of a word, as what stands for it there.
    case letter(UInt32)
    /// Vanishes within a word.
    case mark
    case separator
  }

  private struct Fold {
    var first: UInt32
    var last: UInt32
    var step: UInt32
    var distance: Int32
  }

  /// For each character of ASCII what it is in a word; 0 where it is in none.
  private static let ascii: [UInt8] = (UInt8(0)..<0x80).map { byte in
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"): byte
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
    default: 0
    }
  }

  private static let separators: [ClosedRange<UInt32>] =
    stride(from: 0, to: SearchTable.separators.count, by: 2).map { index in
      let first = SearchTable.separators[index]
      return first...(first + SearchTable.separators[index + 1] - 1)
    }

  private static let folds: [Fold] =
    stride(from: 0, to: SearchTable.folds.count, by: 4).map { index in
      let first = UInt32(SearchTable.folds[index])
      let step = UInt32(SearchTable.folds[index + 2])
      let last = first + (UInt32(SearchTable.folds[index + 1]) - 1) * step
      return Fold(first: first, last: last, step: step, distance: SearchTable.folds[index + 3])
    }

  private static func meaning(of scalar: UInt32) -> Meaning {
    if let last = SearchTable.marks.last, scalar <= last, SearchTable.marks.contains(scalar) {
      return .mark
    }
    let place = Self.lastIndex(in: Self.separators.count) {
      Self.separators[$0].lowerBound <= scalar
    }
    if let place, Self.separators[place].contains(scalar) { return .separator }
    let fold = Self.lastIndex(in: Self.folds.count) { Self.folds[$0].first <= scalar }
    guard let fold else { return .letter(scalar) }
    let found = Self.folds[fold]
    guard scalar <= found.last, (scalar - found.first) % found.step == 0 else {
      return .letter(scalar)
    }
    return .letter(UInt32(Int32(scalar) + found.distance))
  }

  /// The last of `count` places for which that is true, where it is true of the first ones only.
  private static func lastIndex(in count: Int, _ isTrue: (Int) -> Bool) -> Int? {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isTrue(middle) { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? low - 1 : nil
  }
}
