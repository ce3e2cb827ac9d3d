package import ParleyModel

/// The one thing that orders and keeps: an append-only sequence of entries.
///
/// Owned by the sequencer's thread. The contract, which one conformance suite checks for every
/// engine:
/// 1. After `append` returns, the batch is durable as a whole and in order, and the next entry's
///    offset is `end`.
/// 2. After `append` throws ``LogError/full``, nothing of the batch is in the log and it may be
///    tried again.
/// 3. After `append` throws ``LogError/failed(_:)``, the outcome is unknown and the process must
///    stop; the next opening decides.
/// 4. Opening finds every batch for which `append` returned, and nothing torn.
package protocol ProposalLog {
  /// The offset of the first entry that can be read.
  var start: LogOffset { get }
  /// The offset that the next entry will get.
  var end: LogOffset { get }

  /// Makes a batch durable. The entries carry their offsets, ascending from `end`.
  mutating func append(_ entries: [Entry]) throws(LogError)

  /// Hands the entries from `offset` on, in order, to `body`.
  func read(from offset: LogOffset, _ body: (Entry) throws -> Void) throws

  /// Lets go of entries below `offset` where that frees anything.
  mutating func trim(below offset: LogOffset) throws(LogError)
}

/// What can go wrong with a log.
///
/// The kind is compared, the text is for the operator.
package enum LogError: Error, Hashable, Sendable {
  /// No space, found before anything was written.
  case full
  /// A write or a sync failed: what is on disk is unknown.
  case failed(String)
  /// What is stored cannot be read, and it is not the torn end of an unacknowledged batch.
  case damaged(String)
  /// Another process uses it.
  case inUse(String)
  /// Written by a newer release.
  case newer(String)
}
