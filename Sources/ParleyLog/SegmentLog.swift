import Glibc
package import ParleyModel

/// The log in segment files, owned by the sequencer's thread.
///
/// A batch is one write and one `fdatasync` into a file that was written with zeros before. No
/// space shows when a segment is made, before anything of the batch is written. `SegmentFormat`
/// says how it stands on disk, `SegmentScan` what a start makes of it.
package struct SegmentLog: ProposalLog, Sendable {
  /// Entries in a frame; more are several frames.
  static let frameEntriesMax = 4_096
  /// A segment that is made while an append waits for it.
  static let urgentSegmentBytes = 4 << 20

  package private(set) var start: LogOffset
  package private(set) var end: LogOffset

  private let directory: String
  private let segmentBytes: Int
  private let preparesAhead: Bool
  private let frameBytesMax: Int
  private let io: StorageIO
  /// The first offsets of all segments, in order; the last one is open.
  private var segments: [LogOffset]
  private var current: OpenSegment
  private var next: SegmentPreparation?
  /// Whether the successor of the open segment was begun, so that a full disk is not tried
  /// again by each append.
  private var hasBegunNext = false
  private var buffer = WireBuffer(capacity: 512 * 1_024)
  private var frames: [(start: Int, header: SegmentFormat.Frame)] = []
  /// Set when the outcome of a write is unknown; nothing is written after it.
  private var failure: LogError?

  /// Opens the log in that directory, which is made where there is none.
  ///
  /// Nobody else may have it open: see ``DataDirectory``. A log that is empty begins at
  /// `startingAt`. `segmentBytes` is the size of the segments that are made from now on; without
  /// `preparesAhead` each is made when it is needed, and no other thread takes part. A frame
  /// takes no further entry once it has `frameBytesMax` bytes.
  package init(
    directory: String, startingAt: LogOffset = .zero, segmentBytes: Int = 64 << 20,
    preparesAhead: Bool = true, frameBytesMax: Int = 256 * 1_024, io: StorageIO = .system
  ) throws(LogError) {
    self.directory = directory
    self.preparesAhead = preparesAhead
    self.frameBytesMax = frameBytesMax
    self.segmentBytes = max(segmentBytes, 4_096)
    self.io = io
    if mkdir(directory, 0o700) != 0, errno != EEXIST {
      throw LogError(errno, doing: "cannot make the directory \(directory)")
    }
    for unfinished in OpenSegment.Unfinished.allCases {
      _ = io.remove(unfinished.path(in: directory))
    }
    self.segments = try names(in: directory).compactMap { SegmentFormat.first(in: $0) }.sorted()
    if self.segments.isEmpty {
      self.segments = [startingAt]
      let bytes = min(self.segmentBytes, Self.urgentSegmentBytes)
      self.current = try OpenSegment.make(startingAt, bytes: bytes, in: directory, io: io)
      self.start = startingAt
      self.end = startingAt
    } else {
      (self.current, self.end) = try OpenSegment.recover(self.segments, in: directory, io: io)
      self.start = self.segments[0]
    }
  }

  package mutating func append(_ entries: [Entry]) throws(LogError) {
    if let failure = self.failure { throw failure }
    guard !entries.isEmpty else { return }
    self.encode(entries)
    if self.current.position + self.buffer.count > self.current.bytes {
      try self.beginSegment(for: self.buffer.count)
    }
    self.seal(entries.count)
    let (file, position) = (self.current.file.number, self.current.position)
    let count = self.buffer.count
    var error = self.buffer.withBytes(from: 0) {
      self.io.write(file, UnsafeRawBufferPointer($0), position)
    }
    if error == 0 { error = self.io.sync(file) }
    guard error == 0 else {
      throw self.fail("writing to the log failed: \(describe(error))")
    }
    self.current.position += count
    self.end = LogOffset(self.end.number + UInt64(entries.count))
    if self.preparesAhead, !self.hasBegunNext, self.current.position > self.current.bytes / 2 {
      self.beginPreparation()
    }
  }

  package func read(from offset: LogOffset, _ body: (Entry) throws -> Void) throws {
    guard offset >= self.start, offset <= self.end else {
      throw LogError.damaged(missingText(offset, start: self.start, end: self.end))
    }
    for (index, first) in self.segments.enumerated() {
      let following = index + 1 < self.segments.count ? self.segments[index + 1] : self.end
      guard following > offset else { continue }
      try self.readSegment(first, from: offset, body)
    }
  }

  package mutating func trim(below offset: LogOffset) throws(LogError) {
    while self.segments.count > 1, self.segments[1] <= offset {
      let path = OpenSegment.path(of: self.segments[0], in: self.directory)
      var error = self.io.remove(path)
      // Synced one by one, so that what a crash leaves has no gap.
      if error == 0 { error = self.io.syncDirectory(self.directory) }
      guard error == 0 else {
        throw .failed("cannot remove \(path): \(describe(error))")
      }
      self.segments.removeFirst()
      self.start = self.segments[0]
    }
  }
}

