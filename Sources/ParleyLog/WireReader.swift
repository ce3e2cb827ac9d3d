/// Reads the wire format of Protocol Buffers where it stands.
///
/// Nothing is read outside of the bytes; what does not fit them is ``CodecError/damaged(_:)``.
///
/// <https://protobuf.dev/programming-guides/encoding/>
struct WireReader {
  private var rest: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) {
    self.rest = bytes
  }

  /// The next field's tag, which is its number and its wire type; nil at the end.
  mutating func tag() throws(CodecError) -> UInt64? {
    self.rest.isEmpty ? nil : try self.varint()
  }

  mutating func varint() throws(CodecError) -> UInt64 {
    var value: UInt64 = 0
    for (index, byte) in self.rest.prefix(10).enumerated() {
      guard index < 9 || byte <= 1 else { break }
      value |= UInt64(byte & 0x7F) << (7 * UInt64(index))
      if byte < 0x80 {
        self.drop(index + 1)
        return value
      }
    }
    throw Self.damage
  }

  mutating func signed64() throws(CodecError) -> Int64 {
    let bytes = try self.take(8)
    return Int64(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)))
  }

  mutating func fixed32() throws(CodecError) -> UInt32 {
    UInt32(littleEndian: try self.take(4).loadUnaligned(as: UInt32.self))
  }

  /// What a length goes before.
  mutating func bytes() throws(CodecError) -> UnsafeRawBufferPointer {
    let count = try self.varint()
    guard count <= UInt64(self.rest.count) else { throw Self.damage }
    return try self.take(Int(count))
  }

  mutating func nested() throws(CodecError) -> WireReader {
    WireReader(try self.bytes())
  }

  mutating func text() throws(CodecError) -> String {
    guard let text = String(validating: try self.bytes(), as: UTF8.self) else {
      throw .damaged("a text is not UTF-8")
    }
    return text
  }

  /// Goes past the field with that tag.
  mutating func skip(_ tag: UInt64) throws(CodecError) {
    switch tag & 7 {
    case 0: _ = try self.varint()
    case 1: _ = try self.take(8)
    case 2: _ = try self.bytes()
    case 5: _ = try self.take(4)
    default: throw Self.damage
    }
  }

  private mutating func take(_ count: Int) throws(CodecError) -> UnsafeRawBufferPointer {
    guard count <= self.rest.count else { throw Self.damage }
    let taken = UnsafeRawBufferPointer(rebasing: self.rest[..<count])
    self.drop(count)
    return taken
  }

  private mutating func drop(_ count: Int) {
    self.rest = UnsafeRawBufferPointer(rebasing: self.rest[count...])
  }

  private static var damage: CodecError { .damaged("a message ends in its middle") }
}
