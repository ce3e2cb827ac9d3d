import ParleyCore
import ParleyModel
import ParleyTesting
import Testing

@Suite struct `A message` {
  let stage = Stage()
  let ana: SessionID
  let bea: SessionID

  init() {
    self.ana = self.stage.enter("ana")
    self.bea = self.stage.enter("bea")
  }

  @Test func `is told to the room, then answered, then kept`() throws {
    let effects = self.stage.take(self.ana, .say(.current, .say, "hello"))
    #expect(effects.lines == ["room 1: 1 ana say: hello", "1: stored 1 in lobby"])
    guard case .room(let event, origin: let origin) = effects[0],
      case .message(let message) = event.event
    else {
      Issue.record("the room is told first")
      return
    }
    #expect(origin == self.ana)
    #expect(event.position == message.position && event.position.number == 3)
    #expect(message.id.sequence == Sequence(1) && message.id.epoch.incarnation == 99)
    #expect(self.stage.fold.messages(in: message.room) == [message])
  }

  @Test func `is answered only where an answer is asked for, and always refused`() {
    #expect(self.stage.take(self.ana, .say(.current, .say, "x"), tag: .none).lines.count == 1)
    #expect(
      self.stage.take(self.ana, .say(.current, .say, ""), tag: .none).refusal
        == .badText(.empty))
  }

  @Test func `has a time of its own, later than the one before`() {
    let now = self.stage.now
    for _ in 1...3 {
      self.stage.now = now
      self.stage.says(self.ana, "x")
    }
    let times = self.stage.fold.messages(in: RoomID(1)).map(\.time.microseconds)
    #expect(times == [now.microseconds, now.microseconds + 1, now.microseconds + 2])
  }

  @Test func `goes to a room that one has joined, open or not`() {
    self.stage.take(self.ana, .join(Name("python")))
    #expect(
      self.stage.take(self.ana, .say(.named("lobby"), .action, "waves")).lines
        == ["room 1: 1 ana action: waves", "1: stored 1 in lobby"])
    #expect(self.stage.take(self.ana, .say(.named("x"), .say, "y")).refusal == .noSuchRoom("x"))
  }

  @Test(arguments: [
    (Command.say(.current, .say, " \t"), Refusal.badText(.empty)),
    (.say(.current, .say, "a\u{0}b"), .badText(.nul)),
    (.say(.current, .action, "a\nb"), .badText(.newline)),
    (.post(.current, subject: "", body: "x"), .badText(.empty)),
    (.post(.current, subject: "a\nb", body: "x"), .badText(.newline)),
    (.post(.current, subject: "x", body: ""), .badText(.empty)),
    (
      .say(.current, .say, String(repeating: "x", count: Limits.sayBytesMax + 1)),
      .tooLong(.message, bytesMax: Limits.sayBytesMax)
    ),
    (
      .post(.current, subject: String(repeating: "x", count: 201), body: "x"),
      .tooLong(.subject, bytesMax: Limits.subjectBytesMax)
    ),
    (
      .post(
        .current, subject: "x", body: String(repeating: "x", count: Limits.postBytesMax + 1)),
      .tooLong(.post, bytesMax: Limits.postBytesMax)
    ),
  ])
  func `with a bad text is refused and changes nothing`(command: Command, refusal: Refusal) {
    #expect(self.stage.take(self.ana, command).refusal == refusal)
    #expect(self.stage.fold.messages(in: RoomID(1)).isEmpty)
    #expect(self.stage.room("lobby")?.head == .zero)
  }

  @Test func `may have several lines where its door sends them`() {
    #expect(self.stage.take(self.ana, .say(.current, .say, "a\nb")).count == 2)
    #expect(
      self.stage.take(self.ana, .post(.current, subject: "x", body: "a\n\tb")).count == 2)
  }

  @Test func `of the longest kind is stored whole`() {
    let text = String(repeating: "x", count: Limits.sayBytesMax)
    #expect(self.stage.take(self.ana, .say(.current, .say, text)).refusal == nil)
    #expect(self.stage.fold.messages(in: RoomID(1)).last?.body == text)
  }
}

@Suite struct `A reply` {
  let stage = Stage()
  let ana: SessionID

