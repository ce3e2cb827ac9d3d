import Glibc
package import NIOCore

/// Cuts a stream of bytes into lines, of at most ``lineBytesMax`` bytes.
///
/// A longer one is reported once and skipped to its end. A line that arrived in one piece is not
/// copied. The lines are the same for every way in which the bytes are cut into reads.
package struct JSONFramer: Sendable {
  /// A line in bytes, its end not counted; a longer one is refused and skipped.
  package static let lineBytesMax = 512 * 1024

  private var pending: [UInt8] = []
  private var isSkipping = false

  package init() {}

  /// What was found.
  package enum Frame {
    case line
    case tooLong
  }

  /// Hands each whole line of what was read to `take`, until that answers false; keeps the rest.
  package mutating func forEachLine(
    in bytes: inout ByteBuffer, _ take: (Frame, UnsafeRawBufferPointer) -> Bool
  ) {
    bytes.readWithUnsafeReadableBytes { raw in
      var rest = raw
      while let base = rest.baseAddress, let end = memchr(base, 0x0A, rest.count) {
        let count = UnsafeRawPointer(end) - base
        let goesOn = self.finish(UnsafeRawBufferPointer(rebasing: rest[..<count]), take)
        rest = UnsafeRawBufferPointer(rebasing: rest[(count + 1)...])
        guard goesOn else { return raw.count }
      }
      _ = self.keep(rest, take)
      return raw.count
    }
  }

  /// The input ended: what is left is a line, if it is anything.
  package mutating func end(_ take: (Frame, UnsafeRawBufferPointer) -> Bool) {
    _ = self.finish(UnsafeRawBufferPointer(start: nil, count: 0), take)
  }

  private mutating func finish(
    _ last: UnsafeRawBufferPointer, _ take: (Frame, UnsafeRawBufferPointer) -> Bool
  ) -> Bool {
    guard !self.pending.isEmpty || self.isSkipping || last.count > Self.lineBytesMax else {
      return take(.line, last)
    }
    guard self.keep(last, take) else { return false }
    defer { self.pending = [] }
    if self.isSkipping {
      self.isSkipping = false
      return true
    }
    return self.pending.withUnsafeBytes { take(.line, $0) }
  }

  /// Keeps the beginning of a line; nothing of one that is too long.
  private mutating func keep(
    _ part: UnsafeRawBufferPointer, _ take: (Frame, UnsafeRawBufferPointer) -> Bool
  ) -> Bool {
    guard !self.isSkipping else { return true }
    guard self.pending.count + part.count <= Self.lineBytesMax else {
      self.pending = []
      self.isSkipping = true
      return take(.tooLong, UnsafeRawBufferPointer(start: nil, count: 0))
    }
    self.pending.append(contentsOf: part)
    return true
  }
}
