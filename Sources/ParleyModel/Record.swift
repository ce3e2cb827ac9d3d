/// What `apply` gives the archive to keep.
///
/// Written in order, with the log's offset; of several records for one state the last one counts.
public enum Record: Hashable, Sendable {
  case message(Message)
  /// Takes a stored message's subject and body away.
  case removal(RoomID, Sequence, Removal)
  /// What a room was told that is not a message.
  case event(RoomEvent)
  case state(State)
  case forget(StateKey)
  /// Deletes a room's messages, events, members and state.
  case roomDeleted(RoomID)
}

/// Names one piece of state.
public enum StateKey: Hashable, Sendable {
  case conversation
  case room(RoomID)
  case participant(ParticipantID)
  case session(SessionID)
  case member(RoomID, ParticipantID)
  case nonce(ParticipantID, Nonce)
  case account(AccountID)
  /// A code to register with, by its number.
  case invite(UInt32)
  /// Of a room, or of the server (room 0), by its number.
  case standing(RoomID, UInt32)
}

/// All state but the messages and events: what a start loads.
public enum State: Hashable, Sendable {
  case conversation(ConversationState)
  case room(RoomState)
  case participant(ParticipantState)
  case session(SessionState)
  case member(MemberState)
  case nonce(NonceState)
  case account(AccountState)
  case invite(InviteState)
  case standing(StandingState)

  public var key: StateKey {
    switch self {
    case .conversation: .conversation
    case .room(let room): .room(room.id)
    case .participant(let participant): .participant(participant.id)
    case .session(let session): .session(session.id)
    case .member(let member): .member(member.room, member.participant)
    case .nonce(let nonce): .nonce(nonce.participant, nonce.nonce)
    case .account(let account): .account(account.id)
    case .invite(let invite): .invite(invite.number)
    case .standing(let standing): .standing(standing.room, standing.number)
    }
  }
}

/// The counters, and what is true of the whole.
public struct ConversationState: Hashable, Sendable {
  public var settings: Settings
  public var incarnation: UInt32
  /// Counters: the last number given out.
  public var lastEpoch: UInt32
  public var lastRoom: RoomID
  public var lastParticipant: ParticipantID
  /// The stamp of the newest entry that was applied.
  public var lastStamp: Timestamp
  public var lastAccount: AccountID
  public var lastInvite: UInt32
  public var lastStanding: UInt32
  /// Where what administrators do is kept, once there is something.
  public var audit: RoomID?
  /// Counts the held places.
  public var lastHeld: UInt64

  public init(
    settings: Settings, incarnation: UInt32, lastEpoch: UInt32, lastRoom: RoomID,
    lastParticipant: ParticipantID, lastStamp: Timestamp, lastAccount: AccountID = AccountID(0),
    lastInvite: UInt32 = 0, lastStanding: UInt32 = 0, audit: RoomID? = nil, lastHeld: UInt64 = 0
  ) {
    self.settings = settings
    self.incarnation = incarnation
    self.lastEpoch = lastEpoch
    self.lastRoom = lastRoom
    self.lastParticipant = lastParticipant
    self.lastStamp = lastStamp
    self.lastAccount = lastAccount
    self.lastInvite = lastInvite
    self.lastStanding = lastStanding
    self.audit = audit
    self.lastHeld = lastHeld
  }
}

/// What kind of conversation a room number stands for.
public enum RoomKind: Hashable, Sendable {
  case room
  /// Between two participants, the smaller number first.
  case direct(ParticipantID, ParticipantID)
  /// What was done in a room, or by administrators (room 0); nobody is a member.
  case audit(RoomID)
}

/// A room without its messages and members.
public struct RoomState: Hashable, Sendable {
  public var id: RoomID
  public var kind: RoomKind
  public var name: Name
  public var epoch: Epoch
  public var created: Timestamp
  /// Its creator, or who was given it.
  public var owner: Holder?
  public var topic: Topic?
  public var options: RoomOptions
  public var head: Sequence
  public var position: Position
  /// The time of its newest message.
  public var lastTime: Timestamp
  /// Posts that were not removed.
  public var posts: Int
  /// Since when it has had no members; nil while it has.
  public var emptySince: Timestamp?
  public var lastStanding: UInt32
  /// Where what was done in it is kept, once there is something.
  public var audit: RoomID?
  /// Of a direct conversation: up to where each of its two says that it has read.
  public var readByFirst: Sequence?
  public var readBySecond: Sequence?

