import Glibc

/// Writes pieces one after the other into memory that has room for all of them: one reservation
/// for a whole line.
package struct PieceWriter {
  private let bytes: UnsafeMutableRawBufferPointer
  /// Bytes that were written.
  package private(set) var count = 0

  package init(_ bytes: UnsafeMutableRawBufferPointer) {
    self.bytes = bytes
  }

  package mutating func write(_ piece: UnsafeBufferPointer<UInt8>) {
    precondition(self.count + piece.count <= self.bytes.count, "the reservation was too small")
    guard let target = self.bytes.baseAddress, let source = piece.baseAddress else { return }
    memcpy(target + self.count, source, piece.count)
    self.count += piece.count
  }

  package mutating func write(_ piece: StaticString) {
    self.write(UnsafeBufferPointer(start: piece.utf8Start, count: piece.utf8CodeUnitCount))
  }

  package mutating func write(_ byte: UInt8) {
    precondition(self.count < self.bytes.count, "the reservation was too small")
    self.bytes[self.count] = byte
    self.count += 1
  }
}
