import GRDBSQLite
import Glibc
import Synchronization

/// Databases that are looked at and must stay as they are, to the byte.
///
/// SQLite alone would make the files of its shared memory, and bring the write-ahead log into the
/// database on closing. Of a database that is named here it opens nothing for writing and removes
/// nothing; the connection must have `locking_mode` EXCLUSIVE, so that the shared memory is its
/// own. Nobody else may have the database open: the data directory's lock sees to that.
enum ReadOnlyFiles {
  private static let paths = Mutex<Set<String>>([])
  private static let logSuffix = "-wal"

  /// Lets `body` open the database of that path.
  static func with<Result>(_ path: String, _ body: (String) throws -> Result) throws -> Result {
    // SQLite names files by their real paths.
    guard let real = realpath(path, nil) else { return try body(path) }
    defer { free(real) }
    let path = String(cString: real)
    self.paths.withLock { _ = $0.insert(path) }
    defer { self.paths.withLock { _ = $0.remove(path) } }
    return try body(path)
  }

  /// Whether that is such a database, or the write-ahead log of one.
  static func has(_ name: UnsafePointer<CChar>?) -> Bool {
    guard let name else { return false }
    let path = String(cString: name)
    return self.paths.withLock { paths in
      paths.contains(path)
        || path.hasSuffix(self.logSuffix) && paths.contains(String(path.dropLast(4)))
    }
  }

  /// Opens a write-ahead log for reading; where there is none, an empty one that is nowhere.
  static func openLog(
    _ name: UnsafePointer<CChar>?, _ system: UnsafeMutablePointer<sqlite3_vfs>,
    _ file: UnsafeMutablePointer<sqlite3_file>, _ outFlags: UnsafeMutablePointer<Int32>?
  ) -> Int32 {
    let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_WAL
    if let name, access(name, F_OK) == 0 {
      return system.pointee.xOpen(system, name, file, flags, outFlags)
    }
    guard let nowhere = UnsafePointer<CChar>(bitPattern: self.nowhere) else {
      return SQLITE_CANTOPEN
    }
    return system.pointee.xOpen(system, nowhere, file, flags, outFlags)
  }

  /// SQLite keeps the name as long as the file is open: it is never freed.
  private static let nowhere = UInt(bitPattern: strdup("/dev/null"))
}

extension CheckedFile {
  /// The functions of an open file that must not change: locks are not taken, as nobody else has
  /// it open, and what would write is refused.
  static var readOnlyMethods: sqlite3_io_methods {
    var methods = self.methods
    methods.xWrite = { _, _, _, _ in SQLITE_READONLY }
    methods.xTruncate = { _, _ in SQLITE_READONLY }
    methods.xSync = { _, _ in SQLITE_OK }
    methods.xLock = { _, _ in SQLITE_OK }
    methods.xUnlock = { _, _ in SQLITE_OK }
    methods.xCheckReservedLock = { _, isReserved in
      isReserved?.pointee = 0
      return SQLITE_OK
    }
    return methods
  }
}
