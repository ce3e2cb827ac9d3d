import ParleyCore
import ParleyModel
import Testing

@Suite struct `A role` {
  /// A room with two of each role in it, by accounts; the second owner is none, as there is one.
  private struct Cast {
    let stage = Stage()
    let owner: SessionID
    let operators: [SessionID]
    let members: [SessionID]
    let administrators: [SessionID]

    init() {
      self.owner = self.stage.register("owner")
      self.stage.take(self.owner, .join(Name("python")))
      self.administrators = ["admin1", "admin2"].map { [stage] name in
        stage.register(name, isAdministrator: true)
      }
      self.operators = ["operator1", "operator2"].map { [stage] in stage.register($0) }
      self.members = ["member1", "member2"].map { [stage] in stage.register($0) }
      for session in self.administrators + self.operators + self.members {
        self.stage.take(session, .join(Name("python")))
      }
      for name in ["operator1", "operator2"] {
        self.stage.does(self.owner, .grantOperator(.current, Name(name)))
      }
    }

    /// The one who acts, and another one to whom something is done.
    func sessions(_ role: Role) -> (first: SessionID, second: (SessionID, String)?) {
      switch role {
      case .member: (self.members[0], (self.members[1], "member2"))
      case .operator: (self.operators[0], (self.operators[1], "operator2"))
      case .owner: (self.owner, nil)
      case .administrator: (self.administrators[0], (self.administrators[1], "admin2"))
      }
    }

    func target(_ role: Role) -> String {
      role == .owner ? "owner" : self.sessions(role).second?.1 ?? ""
    }
  }

  private static let roles: [Role] = [.member, .operator, .owner, .administrator]
  private static let deeds: [@Sendable (Name) -> Moderation] = [
    { .kick(.current, $0, reason: "") },
    { .sanction(.room(.current), .ban, .name($0), microseconds: nil, reason: "") },
    { .sanction(.room(.current), .mute, .name($0), microseconds: 1, reason: "") },
  ]

  @Test(arguments: Self.roles, Self.roles)
  func `is above what it may kick, ban and mute`(role: Role, other: Role) {
    if role == .owner, other == .owner { return }
    for (place, deed) in Self.deeds.enumerated() {
      let cast = Cast()
      let effects = cast.stage.does(cast.sessions(role).first, deed(Name(cast.target(other))))
      let expected: Refusal? =
        if role < .operator {
          .notPermitted(.operate)
        } else if other >= role {
          .notPermitted(.outrank)
        } else {
          nil
        }
      #expect(effects.refusal == expected, "\(role) \(other) \(place)")
    }
  }

  @Test(arguments: [Role.operator, .owner, .administrator])
  func `is none above oneself`(role: Role) {
    let cast = Cast()
    let own = [Role.operator: "operator1", .owner: "owner", .administrator: "admin1"]
    for deed in Self.deeds {
      let effects = cast.stage.does(cast.sessions(role).first, deed(Name(own[role] ?? "")))
      #expect(effects.refusal == .notPermitted(.moderateSelf))
    }
  }

