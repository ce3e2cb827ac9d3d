import ParleyModel

/// Proposals drawn from a seed: a few people with a few names in a few rooms, so that they meet,
/// collide and misuse everything.
struct RandomPlay {
  /// SplitMix64: the same in every run.
  struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      self.state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = self.state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  var random: Generator
  private var stamp: Int64 = 1_000_000_000
  private var offset: UInt64 = 0

  init(seed: UInt64) {
    self.random = Generator(state: seed)
  }

  mutating func below(_ bound: Int) -> Int {
    Int.random(in: 0..<bound, using: &self.random)
  }

  /// The next entry of the log, tagged with its offset.
  mutating func entry(_ proposal: Proposal? = nil) -> Entry {
    let drawn = proposal ?? self.proposal()
    let isServers: Bool =
      switch drawn {
      case .settings, .runStarted, .expireRoom, .expireHeld, .announce: true
      case .login, .nick, .quit, .join, .add, .leave, .close, .setTopic, .say, .post, .reply,
        .direct,
        .remove, .away, .ignore, .verified, .administer, .moderate:
        false
      }
    let entry = Entry(
      offset: LogOffset(self.offset), stamp: Timestamp(microseconds: self.stamp),
      session: isServers ? .server : SessionID(UInt64(1 + self.below(9))),
      nonce: self.below(4) == 0 ? Nonce("n\(self.below(60))") : nil,
      address: PeerAddress(high: UInt64(1 + self.below(9)), low: 1),
      comeback: self.below(2) == 0 ? self.comeback() : nil, proposal: drawn,
      tag: RequestTag(self.offset + 1))
    self.offset += 1
    // Often several entries of one stamp, sometimes hours between two.
    if self.below(3) == 0 { self.stamp += Int64(self.below(2_000_000)) }
    if self.below(400) == 0 { self.stamp += 40 * 60 * 60 * 1_000_000 }
    return entry
  }

  private mutating func proposal() -> Proposal {
    switch self.below(1_000) {
    case 0..<2: .runStarted(incarnation: UInt32(self.below(1_000)))
    case 2..<5: .settings(self.settings())
    case 5..<8: .announce("tea")
    case 8..<90: .login(self.name(), autojoin: self.below(4) > 0)
    case 90..<110: .nick(self.name())
    case 110..<130: .quit(self.departure())
    case 130..<190: .join(self.room())
    case 190..<220: .add(self.room())
    case 220..<250: .leave(self.selector(), then: self.below(2) == 0 ? .lobby : .nowhere)
    case 250..<260: .setTopic(self.selector(), self.below(3) == 0 ? "" : "topic")
    case 260..<270: .away(self.below(2) == 0 ? nil : "tea")
    case 270..<285: .ignore(self.name())
    case 285..<340: .direct(self.target(), .say, self.text())
    case 340..<420: .post(self.selector(), subject: self.text(), body: self.text())
    case 420..<450: .reply(self.selector(), to: self.sequence(), body: self.text())
    case 450..<480: .remove(.room(self.selector()), self.sequence())
    case 480..<490: .remove(.direct(self.name()), Sequence(UInt64(self.below(4))))
    case 490..<530: .verified(self.verified())
    case 530..<536: .administer(self.decision(), asOwner: self.below(3) > 0)
    case 536..<556: .moderate(self.moderation())
    default: .say(self.selector(), self.below(5) == 0 ? .action : .say, self.text())
    }
  }

  private mutating func verified() -> Verified {
    let account = AccountID(UInt64(1 + self.below(10)))
    let version = UInt32(1 + self.below(8) / 7)
    return switch self.below(27) {
    case 0..<6: .register(Self.credential, code: self.below(2) == 0 ? nil : [1])
    case 6..<13: .login(account, version: version, autojoin: self.below(4) > 0)
    case 13: .loginByToken(digest: [UInt8(self.below(9))], self.name(), autojoin: true)
    case 20..<26:
      .guest(digest: [UInt8(self.below(6))], self.name(), autojoin: self.below(4) > 0)
    case 14: .loginByCertificate(digest: [UInt8(self.below(4))], autojoin: true)
    case 15: .setCredential(account, version: version, Self.credential)
    case 16: .unregister(account, version: version)
    case 17: .addToken(digest: [UInt8(self.below(250))], .read, label: "bot")
    case 18: .revokeToken(UInt32(1 + self.below(3)))
    case 19:
      .mark(
        self.below(4) == 0 ? .direct(self.name()) : .room(self.selector()),
        through: self.below(2) == 0 ? nil : Sequence(UInt64(self.below(30))))
    default: self.below(3) == 0 ? .removeCertificates : .addCertificate(digest: [1])
    }
  }

  private mutating func departure() -> Departure {
    switch self.below(4) {
    case 0: .quit("bye")
    case 1: .timedOut
    default: .connectionLost
    }
  }

  /// What a session brings that can come back; it may be of conversations that there never were.
  private mutating func comeback() -> Comeback {
    guard self.below(3) > 0 else { return Comeback() }
    return Comeback(
      cursors: (0..<self.below(4)).map { _ in
        let epoch = Epoch(incarnation: 7, counter: UInt32(1 + self.below(8)))
        let cursor = Cursor(epoch: epoch, sequence: self.sequence())
        return ConversationCursor(
          self.below(3) == 0 ? .direct(self.name()) : .room(self.room()), cursor)
      })
  }

  private mutating func decision() -> AdminProposal {
    switch self.below(7) {
    case 0: .create(self.name(), nil, isAdministrator: self.below(2) == 0)
    case 1: .setPassword(self.name(), Self.credential)
    case 2: .setAdministrator(self.name(), self.below(2) == 0)
    case 3: .delete(self.name())
    case 4: .addInvite(digest: [UInt8(self.below(3))], microseconds: 60_000_000)
    case 5: .moderate(self.moderation())
    default: .revokeInvite(UInt32(1 + self.below(4)))
    }
  }

  private static let credential = Credential(
    scrypt: Credential.Scrypt(logCost: 1, blockSize: 1, parallelism: 1, salt: [1], key: [2]),
    scram: Credential.Scram(iterations: 1, salt: [3], storedKey: [4], serverKey: [5]))

  /// Which rooms are permanent changes; the backlog does not, so that a checker knows it.
  private mutating func settings() -> Settings {
    Settings(
      defaultBacklog: .count(3),
      autojoin: self.below(2) == 0 ? [.lobby] : [self.room(), .lobby],
      permanentRooms: self.below(2) == 0 ? [] : [self.room()],
      emptyRoomMicroseconds: 24 * 60 * 60 * 1_000_000,
      holdMicroseconds: self.below(4) == 0 ? 0 : 5_000_000)
  }

  mutating func name() -> Name {
    Name(
      ["ana", "bea", "cy", "Cy", "dan", "eve", "board", "fay", "gil", "hana", "ivo", "joa"][
        self.below(12)])
  }

  private mutating func room() -> Name {
    // The lobby is the busiest, so that it outgrows what is kept of it in memory.
    Name(["lobby", "lobby", "lobby", "art", "news", "Python", "zoo"][self.below(7)])
  }

  mutating func selector() -> RoomSelector {
    self.below(3) > 0 ? .current : .named(self.room())
  }

  private mutating func target() -> DirectTarget {
    self.below(3) == 0 ? .last : .named(self.name())
  }

  mutating func sequence() -> Sequence {
    Sequence(UInt64(self.below(self.below(2) == 0 ? 12 : 1_500)))
  }

  private mutating func text() -> String {
    self.below(40) == 0 ? "" : "text \(self.below(1_000))"
  }
}
