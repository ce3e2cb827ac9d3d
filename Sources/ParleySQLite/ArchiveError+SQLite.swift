import GRDB
import ParleyLog

extension ArchiveError {
  /// What an error means to the operator.
  init(_ error: any Error, path: String) {
    switch error {
    case let error as ArchiveError: self = error
    case CodecError.newer(let text):
      self = .newer("\(path) was written by a newer release: \(text)")
    case CodecError.damaged(let text): self = Self.damage(path, text)
    case let error as DatabaseError:
      let text = error.message ?? error.resultCode.description
      switch error.resultCode {
      case .SQLITE_FULL: self = .full
      case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = Self.damage(path, text)
      case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_DATA:
        self = Self.damage(path, "a page does not have the checksum it was written with")
      case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
        self = .failed("the archive \(path) cannot be written: \(text)")
      default: self = .failed("the archive \(path) failed: \(text)")
      }
    default: self = .failed("the archive \(path) failed: \(error)")
    }
  }

  static func damage(_ path: String, _ text: String) -> ArchiveError {
    .damaged("the archive \(path) is damaged: \(text); restore it from a backup")
  }
}

/// Runs `body`; its errors become the archive's.
func archived<Result>(_ path: String, _ body: () throws -> Result) throws(ArchiveError) -> Result {
  do {
    return try body()
  } catch {
    throw ArchiveError(error, path: path)
  }
}
