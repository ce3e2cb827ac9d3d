import GRDB
import GRDBSQLite
import Glibc
import ParleyLog

/// The archive's file before anybody uses it: made, recognised, recovered and checked.
enum ArchiveFile {
  /// Makes the file where there is none; else brings into it what a crash has left in the
  /// write-ahead log, and checks its pages.
  static func prepare(_ path: String) throws(ArchiveError) {
    PageChecksums.register()
    try archived(path) {
      let file = try SQLiteFile(path)
      try self.recognise(file, path: path)
    }
    try PageChecksums.verify(path)
  }

  private static func recognise(_ file: SQLiteFile, path: String) throws {
    let format = try file.int("PRAGMA user_version")
    let applicationID = try file.int("PRAGMA application_id")
    if format == 0, applicationID == 0, try file.int("SELECT count(*) FROM sqlite_schema") == 0 {
      try file.reserve(PageChecksums.bytes)
      try file.run("PRAGMA page_size = \(PageChecksums.pageBytes)")
      // In one transaction: a file is an archive or empty.
      try file.run("BEGIN IMMEDIATE")
      try file.run(ArchiveSchema.creation)
      try file.run("COMMIT")
      return
    }
    guard applicationID == ArchiveSchema.applicationID else {
      throw ArchiveError.damaged("\(path) is a database, but no archive of Parley's")
    }
    guard format >= ArchiveSchema.format else {
      throw ArchiveError.failed(
        "the archive \(path) was written by a build from before the first release (format "
          + "\(format); this one knows \(ArchiveSchema.format)); start with another directory")
    }
    guard format == ArchiveSchema.format else {
      throw ArchiveError.newer(
        "the archive \(path) was written by a newer release (format \(format); this one knows "
          + "\(ArchiveSchema.format))")
    }
    try file.run("PRAGMA wal_checkpoint(TRUNCATE)")
  }
}

/// One plain connection, closed with its last reference; with it goes the write-ahead log.
private final class SQLiteFile {
  private let connection: OpaquePointer

  init(_ path: String) throws {
    // SQLite would let everybody read a new one; its log and its index are made like it.
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if descriptor >= 0 { close(descriptor) }
    var connection: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
    let code = sqlite3_open_v2(path, &connection, flags, nil)
    guard code == SQLITE_OK, let connection else {
      let message = connection.map { String(cString: sqlite3_errmsg($0)) }
      sqlite3_close(connection)
      throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    }
    self.connection = connection
    sqlite3_extended_result_codes(connection, 1)
  }

  deinit {
    sqlite3_close(self.connection)
  }

  /// Keeps that many bytes at the end of each page free, in a database that is still empty.
  func reserve(_ bytes: Int32) throws {
    var bytes = bytes
    try self.check(
      sqlite3_file_control(self.connection, "main", SQLITE_FCNTL_RESERVE_BYTES, &bytes))
  }

  func run(_ sql: String) throws {
    try self.check(sqlite3_exec(self.connection, sql, nil, nil, nil))
  }

  /// The number that a statement answers.
  func int(_ sql: String) throws -> Int64 {
    var statement: OpaquePointer?
    try self.check(sqlite3_prepare_v2(self.connection, sql, -1, &statement, nil))
    defer { sqlite3_finalize(statement) }
    let code = sqlite3_step(statement)
    guard code == SQLITE_ROW else {
      try self.check(code == SQLITE_DONE ? SQLITE_ERROR : code)
      return 0
    }
    return sqlite3_column_int64(statement, 0)
  }

  private func check(_ code: Int32) throws {
    guard code != SQLITE_OK else { return }
    throw DatabaseError(
      resultCode: ResultCode(rawValue: sqlite3_extended_errcode(self.connection)),
      message: String(cString: sqlite3_errmsg(self.connection)))
  }
}
