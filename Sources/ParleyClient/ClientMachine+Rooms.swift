import NIOCore

/// Entering, rooms, and what is told of them.
extension ClientMachine {
  // MARK: Entering

  /// The first time, the rooms that the server has for us are opened; later, those that were open.
  func helloParams() -> [String: JSON] {
    var params: [String: JSON] = [
      "name": .string(self.account ?? self.configuration.name),
      "autojoin": .boolean(self.configuration.opensRooms && !self.hasEntered),
    ]
    switch self.configuration.credential {
    case .guest: params["token"] = .string(self.configuration.token)
    case .password(let password): params["password"] = .string(password)
    case .apiToken(let token): params["token"] = .string(token)
    }
    let cursors = self.cursors
    // Without any, nothing goes on: so only where this is the first word of this participant. The
    // answer to an earlier one may have been lost, and rooms joined by it.
    if !cursors.isEmpty || self.hasGreeted {
      params["cursors"] = .object(
        cursors.mapValues {
          ["epoch": .string($0.epoch), "sequence": .integer($0.sequence)]
        })
    }
    return params
  }

  /// Of the rooms that are open, and the direct conversations.
  var cursors: [String: Cursor] {
    self.book.cursors(open: self.hasEntered ? self.openRooms : nil)
  }

  /// Refusals of a login behind which it is tried again.
  private mutating func isPassing(_ refusal: Refusal, _ now: NIODeadline) -> Bool {
    let takenSince = refusal.code == "name_taken" ? self.nameTakenSince ?? now : nil
    self.nameTakenSince = takenSince
    switch refusal.code {
    case "too_busy", "too_fast", "too_many", "shutting_down", "storage_unavailable":
      return true
    // The server may not have noticed yet that our own connection was lost.
    case "name_taken":
      guard self.hasEntered, let takenSince else { return false }
      return now - takenSince < TimeAmount(self.configuration.reconnection.nameTakenMax)
    default: return false
    }
  }

  /// The answer to `hello`.
  mutating func entered(
    _ outcome: Result<JSON, Refusal>, _ now: NIODeadline
  ) throws(ClientError) {
    switch outcome {
    case .failure(let refusal):
      self.actions.append(.disconnect)
      if self.isPassing(refusal, now) { return self.wait(.refused(refusal), now) }
      self.close(.failed(.refused(refusal)))
    case .success(let result):
      let welcome = try Fields(result).welcome()
      let directs = try Fields(result).directs()
      let isSame = self.isSame(welcome, directs)
      self.account = welcome.account
      self.configuration.name = welcome.name
      if self.hasEntered, !isSame { self.dropForeignNonces() }
      let wanted = self.openRooms
      let wantedCurrent = self.currentRoom
      self.nameTakenSince = nil
      self.setResuming(now)
      self.openRooms = []
      self.currentRoom = nil
      // The server does not know which room was the current one; we do, also where none was.
      let isWantedOpen = welcome.rooms.contains { $0.room == wantedCurrent }
      for var room in welcome.rooms {
        if isWantedOpen || self.hasEntered && wantedCurrent == nil {
          room.isCurrent = room.room == wantedCurrent
        }
        self.take(room, isAutomatic: true)
      }
      for direct in directs { self.book.list(direct) }
      for lost in result["lost"]?.elements ?? [] {
        if let title = lost["room"]?.string { self.book.lose(title) }
      }
      self.perform()
      guard self.hasEntered else {
        self.hasEntered = true
        return self.actions.append(.started(.success(welcome)))
      }
      let serverCurrent = welcome.rooms.first(where: \.isCurrent)?.room
      if isWantedOpen, let wantedCurrent, wantedCurrent != serverCurrent {
        self.sendNow(.choose(room: wantedCurrent), "join", ["room": .string(wantedCurrent)])
      }
      self.restore(wanted, current: wantedCurrent)
    }
  }

  /// Whether the server knows us as whom it knew over the last connection: then it remembers our
  /// nonces.
  private func isSame(_ welcome: Welcome, _ directs: [DirectConversation]) -> Bool {
    if let account = welcome.account { return account == self.account }
    return welcome.rooms.contains { self.book.isKnown($0.epoch) && !$0.isNewMember }
      || directs.contains { self.book.isKnown($0.epoch) && $0.isResumed }
  }

  /// Opens again what was open and is not.
  ///
  /// The current room first. Switching to it closes the one that is current now, which is right for
  /// one that was not open; else it is opened beside that and chosen behind its opening.
  private mutating func restore(_ rooms: [String], current: String?) {
    var open = Set(self.openRooms)
    if let current, !open.contains(current), !rooms.contains(where: { $0 == self.currentRoom }) {
      open.insert(current)
      self.sendNow(.restore(room: current), "join", ["room": .string(current)])
    }
    for room in rooms where !open.contains(room) {
      self.sendNow(.restore(room: room), "open", ["room": .string(room)])
      guard room == current else { continue }
      self.sendNow(.choose(room: room), "join", ["room": .string(room)])
    }
  }

