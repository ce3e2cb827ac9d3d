import ParleyCore
import ParleyModel
import ParleyTesting
import Testing

/// Two worlds that differ only in what somebody must not learn: whatever is asked, the answers are
/// the same, byte for byte.
@Suite struct `Somebody from outside` {
  /// Why a room is nothing to an outsider.
  enum Hiding: CaseIterable {
    case isPrivate, isUnlisted
    /// Everybody that was in it is gone for a while.
    case isEmpty
  }

  /// Who asks.
  enum Asker: CaseIterable {
    /// Has not given a name yet.
    case unknown
    case guest
    case account
    /// Was in the room and has left it.
    case formerMember
    /// Was put out of it.
    case banned
  }

  @Test(arguments: Hiding.allCases, Asker.allCases)
  func `learns nothing of a hidden room and of what others write to each other`(
    hiding: Hiding, asker: Asker
  ) throws {
    let probes = Probes(
      room: Name("secret"), sequences: [1, 2, 3, 4, 99].map { Sequence($0) }, person: Name("bea"))
    var (hidden, none) = HiddenWorld.both(hiding, asker: asker)
    #expect(hidden.stage.room("secret") != nil)
    #expect(
      none.stage.fold.rooms.filter { $0.kind == .room }.map(\.name.key) == ["lobby", "python"])
    for command in try probes.all() {
      if hidden.isChanged { (hidden, none) = HiddenWorld.both(hiding, asker: asker) }
      let heard = hidden.hears(command)
      if Self.names(probes.room, command), asker != .unknown {
        // What nobody can hide: a name that is taken. To join an unlisted room one needs no more.
        let refusal = Refusal.roomIsPrivate("secret")
        if hiding == .isPrivate {
          #expect(heard == [.session(hidden.eve, .refused(Stage.tag, refusal))], "\(command)")
        }
        (hidden, none) = HiddenWorld.both(hiding, asker: asker)
        continue
      }
      let instead = none.hears(command)
      #expect(heard == instead, "\(command)")
      #expect("\(heard)" == "\(instead)", "\(command)")
    }
  }

  private static func names(_ room: Name, _ command: Command) -> Bool {
    switch command.kind {
    case .join, .add: true
    default: false
    }
  }

  @Test(arguments: Hiding.allCases)
  func `is told nothing of what goes on in a hidden room`(hiding: Hiding) {
    let world = HiddenWorld(hiding, asker: .guest, exists: true)
    #expect(world.overheard.isEmpty)
    #expect(world.told > 20)
  }

  @Test func `learns nothing of messages from before its window`() throws {
    let probes = Probes(
      room: Name("python"), sequences: (0...9).map { Sequence($0) }, person: Name("bea"))
    var (one, other) = (WindowWorld(isOne: true), WindowWorld(isOne: false))
    for command in try probes.all() {
      if one.isChanged { (one, other) = (WindowWorld(isOne: true), WindowWorld(isOne: false)) }
      let (heard, instead) = (one.hears(command), other.hears(command))
      #expect(heard == instead, "\(command)")
      #expect("\(heard)" == "\(instead)", "\(command)")
      #expect(one.found(heard) == other.found(instead), "\(command)")
    }
    // The same questions about what it may see are answered.
    let world = WindowWorld(isOne: true)
    #expect(world.found(world.hears(.read(.current, Sequence(8)))) == ["a line for all"])
  }

  @Test func `gets the same work done for a password of no account`() throws {
    let command = Command.account(
      .login(Name("mia"), Secret("wrong password"), autojoin: true))
    for exists in [true, false] {
      let stage = Stage()
      if exists {
        stage.take(
          SessionID(90),
          .administer(.create(Name("mia"), nil, isAdministrator: false), asOwner: true))
      }
      let effects = stage.take(SessionID(1), command)
      guard case .session(_, .work(_, let work)) = effects.first else {
        Issue.record("\(effects)")
        continue
      }
      #expect(effects.count == 1)
      guard case .check(_, _, of: let name, then: .login) = work else {
        Issue.record("\(work)")
        continue
      }
      #expect(name == Name("mia"))
    }
  }
}

