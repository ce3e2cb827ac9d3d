import ParleyCore
import ParleyModel
import Testing

@Suite struct `Logging in` {
  let stage = Stage()
  let ana = SessionID(1)
  let bea = SessionID(2)

  @Test func `welcomes, and opens the lobby after the others were told`() {
    let first = self.stage.take(self.ana, .login(Name("Ana"), autojoin: true))
    #expect(
      first.lines == [
        "1: logged in", "1: welcome Ana", "room 1: came Ana (1)", "1: opened lobby (1)",
        "1: in lobby (autojoin) here Ana",
      ])
    let second = self.stage.take(self.bea, .login(Name("bea"), autojoin: true))
    #expect(second.lines[2] == "room 1: came bea (2)")
    #expect(second.entry?.isCurrent == true)
    #expect(self.stage.census == (people: 2, rooms: 1, sessions: 2))
  }

  @Test func `opens nothing where the door asks for that`() {
    let effects = self.stage.take(self.ana, .login(Name("ana"), autojoin: false))
    #expect(effects.lines == ["1: logged in", "1: welcome ana"])
    #expect(self.stage.take(self.ana, .say(.current, .say, "hello")).refusal == .noCurrentRoom)
  }

  @Test func `opens the configured rooms, the first of them as the current one`() throws {
    let stage = Stage(Settings(autojoin: [Name("news"), .lobby, Name("News")]))
    let effects = stage.take(self.ana, .login(Name("ana"), autojoin: true))
    let entries = effects.replies.compactMap { reply in
      if case .entered(let entry) = reply { entry } else { nil }
    }
    #expect(entries.map(\.name) == ["news", "lobby"])
    #expect(entries.map(\.isCurrent) == [true, false])
    #expect(try #require(stage.room("news")).owner == nil)
  }

  @Test func `refuses a name in use and offers a free one`() {
    _ = self.stage.enter("ana")
    #expect(
      self.stage.take(self.bea, .login(Name("ANA"), autojoin: true)).refusal
        == .nameTaken("ANA", free: "ANA2"))
    _ = self.stage.take(SessionID(3), .login(Name("ana2"), autojoin: true))
    #expect(
      self.stage.take(self.bea, .login(Name("ana"), autojoin: true)).refusal
        == .nameTaken("ana", free: "ana3"))
  }

  @Test func `offers a name that is not too long`() {
    let long = String(repeating: "a", count: Limits.nameScalarsMax)
    _ = self.stage.enter(long)
    #expect(
      self.stage.take(self.bea, .login(Name(long), autojoin: true)).refusal
        == .nameTaken(long, free: long.dropLast() + "2"))
  }

  @Test(arguments: [
    ("server", Refusal.NameFault.reserved), ("NickServ", .reserved), ("", .empty),
    (String(repeating: "x", count: Limits.nameScalarsMax + 1), .tooLong),
  ])
  func `refuses names that nobody may have`(name: String, fault: Refusal.NameFault) {
    #expect(
      self.stage.take(self.ana, .login(Name(name), autojoin: true)).refusal
        == .badName(name, fault))
    #expect(!self.stage.isLoggedIn(self.ana))
  }

  @Test func `refuses a reserved name whose key writes m as rn`() {
    let name = Name(text: "System", key: "systern")
    #expect(
      self.stage.take(self.ana, .login(name, autojoin: true)).refusal
        == .badName("System", .reserved))
  }

  @Test func `happens once in a session`() {
    let session = self.stage.enter("ana")
    #expect(
      self.stage.take(session, .login(Name("other"), autojoin: true)).refusal == .alreadyLoggedIn)
  }

  @Test func `is needed for everything but a greeting, a ping, a quit and what a door knows`() {
    let refused: [Command] = [
      .nick(Name("x")), .join(Name("x")), .add(Name("x")), .leave(.current, then: .lobby),
      .topic(.current), .setTopic(.current, "x"), .say(.current, .say, "x"),
      .post(.current, subject: "x", body: "x"), .reply(.current, to: Sequence(1), body: "x"),
      .direct(.last, .say, "x"), .remove(.current, Sequence(1)), .list(.current),
      .read(.current, Sequence(1)), .history(.current, limit: nil),
      .who(.current, membersOnly: false), .rooms, .whois(Name("x")), .away(nil),
      .ignore(Name("x")),
    ]
    for command in refused {
      #expect(self.stage.take(self.ana, command).refusal == .notLoggedIn, "\(command)")
    }
    #expect(self.stage.take(self.ana, .greet).lines == ["1: greeting 0 1"])
    #expect(self.stage.take(self.ana, .ping("x")).lines == ["1: pong x"])
    #expect(self.stage.take(self.ana, .local).lines == ["1: local"])
    #expect(
      self.stage.take(self.ana, .misuse(.badArguments(usage: "/join ROOM"))).refusal
        == .badArguments(usage: "/join ROOM"))
    #expect(self.stage.take(self.ana, .quit(.left)).lines == ["1: closing quit"])
  }
}

