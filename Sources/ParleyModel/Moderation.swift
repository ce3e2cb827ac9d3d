// Roles and moderation: who may do what in a room, and what the server's administrators may.

/// What somebody may do in a room, from least to most.
public enum Role: UInt8, Hashable, Sendable, Comparable {
  case member = 1
  /// Sets the topic, kicks, bans, mutes, invites, removes messages.
  case `operator` = 2
  /// Makes operators and may give the room away.
  case owner = 3
  /// Of the server: may do so anywhere.
  case administrator = 4

  public static func < (left: Role, right: Role) -> Bool { left.rawValue < right.rawValue }

  /// The word for it.
  public var word: String {
    switch self {
    case .member: "member"
    case .operator: "operator"
    case .owner: "owner"
    case .administrator: "administrator"
    }
  }
}

/// Who holds a role: an account under all of its names, or a guest as long as it is here.
public enum Holder: Hashable, Sendable {
  case account(AccountID)
  case participant(ParticipantID)
}

// MARK: Standings

/// What somebody's standing in a room, or on the server, is.
public enum StandingKind: UInt8, Hashable, Sendable, CaseIterable {
  case operatorship = 1
  /// May not be in the room, or on the server.
  case ban = 2
  /// May not speak in the room.
  case mute = 3
  /// May join the room though it is private; used up by joining, and over after
  /// ``Limits/invitationMicroseconds``.
  case invitation = 4
}

/// Who has a standing.
public enum StandingSubject: Hashable, Sendable {
  /// Of operatorships and invitations.
  case holder(Holder)
  /// Whoever's name, or account's name, it fits.
  case name(NameMask)
  case address(AddressMask)
}

/// What a guest is known by that is banned or muted, besides its name.
///
/// Never shown.
public struct GuestTrace: Hashable, Sendable {
  public var participant: ParticipantID
  /// Where it came from: other guests from there are taken for it.
  ///
  /// Nil for this host.
  public var address: AddressMask?

  public init(participant: ParticipantID, address: AddressMask?) {
    self.participant = participant
    self.address = address
  }
}

/// A standing of somebody in a room, or on the server.
public struct StandingState: Hashable, Sendable {
  /// Room 0 is the server.
  public var room: RoomID
  /// Counted from 1 in its room, never used again.
  public var number: UInt32
  public var kind: StandingKind
  public var subject: StandingSubject
  /// What others are shown of the subject.
  public var title: String
  /// The guest whom a ban or a mute names, so that another name does not help it.
  public var guest: GuestTrace?
  public var by: String
  public var since: Timestamp
  /// Nil for as long as nobody lifts it.
  public var until: Timestamp?
  public var reason: String

  public init(
    room: RoomID, number: UInt32, kind: StandingKind, subject: StandingSubject, title: String,
    guest: GuestTrace? = nil, by: String, since: Timestamp, until: Timestamp? = nil,
    reason: String = ""
  ) {
    self.room = room
    self.number = number
    self.kind = kind
    self.subject = subject
    self.title = title
    self.guest = guest
    self.by = by
    self.since = since
    self.until = until
    self.reason = reason
  }

  /// Whether it holds at a time.
  public func holds(at time: Timestamp) -> Bool {
    self.until.map { $0 > time } ?? true
  }
}

// MARK: Settings of a room

/// Who may post in a room, and answer posts.
public enum Posting: UInt8, Hashable, Sendable, CaseIterable {
  case members = 1
  case operators = 2
}

/// What operators can set of a room.
public struct RoomOptions: Hashable, Sendable {
  /// Nil means the server's default.
  public var backlog: Backlog?
  /// Only who is invited may join; nobody else sees that it exists.
  public var isPrivate: Bool
  /// Others do not see it in `rooms`; who knows its name may join.
  public var isUnlisted: Bool
  /// It stays without members.
  public var isPermanent: Bool
  /// How long each member waits between two messages, in seconds; 0 is not at all.
  public var slowSeconds: UInt32
  public var posting: Posting

  public init(
    backlog: Backlog? = nil, isPrivate: Bool = false, isUnlisted: Bool = false,
    isPermanent: Bool = false, slowSeconds: UInt32 = 0, posting: Posting = .members
  ) {
    self.backlog = backlog
    self.isPrivate = isPrivate
    self.isUnlisted = isUnlisted
    self.isPermanent = isPermanent
    self.slowSeconds = slowSeconds
    self.posting = posting
  }
}

