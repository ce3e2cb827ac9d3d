import ParleyLog
import ParleyModel
import ParleySQLite
import ParleyTesting

extension KillHarness {
  /// Reads every message from the archive of a server that has stopped.
  mutating func checkArchive() throws {
    let archive = try SQLiteArchive(path: self.server.dataDirectory + "/archive.sqlite")
    defer { archive.close() }
    var missing = Set(Self.rooms.filter { self.seen[$0]?.lines.isEmpty == false })
    defer { for room in missing { self.faults.append("\(room) is not in the archive") } }
    for room in try archive.load().rooms {
      let name = room.state.name.text
      guard Self.rooms.contains(name), case .room = room.state.kind else { continue }
      missing.remove(name)
      var found: [Int: String] = [:]
      var position = Position.zero
      var sequence = Sequence.zero
      while true {
        let events = try archive.catchUp(
          room.state.id, after: position, sequence: sequence, limit: 1_000, bytesMax: 1 << 20)
        guard let last = events.last else { break }
        position = last.position
        for case .message(let message) in events.map(\.event) {
          sequence = message.sequence
          let number = Int(message.sequence.number)
          if found[number] != nil { self.faults.append("\(name) #\(number): twice in the archive") }
          found[number] = "\(message.sender.name): \(message.body)"
        }
      }
      self.check(name, found, isWhole: true)
    }
  }
}
