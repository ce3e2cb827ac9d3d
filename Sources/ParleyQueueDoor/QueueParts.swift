package import NIOCore

/// Lines that are longer than a message of the queue: cut into parts, and put together again.
///
/// A part is a line of its own, `{"jsonrpc":"2.0","method":"part","params":{"part":1,"parts":3,
/// "text":"…"}}`. The texts of all parts, which follow one another with nothing between, are the
/// line, without its end.
package enum QueueParts {
  /// What stands in a part besides its text, numbers of 7 digits included.
  static let frameBytes = 128

  private static let head = "{\"jsonrpc\":\"2.0\",\"method\":\"part\",\"params\":{\"part\":"
  private static let middle = ",\"parts\":"
  private static let beforeText = ",\"text\":\""
  private static let end = "\"}}"

  /// Appends lines as they are, and those that are longer than `bytesMax`, the end of the line
  /// included, in parts that are not; `lines` ends with the end of a line.
  package static func write(
    _ lines: ByteBuffer, bytesMax: Int, into buffer: inout ByteBuffer
  ) {
    lines.withUnsafeReadableBytes { bytes in
      var start = 0
      while start < bytes.count {
        let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        let line = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        if line.count < bytesMax {
          buffer.writeBytes(line)
          buffer.writeInteger(UInt8(ascii: "\n"))
        } else {
          Self.write(line, room: bytesMax - Self.frameBytes, into: &buffer)
        }
        start = end + 1
      }
    }
  }

  private static func write(
    _ line: UnsafeRawBufferPointer, room: Int, into buffer: inout ByteBuffer
  ) {
    var ends: [Int] = []
    var start = 0
    while start < line.count {
      start = Self.end(of: line, from: start, room: room)
      ends.append(start)
    }
    start = 0
    for (index, end) in ends.enumerated() {
      buffer.writeString(Self.head)
      buffer.writeString("\(index + 1)")
      buffer.writeString(Self.middle)
      buffer.writeString("\(ends.count)")
      buffer.writeString(Self.beforeText)
      for byte in line[start..<end] {
        if Self.isEscaped(byte) { buffer.writeInteger(UInt8(ascii: "\\")) }
        buffer.writeInteger(byte)
      }
      buffer.writeString(Self.end)
      buffer.writeInteger(UInt8(ascii: "\n"))
      start = end
    }
  }

  /// The line is JSON already: it has no control characters.
  private static func isEscaped(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  /// Where a part ends that begins there: before the first character for which there is no room.
  private static func end(of line: UnsafeRawBufferPointer, from start: Int, room: Int) -> Int {
    var left = room
    var index = start
    while index < line.count {
      left -= Self.isEscaped(line[index]) ? 2 : 1
      if left < 0 { break }
      index += 1
    }
    guard index < line.count else { return index }
    // A character of UTF-8 goes on with bytes whose two highest bits are 10 (RFC 3629 §3).
    while index > start + 1, line[index] & 0xC0 == 0x80 { index -= 1 }
    return index
  }

  /// Puts parts together, as a client does.
  ///
  /// Keeps at most ``bytesMax``, which no answer of the server reaches; what is longer is lost.
  package struct Joiner: Sendable {
    package static let bytesMax = 64 << 20

    private var text: [UInt8] = []
    private var received = 0

    package init() {}

    /// What a line is worth: itself, nil where more parts must come, or the whole of which it was
    /// the last part.
    package mutating func take(_ line: some Collection<UInt8>) -> [UInt8]? {
      guard let part = Part(Array(line)), part.number >= 1, part.number <= part.count else {
        return Array(line)
      }
      if part.number == 1 {
        self.text = []
        self.received = 0
      }
      // The beginning is missing: what is left of it is of no use.
      guard part.number == self.received + 1, self.text.count + part.text.count <= Self.bytesMax
      else { return nil }
      self.received = part.number
      self.text += part.text
      guard part.number == part.count else { return nil }
      defer { self.text = [] }
      return self.text
    }
  }

  private struct Part {
    var number: Int
    var count: Int
    var text: [UInt8]

    init?(_ line: [UInt8]) {
      var rest = line[...]
      guard Self.skip(head, &rest), let number = Self.number(&rest), Self.skip(middle, &rest),
        let count = Self.number(&rest), Self.skip(beforeText, &rest), rest.count >= end.utf8.count,
        rest.suffix(end.utf8.count).elementsEqual(end.utf8)
      else { return nil }
      self.number = number
      self.count = count
      self.text = []
      var isEscaped = false
      for byte in rest.dropLast(end.utf8.count) {
        if byte == UInt8(ascii: "\\"), !isEscaped {
          isEscaped = true
        } else {
          self.text.append(byte)
          isEscaped = false
        }
      }
    }

    private static func skip(_ word: String, _ rest: inout ArraySlice<UInt8>) -> Bool {
      guard rest.starts(with: word.utf8) else { return false }
      rest = rest.dropFirst(word.utf8.count)
      return true
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
      let digits = rest.prefix(7).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      rest = rest[digits.endIndex...]
      return digits.isEmpty ? nil : digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
  }
}
