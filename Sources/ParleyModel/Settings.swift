/// How much from before its joining a member may see.
public enum Backlog: Hashable, Sendable {
  /// That many lines and as many posts, 0 to ``Limits/backlogMax``.
  case count(Int)
  case all
}

/// What the law needs of the configuration.
///
/// It enters through the log, because `apply` reads nothing but state and entry.
public struct Settings: Hashable, Sendable {
  /// For rooms without a setting of their own.
  ///
  /// Default 2.
  public var defaultBacklog: Backlog
  /// Opened at login.
  ///
  /// Default: the lobby.
  public var autojoin: [Name]
  /// Rooms that always exist, besides the lobby.
  public var permanentRooms: [Name]
  /// How long a room without members is kept when its guests merely went, in microseconds.
  ///
  /// Default 7 days.
  public var emptyRoomMicroseconds: Int64

  public init(
    defaultBacklog: Backlog = .count(2), autojoin: [Name] = [.lobby],
    permanentRooms: [Name] = [],
    emptyRoomMicroseconds: Int64 = 7 * 24 * 60 * 60 * 1_000_000
  ) {
    self.defaultBacklog = defaultBacklog
    self.autojoin = autojoin
    self.permanentRooms = permanentRooms
    self.emptyRoomMicroseconds = emptyRoomMicroseconds
  }
}
