import Glibc
package import ParleyModel

/// What is in the log's segments, without changing anything of it.
package struct LogCheck: Sendable {
  package private(set) var segments = 0
  /// Bytes of the files.
  package private(set) var bytes = 0
  package private(set) var entries: UInt64 = 0
  /// The first entry that is there.
  package private(set) var start = LogOffset.zero
  /// The entry after the last one.
  package private(set) var end = LogOffset.zero
  /// What is left of an append that was cut short: it was never acknowledged.
  package private(set) var tornBytes = 0
  package private(set) var faults: [DataFault] = []

  /// Reads all of a log.
  ///
  /// - Parameters:
  ///   - directory: where its segments are.
  ///   - progress: called with how many segments were read, and how many there are.
  ///   - body: gets every entry that is whole, in order.
  package init(
    directory: String, progress: (_ done: Int, _ all: Int) -> Void, _ body: (Entry) -> Void
  ) {
    let firsts: [LogOffset]
    do {
      firsts = try names(in: directory).compactMap { SegmentFormat.first(in: $0) }.sorted()
    } catch {
      self.faults.append(DataFault(error, file: directory))
      return
    }
    guard let first = firsts.first else {
      self.faults.append(DataFault(file: directory, text: "it has no segment"))
      return
    }
    (self.start, self.end) = (first, first)
    /// The entry that the next segment begins with; nil where that is not known.
    var expected: LogOffset? = first
    for (index, first) in firsts.enumerated() {
      let path = OpenSegment.path(of: first, in: directory)
      progress(index, firsts.count)
      self.segments += 1
      if let expected, expected != first {
        self.faults.append(
          DataFault(
            file: path,
            text: first > expected
              ? "entries \(expected.number) to \(first.number - 1) are missing before it"
              : "it begins with entry \(first.number), which the one before it has as well"))
      }
      do {
        expected = try self.read(path, first: first, isLast: index == firsts.count - 1, body)
        self.end = max(self.end, expected ?? self.end)
      } catch {
        self.faults.append(DataFault(error, file: path))
        expected = nil
      }
    }
    progress(firsts.count, firsts.count)
  }

  /// Reads a segment; answers with the entry after its last one.
  private mutating func read(
    _ path: String, first: LogOffset, isLast: Bool, _ body: (Entry) -> Void
  ) throws(LogError) -> LogOffset {
    let bytes = try contents(of: path)
    self.bytes += bytes.count
    let header = try SegmentFormat.header(in: bytes, of: path)
    guard header.first == first else {
      throw .damaged("it begins with entry \(header.first.number)")
    }
    let scan = try SegmentScan(bytes, header: header, path: path, isLast: isLast)
    self.tornBytes += scan.tornEnd - scan.position
    let seed = SegmentFormat.seed(header.salt)
    var position = SegmentFormat.headerBytes
    while position < scan.position {
      let frame = bytes.withUnsafeBytes { SegmentFormat.frame(in: $0, at: position, seed: seed) }
      guard let frame else { throw .damaged("the frame at byte \(position) is not whole") }
      let start = position + SegmentFormat.frameHeaderBytes
      let batch = Array(bytes[start..<(start + frame.payloadBytes)])
      let entries: [Entry]
      do {
        entries = try EntryCodec.decodeBatch(batch, first: LogOffset(frame.first))
      } catch {
        switch error {
        case .newer(let text): throw .newer("the frame at byte \(position): \(text)")
        case .damaged(let text): throw .damaged("the frame at byte \(position): \(text)")
        }
      }
      guard UInt64(entries.count) == frame.count else {
        throw .damaged(
          "the frame at byte \(position) has \(entries.count) entries, not \(frame.count)")
      }
      for entry in entries { body(entry) }
      self.entries += frame.count
      position += frame.bytes
    }
    return scan.end
  }
}
