import ParleyCore
import ParleyModel
import Testing

@Suite struct `A ban or a mute` {
  let stage = Stage()

  /// The owner of `python`, who is in it.
  private func owner() -> SessionID {
    let owner = self.stage.register("owner")
    self.stage.take(owner, .join(Name("python")))
    return owner
  }

  private func joins(_ session: SessionID) -> Refusal? {
    self.stage.take(session, .join(Name("python"))).refusal
  }

  @Test func `holds until its end, and not a second longer`() {
    let owner = self.owner()
    let bob = self.stage.enter("bob")
    let end = Timestamp(microseconds: self.stage.now.microseconds + 10 * Stage.second)
    self.stage.bans(owner, .named("bob"), seconds: 10)
    // Each entry takes a second.
    for _ in 0..<9 {
      #expect(self.joins(bob) == .banned(room: "python", until: end, reason: ""))
    }
    #expect(self.joins(bob) == nil)
    #expect(self.stage.listed(owner, .ban) == [])
    let muted = Timestamp(microseconds: self.stage.now.microseconds + 2 * Stage.second)
    self.stage.bans(owner, .named("bob"), .mute, seconds: 2)
    #expect(
      self.stage.take(bob, .say(.current, .say, "but")).refusal
        == .muted(room: "python", until: muted))
    #expect(self.stage.take(bob, .say(.current, .say, "now")).refusal == nil)
  }

  @Test func `lasts ten years at most, and some time at least`() {
    let owner = self.owner()
    func end(_ microseconds: Int64) -> Int64? {
      let start = self.stage.now.microseconds
      self.stage.does(
        owner,
        .sanction(
          .room(.current), .ban, .named("x"), microseconds: microseconds, reason: ""))
      return self.stage.kept(in: "python").last?.until.map { $0.microseconds - start }
    }
    #expect(end(.max) == Limits.sanctionMicrosecondsMax)
    #expect(end(-5) == 1)
  }

  @Test func `that is over makes space for another`() {
    let owner = self.owner()
    for number in 1...Limits.standingsMax {
      self.stage.bans(owner, .named("x\(number)"), seconds: number == 1 ? 5_000 : nil)
    }
    let refusal = Refusal.tooMany(.standings, max: Limits.standingsMax)
    #expect(self.stage.bans(owner, .named("y")).refusal == refusal)
    #expect(self.stage.bans(owner, .named("y"), .mute).refusal == refusal)
    // One that there is can be given another end.
    #expect(self.stage.bans(owner, .named("x2"), seconds: 60_000).refusal == nil)
    self.stage.wait(seconds: 5_000)
    #expect(self.stage.bans(owner, .named("y")).refusal == nil)
    let kept = self.stage.kept(in: "python")
    #expect(kept.count == Limits.standingsMax)
    // Its number is not used again.
    #expect(kept.map(\.number) == Array(2...UInt32(Limits.standingsMax + 1)))
    #expect(self.stage.bans(owner, .named("z")).refusal == refusal)
  }

  @Test func `is lifted by the name that is listed, whoever carries it now`() {
    let owner = self.owner()
    let bob = self.stage.enter("bob")
    self.stage.bans(owner, .named("bob"))
    self.stage.take(bob, .nick(Name("robert")))
    let other = self.stage.register("ana")
    self.stage.take(other, .nick(Name("bob")))
    let lift = Moderation.lift(.room(.current), .ban, .named("bob"))
    #expect(self.stage.does(owner, lift).refusal == nil)
    #expect(self.stage.does(owner, lift).refusal == .noSuchStanding(.ban, "bob", room: "python"))
    // An account is meant by each of its names.
    self.stage.bans(owner, .named("ana"))
    #expect(self.stage.does(owner, lift).refusal == nil)
    #expect(self.stage.kept(in: "python").isEmpty)
  }

  @Test func `of a guest stays with it when it registers`() {
    let owner = self.owner()
    let bob = self.stage.enter("bob")
    self.stage.bans(owner, .named("bob"))
    self.stage.take(bob, .nick(Name("robert")))
    let refusal = Refusal.banned(room: "python", until: nil, reason: "")
    #expect(self.joins(bob) == refusal)
    self.stage.registers(bob)
    #expect(self.joins(bob) == refusal)
    self.stage.take(bob, .nick(Name("rob")))
    #expect(self.joins(bob) == refusal)
  }

  @Test func `of a guest concerns guests from its address, after it has gone, too`() {
    let owner = self.owner()
    let address = PeerAddress(192, 0, 2, 7)
    let bob = self.stage.enter("bob", from: address)
    self.stage.bans(owner, .named("bob"), seconds: 3_600)
    self.stage.take(bob, .quit(.quit("")))
    // Another end keeps what is known of it.
    self.stage.bans(owner, .named("bob"))
    let refusal = Refusal.banned(room: "python", until: nil, reason: "")
    #expect(self.joins(self.stage.enter("eve", from: address)) == refusal)
    #expect(self.joins(self.stage.enter("bob", from: PeerAddress(192, 0, 2, 9))) == refusal)
    #expect(self.joins(self.stage.enter("fay", from: PeerAddress(192, 0, 2, 8))) == nil)
    // Not an account: others may have the address.
    let account = self.stage.register("gus")
    self.stage.take(account, .quit(.quit("")))
    let session = self.stage.connect()
    self.stage.logsIn(session, "gus", from: address)
    #expect(self.joins(session) == nil)
    // Nor this host, which everybody behind a proxy seems to come from.
    let local = PeerAddress(127, 0, 0, 1)
    _ = self.stage.enter("hal", from: local)
    self.stage.bans(owner, .named("hal"))
    #expect(self.joins(self.stage.enter("ivy", from: local)) == nil)
  }

  @Test func `bars an account that a guest logs in to`() {
    let owner = self.owner()
    let ana = self.stage.register("ana")
    self.stage.take(ana, .quit(.quit("")))
    self.stage.bans(owner, .named("ana"))
    let guest = self.stage.enter("guest")
    #expect(self.joins(guest) == nil)
    let effects = self.stage.logsIn(guest, "ana")
    #expect(effects.lines.contains { $0.contains("went guest quit") })
    #expect(self.joins(guest) == .banned(room: "python", until: nil, reason: ""))
  }

  @Test func `from the server ends sessions, and keeps from logging in and from the name`() {
    let admin = self.stage.register("admin", isAdministrator: true)
    let bob = self.stage.enter("bob")
    let effects = self.stage.bans(admin, .named("bob"), in: .server)
    #expect(!self.stage.isLoggedIn(bob))
    #expect(effects.lines.contains { $0.hasPrefix("\(bob.number): closing banned") })
    let refusal = Refusal.banned(room: nil, until: nil, reason: "")
    #expect(
      self.stage.take(self.stage.connect(), .login(Name("bob"), autojoin: true)).refusal
        == refusal)
    let eve = self.stage.enter("eve")
    #expect(self.stage.take(eve, .nick(Name("bob"))).refusal == refusal)
    // Not even by a mask does an administrator shut itself out.
    self.stage.bans(admin, .mask(NameMask(text: "*", key: "*")), in: .server)
    #expect(!self.stage.isLoggedIn(eve))
    #expect(self.stage.isLoggedIn(admin))
    self.stage.logsIn(self.stage.connect(), "admin")
    #expect(self.stage.take(admin, .nick(Name("boss"))).refusal == nil)
    let other = self.stage.enter("other")
    #expect(!self.stage.isLoggedIn(other))
  }
}

