import Glibc

/// The text of a message: a mark, the sender, its counter, and words up to the size.
///
/// `$` is in no name, so that it is found in a line of any dialect without parsing the rest; sender
/// and counter have fixed widths. They are two words, so that a search index, which works on words,
/// does not get one for every message that no other message has. With them each receiver checks that it gets every message of
/// every sender once and in order.
package enum Payload {
  static let mark = UInt8(ascii: "$")
  static let senderDigits = 6
  static let counterDigits = 9
  /// The mark, and both numbers with a dot between.
  package static let bytesMin = 1 + senderDigits + 1 + counterDigits
  package static let sendersMax = 1_000_000

  /// Appends a text of exactly `size` bytes.
  static func append(sender: Int, counter: Int, size: Int, to bytes: inout [UInt8]) {
    bytes.append(Self.mark)
    Self.append(sender, digits: Self.senderDigits, to: &bytes)
    bytes.append(UInt8(ascii: "."))
    Self.append(counter, digits: Self.counterDigits, to: &bytes)
    bytes.append(contentsOf: Self.words[..<(size - Self.bytesMin)])
    // A line that ends with a blank might be trimmed on its way.
    if size > Self.bytesMin { bytes[bytes.count - 1] = UInt8(ascii: ".") }
  }

  /// Sender and counter of the message in a line; nil where there is none.
  @inline(__always)
  static func find(_ line: UnsafePointer<UInt8>, count: Int) -> (sender: Int, counter: Int)? {
    guard let found = memchr(line, Int32(Self.mark), count) else { return nil }
    let start = UnsafePointer(found.assumingMemoryBound(to: UInt8.self))
    guard line + count - start >= Self.bytesMin,
      let sender = Self.number(start + 1, digits: Self.senderDigits),
      let counter = Self.number(start + 2 + Self.senderDigits, digits: Self.counterDigits)
    else { return nil }
    return (sender, counter)
  }

  @inline(__always)
  private static func number(_ start: UnsafePointer<UInt8>, digits: Int) -> Int? {
    var value = 0
    for index in 0..<digits {
      let digit = start[index] &- UInt8(ascii: "0")
      if digit > 9 { return nil }
      value = value &* 10 &+ Int(digit)
    }
    return value
  }

  private static func append(_ value: Int, digits: Int, to bytes: inout [UInt8]) {
    var divisor = 1
    for _ in 1..<digits { divisor *= 10 }
    while divisor > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
      divisor /= 10
    }
  }

  /// Words rather than one letter repeated, because a search index works on words.
  private static let words: [UInt8] = {
    let words = [
      "minutes", "of", "the", "meeting", "are", "on", "board", "and", "will", "be", "read", "aloud",
      "tomorrow", "at", "noon", "by", "whoever", "comes", "first",
    ]
    var bytes: [UInt8] = []
    var next = 0
    while bytes.count < 4096 {
      bytes.append(UInt8(ascii: " "))
      bytes.append(contentsOf: words[next % words.count].utf8)
      next += 1
    }
    return bytes
  }()
}
