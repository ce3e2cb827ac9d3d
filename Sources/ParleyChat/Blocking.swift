import Foundation

/// Work that may block for as long as it likes.
enum Blocking {
  /// Does it on a thread of its own: those of the tasks are as few as the processors, and everybody's.
  static func perform<Result: Sendable>(
    _ work: @escaping @Sendable () -> Result
  ) async -> Result {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: work()) }
    }
  }
}
