import GRDB
import GRDBSQLite

/// A prepared statement, bound and stepped through SQLite itself: a row costs half of what it
/// costs through values and arguments.
///
/// It is taken from the connection's cache for the time of one access, and must be used on that
/// connection alone.
struct Prepared {
  private let statement: Statement
  private let handle: OpaquePointer

  init(_ database: Database, _ sql: String) throws {
    self.statement = try database.cachedStatement(sql: sql)
    self.handle = self.statement.sqliteStatement
    sqlite3_reset(self.handle)
  }

  // MARK: Binding, numbers counted from 1

  func bind(_ index: Int32, _ value: Int64) {
    sqlite3_bind_int64(self.handle, index, value)
  }

  /// A text whose bytes stay where they are until the statement was stepped.
  func bind(_ index: Int32, inPlace bytes: UnsafeRawBufferPointer) {
    bytes.withMemoryRebound(to: CChar.self) { text in
      // Without an address it would be null.
      let base = text.baseAddress ?? Self.empty
      _ = sqlite3_bind_text(self.handle, index, base, Int32(text.count), nil)
    }
  }

  /// Bytes that stay where they are until the statement was stepped.
  func bind(_ index: Int32, inPlaceBlob bytes: UnsafeRawBufferPointer) {
    sqlite3_bind_blob(self.handle, index, bytes.baseAddress, Int32(bytes.count), nil)
  }

  /// A text that is copied.
  func bind(_ index: Int32, text: String) {
    sqlite3_bind_text(self.handle, index, text, -1, Self.transient)
  }

  /// Bytes that are copied.
  func bind(_ index: Int32, _ bytes: [UInt8]) {
    bytes.withUnsafeBytes { buffer in
      if buffer.isEmpty {
        _ = sqlite3_bind_zeroblob(self.handle, index, 0)
      } else {
        _ = sqlite3_bind_blob(
          self.handle, index, buffer.baseAddress, Int32(buffer.count), Self.transient)
      }
    }
  }

  // MARK: Stepping

  /// Whether there is a further row.
  func step() throws -> Bool {
    switch sqlite3_step(self.handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default:
      let connection = sqlite3_db_handle(self.handle)
      let code = ResultCode(rawValue: sqlite3_extended_errcode(connection))
      let message = String(cString: sqlite3_errmsg(connection))
      sqlite3_reset(self.handle)
      throw DatabaseError(resultCode: code, message: message)
    }
  }

  /// Runs a statement without rows, and makes it ready to be bound again.
  func run() throws {
    while try self.step() {}
    self.reset()
  }

  func reset() {
    sqlite3_reset(self.handle)
  }

  /// The steps that SQLite's machine took since this was last asked.
  func takeMachineSteps() -> Int {
    Int(sqlite3_stmt_status(self.handle, SQLITE_STMTSTATUS_VM_STEP, 1))
  }

  // MARK: Columns, numbers counted from 0

  func int(_ column: Int32) -> Int64 {
    sqlite3_column_int64(self.handle, column)
  }

  func bytes(_ column: Int32) -> [UInt8] {
    guard let bytes = sqlite3_column_blob(self.handle, column) else { return [] }
    let count = Int(sqlite3_column_bytes(self.handle, column))
    return Array(UnsafeRawBufferPointer(start: bytes, count: count))
  }

  /// Lets `body` read a column's bytes where they are, until the statement is stepped or reset.
  func withBytes<Result>(
    _ column: Int32, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    let bytes = sqlite3_column_blob(self.handle, column)
    let count = Int(sqlite3_column_bytes(self.handle, column))
    return try body(UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count))
  }

  private static var transient: sqlite3_destructor_type {
    unsafeBitCast(-1, to: sqlite3_destructor_type.self)
  }

  /// What a text without bytes points to: its length is 0, so that nothing is read from there.
  private static var empty: UnsafePointer<CChar>? { UnsafePointer(bitPattern: 1) }
}
