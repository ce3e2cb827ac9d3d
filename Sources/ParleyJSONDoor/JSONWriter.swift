package import NIOCore
import ParleyDoorKit
import ParleyModel

/// How JSON is written.
///
/// A comma goes before a member or an element wherever something stands before it in its object or
/// array: the last byte tells.
extension ByteBuffer {
  /// Appends what stands before a member's value; the name has nothing to escape.
  mutating func writeName(_ name: StaticString) {
    self.writeComma()
    self.writeStaticString("\"")
    self.writeStaticString(name)
    self.writeStaticString("\":")
  }

  /// Appends a comma where the last byte ends a value.
  mutating func writeComma() {
    let last = self.getInteger(at: self.writerIndex - 1, as: UInt8.self)
    if last != UInt8(ascii: "{"), last != UInt8(ascii: "[") { self.writeStaticString(",") }
  }

  mutating func writeMember(_ name: StaticString, _ text: String) {
    self.writeName(name)
    self.writeJSON(text)
  }

  mutating func writeMember(_ name: StaticString, _ text: String?) {
    self.writeName(name)
    if let text { self.writeJSON(text) } else { self.writeStaticString("null") }
  }

  mutating func writeMember(_ name: StaticString, _ isTrue: Bool) {
    self.writeName(name)
    self.writeStaticString(isTrue ? "true" : "false")
  }

  mutating func writeMember(_ name: StaticString, _ number: Int) {
    self.writeName(name)
    if number < 0 { self.writeStaticString("-") }
    self.writeDecimal(UInt64(number.magnitude))
  }

  mutating func writeMember(_ name: StaticString, _ sequence: Sequence) {
    self.writeName(name)
    self.writeDecimal(sequence.number)
  }

  mutating func writeMember(_ name: StaticString, _ time: Timestamp) {
    self.writeName(name)
    self.writeRaw(bytesMax: JSONRaw.timeBytes) { $0.write(time) }
  }

  mutating func writeMember(_ name: StaticString, _ time: Timestamp?) {
    self.writeName(name)
    if let time {
      self.writeRaw(bytesMax: JSONRaw.timeBytes) { $0.write(time) }
    } else {
      self.writeStaticString("null")
    }
  }

  mutating func writeMember<Element>(
    _ name: StaticString, _ elements: some Swift.Sequence<Element>,
    _ write: (Element, inout ByteBuffer) -> Void
  ) {
    self.writeName(name)
    self.writeStaticString("[")
    for element in elements {
      self.writeComma()
      write(element, &self)
    }
    self.writeStaticString("]")
  }

  mutating func writeMember(_ name: StaticString, _ texts: [String]) {
    self.writeMember(name, texts) { $1.writeJSON($0) }
  }

  /// Appends an object that `write` fills.
  mutating func writeObject(_ write: (inout ByteBuffer) -> Void) {
    self.writeStaticString("{")
    write(&self)
    self.writeStaticString("}")
  }

  mutating func writeMember(_ name: StaticString, object write: (inout ByteBuffer) -> Void) {
    self.writeName(name)
    self.writeObject(write)
  }

  /// Appends a string with its quotes.
  package mutating func writeJSON(_ text: String) {
    self.writeRaw(bytesMax: JSONRaw.bytes(of: text)) { $0.write(text) }
  }

  /// Appends what `write` writes, at most that many bytes, in one piece.
  mutating func writeRaw(bytesMax: Int, _ write: (inout JSONRaw) -> Void) {
    self.writeWithUnsafeMutableBytes(minimumWritableBytes: bytesMax) { bytes in
      var raw = JSONRaw(bytes)
      write(&raw)
      return raw.count
    }
  }
}

/// Writes parts of JSON into memory that is large enough for all of them: for what is written for
/// every message, where the buffer is grown once rather than once a part.
///
/// Valid only inside ``NIOCore/ByteBuffer/writeRaw(bytesMax:_:)``.
struct JSONRaw: ~Copyable {
  /// Of a time, with its quotes.
  static let timeBytes = 32
  /// Of a message's id, with its quotes: two numbers of 13 digits at most (base 36).
  static let idBytes = 32

  private let bytes: UnsafeMutableRawBufferPointer
  private(set) var count = 0

  init(_ bytes: UnsafeMutableRawBufferPointer) {
    self.bytes = bytes
  }

  /// How many bytes a string takes at most, with its quotes: what it has, where nothing must be
  /// escaped.
  static func bytes(of text: String) -> Int {
    let count = text.utf8.count
    let isPlain = text.utf8.withContiguousStorageIfAvailable {
      Self.plainPrefix(UnsafeRawBufferPointer($0), from: 0) == count
    }
    return 2 + (isPlain == true ? count : 6 * count)
  }

  mutating func write(_ byte: UInt8) {
    self.bytes[self.count] = byte
    self.count += 1
  }

