import ParleyModel

/// Messages that operators take away, and those that they are told of.
extension Conversation {
  mutating func removeAll(
    from source: MessageSource, in selector: RoomSelector, by actor: Actor, _ entry: Entry,
    into effects: inout Effects
  ) throws(Refusal) {
    let id = try self.governed(selector, by: actor, needs: .operator)
    guard let room = self.rooms[id] else { throw .noCurrentRoom }
    let (name, senders) = try self.senders(source, in: room)
    var sequences: [Sequence] = []
    for place in room.lines.indices where senders.contains(room.lines[place].sender) {
      sequences.append(room.lines[place].sequence)
    }
    for place in room.posts.indices where senders.contains(room.posts[place].sender) {
      sequences.append(room.posts[place].sequence)
    }
    sequences = sequences.filter { room.removedBy[$0] == nil }.sorted()
    let removal = Removal(by: actor.sender, time: entry.stamp)
    for sequence in sequences {
      self.change(id) { $0.remove(sequence, removal) }
      effects.records.append(.removal(id, sequence, removal))
    }
    self.relist(id)
    let change = RoomChange.removedAll(of: name, sequences, room.state.epoch)
    self.conclude(
      .removedAll(room: room.state.name.text, name: name, count: sequences.count),
      sequences.isEmpty ? nil : change, in: id,
      "removed \(sequences.count) messages of \(name)", by: actor, entry, into: &effects)
  }

  /// Whose messages are meant: all names of an account are one, and who is gone is known by the
  /// room's newest messages.
  private func senders(
    _ source: MessageSource, in room: Room
  ) throws(Refusal) -> (name: String, Set<ParticipantID>) {
    var name: String?
    var senders: Set<ParticipantID> = []
    var account: String?
    switch source {
    case .name(let wanted):
      if let id = self.participantIDs[wanted.key] { senders.insert(id) }
      account =
        self.participantIDs[wanted.key].flatMap { self.participants[$0]?.account }
        ?? self.accounts.named(wanted.key)?.name.text
      name = account ?? wanted.text
      let written = wanted.text.lowercased()
      for place in room.recent.indices
      where room.recent[place].sender.name.lowercased() == written {
        senders.insert(room.recent[place].sender.participant)
      }
    case .author(let sequence):
      let title = room.state.name.text
      let author = try self.author(
        of: sequence, in: room,
        Readable(room: room.state.id, window: .everything, title: title))
      senders.insert(author)
      account = self.participants[author]?.account
      name = account ?? self.authorName(author, in: room)
    }
    if let account {
      for (id, participant) in self.participants where participant.account == account {
        senders.insert(id)
      }
      for place in room.recent.indices where room.recent[place].sender.account == account {
        senders.insert(room.recent[place].sender.participant)
      }
    }
    let shown = name ?? ""
    guard !senders.isEmpty else { throw .noSuchName(shown) }
    return (shown, senders)
  }

  /// As it is called now, or was in the room's newest messages.
  func authorName(_ id: ParticipantID, in room: Room) -> String {
    if let participant = self.participants[id] { return participant.state.name.text }
    let place = room.recent.indices.last { room.recent[$0].sender.participant == id }
    return place.map { room.recent[$0].sender.name } ?? "one who is gone"
  }

  mutating func report(
    _ sequence: Sequence, of selector: RoomSelector, _ reason: String, by actor: Actor,
    _ entry: Entry, into effects: inout Effects
  ) throws(Refusal) {
    try Self.checkReason(reason)
    let session = try self.loggedIn(entry.session)
    let id = try self.joined(selector, by: session)
    guard let room = self.rooms[id], let member = room.members[session.participant] else {
      throw .noCurrentRoom
    }
    let name = room.state.name.text
    let author = try self.author(
      of: sequence, in: room, Readable(room: id, window: member.window, title: name))
    let authorName = self.authorName(author, in: room)
    let notice = Notice.reported(
      room: name, sequence, author: authorName, by: actor.sender.name, reason: reason)
    let told = self.operatorsHere(of: room)
    for session in told { effects.tell(session, .reply(.none, .notice(notice))) }
    self.conclude(
      .reported(room: name, sequence, told: told.count), nil, in: id,
      "reported #\(sequence.number) of \(authorName)" + AuditText.how(nil, reason), by: actor,
      entry, into: &effects)
  }

  /// Sessions of the operators that have the room open, and of administrators wherever they are.
  private func operatorsHere(of room: Room) -> [SessionID] {
    var found: Set<SessionID> = []
    for item in room.present.items {
      guard let role = self.role(of: item.value.participant, in: room), role >= .operator else {
        continue
      }
      for session in self.participants[item.value.participant]?.sessions ?? []
      where self.sessions[session]?.open.contains(room.state.id) == true {
        found.insert(session)
      }
    }
    for account in self.accounts.administrators {
      let id = self.accounts[account]?.participant
      found.formUnion(id.flatMap { self.participants[$0]?.sessions } ?? [])
    }
    return found.filter { !$0.isHeld }.sorted()
  }
}
