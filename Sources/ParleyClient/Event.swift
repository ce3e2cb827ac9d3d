/// What a ``Client`` tells.
///
/// The events of one conversation come in its order, each message exactly once.
public enum Event: Hashable, Sendable {
  case state(ConnectionState)
  /// Something was said in a room.
  case message(Message)
  /// Something was posted to a board; ``Client/read(_:in:)`` has its text.
  case posted(Message)
  /// A direct message, to you or by you in one of your sessions.
  case direct(Message)
  /// Somebody's first session opened the room.
  case came(Came)
  /// Somebody's last session closed the room or left it.
  case went(Went)
  /// So many came and went, told once a second where many are present.
  case crowd(room: String, came: Int, went: Int)
  /// The topic was set, or removed where it is nil.
  case topic(TopicChange)
  case renamed(Renamed)
  /// A message was taken away.
  case removed(Removed)
  /// Who governs the room or may be in it, or what is set of it, was changed.
  case changed(RoomChange)
  /// Something that concerns you.
  case notice(kind: String, room: String, text: String)
  /// A room is open: on entering, because you asked for it, again after the connection was lost,
  /// or the lobby, when you were put out of another room. What was said before follows.
  case opened(Room)
  /// What was missed in a conversation follows.
  case behind(room: String)
  /// You have all of a conversation.
  case caughtUp(room: String, Cursor)
  /// Messages that cannot be had any more.
  case missed(Missed)
  /// A room that was open before the connection was lost and cannot be opened again.
  case notReopened(room: String, Refusal)
  /// A word of the server.
  case server(String)
  /// The server ends the connection; ``state(_:)`` says what comes of it.
  case closing(reason: String, text: String)
  /// An event that this version does not know.
  case unknown(method: String, JSON)
}

/// Somebody came into a room.
public struct Came: Hashable, Sendable {
  public var room: String
  public var name: String
  public var account: String?
  /// How many are here after it.
  public var present: Int
  public var time: Moment
}

/// Somebody went out of a room.
public struct Went: Hashable, Sendable {
  public var room: String
  public var name: String
  public var account: String?
  /// `left`, `switched`, `quit`, `connection_lost`, `timed_out`, `kicked` or `server_stopped`.
  public var reason: String
  /// The last word of who quit.
  public var word: String?
  /// Who kicked them.
  public var by: String?
  /// What for, where it was said.
  public var why: String?
  /// How many are here after it.
  public var present: Int
  public var time: Moment
}

/// A room's topic was set.
public struct TopicChange: Hashable, Sendable {
  public var room: String
  /// Nil where it was removed.
  public var topic: String?
  public var by: String
  public var time: Moment
}

/// Somebody in a room changed their name.
public struct Renamed: Hashable, Sendable {
  public var room: String
  public var from: String
  public var to: String
  public var account: String?
  public var time: Moment
}

/// A message was taken away.
public struct Removed: Hashable, Sendable {
  public var room: String
  /// The number, which it keeps.
  public var sequence: Int64
  public var id: String
  public var by: String
  public var time: Moment
}

/// What is set of a room was changed.
public struct RoomChange: Hashable, Sendable {
  public var room: String
  /// `setting`, `operator`, `ban`, `mute`, `invitation`, `owner` or `removed_all`.
  public var what: String
  /// What was done, in words that follow the name.
  public var text: String
  /// Messages that were taken away.
  public var sequences: [Int64]
  public var by: String
  public var time: Moment
}

/// Messages that were missed and cannot be had any more.
public struct Missed: Hashable, Sendable {
  /// Why they cannot be had.
  public enum Reason: Hashable, Sendable {
    /// The server does not go on from the cursor: its word for why, such as `expired`.
    case notResumed(String)
    /// `history` did not give them; there are too many, or the server refused.
    case history(String)
  }

  public var room: String
  public var epoch: String
  /// The first and the last of them.
  public var sequences: ClosedRange<Int64>
  public var reason: Reason
}
