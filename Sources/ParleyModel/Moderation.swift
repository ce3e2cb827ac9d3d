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

// MARK: Masks

/// A pattern for names: `*` stands for any characters.
///
/// Made by the doors, as names are; its key is compared with the keys of names.
public struct NameMask: Hashable, Sendable {
  /// As it was written.
  public var text: String
  /// At most ``Limits/maskBytesMax``.
  public var key: String

  public init(text: String, key: String) {
    self.text = text
    self.key = key
  }

  /// The mask that fits that name alone.
  public init(_ name: Name) {
    self.init(text: name.text, key: name.key)
  }

  public static func == (left: NameMask, right: NameMask) -> Bool { left.key == right.key }

  public func hash(into hasher: inout Hasher) { hasher.combine(self.key) }

  /// Whether it fits the key of a name, in at most as many steps as both lengths multiplied.
  public func fits(_ key: String) -> Bool {
    // Byte by byte, which makes nothing: in UTF-8 a `*` is part of no other character.
    let (mask, name, star) = (self.key.utf8, key.utf8, UInt8(ascii: "*"))
    var (place, at) = (mask.startIndex, name.startIndex)
    // Where the last `*` stood, and from where on the name is not its own.
    var last: (place: String.Index, at: String.Index)?
    while at < name.endIndex {
      if place < mask.endIndex, mask[place] == star {
        last = (place, at)
        place = mask.index(after: place)
      } else if place < mask.endIndex, mask[place] == name[at] {
        place = mask.index(after: place)
        at = name.index(after: at)
      } else if let known = last {
        at = name.index(after: known.at)
        place = mask.index(after: known.place)
        last = (known.place, at)
      } else {
        return false
      }
    }
    return mask[place...].allSatisfy { $0 == star }
  }
}

/// Where a connection comes from: an IPv6 address; an IPv4 one as its IPv4-mapped form (RFC 4291
/// §2.5.5.2).
public struct PeerAddress: Hashable, Sendable {
  public var high: UInt64
  public var low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  public init(bits: UInt128) {
    self.init(
      high: UInt64(truncatingIfNeeded: bits >> 64), low: UInt64(truncatingIfNeeded: bits))
  }

  public var bits: UInt128 { UInt128(self.high) << 64 | UInt128(self.low) }

  /// Not known, or of this host without an address: a Unix socket.
  public static let none = PeerAddress(high: 0, low: 0)

  public var isIPv4: Bool { self.high == 0 && self.low >> 32 == 0xFFFF }

  /// Not known, or of this host: 127.0.0.0/8 and ::1.
  public var isLocal: Bool {
    self.high == 0 && (self.low <= 1 || self.low >> 24 == 0xFFFF_7F)
  }
}

extension PeerAddress: CustomStringConvertible {
  /// `192.0.2.7`, or as RFC 5952 has it: `2001:db8::7`.
  public var description: String {
    if self.isIPv4 {
      return (0..<4).reversed().map { String(self.low >> ($0 * 8) & 0xFF) }
        .joined(separator: ".")
    }
    let groups = (0..<8).reversed().map { UInt16(truncatingIfNeeded: self.bits >> ($0 * 16)) }
    // The first of the longest runs of at least two zeros is left out.
    var longest = 0..<0
    var start = 0
    for (place, group) in groups.enumerated() {
      if group != 0 { start = place + 1 }
      if place + 1 - start > max(longest.count, 1) { longest = start..<(place + 1) }
    }
    func text(_ groups: ArraySlice<UInt16>) -> String {
      groups.map { String($0, radix: 16) }.joined(separator: ":")
    }
    if longest.isEmpty { return text(groups[...]) }
    return text(groups[..<longest.lowerBound]) + "::" + text(groups[longest.upperBound...])
  }
}

extension AddressMask: CustomStringConvertible {
  /// An address alone where all of it counts; else with the bits that do: `192.0.2.0/24`.
  public var description: String {
    if self.prefix == 128 { return self.address.description }
    let isIPv4 = self.prefix >= 96 && self.address.isIPv4
    return "\(self.address)/\(isIPv4 ? self.prefix - 96 : self.prefix)"
  }
}

/// Addresses that begin alike.
public struct AddressMask: Hashable, Sendable {
  public var address: PeerAddress
  /// How many of the 128 bits count.
  public var prefix: UInt8

  public init(_ address: PeerAddress, prefix: UInt8) {
    self.prefix = min(prefix, 128)
    self.address = PeerAddress(bits: address.bits & Self.bits(self.prefix))
  }

  /// What stands for a guest's connection: its IPv4 address, or the /64 that it has of IPv6.
  public init(guestFrom address: PeerAddress) {
    self.init(address, prefix: address.isIPv4 ? 128 : 64)
  }

  public func fits(_ address: PeerAddress) -> Bool {
    address != .none && address.bits & Self.bits(self.prefix) == self.address.bits
  }

  private static func bits(_ prefix: UInt8) -> UInt128 {
    prefix == 0 ? 0 : UInt128.max << (128 - UInt128(prefix))
  }
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
