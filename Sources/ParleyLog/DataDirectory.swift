import Glibc

/// The directory that holds all that a server keeps, in use by this process alone.
///
/// It is locked as long as the value lives; the operating system lets go of the lock when the
/// process ends in whatever way.
package final class DataDirectory: Sendable {
  /// The format that this release writes.
  package static let format = 1

  package let path: String
  private let lock: Descriptor

  /// Where the log's segments are.
  package var logPath: String { self.path + "/log" }
  /// The archive's file.
  package var archivePath: String { self.path + "/archive.sqlite" }

  /// Makes the directory where there is none, and takes it into use.
  package init(path: String) throws(LogError) {
    self.path = path
    try Self.make(path)
    self.lock = try Self.lock(path)
    try Self.checkFormat(path)
  }

  /// Makes the directory and those above it, readable by their owner alone.
  private static func make(_ path: String) throws(LogError) {
    var missing: [String] = []
    var rest = path[...]
    while !rest.isEmpty, access(String(rest), F_OK) != 0 {
      missing.append(String(rest))
      guard let slash = rest.lastIndex(of: "/") else { break }
      rest = rest[..<slash]
    }
    for path in missing.reversed() {
      guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
        throw .failed("cannot make the data directory \(path): \(describe(errno))")
      }
    }
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw .failed("cannot use the data directory \(path): \(describe(errno))")
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw .failed("the data directory \(path) is not a directory")
    }
    guard access(path, R_OK | W_OK | X_OK) == 0 else {
      throw .failed("the data directory \(path) cannot be written: \(describe(errno))")
    }
  }

  private static func lock(_ directory: String) throws(LogError) -> Descriptor {
    let path = directory + "/parley.lock"
    let number = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard number >= 0 else {
      throw .failed("the data directory \(directory) cannot be written: \(describe(errno))")
    }
    let file = Descriptor(number)
    guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
      guard errno == EWOULDBLOCK else {
        throw .failed("cannot lock \(path): \(describe(errno))")
      }
      throw .inUse("the data directory \(directory) is in use by \(self.user(ofLock: path))")
    }
    // The number only serves the message above.
    _ = ftruncate(number, 0)
    let process = [UInt8]("\(getpid())\n".utf8)
    _ = process.withUnsafeBytes { StorageIO.system.write(number, $0, 0) }
    return file
  }

  /// Who has the lock, as it says itself.
  static func user(ofLock path: String) -> String {
    let text = (try? contents(of: path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return Int(text.prefix { $0.isNumber }).map { "process \($0)" } ?? "another process"
  }

  private static func checkFormat(_ directory: String) throws(LogError) {
    let path = directory + "/format"
    guard access(path, F_OK) == 0 else {
      for name in ["log", "archive.sqlite"] where access(directory + "/" + name, F_OK) == 0 {
        throw .damaged("the data directory \(directory) has a \(name) but no file \(path)")
      }
      try self.writeFormat(directory)
      return
    }
    let text = String(decoding: try contents(of: path), as: UTF8.self)
    guard text.hasSuffix("\n"), let format = Int(text.dropLast()), format > 0 else {
      throw .damaged("\(path) does not hold a format's number")
    }
    guard format <= self.format else {
      throw .newer(
        "the data directory \(directory) was written by a newer release (format \(format); this "
          + "one knows \(self.format))")
    }
  }

  /// Writes the format under another name first: a file that is there is whole.
  private static func writeFormat(_ directory: String) throws(LogError) {
    let path = directory + "/format"
    let number = open(path + ".unfinished", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard number >= 0 else {
      throw .failed("the data directory \(directory) cannot be written: \(describe(errno))")
    }
    let file = Descriptor(number)
    let io = StorageIO.system
    var error = [UInt8]("\(self.format)\n".utf8).withUnsafeBytes { io.write(file.number, $0, 0) }
    if error == 0 { error = io.sync(file.number) }
    if error == 0 { error = io.rename(path + ".unfinished", path) }
    if error == 0 { error = io.syncDirectory(directory) }
    guard error == 0 else { throw LogError(error, doing: "cannot write \(path)") }
  }
}