@Suite struct `An invitation` {
  let stage = Stage()

  private func privateRoom() -> SessionID {
    let owner = self.stage.enter("owner")
    self.stage.take(owner, .join(Name("secret")))
    self.stage.does(owner, .set(.current, .isPrivate(true)))
    return owner
  }

  private func joins(_ session: SessionID) -> Refusal? {
    self.stage.take(session, .join(Name("secret"))).refusal
  }

  @Test func `is used up by joining`() {
    let owner = self.privateRoom()
    let bob = self.stage.enter("bob")
    #expect(self.joins(bob) == .roomIsPrivate("secret"))
    self.stage.does(owner, .invite(.current, Name("bob")))
    #expect(self.stage.listed(owner, .invitation) == ["bob"])
    #expect(self.joins(bob) == nil)
    #expect(self.stage.kept(in: "secret").isEmpty)
    // A member comes back to what it has joined.
    self.stage.take(bob, .join(.lobby))
    #expect(self.joins(bob) == nil)
    self.stage.take(bob, .leave(.current, then: .lobby))
    #expect(self.joins(bob) == .roomIsPrivate("secret"))
    // Who is a member needs none, and gets none for later.
    self.stage.does(owner, .invite(.current, Name("owner")))
    #expect(self.stage.kept(in: "secret").isEmpty)
  }

