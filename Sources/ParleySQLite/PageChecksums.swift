import Glibc
import ParleyLog

/// Checksums of the database's pages, in the eight bytes that each keeps free at its end.
///
/// SQLite checks the structure of a page and nothing of what is in it. This stands between it and
/// the file: what is written to the database file gets the checksum, what is read must have it.
/// The format is that of SQLite's own extension, <https://www.sqlite.org/cksumvfs.html>, whose
/// tools can check the file as well. The write-ahead log has checksums of its own.
enum PageChecksums {
  static let pageBytes = 4_096
  static let bytes: Int32 = 8
  /// Files up to this are checked as a whole at the start; the pages of larger ones when they
  /// are read.
  static let verifiedBytesMax = 4 << 30

  /// Makes every database that this process opens from now on a checked one.
  ///
  /// What has no room for checksums is left as it is.
  static func register() {
    CheckedFile.register()
  }

  /// Checks every page of a file that nobody has open.
  static func verify(_ path: String) throws(ArchiveError) {
    let number = open(path, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else {
      throw .failed("cannot open \(path): \(String(cString: strerror(errno)))")
    }
    let file = Descriptor(number)
    let size = Int(lseek(number, 0, SEEK_END))
    guard size <= self.verifiedBytesMax else { return }
    guard size % self.pageBytes == 0 else {
      throw .damage(path, "it ends within a page")
    }
    var chunk = [UInt8](repeating: 0, count: 256 * self.pageBytes)
    for start in stride(from: 0, to: size, by: chunk.count) {
      let count = min(chunk.count, size - start)
      let isWhole = chunk.withUnsafeMutableBytes { buffer in
        pread(file.number, buffer.baseAddress, count, off_t(start)) == count
      }
      guard isWhole else {
        throw .failed("cannot read \(path): \(String(cString: strerror(errno)))")
      }
      let damaged = chunk.withUnsafeBytes { buffer in
        stride(from: 0, to: count, by: self.pageBytes).first { page in
          !self.isWhole(
            UnsafeRawBufferPointer(rebasing: buffer[page..<(page + self.pageBytes)]))
        }
      }
      guard let damaged else { continue }
      throw .damage(
        path,
        "page \((start + damaged) / self.pageBytes + 1) does not have the checksum it was "
          + "written with")
    }
  }

  /// Whether a page has its checksum.
  ///
  /// One that was never written is all zeros.
  static func isWhole(_ page: UnsafeRawBufferPointer) -> Bool {
    let sum = self.sum(page)
    let stored = page.loadUnaligned(fromByteOffset: page.count - 8, as: UInt64.self).littleEndian
    return sum == stored || (stored == 0 && page.allSatisfy { $0 == 0 })
  }

  /// Two sums over the words of a page but the last two, each added to the other in turn.
  static func sum(_ page: UnsafeRawBufferPointer) -> UInt64 {
    guard let base = page.baseAddress else { return 0 }
    var (first, second): (UInt32, UInt32) = (0, 0)
    var offset = 0
    while offset < page.count - 8 {
      let words = base.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian
      first &+= UInt32(truncatingIfNeeded: words) &+ second
      second &+= UInt32(truncatingIfNeeded: words >> 32) &+ first
      offset += 8
    }
    return UInt64(second) << 32 | UInt64(first)
  }
}
