import ParleyCore
import ParleyModel

/// What is true as far as the durable log says: every entry is applied in order to a conversation
/// of its own, and of the records that follow a second account is kept, as simply as can be.
///
/// The account knows nothing of how the core keeps its state: rooms are lists of all that was said,
/// what a member may see is counted anew from them, and numbers, names and nonces are checked as
/// they come.
final class Ledger {
  /// A message.
  struct Line {
    var sender: ParticipantID
    var isPost: Bool
    /// As it was said, and as it is once removed.
    var bytes: [UInt8]
    var removedBytes: [UInt8]?
    var message: Message
  }

  struct Membership {
    /// The first numbers that it may see.
    var firstLine: Int
    var firstPost: Int
    /// The head when it was closed; and what that was before it was last opened.
    var closedAfter: Int?
    var returnedFrom: Int?
    /// The entry by which it was last opened or began.
    var openedBy = LogOffset.zero
    /// Whether a session was answered with what is there since: one entry may open a room in
    /// several sessions of a member, and the first of them has what was missed.
    var isAnswered = false
  }

  struct Page {
    var kind = RoomKind.room
    var name = ""
    /// The room's own.
    var backlog: Backlog?
    var lines: [Line] = []
    var position: UInt64 = 0
    var lastTime = Timestamp(microseconds: 0)
    var isDeleted = false
    var epoch: Epoch?
    var roomName = Name(text: "", key: "")
    /// By which messages were taken away.
    var removals: [RoomEvent] = []
    var members: [ParticipantID: Membership] = [:]
  }

  private var conversation = Conversation()
  private var effects = Effects()
  private(set) var applied = 0
  var pages: [RoomID: Page] = [:]
  /// Rooms that there are, by name.
  private var rooms: [String: RoomID] = [:]
  var names: [ParticipantID: String] = [:]
  private var holders: [String: ParticipantID] = [:]
  var participants: [SessionID: ParticipantID] = [:]
  /// The entry that was last taken into account.
  private(set) var offset = LogOffset.zero
  /// In an entry by which a session goes over from one participant to another.
  private var move: (old: ParticipantID, new: ParticipantID)?
  /// What was stored with which nonce, and by which proposal.
  private var nonces: [ParticipantID: [Nonce: Proposal]] = [:]
  /// Who may come back.
  var places = LedgerPlaces()
  /// What sessions and held places have open, as it is recorded.
  private var recorded: [SessionID: SessionState] = [:]
  /// What the run was started with: how many lines and posts a new member sees; nil is all.
  var backlog: Int? = 2

  /// The state after the whole log.
  var canonicalBytes: [UInt8] { self.conversation.canonicalBytes() }

  /// Applies one more entry to the conversation; ``keep(_:)`` takes what follows into account.
  func apply(_ entry: Entry) -> Effects {
    self.applied += 1
    var effects = Effects()
    swap(&effects, &self.effects)
    effects.removeAll()
    self.conversation.apply(entry, into: &effects)
    self.conversation.drainState(into: &effects)
    return effects
  }

  /// Takes the records of an entry into account, and checks them.
  func keep(_ entry: Entry, _ effects: Effects) throws {
    self.offset = entry.offset
    let sender = self.participants[entry.session]
    var stored = 0
    for case .session(let id, .loggedIn(let participant, _)) in effects.items {
      if let old = self.participants[id], old != participant {
        self.move = (old, participant)
        self.nonces[participant, default: [:]].merge(self.nonces[old] ?? [:]) { $1 }
      }
    }
    defer { self.move = nil }
    let loggedIn = effects.items.compactMap { effect -> ParticipantID? in
      guard case .session(entry.session, .loggedIn(let id, ignored: _)) = effect else { return nil }
      return id
    }
    try self.places.keep(
      entry, records: effects.records, loggedIn: loggedIn.last, names: self.names)
    for record in effects.records {
      if case .message = record { stored += 1 }
      try self.keep(record)
    }
    if case .runStarted = entry.proposal { self.endRun() }
    for case .session(let id, .loggedIn(let participant, _)) in effects.items {
      self.participants[id] = participant
    }
    guard let nonce = entry.nonce, let sender else { return }
    if let known = self.nonces[sender]?[nonce] {
      guard stored == 0 else {
        throw SimulationFault(.nonce, "\(nonce.text) stored \(entry.proposal), and before \(known)")
      }
    } else if stored > 0 {
      self.nonces[sender, default: [:]][nonce] = entry.proposal
    }
  }

