import ParleyModel

/// Messages of a room that follow one another.
struct MessageRange: Hashable, Sendable {
  var room: RoomID
  var first: UInt64
  var last: UInt64

  /// 20 bytes for each: room, first, last, the lowest byte first.
  static func encode(_ ranges: [MessageRange]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(ranges.count * 20)
    for range in ranges {
      withUnsafeBytes(of: range.room.number.littleEndian) { bytes.append(contentsOf: $0) }
      withUnsafeBytes(of: range.first.littleEndian) { bytes.append(contentsOf: $0) }
      withUnsafeBytes(of: range.last.littleEndian) { bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  static func decode(_ bytes: [UInt8]) -> [MessageRange] {
    bytes.withUnsafeBytes { buffer in
      stride(from: 0, to: buffer.count - 19, by: 20).map { start in
        MessageRange(
          room: RoomID(
            UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: start, as: UInt32.self))),
          first: UInt64(
            littleEndian: buffer.loadUnaligned(fromByteOffset: start + 4, as: UInt64.self)),
          last: UInt64(
            littleEndian: buffer.loadUnaligned(fromByteOffset: start + 12, as: UInt64.self)))
      }
    }
  }
}