/// Two worlds that look alike to `eve`: in one, `ana` and `bea` have a room that is hidden from her
/// and write to each other; in the other they did as much, of which nothing is left.
private final class HiddenWorld {
  let stage = Stage()
  let eve: SessionID
  private(set) var overheard: [Effect] = []
  /// How much was told while the room was made and used.
  private(set) var told = 0
  /// Whether the last command that eve sent changed something.
  private(set) var isChanged = false
  private let ana: SessionID
  private let bea: SessionID
  private let room: Name

  init(
    _ hiding: `Somebody from outside`.Hiding, asker: `Somebody from outside`.Asker, exists: Bool
  ) {
    self.room = Name(exists ? "secret" : "elsewhere")
    self.ana = self.stage.enter("ana")
    self.bea = self.stage.enter("bea")
    self.eve = asker == .unknown ? SessionID(50) : self.stage.enter("eve")
    let dan = self.stage.enter("dan", autojoin: false)
    if asker == .account {
      self.stage.propose(self.eve, .verified(.register(.sample, code: nil)))
    }
    // Rooms that eve may know of, and is in.
    self.stage.take(self.ana, .add(Name("python")))
    self.stage.take(self.eve, .add(Name("python")))
    self.useRoom(hiding, asker: asker)
    self.writeToEachOther(exists: exists, dan)
    if !exists { self.clearAway() }
    if hiding == .isEmpty { self.emptyRoom(exists: exists) }
    self.stage.now = Timestamp(microseconds: 5_000_000_000)
  }

  private func does(_ session: SessionID, _ command: Command) {
    let effects = self.stage.take(session, command)
    self.told += effects.count
    self.overheard += self.heard(effects)
  }

  private func useRoom(
    _ hiding: `Somebody from outside`.Hiding, asker: `Somebody from outside`.Asker
  ) {
    let selector = RoomSelector.named(self.room)
    self.does(self.ana, .add(self.room))
    switch hiding {
    case .isPrivate: self.does(self.ana, .moderate(.set(selector, .isPrivate(true))))
    case .isUnlisted: self.does(self.ana, .moderate(.set(selector, .isUnlisted(true))))
    case .isEmpty: self.does(self.ana, .moderate(.set(selector, .slow(seconds: 0))))
    }
    self.does(self.ana, .moderate(.invite(selector, Name("bea"))))
    self.does(self.bea, .add(self.room))
    if asker == .formerMember || asker == .banned {
      self.stage.take(self.ana, .moderate(.invite(selector, Name("eve"))))
      self.stage.take(self.eve, .add(self.room))
    }
    self.does(self.ana, .setTopic(selector, "the plan"))
    self.does(self.ana, .say(selector, .say, "the plan is set, eve"))
    self.does(self.bea, .say(selector, .action, "agrees with the plan"))
    if hiding != .isEmpty {
      self.does(self.bea, .post(selector, subject: "plan", body: "all of it"))
    } else {
      self.does(self.bea, .say(selector, .say, "all of it"))
    }
    self.does(self.bea, .moderate(.report(selector, Sequence(1), reason: "plan")))
    self.does(self.ana, .moderate(.grantOperator(selector, Name("bea"))))
    if asker == .banned {
      let ban = Moderation.sanction(
        .room(selector), .ban, .name(Name("eve")), microseconds: nil, reason: "out")
      self.stage.take(self.ana, .moderate(ban))
    } else if asker == .formerMember {
      self.stage.take(self.eve, .leave(selector, then: .nowhere))
    }
    let mute = Moderation.sanction(
      .room(selector), .mute, .name(Name("dan")), microseconds: nil, reason: "plan")
    self.does(self.ana, .moderate(mute))
    self.does(self.ana, .say(selector, .say, "it goes on"))
    self.does(self.bea, .remove(.room(selector), Sequence(2)))
  }

  /// And `bea` hides eve, of which eve learns nothing.
  private func writeToEachOther(exists: Bool, _ dan: SessionID) {
    let (one, other) = exists ? (self.bea, "bea") : (dan, "dan")
    self.does(self.ana, .direct(.named(Name(other)), .say, "the plan"))
    self.does(one, .direct(.last, .say, "yes, the plan"))
    self.does(self.bea, .ignore(Name(exists ? "eve" : "dan")))
    self.does(dan, .quit(.quit("")))
  }