  /// The sessions of the run before are over, and nobody was told; some places are held.
  private func endRun() {
    self.participants.removeAll()
    var open: [RoomID: Set<ParticipantID>] = [:]
    for session in self.recorded.values {
      for room in session.open { open[room, default: []].insert(session.participant) }
    }
    for room in Array(self.pages.keys) {
      guard var page = self.pages[room] else { continue }
      for id in page.members.keys.sorted()
      where page.members[id]?.closedAfter == nil && open[room]?.contains(id) != true {
        page.members[id]?.closedAfter = page.lines.count
      }
      self.pages[room] = page
    }
  }

  private func keep(_ record: Record) throws {
    switch record {
    case .message(let message): try self.keep(message)
    case .removal(let room, let sequence, let removal):
      self.remove(Int(sequence.number), in: room, removal)
    case .event(let event): try self.keep(event)
    case .state(let state): try self.keep(state)
    case .forget(let key): self.forget(key)
    case .roomDeleted(let room):
      guard var page = self.pages[room] else { return }
      // Who reads what the archive has may be shown its lines until they are gone there, too.
      page.isDeleted = true
      page.members.removeAll()
      if self.rooms[page.name] == room { self.rooms[page.name] = nil }
      self.pages[room] = page
    }
  }

  private func keep(_ message: Message) throws {
    let number = self.pages[message.room]?.lines.count ?? 0
    guard message.sequence.number == UInt64(number + 1) else {
      throw SimulationFault(.order, "#\(message.sequence.number) follows #\(number)")
    }
    try self.move(message.room, to: message.position)
    guard message.time > self.pages[message.room]?.lastTime ?? message.time else {
      throw SimulationFault(.order, "#\(message.sequence.number) is not later than the one before")
    }
    self.pages[message.room]?.lastTime = message.time
    self.pages[message.room]?.lines.append(
      Line(
        sender: message.sender.participant, isPost: message.kind.isPost,
        bytes: ProbeFrame.bytes(of: message), message: message))
  }

  private func move(_ room: RoomID, to position: Position) throws {
    let last = self.pages[room, default: Page()].position
    guard position.number == last + 1 else {
      throw SimulationFault(.order, "position \(position.number) follows \(last)")
    }
    self.pages[room, default: Page()].position = position.number
  }

  private func remove(_ number: Int, in room: RoomID, _ removal: Removal) {
    guard var message = self.pages[room]?.lines[number - 1].message else { return }
    message.subject = ""
    message.body = ""
    message.removal = removal
    self.pages[room]?.lines[number - 1].removedBytes = ProbeFrame.bytes(of: message)
  }

  private func keep(_ event: RoomEvent) throws {
    try self.move(event.room, to: event.position)
    switch event.event {
    case .came(let sender, _): self.open(event.room, sender.participant)
    case .went(let sender, let departure, _):
      if departure == .left {
        self.pages[event.room]?.members[sender.participant] = nil
      } else {
        let head = self.pages[event.room]?.lines.count
        self.pages[event.room]?.members[sender.participant]?.closedAfter =
          self.lostAt(event.room, sender.participant) ?? head
      }
    case .renamed(let sender, _):
      guard let move = self.move, move.old == sender.participant else { return }
      self.open(event.room, move.new)
      let head = self.pages[event.room]?.lines.count
      self.pages[event.room]?.members[move.old]?.closedAfter = head
    case .removed, .changed(.removedAll, by: _): self.pages[event.room]?.removals.append(event)
    case .message, .topic, .changed: break
    }
  }

  /// The room's head when the connection was lost that somebody's newest held place is of: what was
  /// said since is shown to who comes back after its end.
  private func lostAt(_ room: RoomID, _ participant: ParticipantID) -> Int? {
    let places = self.recorded.values.filter {
      $0.id.isHeld && $0.participant == participant && $0.open.contains(room)
    }
    let head = places.max { $0.id < $1.id }?.held?.heads.first { $0.room == room }
    return head.map { Int($0.sequence.number) }
  }

