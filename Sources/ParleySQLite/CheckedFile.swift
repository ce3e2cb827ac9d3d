import GRDBSQLite
import Glibc

/// Stands between SQLite and a database file: its virtual file system, which puts the checksums
/// of `PageChecksums` on what is written and looks at them in what is read.
///
/// All but opening is the operating system's own; of an open file all but reading and writing.
/// An open file is a head, `isChecked`, and then the operating system's part of it.
/// <https://www.sqlite.org/vfs.html>
enum CheckedFile {
  /// Makes this the file system of every database that is opened from now on.
  static func register() {
    _ = self.registration
  }

  /// Bytes of the head: SQLite's own part, and whether the database keeps room for checksums.
  private static let headBytes = 32
  private static let isCheckedOffset = MemoryLayout<sqlite3_file>.size
  /// Where a database's first page says how many bytes at the end of each are kept free.
  private static let reservedOffset = 20

  /// The addresses of the operating system's file system and of the functions of an open file.
  ///
  /// Neither is ever freed, as SQLite asks.
  private static let registration: (system: UInt, methods: UInt, readOnly: UInt)? = {
    guard let system = sqlite3_vfs_find(nil) else { return nil }
    let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    methods.initialize(to: CheckedFile.methods)
    let readOnly = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    readOnly.initialize(to: CheckedFile.readOnlyMethods)
    let checked = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
    checked.initialize(to: system.pointee)
    checked.pointee.zName = UnsafePointer(strdup("parley"))
    checked.pointee.pNext = nil
    checked.pointee.szOsFile += Int32(CheckedFile.headBytes)
    checked.pointee.xOpen = { _, name, file, flags, outFlags in
      CheckedFile.open(name, file, flags, outFlags)
    }
    guard sqlite3_vfs_register(checked, 1) == SQLITE_OK else { return nil }
    return (UInt(bitPattern: system), UInt(bitPattern: methods), UInt(bitPattern: readOnly))
  }()

  private static func open(
    _ name: UnsafePointer<CChar>?, _ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: Int32,
    _ outFlags: UnsafeMutablePointer<Int32>?
  ) -> Int32 {
    guard let file, let registration = self.registration,
      let system = UnsafeMutablePointer<sqlite3_vfs>(bitPattern: registration.system)
    else { return SQLITE_CANTOPEN }
    let isReadOnly = ReadOnlyFiles.has(name)
    // Journals and write-ahead logs have checksums of their own.
    if isReadOnly, flags & SQLITE_OPEN_WAL != 0 {
      return ReadOnlyFiles.openLog(name, system, file, outFlags)
    }
    guard flags & SQLITE_OPEN_MAIN_DB != 0 else {
      return system.pointee.xOpen(system, name, file, flags, outFlags)
    }
    let inner = self.inner(file)
    file.pointee.pMethods = nil
    inner.pointee.pMethods = nil
    let code = system.pointee.xOpen(system, name, inner, flags, outFlags)
    guard let methods = inner.pointee.pMethods else { return code }
    file.pointee.pMethods = UnsafePointer(
      bitPattern: isReadOnly ? registration.readOnly : registration.methods)
    var start = [UInt8](repeating: 0, count: self.reservedOffset + 1)
    let isRead = code == SQLITE_OK && methods.pointee.xRead(inner, &start, 21, 0) == SQLITE_OK
    self.setChecked(file, isRead && start[self.reservedOffset] == PageChecksums.bytes)
    return code
  }

  private static func read(
    _ file: UnsafeMutablePointer<sqlite3_file>, _ bytes: UnsafeMutableRawPointer, _ count: Int32,
    _ offset: Int64
  ) -> Int32 {
    let inner = self.inner(file)
    let code = inner.pointee.pMethods.pointee.xRead(inner, bytes, count, offset)
    guard code == SQLITE_OK, self.isPage(count, offset), self.isChecked(file) else { return code }
    let page = UnsafeRawBufferPointer(start: bytes, count: Int(count))
    // SQLITE_IOERR_DATA, a macro that Swift does not see.
    return PageChecksums.isWhole(page) ? SQLITE_OK : SQLITE_IOERR | 32 << 8
  }

