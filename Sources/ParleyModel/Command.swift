/// Which room a command is about.
public enum RoomSelector: Hashable, Sendable {
  /// The session's current room; without one the command is refused with `no_current_room`.
  case current
  case named(Name)
}

/// Which conversation a command is about.
public enum ConversationSelector: Hashable, Sendable {
  case room(RoomSelector)
  /// The direct conversation with the participant of that name.
  case direct(Name)
}

/// To whom a direct message goes.
public enum DirectTarget: Hashable, Sendable {
  case named(Name)
  /// Who last sent a direct message to this participant (`/r`).
  case last
}

/// Where a session is after it left its current room.
public enum AfterLeaving: UInt8, Hashable, Sendable {
  /// In the lobby, joined again if need be; from the lobby itself it is refused (`/leave`).
  case lobby = 1
  /// In no room until the next join (`LEAVE`, `%leave`, `%groupleave`, IRC's PART).
  case nowhere = 2
}

/// Why a participant is no longer present in a room.
public enum Departure: Hashable, Sendable {
  /// Left by command.
  case left
  /// Opened another room and closed this one; it stays a member.
  case switched
  /// Quit, with a last word where the protocol has one.
  case quit(String)
  case connectionLost
  case timedOut
  case kicked(by: String, reason: String)
  /// The server stopped.
  case serverStopped
}

/// Which part of a conversation is asked for; both bounds may be given.
public struct HistoryPage: Hashable, Sendable {
  /// Only messages with smaller numbers: the newest of them, where `after` is not given.
  public var before: Sequence?
  /// Only messages with larger numbers: the oldest of them.
  public var after: Sequence?
  /// How many; ``Limits/historyDefault`` where it is not said.
  public var limit: Int?

  public init(before: Sequence? = nil, after: Sequence? = nil, limit: Int? = nil) {
    self.before = before
    self.after = after
    self.limit = limit
  }
}

/// What a door asks for on behalf of a session.
///
/// Doors parse bytes into these and decide nothing.
public enum Command: Hashable, Sendable {
  // The session.
  /// How many people and rooms there are: what a greeting shows before login.
  case greet
  /// Enters as a guest under a free name; with `autojoin` the configured rooms are opened.
  case login(Name, autojoin: Bool)
  case nick(Name)
  /// Ends the session, answered by its closing.
  case quit(Departure)
  /// Answered when everything before it was: a barrier.
  case ping(String)

  // Rooms.
  /// Opens a room and closes the current one, which stays joined.
  case join(Name)
  /// Opens one more room; it becomes the current one only where there is none.
  case add(Name)
  case leave(RoomSelector, then: AfterLeaving)
  /// Closes a room for this session, which stays a member.
  case close(RoomSelector)
  case topic(RoomSelector)
  /// An empty text removes the topic.
  case setTopic(RoomSelector, String)

  // Messages. Texts are checked by the door and again by the law.
  /// `kind` is `say`, `action` or `notify`.
  case say(RoomSelector, MessageKind, String)
  case post(RoomSelector, subject: String, body: String)
  /// A post under the subject of the post that it answers.
  case reply(RoomSelector, to: Sequence, body: String)
  /// `kind` is `say`, `action` or `notify`.
  case direct(DirectTarget, MessageKind, String)
  case remove(ConversationSelector, Sequence)

  // Reading.
  case list(RoomSelector)
  case read(ConversationSelector, Sequence)
  /// The newest `limit` messages (default ``Limits/historyDefault``) that the asker may see.
  case history(ConversationSelector, limit: Int?)
  /// Messages of before or after others, that the asker may see; kept elsewhere, as searches are.
  indirect case page(ConversationSelector, HistoryPage)
  /// The newest ``Limits/searchDefault`` messages that have it, of those that the asker may see;
  /// with `before` of those with smaller numbers.
  /// Kept elsewhere, so that the commands that come all the time are no larger for it.
  indirect case search(ConversationSelector, SearchQuery, before: Sequence?)
  /// With `membersOnly` it is refused to others (`%users`); otherwise it answers for any room
  /// that `rooms` shows the asker.
  case who(RoomSelector, membersOnly: Bool)
  case rooms

  // People.
  case whois(Name)
  /// Away with a text; nil is back.
  case away(String?)
  /// Hides a participant from oneself; the second time it is shown again.
  case ignore(Name)

  // Accounts. Kept elsewhere, as searches are.
  indirect case account(AccountCommand)
  /// `asOwner` is for those who hold the data directory's socket; others must be administrators.
  indirect case administer(AdminCommand, asOwner: Bool)
  /// What the account service makes of these; no door does.
  indirect case verified(Verified)
  indirect case administerVerified(AdminProposal, asOwner: Bool)

  // Moderation.
  indirect case moderate(Moderation)
  indirect case moderation(ModerationQuery)

  // Answers that the door itself knows, sent through the same queue so that answers keep the
  // order of the commands.
  /// Misuse that the parser found.
  case misuse(Refusal)
  /// Help and the like: the door prints the next of its prepared texts.
  case local
}

/// What a door gave one command, so that it recognises the answer; 0 asks for no answer to a
/// command that was done (a refusal is always told).
public struct RequestTag: Hashable, Sendable {
  public var number: UInt64

  public init(_ number: UInt64) {
    self.number = number
  }

  public static let none = RequestTag(0)
}

/// Drawn by a client for one command: sent again with it, the command has no second effect.
public struct Nonce: Hashable, Sendable {
  /// At most ``Limits/nonceBytesMax``.
  public var text: String

  public init(_ text: String) {
    self.text = text
  }
}

/// A command on its way from a door to the sequencer.
public struct Request: Sendable {
  public var command: Command
  public var tag: RequestTag
  public var nonce: Nonce?
  /// Where the session comes from; of commands that begin one alone.
  public var address: PeerAddress
  /// What the session brings that can come back; of commands that begin one alone.
  public var comeback: Comeback?

  public init(
    _ command: Command, tag: RequestTag = .none, nonce: Nonce? = nil,
    address: PeerAddress = .none, comeback: Comeback? = nil
  ) {
    self.command = command
    self.tag = tag
    self.nonce = nonce
    self.address = address
    self.comeback = comeback
  }
}

extension Command {
  /// Whether what follows it in a session waits until it is answered.
  public var isAwaited: Bool {
    switch self {
    case .account, .administer: true
    case .greet, .login, .nick, .quit, .ping, .join, .add, .leave, .close, .topic, .setTopic, .say,
      .post,
      .reply, .direct, .remove, .list, .read, .history, .page, .search, .who, .rooms, .whois,
      .away, .ignore, .verified, .administerVerified, .moderate, .moderation, .misuse, .local:
      false
    }
  }

  /// Whether a session may begin with it.
  public var isArrival: Bool {
    switch self {
    case .login, .verified: true
    case .account(.loginByCertificate): true
    default: false
    }
  }
}
