import ParleyLog
import ParleyModel
import ParleyTesting

/// The engines that the conformance suite runs on; a new engine is a case here.
enum LogEngine: CaseIterable {
  case memory
  case segments
}

/// One log of an engine, which can be closed and opened again as after a crash.
struct LogUnderTest {
  private let directory: TemporaryDirectory
  let engine: LogEngine
  var log: any ProposalLog

  init(_ engine: LogEngine, segmentBytes: Int = 16_384, startingAt: LogOffset = .zero) throws {
    self.engine = engine
    self.directory = try TemporaryDirectory()
    switch engine {
    case .memory: self.log = MemoryLog(startingAt: startingAt)
    case .segments:
      self.log = try SegmentLog(
        directory: self.directory.path + "/log", startingAt: startingAt,
        segmentBytes: segmentBytes)
    }
  }

  mutating func reopen() throws {
    switch self.engine {
    case .memory: break
    case .segments:
      self.log = try SegmentLog(
        directory: self.directory.path + "/log", segmentBytes: 16_384)
    }
  }

  func entries(from offset: UInt64 = 0) throws -> [String] {
    try all(of: self.log, from: offset)
  }
}

/// What a log holds from there on.
func all(of log: any ProposalLog, from offset: UInt64) throws -> [String] {
  var entries: [String] = []
  try log.read(from: LogOffset(offset)) { entries.append(described($0)) }
  return entries
}
