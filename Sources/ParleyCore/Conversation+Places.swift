import ParleyModel

/// Places: what a session that can come back leaves behind when its connection is lost.
///
/// A held place is a session like any other, under a number of its own, but nobody is at its other
/// end. So all that holds of a session that only listens holds of it: it counts as present, it is
/// kicked and banned, and rooms that it is put out of close in it.
extension Conversation {
  /// Keeps the place of a session whose connection is gone; false where it holds none, or as many
  /// are held as may be.
  mutating func hold(
    _ id: SessionID, _ departure: Departure, at stamp: Timestamp, into effects: inout Effects
  ) -> Bool {
    let time = self.state.settings.holdMicroseconds
    guard departure.leavesPlace, time > 0, self.held.count < Limits.heldMax,
      let session = self.sessions[id], session.holdsPlace, !id.isHeld
    else { return false }
    self.state.lastHeld += 1
    let place = SessionID.held(self.state.lastHeld)
    var state = session.state
    state.id = place
    state.held = HeldPlace(
      since: stamp, until: Timestamp(microseconds: stamp.microseconds + time),
      departure: departure,
      heads: session.open.map { HeldPlace.Head($0, self.rooms[$0]?.state.head ?? .zero) })
    self.sessions[id] = nil
    effects.records.append(.forget(.session(id)))
    self.sessions[place] = Session(state, sender: session.sender)
    self.changes.add(.session(place))
    self.held[place] = state.held?.until
    if self.limited.remove(id) != nil { self.limited.insert(place) }
    self.participants[session.participant]?.sessions.removeFirst(equalTo: id)
    self.participants[session.participant]?.sessions.insertAscending(place)
    return true
  }

  /// A new run: nobody could come back while there was none, so every place is held for the whole
  /// time again.
  mutating func holdAnew(_ id: SessionID, at stamp: Timestamp) {
    let until = Timestamp(
      microseconds: stamp.microseconds + self.state.settings.holdMicroseconds)
    guard let held = self.sessions[id]?.held, held.until < until else { return }
    self.change(id) { $0.held?.until = until }
    self.held[id] = until
  }

  /// Proposals to end held places whose time is over, the longest over first.
  func expiredPlaces(at now: Timestamp) -> [Proposal] {
    guard !self.held.isEmpty else { return [] }
    let expired = self.held.filter { $0.value <= now }
    return expired.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
      .prefix(Limits.heldExpiredMax).map { .expireHeld($0.key, until: $0.value) }
  }

  /// Ends a held place whose time is over: its rooms are told now.
  mutating func expire(
    _ id: SessionID, until: Timestamp, _ entry: Entry, into effects: inout Effects
  ) {
    guard let held = self.sessions[id]?.held, held.until == until else { return }
    self.endSession(id, departure: held.departure, entry, into: &effects)
  }

  /// Its participant quits with its last session: the places that it left before end, too.
  mutating func endPlaces(
    of id: ParticipantID, _ departure: Departure, _ entry: Entry, into effects: inout Effects
  ) {
    let sessions = self.participants[id]?.sessions ?? []
    guard sessions.allSatisfy(\.isHeld) else { return }
    for place in sessions {
      self.endSession(place, departure: departure, entry, into: &effects)
    }
  }

  /// A session takes over what its participant's held places have open that it has open now, too,
  /// without a word to anybody.
  mutating func takeOver(
    _ places: [SessionID], by id: SessionID, _ entry: Entry, into effects: inout Effects
  ) {
    guard let open = self.sessions[id]?.open else { return }
    for place in places {
      for room in self.sessions[place]?.open ?? [] where open.contains(room) {
        self.close(room, in: place, nil, entry, into: &effects)
      }
      if self.sessions[place]?.open.isEmpty == true {
        self.endSession(place, departure: nil, entry, into: &effects)
      }
    }
  }

  /// How many of somebody's sessions are connected.
  func connected(_ sessions: [SessionID]) -> Int {
    self.held.isEmpty ? sessions.count : sessions.count { !$0.isHeld }
  }
}

extension Departure {
  /// Whether who departs so may come back.
  fileprivate var leavesPlace: Bool {
    switch self {
    case .connectionLost, .timedOut, .serverStopped: true
    case .left, .switched, .quit, .kicked: false
    }
  }
}
