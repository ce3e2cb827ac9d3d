import ParleyModel

/// Read marks: up to where somebody has read a conversation.
///
/// Without one, what a session with the conversation open was shown counts as read. From the first
/// mark on, it alone counts; one's own messages move it.
extension Conversation {
  /// Sets how far a conversation was read, up to its newest message where none is given; an
  /// earlier one makes what follows new again.
  mutating func mark(
    _ selector: ConversationSelector, through sequence: Sequence?, _ entry: Entry,
    into effects: inout Effects
  ) throws(Refusal) {
    let session = try self.loggedIn(entry.session)
    let readable = try self.readable(selector, by: session)
    let head = readable.room.flatMap { self.rooms[$0]?.state.head } ?? .zero
    let through = sequence ?? head
    guard through <= head else {
      throw .noSuchMessage(conversation: readable.title, through)
    }
    if let id = readable.room { self.setMark(in: id, of: session.participant, through) }
    let marked = AccountReply.marked(conversation: readable.title, through)
    for other in self.participants[session.participant]?.sessions ?? []
    where other != entry.session {
      effects.tell(other, .reply(.none, .account(marked)))
    }
    effects.answer(entry.session, entry.tag, .account(marked))
  }

  private mutating func setMark(
    in id: RoomID, of participant: ParticipantID, _ sequence: Sequence
  ) {
    switch self.rooms[id]?.state.kind {
    case .direct(let first, _):
      self.change(id) { room in
        if participant == first {
          room.state.readByFirst = sequence
        } else {
          room.state.readBySecond = sequence
        }
        room.hasMarks = true
      }
    case .room:
      self.change(id, member: participant) { $0.read = sequence }
      self.change(id) { $0.hasMarks = true }
    case .audit, nil: break
    }
  }

  /// One's own message moves one's mark, where there is one.
  mutating func moveMark(
    in id: RoomID, of participant: ParticipantID, _ sequence: Sequence
  ) {
    guard let index = self.rooms.index(forKey: id), self.rooms.values[index].hasMarks,
      self.mark(in: self.rooms.values[index], of: participant) != nil
    else { return }
    self.setMark(in: id, of: participant, sequence)
  }

  func mark(in room: Room, of participant: ParticipantID) -> Sequence? {
    switch room.state.kind {
    case .direct(let first, _):
      participant == first ? room.state.readByFirst : room.state.readBySecond
    case .room: room.members[participant]?.read
    case .audit: nil
    }
  }
}
