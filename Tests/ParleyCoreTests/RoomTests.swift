import ParleyCore
import ParleyModel
import ParleyTesting
import Testing

@Suite struct `Switching to a room` {
  let stage = Stage()

  @Test func `makes it where there is none and closes the current one`() throws {
    let ana = self.stage.enter("ana")
    _ = self.stage.enter("bea")
    let effects = self.stage.take(ana, .join(Name("Python")))
    #expect(
      effects.lines == [
        "1: closed 1", "room 1: went ana switched (1)", "room 2: came ana (1)",
        "1: opened Python (1)", "1: in Python (switched) here ana",
      ])
    let entry = try #require(effects.entry)
    #expect(entry.isNewRoom && entry.isNewMember && entry.isCurrent)
    #expect(self.stage.room("python")?.owner != nil)
  }

  @Test func `takes what is said afterwards along`() {
    let ana = self.stage.enter("ana")
    let effects =
      self.stage.take(ana, .say(.current, .say, "one"))
      + self.stage.take(ana, .join(Name("python")))
      + self.stage.take(ana, .say(.current, .say, "two"))
    let said = effects.lines.filter { $0.contains(" say: ") }
    #expect(said == ["room 1: 1 ana say: one", "room 2: 1 ana say: two"])
  }

  @Test func `to the current room shows it again and tells nobody`() throws {
    let ana = self.stage.enter("ana")
    let effects = self.stage.take(ana, .join(.lobby))
    #expect(effects.lines == ["1: in lobby (again) here ana"])
    #expect(try #require(effects.entry).isCurrent)
  }

  @Test func `to one that is open already moves where text goes and tells nobody`() {
    let ana = self.stage.enter("ana")
    self.stage.take(ana, .add(Name("news")))
    #expect(
      self.stage.take(ana, .join(Name("news"))).lines == ["1: in news (again) here ana"])
    #expect(
      self.stage.take(ana, .say(.current, .say, "x")).lines
        == ["room 2: 1 ana say: x", "1: stored 1 in news"])
  }

  @Test func `is refused for a name that no room may have`() {
    let ana = self.stage.enter("ana")
    let long = String(repeating: "x", count: Limits.roomNameScalarsMax + 1)
    #expect(self.stage.take(ana, .join(Name(long))).refusal == .badName(long, .tooLong))
    #expect(self.stage.take(ana, .join(Name(""))).refusal == .badName("", .empty))
  }

  @Test func `is refused beyond the rooms that one may be a member of`() {
    self.stage.propose(.server, .settings(Settings(ownedRoomsMax: .max)))
    let ana = self.stage.enter("ana")
    for number in 2...Limits.joinedRoomsMax {
      self.stage.take(ana, .join(Name("room\(number)")))
    }
    #expect(
      self.stage.take(ana, .join(Name("another"))).refusal
        == .tooMany(.rooms, max: Limits.joinedRoomsMax))
    #expect(self.stage.take(ana, .join(.lobby)).entry?.name == "lobby")
  }
}

@Suite struct `Adding a room` {
  let stage = Stage()

  @Test func `opens one more and leaves the current one as it is`() throws {
    let ana = self.stage.enter("ana")
    let effects = self.stage.take(ana, .add(Name("news")))
    #expect(
      effects.lines == [
        "room 2: came ana (1)", "1: opened news (1)", "1: in news (added) here ana",
      ])
    #expect(try #require(effects.entry).isCurrent == false)
    #expect(self.stage.take(ana, .add(Name("news"))).lines == ["1: in news (again) here ana"])
  }

  @Test func `makes it the current one where there is none`() {
    let ana = self.stage.enter("ana", autojoin: false)
    #expect(self.stage.take(ana, .add(.lobby)).entry?.isCurrent == true)
  }

  @Test func `is refused beyond the rooms that a session may have open`() {
    self.stage.propose(.server, .settings(Settings(ownedRoomsMax: .max)))
    let ana = self.stage.enter("ana")
    for number in 2...Limits.openRoomsMax {
      self.stage.take(ana, .add(Name("room\(number)")))
    }
    #expect(
      self.stage.take(ana, .add(Name("another"))).refusal
        == .tooMany(.rooms, max: Limits.openRoomsMax))
    // A switch closes one.
    #expect(self.stage.take(ana, .join(Name("another"))).entry?.name == "another")
  }
}

@Suite struct `Leaving a room` {
  let stage = Stage()

