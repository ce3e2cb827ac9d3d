import ParleyCore
import ParleyModel
import Testing

@Suite struct `People` {
  let stage = Stage()
  let ana: SessionID
  let bea: SessionID

  init() {
    self.ana = self.stage.enter("ana")
    self.bea = self.stage.enter("bea")
  }

  @Test func `are listed by name, with who owns the room and who is away`() {
    self.stage.take(self.bea, .join(Name("python")))
    self.stage.take(self.ana, .join(Name("python")))
    self.stage.take(self.ana, .away("tea"))
    guard
      case .people("python", let people, more: 0)? =
        self.stage.take(self.ana, .who(.current, membersOnly: true)).replies.first
    else {
      Issue.record("who is answered")
      return
    }
    #expect(people.map(\.name) == ["ana", "bea"])
    #expect(people.map(\.isAway) == [true, false])
    #expect(people.map(\.role) == [.member, .owner])
  }

  @Test func `are described to who asks`() {
    self.stage.take(self.bea, .add(Name("art")))
    self.stage.take(self.bea, .away("tea"))
    guard
      case .profile(let profile)? =
        self.stage.take(self.ana, .whois(Name("BEA"))).replies.first
    else {
      Issue.record("whois is answered")
      return
    }
    #expect(profile.name == "bea" && profile.sessions == 1 && profile.away == "tea")
    #expect(profile.rooms == ["art", "lobby"])
    #expect(self.stage.take(self.ana, .whois(Name("cy"))).refusal == .noSuchName("cy"))
  }

  @Test func `say that they are away, and back`() {
    #expect(self.stage.take(self.ana, .away("tea")).lines == ["1: away tea"])
    #expect(self.stage.take(self.ana, .away(nil)).lines == ["1: away no more"])
    #expect(
      self.stage.take(self.ana, .away(String(repeating: "x", count: 201))).refusal
        == .tooLong(.awayText, bytesMax: Limits.awayBytesMax))
    #expect(self.stage.take(self.ana, .away("")).refusal == .badText(.empty))
  }

  @Test func `hide each other and show each other again`() {
    #expect(
      self.stage.take(self.ana, .ignore(Name("bea"))).lines
        == ["1: ignores [2]", "1: hides bea"])
    #expect(
      self.stage.take(self.ana, .ignore(Name("bea"))).lines
        == ["1: ignores []", "1: shows bea"])
    #expect(self.stage.take(self.ana, .ignore(Name("cy"))).refusal == .noSuchName("cy"))
    #expect(
      self.stage.take(self.ana, .ignore(Name("ana"))).refusal == .notPermitted(.ignoreSelf))
  }

  @Test func `hide no more than a bounded number`() {
    for number in 1...Limits.ignoredMax {
      _ = self.stage.enter("guest\(number)")
      self.stage.take(self.ana, .ignore(Name("guest\(number)")))
    }
    #expect(
      self.stage.take(self.ana, .ignore(Name("bea"))).refusal
        == .tooMany(.ignored, max: Limits.ignoredMax))
    // Who is gone counts no longer.
    self.stage.take(SessionID(3), .quit(.left))
    #expect(self.stage.take(self.ana, .ignore(Name("bea"))).lines.last == "1: hides bea")
  }
}

@Suite struct `The list of rooms` {
  @Test func `has those with somebody present and those that stay`() {
    let stage = Stage(Settings(permanentRooms: [Name("zoo")]))
    let ana = stage.enter("ana")
    stage.take(ana, .join(Name("art")))
    stage.posts(ana, "news")
    stage.take(ana, .setTopic(.current, "paint"))
    guard case .rooms(let rooms, more: 0)? = stage.take(ana, .rooms).replies.first else {
      Issue.record("rooms is answered")
      return
    }
    #expect(
      rooms == [
        RoomSummary(
          name: "art", present: 1, members: 1, posts: 1, topic: "paint", isJoined: true),
        RoomSummary(
          name: "lobby", present: 0, members: 1, posts: 0, topic: nil, isJoined: true),
        RoomSummary(name: "zoo", present: 0, members: 0, posts: 0, topic: nil, isJoined: false),
      ])
    #expect(stage.take(ana, .greet).lines == ["1: greeting 1 3"])
  }
}
