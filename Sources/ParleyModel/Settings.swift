/// How much from before its joining a member may see.
public enum Backlog: Hashable, Sendable {
  /// That many lines and as many posts, 0 to ``Limits/backlogMax``.
  case count(Int)
  case all
}

/// Who may make rooms.
public enum RoomCreation: UInt8, Hashable, Sendable, CaseIterable {
  case everybody = 1
  /// Those with an account.
  case accounts = 2
  case administrators = 3
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
  /// Default: open.
  public var registration: Registration
  /// Whether a name without an account may be used.
  ///
  /// Default: yes.
  public var allowsGuests: Bool
  /// Who may make a room by joining one that does not exist.
  ///
  /// Default: everybody.
  public var roomCreation: RoomCreation
  /// How many rooms one may own; a join that would make another is refused.
  ///
  /// Default 50.
  public var ownedRoomsMax: Int
  /// To how many people whom one has not written with before one may write in an hour.
  ///
  /// Default 60.
  public var strangersMax: Int
  /// How long the place of a session that can come back is held, in microseconds; 0 is not at all.
  ///
  /// Default 60 s.
  public var holdMicroseconds: Int64

  public init(
    defaultBacklog: Backlog = .count(2), autojoin: [Name] = [.lobby],
    permanentRooms: [Name] = [],
    emptyRoomMicroseconds: Int64 = 7 * 24 * 60 * 60 * 1_000_000,
    registration: Registration = .open, allowsGuests: Bool = true,
    roomCreation: RoomCreation = .everybody, ownedRoomsMax: Int = 50, strangersMax: Int = 60,
    holdMicroseconds: Int64 = 60_000_000
  ) {
    self.defaultBacklog = defaultBacklog
    self.autojoin = autojoin
    self.permanentRooms = permanentRooms
    self.emptyRoomMicroseconds = emptyRoomMicroseconds
    self.registration = registration
    self.allowsGuests = allowsGuests
    self.roomCreation = roomCreation
    self.ownedRoomsMax = ownedRoomsMax
    self.strangersMax = strangersMax
    self.holdMicroseconds = holdMicroseconds
  }
}