  /// Appends bytes as they are.
  mutating func literal(_ part: StaticString) {
    self.copy(UnsafeRawBufferPointer(start: part.utf8Start, count: part.utf8CodeUnitCount))
  }

  private mutating func copy(_ part: UnsafeRawBufferPointer) {
    UnsafeMutableRawBufferPointer(rebasing: self.bytes[self.count...]).copyMemory(from: part)
    self.count += part.count
  }

  /// Appends a string with its quotes.
  ///
  /// Escaped are the quote, the backslash and control characters (RFC 8259 §7).
  mutating func write(_ text: String) {
    self.write(UInt8(ascii: "\""))
    let isDone: Void? = text.utf8.withContiguousStorageIfAvailable {
      self.writeEscaped(UnsafeRawBufferPointer($0))
    }
    // A string that is not native, which none of ours is.
    if isDone == nil { Array(text.utf8).withUnsafeBytes { self.writeEscaped($0) } }
    self.write(UInt8(ascii: "\""))
  }

  private mutating func writeEscaped(_ text: UnsafeRawBufferPointer) {
    var index = 0
    while true {
      let end = Self.plainPrefix(text, from: index)
      self.copy(UnsafeRawBufferPointer(rebasing: text[index..<end]))
      guard end < text.count else { return }
      self.writeEscape(text[end])
      index = end + 1
    }
  }

  private mutating func writeEscape(_ byte: UInt8) {
    self.write(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): self.write(byte)
    case 0x0A: self.write(UInt8(ascii: "n"))
    case 0x0D: self.write(UInt8(ascii: "r"))
    case 0x09: self.write(UInt8(ascii: "t"))
    default:
      self.literal("u00")
      self.write(UInt8(ascii: "0") + byte >> 4)
      let low = byte & 0x0F
      self.write(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
    }
  }

  /// Where the first byte stands that must be escaped, looked for in steps of eight.
  private static func plainPrefix(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
    var index = start
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs = ones << 7
    while index + 8 <= text.count {
      let word = text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      // The high bit of a byte is set in each where the byte is below 0x20, a quote, a backslash;
      // after such a byte, and only there, a borrow may set others too, which costs a closer look.
      let control = word &- ones &* 0x20
      let quote = (word ^ ones &* 0x22) &- ones
      let backslash = (word ^ ones &* 0x5C) &- ones
      if (control | quote | backslash) & ~word & highs != 0 { break }
      index += 8
    }
    while index < text.count {
      let byte = text[index]
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
      index += 1
    }
    return index
  }

  // MARK: Numbers

  mutating func write(decimal number: UInt64) {
    self.write(number, radix: 10)
  }

  private mutating func write(_ number: UInt64, radix: UInt64) {
    let start = self.count
    var rest = number
    repeat {
      let digit = UInt8(truncatingIfNeeded: rest % radix)
      self.write(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      rest /= radix
    } while rest > 0
    // The digits came from the last to the first.
    var low = start
    var high = self.count - 1
    while low < high {
      self.bytes.swapAt(low, high)
      low += 1
      high -= 1
    }
  }

  /// Appends an epoch, without quotes, as ``Epoch/text`` has it.
  mutating func write(_ epoch: Epoch) {
    self.write(UInt64(epoch.counter) << 32 | UInt64(epoch.incarnation), radix: 36)
  }

  /// Appends a message's id, without quotes, as ``MessageID/text`` has it.
  mutating func write(_ id: MessageID) {
    self.write(id.epoch)
    self.write(UInt8(ascii: "-"))
    self.write(id.sequence.number, radix: 36)
  }

  /// Appends `"2026-11-20T12:03:05.123456Z"` (RFC 3339).
  mutating func write(_ time: Timestamp) {
    let day = CivilTime.day(of: time, offsetSeconds: 0)
    let date = CivilTime.Day(count: day)
    let rest = time.microseconds - Int64(day) * 86_400_000_000
    let seconds = rest / 1_000_000
    self.write(UInt8(ascii: "\""))
    self.write(date.year, digits: 4, then: "-")
    self.write(date.month, digits: 2, then: "-")
    self.write(date.day, digits: 2, then: "T")
    self.write(Int(seconds / 3_600), digits: 2, then: ":")
    self.write(Int(seconds / 60 % 60), digits: 2, then: ":")
    self.write(Int(seconds % 60), digits: 2, then: ".")
    self.write(Int(rest % 1_000_000), digits: 6, then: "Z")
    self.write(UInt8(ascii: "\""))
  }

  private mutating func write(_ number: Int, digits: Int, then end: StaticString) {
    var rest = number
    for offset in 1...digits {
      self.bytes[self.count + digits - offset] =
        UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    self.count += digits
    self.literal(end)
  }
}