  /// The answer to making a room that is open the current one; why it is not open has been said.
  mutating func chosen(
    _ room: String, _ outcome: Result<JSON, Refusal>
  ) throws(ClientError) {
    guard case .success(let result) = outcome, self.currentRoom != room else { return }
    self.take(try Fields(result).room(), isAutomatic: true)
  }

  mutating func restored(
    _ room: String, _ outcome: Result<JSON, Refusal>, _ now: NIODeadline
  ) throws(ClientError) {
    switch outcome {
    case .success(let result): self.take(try Fields(result).room(), isAutomatic: true)
    case .failure(let refusal):
      self.openRooms.removeAll { $0 == room }
      self.actions.append(.tell(.notReopened(room: room, refusal)))
    }
  }

  // MARK: Rooms

  /// A room is open now.
  mutating func take(_ room: Room, isAutomatic: Bool) {
    if room.isCurrent {
      if room.opened == "switched", let left = self.currentRoom, left != room.room {
        self.openRooms.removeAll { $0 == left }
      }
      self.currentRoom = room.room
    }
    if !self.openRooms.contains(room.room) { self.openRooms.append(room.room) }
    self.book.open(room, isAutomatic: isAutomatic)
    self.perform()
  }

  private mutating func closed(_ room: String) {
    self.openRooms.removeAll { $0 == room }
    if self.currentRoom == room { self.currentRoom = nil }
  }

  /// Takes note of what the user's own requests change.
  mutating func note(
    _ request: Pending, _ result: JSON, _ now: NIODeadline
  ) throws(ClientError) {
    let fields = Fields(result)
    switch request.method {
    case "join", "open": self.take(try fields.room(), isAutomatic: false)
    case "leave", "close":
      if let room = result["room"]?.string ?? request.params["room"]?.string { self.closed(room) }
      if let current = result["current"]?.string { self.currentRoom = current }
    case "nick": self.configuration.name = try fields.text("name")
    case "register":
      self.account = try fields.text("account")
      if let password = request.params["password"]?.string {
        self.configuration.credential = .password(password)
      }
    case "login":
      let welcome = try fields.welcome()
      self.account = welcome.account
      self.configuration.name = welcome.name
      if let password = request.params["password"]?.string {
        self.configuration.credential = .password(password)
      } else if let token = request.params["token"]?.string {
        self.configuration.credential = .apiToken(token)
      }
      for room in welcome.rooms { self.take(room, isAutomatic: false) }
    case "passwd":
      if case .password = self.configuration.credential,
        let password = request.params["new"]?.string
      {
        self.configuration.credential = .password(password)
      }
    case "unregister":
      self.account = nil
      self.configuration.credential = .guest
    default: return
    }
  }

  // MARK: Events

  mutating func notified(
    _ method: String, _ params: JSON, _ now: NIODeadline
  ) throws(ClientError) {
    if method == "skipped" {
      let fields = Fields(params)
      self.book.skipped(try fields.text("room"), through: try fields.number("through"))
      return self.perform()
    }
    let event = try Event(method: method, params: params)
    if method == "behind" {
      let fields = Fields(params)
      self.book.behind(
        try fields.text("room"), try fields.text("epoch"), after: try fields.number("sequence"))
      return self.perform()
    }
    if case .opened(let room) = event { return self.take(room, isAutomatic: false) }
    if case .closing(let reason, let text) = event { self.noteClosing(reason, text) }
    if case .notice(let kind, let room, _) = event, ["kicked", "banned"].contains(kind) {
      self.closed(room)
    }
    self.book.take(event)
    self.perform()
  }

  mutating func healed(
    _ epoch: String, _ outcome: Result<JSON, Refusal>
  ) throws(ClientError) {
    switch outcome {
    case .success(let result): self.book.healed(epoch, try Fields(result).excerpt())
    case .failure(let refusal): self.book.gaveUp(epoch, .history(refusal.code))
    }
    self.perform()
  }

  /// Tells and asks what the book wants.
  private mutating func perform() {
    for step in self.book.takeSteps() {
      switch step {
      case .tell(let event): self.actions.append(.tell(event))
      case .ask(let room, let epoch, let after, let limit):
        self.sendNow(
          .heal(epoch: epoch), "history",
          ["room": .string(room), "after": .integer(after), "limit": .integer(limit)])
      }
    }
  }
}
