/// What those who have a room open are told: it happened and is in the log.
public enum Event: Hashable, Sendable {
  case message(Message)
  /// A participant's first session opened the room. `present` counts those there afterwards.
  case came(Sender, present: Int)
  /// A participant's last session closed the room. `present` counts those there afterwards.
  case went(Sender, Departure, present: Int)
  /// The topic was set, or removed where it is empty.
  case topic(String, by: Sender)
  /// A participant changed its name; the sender carries the old one.
  case renamed(Sender, to: String)
  /// A message was taken away.
  case removed(Sequence, MessageID, by: Sender)
  /// The room's order was changed.
  indirect case changed(RoomChange, by: Sender)
}

/// An event in its place among all that a room was told.
public struct RoomEvent: Hashable, Sendable {
  public var room: RoomID
  public var position: Position
  public var time: Timestamp
  public var event: Event

  public init(room: RoomID, position: Position, time: Timestamp, event: Event) {
    self.room = room
    self.position = position
    self.time = time
    self.event = event
  }
}

/// A direct message on its way to one session: the conversation is named after the other one.
public struct DirectEvent: Hashable, Sendable {
  public var message: Message
  /// The recipient's name as it is now.
  public var recipient: String
  /// Whether the session that gets this is the sender's.
  public var isOwn: Bool
  /// The other one's name as it is now, where it may not be what the message says.
  public var other: String?

  public init(message: Message, recipient: String, isOwn: Bool, other: String? = nil) {
    self.message = message
    self.recipient = recipient
    self.isOwn = isOwn
    self.other = other
  }
}

/// Why the server ends a session.
public enum Closing: Hashable, Sendable {
  /// It asked to.
  case quit
  /// Its connection ended or its input did.
  case hungUp
  case shuttingDown
  /// Nothing came back to the server's probe.
  case timedOut
  /// No login within `login_timeout`.
  case loginTimeout
  /// No command within `idle_timeout`.
  case idleTimeout
  /// It took nothing for `stall_timeout`, or its outbox policy is `disconnect`.
  case tooSlow
  /// It sent far more commands than its limits allow.
  case tooFast
  /// It tried more wrong passwords than its limits allow.
  case tooManyGuesses
  /// It sent what cannot be read, again and again.
  case garbage(String)
  /// What it asked for could not be read from the archive.
  case storageFailed
  /// The token that let it in was revoked.
  case accessRevoked
  /// It was banned from the server.
  case banned(reason: String)
  /// More is queued for it than ``Limits`` allows.
  case overflow
}
