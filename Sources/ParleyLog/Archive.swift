package import ParleyModel

/// The record of everything below its offset, and what reads are answered from.
///
/// One thread writes; a bounded number of threads read. Writes are in order, and a write is all
/// or nothing.
package protocol Archive: Sendable {
  /// Everything that a start needs.
  func load() throws(ArchiveError) -> LoadedState

  /// Applies the records of all entries below `through`, in one transaction with that offset.
  func write(_ batches: [[Record]], through: LogOffset) throws(ArchiveError)

  /// Brings what has been written to disk; answers with the offset that is then safe from a power
  /// cut, to which the log may be trimmed.
  func checkpoint() throws(ArchiveError) -> LogOffset

  /// Reads what the core has planned. Messages in the order of their sequences; `more` says that
  /// older ones inside the window were left out (by the limit), or that the answer was ended by
  /// ``Limits/answerBytesMax``. A search that has looked at ``Limits/searchedMax`` messages, or
  /// for ``Limits/searchMillisecondsMax``, may end there. The plan's offset has been reached when
  /// this is called.
  func read(_ plan: ReadPlan) throws(ArchiveError) -> ReadAnswer

  /// What a room was told after `position` (messages after `sequence` and events, merged by
  /// position): at most `limit` of them and about `bytesMax` bytes of text; a message that was
  /// removed meanwhile comes as it is now. Empty means that there is no more.
  func catchUp(
    _ room: RoomID, after position: Position, sequence: Sequence, limit: Int, bytesMax: Int
  ) throws(ArchiveError) -> [RoomEvent]

  /// Closes it; nothing is called afterwards.
  func close()
}

extension Archive {
  /// The same with one batch.
  package func write(_ records: [Record], through: LogOffset) throws(ArchiveError) {
    try self.write([records], through: through)
  }
}

/// What can go wrong with an archive.
package enum ArchiveError: Error, Hashable, Sendable {
  /// No space; the write had no effect and may be tried again.
  case full
  case failed(String)
  case damaged(String)
  /// Written by a newer release.
  case newer(String)
}
