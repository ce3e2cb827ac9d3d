package import ParleyCore
package import ParleyModel

/// Stands between the parts of a ``SteppedEngine``: whoever steps it sees what the sequencer takes
/// and tells, and may tamper with either, so that checkers can be shown to find what is broken.
///
/// Not `Sendable`: everything happens on the caller's thread.
package final class EngineTap {
  /// What a session asks for, as the sequencer takes it.
  package var taken: (SessionID, inout [Request]) -> Void = { _, _ in }
  /// What a turn tells, before it is handed to any loop.
  package var told: ([Effect]) -> Void = { _ in }
  /// The same on its way to the loop with that index.
  package var handed: (Int, inout [Effect]) -> Void = { _, _ in }

  package init() {}
}

/// How much waits for a session.
package struct SessionMeasure {
  package var id: SessionID
  package var isBehind: Bool
  /// Bytes that the socket has not taken.
  package var waitingBytes: Int
  /// Effects that wait for a session that is behind, and their bytes.
  package var pending: Int
  package var pendingBytes: Int
  /// Events in memory of the rooms that it has open, at most.
  package var tailEvents: Int
}
