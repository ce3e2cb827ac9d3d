import ParleyModel

/// A room or a direct conversation: its state, its members, who is present, and its newest
/// messages.
///
/// Part of ``Conversation``.
struct Room {
  /// A participant that has the room open.
  struct Presence {
    var participant: ParticipantID
    var name: String
    /// In how many sessions.
    var sessions: Int
  }

  /// What stays known of a line that has left `recent`; 16 bytes, because there are many.
  struct LineNote {
    var sequence: Sequence
    var sender: ParticipantID
  }

  /// The same of a post.
  struct PostNote {
    var sequence: Sequence
    var sender: ParticipantID
    /// Empty once removed.
    var subject: String
  }

  var state: RoomState
  /// Empty for a direct conversation, whose two participants are part of its kind.
  var members: [ParticipantID: MemberState] = [:]
  /// By the keys of the participants' names.
  var present = NameOrder<Presence>()
  var recent: Ring<Message>
  var lines: Ring<LineNote>
  var posts: Ring<PostNote>
  /// Who took those of `lines` and `posts` away that are removed.
  var removedBy: [Sequence: String] = [:]
  /// Operators, bans, mutes and invitations, in the order of their numbers.
  var standings: [StandingState] = []
  /// Those of the standings who are operators.
  private(set) var operators: Set<Holder> = []
  /// Whether not everybody may join.
  private(set) var isGuarded = false
  /// Whether not every member may speak at any time.
  private(set) var isRestricted = false
  /// The lobby and the rooms of the configuration.
  var isPermanent = false
  /// Whether somebody has said how far they have read it.
  var hasMarks = false
  /// Whether its state has changed since it was last recorded.
  var isDirty = false
  /// Whether `rooms` lists it; kept by ``Conversation``.
  var isListed = false

  init(_ state: RoomState) {
    self.init(LoadedState.Room(state: state, recent: [], lines: [], posts: []))
  }

  init(_ loaded: LoadedState.Room) {
    self.state = loaded.state
    self.recent = Ring(capacity: Limits.recentMax, loaded.recent)
    self.lines = Ring(
      capacity: Limits.backlogMax,
      loaded.lines.map { LineNote(sequence: $0.sequence, sender: $0.sender) })
    self.posts = Ring(
      capacity: Limits.backlogMax,
      loaded.posts.map {
        PostNote(sequence: $0.sequence, sender: $0.sender, subject: $0.subject)
      })
    for note in loaded.lines + loaded.posts {
      if let name = note.removedBy { self.removedBy[note.sequence] = name }
    }
    self.hasMarks = loaded.state.readByFirst != nil || loaded.state.readBySecond != nil
    self.survey()
  }

  /// Finds anew what its standings and options come to.
  mutating func survey() {
    self.operators = []
    let options = self.state.options
    self.isGuarded = options.isPrivate
    self.isRestricted = options.slowSeconds > 0 || options.posting != .members
    for standing in self.standings {
      switch standing.kind {
      case .operatorship:
        if case .holder(let holder) = standing.subject { self.operators.insert(holder) }
      case .ban: self.isGuarded = true
      case .mute: self.isRestricted = true
      case .invitation: break
      }
    }
  }

  func isInvited(_ holder: Holder, at time: Timestamp) -> Bool {
    self.invitation(of: holder)?.holds(at: time) == true
  }

  func invitation(of holder: Holder) -> StandingState? {
    self.standings.first { $0.kind == .invitation && $0.subject == .holder(holder) }
  }

  /// Whether it exists without members for good.
  var stays: Bool {
    self.isPermanent || self.state.options.isPermanent || self.state.posts > 0
  }

  /// Whether `rooms` should list it for everybody.
  var isListable: Bool {
    self.isShown && !self.state.options.isPrivate && !self.state.options.isUnlisted
  }

  /// Whether `rooms` should list it for its members.
  var isShown: Bool {
    self.state.kind == .room && (!self.present.isEmpty || self.stays)
  }

  /// Gives an event the next place among all that the room was told.
  mutating func tell(_ event: Event, at time: Timestamp) -> RoomEvent {
    self.state.position = self.state.position.next
    return RoomEvent(room: self.state.id, position: self.state.position, time: time, event: event)
  }

  /// Stores a message: counts it, times it, keeps it.
  mutating func store(_ draft: Draft, from sender: Sender, at stamp: Timestamp) -> Message {
    let sequence = self.state.head.next
    let soonest = Timestamp(microseconds: self.state.lastTime.microseconds + 1)
    self.state.head = sequence
    self.state.position = self.state.position.next
    self.state.lastTime = max(stamp, soonest)
    let message = Message(
      room: self.state.id, sequence: sequence, position: self.state.position,
      id: MessageID(epoch: self.state.epoch, sequence: sequence), time: self.state.lastTime,
      sender: sender, kind: draft.kind, subject: draft.subject, body: draft.body,
      replyTo: draft.replyTo)
    self.recent.append(message)
    if draft.kind.isPost {
      self.state.posts += 1
      if self.posts.isFull { self.forgetRemoval(self.posts.first?.sequence) }
      self.posts.append(
        PostNote(sequence: sequence, sender: sender.participant, subject: draft.subject))
    } else {
      if self.lines.isFull { self.forgetRemoval(self.lines.first?.sequence) }
      self.lines.append(LineNote(sequence: sequence, sender: sender.participant))
    }
    return message
  }

  /// Takes a message that is still noted away; its number stays.
  mutating func remove(_ sequence: Sequence, _ removal: Removal) {
    self.removedBy[sequence] = removal.by.name
    if let place = self.place(ofPost: sequence) {
      self.posts[place].subject = ""
      self.state.posts -= 1
    }
    if let oldest = self.recent.first, sequence >= oldest.sequence {
      let place = Int(sequence.number - oldest.sequence.number)
      self.recent[place].subject = ""
      self.recent[place].body = ""
      self.recent[place].removal = removal
    }
  }

  /// Where the note of a post is, nil for one that is no longer noted and for a line.
  func place(ofPost sequence: Sequence) -> Int? {
    let place = self.posts.firstIndex { $0.sequence >= sequence }
    return place < self.posts.count && self.posts[place].sequence == sequence ? place : nil
  }

  /// The same of a line.
  func place(ofLine sequence: Sequence) -> Int? {
    let place = self.lines.firstIndex { $0.sequence >= sequence }
    return place < self.lines.count && self.lines[place].sequence == sequence ? place : nil
  }

  private mutating func forgetRemoval(_ sequence: Sequence?) {
    if let sequence, !self.removedBy.isEmpty { self.removedBy[sequence] = nil }
  }
}

/// A message before it has its place.
struct Draft {
  var kind: MessageKind
  var subject = ""
  var body: String
  var replyTo: Sequence?
}