  @Test func `goes to the lobby, joined again if need be`() {
    let ana = self.stage.enter("ana")
    self.stage.take(ana, .join(Name("python")))
    self.stage.take(ana, .leave(.named("lobby"), then: .lobby))
    let effects = self.stage.take(ana, .leave(.current, then: .lobby))
    #expect(
      effects.lines == [
        "1: closed 2", "room 2: went ana left (0)", "room 1: came ana (1)",
        "1: opened lobby (1)", "1: in lobby (returned) here ana",
      ])
    #expect(effects.entry?.isNewMember == true)
  }

  @Test func `goes to the lobby also where that is open`() {
    let ana = self.stage.enter("ana")
    self.stage.take(ana, .add(Name("python")))
    self.stage.take(ana, .join(Name("python")))
    #expect(
      self.stage.take(ana, .leave(.current, then: .lobby)).lines
        == ["1: closed 2", "room 2: went ana left (0)", "1: left python, now lobby"])
  }

  @Test func `goes nowhere where the verb says so`() {
    let ana = self.stage.enter("ana")
    self.stage.take(ana, .join(Name("python")))
    let effects = self.stage.take(ana, .leave(.current, then: .nowhere))
    #expect(effects.lines.last == "1: left python, now nowhere")
    #expect(self.stage.take(ana, .say(.current, .say, "x")).refusal == .noCurrentRoom)
    #expect(
      self.stage.take(ana, .who(.current, membersOnly: false)).refusal == .noCurrentRoom)
    #expect(self.stage.take(ana, .leave(.current, then: .nowhere)).refusal == .noCurrentRoom)
  }

  @Test func `that is not the current one changes nothing else`() {
    let ana = self.stage.enter("ana")
    self.stage.take(ana, .join(Name("python")))
    #expect(
      self.stage.take(ana, .leave(.named("lobby"), then: .lobby)).lines == [
        "1: left lobby, now python"
      ])
    #expect(
      self.stage.take(ana, .say(.named("lobby"), .say, "x")).refusal
        == .notAMember(room: "lobby"))
  }

  @Test func `is refused in the lobby, by the verb that leads there`() {
    let ana = self.stage.enter("ana")
    #expect(self.stage.take(ana, .leave(.current, then: .lobby)).refusal == .alreadyInLobby)
    #expect(
      self.stage.take(ana, .leave(.current, then: .nowhere)).lines.last
        == "1: left lobby, now nowhere")
  }

  @Test func `is refused where one is no member and where there is none`() {
    let ana = self.stage.enter("ana")
    let bea = self.stage.enter("bea")
    self.stage.take(bea, .join(Name("python")))
    #expect(
      self.stage.take(ana, .leave(.named("python"), then: .lobby)).refusal
        == .notAMember(room: "python"))
    #expect(
      self.stage.take(ana, .leave(.named("cobol"), then: .lobby)).refusal
        == .noSuchRoom("cobol"))
  }
}

@Suite struct `Closing a room` {
  let stage = Stage()

  @Test func `ends presence in it and keeps the membership`() {
    let (ana, bea) = (self.stage.enter("ana"), self.stage.enter("bea"))
    self.stage.take(ana, .add(Name("python")))
    self.stage.take(bea, .add(Name("python")))
    #expect(
      self.stage.take(ana, .close(.named("python"))).lines == [
        "1: closed 2", "room 2: went ana switched (1)", "1: closed python, now lobby",
      ])
    self.stage.take(bea, .say(.named("python"), .say, "while she is away"))
    let entry = self.stage.take(ana, .add(Name("python"))).entry
    #expect(entry?.isNewMember == false)
    guard case .messages(let missed, more: false)? = entry?.excerpt else {
      Issue.record("\(String(describing: entry))")
      return
    }
    #expect(missed.map(\.body) == ["while she is away"])
  }

  @Test func `that is the current one leaves nowhere to talk`() {
    let ana = self.stage.enter("ana")
    #expect(self.stage.take(ana, .close(.current)).lines.last == "1: closed lobby, now nowhere")
    #expect(self.stage.take(ana, .say(.current, .say, "x")).refusal == .noCurrentRoom)
  }

  @Test func `that is closed already changes nothing`() {
    let ana = self.stage.enter("ana")
    self.stage.take(ana, .close(.named("lobby")))
    #expect(
      self.stage.take(ana, .close(.named("lobby"))).lines == ["1: closed lobby, now nowhere"])
  }

  @Test func `of which one is no member is refused`() {
    let ana = self.stage.enter("ana")
    let bea = self.stage.enter("bea")
    self.stage.take(bea, .join(Name("python")))
    #expect(
      self.stage.take(ana, .close(.named("python"))).refusal == .notAMember(room: "python"))
  }
}

@Suite struct `A room without members` {
  let stage = Stage()

  @Test func `is deleted when the last one left by command`() throws {
    let ana = self.stage.enter("ana")
    let first = try #require(self.stage.take(ana, .join(Name("python"))).entry)
    self.stage.says(ana, "hello")
    self.stage.take(ana, .leave(.current, then: .lobby))
    #expect(self.stage.room("python") == nil)
    #expect(self.stage.fold.messages(in: first.room).isEmpty)
    let second = try #require(self.stage.take(ana, .join(Name("python"))).entry)
    #expect(second.isNewRoom && second.epoch != first.epoch && second.head == .zero)
  }

