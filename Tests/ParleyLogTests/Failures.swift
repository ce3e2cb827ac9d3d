import ParleyLog

/// The log's error with which something ended.
func logError(_ body: () throws -> Void) -> LogError? {
  do {
    try body()
    return nil
  } catch {
    return error as? LogError
  }
}

/// The archive's error with which something ended.
func archiveError(_ body: () throws -> Void) -> ArchiveError? {
  do {
    try body()
    return nil
  } catch {
    return error as? ArchiveError
  }
}

extension LogError {
  /// The case's name.
  var kind: String {
    switch self {
    case .full: "full"
    case .failed: "failed"
    case .damaged: "damaged"
    case .inUse: "inUse"
    case .newer: "newer"
    }
  }

  /// What the operator reads.
  var text: String {
    switch self {
    case .full: ""
    case .failed(let text), .damaged(let text), .inUse(let text), .newer(let text): text
    }
  }
}
