import Glibc
import ParleyModel

/// The segment that appends go to.
struct OpenSegment: Sendable {
  /// The names under which segments are made; what is left of them is removed at the next start.
  enum Unfinished: String, CaseIterable {
    /// By the preparing thread.
    case next = "next.unfinished"
    /// While an append waits.
    case urgent = "urgent.unfinished"

    func path(in directory: String) -> String {
      directory + "/" + self.rawValue
    }
  }

  var file: Descriptor
  var bytes: Int
  /// Where the next append goes.
  var position: Int
  /// With which its frames' checksums begin.
  var seed: UInt32

  static func path(of first: LogOffset, in directory: String) -> String {
    directory + "/" + SegmentFormat.name(of: first)
  }

  /// Makes the file of a segment that is still to be filled.
  static func makeFile(
    _ unfinished: Unfinished, in directory: String, io: StorageIO
  ) throws(LogError) -> Descriptor {
    let path = unfinished.path(in: directory)
    _ = io.remove(path)
    let number = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard number >= 0 else { throw LogError(errno, doing: "cannot make \(path)") }
    return Descriptor(number)
  }

  /// Makes a segment at once.
  static func make(
    _ first: LogOffset, bytes: Int, in directory: String, io: StorageIO
  ) throws(LogError) -> OpenSegment {
    let file = try self.makeFile(.urgent, in: directory, io: io)
    let error = SegmentPreparation.fill(file, bytes: bytes, io: io)
    guard error == 0 else {
      _ = io.remove(Unfinished.urgent.path(in: directory))
      throw LogError(error, doing: "cannot make a segment of the log in \(directory)")
    }
    return try self.publish(file, .urgent, bytes: bytes, first: first, in: directory, io: io)
  }

  /// Gives a filled file its header and its name.
  static func publish(
    _ file: Descriptor, _ unfinished: Unfinished, bytes: Int, first: LogOffset,
    in directory: String, io: StorageIO
  ) throws(LogError) -> OpenSegment {
    let header = SegmentFormat.Header(first: first, salt: UInt64.random(in: .min ... .max))
    let path = self.path(of: first, in: directory)
    var error = SegmentFormat.bytes(of: header).withUnsafeBytes { io.write(file.number, $0, 0) }
    if error == 0 { error = io.sync(file.number) }
    if error == 0 { error = io.rename(unfinished.path(in: directory), path) }
    if error == 0 { error = io.syncDirectory(directory) }
    guard error == 0 else {
      // Nothing may stay that a start would take for the newest segment.
      _ = io.remove(unfinished.path(in: directory))
      _ = io.remove(path)
      throw LogError(error, doing: "cannot make a segment of the log in \(directory)")
    }
    return OpenSegment(
      file: file, bytes: bytes, position: SegmentFormat.headerBytes,
      seed: SegmentFormat.seed(header.salt))
  }

  /// Checks all segments and opens the last one, where what is torn is taken away.
  static func recover(
    _ segments: [LogOffset], in directory: String, io: StorageIO
  ) throws(LogError) -> (segment: OpenSegment, end: LogOffset) {
    var expected = segments[0]
    for first in segments {
      let path = self.path(of: first, in: directory)
      guard first == expected else {
        throw .damaged(
          "entries \(expected.number) to \(first.number - 1) are missing before \(path)")
      }
      let bytes = try contents(of: path)
      let isLast = first == segments[segments.count - 1]
      let header = try SegmentFormat.header(in: bytes, of: path)
      guard header.first == first else {
        throw .damaged("\(path) begins with entry \(header.first.number)")
      }
      let scan = try SegmentScan(bytes, header: header, path: path, isLast: isLast)
      expected = scan.end
      guard isLast else { continue }
      let number = open(path, O_RDWR | O_CLOEXEC)
      guard number >= 0 else { throw .failed("cannot open \(path): \(describe(errno))") }
      let segment = OpenSegment(
        file: Descriptor(number), bytes: bytes.count, position: scan.position,
        seed: SegmentFormat.seed(header.salt))
      try segment.clear(to: scan.tornEnd, path: path, io: io)
      return (segment, scan.end)
    }
    preconditionFailure("a log has a segment")
  }

  /// Writes zeros over what is torn, so that it cannot be taken for part of a later append.
  private func clear(to end: Int, path: String, io: StorageIO) throws(LogError) {
    guard end > self.position else { return }
    let zeros = [UInt8](repeating: 0, count: end - self.position)
    var error = zeros.withUnsafeBytes { io.write(self.file.number, $0, self.position) }
    if error == 0 { error = io.sync(self.file.number) }
    guard error == 0 else {
      throw .failed("cannot clear the torn end of \(path): \(describe(error))")
    }
  }
}
