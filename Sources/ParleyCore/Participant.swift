import ParleyModel

/// Whom the others see, with what else must be found from it.
///
/// The lists are in ascending order.
struct Participant {
  var state: ParticipantState
  var sessions: [SessionID] = []
  /// Rooms that it is a member of.
  var rooms: [RoomID] = []
  /// Rooms that it owns, a member or not.
  var owned: [RoomID] = []
  /// Its direct conversations.
  var directs: [RoomID] = []
  var nonces = NonceMemory()

  init(_ state: ParticipantState) {
    self.state = state
  }

  /// As others see it with a message.
  var sender: Sender {
    Sender(participant: self.state.id, name: self.state.name.text)
  }
}

extension Array where Element: Comparable {
  /// Adds an element to an ascending list that does not hold it yet.
  mutating func insertAscending(_ element: Element) {
    guard let last = self.last, last >= element else {
      self.append(element)
      return
    }
    guard let place = self.firstIndex(where: { $0 >= element }), self[place] != element else {
      return
    }
    self.insert(element, at: place)
  }

  /// Takes an element away where it is there.
  mutating func removeFirst(equalTo element: Element) {
    if let place = self.firstIndex(of: element) { self.remove(at: place) }
  }
}
