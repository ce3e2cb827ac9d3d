/// What a session brings that is told when its arrival is complete; where it can come back, a
/// connection of it that is lost leaves its place behind, held for a while.
public struct Comeback: Hashable, Sendable {
  /// What its client has of which conversation, ``Limits/cursorsMax`` at most; nil where it wants
  /// nothing again.
  public var cursors: [ConversationCursor]?
  public var holdsPlace: Bool

  public init(cursors: [ConversationCursor]? = nil, holdsPlace: Bool = true) {
    self.cursors = cursors
    self.holdsPlace = holdsPlace
  }
}

/// A conversation by its name: a room, or the one with somebody.
public enum ConversationName: Hashable, Sendable {
  case room(Name)
  case direct(Name)

  /// As answers name it: a room's name, or `@NAME`.
  public var text: String {
    switch self {
    case .room(let name): name.text
    case .direct(let name): "@" + name.text
    }
  }
}

/// The last message that a client has of a conversation.
public struct ConversationCursor: Hashable, Sendable {
  public var conversation: ConversationName
  public var cursor: Cursor

  public init(_ conversation: ConversationName, _ cursor: Cursor) {
    self.conversation = conversation
    self.cursor = cursor
  }
}

/// The place of a session whose connection is gone: until it comes back or its time is over, it
/// counts as present.
public struct HeldPlace: Hashable, Sendable {
  /// How far a room that it had open had come.
  public struct Head: Hashable, Sendable {
    public var room: RoomID
    public var sequence: Sequence

    public init(_ room: RoomID, _ sequence: Sequence) {
      self.room = room
      self.sequence = sequence
    }
  }

  public var since: Timestamp
  public var until: Timestamp
  /// What its rooms are told then.
  public var departure: Departure
  /// Of the rooms that were open.
  public var heads: [Head]

  public init(since: Timestamp, until: Timestamp, departure: Departure, heads: [Head]) {
    self.since = since
    self.until = until
    self.departure = departure
    self.heads = heads
  }
}

/// Why a conversation does not go on from a cursor.
public enum ResumeFault: Hashable, Sendable, CaseIterable {
  /// Its participant is not the one that it was, or no member any more.
  case expired
  /// Another conversation of the same name.
  case otherEpoch
  /// What follows the cursor is not all to be seen, or the cursor is past the newest message.
  case outside
}

/// Whether a conversation goes on from where a client was.
public enum Resumption: Hashable, Sendable {
  /// It was not asked for.
  case none
  /// What came after that is sent, once the login is answered.
  case after(Sequence)
  case fault(ResumeFault)
}

/// What a session that can come back is told at its login, behind the rooms that were opened.
public struct Arrival: Hashable, Sendable {
  public struct Direct: Hashable, Sendable {
    /// The other one's name as it is now.
    public var name: String
    public var epoch: Epoch
    public var head: Sequence
    public var resumption: Resumption

    public init(name: String, epoch: Epoch, head: Sequence, resumption: Resumption) {
      self.name = name
      self.epoch = epoch
      self.head = head
      self.resumption = resumption
    }
  }

  /// A cursor whose conversation is neither opened nor listed.
  public struct Lost: Hashable, Sendable {
    public var conversation: ConversationName
    public var fault: ResumeFault

    public init(_ conversation: ConversationName, _ fault: ResumeFault) {
      self.conversation = conversation
      self.fault = fault
    }
  }

  /// Direct conversations, those with a cursor and the newest of the others.
  public var directs: [Direct]
  /// How many there are besides.
  public var directsMore: Int
  public var lost: [Lost]
  /// The guest's, where it was drawn for this; put in where it was drawn.
  public var token: Secret?

  public init(
    directs: [Direct] = [], directsMore: Int = 0, lost: [Lost] = [], token: Secret? = nil
  ) {
    self.directs = directs
    self.directsMore = directsMore
    self.lost = lost
    self.token = token
  }
}

/// What a session is sent again of one conversation: all that came after a message, until a place
/// from which on it is told what comes.
public struct Replay: Hashable, Sendable {
  public var room: RoomID
  /// A room's name, or `@NAME`.
  public var title: String
  public var epoch: Epoch
  public var after: Sequence
  /// That message's, where it is known; else it is looked up.
  public var position: Position?
  /// The newest of what is sent again.
  public var through: Position
  public var head: Sequence
  /// Of a direct conversation: who is asking, as others see it now.
  public var reader: Sender?

  public init(
    room: RoomID, title: String, epoch: Epoch, after: Sequence, position: Position?,
    through: Position, head: Sequence, reader: Sender? = nil
  ) {
    self.room = room
    self.title = title
    self.epoch = epoch
    self.after = after
    self.position = position
    self.through = through
    self.head = head
    self.reader = reader
  }
}