  public init(
    id: RoomID, kind: RoomKind, name: Name, epoch: Epoch, created: Timestamp,
    owner: Holder? = nil, topic: Topic? = nil, options: RoomOptions = RoomOptions(),
    head: Sequence = .zero, position: Position = .zero,
    lastTime: Timestamp = Timestamp(microseconds: 0), posts: Int = 0,
    emptySince: Timestamp? = nil, lastStanding: UInt32 = 0, audit: RoomID? = nil,
    readByFirst: Sequence? = nil, readBySecond: Sequence? = nil
  ) {
    self.id = id
    self.kind = kind
    self.name = name
    self.epoch = epoch
    self.created = created
    self.owner = owner
    self.topic = topic
    self.options = options
    self.head = head
    self.position = position
    self.lastTime = lastTime
    self.posts = posts
    self.emptySince = emptySince
    self.lastStanding = lastStanding
    self.audit = audit
    self.readByFirst = readByFirst
    self.readBySecond = readBySecond
  }
}

/// A participant without its memberships and sessions.
public struct ParticipantState: Hashable, Sendable {
  public var id: ParticipantID
  public var name: Name
  public var account: AccountID?
  public var since: Timestamp
  public var away: String?
  /// Participants that it hides, in the order of their numbers.
  public var ignored: [ParticipantID]
  /// Who last sent it a direct message.
  public var lastDirect: ParticipantID?
  /// Of an account's own participant: when its last session ended.
  public var lastSeen: Timestamp?
  /// The rooms that were open then, and which was the current one.
  public var resume: [RoomID]
  public var resumeCurrent: RoomID?
  /// Since when ``strangers`` counts those whom it wrote to first.
  public var strangersSince: Timestamp
  public var strangers: UInt32
  /// SHA-256 of a guest's token, where it has one.
  public var token: [UInt8]?

  public init(
    id: ParticipantID, name: Name, account: AccountID? = nil, since: Timestamp,
    away: String? = nil, ignored: [ParticipantID] = [], lastDirect: ParticipantID? = nil,
    lastSeen: Timestamp? = nil, resume: [RoomID] = [], resumeCurrent: RoomID? = nil,
    strangersSince: Timestamp = Timestamp(microseconds: 0), strangers: UInt32 = 0,
    token: [UInt8]? = nil
  ) {
    self.id = id
    self.name = name
    self.account = account
    self.since = since
    self.away = away
    self.ignored = ignored
    self.lastDirect = lastDirect
    self.lastSeen = lastSeen
    self.resume = resume
    self.resumeCurrent = resumeCurrent
    self.strangersSince = strangersSince
    self.strangers = strangers
    self.token = token
  }
}

/// A session as the law sees it.
public struct SessionState: Hashable, Sendable {
  public var id: SessionID
  public var participant: ParticipantID
  public var current: RoomID?
  /// In the order in which they were opened.
  public var open: [RoomID]
  /// What it may do where an API token let it in; nil for everything.
  public var scopes: Scopes?
  /// The number of that token.
  public var token: UInt32?
  public var address: PeerAddress
  /// Whether it goes to the lobby when it is put out of its current room.
  public var returnsToLobby: Bool
  /// Whether its place is held when its connection is lost.
  public var holdsPlace: Bool
  /// Where it is a place that is held.
  public var held: HeldPlace?

  public init(
    id: SessionID, participant: ParticipantID, current: RoomID? = nil, open: [RoomID] = [],
    scopes: Scopes? = nil, token: UInt32? = nil, address: PeerAddress = .none,
    returnsToLobby: Bool = true, holdsPlace: Bool = false, held: HeldPlace? = nil
  ) {
    self.id = id
    self.participant = participant
    self.current = current
    self.open = open
    self.scopes = scopes
    self.token = token
    self.address = address
    self.returnsToLobby = returnsToLobby
    self.holdsPlace = holdsPlace
    self.held = held
  }
}