  @Test func `of an administrator reaches into every room, and no other role does`() {
    let cast = Cast()
    let stage = cast.stage
    for session in [cast.administrators[0], cast.members[0]] {
      stage.take(session, .leave(.current, then: .nowhere))
    }
    let kick = Moderation.kick(.named("python"), Name("member2"), reason: "")
    #expect(stage.does(cast.members[0], kick).refusal == .notAMember(room: "python"))
    #expect(stage.does(cast.administrators[0], kick).refusal == nil)
    let topic = Command.setTopic(.named("python"), "snakes")
    #expect(stage.take(cast.members[0], topic).refusal == .notAMember(room: "python"))
    #expect(stage.take(cast.administrators[0], topic).refusal == nil)
    stage.says(cast.operators[0], "rude")
    let remove = Command.remove(.room(.named("python")), Sequence(1))
    #expect(stage.take(cast.members[0], remove).refusal == .notAMember(room: "python"))
    #expect(stage.take(cast.administrators[0], remove).refusal == nil)
    // Reading is for members.
    #expect(
      stage.take(cast.administrators[0], .history(.room(.named("python")), limit: nil)).refusal
        == .notAMember(room: "python"))
  }

  @Test func `goes with a ban or a mute, which it would stand above`() throws {
    let cast = Cast()
    let stage = cast.stage
    let banned = stage.bans(cast.owner, .named("operator1"))
    #expect(banned.lines.contains { $0.hasPrefix("room 2: went operator1 kicked") })
    #expect(stage.listed(cast.owner, .operatorship) == ["operator2"])
    #expect(
      stage.take(cast.operators[0], .join(Name("python"))).refusal
        == .banned(room: "python", until: nil, reason: ""))
    stage.bans(cast.owner, .named("operator2"), .mute)
    #expect(
      stage.take(cast.operators[1], .say(.current, .say, "but")).refusal
        == .muted(room: "python", until: nil))
    stage.bans(cast.administrators[0], .named("owner"), .mute)
    #expect(try #require(stage.room("python")).owner == nil)
    #expect(
      stage.take(cast.owner, .say(.current, .say, "but")).refusal
        == .muted(room: "python", until: nil))
    // A mask is a decision about others.
    stage.does(cast.administrators[0], .transfer(.current, Name("member1")))
    stage.bans(cast.administrators[0], .mask(NameMask(text: "*", key: "*")))
    #expect(try #require(stage.room("python")).owner != nil)
    #expect(stage.take(cast.members[0], .say(.current, .say, "I")).refusal == nil)
  }

  @Test func `of an operator is one's own to give up, under any name`() {
    let cast = Cast()
    let stage = cast.stage
    let session = cast.operators[0]
    #expect(
      stage.does(session, .revokeOperator(.current, Name("operator2"))).refusal
        == .notPermitted(.own))
    stage.take(session, .nick(Name("other")))
    #expect(stage.does(session, .revokeOperator(.current, Name("operator1"))).refusal == nil)
    #expect(stage.listed(cast.owner, .operatorship) == ["operator2"])
    #expect(
      stage.does(cast.owner, .revokeOperator(.current, Name("nobody"))).refusal
        == .noSuchStanding(.operatorship, "nobody", room: "python"))
  }

  @Test func `is needed to set a room, and some settings need more`() {
    let cast = Cast()
    let stage = cast.stage
    #expect(
      stage.does(cast.members[0], .set(.current, .slow(seconds: 1))).refusal
        == .notPermitted(.operate))
    #expect(
      stage.does(cast.operators[0], .set(.current, .isPermanent(true))).refusal
        == .notPermitted(.own))
    #expect(stage.does(cast.owner, .set(.current, .isPermanent(true))).refusal == nil)
    let guest = stage.enter("guest")
    stage.take(guest, .join(Name("python")))
    #expect(
      stage.does(cast.owner, .transfer(.current, Name("guest"))).refusal
        == .notPermitted(.keepRoom))
    stage.take(guest, .join(Name("forth")))
    #expect(
      stage.does(guest, .set(.current, .isPermanent(true))).refusal == .notPermitted(.keepRoom))
    for setting in [RoomSetting.isPrivate(true), .isUnlisted(true), .isPermanent(true)] {
      #expect(
        stage.does(cast.administrators[0], .set(.named("lobby"), setting)).refusal
          == .notPermitted(.changeFixedRoom))
    }
    #expect(
      stage.does(cast.owner, .set(.current, .backlog(.count(Limits.backlogMax + 1)))).refusal?.code
        == "bad_arguments")
    #expect(
      stage.does(cast.owner, .set(.current, .slow(seconds: Limits.slowSecondsMax + 1))).refusal?
        .code == "bad_arguments")
  }
}

@Suite struct `The roles of a guest` {
  let stage = Stage()

  /// A guest that owns `python`, operates `forth` and is invited to `secret`.
  private func guest() -> SessionID {
    let other = self.stage.register("other")
    self.stage.take(other, .join(Name("secret")))
    self.stage.does(other, .set(.current, .isPrivate(true)))
    self.stage.take(other, .join(Name("forth")))
    let guest = self.stage.enter("guest")
    self.stage.take(guest, .add(Name("forth")))
    self.stage.does(other, .grantOperator(.current, Name("guest")))
    self.stage.does(other, .invite(.named("secret"), Name("guest")))
    self.stage.take(guest, .join(Name("python")))
    return guest
  }

