import ParleyModel

/// Why and by whom somebody is put out of a room.
struct Expulsion {
  var by: String
  var reason: String
  var isBanned = false
  var until: Timestamp?
}

extension Conversation {
  /// Ends a membership against its holder's will; sessions whose current room it was are in the
  /// lobby then, from the lobby itself in no room.
  mutating func expel(
    _ target: ParticipantID, from id: RoomID, _ expulsion: Expulsion, _ entry: Entry,
    into effects: inout Effects
  ) {
    let name = self.title(of: id)
    for session in self.participants[target]?.sessions ?? [] {
      guard let state = self.sessions[session], state.open.contains(id) else { continue }
      self.close(
        id, in: session, .kicked(by: expulsion.by, reason: expulsion.reason), entry,
        into: &effects)
      let lobby = state.current == id ? self.lobbyToReturnTo(session, from: id) : nil
      let isLobbyOpen = lobby.map { state.open.contains($0) } ?? false
      if let lobby, isLobbyOpen { self.change(session) { $0.current = lobby } }
      let current = lobby ?? self.sessions[session]?.current
      let notice = Notice.expelled(
        room: name, by: expulsion.by, isBanned: expulsion.isBanned, until: expulsion.until,
        reason: expulsion.reason, current: current.map { self.title(of: $0) })
      effects.tell(session, .reply(.none, .notice(notice)))
      if let lobby, !isLobbyOpen {
        self.open(
          lobby, in: session, reason: .returned, isNewRoom: false, becomesCurrent: true,
          tag: .none, entry, into: &effects)
      }
    }
    self.endMembership(of: target, in: id, at: entry.stamp, into: &effects)
  }

  /// Nil where the session stays in no room.
  private func lobbyToReturnTo(_ id: SessionID, from room: RoomID) -> RoomID? {
    guard let session = self.sessions[id], session.returnsToLobby,
      let lobby = self.roomIDs[Name.lobby.key], lobby != room
    else { return nil }
    if session.open.contains(lobby) { return lobby }
    return (try? self.checkOpening(.lobby, by: session, closing: 0)) == nil ? nil : lobby
  }

  /// Deletes a room that its last member was put out of, and that nothing else keeps.
  mutating func deleteIfLeft(_ id: RoomID, into effects: inout Effects) {
    guard let room = self.rooms[id], room.state.kind == .room, room.members.isEmpty,
      !room.stays
    else { return }
    self.deleteRoom(id, into: &effects)
  }
}
