package import ParleyModel

/// What becomes of a command before its turn.
package enum Admission: Sendable {
  /// It may change something: offered to the log, and decided by `apply`.
  case propose(Proposal)
  /// A query: answered in its turn by ``Conversation/answer(_:from:into:)``.
  case answer
  /// Refused already; the refusal is told in its turn.
  case refuse(Refusal)
}

extension Conversation {
  /// The law: one entry of the log changes the state and says what is to be told and kept.
  ///
  /// A refused entry changes nothing: each verb throws before its first change or not at all.
  package mutating func apply(_ entry: Entry, into effects: inout Effects) {
    self.state.lastStamp = max(self.state.lastStamp, entry.stamp)
    self.changes.conversation = true
    do throws(Refusal) {
      try self.perform(entry, into: &effects)
    } catch {
      effects.refuse(entry.session, entry.tag, error)
    }
  }

  private mutating func perform(_ entry: Entry, into effects: inout Effects) throws(Refusal) {
    if self.limited.contains(entry.session), !self.isKnown(entry) {
      try self.checkScopes(of: entry)
    }
    switch entry.proposal {
    case .settings(let settings):
      self.set(settings, at: entry.stamp)
    case .runStarted(let incarnation):
      self.startRun(incarnation, entry, into: &effects)
    case .expireRoom(let room, let since):
      if self.mayExpire(room, emptySince: since) { self.deleteRoom(room, into: &effects) }
    case .expireHeld(let place, let until):
      self.expire(place, until: until, entry, into: &effects)
    case .announce(let text):
      effects.items.append(.everyone(text))
    case .login(let name, let autojoin):
      try self.login(name, autojoin: autojoin, entry, into: &effects)
    case .nick(let name):
      try self.rename(to: name, entry, into: &effects)
    case .quit(let departure):
      self.quit(departure, entry, into: &effects)
    case .join(let name):
      try self.join(name, entry, into: &effects)
    case .add(let name):
      try self.add(name, entry, into: &effects)
    case .leave(let selector, let then):
      try self.leave(selector, then: then, entry, into: &effects)
    case .close(let selector):
      try self.close(selector, entry, into: &effects)
    case .setTopic(let selector, let text):
      try self.setTopic(selector, text, entry, into: &effects)
    case .say(let selector, let kind, let text):
      try self.say(selector, kind, text, entry, into: &effects)
    case .post(let selector, let subject, let body):
      try self.post(selector, subject: subject, body: body, entry, into: &effects)
    case .reply(let selector, let sequence, let body):
      try self.reply(selector, to: sequence, body: body, entry, into: &effects)
    case .direct(let target, let kind, let text):
      try self.direct(target, kind, text, entry, into: &effects)
    case .remove(let selector, let sequence):
      try self.remove(selector, sequence, entry, into: &effects)
    case .away(let text):
      try self.setAway(text, entry, into: &effects)
    case .ignore(let name):
      try self.ignore(name, entry, into: &effects)
    case .verified(let verified):
      try self.apply(verified, entry, into: &effects)
    case .administer(let proposal, let asOwner):
      try self.administer(proposal, asOwner: asOwner, entry, into: &effects)
    case .moderate(let moderation):
      try self.moderate(
        moderation, by: try self.actor(entry.session), entry, into: &effects)
    }
  }

  /// Takes over new settings; rooms that they name begin, and those that they no longer name may
  /// end.
  private mutating func set(_ settings: Settings, at stamp: Timestamp) {
    self.state.settings = settings
    self.makePermanentRooms(at: stamp)
  }

  /// Ends what the run before left behind, but for the places of those who may come back.
  ///
  /// Nobody is told: its connections are gone, and what the rooms show is who has come since.
  private mutating func startRun(
    _ incarnation: UInt32, _ entry: Entry, into effects: inout Effects
  ) {
    for id in self.sessions.keys.sorted() {
      if id.isHeld, self.state.settings.holdMicroseconds > 0 {
        self.holdAnew(id, at: entry.stamp)
      } else if !self.hold(id, .serverStopped, at: entry.stamp, into: &effects) {
        self.endSession(id, departure: nil, entry, into: &effects)
      }
    }
    self.state.incarnation = incarnation
    self.makePermanentRooms(at: entry.stamp)
  }
}
