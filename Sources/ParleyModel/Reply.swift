/// Messages that answer a command: at hand, or still to be read from the archive.
public enum Excerpt: Hashable, Sendable {
  /// `more` says that others were left out: older ones, or newer ones of what goes up from a number.
  case messages([Message], more: Bool)
  /// What was found; below `before` there may be more.
  case found([Message], before: Sequence?)
  /// The runtime reads it and gives the reply on as `messages`.
  case plan(ReadPlan)
}

/// What a member may see of a room: every line from `firstLine`, every post from `firstPost`.
public struct Window: Hashable, Sendable {
  public var firstLine: Sequence
  public var firstPost: Sequence

  public init(firstLine: Sequence, firstPost: Sequence) {
    self.firstLine = firstLine
    self.firstPost = firstPost
  }

  /// Whether a message of that kind and number lies in it.
  public func shows(_ sequence: Sequence, isPost: Bool) -> Bool {
    sequence >= (isPost ? self.firstPost : self.firstLine)
  }
}

/// A read of the archive, decided by the core: it names all that limits what may be seen.
public struct ReadPlan: Hashable, Sendable {
  public enum Query: Hashable, Sendable {
    /// The one message, removed or not.
    case one(Sequence)
    /// The newest `limit` messages, in order.
    case newest(limit: Int)
    /// The newest `limit` posts, in order, removed ones left out.
    case posts(limit: Int)
    /// Everything of the window from `after` on (exclusive), the newest `limit`, in order.
    case since(Sequence, limit: Int)
    /// The oldest `limit` of the window after (exclusive), in order.
    case after(Sequence, limit: Int)
    /// The newest `limit` messages that have it, in order, removed ones left out.
    indirect case search(SearchQuery, limit: Int)
  }

  public var room: RoomID
  public var window: Window
  /// Nothing past this is part of the answer.
  public var through: Sequence
  public var query: Query
  /// The archive must have got this far; set by the sequencer.
  public var offset: LogOffset

  public init(
    room: RoomID, window: Window, through: Sequence, query: Query, offset: LogOffset = .zero
  ) {
    self.room = room
    self.window = window
    self.through = through
    self.query = query
    self.offset = offset
  }
}

/// What a read of the archive found.
public struct ReadAnswer: Hashable, Sendable {
  /// In order.
  public var messages: [Message]
  /// Whether older ones of the window were left out.
  public var more: Bool
  /// Of a search: messages below this were not looked at.
  public var before: Sequence?

  public init(_ messages: [Message], more: Bool, before: Sequence? = nil) {
    self.messages = messages
    self.more = more
    self.before = before
  }
}

/// Why a session is now in a room: what the answer should say.
public enum EntryReason: Hashable, Sendable {
  /// Opened at login.
  case autojoin
  /// Opened again at the login of an account.
  case resumed
  /// By `join`: it is the current room now.
  case switched
  /// By `add`.
  case added
  /// Sent to the lobby by leaving another room; it is the answer to that.
  case returned
  /// It was open already; by `join` it is the current room now. The excerpt is the backlog.
  case again
}

/// A room as a session finds it on opening it.
public struct RoomEntry: Hashable, Sendable {
  public var room: RoomID
  public var name: String
  public var epoch: Epoch
  public var head: Sequence
  public var reason: EntryReason
  /// Whether the membership began with this command.
  public var isNewMember: Bool
  /// Whether it was made by this command.
  public var isNewRoom: Bool
  /// Whether plain text goes here now.
  public var isCurrent: Bool
  public var topic: Topic?
  /// The names of those present, the asker included, in the order of their keys; the first
  /// ``Limits/listedMax``.
  public var present: [String]
  /// How many are present besides.
  public var presentMore: Int
  /// Whether it goes on from where the session's client was; then the excerpt is empty.
  public var resumption: Resumption
  /// A new member's backlog, or what was said while the room was closed.
  public var excerpt: Excerpt
  /// How many lines and posts from before its joining the excerpt counts (nil: all of them).
  public var backlog: Int?

  public init(
    room: RoomID, name: String, epoch: Epoch, head: Sequence, reason: EntryReason,
    isNewMember: Bool, isNewRoom: Bool, isCurrent: Bool, topic: Topic?, present: [String],
    presentMore: Int = 0, resumption: Resumption = .none, excerpt: Excerpt, backlog: Int?
  ) {
    self.room = room
    self.name = name
    self.epoch = epoch
    self.head = head
    self.reason = reason
    self.isNewMember = isNewMember
    self.isNewRoom = isNewRoom
    self.isCurrent = isCurrent
    self.topic = topic
    self.present = present
    self.presentMore = presentMore
    self.resumption = resumption
    self.excerpt = excerpt
    self.backlog = backlog
  }
}

/// A room's line of text, and who set it when.
public struct Topic: Hashable, Sendable {
  public var text: String
  public var by: String
  public var time: Timestamp

  public init(text: String, by: String, time: Timestamp) {
    self.text = text
    self.by = by
    self.time = time
  }
}

