import Synchronization
package import ParleyLog
package import ParleyModel
package final class SQLiteArchive: Archive {
  struct S { var messages: [RoomID: [Message]] = [:]; var events: [RoomID: [RoomEvent]] = [:]; var through = LogOffset.zero }
  let s = Mutex(S())
  package init(path: String) throws(ArchiveError) {}
  package func load() throws(ArchiveError) -> LoadedState { LoadedState() }
  package func write(_ records: [Record], through: LogOffset) throws(ArchiveError) {
    s.withLock { s in
      for r in records { switch r { case .message(let m): s.messages[m.room, default: []].append(m)
        case .event(let e): s.events[e.room, default: []].append(e)
        default: break } }
      s.through = through } }
  package func checkpoint() throws(ArchiveError) -> LogOffset { .zero }
  package func read(_ plan: ReadPlan) throws(ArchiveError) -> (messages: [Message], more: Bool) {
    s.withLock { s in
      let all = (s.messages[plan.room] ?? []).filter { plan.window.shows($0.sequence, isPost: $0.kind.isPost) && $0.sequence <= plan.through }
      switch plan.query { case .one(let q): return (all.filter { $0.sequence == q }, false)
        case .newest(let l): return (Array(all.suffix(l)), all.count > l)
        case .posts(let l): return (Array(all.filter { $0.kind.isPost }.suffix(l)), false)
        case .since(let q, let l): return (Array(all.filter { $0.sequence > q }.suffix(l)), false) } } }
  package func catchUp(_ room: RoomID, after position: Position, sequence: Sequence, limit: Int, bytesMax: Int) throws(ArchiveError) -> [RoomEvent] {
    s.withLock { s in
      let m = (s.messages[room] ?? []).filter { $0.position > position }.map { RoomEvent(room: room, position: $0.position, time: $0.time, event: .message($0)) }
      let e = (s.events[room] ?? []).filter { $0.position > position }
      return Array((m + e).sorted { $0.position < $1.position }.prefix(limit)) } }
  package func close() {}
}
