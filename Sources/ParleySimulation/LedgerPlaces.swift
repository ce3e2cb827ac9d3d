import ParleyModel

/// The places of those who may come back, as the ledger keeps account of them: whose connection was
/// lost when, and who must find what.
struct LedgerPlaces {
  /// How long a place is held, in microseconds.
  var hold: Int64 = 60_000_000
  /// Whose token a guest's login had.
  private var guests: [[UInt8]: ParticipantID] = [:]
  /// Sessions that may come back and are there.
  private var sessions: [SessionID: ParticipantID] = [:]
  /// Places that are held: whose, and since when.
  private var held: [SessionID: (participant: ParticipantID, since: Timestamp)] = [:]

  /// Whose held places ended with the newest entry.
  private var ended: Set<ParticipantID> = []

  /// Whether somebody's place is held, or was until the newest entry.
  func holds(_ id: ParticipantID) -> Bool {
    self.ended.contains(id) || self.held.values.contains { $0.participant == id }
  }

  /// Takes an entry into account: a loss is told to nobody before the time is over, and who comes
  /// back before is the same participant.
  mutating func keep(
    _ entry: Entry, records: [Record], loggedIn: ParticipantID?, names: [ParticipantID: String]
  ) throws {
    try self.checkTold(entry, records)
    self.ended.removeAll()
    if case .runStarted = entry.proposal { self.beginRun(at: entry.stamp) }
    for record in records {
      switch record {
      case .state(.session(let session)):
        if session.id.isHeld {
          if self.held[session.id] == nil {
            self.held[session.id] = (session.participant, entry.stamp)
          }
        } else if self.sessions[session.id] != nil {
          self.sessions[session.id] = session.participant
        }
      case .forget(.session(let id)):
        self.sessions[id] = nil
        if let held = self.held.removeValue(forKey: id) { self.ended.insert(held.participant) }
      case .message, .removal, .event, .state, .forget, .roomDeleted: break
      }
    }
    if case .verified(.register) = entry.proposal, let id = self.sessions[entry.session] {
      // Its password opens its place from now on.
      self.guests = self.guests.filter { $0.value != id }
    }
    guard let loggedIn else { return }
    if entry.comeback != nil { self.sessions[entry.session] = loggedIn }
    guard case .verified(.guest(let digest, _, autojoin: _)) = entry.proposal else { return }
    if let known = self.guests[digest], names[known] != nil, known != loggedIn {
      throw SimulationFault(.place, "\(known.number) came back as \(loggedIn.number)")
    }
    self.guests[digest] = loggedIn
  }

  /// A new run holds every place for the whole time again.
  private mutating func beginRun(at stamp: Timestamp) {
    for id in self.held.keys { self.held[id]?.since = stamp }
    self.sessions.removeAll()
  }

  /// That a connection is lost is told at once only of those who cannot come back, of the others
  /// when their time is over.
  private func checkTold(_ entry: Entry, _ records: [Record]) throws {
    if case .expireHeld(let place, _) = entry.proposal, let held = self.held[place],
      records.contains(where: { $0.ends(place) }),
      entry.stamp.microseconds - held.since.microseconds < self.hold
    {
      throw SimulationFault(.place, "the place of \(held.participant.number) ended too early")
    }
    guard case .quit = entry.proposal, self.sessions[entry.session] != nil else { return }
    for case .event(let event) in records {
      guard case .went(let sender, let departure, present: _) = event.event else { continue }
      switch departure {
      case .connectionLost, .timedOut, .serverStopped:
        throw SimulationFault(.place, "\(sender.name) may come back and is told of")
      case .left, .switched, .quit, .kicked: break
      }
    }
  }
}

extension Record {
  fileprivate func ends(_ session: SessionID) -> Bool {
    if case .forget(.session(session)) = self { true } else { false }
  }
}