  @Test func `is over after a week`() {
    let owner = self.privateRoom()
    let bob = self.stage.enter("bob")
    self.stage.does(owner, .invite(.current, Name("bob")))
    let who = Command.who(.named("secret"), membersOnly: false)
    #expect(self.stage.take(bob, who).refusal == nil)
    self.stage.wait(seconds: Limits.invitationMicroseconds / Stage.second)
    #expect(self.joins(bob) == .roomIsPrivate("secret"))
    #expect(self.stage.take(bob, who).refusal == .noSuchRoom("secret"))
    #expect(self.stage.listed(owner, .invitation) == [])
    self.stage.does(owner, .invite(.current, Name("bob")))
    #expect(self.joins(bob) == nil)
  }

  @Test func `is not for who is banned`() {
    let owner = self.privateRoom()
    let bob = self.stage.enter("bob")
    self.stage.bans(owner, .named("bob"), seconds: 3)
    let invite = Moderation.invite(.current, Name("bob"))
    #expect(self.stage.does(owner, invite).refusal == .notPermitted(.inviteBanned))
    self.stage.wait(seconds: 3)
    #expect(self.stage.does(owner, invite).refusal == nil)
    #expect(self.joins(bob) == nil)
  }
}

@Suite struct `A pace that is set` {
  @Test func `for a room makes each member wait, but its operators`() {
    let stage = Stage()
    let owner = stage.enter("owner")
    stage.take(owner, .join(Name("python")))
    let (bob, cy) = (stage.enter("bob"), stage.enter("cy"))
    for session in [bob, cy] { stage.take(session, .join(Name("python"))) }
    stage.does(owner, .set(.current, .slow(seconds: 10)))
    #expect(stage.take(bob, .say(.current, .say, "one")).refusal == nil)
    #expect(
      stage.take(bob, .say(.current, .say, "two")).refusal
        == .slowMode(room: "python", seconds: 9))
    #expect(
      stage.take(bob, .post(.current, subject: "two", body: "b")).refusal
        == .slowMode(room: "python", seconds: 8))
    #expect(stage.take(cy, .say(.current, .say, "one")).refusal == nil)
    for text in ["one", "two"] {
      #expect(stage.take(owner, .say(.current, .say, text)).refusal == nil)
    }
    stage.restart()
    #expect(
      stage.take(bob, .say(.current, .say, "two")).refusal
        == .slowMode(room: "python", seconds: 4))
    stage.wait(seconds: 3)
    #expect(stage.take(bob, .say(.current, .say, "two")).refusal == nil)
    stage.does(owner, .set(.current, .slow(seconds: 0)))
    #expect(stage.take(bob, .say(.current, .say, "three")).refusal == nil)
  }

  @Test func `for strangers bounds whom one writes to first`() {
    let stage = Stage(Settings(strangersMax: 2))
    let ana = stage.enter("ana")
    for name in ["bob", "cy", "dan", "eve"] { _ = stage.enter(name) }
    func writes(_ name: String) -> Refusal? {
      stage.take(ana, .direct(.named(Name(name)), .say, "hello")).refusal
    }
    #expect(writes("bob") == nil)
    #expect(writes("cy") == nil)
    #expect(writes("dan") == .tooMany(.strangers, max: 2))
    // Those whom it has written with are none.
    #expect(writes("bob") == nil)
    stage.take(SessionID(4), .direct(.named(Name("ana")), .say, "hello"))
    #expect(writes("dan") == nil)
    stage.restart()
    #expect(writes("eve") == .tooMany(.strangers, max: 2))
    stage.wait(seconds: 3_600)
    #expect(writes("eve") == nil)
  }
}
