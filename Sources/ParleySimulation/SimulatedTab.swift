import ParleyModel

/// What a simulated client keeps from one connection to the next: its token, and the newest message
/// that it has of each conversation.
final class SimulatedTab {
  let name: String
  let token: Secret
  /// By the number of the room or direct conversation.
  private(set) var have: [UInt64: UInt64] = [:]

  init(_ number: Int) {
    self.name = "p\(number)"
    self.token = Secret("the token of tab \(number), 128 bits")
  }

  /// What it says that it has; conversations that it has from long ago are part of it.
  func comeback(_ ledger: Ledger) -> Comeback {
    let cursors = self.have.keys.sorted().compactMap { number -> ConversationCursor? in
      let id = RoomID(UInt32(number))
      guard let page = ledger.pages[id], let epoch = page.epoch, let has = self.have[number] else {
        return nil
      }
      let cursor = Cursor(epoch: epoch, sequence: Sequence(has))
      if case .direct = page.kind { return ConversationCursor(.direct(Self.nobody), cursor) }
      return ConversationCursor(.room(page.roomName), cursor)
    }
    return Comeback(cursors: cursors)
  }

  /// A direct conversation is known by its epoch, whatever the other one is called by now.
  private static let nobody = Name(text: "abc", key: "abc")

  /// It has found a room with what was said before.
  func enters(_ room: UInt64, head: UInt64) {
    self.have[room] = head
  }

  /// What it is sent again begins behind what it has.
  func checkBehind(_ room: UInt64, after: UInt64) throws {
    if let has = self.have[room], has != after {
      throw SimulationFault(.place, "room \(room) goes on after #\(after), not #\(has)")
    }
    self.have[room] = after
  }

  /// It is shown a message: the next one, unless something may lie between.
  func hears(_ room: UInt64, _ number: UInt64, mayMiss: Bool) throws {
    if let has = self.have[room] {
      guard mayMiss ? number > has : number == has + 1 else {
        throw SimulationFault(.place, "#\(number) of room \(room) follows #\(has)")
      }
    }
    self.have[room] = max(number, self.have[room] ?? 0)
  }
}