  private static func write(
    _ file: UnsafeMutablePointer<sqlite3_file>, _ bytes: UnsafeRawPointer, _ count: Int32,
    _ offset: Int64
  ) -> Int32 {
    let inner = self.inner(file)
    let page = UnsafeRawBufferPointer(start: bytes, count: Int(count))
    if offset == 0, count > self.reservedOffset {
      self.setChecked(file, page[self.reservedOffset] == UInt8(PageChecksums.bytes))
    }
    guard self.isPage(count, offset), self.isChecked(file) else {
      return inner.pointee.pMethods.pointee.xWrite(inner, bytes, count, offset)
    }
    // What SQLite handed over is its cache's: it is copied, not changed.
    return withUnsafeTemporaryAllocation(byteCount: page.count, alignment: 8) { copy in
      copy.copyMemory(from: page)
      let sum = PageChecksums.sum(page).littleEndian
      copy.storeBytes(of: sum, toByteOffset: page.count - 8, as: UInt64.self)
      return inner.pointee.pMethods.pointee.xWrite(inner, copy.baseAddress, count, offset)
    }
  }

  private static func isPage(_ count: Int32, _ offset: Int64) -> Bool {
    count == Int32(PageChecksums.pageBytes) && offset % Int64(PageChecksums.pageBytes) == 0
  }

  private static func inner(
    _ file: UnsafeMutablePointer<sqlite3_file>
  ) -> UnsafeMutablePointer<sqlite3_file> {
    (UnsafeMutableRawPointer(file) + self.headBytes).assumingMemoryBound(to: sqlite3_file.self)
  }

  private static func isChecked(_ file: UnsafeMutablePointer<sqlite3_file>) -> Bool {
    UnsafeRawPointer(file).load(fromByteOffset: self.isCheckedOffset, as: UInt8.self) == 1
  }

  private static func setChecked(_ file: UnsafeMutablePointer<sqlite3_file>, _ isChecked: Bool) {
    let flag: UInt8 = isChecked ? 1 : 0
    UnsafeMutableRawPointer(file).storeBytes(
      of: flag, toByteOffset: self.isCheckedOffset, as: UInt8.self)
  }

  /// The functions of an open file.
  ///
  /// Version 2 leaves out memory-mapped pages, which would come past the checksums.
  static var methods: sqlite3_io_methods {
    var methods = sqlite3_io_methods()
    methods.iVersion = 2
    methods.xRead = { file, bytes, count, offset in
      guard let file, let bytes else { return SQLITE_IOERR }
      return CheckedFile.read(file, bytes, count, offset)
    }
    methods.xWrite = { file, bytes, count, offset in
      guard let file, let bytes else { return SQLITE_IOERR }
      return CheckedFile.write(file, bytes, count, offset)
    }
    methods.xClose = { CheckedFile.pass($0) { $1.xClose($0) } }
    methods.xTruncate = { file, size in CheckedFile.pass(file) { $1.xTruncate($0, size) } }
    methods.xSync = { file, flags in CheckedFile.pass(file) { $1.xSync($0, flags) } }
    methods.xFileSize = { file, size in CheckedFile.pass(file) { $1.xFileSize($0, size) } }
    methods.xLock = { file, lock in CheckedFile.pass(file) { $1.xLock($0, lock) } }
    methods.xUnlock = { file, lock in CheckedFile.pass(file) { $1.xUnlock($0, lock) } }
    methods.xCheckReservedLock = { file, out in
      CheckedFile.pass(file) { $1.xCheckReservedLock($0, out) }
    }
    methods.xFileControl = { file, operation, argument in
      CheckedFile.pass(file) { $1.xFileControl($0, operation, argument) }
    }
    methods.xSectorSize = { CheckedFile.pass($0) { $1.xSectorSize($0) } }
    methods.xDeviceCharacteristics = { CheckedFile.pass($0) { $1.xDeviceCharacteristics($0) } }
    methods.xShmMap = { file, region, size, extend, out in
      CheckedFile.pass(file) { $1.xShmMap($0, region, size, extend, out) }
    }
    methods.xShmLock = { file, offset, count, flags in
      CheckedFile.pass(file) { $1.xShmLock($0, offset, count, flags) }
    }
    methods.xShmBarrier = { file in
      _ = CheckedFile.pass(file) { inner, methods in
        methods.xShmBarrier(inner)
        return SQLITE_OK
      }
    }
    methods.xShmUnmap = { file, delete in
      CheckedFile.pass(file) { $1.xShmUnmap($0, delete) }
    }
    return methods
  }

  private static func pass(
    _ file: UnsafeMutablePointer<sqlite3_file>?,
    _ body: (UnsafeMutablePointer<sqlite3_file>, sqlite3_io_methods) -> Int32
  ) -> Int32 {
    guard let file else { return SQLITE_IOERR }
    let inner = self.inner(file)
    guard let methods = inner.pointee.pMethods else { return SQLITE_IOERR }
    return body(inner, methods.pointee)
  }
}
