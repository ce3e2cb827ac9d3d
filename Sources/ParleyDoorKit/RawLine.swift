import Glibc
package import NIOCore
package import ParleyModel

/// Writes the parts of a line into memory that is large enough for all of it.
///
/// For what is printed for every message: the buffer is grown and moved once a line rather than
/// once a part. It is valid only inside ``ByteBuffer/writeRawLine(bytesMax:_:)``.
package struct RawLine: ~Copyable {
  private let bytes: UnsafeMutableRawBufferPointer
  fileprivate var count = 0

  fileprivate init(_ bytes: UnsafeMutableRawBufferPointer) {
    self.bytes = bytes
  }

  package mutating func write(_ byte: UInt8) {
    self.bytes[self.count] = byte
    self.count += 1
  }

  package mutating func write(_ text: StaticString) {
    self.write(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  package mutating func write(_ text: String) {
    let isDone: Void? = text.utf8.withContiguousStorageIfAvailable {
      self.write(UnsafeRawBufferPointer($0))
    }
    // A string that is not native, which none of ours is.
    if isDone == nil { for byte in text.utf8 { self.write(byte) } }
  }

  /// Appends a number in decimal, which takes at most 20 bytes.
  package mutating func writeDecimal(_ number: UInt64) {
    let start = self.count
    var rest = number
    repeat {
      self.write(UInt8(truncatingIfNeeded: rest % 10) + UInt8(ascii: "0"))
      rest /= 10
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

  /// Appends `12:03`, in a zone that many seconds east of UTC.
  package mutating func writeClock(_ time: Timestamp, offsetSeconds: Int) {
    let minute = CivilTime.minute(of: time, offsetSeconds: offsetSeconds)
    let zero = UInt8(ascii: "0")
    self.write(UInt8(truncatingIfNeeded: minute / 600) + zero)
    self.write(UInt8(truncatingIfNeeded: minute / 60 % 10) + zero)
    self.write(UInt8(ascii: ":"))
    self.write(UInt8(truncatingIfNeeded: minute % 60 / 10) + zero)
    self.write(UInt8(truncatingIfNeeded: minute % 10) + zero)
  }

  private mutating func write(_ part: UnsafeRawBufferPointer) {
    guard let source = part.baseAddress, part.count <= self.bytes.count - self.count,
      let target = self.bytes.baseAddress
    else {
      assert(part.isEmpty, "the line is longer than its bound")
      return
    }
    memcpy(target + self.count, source, part.count)
    self.count += part.count
  }
}

extension ByteBuffer {
  /// Appends what `write` writes, at most that many bytes; nothing where it returns false.
  package mutating func writeRawLine(
    bytesMax: Int, _ write: (inout RawLine) -> Bool
  ) -> Bool {
    let count = self.writeWithUnsafeMutableBytes(minimumWritableBytes: bytesMax) { bytes in
      var line = RawLine(bytes)
      return write(&line) ? line.count : 0
    }
    return count > 0
  }
}

extension String {
  /// Whether it has a newline in it.
  package var hasNewline: Bool {
    self.utf8.withContiguousStorageIfAvailable { bytes in
      bytes.baseAddress.map { memchr($0, 0x0A, bytes.count) != nil } ?? false
    } ?? self.utf8.contains(0x0A)
  }
}