/// One of them, as it is set.
public enum RoomSetting: Hashable, Sendable {
  case backlog(Backlog?)
  case isPrivate(Bool)
  case isUnlisted(Bool)
  case isPermanent(Bool)
  /// At most ``Limits/slowSecondsMax``.
  case slow(seconds: UInt32)
  case posting(Posting)
}

// MARK: Commands

/// Where something is moderated.
public enum Territory: Hashable, Sendable {
  case room(RoomSelector)
  case server
}

/// Who is to be banned or muted.
public enum SanctionTarget: Hashable, Sendable {
  /// One who carries the name: with all names of its account.
  case name(Name)
  case mask(NameMask)
  case address(AddressMask)
}

/// A ban or a mute.
public enum SanctionKind: UInt8, Hashable, Sendable, CaseIterable {
  case ban = 1
  case mute = 2

  public var standing: StandingKind {
    switch self {
    case .ban: .ban
    case .mute: .mute
    }
  }
}

/// Whose messages are to be removed.
public enum MessageSource: Hashable, Sendable {
  case name(Name)
  /// Of whoever sent that one, gone or not.
  case author(of: Sequence)
}

/// What changes a room's order or the server's.
public enum Moderation: Hashable, Sendable {
  case set(RoomSelector, RoomSetting)
  case kick(RoomSelector, Name, reason: String)
  case grantOperator(RoomSelector, Name)
  /// Also one's own.
  case revokeOperator(RoomSelector, Name)
  /// Without an end it holds until it is lifted.
  case sanction(
    Territory, SanctionKind, SanctionTarget, microseconds: Int64?, reason: String)
  case lift(Territory, SanctionKind, SanctionTarget)
  case invite(RoomSelector, Name)
  /// Makes another one the owner.
  case transfer(RoomSelector, Name)
  /// Gives the ownership up; the room has none then.
  case disown(RoomSelector)
  /// Takes messages away, as far back as ``Limits/backlogMax`` lines and as many posts.
  case removeAll(RoomSelector, MessageSource)
  /// Tells the operators of a message.
  case report(RoomSelector, Sequence, reason: String)
}

/// What is asked about a room's order or the server's.
public enum ModerationQuery: Hashable, Sendable {
  case options(RoomSelector)
  case standings(Territory, StandingKind)
  /// What was done, the newest `limit`.
  case audit(Territory, limit: Int?)
}

// MARK: What is told

/// A change of a room's order, as those present are told.
public enum RoomChange: Hashable, Sendable {
  case setting(RoomSetting)
  /// Made, or taken back.
  case standing(StandingKind, title: String, until: Timestamp?, reason: String, isMade: Bool)
  /// Nil for none.
  case owner(String?)
  /// Messages of somebody were taken away.
  case removedAll(of: String, [Sequence], Epoch)
}

/// What concerns one session and answers no command of its own.
public enum Notice: Hashable, Sendable {
  /// It was put out of a room.
  /// `current` is where text goes now, nil for nowhere.
  case expelled(
    room: String, by: String, isBanned: Bool, until: Timestamp?, reason: String, current: String?)
  /// It may not speak in a room for a while, or may again.
  case muted(room: String, by: String, until: Timestamp?, reason: String)
  case unmuted(room: String, by: String)
  case invited(room: String, by: String)
  /// For operators: somebody reports a message.
  case reported(room: String, Sequence, author: String, by: String, reason: String)
}

/// A standing as operators see it.
public struct StandingSummary: Hashable, Sendable {
  public var title: String
  public var by: String
  public var since: Timestamp
  public var until: Timestamp?
  public var reason: String

  public init(
    title: String, by: String, since: Timestamp, until: Timestamp?, reason: String
  ) {
    self.title = title
    self.by = by
    self.since = since
    self.until = until
    self.reason = reason
  }
}

/// The answers to commands of moderation; a room that is nil is the server.
public enum ModerationReply: Hashable, Sendable {
  case set(room: String, RoomSetting)
  case kicked(room: String, name: String)
  case operatorGranted(room: String, name: String)
  case operatorRevoked(room: String, name: String)
  /// It put that many participants out, or silenced them, at once.
  case sanctioned(room: String?, SanctionKind, title: String, until: Timestamp?, count: Int)
  case lifted(room: String?, SanctionKind, title: String)
  case invited(room: String, name: String)
  case transferred(room: String, name: String)
  case disowned(room: String)
  case removedAll(room: String, name: String, count: Int)
  /// So many operators and administrators were told at once.
  case reported(room: String, Sequence, told: Int)
  case options(room: String, RoomOptions, backlog: Backlog, owner: String?)
  /// The first ``Limits/listedMax``, and how many there are besides.
  case standings(room: String?, StandingKind, [StandingSummary], more: Int)
}