  /// Somebody opens a room; who was no member is one now, and sees what is counted here.
  private func open(_ room: RoomID, _ participant: ParticipantID) {
    guard var page = self.pages[room] else { return }
    if var member = page.members[participant] {
      member.returnedFrom = member.closedAfter
      member.closedAfter = nil
      member.openedBy = self.offset
      member.isAnswered = false
      page.members[participant] = member
    } else if let move = self.move, move.new == participant, let old = page.members[move.old] {
      // It has seen what it saw under the other name.
      page.members[participant] = Membership(
        firstLine: old.firstLine, firstPost: old.firstPost, openedBy: self.offset)
    } else {
      page.members[participant] = Membership(
        firstLine: self.first(in: page, ofPosts: false),
        firstPost: self.first(in: page, ofPosts: true), openedBy: self.offset)
    }
    self.pages[room] = page
  }

  /// What somebody is sent again who has everything of a room up to a message.
  func told(
    after sequence: Sequence, of room: RoomID
  ) -> [(number: UInt64, sender: ParticipantID?, bytes: [UInt8])] {
    guard let page = self.pages[room], sequence.number <= UInt64(page.lines.count) else {
      return []
    }
    let first = Int(sequence.number)
    let position = first == 0 ? .zero : page.lines[first - 1].message.position
    var told = page.lines[first...].map { line in
      RoomEvent(
        room: room, position: line.message.position, time: line.message.time,
        event: .message(line.message))
    }
    told += page.removals.filter { $0.position > position }
    return told.sorted { $0.position < $1.position }.map { event in
      guard case .message(let message) = event.event else {
        return (0, nil, ProbeFrame.event(event))
      }
      return (message.sequence.number, message.sender.participant, ProbeFrame.event(event))
    }
  }

  /// The number from which on the backlog shows lines or posts.
  func first(in page: Page, ofPosts: Bool) -> Int {
    var left = self.backlog ?? .max
    switch page.backlog {
    case .count(let count): left = count
    case .all: left = .max
    case nil: break
    }
    guard left < .max else { return 1 }
    var number = page.lines.count + 1
    for place in page.lines.indices.reversed() where page.lines[place].isPost == ofPosts {
      guard left > 0 else { break }
      left -= 1
      number = place + 1
    }
    return number
  }

  private func keep(_ state: State) throws {
    switch state {
    case .participant(let participant):
      // Two names that differ in the case of their letters alone are one.
      let key = participant.name.text.lowercased()
      if let old = self.names[participant.id]?.lowercased(), self.holders[old] == participant.id {
        self.holders[old] = nil
      }
      if let other = self.holders[key] {
        throw SimulationFault(
          .name, "\(participant.name.text) is held by \(other.number) and \(participant.id.number)")
      }
      self.names[participant.id] = participant.name.text
      self.holders[key] = participant.id
    case .room(let room):
      self.pages[room.id, default: Page()].kind = room.kind
      self.pages[room.id]?.name = room.name.text
      self.pages[room.id]?.backlog = room.options.backlog
      self.pages[room.id]?.epoch = room.epoch
      self.pages[room.id]?.roomName = room.name
      if room.kind == .room { self.rooms[room.name.text] = room.id }
    case .session(let session): self.recorded[session.id] = session
    case .conversation, .member, .nonce, .account, .invite, .standing: break
    }
  }

  private func forget(_ key: StateKey) {
    switch key {
    case .participant(let id):
      if let name = self.names[id]?.lowercased(), self.holders[name] == id {
        self.holders[name] = nil
      }
      self.names[id] = nil
      self.nonces[id] = nil
    case .member(let room, let id): self.pages[room]?.members[id] = nil
    case .session(let id):
      self.participants[id] = nil
      self.recorded[id] = nil
    case .conversation, .room, .nonce, .account, .invite, .standing: break
    }
  }

  /// The conversation that an answer names, as that participant means it.
  func room(titled title: String, for participant: ParticipantID) -> RoomID? {
    guard title.first == "@" else { return self.rooms[title] }
    guard let other = self.holders[title.dropFirst().lowercased()] else { return nil }
    let pair = RoomKind.direct(min(participant, other), max(participant, other))
    return self.pages.first { $0.value.kind == pair && !$0.value.isDeleted }?.key
  }
}
