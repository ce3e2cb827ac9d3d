import ParleyModel

/// What reading a segment from its beginning found.
struct SegmentScan {
  /// Where the next append goes.
  var position: Int
  /// The offset of the entry after the last whole append.
  var end: LogOffset
  /// The bytes between `position` and this are what is left of an append that was cut short.
  var tornEnd: Int

  /// Finds the whole appends of a segment.
  ///
  /// 1. An append is in the log when all its frames are whole.
  /// 2. What is not whole at the end of the last segment was never acknowledged, and is torn.
  /// 3. It is damage where a later append is whole, because that one was written only after the
  ///    earlier one was on disk; and anywhere in a segment that another one follows.
  init(
    _ bytes: [UInt8], header: SegmentFormat.Header, path: String, isLast: Bool
  ) throws(LogError) {
    let seed = SegmentFormat.seed(header.salt)
    var (position, end) = (SegmentFormat.headerBytes, header.first.number)
    var (nextPosition, next) = (position, end)
    let (tornEnd, isDamaged) = bytes.withUnsafeBytes { buffer -> (Int, Bool) in
      while let frame = SegmentFormat.frame(in: buffer, at: nextPosition, seed: seed),
        frame.first == next, frame.before == next - end
      {
        nextPosition += frame.bytes
        next += frame.count
        if frame.after == 0 {
          (position, end) = (nextPosition, next)
        }
      }
      let tornEnd = Self.endOfContents(buffer, from: position)
      let isDamaged =
        tornEnd > position
        && (!isLast || Self.hasLaterAppend(buffer, in: position..<tornEnd, end: end, seed: seed))
      return (tornEnd, isDamaged)
    }
    self.position = position
    self.end = LogOffset(end)
    self.tornEnd = tornEnd
    guard !isDamaged else {
      throw .damaged(
        "\(path) is damaged at byte \(nextPosition): entry \(next) cannot be read, though later "
          + "ones were written")
    }
  }

  /// Where the zeros begin that go to the end.
  private static func endOfContents(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    var end = bytes.count
    while end - start >= 8, bytes.loadUnaligned(fromByteOffset: end - 8, as: UInt64.self) == 0 {
      end -= 8
    }
    while end > start, bytes[end - 1] == 0 {
      end -= 1
    }
    return end
  }

  /// Whether a frame begins there that belongs to another append than the one that should.
  private static func hasLaterAppend(
    _ bytes: UnsafeRawBufferPointer, in range: Range<Int>, end: UInt64, seed: UInt32
  ) -> Bool {
    for start in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
      guard start + SegmentFormat.frameHeaderBytes <= bytes.count,
        bytes.loadUnaligned(fromByteOffset: start + 8, as: UInt64.self).littleEndian >= end,
        let frame = SegmentFormat.frame(in: bytes, at: start, seed: seed)
      else { continue }
      if frame.first >= end + frame.before + 1 { return true }
    }
    return false
  }
}
