package import ParleyModel

/// From what a command names to what is meant, or to the refusal.
extension Conversation {
  func loggedIn(_ session: SessionID) throws(Refusal) -> Session {
    guard let state = self.sessions[session] else { throw .notLoggedIn }
    return state
  }

  func participant(_ id: ParticipantID) throws(Refusal) -> Participant {
    guard let participant = self.participants[id] else { throw .notLoggedIn }
    return participant
  }

  func participant(named name: Name) throws(Refusal) -> ParticipantID {
    guard let id = self.participantIDs[name.key] else { throw .noSuchName(name.text) }
    return id
  }

  /// A room that the session's participant is a member of.
  ///
  /// To others a room that `rooms` does not show them is the same as none.
  func joined(_ selector: RoomSelector, by session: Session) throws(Refusal) -> RoomID {
    switch selector {
    case .current:
      guard let current = session.current else { throw .noCurrentRoom }
      return current
    case .named(let name):
      guard let id = self.roomIDs[name.key], let room = self.rooms[id] else {
        throw .noSuchRoom(name.text)
      }
      guard room.members[session.participant] != nil else {
        throw self.mayKnow(room, session)
          ? .notAMember(room: room.state.name.text) : .noSuchRoom(name.text)
      }
      return id
    }
  }

  /// A room that the session's participant may know of: a member's, and those that are listed.
  func visible(_ selector: RoomSelector, to session: Session) throws(Refusal) -> Room {
    switch selector {
    case .current:
      guard let current = session.current, let room = self.rooms[current] else {
        throw .noCurrentRoom
      }
      return room
    case .named(let name):
      guard let id = self.roomIDs[name.key], let room = self.rooms[id],
        self.mayKnow(room, session)
      else { throw .noSuchRoom(name.text) }
      return room
    }
  }

  /// A conversation whose messages somebody may read.
  struct Readable {
    /// Nil for two who have not written to each other yet.
    var room: RoomID?
    var window: Window
    /// As answers name it: a room's name, or `@NAME`, which no room can have.
    var title: String
  }

  func readable(
    _ selector: ConversationSelector, by session: Session
  ) throws(Refusal) -> Readable {
    switch selector {
    case .room(let selector):
      let id = try self.joined(selector, by: session)
      guard let room = self.rooms[id], let member = room.members[session.participant] else {
        throw .noCurrentRoom
      }
      return Readable(room: id, window: member.window, title: room.state.name.text)
    case .direct(let name):
      let other = try self.participant(named: name)
      guard other != session.participant else { throw .notPermitted(.directToSelf) }
      return Readable(
        room: self.directIDs[DirectPair(session.participant, other)], window: .everything,
        title: "@" + (self.participants[other]?.state.name.text ?? name.text))
    }
  }
}

extension Conversation {
  /// A conversation whose messages somebody may take away: those that one may read, and rooms
  /// that one governs.
  func removable(
    _ selector: ConversationSelector, by session: Session
  ) throws(Refusal) -> Readable {
    if case .room(let selector) = selector,
      let room = self.governedFromOutside(selector, by: session)
    {
      return Readable(
        room: room.state.id, window: .everything, title: room.state.name.text)
    }
    return try self.readable(selector, by: session)
  }

  /// The room that a session would leave, nil where that would be refused.
  package func roomLeft(
    _ selector: RoomSelector, then: AfterLeaving, by session: SessionID
  ) -> RoomID? {
    try? self.checkLeave(selector, then: then, from: session)
  }
}
