import Glibc

/// What the segment log does to the disk, so that a test can fail each of these steps.
///
/// Every function answers 0 or the error's number, as in `errno`.
package struct StorageIO: Sendable {
  /// Writes all of the bytes at that place.
  package var write: @Sendable (_ file: Int32, _ bytes: UnsafeRawBufferPointer, _ at: Int) -> Int32
  /// Brings a file's bytes to disk, `fdatasync`.
  package var sync: @Sendable (_ file: Int32) -> Int32
  /// Takes the space for a file of that size.
  package var allocate: @Sendable (_ file: Int32, _ bytes: Int) -> Int32
  package var rename: @Sendable (_ from: String, _ to: String) -> Int32
  package var remove: @Sendable (_ path: String) -> Int32
  /// Brings a directory's entries to disk.
  package var syncDirectory: @Sendable (_ path: String) -> Int32

  package init(
    write: @escaping @Sendable (Int32, UnsafeRawBufferPointer, Int) -> Int32,
    sync: @escaping @Sendable (Int32) -> Int32,
    allocate: @escaping @Sendable (Int32, Int) -> Int32,
    rename: @escaping @Sendable (String, String) -> Int32,
    remove: @escaping @Sendable (String) -> Int32,
    syncDirectory: @escaping @Sendable (String) -> Int32
  ) {
    self.write = write
    self.sync = sync
    self.allocate = allocate
    self.rename = rename
    self.remove = remove
    self.syncDirectory = syncDirectory
  }

  /// The operating system's.
  package static let system = StorageIO(
    write: { file, bytes, offset in
      var done = 0
      while done < bytes.count {
        let count = pwrite(
          file, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
        if count < 0 {
          if errno == EINTR { continue }
          return errno
        }
        done += count
      }
      return 0
    },
    sync: { fdatasync($0) == 0 ? 0 : errno },
    allocate: { posix_fallocate($0, 0, off_t($1)) },
    rename: { Glibc.rename($0, $1) == 0 ? 0 : errno },
    remove: { unlink($0) == 0 ? 0 : errno },
    syncDirectory: { path in
      let directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      guard directory >= 0 else { return errno }
      defer { close(directory) }
      return fsync(directory) == 0 ? 0 : errno
    })
}

/// An open file, closed with its last reference.
package final class Descriptor: Sendable {
  package let number: Int32

  package init(_ number: Int32) {
    self.number = number
  }

  deinit {
    close(self.number)
  }
}

/// The operating system's text for an error.
func describe(_ error: Int32) -> String {
  String(cString: strerror(error))
}

extension LogError {
  /// An error of the disk in the course of `doing`: no space, or unknown.
  init(_ error: Int32, doing: String) {
    if error == ENOSPC || error == EDQUOT {
      self = .full
    } else {
      self = .failed("\(doing): \(describe(error))")
    }
  }
}

/// The whole of a file.
func contents(of path: String) throws(LogError) -> [UInt8] {
  let number = open(path, O_RDONLY | O_CLOEXEC)
  guard number >= 0 else { throw .failed("cannot open \(path): \(describe(errno))") }
  let file = Descriptor(number)
  let size = lseek(file.number, 0, SEEK_END)
  guard size >= 0 else { throw .failed("cannot read \(path): \(describe(errno))") }
  var failure: Int32 = 0
  let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
    while count < size {
      let got = pread(
        file.number, buffer.baseAddress.map { $0 + count }, size - count, off_t(count))
      if got < 0 {
        if errno == EINTR { continue }
        failure = errno
        return
      }
      if got == 0 { return }
      count += got
    }
  }
  guard failure == 0 else { throw .failed("cannot read \(path): \(describe(failure))") }
  return bytes
}

/// The names in a directory, in no order.
func names(in directory: String) throws(LogError) -> [String] {
  guard let stream = opendir(directory) else {
    throw .failed("cannot read the directory \(directory): \(describe(errno))")
  }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names
}
