import ParleyCore
import ParleyModel
import ParleyTesting
import Testing

@Suite struct `A run of the server` {
  let stage = Stage()

  @Test func `ends all sessions of the one before and tells nobody`() {
    let ana = self.stage.enter("ana")
    self.stage.take(ana, .join(Name("python")))
    self.stage.says(ana, "hello")
    let effects = self.stage.propose(.server, .runStarted(incarnation: 100))
    #expect(effects.isEmpty)
    #expect(self.stage.census == (people: 0, rooms: 1, sessions: 0))
    #expect(self.stage.fold.loaded.sessions.isEmpty)
    #expect(self.stage.fold.loaded.members.isEmpty)
    #expect(self.stage.room("python")?.emptySince != nil)
    let again = self.stage.enter("ana")
    #expect(self.stage.take(again, .join(Name("python"))).entry?.head == Sequence(1))
  }

  @Test func `gives new rooms epochs of its own`() {
    self.stage.propose(.server, .runStarted(incarnation: 100))
    let ana = self.stage.enter("ana")
    let entry = self.stage.take(ana, .join(Name("python"))).entry
    #expect(entry?.epoch == Epoch(incarnation: 100, counter: 2))
  }

  @Test func `takes over settings, and keeps them`() {
    let settings = Settings(defaultBacklog: .all, permanentRooms: [Name("news")])
    self.stage.propose(.server, .settings(settings))
    #expect(self.stage.settings == settings)
    self.stage.restart()
    #expect(self.stage.settings == settings)
    #expect(self.stage.census.rooms == 2)
  }

  @Test func `announces to everybody`() {
    #expect(self.stage.propose(.server, .announce("tea")).lines == ["everyone: tea"])
  }

  @Test func `records what changed once a turn`() {
    let ana = self.stage.enter("ana")
    self.stage.says(ana, "one")
    let rooms = self.stage.records.filter {
      if case .state(.room) = $0 { true } else { false }
    }
    #expect(rooms.count == 1)
    #expect(self.stage.records.count == 3)
  }

  @Test func `remembers the newest stamp`() {
    let stamp = self.stage.now
    _ = self.stage.enter("ana")
    #expect(self.stage.lastStamp == stamp)
  }
}

@Suite struct `Before its turn, a command` {
  let stage = Stage()

  @Test func `is refused nothing by state where something of its session comes first`() {
    let command = Command.join(Name("python"))
    guard case .refuse(.notLoggedIn) = self.stage.admit(command, from: SessionID(1)),
      case .propose = self.stage.admit(command, from: SessionID(1), earlierInTurn: true)
    else {
      Issue.record("the login may be earlier in the turn")
      return
    }
  }

  @Test func `is let through to the answer it may have already`() {
    let ana = self.stage.enter("ana")
    self.stage.take(ana, .say(.current, .say, "x"), nonce: "n")
    self.stage.take(ana, .leave(.current, then: .nowhere))
    guard case .propose = self.stage.admit(.say(.current, .say, "x"), from: ana) else {
      Issue.record("it may have been sent before")
      return
    }
  }
}
