import Glibc
import ParleyClient
import ParleyDoorKit
import ParleyLineDoor
import ParleyModel
import ParleyTerminal

/// What the server says.
extension ChatSession {
  // MARK: Coming in

  func entered(_ welcome: Welcome, _ client: Client) async {
    self.welcome(welcome)
    self.noteStart()
    for (index, room) in self.options.rooms.enumerated() {
      do throws(ClientError) {
        let opened = index == 0 ? try await client.join(room) : try await client.open(room)
        if opened.isCurrent { self.enteredRoom(opened.room) }
      } catch {
        self.refuse(error)
        // A script would speak to others than it meant.
        if !self.isInteractive { return await self.finish(EXIT_FAILURE) }
      }
    }
    self.isIn = true
    self.decidePlaces()
    self.showPrompt()
    self.stir()
  }

  func welcome(_ welcome: Welcome) {
    self.text.ownName = welcome.name
    self.account = welcome.account
    let kind =
      welcome.account.map { $0 == welcome.name ? "" : ", account \($0)" }
      ?? ", a guest; /register keeps the name"
    if self.isInteractive {
      self.say("You are \(welcome.name), session \(welcome.session)\(kind).")
    }
    for unread in welcome.unread {
      self.unread.add(unread.room, unread.count, isMention: unread.mentions > 0)
    }
    if let room = welcome.rooms.first(where: \.isCurrent) ?? welcome.rooms.first {
      self.enteredRoom(room.room)
    }
    self.showPrompt()
  }

  func couldNotEnter(_ error: ClientError) {
    let place = self.target.map { "\($0.destination)" } ?? "the server"
    let again = self.isInteractive ? "; /connect HOST PORT tries again" : ""
    switch error {
    case .refused(let refusal) where self.isInteractive: self.askAnew(behind: refusal)
    case .refused(let refusal):
      let isAboutPassword = ["name_registered", "bad_password"].contains(refusal.code)
      self.refuse(
        refusal.code,
        Self.words(of: refusal)
          + (isAboutPassword ? "; PARLEY_CHAT_PASSWORD may have the password" : ""))
    case .unknownCertificate(let fingerprint): self.pin(fingerprint)
    case .otherCertificate:
      self.fail(
        "\(error); if that is right, remove the line of \(place) in \(self.files.serversPath)",
        code: "not_trusted")
    case .notTrusted:
      let isVerified = self.options.encryption == .verified
      self.fail(
        "\(error)" + (isVerified ? "; --tls-pin believes the certificate of the first time" : ""),
        code: "not_trusted")
    case .unreachable(let why): self.fail("there is no connection to \(place): \(why)" + again)
    case .notUnderstood(let what):
      self.fail("what answers at \(place) is no Parley server: \(what)" + again)
    case .outcomeUnknown, .tooManyRequests, .eventsNotTaken, .closed, .cancelled:
      self.fail("\(error)" + again)
    }
  }

  /// Asks a person for what lets them in instead.
  private func askAnew(behind refusal: ParleyClient.Refusal) {
    // Whose name is an account is asked for the password, and knows why.
    if refusal.code != "name_registered" || self.isIn { self.refuse(.refused(refusal)) }
    switch refusal.code {
    case "name_registered", "bad_password":
      let entering = self.account ?? self.target?.name ?? ""
      guard let name = try? NameRules.participantName(entering) else {
        return self.ask(.name)
      }
      self.ask(.secrets(SecretQuestions(.login(name)), isEntering: true))
    case "name_taken":
      self.say("*** is it your own? Behind a lost connection a name is held for 60 s")
      self.ask(.name)
    case "bad_name", "account_needed", "too_busy": self.ask(.name)
    default: break
    }
  }

  /// What the server says, and which name is free instead.
  private static func words(of refusal: ParleyClient.Refusal) -> String {
    refusal.text + (refusal.freeName.map { "; \($0) is free" } ?? "")
  }

  /// The first time: the certificate is remembered, and from then on no other is believed.
  private func pin(_ fingerprint: String) {
    guard let target = self.target else { return }
    guard self.files.remember(fingerprint, of: "\(target.destination)") else {
      return self.fail(
        "the certificate cannot be remembered in \(self.files.serversPath)", code: "not_trusted")
    }
    let word = "the certificate of \(target.destination) is remembered: SHA-256 \(fingerprint)"
    if self.isInteractive {
      self.say("*** " + word)
    } else {
      TerminalDevice.write("parley: \(word)\n", to: STDERR_FILENO)
    }
    self.target?.security = .pinned(fingerprint: fingerprint)
    self.enterTarget()
  }

