import Glibc
import ParleyModel
import ParleyTesting
import Testing

@testable import ParleyLog

@Suite struct `A segment log` {
  private let temporary: TemporaryDirectory
  private var path: String { self.temporary.path + "/log" }

  init() throws {
    self.temporary = try TemporaryDirectory()
  }

  private func open(
    segmentBytes: Int = 16_384, preparesAhead: Bool = false, frameBytesMax: Int = 2_048,
    io: StorageIO = .system
  ) throws(LogError) -> SegmentLog {
    try SegmentLog(
      directory: self.path, segmentBytes: segmentBytes, preparesAhead: preparesAhead,
      frameBytesMax: frameBytesMax, io: io)
  }

  private func segments() throws -> [String] {
    try names(in: self.path).sorted()
  }

  private func bytes(_ name: String) throws -> [UInt8] {
    try contents(of: self.path + "/" + name)
  }

  private func replace(_ name: String, with bytes: [UInt8]) throws {
    let file = Glibc.open(self.path + "/" + name, O_RDWR | O_TRUNC)
    try #require(file >= 0)
    let error = bytes.withUnsafeBytes { StorageIO.system.write(file, $0, 0) }
    close(file)
    try #require(error == 0)
  }

  /// Where the zeros begin.
  private func end(of bytes: [UInt8]) -> Int {
    (bytes.lastIndex { $0 != 0 } ?? -1) + 1
  }

  @Test func `loses of a torn batch all and of those before nothing, torn at each byte`() throws {
    var log = try self.open()
    let whole = Samples.entries(count: 40)
    try log.append(whole)
    let name = try #require(try self.segments().first)
    let before = self.end(of: try self.bytes(name))
    try log.append(Samples.entries(from: 40, count: 9))
    let bytes = try self.bytes(name)
    let end = self.end(of: bytes)
    for cut in before..<end {
      var torn = bytes
      for index in cut..<end { torn[index] = 0 }
      try self.replace(name, with: torn)
      var log = try self.open()
      #expect(log.end == LogOffset(40), "torn at \(cut)")
      let next = Samples.lines(from: 40, count: 2, bytes: 30)
      try log.append(next)
      #expect(try all(of: try self.open(), from: 0) == (whole + next).map(described))
    }
  }

  @Test func `loses of a batch of several frames all when one is torn`() throws {
    var log = try self.open()
    try log.append(Samples.entries(count: 3))
    try log.append(Samples.lines(from: 3, count: 40, bytes: 500))
    let name = try #require(try self.segments().last)
    let bytes = try self.bytes(name)
    let end = self.end(of: bytes)
    for start in stride(from: SegmentFormat.headerBytes, to: end, by: 600) {
      var torn = bytes
      for index in start..<min(end, start + 512) { torn[index] = 0 }
      try self.replace(name, with: torn)
      let log = try self.open()
      #expect(log.end == LogOffset(3), "torn at \(start)")
      #expect(try all(of: log, from: 0) == Samples.entries(count: 3).map(described))
    }
  }

  @Test func `finds each flipped bit that something was written after`() throws {
    var log = try self.open()
    for start in stride(from: 0, to: 60, by: 6) {
      try log.append(Samples.lines(from: UInt64(start), count: 6, bytes: 20))
    }
    let name = try #require(try self.segments().first)
    let bytes = try self.bytes(name)
    var lastFrame = SegmentFormat.headerBytes
    let header = try SegmentFormat.header(in: bytes, of: name)
    let seed = SegmentFormat.seed(header.salt)
    var next = lastFrame
    while let frame = bytes.withUnsafeBytes({
      SegmentFormat.frame(in: $0, at: next, seed: seed)
    }) {
      (lastFrame, next) = (next, next + frame.bytes)
    }
    for bit in stride(from: 0, to: lastFrame * 8, by: 13) {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << (bit % 8)
      try self.replace(name, with: flipped)
      #expect(throws: LogError.self, "bit \(bit)") { try self.open() }
    }
    // In the last batch it cannot be told from a torn write: the batch is gone, nothing else.
    for bit in stride(from: lastFrame * 8, to: next * 8, by: 13) {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << (bit % 8)
      try self.replace(name, with: flipped)
      #expect(try self.open().end == LogOffset(54), "bit \(bit)")
    }
  }

  @Test func `finds each flipped bit in a segment that another one follows`() throws {
    var log = try self.open(segmentBytes: 4_096)
    var offset: UInt64 = 0
    while try self.segments().count < 3 {
      try log.append(Samples.lines(from: offset, count: 5, bytes: 40))
      offset += 5
    }
    let name = try self.segments()[0]
    let bytes = try self.bytes(name)
    for bit in stride(from: 0, to: bytes.count * 8, by: 97) {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << (bit % 8)
      try self.replace(name, with: flipped)
      #expect(throws: LogError.self, "bit \(bit)") { try self.open() }
    }
  }

  @Test func `finds that a segment is missing`() throws {
    var log = try self.open(segmentBytes: 4_096)
    for offset in 0..<100 {
      try log.append(Samples.lines(from: UInt64(offset), count: 1, bytes: 200))
    }
    let names = try self.segments()
    try #require(names.count > 3)
    unlink(self.path + "/" + names[1])
    let error = logError { _ = try self.open() }
    #expect(error?.kind == "damaged")
    #expect(error?.text.contains("are missing before") == true)
  }

