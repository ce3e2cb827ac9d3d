import ParleyTesting

/// Draws the steps of a run from its seed, and a character for the run first: some have slow
/// readers, some a late archive, some many restarts.
struct StepGenerator {
  static let clients = 8
  /// Clients that come back: some share a connection's time, as tabs of one browser do.
  static let tabs = 3
  static let rooms = ["lobby", "tea", "python", "rust"]

  private var random: SplitMix64
  /// How often each kind of step is drawn, in parts of their sum.
  private var weights: [Int] = []
  private var sum = 0
  private var said = 0
  private var isFull = false
  /// Most of what is typed is said in the lobby, more than a room keeps in memory.
  private let isChatty: Bool
  /// The newest command with a nonce of each client.
  private var nonced: [Int: String] = [:]
  /// What the newest token is called.
  private var token = ""

  init(seed: UInt64) {
    self.random = SplitMix64(seed: seed)
    let slow = Int(self.random.next() % 4)
    let late = Int(self.random.next() % 3)
    self.isChatty = self.random.oneIn(4)
    let rough = self.isChatty ? 0 : Int(self.random.next() % 3)
    self.weights = [
      6,  // connect
      60,  // type
      24,  // sequence
      16,  // run a loop
      late == 0 ? 2 : 8,  // archive
      late == 1 ? 2 : 6,  // read
      1 + slow * 3,  // stop reading
      4,  // take a write
      4,  // resume reading
      rough,  // vanish
      rough,  // the disk
      1,  // restart, or a failure of the archive
      2,  // sweep
      2,  // wait
    ]
    self.sum = self.weights.reduce(0, +)
  }

  private mutating func below(_ bound: Int) -> Int {
    Int(self.random.next() % UInt64(bound))
  }

  /// The next step, where `isThere` says which clients are connected.
  mutating func next(_ isThere: [Bool]) -> SimulationStep {
    let microseconds = Int64(self.below(20_000))
    return SimulationStep(microseconds: microseconds, action: self.action(isThere))
  }

  private mutating func action(_ isThere: [Bool]) -> SimulationStep.Action {
    var drawn = self.below(self.sum)
    let kind = self.weights.firstIndex { weight in
      drawn -= weight
      return drawn < 0
    }
    let client = self.client(isThere)
    switch kind {
    case 0: return self.connect(isThere)
    case 1: return self.type(client, isThere)
    case 2: return .sequence
    case 3: return .runLoop(self.below(2))
    case 4: return .archive
    case 5: return .read
    case 6: return .stopReading(client: client)
    case 7: return .takeSome(client: client)
    case 8: return .resumeReading(client: client)
    case 9: return self.below(2) == 0 ? .vanish(client: client) : .endInput(client: client)
    case 10: return self.disk()
    case 11: return self.misfortune()
    case 12: return .sweep
    default: return .wait(seconds: 1 + self.below(20))
    }
  }

  /// One of those that are connected.
  private mutating func client(_ isThere: [Bool]) -> Int {
    let start = self.below(isThere.count)
    for step in 0..<isThere.count where isThere[(start + step) % isThere.count] {
      return (start + step) % isThere.count
    }
    return start
  }

  private mutating func connect(_ isThere: [Bool]) -> SimulationStep.Action {
    guard let place = isThere.firstIndex(of: false) else { return .sequence }
    if self.below(2) == 0 {
      self.nonced[place] = nil
      return .comeBack(client: place, loop: self.below(2), tab: self.below(Self.tabs))
    }
    self.nonced[place] = nil
    // A name may be in use: the refusal is part of the play.
    let name = self.name()
    return .connect(
      client: place, loop: self.below(2), name: name, echoes: self.below(4) != 0)
  }

  private mutating func name() -> String {
    (self.below(6) == 0 ? "P" : "p") + "\(self.below(10))"
  }

  private mutating func type(_ client: Int, _ isThere: [Bool]) -> SimulationStep.Action {
    guard isThere[client] else { return self.connect(isThere) }
    var lines: [String] = []
    for _ in 0...self.below(4) { lines.append(self.line(client)) }
    return .type(client: client, lines: lines)
  }

