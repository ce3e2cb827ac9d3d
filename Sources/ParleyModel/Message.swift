/// What a message is.
public enum MessageKind: UInt8, Hashable, Sendable, CaseIterable {
  /// A chat line.
  case say = 1
  /// A chat line in the third person, `/me`.
  case action = 2
  /// A board post; it has a subject. A reply is a post that names the post it answers.
  case post = 3
  /// A line that no program should answer: IRC's NOTICE.
  case notify = 4

  /// Whether the backlog counts it among the posts rather than among the lines.
  public var isPost: Bool { self == .post }
}

/// Who sent a message, as the others saw it then.
public struct Sender: Hashable, Sendable {
  public var participant: ParticipantID
  public var name: String
  /// The account's name, where the sender was logged in to one.
  public var account: String?

  public init(participant: ParticipantID, name: String, account: String? = nil) {
    self.participant = participant
    self.name = name
    self.account = account
  }
}

/// Who took a message away, and when; the message keeps its number.
public struct Removal: Hashable, Sendable {
  public var by: Sender
  public var time: Timestamp

  public init(by: Sender, time: Timestamp) {
    self.by = by
    self.time = time
  }
}

/// One numbered entry of a room or a direct conversation.
public struct Message: Hashable, Sendable {
  public var room: RoomID
  public var sequence: Sequence
  /// Its place among all that the room was told.
  public var position: Position
  public var id: MessageID
  /// Strictly increasing within a room.
  public var time: Timestamp
  public var sender: Sender
  public var kind: MessageKind
  /// A post's headline; empty for other kinds.
  ///
  /// At most ``Limits/subjectBytesMax``.
  public var subject: String
  /// UTF-8, further lines after a newline.
  ///
  /// Empty once removed.
  public var body: String
  /// The post that this post answers.
  public var replyTo: Sequence?
  /// Set when the message was taken away: only its number, time and sender remain.
  public var removal: Removal?

  public init(
    room: RoomID, sequence: Sequence, position: Position, id: MessageID, time: Timestamp,
    sender: Sender, kind: MessageKind, subject: String = "", body: String,
    replyTo: Sequence? = nil, removal: Removal? = nil
  ) {
    self.room = room
    self.sequence = sequence
    self.position = position
    self.id = id
    self.time = time
    self.sender = sender
    self.kind = kind
    self.subject = subject
    self.body = body
    self.replyTo = replyTo
    self.removal = removal
  }

  /// How long its subject and its body are.
  public var textBytes: Int { self.subject.utf8.count + self.body.utf8.count }
}

extension Collection<Message> {
  /// How many of them one answer takes: up to the first that takes it past
  /// ``Limits/answerBytesMax``.
  public var countInAnswer: Int {
    var bytes = 0
    var count = 0
    for message in self {
      guard bytes <= Limits.answerBytesMax else { break }
      bytes += message.textBytes
      count += 1
    }
    return count
  }
}
