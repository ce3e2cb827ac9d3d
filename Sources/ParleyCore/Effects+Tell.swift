import ParleyModel

extension Effects {
  /// Tells one session.
  mutating func tell(_ session: SessionID, _ effect: SessionEffect) {
    self.items.append(.session(session, effect))
  }

  /// The answer to a command that was done, where one was asked for.
  mutating func answer(_ session: SessionID, _ tag: RequestTag, _ reply: @autoclosure () -> Reply) {
    guard tag != .none else { return }
    self.items.append(.session(session, .reply(tag, reply())))
  }

  /// "No", which is always told.
  mutating func refuse(_ session: SessionID, _ tag: RequestTag, _ refusal: Refusal) {
    self.items.append(.session(session, .refused(tag, refusal)))
  }
}
