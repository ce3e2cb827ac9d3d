import Glibc
import ParleyClient
import ParleyDoorKit
import ParleyLineDoor
import ParleyModel
import ParleyTerminal

/// What was entered, done.
extension ChatSession {
  /// What the client does by itself it does at once; all else waits for its turn.
  func perform(_ action: LineAction) async {
    switch action {
    case .said(let command): self.enqueue(.command(command))
    case .command(.quit(let departure)):
      var word: String?
      if case .quit(let text) = departure, !text.isEmpty { word = text }
      self.leaveInTurn(saying: word)
    case .command(let command): self.enqueue(.command(command))
    case .beginPost(let subject):
      if self.view.mode == .screen, let editor = self.program("VISUAL") ?? self.program("EDITOR") {
        return await self.writePost(subject, with: editor)
      }
      self.beginDraft(subject)
    case .cancelPost: self.refuse(.badArguments(usage: "/cancel, while a post is being written"))
    case .ask(let questions):
      guard self.isInteractive else { return self.refuseToAsk(questions) }
      guard self.client != nil else {
        return self.fail("there is no connection; /connect HOST PORT makes one")
      }
      self.ask(.secrets(questions, isEntering: false))
    case .certificate:
      self.refuse(
        "bad_command", "parley chat has no client certificate; /login NAME asks for the password")
    case .help(let word): self.showHelp(word)
    case .show(let setting): self.say("ok " + self.description(of: setting))
    case .set(let setting, let value): self.set(setting, value)
    case .connect where !self.isInteractive:
      // What is piped in may come from anybody.
      self.refuse(
        "bad_command",
        "a script stays at its server; parley chat NAME@HOST:PORT names another one")
    case .connect(let host, let port):
      await self.connect(to: .tcp(host: host, port: Int(port)), as: self.nameForNext)
    }
  }

  /// Has a post written line by line.
  func beginDraft(_ subject: String) {
    self.draft = PostDraft(subject: subject)
    self.showPrompt()
    if self.isInteractive {
      self.say("ok write the post; a line with a lone . sends it, /cancel gives it up")
    }
  }

  /// The pager: as `PAGER` says, which names none where it is empty or `cat`; without it what there
  /// is.
  var pager: String? {
    guard let named = self.environment["PAGER"] else { return OtherProgram.usualPager }
    return named.isEmpty || named == "cat" ? nil : named
  }

  /// A script's next line is no password, whatever it asks for.
  private func refuseToAsk(_ questions: SecretQuestions) {
    let remedy: String
    if case .login(let name) = questions.purpose {
      remedy = "PARLEY_CHAT_PASSWORD=… parley chat \(name)@HOST logs in"
    } else {
      remedy = "give this command at a terminal"
    }
    self.refuse("bad_command", "a script is not asked for a password; " + remedy)
  }