  // MARK: Events

  func take(_ event: ParleyClient.Event) {
    if self.view.mode == .objects { self.printEvent(event) }
    switch event {
    case .state(let state): self.take(state)
    case .message(let message), .posted(let message): self.take(ShownMessage(message))
    case .direct(let message): self.take(direct: ShownMessage(message))
    case .opened(let room):
      self.opened(room)
      self.tell(self.text.event(event))
    case .came(let came):
      self.know(came.name, in: came.room)
      self.tell(self.text.event(event))
    case .went(let went):
      self.people[went.room]?.remove(went.name)
      if went.name == self.text.ownName { self.closed(went.room) }
      self.tell(self.text.event(event))
    case .renamed(let renamed):
      self.people[renamed.room]?.remove(renamed.from)
      self.know(renamed.to, in: renamed.room)
      if renamed.from == self.text.ownName { self.text.ownName = renamed.to }
      if renamed.from == self.lastDirect { self.lastDirect = renamed.to }
      if self.acquaintances.remove(renamed.from) != nil { self.meet(renamed.to) }
      self.tell(self.text.event(event))
    case .notice(let kind, let room, _):
      if ["kicked", "banned"].contains(kind) { self.putOut(of: room) }
      self.tell(self.text.event(event))
    case .crowd, .topic, .removed, .changed, .missed, .notReopened, .server, .closing:
      self.tell(self.text.event(event))
    case .unknown("marked", let mark): self.looked(at: mark["room"]?.string ?? "")
    case .behind, .caughtUp, .unknown: break
    }
  }

  /// Shows what is told to a person; a script is shown answers alone.
  private func tell(_ lines: ChatText.Lines, rings: Bool = false) {
    guard self.isInteractive, !lines.isEmpty else { return }
    self.view.show(lines, rings: rings && self.options.rings)
  }

  private func take(_ state: ConnectionState) {
    switch state {
    case .waiting(_, let error):
      if self.isIn, !self.isAway {
        self.isAway = true
        self.say("*** \(error); trying again, what you enter waits")
      } else if self.isIn, self.reasonAway != error {
        self.say("*** \(error); trying again")
      }
      self.reasonAway = error
    case .live:
      if !self.isSettled {
        self.isSettled = true
        self.stir()
      }
      if self.isAway {
        self.isAway = false
        self.say("*** connected again")
      }
    case .closed(.failed(let error)):
      guard self.isIn, !self.isEnded else { break }
      switch error {
      // As at the beginning: the name or the password may be asked for.
      case .refused, .otherCertificate, .notTrusted: self.couldNotEnter(error)
      case .unreachable, .unknownCertificate, .outcomeUnknown, .tooManyRequests, .eventsNotTaken,
        .notUnderstood, .closed, .cancelled:
        self.fail("\(error)")
      }
    case .connecting, .connected, .resuming, .closed(.quit): return
    }
    self.showPrompt()
  }

  private func opened(_ room: Room) {
    // The answer says what came of a request of ours, perhaps before this and perhaps behind it.
    let isAsked = ["switched", "added", "again"].contains(room.opened) && !self.isAway
    if room.isCurrent, !isAsked { self.enteredRoom(room.room) }
    if room.opened == "switched", let left = self.toldRoom, left != room.room {
      self.openRooms.remove(left)
    }
    if room.isCurrent { self.toldRoom = room.room }
    self.openRooms.insert(room.room)
    if self.people.count < Self.wordsMax || self.people[room.room] != nil {
      self.people[room.room] = Set(room.present)
    }
    if !room.isResumed { self.seenBefore[room.room] = room.sequence }
    if self.seenBefore.count > Self.wordsMax { self.seenBefore = [:] }
  }

  /// We have left a room, perhaps in another session.
  private func closed(_ room: String) {
    self.openRooms.remove(room)
    if self.toldRoom == room { self.toldRoom = nil }
    if self.currentRoom == room { self.enteredRoom(nil) }
  }

