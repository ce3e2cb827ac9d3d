import Glibc
import ParleyLog
import ParleyTesting
import Testing

@Suite struct `A data directory` {
  private let temporary: TemporaryDirectory
  private var path: String { self.temporary.path + "/one/two" }

  init() throws {
    self.temporary = try TemporaryDirectory()
  }

  private func write(_ text: String, to name: String) throws {
    let file = try #require(fopen(self.path + "/" + name, "w"))
    fputs(text, file)
    fclose(file)
  }

  @Test func `is made where there is none, for its owner alone`() throws {
    let directory = try DataDirectory(path: self.path)
    #expect(directory.logPath == self.path + "/log")
    var status = stat()
    #expect(stat(self.path, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o700)
  }

  @Test func `is used by one at a time`() throws {
    var directory: DataDirectory? = try DataDirectory(path: self.path)
    let error = logError { _ = try DataDirectory(path: self.path) }
    #expect(error?.kind == "inUse")
    #expect(error?.text.contains("in use by process \(getpid())") == true)
    #expect(directory != nil)
    directory = nil
    _ = try DataDirectory(path: self.path)
  }

  @Test func `of a newer release is refused`() throws {
    _ = try DataDirectory(path: self.path)
    try self.write("2\n", to: "format")
    let error = logError { _ = try DataDirectory(path: self.path) }
    #expect(error?.kind == "newer")
    #expect(error?.text.contains("newer release") == true)
  }

  @Test(arguments: ["", "one\n", "0\n", "1"])
  func `with a damaged format is refused`(format: String) throws {
    _ = try DataDirectory(path: self.path)
    try self.write(format, to: "format")
    #expect(logError { _ = try DataDirectory(path: self.path) }?.kind == "damaged")
  }

  @Test func `with contents but without a format is refused`() throws {
    _ = try DataDirectory(path: self.path)
    unlink(self.path + "/format")
    mkdir(self.path + "/log", 0o700)
    #expect(throws: LogError.self) { try DataDirectory(path: self.path) }
  }

  @Test func `that is a file is refused`() throws {
    _ = try DataDirectory(path: self.path)
    try self.write("", to: "file")
    let error = logError { _ = try DataDirectory(path: self.path + "/file") }
    #expect(error?.kind == "failed")
    #expect(error?.text.contains("is not a directory") == true)
  }

  @Test(.enabled(if: SmallDisk.isPermitted, "mounting takes root"))
  func `that is read-only is refused`() throws {
    let disk = try #require(SmallDisk(bytes: 1 << 20))
    _ = try DataDirectory(path: disk.path + "/data")
    let flags = UInt(MS_REMOUNT | MS_RDONLY)
    try #require(mount("tmpfs", disk.path, "tmpfs", flags, nil) == 0)
    let error = logError { _ = try DataDirectory(path: disk.path + "/data") }
    #expect(error?.kind == "failed")
    #expect(error?.text.contains("Read-only file system") == true)
  }
}
