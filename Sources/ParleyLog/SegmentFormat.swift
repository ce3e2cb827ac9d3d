import ParleyModel

/// How a segment stands on disk.
///
/// All numbers are little-endian.
///
/// A segment is a header and frames, then zeros to its end. An append is one frame or several,
/// all in one segment; each says how many entries of the append come before and after it, so
/// that a reader tells an append that was cut short from one that is whole. The checksums begin
/// with the segment's random salt: no text that somebody sends can pass for a frame.
///
///     header: magic (8 bytes) · version (4) · checksum (4) · first offset (8) · salt (8)
///     frame:  checksum (4) · bytes of the batch (4) · first offset (8) · entries (4)
///             · entries before (4) · entries after (4) · 0 (4) · a `Batch` · zeros to a multiple of 8
enum SegmentFormat {
  static let version: UInt32 = 1
  static let headerBytes = 32
  static let frameHeaderBytes = 32
  static let suffix = ".segment"

  /// "PARLEYLG".
  private static let magic = UInt64(littleEndian: 0x474C_5945_4C52_4150)

  struct Header {
    var first: LogOffset
    var salt: UInt64
  }

  struct Frame {
    /// Of the batch.
    var payloadBytes: Int
    var first: UInt64
    var count: UInt64
    var before: UInt64
    var after: UInt64

    /// Of the whole frame: the next one begins after a multiple of eight.
    var bytes: Int { SegmentFormat.frameHeaderBytes + (self.payloadBytes + 7) / 8 * 8 }
  }

  /// The name of the segment that begins with that entry; names sort as offsets do.
  static func name(of first: LogOffset) -> String {
    let digits = String(first.number)
    return String(repeating: "0", count: 20 - digits.utf8.count) + digits + self.suffix
  }

  /// The offset in a segment's name; nil for other names.
  static func first(in name: String) -> LogOffset? {
    guard name.hasSuffix(self.suffix), name.utf8.count == 20 + self.suffix.utf8.count else {
      return nil
    }
    return UInt64(name.dropLast(self.suffix.count)).map { LogOffset($0) }
  }

  static func bytes(of header: Header) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: self.headerBytes)
    bytes.withUnsafeMutableBytes { buffer in
      buffer.storeBytes(of: self.magic, toByteOffset: 0, as: UInt64.self)
      buffer.storeBytes(of: self.version.littleEndian, toByteOffset: 8, as: UInt32.self)
      buffer.storeBytes(of: header.first.number.littleEndian, toByteOffset: 16, as: UInt64.self)
      buffer.storeBytes(of: header.salt.littleEndian, toByteOffset: 24, as: UInt64.self)
      let checksum = CRC32C.checksum(UnsafeRawBufferPointer(buffer))
      buffer.storeBytes(of: checksum.littleEndian, toByteOffset: 12, as: UInt32.self)
    }
    return bytes
  }

  static func header(in bytes: [UInt8], of path: String) throws(LogError) -> Header {
    guard bytes.count >= self.headerBytes else {
      throw .damaged("\(path) ends within its header")
    }
    let number = { (at: Int) -> UInt64 in
      bytes.withUnsafeBytes {
        UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      }
    }
    guard number(0).littleEndian == self.magic else {
      throw .damaged("\(path) is not a segment of the log")
    }
    let version = UInt32(truncatingIfNeeded: number(8))
    let checksum = UInt32(truncatingIfNeeded: number(8) >> 32)
    var plain = [UInt8](bytes.prefix(self.headerBytes))
    plain.replaceSubrange(12..<16, with: [0, 0, 0, 0])
    guard plain.withUnsafeBytes({ CRC32C.checksum($0) }) == checksum else {
      throw .damaged("the header of \(path) has a wrong checksum")
    }
    guard version <= self.version else {
      throw .newer("\(path) was written by a newer release (log format \(version))")
    }
    return Header(first: LogOffset(number(16)), salt: number(24))
  }

  /// The checksum with which the frames of a segment begin.
  static func seed(_ salt: UInt64) -> UInt32 {
    withUnsafeBytes(of: salt.littleEndian) { CRC32C.checksum($0) }
  }

  /// Fills in the header of the frame that `buffer` is, and its checksum.
  static func seal(_ buffer: UnsafeMutableRawBufferPointer, _ frame: Frame, seed: UInt32) {
    let store = { (number: UInt64, offset: Int) in
      let number = UInt32(truncatingIfNeeded: number).littleEndian
      buffer.storeBytes(of: number, toByteOffset: offset, as: UInt32.self)
    }
    store(UInt64(frame.payloadBytes), 4)
    store(frame.count, 16)
    store(frame.before, 20)
    store(frame.after, 24)
    store(0, 28)
    buffer.storeBytes(of: frame.first.littleEndian, toByteOffset: 8, as: UInt64.self)
    let checksum = CRC32C.checksum(
      UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[4...]), from: seed)
    buffer.storeBytes(of: checksum.littleEndian, toByteOffset: 0, as: UInt32.self)
  }

  /// The frame that begins there, if a whole one does.
  static func frame(in bytes: UnsafeRawBufferPointer, at start: Int, seed: UInt32) -> Frame? {
    guard start + self.frameHeaderBytes <= bytes.count else { return nil }
    let number = { (offset: Int) -> Int in
      Int(
        UInt32(
          littleEndian: bytes.loadUnaligned(fromByteOffset: start + offset, as: UInt32.self)))
    }
    var frame = Frame(
      payloadBytes: number(4), first: 0, count: UInt64(number(16)), before: UInt64(number(20)),
      after: UInt64(number(24)))
    guard frame.count > 0, frame.payloadBytes > 0, start + frame.bytes <= bytes.count else {
      return nil
    }
    let body = UnsafeRawBufferPointer(rebasing: bytes[(start + 4)..<(start + frame.bytes)])
    guard CRC32C.checksum(body, from: seed) == UInt32(truncatingIfNeeded: number(0)) else {
      return nil
    }
    frame.first = UInt64(
      littleEndian: bytes.loadUnaligned(fromByteOffset: start + 8, as: UInt64.self))
    return frame
  }
}
