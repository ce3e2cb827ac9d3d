package import ParleyModel

/// An archive that is nothing but a fold over the records: what is on disk after them, in memory.
///
/// The model that the real archive is compared with, and what simulated runs start again from.
package struct RecordFold: Sendable {
  private var states: [StateKey: State] = [:]
  private var messages: [RoomID: [Message]] = [:]
  private var events: [RoomID: [RoomEvent]] = [:]
  /// The first entry of the log that is not part of it.
  package private(set) var offset = LogOffset.zero

  package init() {}

  /// Takes the records of all entries below `through`.
  package mutating func fold(_ records: [Record], through: LogOffset) {
    for record in records { self.fold(record) }
    self.offset = through
  }

  private mutating func fold(_ record: Record) {
    switch record {
    case .message(let message):
      self.messages[message.room, default: []].append(message)
    case .removal(let room, let sequence, let removal):
      guard let place = self.messages[room]?.firstIndex(where: { $0.sequence == sequence }) else {
        return
      }
      self.messages[room]?[place].subject = ""
      self.messages[room]?[place].body = ""
      self.messages[room]?[place].removal = removal
    case .event(let event):
      self.events[event.room, default: []].append(event)
    case .state(let state):
      self.states[state.key] = state
    case .forget(let key):
      self.states[key] = nil
    case .roomDeleted(let room):
      self.messages[room] = nil
      self.events[room] = nil
      self.states[.room(room)] = nil
      self.states = self.states.filter { key, _ in
        switch key {
        case .member(room, _), .standing(room, _): false
        default: true
        }
      }
    }
  }

  /// What a start would load.
  package var loaded: LoadedState {
    var loaded = LoadedState(offset: self.offset)
    for state in self.states.values {
      switch state {
      case .conversation(let conversation): loaded.conversation = conversation
      case .room(let room): loaded.rooms.append(self.load(room))
      case .participant(let participant): loaded.participants.append(participant)
      case .session(let session): loaded.sessions.append(session)
      case .member(let member): loaded.members.append(member)
      case .nonce(let nonce): loaded.nonces.append(nonce)
      case .account(let account): loaded.accounts.append(account)
      case .invite(let invite): loaded.invites.append(invite)
      case .standing(let standing): loaded.standings.append(standing)
      }
    }
    loaded.rooms.sort { $0.state.id < $1.state.id }
    loaded.participants.sort { $0.id < $1.id }
    loaded.sessions.sort { $0.id < $1.id }
    loaded.members.sort { ($0.room, $0.participant) < ($1.room, $1.participant) }
    loaded.nonces.sort { ($0.participant, $0.nonce.text) < ($1.participant, $1.nonce.text) }
    loaded.accounts.sort { $0.id < $1.id }
    loaded.invites.sort { $0.number < $1.number }
    loaded.standings.sort { ($0.room, $0.number) < ($1.room, $1.number) }
    return loaded
  }

  private func load(_ state: RoomState) -> LoadedState.Room {
    let messages = self.messages(in: state.id)
    func notes(ofPosts: Bool) -> [LoadedState.Note] {
      messages.filter { $0.kind.isPost == ofPosts }.suffix(Limits.backlogMax).map {
        LoadedState.Note(
          sequence: $0.sequence, sender: $0.sender.participant, subject: $0.subject,
          removedBy: $0.removal?.by.name)
      }
    }
    return LoadedState.Room(
      state: state, recent: Array(messages.suffix(Limits.recentMax)),
      lines: notes(ofPosts: false), posts: notes(ofPosts: true))
  }

  /// Rooms and direct conversations that exist, in the order of their numbers.
  package var rooms: [RoomState] {
    self.loaded.rooms.map(\.state)
  }

  /// A room's messages, in order.
  package func messages(in room: RoomID) -> [Message] {
    self.messages[room] ?? []
  }

  /// What a room was told, messages included, in the order of the positions.
  package func told(in room: RoomID) -> [RoomEvent] {
    let messages = self.messages(in: room).map {
      RoomEvent(room: room, position: $0.position, time: $0.time, event: .message($0))
    }
    return (messages + (self.events[room] ?? [])).sorted { $0.position < $1.position }
  }

  /// Answers a plan as the archive does.
  package func read(_ plan: ReadPlan) -> ReadAnswer {
    let visible = self.messages(in: plan.room).filter {
      $0.sequence <= plan.through && plan.window.shows($0.sequence, isPost: $0.kind.isPost)
    }
    let chosen: ArraySlice<Message>
    let all: [Message]
    switch plan.query {
    case .one(let sequence):
      all = visible.filter { $0.sequence == sequence }
      chosen = all[...]
    case .newest(let limit):
      all = visible
      chosen = all.suffix(limit)
    case .posts(let limit):
      all = visible.filter { $0.kind.isPost && $0.removal == nil }
      chosen = all.suffix(limit)
    case .since(let sequence, let limit):
      all = visible.filter { $0.sequence > sequence }
      chosen = all.suffix(limit)
    case .after(let sequence, let limit):
      all = visible.filter { $0.sequence > sequence }
      chosen = all.prefix(limit)
    case .search(let query, let limit):
      var matcher = SearchMatcher(query)
      var hits = SearchHits(limit: limit)
      for message in visible.reversed() where matcher.matches(message) {
        guard hits.add(message) else { break }
      }
      return hits.answer
    }
    // The board is listed by subjects: the length of the bodies does not end it.
    if case .posts = plan.query {
      return ReadAnswer(Array(chosen), more: all.count > chosen.count)
    }
    // The newest are kept, unless one goes up from a number.
    var goesUp = false
    if case .after = plan.query { goesUp = true }
    var bytes = 0
    var messages: [Message] = []
    for message in goesUp ? Array(chosen) : chosen.reversed() where bytes <= Limits.answerBytesMax {
      bytes += message.subject.utf8.count + message.body.utf8.count
      messages.append(message)
    }
    return ReadAnswer(
      goesUp ? messages : messages.reversed(), more: all.count > messages.count)
  }
}