  /// The program that a variable names; nil where it names none.
  func program(_ variable: String) -> String? {
    self.environment[variable].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Whoever is somebody already is the same at another server.
  private var nameForNext: String? {
    if !self.text.ownName.isEmpty { return self.text.ownName }
    return self.options.name
  }

  func showHelp(_ word: String?) {
    switch LineHelp.text(about: word) {
    case .success(let text): self.showAnswer(SafeText.lines(text).map { StyledText($0) })
    case .failure(let refusal): self.refuse(refusal)
    }
  }

  // MARK: Settings

  private func set(_ setting: LineSetting, _ value: String) {
    switch setting {
    case .numbers: self.text.showsNumbers = value == "on"
    case .colour: self.text.coloursNames = value == "on" && self.view.inColour
    case .verbs: self.verbs = value == "on"
    case .timezone:
      // The grammar has let none pass that is no zone.
      guard let zone = LineZone(value) else { break }
      LocalTime.use(zone)
      self.zone = zone.name
    }
    self.say("ok " + self.description(of: setting))
  }

  private func description(of setting: LineSetting?) -> String {
    switch setting {
    case .numbers: "numbers are \(self.text.showsNumbers ? "on" : "off")"
    case .colour: "colour is \(self.text.coloursNames ? "on" : "off")"
    case .verbs: "verbs are \(self.verbs ? "on" : "off")"
    case .timezone: "times are \(self.zone ?? self.program("TZ") ?? "this machine's")"
    case nil: LineSetting.allCases.map { self.description(of: $0) }.joined(separator: ", ")
    }
  }

  // MARK: In turn

  /// Asks for a command, about the `current` room where it names none.
  ///
  /// False where it was not done.
  @discardableResult
  func ask(_ command: Command, in current: String?, _ client: Client) async -> Bool {
    if case .leave(let room, then: .lobby) = command, Self.isLobby(room, current) {
      self.refuse(.alreadyInLobby)
      return false
    }
    let before = self.currentRoom
    let request: ChatRequest?
    do throws(ParleyModel.Refusal) {
      request = try ChatRequest.make(command, in: current)
    } catch {
      self.refuse(error)
      return false
    }
    guard let request else {
      self.refuse(
        "bad_command", "parley chat cannot ask that yet; line mode can: nc HOST PORT")
      return false
    }
    guard let result = await self.ask(request, client) else { return false }
    if case .leave(_, then: .lobby) = command, before != nil, self.currentRoom == nil {
      await self.ask(.join(.lobby), in: nil, client)
    }
    if self.view.mode == .objects { self.printAnswer(request, result) }
    if request.method == "mark", request.params["sequence"] != nil {
      await self.recount(result["room"]?.string ?? "", client)
    }
    return true
  }

  /// Behind a mark that is not the newest message there is something new again.
  private func recount(_ title: String, _ client: Client) async {
    guard title != self.currentRoom, let result = try? await client.request("unread") else {
      return
    }
    for unread in result["conversations"]?.elements ?? [] where unread["room"]?.string == title {
      self.unread.add(
        title, Int(unread["count"]?.integer ?? 0),
        isMention: unread["mentions"]?.integer ?? 0 > 0)
    }
    self.showPrompt()
  }

  private static func isLobby(_ room: RoomSelector, _ current: String?) -> Bool {
    switch room {
    case .current: current == Name.lobby.text
    case .named(let name): name == Name.lobby && current == Name.lobby.text
    }
  }

  /// The answer, after it has been shown; nil where it was refused.
  private func ask(_ request: ChatRequest, _ client: Client) async -> JSON? {
    do throws(ClientError) {
      let result = try await client.request(
        request.method, request.params, repeating: request.repeating)
      self.take(result, of: request)
      return result
    } catch {
      self.refuse(error)
      return nil
    }
  }

  private func take(_ result: JSON, of request: ChatRequest) {
    switch request.method {
    case "join": self.enteredRoom(result["room"]?.string)
    case "open" where result["current"]?.boolean == true:
      self.enteredRoom(result["room"]?.string)
    case "leave":
      let room = result["room"]?.string
      self.people[room ?? ""] = nil
      self.openRooms.remove(room ?? "")
      if let current = result["current"]?.string {
        self.enteredRoom(current)
      } else if room == self.currentRoom {
        // Where the answer was lost, this one says no more than what was asked for.
        self.enteredRoom(nil)
      }
    case "nick": self.text.ownName = result["name"]?.string ?? self.text.ownName
    case "rooms":
      for room in (result["rooms"]?.elements ?? []).compactMap({ $0["room"]?.string })
      where self.people[room] == nil && self.people.count < Self.wordsMax {
        self.people[room] = []
      }
    case "history", "read", "mark":
      if let room = result["room"]?.string { self.looked(at: room) }
    case "dm":
      if let name = result["to"]?.string { self.looked(at: "@" + name) }
    default: break
    }
    self.showAnswer(self.text.answer(to: request, result))
    self.showPrompt()
  }

  /// Shows an answer, in the pager where it is longer than the screen.
  private func showAnswer(_ lines: [StyledText]) {
    guard self.view.mode == .screen, !self.view.fits(lines), self.pager != nil else {
      return self.view.show(lines)
    }
    self.page = (self.page ?? []) + lines
    SignalPipe.shared.wakeReader()
  }

  /// Text goes there now.
  func enteredRoom(_ room: String?) {
    self.currentRoom = room
    if let room { self.unread.clear(room) }
    self.showPrompt()
  }

  /// What is new there has been seen.
  func looked(at conversation: String) {
    self.unread.clear(conversation)
    self.showPrompt()
  }

  // MARK: Accounts

  func perform(_ command: AccountCommand, _ client: Client) async {
    do throws(ClientError) {
      switch command {
      case .login(let name, let secret, autojoin: _):
        let welcome = try await client.login(name.text, password: secret.text)
        self.welcome(welcome)
      case .register(let secret, let code):
        let name = try await client.register(password: secret.text, code: code?.text)
        self.account = name
        self.say("ok \(name) is your account; /login \(name) next time")
      case .changePassword(let old, let new):
        try await client.changePassword(from: old.text, to: new.text)
        self.say("ok the password is changed")
      case .unregister(let secret):
        try await client.unregister(password: secret.text)
        self.account = nil
        self.say("ok \(self.text.ownName) is no account any more; you are a guest")
      case .enterAsGuest, .loginByCertificate, .tokens, .newToken, .revokeToken, .addCertificate,
        .removeCertificates, .whoseCertificate, .unread, .mark:
        break
      }
    } catch {
      self.refuse(error)
    }
  }
}

extension AccountCommand {
  /// Whether the client asked for a password for it.
  var hasSecret: Bool {
    switch self {
    case .login, .register, .changePassword, .unregister: true
    case .enterAsGuest, .loginByCertificate, .tokens, .newToken, .revokeToken, .addCertificate,
      .removeCertificates, .whoseCertificate, .unread, .mark:
      false
    }
  }
}
