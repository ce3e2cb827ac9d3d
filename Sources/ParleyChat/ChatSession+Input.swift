import Glibc
import ParleyClient
import ParleyDoorKit
import ParleyLineDoor
import ParleyModel
import ParleyTerminal

/// What is typed, and the signals.
extension ChatSession {
  func take(_ input: InputReader.Input) async {
    switch input {
    case .keys(let keys):
      for key in keys where !self.isEnded { await self.take(key) }
    case .line(let line): await self.submit(line)
    case .badLine:
      self.refuse(.badText(.notUTF8), "a line is UTF-8, and has at most 64 KiB")
    case .signal(let signal): await self.take(signal: signal)
    case .woken: await self.showPage()
    case .end: self.inputIsOver()
    }
  }

  private func take(signal: CInt) async {
    switch signal {
    case SIGWINCH: self.view.resize()
    case SIGTSTP: self.suspend()
    case SIGCONT:
      self.view.leave()
      self.view.begin()
      self.view.askAgain()
    default:
      let isCut = !self.isInteractive && !self.isInputOver && !self.options.follows
      // As a shell says it.
      await self.finish(isCut ? 128 + signal : self.code)
    }
  }

  /// Stops, as Ctrl-Z asks; goes on here when it is continued.
  private func suspend() {
    self.view.leave()
    // All who were started with it, such as make, but not yet ourselves: another thread would take
    // that, and this one stop once more when it goes on. Ignoring it anew drops what is pending.
    signal(SIGTSTP, SIG_IGN)
    kill(0, SIGTSTP)
    signal(SIGTSTP, SIG_IGN)
    signal(SIGTSTP, SIG_DFL)
    // What is sent to this thread stops it here and now.
    SignalPipe.letting(SIGTSTP) { _ = pthread_kill(pthread_self(), SIGTSTP) }
    SignalPipe.shared.take([SIGTSTP])
    self.view.begin()
  }

  // MARK: Keys

  private func take(_ key: Key) async {
    if self.view.search != nil { return await self.takeSearching(key) }
    switch self.view.editor.take(key) {
    case .nothing: break
    case .changed: self.view.refresh()
    case .bell: self.view.ring()
    case .submit(let text): await self.submit(text)
    case .interrupt: await self.finish(self.code)
    case .endOfInput: self.question == nil ? self.inputIsOver() : await self.finish(self.code)
    case .suspend: self.suspend()
    case .complete: self.complete()
    case .older:
      let text = self.view.editor.text
      self.show(self.question == nil ? self.view.history.older(than: text) : nil)
    case .newer: self.show(self.question == nil ? self.view.history.newer() : nil)
    case .search:
      guard self.question == nil else { return self.view.ring() }
      self.view.search = HistorySearch()
      self.view.refresh()
    case .clearScreen: self.view.clear()
    }
  }

  private func takeSearching(_ key: Key) async {
    switch self.view.searched(with: key) {
    case .changed: self.view.refresh()
    case .bell:
      self.view.refresh()
      self.view.ring()
    case .givenUp:
      self.view.search = nil
      self.view.refresh()
    case .taken(let key):
      self.view.takeFound()
      self.view.refresh()
      if let key { await self.take(key) }
    case nil: break
    }
  }

  private func show(_ entry: String?) {
    guard let entry else { return self.view.ring() }
    self.view.editor.replace(entry)
    self.view.refresh()
  }

  private func complete() {
    let before = self.view.editor.before
    guard self.question == nil, let completion = Completion(before, self.words(behind: before))
    else {
      return self.view.ring()
    }
    if let text = completion.text {
      _ = self.view.editor.replaceBefore(last: completion.replaced, with: text)
      self.view.refresh()
    } else {
      self.view.showWords(completion.candidates)
    }
  }

  /// What Tab knows for the word that ends a line.
  private func words(behind before: String) -> Completion.Words {
    let names = Set(self.people.values.joined()).subtracting([self.text.ownName])
    var argument = Completion.Argument.any
    // The word that is completed is the last, perhaps an empty one.
    let complete = before.split(separator: " ", omittingEmptySubsequences: false).dropLast()
    if let first = complete.first, let form = CommandTable.find(first)?.form {
      argument = Completion.Argument(
        behind: complete.dropFirst().filter { !$0.isEmpty }, of: form.arguments)
    }
    return Completion.Words(
      commands: CommandTable.spellings.filter { self.verbs || $0.first?.isLetter != true },
      names: Array(names), acquaintances: Array(self.acquaintances), rooms: Array(self.people.keys),
      argument: argument)
  }