  private var holders: [Holder?] {
    [self.stage.room("python")?.owner]
      + ["forth", "secret"].map { room in
        self.stage.kept(in: room).first.flatMap { standing in
          if case .holder(let holder) = standing.subject { holder } else { nil }
        }
      }
  }

  @Test(arguments: [false, true])
  func `are those of the account that it becomes`(isRestarted: Bool) throws {
    let guest = self.guest()
    #expect(self.holders.allSatisfy { if case .participant? = $0 { true } else { false } })
    self.stage.registers(guest)
    let account = try #require(self.stage.account("guest")).id
    #expect(self.holders == [.account(account), .account(account), .account(account)])
    if isRestarted {
      let bytes = self.stage.bytes
      self.stage.restart()
      #expect(self.stage.bytes == bytes)
      self.stage.propose(.server, .runStarted(incarnation: 100))
      self.stage.logsIn(self.stage.connect(), "guest")
      #expect(self.holders == [.account(account), .account(account), .account(account)])
    }
  }

  @Test func `go over to the account that it logs in to`() throws {
    let account = self.stage.register("ana")
    self.stage.take(account, .quit(.quit("")))
    let guest = self.guest()
    self.stage.logsIn(guest, "ana")
    let id = try #require(self.stage.account("ana")).id
    #expect(self.holders == [.account(id), .account(id), .account(id)])
    #expect(self.stage.does(guest, .set(.current, .slow(seconds: 3))).refusal == nil)
    #expect(self.stage.take(guest, .join(Name("secret"))).refusal == nil)
  }

  @Test func `end with it, and those of an account with the account`() throws {
    let guest = self.guest()
    self.stage.take(guest, .quit(.quit("")))
    #expect(try #require(self.stage.room("python")).owner == nil)
    #expect(self.stage.kept(in: "forth").isEmpty)
    #expect(self.stage.kept(in: "secret").isEmpty)
    let again = self.stage.register("again")
    self.stage.take(again, .join(Name("perl")))
    self.stage.unregisters(again, "again")
    #expect(try #require(self.stage.room("perl")).owner == nil)
    #expect(
      self.stage.does(again, .set(.current, .slow(seconds: 3))).refusal
        == .notPermitted(.operate))
  }

  @Test func `count for how many rooms one may own`() {
    let stage = Stage(Settings(ownedRoomsMax: 2))
    let refusal = Refusal.tooMany(.ownedRooms, max: 2)
    let ana = stage.enter("ana")
    for name in ["one", "two"] { stage.take(ana, .add(Name(name))) }
    #expect(stage.take(ana, .add(Name("three"))).refusal == refusal)
    // By registering they are the account's, and no more.
    stage.registers(ana)
    #expect(stage.take(ana, .add(Name("three"))).refusal == refusal)
    let bea = stage.enter("bea")
    stage.take(bea, .join(Name("four")))
    stage.take(ana, .add(Name("four")))
    #expect(stage.does(bea, .transfer(.current, Name("ana"))).refusal == refusal)
    stage.restart()
    #expect(stage.take(ana, .add(Name("three"))).refusal == refusal)
    // A guest's go over to its account up to that number, the others to nobody.
    let guest = stage.enter("guest")
    stage.take(guest, .join(Name("six")))
    stage.logsIn(guest, "ana")
    #expect(stage.room("six")?.owner == nil)
    stage.take(guest, .quit(.quit("")))
    // Given up, or gone with its room.
    stage.does(ana, .disown(.named("one")))
    #expect(stage.does(bea, .transfer(.current, Name("ana"))).refusal == nil)
    #expect(stage.take(ana, .add(Name("three"))).refusal == refusal)
    stage.take(ana, .leave(.named("two"), then: .lobby))
    #expect(stage.room("two") == nil)
    #expect(stage.take(ana, .add(Name("three"))).refusal == nil)
    stage.propose(.server, .administer(.setAdministrator(Name("ana"), true), asOwner: true))
    #expect(stage.take(ana, .add(Name("five"))).refusal == nil)
  }
}
