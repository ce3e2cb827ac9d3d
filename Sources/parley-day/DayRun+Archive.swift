import ParleyLog
import ParleyModel
import ParleySQLite
import ParleyTesting

extension DayRun {
  /// Holds the archive of the stopped server against what was seen of each room.
  func checkArchive() throws {
    let archive = try SQLiteArchive(path: self.server.dataDirectory + "/archive.sqlite")
    defer { archive.close() }
    var missing = Set(0..<DayPlan.rooms)
    for state in try archive.load().rooms.map(\.state) {
      guard let room = missing.first(where: { DayPlan.name(ofRoom: $0) == state.name.text })
      else { continue }
      missing.remove(room)
      try self.check(room, state.id, archive)
    }
    for room in missing where !self.ledger.rooms[room].lines.isEmpty {
      self.ledger.fault("\(DayPlan.name(ofRoom: room)) is not in the archive")
    }
    let program = try ChildProcess([
      ProcessUnderTest.binary, "verify", "--data", self.server.dataDirectory,
    ])
    var output = program.output
    var lines: [String] = []
    while let line = try? output.next(until: Deadline(secondsFromNow: 600)) { lines.append(line) }
    if program.waitAfterItsOutput() != 0 {
      self.ledger.fault("parley verify says: \(lines.suffix(3).joined(separator: "; "))")
    }
    self.finishReport()
  }

  /// One room: no number is missing, each line is as it was seen, each sender's are in order.
  private func check(_ room: Int, _ id: RoomID, _ archive: SQLiteArchive) throws {
    let name = DayPlan.name(ofRoom: room)
    let seen = self.ledger.rooms[room].lines
    var position = Position.zero
    var sequence = Sequence.zero
    var counters: [String: Int] = [:]
    while true {
      let events = try archive.catchUp(
        id, after: position, sequence: sequence, limit: 4_000, bytesMax: 1 << 22)
      guard let last = events.last else { break }
      position = last.position
      for case .message(let message) in events.map(\.event) {
        let number = Int(message.sequence.number)
        if number != Int(sequence.number) + 1 {
          self.ledger.fault("\(name) #\(number) follows #\(sequence.number) in the archive")
        }
        sequence = message.sequence
        let text =
          message.subject.isEmpty
          ? message.body.prefix { $0 != " " } : message.subject[...]
        let counter = text.split(separator: ".").last.flatMap { Int($0) } ?? 0
        let before = counters.updateValue(counter, forKey: message.sender.name) ?? 0
        if counter != before + 1 {
          self.ledger.fault("\(name) #\(number): \(text) comes after \(before) of that sender")
        }
        let line =
          message.subject.isEmpty
          ? "\(message.sender.name): \(message.body)"
          : "\(message.sender.name) posted \"\(message.subject)\": /read \(number)"
        if number <= seen.count, seen[number - 1] != 0,
          seen[number - 1] != DayLedger.hash(line.utf8)
        {
          self.ledger.fault("\(name) #\(number) was seen as something else than \(line.prefix(80))")
        }
      }
    }
    let count = Int(sequence.number)
    self.countArchived(count)
    if count < seen.count {
      self.ledger.fault("\(name): #\(count + 1) to #\(seen.count) were seen and are lost")
    }
  }
}
