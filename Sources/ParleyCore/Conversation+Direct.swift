import ParleyModel

/// Messages between two.
extension Conversation {
  /// To whom a direct message goes.
  func recipient(
    _ target: DirectTarget, from session: Session
  ) throws(Refusal) -> ParticipantID {
    switch target {
    case .named(let name):
      let id = try self.participant(named: name)
      guard id != session.participant else { throw .notPermitted(.directToSelf) }
      return id
    case .last:
      guard let last = self.participants[session.participant]?.state.lastDirect,
        self.participants[last] != nil
      else { throw .nobodyToAnswer }
      return last
    }
  }

  /// Reaches the sessions of both, the sender's own first line of it included, and then is
  /// answered.
  ///
  /// From somebody whom the recipient hides it is stored and shown to the sender alone; the answer
  /// does not tell.
  mutating func direct(
    _ target: DirectTarget, _ kind: MessageKind, _ text: String, _ entry: Entry,
    into effects: inout Effects
  ) throws(Refusal) {
    assert(!kind.isPost, "a direct conversation is no board")
    let session = try self.loggedIn(entry.session)
    if try self.isRepeated(entry, by: session.participant, into: &effects) { return }
    try TextRules.check(
      text, .message, bytesMax: Limits.sayBytesMax, newlines: kind == .say)
    let recipient = try self.participant(try self.recipient(target, from: session))
    let sender = try self.participant(session.participant)
    let id = try self.directRoom(between: sender, and: recipient, at: entry.stamp)
    let stored = self.change(id) { room in
      room.store(Draft(kind: kind, body: text), from: sender.sender, at: entry.stamp)
    }
    guard let message = stored else { return }
    effects.records.append(.message(message))
    self.moveMark(in: id, of: session.participant, message.sequence)

    let name = recipient.state.name.text
    for session in sender.sessions where !session.isHeld {
      let own = DirectEvent(message: message, recipient: name, isOwn: true)
      effects.tell(session, .direct(own))
    }
    if !recipient.state.ignored.contains(sender.state.id) {
      if recipient.state.lastDirect != sender.state.id {
        self.change(recipient.state.id) { $0.lastDirect = sender.state.id }
      }
      for session in recipient.sessions where !session.isHeld {
        let event = DirectEvent(message: message, recipient: name, isOwn: false)
        effects.tell(session, .direct(event))
      }
    }
    let sessions = self.connected(recipient.sessions)
    effects.answer(
      entry.session, entry.tag,
      .delivered(
        to: name, sessions: sessions, id: message.id, message.sequence, message.time))
    if entry.nonce != nil {
      self.remember(entry, as: message, name: name, sessions: sessions, into: &effects)
    }
  }

  /// Throws where somebody has written to too many people for the first time within an hour.
  private mutating func countStranger(
    for one: Participant, at stamp: Timestamp
  ) throws(Refusal) {
    let hour: Int64 = 3_600_000_000
    let isOver = stamp.microseconds - one.state.strangersSince.microseconds >= hour
    let count = isOver ? 0 : Int(one.state.strangers)
    let most = self.state.settings.strangersMax
    guard count < most else { throw .tooMany(.strangers, max: most) }
    self.change(one.state.id) { state in
      if isOver { state.strangersSince = stamp }
      state.strangers = UInt32(clamping: count + 1)
    }
  }

  /// The conversation of two, which begins with their first message.
  private mutating func directRoom(
    between one: Participant, and other: Participant, at stamp: Timestamp
  ) throws(Refusal) -> RoomID {
    let pair = DirectPair(one.state.id, other.state.id)
    if let id = self.directIDs[pair] { return id }
    guard self.state.lastRoom.number < RoomID.numberMax else {
      throw .tooMany(.roomsOfServer, max: Int(RoomID.numberMax))
    }
    try self.countStranger(for: one, at: stamp)
    let id = self.make(
      .direct(pair.first, pair.second), Name(text: "", key: ""), owner: nil, at: stamp)
    self.directIDs[pair] = id
    self.participants[pair.first]?.directs.insertAscending(id)
    self.participants[pair.second]?.directs.insertAscending(id)
    return id
  }
}
