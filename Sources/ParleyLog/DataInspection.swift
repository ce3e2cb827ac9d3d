import Glibc

/// A data directory that is looked at and not changed; no server can use it meanwhile.
package final class DataInspection: Sendable {
  package let path: String
  /// Nil where there was never a server in it, or its lock was not copied with it.
  private let lock: Descriptor?

  /// Where the log's segments are.
  package var logPath: String { self.path + "/log" }
  /// The archive's file.
  package var archivePath: String { self.path + "/archive.sqlite" }

  /// Keeps servers out of a directory that exists.
  package init(path: String) throws(LogError) {
    self.path = path
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw .failed("there is no data directory \(path): \(describe(errno))")
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw .failed("the data directory \(path) is not a directory")
    }
    guard access(path, R_OK | X_OK) == 0 else {
      throw .failed("the data directory \(path) cannot be read: \(describe(errno))")
    }
    let lockPath = path + "/parley.lock"
    let number = open(lockPath, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else {
      guard errno == ENOENT else { throw .failed("cannot open \(lockPath): \(describe(errno))") }
      self.lock = nil
      return
    }
    let lock = Descriptor(number)
    self.lock = lock
    guard flock(lock.number, LOCK_SH | LOCK_NB) == 0 else {
      guard errno == EWOULDBLOCK else {
        throw .failed("cannot lock \(lockPath): \(describe(errno))")
      }
      throw .inUse(
        "the data directory \(path) is in use by \(DataDirectory.user(ofLock: lockPath))")
    }
  }

  /// Whether nothing was ever kept in it.
  package var isEmpty: Bool {
    ["format", "log", "archive.sqlite"].allSatisfy { access(self.path + "/" + $0, F_OK) != 0 }
  }

  /// The format that it has; throws where this release does not know it.
  package func format() throws(DataFault) -> Int {
    let path = self.path + "/format"
    let bytes: [UInt8]
    do {
      bytes = try contents(of: path)
    } catch {
      throw DataFault(error, file: path)
    }
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.hasSuffix("\n"), let format = Int(text.dropLast()), format > 0 else {
      throw DataFault(file: path, text: "it does not hold a format's number")
    }
    guard format <= DataDirectory.format else {
      throw DataFault(
        file: path,
        text: "a newer release wrote the data (format \(format); this one knows "
          + "\(DataDirectory.format))", isNewer: true)
    }
    return format
  }
}