  init() {
    self.ana = self.stage.enter("ana")
    self.stage.posts(self.ana, "first")
    self.stage.says(self.ana, "a line")
  }

  @Test func `is a post under the subject of the post that it answers`() throws {
    self.stage.take(self.ana, .reply(.current, to: Sequence(1), body: "yes"))
    let message = try #require(self.stage.fold.messages(in: RoomID(1)).last)
    #expect(message.kind == .post && message.subject == "first")
    #expect(message.replyTo == Sequence(1))
    // An answer to the answer stays under the same subject.
    self.stage.take(self.ana, .reply(.current, to: Sequence(3), body: "no"))
    #expect(self.stage.fold.messages(in: RoomID(1)).last?.subject == "first")
  }

  @Test func `is refused to a line, to nothing, and to what was removed`() {
    #expect(
      self.stage.take(self.ana, .reply(.current, to: Sequence(2), body: "yes")).refusal
        == .notAPost(conversation: "lobby", Sequence(2)))
    #expect(
      self.stage.take(self.ana, .reply(.current, to: Sequence(3), body: "yes")).refusal
        == .noSuchMessage(conversation: "lobby", Sequence(3)))
    self.stage.take(self.ana, .remove(.current, Sequence(1)))
    #expect(
      self.stage.take(self.ana, .reply(.current, to: Sequence(1), body: "yes")).refusal
        == .messageRemoved(conversation: "lobby", Sequence(1), by: "ana"))
  }

  @Test func `is refused to a post that is too old to be noted`() {
    for number in 1...Limits.backlogMax { self.stage.posts(self.ana, "post \(number)") }
    #expect(
      self.stage.take(self.ana, .reply(.current, to: Sequence(1), body: "yes")).refusal
        == .notPermitted(.oldMessage))
    #expect(
      self.stage.take(self.ana, .remove(.current, Sequence(1))).refusal
        == .notPermitted(.oldMessage))
    #expect(
      self.stage.take(self.ana, .reply(.current, to: Sequence(3), body: "yes")).refusal == nil)
  }
}

@Suite struct `Removing a message` {
  let stage = Stage()
  let ana: SessionID
  let bea: SessionID

  init() {
    self.ana = self.stage.enter("ana")
    self.bea = self.stage.enter("bea")
    self.stage.says(self.ana, "a line")
    self.stage.posts(self.ana, "a post")
  }

  @Test func `leaves its number and who did it`() throws {
    #expect(
      self.stage.take(self.ana, .remove(.current, Sequence(2))).lines
        == ["room 1: removed 2 by ana", "1: removed 2 of lobby"])
    let message = try #require(self.stage.fold.messages(in: RoomID(1)).last)
    #expect(message.body.isEmpty && message.subject.isEmpty)
    #expect(message.removal?.by.name == "ana")
    #expect(self.stage.room("lobby")?.posts == 0)
    #expect(self.stage.take(self.ana, .list(.current)).lines == ["1: posts of lobby: []"])
    guard
      case .history(_, .messages(let messages, more: _))? =
        self.stage.take(self.ana, .history(.current, limit: nil)).replies.first
    else {
      Issue.record("history is at hand")
      return
    }
    #expect(messages.last == message)
  }

  @Test func `is for its author`() {
    #expect(
      self.stage.take(self.bea, .remove(.current, Sequence(1))).refusal
        == .notPermitted(.removeMessage))
  }

  @Test func `happens once`() {
    self.stage.take(self.ana, .remove(.current, Sequence(1)))
    #expect(
      self.stage.take(self.ana, .remove(.current, Sequence(1))).refusal
        == .messageRemoved(conversation: "lobby", Sequence(1), by: "ana"))
    #expect(
      self.stage.take(self.ana, .read(.current, Sequence(1))).refusal
        == .messageRemoved(conversation: "lobby", Sequence(1), by: "ana"))
  }

  @Test func `needs a message that one may see`() {
    #expect(
      self.stage.take(self.ana, .remove(.current, Sequence(3))).refusal
        == .noSuchMessage(conversation: "lobby", Sequence(3)))
    #expect(
      self.stage.take(self.ana, .remove(.direct(Name("bea")), Sequence(1))).refusal
        == .noSuchMessage(conversation: "@bea", Sequence(1)))
  }
}