  /// Somebody put us out of a room: the server has us in the lobby then, where that is open.
  private func putOut(of room: String) {
    self.people[room] = nil
    self.openRooms.remove(room)
    let lobby = self.openRooms.contains(Name.lobby.text) ? Name.lobby.text : nil
    if self.toldRoom == room { self.toldRoom = lobby }
    if self.currentRoom == room { self.enteredRoom(lobby) }
  }

  private func know(_ name: String, in room: String) {
    guard (self.people[room]?.count ?? 0) < Self.wordsMax else { return }
    self.people[room]?.insert(name)
  }

  /// Somebody whom Tab knows from now on, here or not.
  func meet(_ name: String) {
    guard name != self.text.ownName, self.acquaintances.count < Self.wordsMax else { return }
    self.acquaintances.insert(name)
  }

  private func take(_ message: ShownMessage) {
    self.meet(message.from)
    let isOwn = message.from == self.text.ownName
    let isNew = message.sequence > self.seenBefore[message.room] ?? 0
    let isMention =
      !isOwn && isNew && Mention.isThere(self.text.ownName, in: message.text ?? "")
    if !isOwn, isNew, message.room != self.currentRoom {
      self.unread.add(message.room, isMention: isMention)
      self.composePrompt()
    }
    self.tell(self.dayLine(message) + self.text.message(message), rings: isMention)
  }

  private func take(direct message: ShownMessage) {
    let title = message.conversation(ownName: self.text.ownName)
    self.meet(String(title.dropFirst()))
    let isOwn = message.from == self.text.ownName
    if !isOwn {
      self.unread.add(title, isMention: true)
      self.lastDirect = message.from
    }
    self.composePrompt()
    self.tell(self.dayLine(message) + self.text.message(message), rings: !isOwn)
  }

  /// The line where a day begins.
  private func dayLine(_ message: ShownMessage) -> ChatText.Lines {
    let day = message.time.day
    guard day != self.day else { return [] }
    self.day = day
    return [StyledText("*** " + day, .dim)]
  }

  // MARK: Saying

  /// Shows a line of the client's own.
  func say(_ text: String) {
    if self.isInteractive {
      self.view.show([StyledText(text)])
    } else if self.view.mode == .lines, !text.hasPrefix("***") {
      self.view.write(SafeText.line(text) + "\n")
    }
  }

  func refuse(_ refusal: ParleyModel.Refusal, _ explanation: String? = nil) {
    var text = explanation ?? RefusalText.explanation(refusal)
    if explanation == nil, let hint = LineHint.hint(refusal) { text += "; " + hint }
    self.refuse(refusal.code, text)
  }

  func refuse(_ error: ClientError) {
    guard !self.isEnded else { return }
    if case .refused(let refusal) = error {
      self.refuse(refusal.code, Self.words(of: refusal))
    } else {
      self.refuse("not_done", "\(error)")
    }
  }

  /// Says what was not done; a script ends with another code for it.
  func refuse(_ code: String, _ text: String) {
    guard !self.isEnded else { return }
    self.report(code, text)
  }

  /// The same, also when it has ended.
  func report(_ code: String, _ text: String) {
    if self.isInteractive {
      self.view.show([StyledText("error \(code): \(text)")])
    } else {
      if self.view.mode == .objects {
        self.printObject(["error": ["code": .string(code), "text": .string(text)]])
      }
      TerminalDevice.write("parley: error \(code): \(SafeText.line(text))\n", to: STDERR_FILENO)
      // What a signal ended says so.
      if self.code == EXIT_SUCCESS { self.code = EXIT_FAILURE }
    }
  }

  // MARK: The prompt

  func showPrompt() {
    self.composePrompt()
    self.view.refresh()
  }

  private func composePrompt() {
    switch self.question {
    case .name: self.view.prompt = StyledText("Username: ")
    case .secrets(let questions, isEntering: _):
      self.view.prompt = StyledText(questions.question)
    case nil: self.view.prompt = self.usualPrompt
    }
  }

  private var usualPrompt: StyledText {
    if let draft = self.draft { return StyledText("\(draft.subject) | ", .dim) }
    let place: String
    if self.client == nil {
      place = "not connected"
    } else if !self.isIn {
      place = "connecting"
    } else {
      place = (self.currentRoom ?? "no room") + (self.isAway ? ", offline" : "")
    }
    var prompt = StyledText("[\(place)] ", .bold)
    if !self.unread.text.isEmpty {
      prompt.append("(")
      prompt.append(self.unread.text)
      prompt.append(") ")
    }
    return prompt
  }
}
