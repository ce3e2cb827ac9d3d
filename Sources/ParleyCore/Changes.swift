import ParleyModel

/// What has changed since it was last recorded.
///
/// A room marks itself, so that a message costs nothing here.
struct Changes {
  var conversation = false
  /// In the order in which they changed; a room is in here once.
  var rooms: [RoomID] = []
  /// Sessions, participants and members, in the order in which they changed.
  private(set) var others: [StateKey] = []
  private var known: Set<StateKey> = []

  mutating func add(_ key: StateKey) {
    if self.known.insert(key).inserted { self.others.append(key) }
  }

  mutating func removeAll() {
    self.conversation = false
    self.rooms.removeAll(keepingCapacity: true)
    self.others.removeAll(keepingCapacity: true)
    self.known.removeAll(keepingCapacity: true)
  }
}

extension Conversation {
  /// Records the state of everything that has changed since the last call, once each.
  ///
  /// What ceased to exist has been recorded as forgotten where that happened.
  package mutating func drainState(into effects: inout Effects) {
    if self.changes.conversation { effects.records.append(.state(.conversation(self.state))) }
    for id in self.changes.rooms {
      guard let index = self.rooms.index(forKey: id) else { continue }
      self.rooms.values[index].isDirty = false
      effects.records.append(.state(.room(self.rooms.values[index].state)))
    }
    for key in self.changes.others {
      if let state = self.state(of: key) { effects.records.append(.state(state)) }
    }
    self.changes.removeAll()
  }

  private func state(of key: StateKey) -> State? {
    switch key {
    case .conversation: .conversation(self.state)
    case .room(let id): self.rooms[id].map { .room($0.state) }
    case .participant(let id): self.participants[id].map { .participant($0.state) }
    case .session(let id): self.sessions[id].map { .session($0.state) }
    case .member(let room, let id): self.rooms[room]?.members[id].map { .member($0) }
    case .account(let id): self.accounts[id].map { .account($0) }
    case .invite: nil  // Recorded when it is made; it never changes.
    case .standing: nil  // Recorded where it is made or changed.
    case .nonce: nil  // Recorded when it is remembered; it never changes.
    }
  }

  /// Changes a room, and remembers that it changed.
  ///
  /// Nothing happens where there is none.
  @discardableResult
  mutating func change<Result>(
    _ id: RoomID, _ body: (inout Room) -> Result
  ) -> Result? {
    guard let index = self.rooms.index(forKey: id) else { return nil }
    if !self.rooms.values[index].isDirty {
      self.rooms.values[index].isDirty = true
      self.changes.rooms.append(id)
    }
    return body(&self.rooms.values[index])
  }

  /// The same for a session.
  mutating func change(_ id: SessionID, _ body: (inout Session) -> Void) {
    guard let index = self.sessions.index(forKey: id) else { return }
    self.changes.add(.session(id))
    body(&self.sessions.values[index])
  }

  /// The same for a participant's state.
  mutating func change(_ id: ParticipantID, _ body: (inout ParticipantState) -> Void) {
    guard let index = self.participants.index(forKey: id) else { return }
    self.changes.add(.participant(id))
    body(&self.participants.values[index].state)
  }

  /// The same for a member of a room.
  mutating func change(
    _ room: RoomID, member id: ParticipantID, _ body: (inout MemberState) -> Void
  ) {
    guard let index = self.rooms.index(forKey: room),
      var member = self.rooms.values[index].members[id]
    else { return }
    self.changes.add(.member(room, id))
    body(&member)
    self.rooms.values[index].members[id] = member
  }
}
