import ParleyModel

/// What people say about themselves and decide about each other.
extension Conversation {
  mutating func setAway(
    _ text: String?, _ entry: Entry, into effects: inout Effects
  ) throws(Refusal) {
    let session = try self.loggedIn(entry.session)
    if let text { try TextRules.check(text, .awayText, bytesMax: Limits.awayBytesMax) }
    self.change(session.participant) { $0.away = text }
    effects.answer(entry.session, entry.tag, .away(text))
  }

  func checkIgnore(_ name: Name, from session: SessionID) throws(Refusal) {
    let session = try self.loggedIn(session)
    let other = try self.participant(named: name)
    guard other != session.participant else { throw .notPermitted(.ignoreSelf) }
    let ignored = self.living(try self.participant(session.participant).state.ignored)
    guard ignored.contains(other) || ignored.count < Limits.ignoredMax else {
      throw .tooMany(.ignored, max: Limits.ignoredMax)
    }
  }

  mutating func ignore(_ name: Name, _ entry: Entry, into effects: inout Effects) throws(Refusal) {
    try self.checkIgnore(name, from: entry.session)
    let participant = try self.participant(try self.loggedIn(entry.session).participant)
    let other = try self.participant(named: name)
    var ignored = self.living(participant.state.ignored)
    let isHidden = !ignored.contains(other)
    if isHidden {
      ignored.insertAscending(other)
    } else {
      ignored.removeFirst(equalTo: other)
    }
    self.change(participant.state.id) { $0.ignored = ignored }
    for session in participant.sessions {
      effects.tell(session, .ignored(ignored))
    }
    let shown = self.participants[other]?.state.name.text ?? name.text
    effects.answer(entry.session, entry.tag, .ignoring(shown, isHidden))
  }

  /// Without those who are gone: nobody comes back under a participant's number.
  private func living(_ participants: [ParticipantID]) -> [ParticipantID] {
    participants.filter { self.participants[$0] != nil }
  }
}