  @Test func `refuses what a newer release wrote`() throws {
    _ = try self.open()
    let name = try #require(try self.segments().first)
    var bytes = try self.bytes(name)
    bytes[8] = 2
    bytes.replaceSubrange(12..<16, with: [0, 0, 0, 0])
    let checksum = bytes[..<32].withUnsafeBytes { CRC32C.checksum($0) }
    withUnsafeBytes(of: checksum.littleEndian) { bytes.replaceSubrange(12..<16, with: $0) }
    try self.replace(name, with: bytes)
    #expect(logError { _ = try self.open() }?.kind == "newer")
  }

  @Test func `refuses when full, keeps what it has and goes on when there is space`() throws {
    var offset: UInt64 = 0
    let faulty = FaultyStorage(failing: .max, with: .error(ENOSPC))
    let isFull = Switch()
    var io = faulty.io
    let allocate = io.allocate
    io.allocate = { isFull.isOn ? ENOSPC : allocate($0, $1) }
    var log = try self.open(segmentBytes: 4_096, io: io)
    isFull.isOn = true
    var refusals = 0
    while refusals < 3 {
      let error = logError { try log.append(Samples.lines(from: offset, count: 1, bytes: 300)) }
      if error == nil {
        offset += 1
      } else {
        refusals += 1
        #expect(error == .full)
        #expect(log.end == LogOffset(offset))
        #expect(try all(of: log, from: 0).count == Int(offset))
      }
    }
    // A smaller batch may still fit.
    try log.append(Samples.lines(from: offset, count: 1, bytes: 1))
    offset += 1
    isFull.isOn = false
    for _ in 0..<20 {
      try log.append(Samples.lines(from: offset, count: 1, bytes: 300))
      offset += 1
    }
    #expect(try all(of: try self.open(), from: 0).count == Int(offset))
  }

  @Test func `writes nothing more once a sync has failed`() throws {
    // Making the first segment takes some operations; the first append writes, then syncs.
    let probe = FaultyStorage(failing: .max, with: .error(EIO))
    _ = try self.open(io: probe.io)
    let operations = probe.operations
    for name in try self.segments() { unlink(self.path + "/" + name) }
    let faulty = FaultyStorage(failing: operations + 1, with: .error(EIO))
    var log = try self.open(io: faulty.io)
    for _ in 0..<3 {
      #expect(logError { try log.append(Samples.entries(count: 1)) }?.kind == "failed")
    }
    #expect(log.end == .zero)
    // What the next start finds is the batch or nothing.
    #expect(try self.open().end <= LogOffset(1))
  }

  @Test(arguments: [true, false])
  func `has all that was acknowledged after a crash at any step`(isPowerCut: Bool) throws {
    var step = 0
    while try self.run(crashingAt: step, isPowerCut: isPowerCut) { step += 1 }
    #expect(step > 100)
  }

  /// One run with a crash at that operation; false when it ended before.
  private func run(crashingAt step: Int, isPowerCut: Bool) throws -> Bool {
    let temporary = try TemporaryDirectory()
    let path = temporary.path + "/log"
    let seed = UInt64(step)
    let storage = FaultyStorage(
      failing: step, with: isPowerCut ? .powerCut(seed: seed) : .kill(seed: seed))
    var (written, acknowledged): ([Entry], UInt64) = ([], 0)
    do {
      var log = try SegmentLog(
        directory: path, segmentBytes: 8_192, preparesAhead: false, frameBytesMax: 2_048,
        io: storage.io)
      for round in 0..<40 {
        let batch =
          round % 13 == 12
          ? Samples.lines(from: acknowledged, count: 40, bytes: 500)
          : Samples.entries(from: acknowledged, count: round * 5 % 17 + 1)
        written += batch
        try log.append(batch)
        acknowledged = log.end.number
        if round % 10 == 9 { try log.trim(below: LogOffset(acknowledged - 20)) }
      }
    } catch {
    }
    guard storage.hasFailed else { return false }
    var log = try SegmentLog(directory: path, segmentBytes: 8_192, preparesAhead: false)
    let isWhole = log.end.number == acknowledged || log.end.number == UInt64(written.count)
    #expect(isWhole, "a batch is there or not, at \(step)")
    let start = Int(log.start.number)
    let kept = written[start..<Int(log.end.number)].map(described)
    #expect(try all(of: log, from: log.start.number) == kept, "at \(step)")
    let more = Samples.entries(from: log.end.number, count: 3)
    try log.append(more)
    let again = try SegmentLog(directory: path, segmentBytes: 8_192, preparesAhead: false)
    #expect(try all(of: again, from: UInt64(start)) == kept + more.map(described), "at \(step)")
    return true
  }

  @Test func `uses the segments that were made ready`() throws {
    var log = try self.open(segmentBytes: 65_536, preparesAhead: true)
    var offset: UInt64 = 0
    for _ in 0..<400 {
      try log.append(Samples.lines(from: offset, count: 10, bytes: 200))
      offset += 10
    }
    #expect(try self.segments().filter { $0.hasSuffix(".segment") }.count > 10)
    let again = try self.open()
    #expect(again.end == LogOffset(offset))
    #expect(try self.segments().allSatisfy { $0.hasSuffix(".segment") })
  }
}
