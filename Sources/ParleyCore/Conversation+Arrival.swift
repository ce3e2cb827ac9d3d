import ParleyModel

/// How a session finds its way in: which rooms it opens, and from where they go on.
extension Conversation {
  /// What a login opens, found before its session begins.
  struct Places {
    /// In the order in which they are opened.
    var rooms: [RoomID] = []
    var current: RoomID?
    /// Those held places whose rooms these are, and perhaps others.
    var held: [SessionID] = []
    /// Whether the configured rooms are opened.
    var isFirst = false
  }

  /// What the login of a participant opens: what its held places have open, else what its newest
  /// session has, else what it had open when the last one ended; and the rooms that its client has
  /// a cursor for.
  func places(of participant: Participant, autojoin: Bool, _ comeback: Comeback?) -> Places {
    var places = Places()
    places.held = participant.sessions.filter(\.isHeld)
    if autojoin {
      if places.held.isEmpty {
        let newest = participant.sessions.last.flatMap { self.sessions[$0] }
        places.rooms = newest?.open ?? participant.state.resume
        places.current = newest.map(\.current) ?? participant.state.resumeCurrent
      } else {
        for place in places.held {
          guard let session = self.sessions[place] else { continue }
          places.rooms += session.open.filter { !places.rooms.contains($0) }
          places.current = session.current ?? places.current
        }
      }
      places.isFirst =
        participant.sessions.isEmpty && participant.state.lastSeen == nil && places.rooms.isEmpty
    }
    for case .room(let name) in (comeback?.cursors ?? []).map(\.conversation) {
      guard let id = self.roomIDs[name.key], !places.rooms.contains(id) else { continue }
      places.rooms.append(id)
    }
    places.rooms.removeAll { !participant.rooms.contains($0) }
    return places
  }

  /// Opens the rooms in a session that has just begun, and takes the held places over; then tells
  /// one that can come back that all was told, and sends what it lacks.
  mutating func arrive(_ places: Places, _ entry: Entry, into effects: inout Effects) {
    var replays: [Replay] = []
    if places.isFirst {
      replays = self.autojoin(entry, into: &effects)
    } else {
      replays = self.resume(places, entry, into: &effects)
    }
    if !places.held.isEmpty {
      self.takeOver(places.held, by: entry.session, entry, into: &effects)
    }
    guard let comeback = entry.comeback, let session = self.sessions[entry.session],
      let participant = self.participants[session.participant]
    else { return }
    var arrival = Arrival()
    replays += self.list(
      self.directs(of: participant, comeback), of: participant, comeback, in: &arrival)
    for cursor in comeback.cursors ?? [] {
      guard case .room(let name) = cursor.conversation else { continue }
      let id = self.roomIDs[name.key]
      if id.map({ session.open.contains($0) }) == true { continue }
      arrival.lost.append(Arrival.Lost(cursor.conversation, .expired))
    }
    effects.tell(entry.session, .reply(.none, .account(.arrived(arrival))))
    for replay in replays { effects.tell(entry.session, .resumed(replay)) }
  }

  /// Opens rooms without a word on each; the current one is the last that is shown.
  private mutating func resume(
    _ places: Places, _ entry: Entry, into effects: inout Effects
  ) -> [Replay] {
    guard let session = self.sessions[entry.session] else { return [] }
    let rooms = places.rooms.prefix(Limits.openRoomsMax).filter {
      (try? self.checkEntry($0, by: session)) != nil
    }
    let current = rooms.contains { $0 == places.current } ? places.current : rooms.first
    let heads = places.held.flatMap { self.sessions[$0]?.held?.heads ?? [] }
    var replays: [Replay] = []
    for room in rooms.filter({ $0 != current }) + (current.map { [$0] } ?? []) {
      let replay = self.open(
        room, in: entry.session, reason: .resumed, isNewRoom: false,
        becomesCurrent: room == current, leftAt: heads.last { $0.room == room }?.sequence,
        tag: .none, entry, into: &effects)
      if let replay { replays.append(replay) }
    }
    return replays
  }

  // MARK: From where a conversation goes on