@Suite struct `Quitting` {
  let stage = Stage()

  @Test(arguments: [
    (Departure.left, Closing.quit), (.quit("bye"), .quit), (.connectionLost, .hungUp),
    (.timedOut, .timedOut), (.serverStopped, .shuttingDown),
  ])
  func `tells every room, closes, and frees the name at once`(
    departure: Departure, closing: Closing
  ) {
    let ana = self.stage.enter("ana")
    let bea = self.stage.enter("bea")
    self.stage.take(ana, .add(Name("news")))
    self.stage.take(bea, .add(Name("news")))
    let effects = self.stage.take(ana, .quit(departure))
    #expect(
      effects.lines == [
        "1: closed 1", "room 1: went ana \(departure) (1)", "1: closed 2",
        "room 2: went ana \(departure) (1)", "1: closing \(closing)",
      ])
    #expect(!self.stage.isLoggedIn(ana))
    let again = self.stage.enter("ana")
    #expect(self.stage.isLoggedIn(again))
  }

  @Test func `is refused with a last word that is too long or not one line`() {
    let ana = self.stage.enter("ana")
    let long = String(repeating: "x", count: Limits.awayBytesMax + 1)
    #expect(
      self.stage.take(ana, .quit(.quit(long))).refusal
        == .tooLong(.lastWord, bytesMax: Limits.awayBytesMax))
    #expect(self.stage.take(ana, .quit(.quit("a\nb"))).refusal == .badText(.newline))
  }

  @Test func `happens by law whatever the last word is`() {
    let ana = self.stage.enter("ana")
    let effects = self.stage.propose(ana, .quit(.quit("a\u{202E}b")))
    #expect(effects.lines[1] == "room 1: went ana quit(\"\") (0)")
    #expect(effects.lines.last == "1: closing quit")
  }
}

@Suite struct `A change of name` {
  let stage = Stage()

  @Test func `is told to the rooms where one is present`() {
    let ana = self.stage.enter("ana")
    let bea = self.stage.enter("bea")
    self.stage.take(ana, .join(Name("news")))
    #expect(
      self.stage.take(ana, .nick(Name("zoe"))).lines
        == ["room 2: renamed ana to zoe", "1: you are zoe"])
    self.stage.take(bea, .join(Name("news")))
    #expect(
      self.stage.take(ana, .who(.current, membersOnly: true)).lines == [
        "1: people of news: bea zoe"
      ])
    #expect(self.stage.take(bea, .whois(Name("ana"))).refusal == .noSuchName("ana"))
  }

  @Test func `may write one's own name in another way`() {
    let ana = self.stage.enter("ana")
    #expect(
      self.stage.take(ana, .nick(Name("Ana"))).lines
        == ["room 1: renamed ana to Ana", "1: you are Ana"])
    #expect(self.stage.take(ana, .nick(Name("Ana"))).lines == ["1: you are Ana"])
  }

  @Test func `is refused for a name in use and for a reserved one`() {
    let ana = self.stage.enter("ana")
    _ = self.stage.enter("bea")
    #expect(
      self.stage.take(ana, .nick(Name("bea"))).refusal == .nameTaken("bea", free: "bea2"))
    #expect(self.stage.take(ana, .nick(Name("board"))).refusal == .badName("board", .reserved))
  }
}
