#if canImport(Glibc)
import Glibc
#endif

/// The changes of a zone's offset, as this host's time zone database has them.
///
/// Reads the 64-bit part of a TZif file (RFC 8536 §3). The rule for times after the last change is
/// not read: the last offset is kept, which is right where the file lists the changes ahead, as
/// Debian's do up to 2037.
struct ZoneTable: Hashable, Sendable {
  /// Seconds since the epoch, ascending.
  private var changes: [Int64]
  /// Seconds east of UTC from each change on.
  private var offsets: [Int]
  /// Before the first change.
  private var firstOffset: Int

  /// No zone's file is longer.
  private static let bytesMax = 64 * 1024

  /// The zone of that name under `/usr/share/zoneinfo`; nil where there is none.
  init?(named name: String) {
    let isName =
      name.utf8.count <= 64 && name.utf8.first != UInt8(ascii: "/") && !name.isEmpty
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "_"),
          UInt8(ascii: "+"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
    guard isName, let bytes = Self.read("/usr/share/zoneinfo/" + name) else { return nil }
    self.init(bytes)
  }

  /// Parses a TZif file of version 2 or later.
  init?(_ bytes: [UInt8]) {
    guard let first = Header(bytes, at: 0), first.version >= UInt8(ascii: "2"),
      let header = Header(bytes, at: first.end(timeBytes: 4))
    else { return nil }
    let times = header.start
    let indices = times + header.changes * 8
    let types = indices + header.changes
    guard header.types > 0, header.end(timeBytes: 8) <= bytes.count else { return nil }

    func offset(ofType index: Int) -> Int? {
      guard index < header.types else { return nil }
      return Int(Int32(truncatingIfNeeded: Self.integer(bytes, at: types + index * 6, count: 4)))
    }
    guard let firstOffset = offset(ofType: 0) else { return nil }
    self.firstOffset = firstOffset
    self.changes = []
    self.offsets = []
    for index in 0..<header.changes {
      guard let offset = offset(ofType: Int(bytes[indices + index])) else { return nil }
      self.changes.append(
        Int64(bitPattern: Self.integer(bytes, at: times + index * 8, count: 8)))
      self.offsets.append(offset)
    }
  }

  func offsetSeconds(at seconds: Int64) -> Int {
    var low = 0
    var high = self.changes.count
    while low < high {
      let middle = (low + high) / 2
      if self.changes[middle] <= seconds { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? self.firstOffset : self.offsets[low - 1]
  }

  /// The counts at the head of each of a file's two parts.
  private struct Header {
    var version: UInt8
    var start: Int
    var utcFlags: Int
    var standardFlags: Int
    var leaps: Int
    var changes: Int
    var types: Int
    var characters: Int

    init?(_ bytes: [UInt8], at start: Int) {
      guard start + 44 <= bytes.count, bytes[start..<start + 4].elementsEqual("TZif".utf8)
      else { return nil }
      func count(_ index: Int) -> Int {
        Int(ZoneTable.integer(bytes, at: start + 20 + index * 4, count: 4))
      }
      self.version = bytes[start + 4]
      self.start = start + 44
      self.utcFlags = count(0)
      self.standardFlags = count(1)
      self.leaps = count(2)
      self.changes = count(3)
      self.types = count(4)
      self.characters = count(5)
    }

    func end(timeBytes: Int) -> Int {
      self.start + self.changes * (timeBytes + 1) + self.types * 6 + self.characters
        + self.leaps * (timeBytes + 4) + self.standardFlags + self.utcFlags
    }
  }

  private static func integer(_ bytes: [UInt8], at start: Int, count: Int) -> UInt64 {
    bytes[start..<start + count].reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func read(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: Self.bytesMax)
    var count = 0
    while count < bytes.count {
      let got = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count)
      }
      guard got > 0 else { break }
      count += got
    }
    return Array(bytes[..<count])
  }
}