/// A membership: what its participant may see of the room.
public struct MemberState: Hashable, Sendable {
  public var room: RoomID
  public var participant: ParticipantID
  /// The room's head when the membership began.
  public var joinedAfter: Sequence
  public var window: Window
  /// The room's head when its last session closed the room; nil while it is open.
  public var closedAfter: Sequence?
  /// When it last spoke, where the room makes its members wait.
  public var lastSpoke: Timestamp?
  /// Up to where it says that it has read; nil where it never said.
  public var read: Sequence?

  public init(
    room: RoomID, participant: ParticipantID, joinedAfter: Sequence, window: Window,
    closedAfter: Sequence? = nil, lastSpoke: Timestamp? = nil, read: Sequence? = nil
  ) {
    self.room = room
    self.participant = participant
    self.joinedAfter = joinedAfter
    self.window = window
    self.closedAfter = closedAfter
    self.lastSpoke = lastSpoke
    self.read = read
  }
}

/// A command that had an effect, remembered by its nonce.
public struct NonceState: Hashable, Sendable {
  public var participant: ParticipantID
  public var nonce: Nonce
  /// Of what was asked (FNV-1a, 64 bits, over the proposal's canonical form).
  public var digest: UInt64
  public var time: Timestamp
  /// The message that it stored.
  public var room: RoomID
  public var id: MessageID
  public var sequence: Sequence
  /// The time of that message.
  public var messageTime: Timestamp
  /// Of the room, or of the recipient of a direct message, as the answer said it: the answer can
  /// be given again after the room was deleted.
  public var name: String
  /// How many sessions a direct message reached; nil for a message to a room.
  public var sessions: Int?

  public init(
    participant: ParticipantID, nonce: Nonce, digest: UInt64, time: Timestamp, room: RoomID,
    id: MessageID, sequence: Sequence, messageTime: Timestamp, name: String, sessions: Int? = nil
  ) {
    self.participant = participant
    self.nonce = nonce
    self.digest = digest
    self.time = time
    self.room = room
    self.id = id
    self.sequence = sequence
    self.messageTime = messageTime
    self.name = name
    self.sessions = sessions
  }
}

/// What a start loads from the archive: state in the order of its keys' numbers, and each room's
/// newest messages.
public struct LoadedState: Sendable {
  /// What stays known of a message when it is no longer in memory: enough to count the backlog,
  /// to answer a post and to remove one's own message.
  public struct Note: Hashable, Sendable {
    public var sequence: Sequence
    public var sender: ParticipantID
    /// A post's, empty for lines and once removed.
    public var subject: String
    /// The name of who took it away.
    public var removedBy: String?

    public init(
      sequence: Sequence, sender: ParticipantID, subject: String = "", removedBy: String? = nil
    ) {
      self.sequence = sequence
      self.sender = sender
      self.subject = subject
      self.removedBy = removedBy
    }
  }

  public struct Room: Sendable {
    public var state: RoomState
    /// The newest ``Limits/recentMax`` messages, in order.
    public var recent: [Message]
    /// Notes of the newest ``Limits/backlogMax`` lines, in order, removed ones included.
    public var lines: [Note]
    /// The same of posts.
    public var posts: [Note]

    public init(state: RoomState, recent: [Message], lines: [Note], posts: [Note]) {
      self.state = state
      self.recent = recent
      self.lines = lines
      self.posts = posts
    }
  }

  /// The first entry of the log that is not part of it.
  public var offset: LogOffset
  /// Nil for an empty archive.
  public var conversation: ConversationState?
  public var rooms: [Room]
  public var participants: [ParticipantState]
  public var sessions: [SessionState]
  public var members: [MemberState]
  public var nonces: [NonceState]
  public var accounts: [AccountState]
  public var invites: [InviteState]
  public var standings: [StandingState]

  public init(
    offset: LogOffset = .zero, conversation: ConversationState? = nil, rooms: [Room] = [],
    participants: [ParticipantState] = [], sessions: [SessionState] = [],
    members: [MemberState] = [], nonces: [NonceState] = [], accounts: [AccountState] = [],
    invites: [InviteState] = [],
    standings: [StandingState] = []
  ) {
    self.offset = offset
    self.conversation = conversation
    self.rooms = rooms
    self.participants = participants
    self.sessions = sessions
    self.members = members
    self.nonces = nonces
    self.accounts = accounts
    self.invites = invites
    self.standings = standings
  }
}