  private mutating func line(_ client: Int) -> String {
    let room = Self.rooms[self.below(Self.rooms.count)]
    self.said += 1
    if self.isChatty, self.below(6) > 0 { return "words \(self.said)" }
    switch self.below(64) {
    case 0...2: return "/join \(room)"
    case 3...4: return "/add \(room)"
    case 5: return "/leave"
    case 6: return "%groupleave \(room)"
    case 7...9: return "/post Subject \(self.said) | body \(self.said)"
    case 10...11: return "/list"
    case 12: return "/list #\(room)"
    case 13...15: return "/read \(1 + self.below(60))"
    case 16...18: return "/history \(1 + self.below(300))"
    case 19: return "/history #\(room) 5"
    case 20: return "/who"
    case 21...22: return "/dm \(self.name()) direct \(self.said)"
    case 23: return "/history @\(self.name()) 9"
    case 24...26: return "/remove \(1 + self.below(60))"
    case 27: return "/topic topic \(self.said)"
    case 28...29: return "/nick \(self.name())"
    case 30: return self.below(3) == 0 ? "/exit" : "/rooms"
    case 31: return "/nosuchcommand"
    case 32: return "/ignore \(self.name())"
    case 33: return "/reply \(1 + self.below(60)) answer \(self.said)"
    case 34: return self.name()
    case 35: return "/whois \(self.name())"
    case 36:
      let text = String(repeating: "long ", count: 40 + self.below(700))
      return self.below(3) == 0 ? "/post Long \(self.said) | " + text + text : text
    case 47: return "/search \(self.below(self.said + 1))"
    case 48: return "/search #\(room) \"body \(self.below(10))*\""
    case 49: return "/search <\(1 + self.below(60)) words"
    case 50...55: return self.account()
    case 56...58: return self.moderation()
    case 59: return "/close \(room)"
    case 37...42: return self.fresh(client)
    case 43...46: return self.again(client)
    default: return "words \(self.said)"
    }
  }

  /// Something about accounts; the lines after the first answer what is asked.
  private mutating func account() -> String {
    let password = self.below(3) == 0 ? "secret two" : "secret one"
    switch self.below(8) {
    case 0, 1: return "/register\n\(password)\n\(password)"
    case 2, 3: return "/login \(self.name())\n\(password)"
    case 4:
      self.token = "bot\(self.said)"
      return "/token \(self.below(4) == 0 ? "revoke 1" : "new read \(self.token)")"
    case 5: return "/login \(self.name())\nparley_\(self.token)"
    case 6: return "/passwd\n\(password)\nsecret two\nsecret two"
    default:
      return ["/unread", "/token", "/unregister\n\(password)", "/sessions", "/mark", "/mark 7"][
        self.below(6)]
    }
  }

  /// Something about roles and order, mostly of those who may not.
  private mutating func moderation() -> String {
    let place = self.below(3) == 0 ? "#\(Self.rooms[self.below(Self.rooms.count)]) " : ""
    let whom =
      self.below(5) == 0
      ? ["p*", "*1", "192.0.2.\(self.below(4))", "192.0.2.0/31"][self.below(4)] : self.name()
    switch self.below(16) {
    case 0: return "/op \(place)\(self.name())"
    case 1: return "/deop \(place)\(self.name())"
    case 2, 3: return "/kick \(place)\(self.name()) kick \(self.said)"
    case 4, 5: return "/ban \(place)\(whom) \(1 + self.below(9))s ban \(self.said)"
    case 6: return "/unban \(place)\(whom)"
    case 7: return "/mute \(place)\(whom) \(self.below(2) == 0 ? "5s" : "rude")"
    case 8: return "/unmute \(place)\(whom)"
    case 9: return "/invite \(place)\(self.name())"
    case 10: return self.below(2) == 0 ? "/owner \(place)\(self.name())" : "/disown \(place)"
    case 11: return "/removeall \(place)\(self.name())"
    case 12: return "/removeall \(place)by \(1 + self.below(60))"
    case 13: return "/report \(place)\(1 + self.below(60)) report \(self.said)"
    case 14: return ["/audit \(place)", "/ban", "/op", "/room"][self.below(4)]
    default:
      let setting = [
        "private on", "private off", "unlisted on", "unlisted off", "permanent on", "slow 1",
        "slow off", "posts operators", "posts members", "backlog 1", "backlog all",
        "backlog default",
      ]
      return "/room \(place)\(setting[self.below(setting.count)])"
    }
  }

  private mutating func fresh(_ client: Int) -> String {
    let what =
      self.below(3) == 0 ? "/dm \(self.name()) noted \(self.said)" : "noted \(self.said)"
    let line = "~n\(self.said) \(what)"
    self.nonced[client] = line
    return line
  }

  /// A command with its nonce again, or another with the same nonce.
  private mutating func again(_ client: Int) -> String {
    guard let line = self.nonced[client], let space = line.firstIndex(of: " ") else {
      return self.fresh(client)
    }
    return self.below(6) == 0 ? line[..<space] + " noted otherwise" : line
  }

  private mutating func disk() -> SimulationStep.Action {
    self.isFull.toggle()
    return self.isFull ? .fillDisk : .freeDisk
  }

  private mutating func misfortune() -> SimulationStep.Action {
    self.isFull = false
    switch self.below(8) {
    case 0: return .failAppend(isKept: true)
    case 1: return .failAppend(isKept: false)
    case 2: return .failArchiveWrite
    case 3: return .failArchiveRead
    case 4, 5: return .restart(losesPower: true)
    default: return .restart(losesPower: false)
    }
  }
}
