/// Bounds that hold on every door.
///
/// Each says what happens beyond it.
public enum Limits {
  /// A line of input in bytes, its end included; a longer one is refused and skipped.
  public static let lineBytesMax = 8 * 1024
  /// A `say` or `action` in bytes of UTF-8; a longer one is refused, never cut.
  public static let sayBytesMax = 4 * 1024
  /// A post's body in bytes; a longer one is refused.
  public static let postBytesMax = 64 * 1024
  /// A post's subject in bytes; a longer one is refused.
  public static let subjectBytesMax = 200
  /// A room's topic in bytes; a longer one is refused.
  public static let topicBytesMax = 400
  /// An away text or a last word in bytes; a longer one is refused.
  public static let awayBytesMax = 200
  /// A participant's or account's name in Unicode scalars after normalisation.
  public static let nameScalarsMax = 32
  /// The same in bytes.
  public static let nameBytesMax = 128
  /// A room's name in Unicode scalars after normalisation.
  public static let roomNameScalarsMax = 64
  /// The same in bytes.
  public static let roomNameBytesMax = 256
  /// Rooms that a session has open; the next is refused.
  public static let openRoomsMax = 100
  /// Rooms that a participant is a member of; the next is refused.
  public static let joinedRoomsMax = 500
  /// Rooms that exist at one time; a join that would make another is refused.
  public static let roomsMax = 100_000
  /// Names that a participant hides; the next is refused.
  public static let ignoredMax = 200
  /// Bytes of a nonce; a longer one is refused.
  public static let nonceBytesMax = 64
  /// Nonces that are remembered of a participant; older ones are forgotten.
  public static let noncesMax = 1_024
  /// How long a nonce is remembered, in microseconds (24 hours).
  public static let nonceMicrosecondsMax: Int64 = 24 * 60 * 60 * 1_000_000
  /// Cursors that a login brings; more are refused.
  public static let cursorsMax = 100
  /// Direct conversations that a login lists besides those with a cursor; it says how many more
  /// there are.
  public static let directsListedMax = 100
  /// Places that are held at one time; of the next, the loss is told at once.
  public static let heldMax = 10_000
  /// Held places that end with one tick; the next are ended by the next one.
  public static let heldExpiredMax = 1_000
  /// A guest's token in bytes, at least: 128 random bits in base 64; a shorter one is refused.
  public static let guestTokenBytesMin = 22
  /// The same, at most.
  public static let guestTokenBytesMax = 128
  /// Messages of a room kept in memory.
  public static let recentMax = 128
  /// Newest lines, and as many posts, whose sequences a room keeps; more backlog is `all`.
  public static let backlogMax = 1_000
  /// Names, people or rooms that one answer lists, with ``answerBytesMax`` of texts; it says how
  /// many more there are.
  public static let listedMax = 1_000
  /// Commands of a session on their way; beyond it its socket is not read.
  public static let inFlightMax = 64
  /// Bytes of messages in one answer; it ends at the first message that takes it past this, and
  /// says so.
  ///
  /// The newest are counted first, unless it goes up from a number.
  public static let answerBytesMax = 64 * 1024
  /// Messages that `history` answers with where no number is given.
  public static let historyDefault = 20
  /// Messages that `search` answers with; how to see older ones is said.
  public static let searchDefault = 20
  /// What is searched for, in bytes; more is refused.
  public static let searchBytesMax = 512
  /// The same in words; more are refused.
  public static let searchWordsMax = 32
  /// Messages that one `search` looks at; beyond them it ends and says how to go on.
  public static let searchedMax = 50_000
  /// How long one `search` may take, in milliseconds; beyond it ends and says how to go on.
  public static let searchMillisecondsMax = 500
  /// Messages that one `history`, `list` or return to a room answers with.
  public static let historyMax = 1_000
  /// Messages shown on return to a room that was closed meanwhile; the rest is `history`'s.
  public static let missedMax = 50
  /// Accounts of a server; a registration beyond is refused.
  public static let accountsMax = 1_000_000
  /// A password in characters, at least; a shorter one is refused.
  public static let passwordMin = 8
  /// A password in bytes, at most; a longer one is refused.
  public static let passwordBytesMax = 1_024
  /// API tokens of an account; the next is refused.
  public static let tokensMax = 32
  /// What a token is called, in bytes; more is refused.
  public static let labelBytesMax = 64
  /// Client certificates of an account; the next is refused.
  public static let certificatesMax = 8
  /// Codes to register with that wait to be used; the next is refused.
  public static let invitesMax = 10_000
  /// Operators, bans, mutes and invitations of a room; the next is refused.
  public static let standingsMax = 1_000
  /// Bans from the server; the next is refused.
  ///
  /// Each login looks at all of them.
  public static let serverStandingsMax = 4_000
  /// A mask for names in bytes; a longer one is refused.
  public static let maskBytesMax = 256
  /// Why somebody is banned or a message reported, in bytes; more is refused.
  public static let reasonBytesMax = 200
  /// How long a ban or mute with an end lasts at most, in microseconds (ten years).
  public static let sanctionMicrosecondsMax: Int64 = 3_650 * 24 * 60 * 60 * 1_000_000
  /// How long an invitation to a room holds, in microseconds (7 days).
  public static let invitationMicroseconds: Int64 = 7 * 24 * 60 * 60 * 1_000_000
  /// How long a room can make its members wait between two messages, in seconds (6 hours).
  public static let slowSecondsMax: UInt32 = 6 * 60 * 60
  /// Entries of the audit log that are shown where no number is given.
  public static let auditDefault = 20
}
