/// A message of a room, a post of its board, or a direct message.
public struct Message: Hashable, Sendable {
  /// What a message is.
  public enum Kind: Hashable, Sendable {
    case say
    /// In the third person: `ana waves`.
    case action
    case post
    /// A program's word, which other programs do not answer.
    case notify
    /// A kind that this version does not know.
    case other(String)
  }

  /// The room, or `@NAME` for the conversation with that person.
  public var room: String
  /// The conversation's life: with the sequence, the message's place.
  public var epoch: String
  /// The number in the conversation: 1, 2, 3 …, without gaps.
  public var sequence: Int64
  /// A name that never changes.
  public var id: String
  public var from: String
  /// The sender's account, if any.
  public var account: String?
  /// To whom a direct message went; nil in a room.
  public var to: String?
  public var kind: Kind
  /// The post that this post answers.
  public var replyTo: Int64?
  /// Who took it away; then neither text nor subject is left.
  public var removedBy: String?
  /// A post's headline.
  public var subject: String?
  /// What it says, several lines perhaps; a post is announced without it, ``Client/read(_:in:)``
  /// has it.
  public var text: String?
  public var time: Moment
}

/// Where a message is that was stored.
public struct Stored: Hashable, Sendable {
  /// The room, or `@NAME`.
  public var room: String
  public var epoch: String
  public var sequence: Int64
  /// A name that never changes.
  public var id: String
  public var time: Moment
  /// How many sessions a direct message reached; nil in a room.
  ///
  /// With 0 it is kept for the next login.
  public var sessions: Int?
}

/// A room's line of text.
public struct Topic: Hashable, Sendable {
  public var text: String
  public var by: String
  public var time: Moment
}

/// A room as a session finds it on opening it.
public struct Room: Hashable, Sendable {
  public var room: String
  /// The room's life.
  public var epoch: String
  /// The newest message; 0 before the first.
  public var sequence: Int64
  /// Whether all that was missed follows as events.
  public var isResumed: Bool
  /// Why not, where there was something to go on from.
  public var reason: String?
  /// Why it is open now: `autojoin`, `resumed`, `switched`, `added`, `returned`, `again`.
  public var opened: String
  public var isCurrent: Bool
  public var isNewMember: Bool
  public var isNewRoom: Bool
  public var topic: Topic?
  /// Who is here, at most 1,000.
  public var present: [String]
  /// How many more are here.
  public var presentMore: Int
  /// From before: the backlog of a new member, or what was said while the room was closed.
  ///
  /// They come as events, too; of ``Event/opened(_:)`` this is empty.
  public var messages: [Message]
  /// Whether there are older ones to be seen.
  public var hasMore: Bool
}

/// The answer to entering.
public struct Welcome: Hashable, Sendable {
  /// The connection's number.
  public var session: Int64
  public var name: String
  public var account: String?
  public var rooms: [Room]
  /// What is new where nothing of yours is open.
  public var unread: [Unread]
  /// How many conversations besides have something new.
  public var unreadMore: Int
}

/// A direct conversation as a session finds it on entering.
struct DirectConversation: Hashable, Sendable {
  /// `@NAME`, the other one's name as it is now.
  var room: String
  var epoch: String
  var sequence: Int64
  /// Whether all that was missed follows as events.
  var isResumed: Bool
  /// Why not, where there was something to go on from.
  var reason: String?
}

/// What is new in a conversation that is not open.
public struct Unread: Hashable, Sendable {
  /// A room, or `@NAME`.
  public var room: String
  public var count: Int
  /// How many of them mention you, of the newest.
  public var mentions: Int
}

/// Messages of a conversation, in its order.
public struct Excerpt: Hashable, Sendable {
  /// The room, or `@NAME`.
  public var room: String
  public var messages: [Message]
  /// Whether there are more to be seen, where they were left out.
  public var hasMore: Bool
}

/// What a search found, in the conversation's order.
public struct Found: Hashable, Sendable {
  public var room: String
  public var messages: [Message]
  /// Where to go on with older ones; nil where all were looked at.
  public var before: Int64?
}

/// Somebody present in a room.
public struct Person: Hashable, Sendable {
  public var name: String
  public var account: String?
  /// What they may do in the room: `member`, `operator`, `owner`, `administrator`.
  public var role: String
  public var isAway: Bool
}

/// Who is in a room.
public struct People: Hashable, Sendable {
  public var room: String
  /// In the order of their names, at most 1,000.
  public var people: [Person]
  /// How many more are here.
  public var more: Int
}

/// A room in the list of rooms.
public struct RoomSummary: Hashable, Sendable {
  public var room: String
  public var present: Int
  public var members: Int
  public var posts: Int
  public var topic: String?
  /// Whether you are a member.
  public var isJoined: Bool
}

/// What is known about somebody.
public struct Profile: Hashable, Sendable {
  public var name: String
  public var account: String?
  public var sessions: Int
  public var since: Moment
  /// When an account without sessions was last here.
  public var lastSeen: Moment?
  /// What they said about being away.
  public var away: String?
  /// The rooms that they have open and that you may know of.
  public var rooms: [String]
}
