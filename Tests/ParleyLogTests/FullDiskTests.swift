import Glibc
import ParleyLog
import ParleyModel
import ParleyTesting
import Testing

/// A file system of a few MiB of its own, where the process may mount one.
final class SmallDisk {
  let path: String
  private let directory: TemporaryDirectory

  init?(bytes: Int) {
    guard let directory = try? TemporaryDirectory() else { return nil }
    self.directory = directory
    self.path = directory.path + "/disk"
    guard mkdir(self.path, 0o700) == 0,
      mount("tmpfs", self.path, "tmpfs", 0, "size=\(bytes)") == 0
    else { return nil }
  }

  deinit {
    umount2(self.path, Int32(MNT_DETACH))
  }

  static let isPermitted = SmallDisk(bytes: 65_536) != nil
}

@Suite struct `A segment log on a small disk` {
  @Test(.enabled(if: SmallDisk.isPermitted, "mounting takes root"))
  func `refuses when it is full and goes on when it is not`() throws {
    let disk = try #require(SmallDisk(bytes: 2 << 20))
    var log = try SegmentLog(directory: disk.path + "/log", segmentBytes: 262_144)
    var offset: UInt64 = 0
    var error: LogError?
    while error == nil {
      error = logError { try log.append(Samples.lines(from: offset, count: 10, bytes: 1_000)) }
      if error == nil { offset += 10 }
    }
    #expect(error == .full)
    #expect(log.end == LogOffset(offset))
    #expect(try all(of: log, from: 0).count == Int(offset))
    try log.trim(below: LogOffset(offset / 2))
    let start = log.start.number
    for _ in 0..<10 {
      try log.append(Samples.lines(from: offset, count: 10, bytes: 1_000))
      offset += 10
    }
    let again = try SegmentLog(directory: disk.path + "/log", segmentBytes: 262_144)
    #expect(try all(of: again, from: start).count == Int(offset - start))
  }
}
