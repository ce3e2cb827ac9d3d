package import ParleyLog
package import ParleyModel
import Synchronization

/// An archive without a disk: a ``RecordFold`` behind the archive's contract.
package final class MemoryArchive: Archive {
  private let fold: Mutex<RecordFold>

  package init(_ fold: RecordFold = RecordFold()) {
    self.fold = Mutex(fold)
  }

  package func load() throws(ArchiveError) -> LoadedState {
    self.fold.withLock { $0.loaded }
  }

  package func write(_ batches: [[Record]], through: LogOffset) throws(ArchiveError) {
    self.fold.withLock { $0.fold(Array(batches.joined()), through: through) }
  }

  package func checkpoint() throws(ArchiveError) -> LogOffset {
    self.fold.withLock { $0.offset }
  }

  package func read(_ plan: ReadPlan) throws(ArchiveError) -> ReadAnswer {
    self.fold.withLock { $0.read(plan) }
  }

  package func catchUp(
    _ room: RoomID, after position: Position, sequence: Sequence, limit: Int, bytesMax: Int
  ) throws(ArchiveError) -> [RoomEvent] {
    var bytes = 0
    var told: [RoomEvent] = []
    for event in self.fold.withLock({ $0.told(in: room) }) where event.position > position {
      guard told.count < limit, bytes < bytesMax else { break }
      if case .message(let message) = event.event {
        bytes += message.subject.utf8.count + message.body.utf8.count
      } else {
        bytes += 64
      }
      told.append(event)
    }
    return told
  }

  package func close() {}
}
