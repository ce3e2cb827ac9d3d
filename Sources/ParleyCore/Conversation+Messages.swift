import ParleyModel

/// Messages of rooms: said, posted, answered, taken away.
extension Conversation {
  mutating func say(
    _ selector: RoomSelector, _ kind: MessageKind, _ text: String, _ entry: Entry,
    into effects: inout Effects
  ) throws(Refusal) {
    assert(!kind.isPost, "a post has a subject")
    let session = try self.loggedIn(entry.session)
    if try self.isRepeated(entry, by: session.participant, into: &effects) { return }
    try TextRules.check(
      text, .message, bytesMax: Limits.sayBytesMax, newlines: kind == .say)
    let room = try self.joined(selector, by: session)
    try self.checkSpeaking(in: room, by: session, isPost: false)
    try self.store(
      Draft(kind: kind, body: text), in: room, by: session, entry, into: &effects)
  }

  mutating func post(
    _ selector: RoomSelector, subject: String, body: String, _ entry: Entry,
    into effects: inout Effects
  ) throws(Refusal) {
    let session = try self.loggedIn(entry.session)
    if try self.isRepeated(entry, by: session.participant, into: &effects) { return }
    try TextRules.check(subject, .subject, bytesMax: Limits.subjectBytesMax)
    try TextRules.check(body, .post, bytesMax: Limits.postBytesMax, newlines: true)
    let room = try self.joined(selector, by: session)
    try self.checkSpeaking(in: room, by: session, isPost: true)
    try self.store(
      Draft(kind: .post, subject: subject, body: body), in: room, by: session, entry,
      into: &effects)
  }

  mutating func reply(
    _ selector: RoomSelector, to sequence: Sequence, body: String, _ entry: Entry,
    into effects: inout Effects
  ) throws(Refusal) {
    let session = try self.loggedIn(entry.session)
    if try self.isRepeated(entry, by: session.participant, into: &effects) { return }
    try TextRules.check(body, .post, bytesMax: Limits.postBytesMax, newlines: true)
    let id = try self.joined(selector, by: session)
    try self.checkSpeaking(in: id, by: session, isPost: true)
    let subject = try self.subject(ofPost: sequence, in: id, for: session.participant)
    try self.store(
      Draft(kind: .post, subject: subject, body: body, replyTo: sequence), in: id, by: session,
      entry, into: &effects)
  }

  /// The subject that an answer to a post carries on.
  ///
  /// It is known of the newest ``Limits/backlogMax`` posts of a room.
  private func subject(
    ofPost sequence: Sequence, in id: RoomID, for participant: ParticipantID
  ) throws(Refusal) -> String {
    guard let room = self.rooms[id], let member = room.members[participant] else {
      throw .noCurrentRoom
    }
    let name = room.state.name.text
    try room.checkVisible(sequence, window: member.window, conversation: name)
    if let by = room.removedBy[sequence] {
      throw .messageRemoved(conversation: name, sequence, by: by)
    }
    if let place = room.place(ofPost: sequence) { return room.posts[place].subject }
    throw room.mayBeOldPost(sequence)
      ? .notPermitted(.oldMessage) : .notAPost(conversation: name, sequence)
  }

  private mutating func store(
    _ draft: Draft, in id: RoomID, by session: Session, _ entry: Entry,
    into effects: inout Effects
  ) throws(Refusal) {
    let stored = self.change(id) { room in
      (
        message: room.store(draft, from: session.sender, at: entry.stamp),
        name: room.state.name.text
      )
    }
    guard let (message, name) = stored else { throw .noCurrentRoom }
    if draft.kind.isPost { self.relist(id) }
    self.noteSpeaking(in: id, by: session, at: entry.stamp)
    self.moveMark(in: id, of: session.participant, message.sequence)
    let event = RoomEvent(
      room: id, position: message.position, time: message.time, event: .message(message))
    effects.items.append(.room(event, origin: entry.session))
    effects.records.append(.message(message))
    effects.answer(
      entry.session, entry.tag,
      .stored(room: name, id: message.id, message.sequence, message.time))
    if entry.nonce != nil {
      self.remember(entry, as: message, name: name, sessions: nil, into: &effects)
    }
  }

  mutating func remove(
    _ selector: ConversationSelector, _ sequence: Sequence, _ entry: Entry,
    into effects: inout Effects
  ) throws(Refusal) {
    let session = try self.loggedIn(entry.session)
    let sender = session.sender
    let readable = try self.removable(selector, by: session)
    guard let id = readable.room, let room = self.rooms[id] else {
      throw .noSuchMessage(conversation: readable.title, sequence)
    }
    let author = try self.author(of: sequence, in: room, readable)
    if author != session.participant {
      guard room.state.kind == .room, let role = self.role(of: session, in: room),
        role >= .operator, session.scopes?.contains(.moderate) != false
      else { throw .notPermitted(.removeMessage) }
      let text = "removed #\(sequence.number) of \(self.authorName(author, in: room))"
      self.audit(text, in: id, by: sender, entry, into: &effects)
    }

    let removal = Removal(by: sender, time: entry.stamp)
    self.change(id) { $0.remove(sequence, removal) }
    self.relist(id)
    effects.records.append(.removal(id, sequence, removal))
    let message = MessageID(epoch: room.state.epoch, sequence: sequence)
    self.tell(id, .removed(sequence, message, by: sender), entry, into: &effects)
    effects.answer(
      entry.session, entry.tag, .removed(conversation: readable.title, sequence))
  }

  /// Who sent a message that is still there.
  ///
  /// It is known of a conversation's newest ``Limits/backlogMax`` lines and as many posts.
  func author(
    of sequence: Sequence, in room: Room, _ readable: Readable
  ) throws(Refusal) -> ParticipantID {
    try room.checkVisible(sequence, window: readable.window, conversation: readable.title)
    if let by = room.removedBy[sequence] {
      throw .messageRemoved(conversation: readable.title, sequence, by: by)
    }
    if let place = room.place(ofPost: sequence) { return room.posts[place].sender }
    if let place = room.place(ofLine: sequence) { return room.lines[place].sender }
    throw .notPermitted(.oldMessage)
  }
}
