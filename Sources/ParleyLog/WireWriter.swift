/// Writes the wire format of Protocol Buffers forwards into memory that is large enough.
///
/// <https://protobuf.dev/programming-guides/encoding/>
struct WireWriter {
  private let start: UnsafeMutableRawPointer
  private var next: UnsafeMutableRawPointer

  init(_ start: UnsafeMutableRawPointer) {
    self.start = start
    self.next = start
  }

  /// How many bytes were written.
  var count: Int { self.next - self.start }

  mutating func byte(_ value: UInt8) {
    self.next.storeBytes(of: value, as: UInt8.self)
    self.next += 1
  }

  mutating func varint(_ value: UInt64) {
    var value = value
    while value >= 0x80 {
      self.byte(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    self.byte(UInt8(truncatingIfNeeded: value))
  }

  mutating func fixed64(_ value: UInt64) {
    self.next.storeBytes(of: value.littleEndian, as: UInt64.self)
    self.next += 8
  }

  /// A tag of one byte, the length and the bytes of a string.
  mutating func string(tag: UInt8, _ text: String, count: Int) {
    self.byte(tag)
    self.varint(UInt64(count))
    var text = text
    text.withUTF8 { source in
      if let base = source.baseAddress {
        self.next.copyMemory(from: base, byteCount: source.count)
      }
    }
    self.next += count
  }

  /// A tag and the length of what follows.
  mutating func header(_ tag: UInt64, _ count: Int) {
    self.varint(tag)
    self.varint(UInt64(count))
  }

  /// A number whose presence is told.
  mutating func present(_ tag: UInt64, _ value: UInt64) {
    self.varint(tag)
    self.varint(value)
  }

  // What has no presence of its own is left out where it is 0 or empty.

  mutating func plain(_ tag: UInt64, _ value: UInt64) {
    if value != 0 { self.present(tag, value) }
  }

  mutating func plain(_ tag: UInt64, fixed64 value: Int64) {
    guard value != 0 else { return }
    self.varint(tag)
    self.fixed64(UInt64(bitPattern: value))
  }

  mutating func plain(_ tag: UInt64, fixed32 value: UInt32) {
    guard value != 0 else { return }
    self.varint(tag)
    self.next.storeBytes(of: value.littleEndian, as: UInt32.self)
    self.next += 4
  }

  mutating func plain(_ tag: UInt64, _ text: String, count: Int) {
    if count > 0 { self.string(tag: UInt8(tag), text, count: count) }
  }

  // MARK: How much that takes, with a tag of one byte

  static func size(varint value: UInt64) -> Int {
    value == 0 ? 0 : 1 + self.bytes(of: value)
  }

  static func size(fixed64 value: Int64) -> Int {
    value == 0 ? 0 : 9
  }

  static func size(text count: Int) -> Int {
    count == 0 ? 0 : self.size(nested: count)
  }

  static func size(nested count: Int) -> Int {
    1 + self.bytes(of: count) + count
  }

  /// How many bytes a varint takes.
  static func bytes(of value: Int) -> Int {
    self.bytes(of: UInt64(value))
  }

  static func bytes(of value: UInt64) -> Int {
    (64 - (value | 1).leadingZeroBitCount + 6) / 7
  }
}
