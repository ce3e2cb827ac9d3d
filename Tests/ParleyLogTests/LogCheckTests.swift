import Glibc
import ParleyModel
import ParleyTesting
import Testing

@testable import ParleyLog

@Suite struct `A check of the log` {
  private let temporary: TemporaryDirectory
  private var path: String { self.temporary.path + "/log" }
  private let segments: [String]

  /// A log of several segments.
  init() throws {
    self.temporary = try TemporaryDirectory()
    let path = self.temporary.path + "/log"
    var log = try SegmentLog(directory: path, segmentBytes: 8_192, preparesAhead: false)
    for first in stride(from: UInt64(0), to: 400, by: 8) {
      try log.append(Samples.entries(from: first, count: 8))
    }
    self.segments = try names(in: path).sorted()
    try #require(self.segments.count > 3)
  }

  private func check() -> (check: LogCheck, entries: [UInt64]) {
    var entries: [UInt64] = []
    let check = LogCheck(directory: self.path) { _, _ in
    } _: {
      entries.append($0.offset.number)
    }
    return (check, entries)
  }

  /// Changes a segment's bytes.
  private func change(_ name: String, _ body: (inout [UInt8]) throws -> Void) throws {
    let path = self.path + "/" + name
    var bytes = try contents(of: path)
    try body(&bytes)
    let file = open(path, O_RDWR | O_TRUNC)
    try #require(file >= 0)
    defer { close(file) }
    let error = bytes.withUnsafeBytes { StorageIO.system.write(file, $0, 0) }
    try #require(error == 0)
  }

  /// Where the last frame of a segment ends, which may be in zeros.
  private static func end(of bytes: [UInt8]) -> Int {
    var end = SegmentFormat.headerBytes
    while end + SegmentFormat.frameHeaderBytes <= bytes.count {
      let length = bytes.withUnsafeBytes {
        Int(UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: end + 4, as: UInt32.self)))
      }
      guard length > 0 else { break }
      end += SegmentFormat.frameHeaderBytes + (length + 7) / 8 * 8
    }
    return end
  }

  @Test func `reads every entry of a log that is sound`() {
    let (check, entries) = self.check()
    #expect(check.faults.isEmpty)
    #expect(check.segments == self.segments.count)
    #expect((check.start, check.end) == (LogOffset(0), LogOffset(400)))
    #expect(check.entries == 400)
    #expect(check.tornBytes == 0)
    #expect(entries == Array(0..<400))
  }

  @Test func `counts the torn end of the last segment, which is no fault, and leaves it`() throws {
    let last = try #require(self.segments.last)
    try self.change(last) { bytes in
      let end = Self.end(of: bytes)
      for index in 0..<100 { bytes[end + index] = 0xAB }
    }
    let before = try contents(of: self.path + "/" + last)
    let (check, entries) = self.check()
    #expect(check.faults.isEmpty)
    #expect(check.tornBytes == 100)
    #expect(entries.count == 400)
    #expect(try contents(of: self.path + "/" + last) == before)
  }

  @Test(arguments: [0, 1, 2])
  func `finds a flipped bit in the middle of a segment, and tells the place`(index: Int) throws {
    let name = self.segments[index]
    var place = 0
    try self.change(name) { bytes in
      place = Self.end(of: bytes) / 2
      bytes[place] ^= 0x10
    }
    let (check, entries) = self.check()
    #expect(check.faults.count == 1)
    let fault = try #require(check.faults.first)
    #expect(fault.file == self.path + "/" + name)
    #expect(fault.text.contains("damaged at byte "))
    // Those of the other segments are read all the same.
    #expect(entries.last == 399)
  }

  @Test func `finds a header that is damaged, and one of a newer release`() throws {
    try self.change(self.segments[1]) { $0[20] ^= 1 }
    #expect(self.check().check.faults.map(\.text) == ["the header of it has a wrong checksum"])
    try self.change(self.segments[1]) { bytes in
      bytes[20] ^= 1
      bytes.replaceSubrange(8..<16, with: [99, 0, 0, 0, 0, 0, 0, 0])
      let sum = bytes[..<32].withUnsafeBytes { CRC32C.checksum($0) }
      withUnsafeBytes(of: sum.littleEndian) { bytes.replaceSubrange(12..<16, with: $0) }
    }
    #expect(self.check().check.faults.map(\.isNewer) == [true])
  }

  @Test func `finds a segment that is missing`() throws {
    let name = self.segments[1]
    let first = try #require(SegmentFormat.first(in: name))
    let next = try #require(SegmentFormat.first(in: self.segments[2]))
    try #require(unlink(self.path + "/" + name) == 0)
    let (check, _) = self.check()
    #expect(
      check.faults == [
        DataFault(
          file: self.path + "/" + self.segments[2],
          text: "entries \(first.number) to \(next.number - 1) are missing before it")
      ])
  }

  @Test func `finds that there is no segment, or no log`() throws {
    for name in self.segments { try #require(unlink(self.path + "/" + name) == 0) }
    #expect(self.check().check.faults.map(\.text) == ["it has no segment"])
    try #require(rmdir(self.path) == 0)
    #expect(self.check().check.faults.count == 1)
  }
}