/// One present participant in an answer to `who`.
public struct Person: Hashable, Sendable {
  public var name: String
  public var account: String?
  public var role: Role
  public var isAway: Bool

  public init(name: String, account: String?, role: Role, isAway: Bool) {
    self.name = name
    self.account = account
    self.role = role
    self.isAway = isAway
  }
}

/// One room in an answer to `rooms`.
public struct RoomSummary: Hashable, Sendable {
  public var name: String
  public var present: Int
  public var members: Int
  public var posts: Int
  public var topic: String?
  /// Whether the asker is a member.
  public var isJoined: Bool

  public init(
    name: String, present: Int, members: Int, posts: Int, topic: String?, isJoined: Bool
  ) {
    self.name = name
    self.present = present
    self.members = members
    self.posts = posts
    self.topic = topic
    self.isJoined = isJoined
  }
}

/// What `whois` tells.
public struct Profile: Hashable, Sendable {
  public var name: String
  public var account: String?
  public var sessions: Int
  public var since: Timestamp
  /// When its last session ended, of an account without any.
  public var lastSeen: Timestamp?
  public var away: String?
  /// The rooms that it has open and that the asker may know of.
  public var rooms: [String]

  public init(
    name: String, account: String?, sessions: Int, since: Timestamp,
    lastSeen: Timestamp? = nil, away: String?, rooms: [String]
  ) {
    self.name = name
    self.account = account
    self.sessions = sessions
    self.since = since
    self.lastSeen = lastSeen
    self.away = away
    self.rooms = rooms
  }
}

/// "Done", with what was asked for.
///
/// The answer to each command, once, in the order of the commands; see ``Refusal`` for "no".
public enum Reply: Hashable, Sendable {
  case greeting(people: Int, rooms: Int)
  case welcome(session: SessionID, name: String, account: String?)
  case renamed(to: String)
  case pong(String)
  /// The session opened a room, or asked again for one that it had opened.
  ///
  /// Kept elsewhere: it is the largest, and what is told of messages is no larger for it.
  indirect case entered(RoomEntry)
  /// `current` is where text goes now, nil for nowhere.
  case left(room: String, current: String?)
  /// `current` as in ``left(room:current:)``.
  case closed(room: String, current: String?)
  case topic(room: String, Topic?)
  case topicSet(room: String, String)
  /// A `say`, `action`, `notify`, `post` or `reply` was stored.
  case stored(room: String, id: MessageID, Sequence, Timestamp)
  /// A direct message was stored; it reached that many sessions.
  case delivered(to: String, sessions: Int, id: MessageID, Sequence, Timestamp)
  case removed(conversation: String, Sequence)
  case posts(room: String, Excerpt)
  /// The excerpt holds the one message.
  case message(conversation: String, Excerpt)
  case history(conversation: String, Excerpt)
  indirect case found(conversation: String, SearchQuery, Excerpt)
  /// The first ``Limits/listedMax``, and how many there are besides.
  case people(room: String, [Person], more: Int)
  /// The first ``Limits/listedMax``, and how many there are besides.
  case rooms([RoomSummary], more: Int)
  case profile(Profile)
  case away(String?)
  case ignoring(String, Bool)
  indirect case account(AccountReply)
  indirect case moderation(ModerationReply)
  /// What was done in a room, or on the server.
  case audit(room: String?, Excerpt)
  /// Answers nothing: it concerns the session.
  indirect case notice(Notice)
  case local

  /// What must be read before this can be printed.
  public var plan: ReadPlan? {
    switch self {
    case .entered(let entry):
      if case .plan(let plan) = entry.excerpt { plan } else { nil }
    case .posts(_, .plan(let plan)), .message(_, .plan(let plan)), .history(_, .plan(let plan)),
      .found(_, _, .plan(let plan)), .audit(_, .plan(let plan)):
      plan
    case .greeting, .welcome, .renamed, .pong, .left, .closed, .topic, .topicSet, .stored,
      .delivered,
      .removed, .posts, .message, .history, .found, .people, .rooms, .profile, .away, .ignoring,
      .account, .moderation, .audit, .notice, .local:
      nil
    }
  }

  /// The same answer with another excerpt in the place of the one it has.
  public func with(_ excerpt: Excerpt) -> Reply {
    switch self {
    case .entered(var entry):
      entry.excerpt = excerpt
      return .entered(entry)
    case .posts(let room, _): return .posts(room: room, excerpt)
    case .message(let conversation, _): return .message(conversation: conversation, excerpt)
    case .history(let conversation, _): return .history(conversation: conversation, excerpt)
    case .found(let conversation, let query, _):
      return .found(conversation: conversation, query, excerpt)
    case .audit(let room, _): return .audit(room: room, excerpt)
    case .greeting, .welcome, .renamed, .pong, .left, .closed, .topic, .topicSet, .stored,
      .delivered,
      .removed, .people, .rooms, .profile, .away, .ignoring, .account, .moderation, .notice,
      .local:
      return self
    }
  }
}
