package import ParleyModel

/// A log without a disk, for tests and simulations.
///
/// A copy of it is what a crash would leave.
package struct MemoryLog: ProposalLog, Sendable {
  package private(set) var start: LogOffset
  private var entries: [Entry] = []

  package var end: LogOffset { LogOffset(self.start.number + UInt64(self.entries.count)) }

  package init(startingAt start: LogOffset = .zero) {
    self.start = start
  }

  package mutating func append(_ entries: [Entry]) throws(LogError) {
    for entry in entries {
      precondition(entry.offset == self.end, "entries are appended in order")
      // A file does not keep the tag either.
      var kept = entry
      kept.tag = .none
      self.entries.append(kept)
    }
  }

  package func read(from offset: LogOffset, _ body: (Entry) throws -> Void) throws {
    guard offset >= self.start, offset <= self.end else {
      throw LogError.damaged(missingText(offset, start: self.start, end: self.end))
    }
    for entry in self.entries.dropFirst(Int(offset.number - self.start.number)) {
      try body(entry)
    }
  }

  package mutating func trim(below offset: LogOffset) throws(LogError) {
    let offset = min(offset, self.end)
    guard offset > self.start else { return }
    self.entries.removeFirst(Int(offset.number - self.start.number))
    self.start = offset
  }
}

/// Why reading cannot begin at an offset.
func missingText(_ offset: LogOffset, start: LogOffset, end: LogOffset) -> String {
  offset < start
    ? "entries \(offset.number) to \(start.number - 1) are missing: the log begins at "
      + "\(start.number)"
    : "the log ends before entry \(end.number), but entry \(offset.number) was to be next"
}
