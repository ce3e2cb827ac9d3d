public import ParleyModel

/// What one turn has to tell: filled by ``Conversation``, emptied by the runtime.
///
/// Reused from turn to turn.
public struct Effects: Sendable {
  /// In order; a session's own effects and its rooms' events keep their order.
  public var items: [Effect] = []
  /// For the archive, in order.
  public var records: [Record] = []

  public init() {}

  /// Empties it and keeps its memory.
  public mutating func removeAll() {
    self.items.removeAll(keepingCapacity: true)
    self.records.removeAll(keepingCapacity: true)
  }
}

/// One thing to tell.
public enum Effect: Hashable, Sendable {
  /// To every session that has the room open.
  ///
  /// `origin` is the session whose command it was.
  case room(RoomEvent, origin: SessionID)
  /// To one session.
  case session(SessionID, SessionEffect)
  /// A word of the server to every session.
  case everyone(String)
}

/// What one session is told, or what changes for it.
public enum SessionEffect: Hashable, Sendable {
  /// It is logged in; `ignored` are the participants hidden from it.
  case loggedIn(ParticipantID, ignored: [ParticipantID])
  /// From here on it gets the room's events: those after `position`.
  case opened(RoomID, name: String, position: Position, head: Sequence, present: Int)
  /// From here on it gets them no longer.
  case closed(RoomID)
  /// The participants hidden from it changed.
  case ignored([ParticipantID])
  case reply(RequestTag, Reply)
  case refused(RequestTag, Refusal)
  case direct(DirectEvent)
  /// It is over: what is queued is flushed, then the connection is closed.
  case closing(Closing)
}