// MARK: - Writing

extension SegmentLog {
  /// Fills the buffer with the frames of an append, their headers still empty.
  private mutating func encode(_ entries: [Entry]) {
    self.buffer.removeAll()
    self.frames.removeAll(keepingCapacity: true)
    var (frameStart, frameFirst) = (0, self.end.number)
    var next = self.end.number
    for entry in entries {
      precondition(entry.offset.number == next, "entries are appended in order")
      let isFull =
        next - frameFirst >= UInt64(Self.frameEntriesMax)
        || self.buffer.count - frameStart >= self.frameBytesMax
      if isFull {
        self.endFrame(start: frameStart, first: frameFirst, count: next - frameFirst)
        (frameStart, frameFirst) = (self.buffer.count, next)
      }
      if next == frameFirst { self.addZeros(SegmentFormat.frameHeaderBytes) }
      EntryCodec.append(entry, to: &self.buffer)
      next += 1
    }
    self.endFrame(start: frameStart, first: frameFirst, count: next - frameFirst)
  }

  private mutating func endFrame(start: Int, first: UInt64, count: UInt64) {
    let header = SegmentFormat.Frame(
      payloadBytes: self.buffer.count - start - SegmentFormat.frameHeaderBytes, first: first,
      count: count, before: first - self.end.number, after: 0)
    self.addZeros(start + header.bytes - self.buffer.count)
    self.frames.append((start, header))
  }

  private mutating func addZeros(_ count: Int) {
    self.buffer.write(atMost: count) { target in
      target.initializeMemory(as: UInt8.self, repeating: 0, count: count)
      return count
    }
  }

  /// Fills in the frames' headers; the checksums are the open segment's.
  private mutating func seal(_ count: Int) {
    let seed = self.current.seed
    for (start, var header) in self.frames {
      header.after = UInt64(count) - header.before - header.count
      self.buffer.withBytes(from: start) { bytes in
        let frame = UnsafeMutableRawBufferPointer(rebasing: bytes[..<header.bytes])
        SegmentFormat.seal(frame, header, seed: seed)
      }
    }
  }

  private mutating func fail(_ text: String) -> LogError {
    let failure = LogError.failed(text)
    self.failure = failure
    return failure
  }
}

// MARK: - Segments

extension SegmentLog {
  /// Goes on in a new segment, which has room for that many bytes.
  private mutating func beginSegment(for count: Int) throws(LogError) {
    let needed = (SegmentFormat.headerBytes + count + 4_095) / 4_096 * 4_096
    if let next = self.next, let result = next.result {
      self.next = nil
      if result == 0, next.bytes >= needed {
        self.current = try OpenSegment.publish(
          next.file, .next, bytes: next.bytes, first: self.end, in: self.directory, io: self.io)
        self.segments.append(self.end)
        self.hasBegunNext = false
        return
      }
      _ = self.io.remove(OpenSegment.Unfinished.next.path(in: self.directory))
    }
    let bytes = max(min(self.segmentBytes, Self.urgentSegmentBytes), needed)
    self.current = try OpenSegment.make(
      self.end, bytes: bytes, in: self.directory, io: self.io)
    self.segments.append(self.end)
    self.hasBegunNext = self.next != nil
  }

  private mutating func beginPreparation() {
    self.hasBegunNext = true
    guard self.next == nil,
      let file = try? OpenSegment.makeFile(.next, in: self.directory, io: self.io)
    else { return }
    self.next = SegmentPreparation(file, bytes: self.segmentBytes, io: self.io)
  }

  /// Hands the entries of one segment on, those before `offset` left out.
  private func readSegment(
    _ first: LogOffset, from offset: LogOffset, _ body: (Entry) throws -> Void
  ) throws {
    let path = OpenSegment.path(of: first, in: self.directory)
    let bytes = try contents(of: path)
    let header = try SegmentFormat.header(in: bytes, of: path)
    let seed = SegmentFormat.seed(header.salt)
    var position = SegmentFormat.headerBytes
    while let frame = bytes.withUnsafeBytes({
      SegmentFormat.frame(in: $0, at: position, seed: seed)
    }) {
      // What follows the last whole append was cleared when the log was opened.
      if frame.first + frame.count > offset.number {
        let start = position + SegmentFormat.frameHeaderBytes
        let batch = Array(bytes[start..<(start + frame.payloadBytes)])
        for entry in try Self.decode(batch, first: frame.first, path: path)
        where entry.offset >= offset {
          try body(entry)
        }
      }
      position += frame.bytes
    }
  }

  private static func decode(
    _ batch: [UInt8], first: UInt64, path: String
  ) throws(LogError) -> [Entry] {
    do {
      return try EntryCodec.decodeBatch(batch, first: LogOffset(first))
    } catch {
      switch error {
      case .newer(let text): throw .newer("\(path) was written by a newer release: \(text)")
      case .damaged(let text): throw .damaged("\(path): \(text)")
      }
    }
  }
}