  @Test func `stays where it holds a post, until that is removed`() {
    let ana = self.stage.enter("ana")
    self.stage.take(ana, .join(Name("python")))
    self.stage.posts(ana, "news")
    self.stage.take(ana, .leave(.current, then: .lobby))
    #expect(self.stage.take(ana, .rooms).lines == ["1: rooms: lobby python"])
    self.stage.take(ana, .join(Name("python")))
    self.stage.take(ana, .remove(.current, Sequence(1)))
    self.stage.take(ana, .leave(.current, then: .lobby))
    #expect(self.stage.room("python") == nil)
  }

  @Test func `stays where the configuration names it`() {
    let stage = Stage(Settings(permanentRooms: [Name("news")]))
    let ana = stage.enter("ana")
    stage.take(ana, .join(Name("news")))
    stage.take(ana, .leave(.current, then: .lobby))
    #expect(stage.take(ana, .rooms).lines == ["1: rooms: lobby news"])
    stage.wait(seconds: 30 * 24 * 60 * 60)
    #expect(stage.tick().isEmpty)
    // Until it no longer does.
    stage.propose(.server, .settings(Settings()))
    #expect(stage.tick().count == 1)
  }

  @Test func `is kept, unlisted, for a while when its guests merely went`() throws {
    let ana = self.stage.enter("ana")
    let bea = self.stage.enter("bea")
    self.stage.take(ana, .join(Name("python")))
    self.stage.says(ana, "hello")
    self.stage.take(ana, .quit(.connectionLost))
    #expect(self.stage.take(bea, .rooms).lines == ["2: rooms: lobby"])
    #expect(
      self.stage.take(bea, .who(.named("python"), membersOnly: false)).refusal
        == .noSuchRoom("python"))
    #expect(
      self.stage.take(bea, .say(.named("python"), .say, "x")).refusal == .noSuchRoom("python"))
    self.stage.wait(seconds: 7 * 24 * 60 * 60 - 60)
    #expect(self.stage.tick().isEmpty)
    let entry = try #require(self.stage.take(bea, .join(Name("python"))).entry)
    #expect(!entry.isNewRoom && entry.head == Sequence(1))
    #expect(self.stage.room("python")?.owner == nil)
  }

  @Test func `expires in the end`() throws {
    let ana = self.stage.enter("ana")
    self.stage.take(ana, .join(Name("python")))
    self.stage.take(ana, .quit(.left))
    self.stage.wait(seconds: 7 * 24 * 60 * 60)
    let proposal = try #require(self.stage.tick().first)
    self.stage.propose(.server, proposal)
    #expect(self.stage.room("python") == nil)
    #expect(self.stage.tick().isEmpty)
  }

  @Test func `does not expire when somebody has come meanwhile`() throws {
    let ana = self.stage.enter("ana")
    self.stage.take(ana, .join(Name("python")))
    self.stage.take(ana, .quit(.left))
    self.stage.wait(seconds: 7 * 24 * 60 * 60)
    let proposal = try #require(self.stage.tick().first)
    let bea = self.stage.enter("bea")
    self.stage.take(bea, .join(Name("python")))
    self.stage.take(bea, .quit(.left))
    self.stage.propose(.server, proposal)
    #expect(self.stage.room("python") != nil)
  }
}

@Suite struct `A topic` {
  let stage = Stage()

  @Test func `is set by the owner of a room and by nobody else`() {
    let ana = self.stage.enter("ana")
    let bea = self.stage.enter("bea")
    self.stage.take(ana, .join(Name("python")))
    self.stage.take(bea, .join(Name("python")))
    #expect(
      self.stage.take(ana, .setTopic(.current, "snakes")).lines
        == ["room 2: topic snakes by ana", "1: topic of python set: snakes"])
    #expect(
      self.stage.take(bea, .setTopic(.current, "wine")).refusal == .notPermitted(.setTopic))
    #expect(self.stage.take(bea, .topic(.current)).lines == ["2: topic of python: snakes"])
    self.stage.take(ana, .quit(.left))
    self.stage.take(bea, .setTopic(.current, ""))
    #expect(self.stage.take(bea, .topic(.current)).lines == ["2: topic of python: none"])
  }

  @Test func `is set by any member in a room that nobody owns`() {
    let ana = self.stage.enter("ana")
    #expect(
      self.stage.take(ana, .setTopic(.current, "x"), tag: .none).lines
        == ["room 1: topic x by ana"])
  }

  @Test func `may be read by others and set by members`() {
    let ana = self.stage.enter("ana")
    let bea = self.stage.enter("bea")
    self.stage.take(ana, .join(Name("python")))
    #expect(self.stage.take(bea, .topic(.named("python"))).lines == ["2: topic of python: none"])
    #expect(
      self.stage.take(bea, .setTopic(.named("python"), "x")).refusal
        == .notAMember(room: "python"))
    #expect(
      self.stage.take(ana, .setTopic(.current, String(repeating: "x", count: 401))).refusal
        == .tooLong(.topic, bytesMax: 400))
    #expect(self.stage.take(ana, .setTopic(.current, "a\nb")).refusal == .badText(.newline))
  }
}
