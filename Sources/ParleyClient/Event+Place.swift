extension Event {
  /// The room that it is of, or `@NAME`; nil where it is of none.
  public var room: String? {
    switch self {
    case .message(let message), .posted(let message), .direct(let message): message.room
    case .came(let came): came.room
    case .went(let went): went.room
    case .topic(let change): change.room
    case .renamed(let renamed): renamed.room
    case .removed(let removed): removed.room
    case .changed(let change): change.room
    case .opened(let room): room.room
    case .missed(let missed): missed.room
    case .crowd(let room, _, _), .notice(_, let room, _), .behind(let room), .caughtUp(let room, _),
      .notReopened(let room, _):
      room
    case .state, .server, .closing, .unknown: nil
    }
  }

  /// When it happened, where the server says so.
  public var time: Moment? {
    switch self {
    case .message(let message), .posted(let message), .direct(let message): message.time
    case .came(let came): came.time
    case .went(let went): went.time
    case .topic(let change): change.time
    case .renamed(let renamed): renamed.time
    case .removed(let removed): removed.time
    case .changed(let change): change.time
    case .crowd, .notice, .opened, .behind, .caughtUp, .missed, .notReopened, .state, .server,
      .closing, .unknown:
      nil
    }
  }
}
