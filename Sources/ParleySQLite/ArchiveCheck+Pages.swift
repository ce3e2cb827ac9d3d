import Glibc
import ParleyLog

extension ArchiveCheck {
  /// Reads every page, those that nothing uses now included.
  mutating func checkPages(_ progress: (_ part: String, _ done: Double) -> Void) {
    let number = open(self.path, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else {
      self.add("it cannot be opened: \(String(cString: strerror(errno)))")
      return
    }
    let file = Descriptor(number)
    let size = Int(lseek(number, 0, SEEK_END))
    self.counts.bytes = size
    let pageBytes = PageChecksums.pageBytes
    if size % pageBytes != 0 { self.add("it ends within a page") }
    let anew = Self.pages(inLog: self.path + "-wal")
    var damaged = 0
    var page = [UInt8](repeating: 0, count: pageBytes)
    for index in 0..<(size / pageBytes) {
      if index % 1_024 == 0 {
        progress("the archive's pages", Double(index * pageBytes) / Double(size))
      }
      let isWhole = page.withUnsafeMutableBytes { buffer in
        pread(file.number, buffer.baseAddress, pageBytes, off_t(index * pageBytes)) == pageBytes
          && PageChecksums.isWhole(UnsafeRawBufferPointer(buffer))
      }
      // What a checkpoint had begun to write anew is read from the write-ahead log.
      guard !isWhole, !anew.contains(UInt32(index + 1)) else { continue }
      damaged += 1
      if damaged <= Self.faultsMax {
        self.add("page \(index + 1) does not have the checksum it was written with")
      }
    }
    if damaged > Self.faultsMax {
      self.add("\(damaged - Self.faultsMax) further pages do not have their checksums")
    }
  }

  /// The pages that a write-ahead log has anew: those of the frames that have the salts of its
  /// header. <https://www.sqlite.org/fileformat2.html#the_write_ahead_log>
  private static func pages(inLog path: String) -> Set<UInt32> {
    let number = open(path, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { return [] }
    let file = Descriptor(number)
    var header = [UInt8](repeating: 0, count: 32)
    guard pread(file.number, &header, 32, 0) == 32 else { return [] }
    var pages: Set<UInt32> = []
    var frame = [UInt8](repeating: 0, count: 24)
    var offset = 32
    while pread(file.number, &frame, 24, off_t(offset)) == 24, frame[8..<16] == header[16..<24] {
      pages.insert(frame[..<4].reduce(0) { $0 << 8 | UInt32($1) })
      offset += 24 + PageChecksums.pageBytes
    }
    return pages
  }
}
