public import ParleyModel

/// What one turn has to tell: filled by ``Conversation``, emptied by the runtime.
///
/// Its arrays are handed over to the event loops and the archive, which keep them for a while.
public struct Effects: Sendable {
  /// In order; a session's own effects and its rooms' events keep their order.
  public var items: [Effect] = []
  /// For the archive, in order.
  public var records: [Record] = []

  public init() {}

  /// Empties it, with room for what the last turn had.
  ///
  /// The memory itself is not kept: where somebody still holds it, that would be a copy of its whole
  /// capacity, and one big turn would make every later one as big.
  public mutating func removeAll() {
    var items: [Effect] = []
    items.reserveCapacity(self.items.count)
    self.items = items
    var records: [Record] = []
    records.reserveCapacity(self.records.count)
    self.records = records
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
  /// It is sent what came after its cursor; of a room it gets the events from there on, as after
  /// ``opened(_:name:position:head:present:)``.
  indirect case resumed(Replay)
  /// From here on it gets them no longer.
  case closed(RoomID)
  /// The participants hidden from it changed.
  case ignored([ParticipantID])
  case reply(RequestTag, Reply)
  /// Its command waits for this to be done with a secret; what comes of it is submitted in the
  /// command's place.
  case work(RequestTag, SecretWork)
  case refused(RequestTag, Refusal)
  case direct(DirectEvent)
  /// What happened in a direct conversation, which the session calls `title`.
  indirect case told(RoomEvent, title: String)
  /// It is over: what is queued is flushed, then the connection is closed.
  case closing(Closing)
}