  // MARK: Lines

  private func submit(_ text: String) async {
    switch self.question {
    case .name: await self.takeName(text)
    case .secrets(let questions, let isEntering):
      await self.takeSecret(text, questions, isEntering)
    case nil:
      if self.draft != nil { return self.takeDraft(text) }
      self.view.refresh()
      // Nothing is said by it, and nobody meant to.
      guard !text.allSatisfy(\.isWhitespace) else { return }
      self.remember(text)
      await self.takeLine(text)
    }
  }

  /// Keeps what was entered, so that nobody has to type it again, but not what has a password in
  /// it.
  ///
  /// What may have one by mistake is kept until the end and not in the file: a misspelled /login
  /// perhaps, or the answer to a question that was not asked yet.
  private func remember(_ text: String) {
    guard self.view.mode == .screen else { return }
    let asksSecrets: Set = ["login", "register", "passwd", "unregister"]
    let row = self.options.isVerbatim ? nil : LineGrammar.row(of: text)
    if let row, asksSecrets.contains(row.name) { return }
    let isCommand = text.hasPrefix("/") || text.hasPrefix("%")
    let isText = !isCommand || text.hasPrefix("//") || text.hasPrefix("%%")
    let isFiled = row != nil || self.isIn && (isText || self.options.isVerbatim)
    if self.view.history.add(text), isFiled, text.utf8.count <= History.entryBytesMax {
      self.files.addToHistory(text)
    }
  }

  private func takeLine(_ line: String) async {
    if self.options.isVerbatim { return self.takeText(line) }
    switch LineGrammar.read(line, verbs: self.verbs) {
    case .text(let text, isWhole: _): self.takeText(text)
    case .action(let action): await self.perform(action)
    case .refused(let refusal): self.enqueueRefusal(refusal)
    }
  }

  private func takeText(_ text: String) {
    do throws(ParleyModel.Refusal) {
      try TextRules.check(text, .message, bytesMax: Limits.sayBytesMax, newlines: true)
      self.enqueue(.say(text))
    } catch {
      self.enqueueRefusal(error)
    }
  }