  /// Whether a room goes on from where the client of the session that opens it was.
  func resumption(
    of room: Room, for member: MemberState, isNewMember: Bool, _ comeback: Comeback?
  ) -> Resumption {
    guard let cursors = comeback?.cursors else { return .none }
    let given = cursors.first {
      if case .room(let name) = $0.conversation { name.key == room.state.name.key } else { false }
    }
    guard let cursor = given?.cursor else {
      return isNewMember ? .none : .after(member.joinedAfter)
    }
    if isNewMember { return .fault(.expired) }
    return room.resumption(
      from: cursor, firstVisible: max(member.window.firstLine, member.window.firstPost))
  }

  /// The direct conversations that a login lists: those with a cursor, and the newest others.
  private func directs(of participant: Participant, _ comeback: Comeback) -> [RoomID] {
    let epochs = Set((comeback.cursors ?? []).map(\.cursor.epoch))
    var asked: [RoomID] = []
    var others: [RoomID] = []
    for id in participant.directs {
      guard let room = self.rooms[id] else { continue }
      if epochs.contains(room.state.epoch) { asked.append(id) } else { others.append(id) }
    }
    if others.count > Limits.directsListedMax {
      others.sort {
        (self.rooms[$0]?.state.lastTime.microseconds ?? 0, $0)
          < (self.rooms[$1]?.state.lastTime.microseconds ?? 0, $1)
      }
      others.removeFirst(others.count - Limits.directsListedMax)
    }
    return (asked + others).sorted()
  }

  /// Lists direct conversations, and the cursors that are of none.
  private func list(
    _ ids: [RoomID], of participant: Participant, _ comeback: Comeback, in arrival: inout Arrival
  ) -> [Replay] {
    var cursors: [Epoch: Cursor] = [:]
    for cursor in comeback.cursors ?? [] {
      if case .direct = cursor.conversation { cursors[cursor.cursor.epoch] = cursor.cursor }
    }
    var replays: [Replay] = []
    for id in ids {
      guard let room = self.rooms[id], let name = self.other(in: room, than: participant)?.text
      else { continue }
      var resumption = Resumption.none
      if let cursor = cursors.removeValue(forKey: room.state.epoch) {
        resumption = room.resumption(from: cursor, firstVisible: Sequence(1))
      } else if comeback.cursors != nil {
        resumption = .after(.zero)
      }
      arrival.directs.append(
        Arrival.Direct(
          name: name, epoch: room.state.epoch, head: room.state.head, resumption: resumption))
      if case .after(let sequence) = resumption {
        replays.append(room.replay(after: sequence, title: "@" + name, to: participant.sender))
      }
    }
    arrival.directsMore = participant.directs.count - arrival.directs.count
    for cursor in comeback.cursors ?? [] {
      guard case .direct(let name) = cursor.conversation, cursors[cursor.cursor.epoch] != nil
      else { continue }
      let isThere =
        self.participantIDs[name.key].map {
          self.directIDs[DirectPair(participant.state.id, $0)] != nil
        } ?? false
      arrival.lost.append(
        Arrival.Lost(cursor.conversation, isThere ? .otherEpoch : .expired))
    }
    return replays
  }

  /// With whom a participant has a direct conversation.
  private func other(in room: Room, than participant: Participant) -> Name? {
    guard case .direct(let one, let other) = room.state.kind else { return nil }
    return self.participants[one == participant.state.id ? other : one]?.state.name
  }
}

extension Room {
  /// Whether all that follows a cursor is there to be sent again.
  func resumption(from cursor: Cursor, firstVisible: Sequence) -> Resumption {
    guard cursor.epoch == self.state.epoch else { return .fault(.otherEpoch) }
    guard cursor.sequence <= self.state.head, cursor.sequence.next >= firstVisible else {
      return .fault(.outside)
    }
    return .after(cursor.sequence)
  }

  /// What came after a message, until now.
  func replay(after sequence: Sequence, title: String, to reader: Sender? = nil) -> Replay {
    var position: Position?
    if sequence == .zero {
      position = .zero
    } else if let oldest = self.recent.first?.sequence, sequence >= oldest {
      position = self.recent[Int(sequence.number - oldest.number)].position
    }
    return Replay(
      room: self.state.id, title: title, epoch: self.state.epoch, after: sequence,
      position: position, through: self.state.position, head: self.state.head, reader: reader)
  }
}