  /// Of the room, and of what it was for, nothing is left.
  private func clearAway() {
    let selector = RoomSelector.named(self.room)
    for number: UInt64 in 1...4 {
      self.does(self.ana, .remove(.room(selector), Sequence(number)))
    }
    self.does(self.bea, .leave(selector, then: .nowhere))
    self.does(self.ana, .leave(selector, then: .nowhere))
  }

  /// The guests go, and others of these names come.
  private func emptyRoom(exists: Bool) {
    for session in [self.ana, self.bea] { self.stage.take(session, .quit(.quit(""))) }
    self.stage.now = Timestamp(microseconds: 4_000_000_000)
    for name in ["ana", "bea"] { _ = self.stage.enter(name) }
  }

  /// What eve is told of that.
  private func heard(_ effects: [Effect]) -> [Effect] {
    effects.filter { effect in
      switch effect {
      case .everyone: true
      case .session(let session, _): session == self.eve
      case .room(let event, origin: _): self.open.contains(event.room)
      }
    }
  }

  /// The lobby and python are open where eve is anybody yet.
  private var open: Set<RoomID> {
    guard self.stage.isLoggedIn(self.eve) else { return [] }
    return Set([self.stage.room("lobby"), self.stage.room("python")].compactMap { $0?.id })
  }

  func hears(_ command: Command) -> [Effect] {
    let offset = self.stage.offset
    let effects = self.stage.take(self.eve, command)
    self.isChanged = self.stage.offset != offset && effects.refusal == nil
    return self.heard(effects)
  }

  static func both(
    _ hiding: `Somebody from outside`.Hiding, asker: `Somebody from outside`.Asker
  ) -> (HiddenWorld, HiddenWorld) {
    (
      HiddenWorld(hiding, asker: asker, exists: true),
      HiddenWorld(hiding, asker: asker, exists: false)
    )
  }
}

/// A room in which eve may see what was said from number 6 on, and two posts: before it others have
/// said other things.
private final class WindowWorld {
  let stage = Stage()
  let eve: SessionID
  private(set) var isChanged = false

  init(isOne: Bool) {
    let ana = self.stage.enter("ana")
    let bea = self.stage.enter("bea")
    self.stage.take(ana, .join(Name("python")))
    self.stage.take(bea, .join(Name("python")))
    let (one, other) = isOne ? (ana, bea) : (bea, ana)
    self.stage.says(one, isOne ? "a plan for bea" : "nothing, eve")
    self.stage.says(one, isOne ? "another plan" : "nothing else")
    self.stage.posts(other, isOne ? "plan" : "news")
    self.stage.says(other, "said")
    self.stage.take(one, .remove(.current, Sequence(isOne ? 1 : 2)))
    self.stage.posts(ana, "for all")
    self.stage.posts(ana, "for all again")
    self.stage.says(bea, "hello, all")
    self.stage.says(ana, "a line for all")
    self.eve = self.stage.enter("eve")
    self.stage.take(self.eve, .join(Name("python")))
    self.stage.now = Timestamp(microseconds: 5_000_000_000)
  }

  func hears(_ command: Command) -> [Effect] {
    let offset = self.stage.offset
    let effects = self.stage.take(self.eve, command)
    self.isChanged = self.stage.offset != offset && effects.refusal == nil
    return effects.filter { effect in
      if case .session(let session, _) = effect { session == self.eve } else { true }
    }
  }

  /// The texts that the archive has for the answers.
  func found(_ effects: [Effect]) -> [String] {
    effects.replies.flatMap { reply -> [String] in
      if let plan = reply.plan { return self.stage.fold.read(plan).messages.map(\.body) }
      if case .message(_, .messages(let messages, more: _)) = reply {
        return messages.map(\.body)
      }
      return []
    }
  }
}

extension Credential {
  /// Opens nothing.
  fileprivate static let sample = Credential(
    scrypt: Scrypt(logCost: 1, blockSize: 1, parallelism: 1, salt: [1], key: [2]),
    scram: Scram(iterations: 1, salt: [1], storedKey: [2], serverKey: [3]))
}