  /// Takes what was entered for the post that is being written; what was pasted has several lines.
  private func takeDraft(_ text: String) {
    let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      guard self.draft != nil else {
        // Nobody meant to say aloud what was pasted behind the end of the post.
        let rest = lines[index...].map { String($0) }.joined(separator: "\n")
        self.view.editor.replace(rest)
        return self.view.refresh()
      }
      // Where a terminal is asked for keys, it does not show what was entered by itself.
      if self.view.mode == .screen { self.view.show([StyledText("  | " + String(line))]) }
      self.takeDraft(line: String(line))
    }
  }

  private func takeDraft(line: String) {
    switch self.draft?.take(line) {
    case .more, nil: return
    case .done(let subject, let body):
      self.draft = nil
      self.showPrompt()
      self.post(subject, body, file: self.isInteractive ? OtherProgram.file(holding: body) : nil)
    case .refused(let refusal):
      self.draft = nil
      self.showPrompt()
      self.enqueueRefusal(refusal)
    case .cancelled:
      self.draft = nil
      self.showPrompt()
      self.say("ok the post is given up")
    }
  }

  /// Posts what was written and is kept in a file until the server has it.
  func post(_ subject: String, _ body: String, file: String?) {
    do throws(ParleyModel.Refusal) {
      try TextRules.check(body, .post, bytesMax: Limits.postBytesMax, newlines: true)
      self.enqueue(.command(.post(.current, subject: subject, body: body)), file: file)
    } catch {
      self.enqueueRefusal(error)
      self.keep(file)
    }
  }

  // MARK: Questions

  func ask(_ question: Question) {
    guard self.isInteractive else {
      return self.fail(
        "a password is asked for; PARLEY_CHAT_PASSWORD can have it", code: "bad_password")
    }
    if self.question == nil { self.draftLine = self.view.editor.text }
    self.view.search = nil
    self.question = question
    switch question {
    case .name:
      self.view.editor = LineEditor(bytesMax: 256)
      self.showPrompt()
      self.view.ask("Username: ")
    case .secrets(let questions, isEntering: _):
      self.view.editor = LineEditor(.secret, bytesMax: Limits.lineBytesMax)
      self.showPrompt()
      // First, as who sees the question may type at once.
      self.view.hideInput(true)
      self.view.ask(questions.question)
    }
  }

  private func endQuestion() {
    self.view.endAsking()
    self.question = nil
    self.view.editor = LineEditor()
    if !self.draftLine.isEmpty { self.view.editor.replace(self.draftLine) }
    self.draftLine = ""
    self.showPrompt()
  }

  private func takeName(_ line: String) async {
    let line = String(line.split(separator: " ").joined(separator: " "))
    if line.hasPrefix("/") || line.hasPrefix("%") || line == "QUIT" {
      // The commands that need no name: the end, help, another server, a login.
      switch LineGrammar.read(line, verbs: true) {
      case .action(.ask(let questions)):
        guard case .login(let name) = questions.purpose else { break }
        self.endQuestion()
        self.target?.name = name.text
        return self.ask(.secrets(questions, isEntering: true))
      case .action(.connect(let host, let port)):
        self.endQuestion()
        return await self.connect(to: .tcp(host: host, port: Int(port)), as: nil)
      case .action(.command(.quit)): return await self.finish(self.code)
      case .action(.help(let word)): return self.showHelp(word)
      case .refused(let refusal): return self.refuse(refusal)
      case .action, .text: break
      }
      return self.refuse(.notLoggedIn)
    }
    do throws(ParleyModel.Refusal) {
      self.target?.name = try NameRules.participantName(line).text
      self.target?.credential = .guest
    } catch {
      return self.refuse(error)
    }
    self.endQuestion()
    await self.moveToTarget()
  }

  private func takeSecret(
    _ line: String, _ asked: SecretQuestions, _ isEntering: Bool
  ) async {
    var questions = asked
    let step = questions.take(line)
    self.endQuestion()
    switch step {
    case .ask: self.ask(.secrets(questions, isEntering: isEntering))
    case .givenUp:
      self.say("ok nothing was changed")
      if isEntering { self.ask(.name) }
    case .refused(let refusal):
      self.refuse(refusal.code, "the two are not the same; nothing was changed")
    case .done(.login(let name, let secret, autojoin: _)) where isEntering:
      self.target?.name = name.text
      self.target?.credential = .password(secret.text)
      await self.moveToTarget()
    case .done(let command): self.enqueue(.command(.account(command)))
    }
  }

  // MARK: Other programs

  /// Has the pager show what waits for it.
  private func showPage() async {
    guard let lines = self.page else { return }
    self.page = nil
    let text = lines.map { $0.plain + "\n" }.joined()
    var isShown = false
    self.view.leave()
    if let pager = self.pager { isShown = await OtherProgram.page(text, with: pager) }
    await self.takeTerminalBack()
    if !isShown { self.view.show(lines) }
  }

  func writePost(_ subject: String, with editor: String) async {
    self.view.leave()
    let edited = await OtherProgram.edit(with: editor)
    await self.takeTerminalBack()
    switch edited {
    case .givenUp: self.say("ok the post is given up")
    case .missing:
      self.refuse("bad_arguments", "there is no editor \(editor), which VISUAL or EDITOR names")
      self.beginDraft(subject)
    case .failed(let file):
      self.refuse("not_done", "the editor \(editor) failed")
      self.keep(file)
    case .unusable(let why, let file):
      self.refuse("bad_text", why)
      self.keep(file)
    case .written(var body, let file):
      while body.last?.isNewline == true { body.removeLast() }
      guard !body.isEmpty else {
        unlink(file)
        return self.say("ok the post is given up: nothing was written")
      }
      self.post(subject, body, file: file)
    }
  }

  /// What the keyboard sent to the other program was not for us; who ends us meant it.
  private func takeTerminalBack() async {
    let signals = SignalPipe.shared.drain()
    guard !signals.contains(SIGTERM), !signals.contains(SIGHUP) else {
      return await self.finish(self.code)
    }
    guard !self.isEnded else { return }
    self.view.begin()
    self.stir()
  }
}
