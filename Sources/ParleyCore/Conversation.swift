package import ParleyModel

/// The whole state machine: names, participants, sessions, rooms, members, messages.
///
/// Owned by the sequencer's thread. Pure: it reads nothing but its state and what it is given.
/// ``apply(_:into:)`` is the law, and the one thing that changes state; it runs on entries that
/// the log has made durable. It has no clock and no randomness, and whatever is told is in an
/// order that does not depend on hashing, so that every run over the same log ends in the same
/// bytes.
package struct Conversation: ~Copyable {
  var state: ConversationState
  var rooms: [RoomID: Room] = [:]
  var participants: [ParticipantID: Participant] = [:]
  /// Those that are logged in.
  var sessions: [SessionID: Session] = [:]
  /// Of those who have sent any.
  var nonces: [ParticipantID: NonceMemory] = [:]
  /// Who holds a name, by its key.
  var participantIDs: [String: ParticipantID] = [:]
  /// Which room has a name, by its key; direct conversations have none.
  var roomIDs: [String: RoomID] = [:]
  var directIDs: [DirectPair: RoomID] = [:]
  /// What `rooms` lists.
  var listed = NameOrder<RoomID>()
  /// Keys of the rooms that always exist.
  var permanentKeys: Set<String> = [Name.lobby.key]
  var emptyRooms = EmptyRooms()
  var accounts = Accounts()
  /// Bans from the server.
  var serverStandings: [StandingState] = []
  /// How many rooms one owns, of those who own any.
  var owned: [Holder: Int] = [:]
  /// Participants with a session.
  var peopleHere = 0
  /// Held places, and until when.
  var held: [SessionID: Timestamp] = [:]
  /// Guests that have a token, by its SHA-256.
  var guestIDs: [[UInt8]: ParticipantID] = [:]
  /// Sessions that an API token let in.
  var limited: Set<SessionID> = []
  var changes = Changes()

  /// Without anything in it; the lobby begins with the log's first entry.
  package init() {
    self.state = ConversationState(
      settings: Settings(), incarnation: 0, lastEpoch: 0, lastRoom: RoomID(0),
      lastParticipant: ParticipantID(0), lastStamp: Timestamp(microseconds: 0))
  }

  /// How many are here, in how many rooms that are listed, in how many sessions.
  package var census: (people: Int, rooms: Int, sessions: Int) {
    (self.peopleHere, self.listed.count, self.sessions.count - self.held.count)
  }

  package func isLoggedIn(_ session: SessionID) -> Bool {
    self.sessions[session] != nil
  }

  /// The stamp of the newest entry that was applied.
  package var lastStamp: Timestamp { self.state.lastStamp }

  /// What the law takes from the configuration, as the log has it.
  package var settings: Settings { self.state.settings }

  /// Proposals to end held places whose time is over, and to delete rooms that have been without
  /// members for longer than ``Settings/emptyRoomMicroseconds``.
  package func tick(now: Timestamp) -> [Proposal] {
    var proposals = self.expiredPlaces(at: now)
    for place in self.emptyRooms.items {
      let age = now.microseconds - place.since.microseconds
      guard age >= self.state.settings.emptyRoomMicroseconds else { break }
      guard self.mayExpire(place.room, emptySince: place.since) else { continue }
      proposals.append(.expireRoom(place.room, emptySince: place.since))
    }
    return proposals
  }

  /// Whether a room has been without members since then, and does not stay for another reason.
  func mayExpire(_ id: RoomID, emptySince since: Timestamp) -> Bool {
    guard let room = self.rooms[id], room.state.kind == .room else { return false }
    return room.state.emptySince == since && !room.stays
  }
}

/// The two of a direct conversation, the smaller number first.
struct DirectPair: Hashable {
  var first: ParticipantID
  var second: ParticipantID

  init(_ one: ParticipantID, _ other: ParticipantID) {
    self.first = min(one, other)
    self.second = max(one, other)
  }
}

/// Rooms that have lost their last member and may be deleted one day, the oldest first, so that a
/// tick looks at no room that is not due.
///
/// Some may be gone or in use again meanwhile; those are dropped when they have become as many as
/// the others.
struct EmptyRooms {
  struct Item {
    var since: Timestamp
    var room: RoomID
  }

  private(set) var items: ContiguousArray<Item> = []
  private var itemsMax = 64

  mutating func append(_ item: Item, isStillEmpty: (Item) -> Bool) {
    if self.items.count >= self.itemsMax {
      self.items.removeAll { !isStillEmpty($0) }
      self.itemsMax = max(64, self.items.count * 2)
    }
    self.items.append(item)
  }

  /// Begins again with what a start or new settings found.
  mutating func replace(with items: [Item]) {
    self.items = ContiguousArray(items.sorted { ($0.since, $0.room) < ($1.since, $1.room) })
    self.itemsMax = max(64, items.count * 2)
  }
}
