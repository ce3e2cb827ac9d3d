/// "No", with a stable code.
///
/// One catalogue for every door; a code is never renumbered or used again.
///
/// The number is what a protocol with numeric errors sends; `code` is the word that people and
/// programs read.
public enum Refusal: Hashable, Sendable, Error {
  /// The nearest command that exists, where one is near.
  case badCommand(String, nearest: String?)
  /// What the command takes instead.
  case badArguments(usage: String)
  case badName(String, NameFault)
  case badText(TextFault)
  case tooLong(Bounded, bytesMax: Int)
  /// `free` is a free name like it.
  case nameTaken(String, free: String?)
  case nameRegistered(String, free: String?)
  case badPassword
  case notLoggedIn
  case alreadyLoggedIn
  case notAMember(room: String)
  case noCurrentRoom
  case noSuchRoom(String)
  case noSuchName(String)
  case noSuchMessage(conversation: String, Sequence)
  case messageRemoved(conversation: String, Sequence, by: String)
  case roomIsPrivate(String)
  /// From a room, or from the server where it is nil.
  indirect case banned(room: String?, until: Timestamp?, reason: String)
  indirect case muted(room: String, until: Timestamp?)
  case notPermitted(NotPermitted)
  case tooMany(Bounded, max: Int)
  /// It may be tried again after so many seconds, at least 1.
  case tooFast(Repeated, seconds: Int)
  case nonceReused
  case storageUnavailable
  case shuttingDown
  /// The number names a message that is not a post.
  case notAPost(conversation: String, Sequence)
  /// `/r` without anybody to answer.
  case nobodyToAnswer
  /// `/leave` in the lobby.
  case alreadyInLobby
  /// A password with fewer characters than that.
  case passwordTooShort(min: Int)
  /// The session's name is not an account's.
  case notRegistered
  /// The session's name is an account's already.
  case alreadyRegistered(String)
  /// Registration is closed, or needs a code.
  case registrationClosed(needsCode: Bool)
  /// Guests are not let in.
  case accountNeeded
  case noSuchAccount(String)
  /// More passwords wait to be checked than can be.
  case tooBusy
  /// A token lets its session do less.
  case scopeMissing(Scopes)
  case noSuchToken(UInt32)
  case noSuchInvite(UInt32)
  /// The connection has no client certificate, or not one that opens an account.
  case noCertificate
  /// The room makes its members wait between two messages.
  case slowMode(room: String, seconds: Int)
  /// There is no such ban, mute, invitation or operator; a room that is nil is the server.
  case noSuchStanding(StandingKind, String, room: String?)
  /// Somebody is not a member of the room.
  case notInRoom(name: String, room: String)
  /// A password, a token or a code would cross a network in clear; whether this server has TLS.
  case notInClear(hasTLS: Bool)

  /// What was done too often.
  public enum Repeated: UInt8, Hashable, Sendable {
    /// Passwords that were wrong.
    case guess
    case registration
  }

  /// What is wrong with a name.
  public enum NameFault: UInt8, Hashable, Sendable {
    case empty, tooLong, badCharacter, badStart, reserved
  }

  /// What is wrong with a text.
  public enum TextFault: UInt8, Hashable, Sendable {
    case empty, notUTF8, nul, control, bidirectional, lineSeparator, newline
  }

  /// What a bound is of.
  public enum Bounded: UInt8, Hashable, Sendable {
    case line, message, post, subject, topic, name, rooms, members, ignored, awayText, lastWord,
      roomsOfServer, participants, search, password, tokens, certificates, invites, accounts, label,
      standings, reason, mask, ownedRooms, strangers, cursors
  }

  /// What only some may do.
  public enum NotPermitted: UInt8, Hashable, Sendable {
    case setTopic, removeMessage, directToSelf, ignoreSelf
    /// A message can be removed, and a post answered, as long as it is among the room's newest
    /// ``Limits/backlogMax`` of its kind; older ones can only be read.
    case oldMessage
    /// What only administrators may do.
    case administer
    /// A room that does not exist begins only for some, see ``Settings/roomCreation``.
    case makeRoom
    /// What operators of the room may.
    case operate
    /// What the owner of the room may.
    case own
    /// The other one has no lesser role.
    case outrank
    /// To post where only operators may.
    case post
    /// A room that stays needs an owner with an account.
    case keepRoom
    /// The lobby and the rooms of the configuration cannot be that.
    case changeFixedRoom
    case moderateSelf
    /// Whoever is banned from the room cannot be invited to it.
    case inviteBanned
    /// What opens or ends an account, in a session that a token let in.
    case accountByToken
  }

  /// The catalogue's word for it.
  public var code: String {
    switch self {
    case .badCommand: "bad_command"
    case .badArguments: "bad_arguments"
    case .badName: "bad_name"
    case .badText: "bad_text"
    case .tooLong: "too_long"
    case .nameTaken: "name_taken"
    case .nameRegistered: "name_registered"
    case .badPassword: "bad_password"
    case .notLoggedIn: "not_logged_in"
    case .alreadyLoggedIn: "already_logged_in"
    case .notAMember: "not_a_member"
    case .noCurrentRoom: "no_current_room"
    case .noSuchRoom: "no_such_room"
    case .noSuchName: "no_such_name"
    case .noSuchMessage: "no_such_message"
    case .messageRemoved: "message_removed"
    case .roomIsPrivate: "room_is_private"
    case .banned: "banned"
    case .muted: "muted"
    case .notPermitted: "not_permitted"
    case .tooMany: "too_many"
    case .tooFast: "too_fast"
    case .nonceReused: "nonce_reused"
    case .storageUnavailable: "storage_unavailable"
    case .shuttingDown: "shutting_down"
    case .notAPost: "not_a_post"
    case .nobodyToAnswer: "nobody_to_answer"
    case .alreadyInLobby: "already_in_lobby"
    case .passwordTooShort: "password_too_short"
    case .notRegistered: "not_registered"
    case .alreadyRegistered: "already_registered"
    case .registrationClosed: "registration_closed"
    case .accountNeeded: "account_needed"
    case .noSuchAccount: "no_such_account"
    case .tooBusy: "too_busy"
    case .scopeMissing: "scope_missing"
    case .noSuchToken: "no_such_token"
    case .noSuchInvite: "no_such_invite"
    case .noCertificate: "no_certificate"
    case .slowMode: "slow_mode"
    case .noSuchStanding: "no_such_standing"
    case .notInRoom: "not_in_room"
    case .notInClear: "not_in_clear"
    }
  }
}
