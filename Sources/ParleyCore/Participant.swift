import ParleyModel

/// Whom the others see, with what else must be found from it.
///
/// The lists are in ascending order.
struct Participant {
  var state: ParticipantState
  var sessions: [SessionID] = []
  /// Rooms that it is a member of.
  var rooms: [RoomID] = []
  /// Of a guest: rooms in which it has a role or an invitation, a member or not.
  var roles: [RoomID] = []
  /// Its direct conversations.
  var directs: [RoomID] = []
  /// The name of its account.
  var account: String?

  init(_ state: ParticipantState) {
    self.state = state
  }

  /// As others see it with a message.
  var sender: Sender {
    Sender(participant: self.state.id, name: self.state.name.text, account: self.account)
  }
}

/// A session, with what a message takes from its participant: nothing else is looked up for one.
struct Session {
  let id: SessionID
  var current: RoomID?
  /// In the order in which they were opened.
  var open: [RoomID]
  /// Its participant as others see it with a message.
  var sender: Sender
  /// What it may do where an API token let it in, and that token's number.
  var scopes: Scopes?
  var token: UInt32?
  let address: PeerAddress
  let returnsToLobby: Bool
  let holdsPlace: Bool
  /// Where nobody is at its other end.
  var held: HeldPlace?

  init(_ state: SessionState, sender: Sender) {
    self.id = state.id
    self.current = state.current
    self.open = state.open
    self.sender = sender
    self.scopes = state.scopes
    self.token = state.token
    self.address = state.address
    self.returnsToLobby = state.returnsToLobby
    self.holdsPlace = state.holdsPlace
    self.held = state.held
  }

  var participant: ParticipantID { self.sender.participant }

  /// What is kept of it.
  var state: SessionState {
    SessionState(
      id: self.id, participant: self.participant, current: self.current, open: self.open,
      scopes: self.scopes, token: self.token, address: self.address,
      returnsToLobby: self.returnsToLobby, holdsPlace: self.holdsPlace, held: self.held)
  }
}

extension Array where Element: Comparable {
  /// Adds an element to an ascending list that does not hold it yet.
  mutating func insertAscending(_ element: Element) {
    guard let last = self.last, last >= element else {
      self.append(element)
      return
    }
    guard let place = self.firstIndex(where: { $0 >= element }), self[place] != element else {
      return
    }
    self.insert(element, at: place)
  }

  /// Takes an element away where it is there.
  mutating func removeFirst(equalTo element: Element) {
    if let place = self.firstIndex(of: element) { self.remove(at: place) }
  }
}
