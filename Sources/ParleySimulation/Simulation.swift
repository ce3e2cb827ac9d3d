import NIOCore
import NIOEmbedded
import ParleyCore
import ParleyDoorKit
import ParleyLog
import ParleyModel
import ParleyRuntime
import ParleyTesting

/// A whole node on one thread: sessions as bytes, the loops, the sequencer, the archivist, and a
/// disk that fills up, fails and loses its power.
///
/// After each step what was told and shown is checked, at each start and at rest the whole; see
/// CONTRIBUTING.md for the list.
final class Simulation {
  /// Small, so that sessions fall behind at once.
  static let outboxBytesMax = 600

  let storage: SimulatedStorage
  let sabotage: Sabotage?
  let ledger = Ledger()
  private let seed: UInt64
  private let clock = SimulatedClock()
  private var loops: [EmbeddedEventLoop] = []
  private(set) var engine: SteppedEngine?
  private(set) var clients: [SimulatedClient?]
  private let tabs = (0..<StepGenerator.tabs).map { SimulatedTab($0) }
  private var promised: Set<SimulatedClient.Promised> = []
  private var effectsSabotage: [EffectsSabotage]
  /// Nonces that were seen, for the sabotage that loses them when they come again.
  private var nonces: Set<Nonce> = []
  private var isStarting = false
  private var fault: (any Error)?
  /// Commands that clients sent.
  private(set) var commands = 0
  /// Starts after the first.
  private(set) var restarts = 0
  /// Is told what clients send and are shown.
  var say: ((String) -> Void)?
  /// Whether clients keep their newest lines, for the words of a fault.
  var keepsTranscripts = false

  init(seed: UInt64, sabotage: Sabotage?) {
    self.seed = seed
    self.sabotage = sabotage
    self.storage = SimulatedStorage(sabotage: sabotage)
    self.clients = Array(repeating: nil, count: StepGenerator.clients)
    self.effectsSabotage = [EffectsSabotage(sabotage), EffectsSabotage(sabotage)]
  }

  /// Which clients are connected.
  var isThere: [Bool] { self.clients.map { $0 != nil } }

  /// What a full outbox does in this run; half of the seeds have `catchup`.
  private var policy: OutboxPolicy {
    switch self.seed / 2 % 6 {
    case 0: .drop
    case 1: .block
    case 2: .disconnect
    default: .catchup
    }
  }

  // MARK: Starting and stopping

  func start() throws {
    self.isStarting = true
    defer { self.isStarting = false }
    try self.absorb()
    try self.checkPromised()
    self.loops = [EmbeddedEventLoop(), EmbeddedEventLoop()]
    var options = EngineOptions()
    options.secrets = SimulatedSecrets()
    options.outboxPolicies.standard = self.policy
    options.outboxBytesMax = self.sabotage == .outboxWithoutBound ? .max : Self.outboxBytesMax
    let expected = self.ledger.canonicalBytes
    let engine: SteppedEngine
    do {
      engine = try SteppedEngine(
        loops: self.loops, log: self.storage.log, archive: self.storage.archive,
        settings: self.settings(), incarnation: UInt32(self.restarts + 1), options: options,
        clock: self.clock.engineClock, observer: SilentObserver(), tap: self.makeTap())
    } catch {
      throw SimulationFault(.start, "\(error)")
    }
    self.engine = engine
    guard engine.bytesAtStart == expected else {
      throw SimulationFault(.state, "what was loaded and replayed differs from the whole log's")
    }
    try self.absorb()
  }

  /// Settings of this run, and what of them the ledger must know.
  private func settings() -> Settings {
    let drawn = (self.seed / 3 + UInt64(self.restarts)) % 5
    let isAll = drawn == 4
    self.ledger.backlog = isAll ? nil : Int(drawn)
    let count = Int(drawn) + (self.sabotage == .windowTooWide ? 1 : 0)
    var settings = Settings(defaultBacklog: isAll ? .all : .count(count))
    if self.seed % 2 == 0 { settings.emptyRoomMicroseconds = 3_000_000 }
    self.ledger.places.hold = 5_000_000
    settings.holdMicroseconds = self.sabotage == .placeEndedTooEarly ? 2_000_000 : 5_000_000
    return settings
  }

  private func makeTap() -> EngineTap {
    let tap = EngineTap()
    tap.taken = { [unowned self] session, requests in self.take(&requests, of: session) }
    tap.told = { [unowned self] items in
      guard !self.isStarting, self.fault == nil else { return }
      do { try self.checkTold(items) } catch { self.fault = error }
    }
    tap.handed = { [unowned self] loop, items in self.effectsSabotage[loop].tamper(&items) }
    return tap
  }

  /// The process ends, and another one starts on the same disk.
  private func restart(losesPower: Bool) throws {
    self.restarts += 1
    self.leave()
    self.storage.stop(losesPower: losesPower)
    self.storage.repair()
    try self.start()
  }

  /// Everybody is gone, and the process too.
  func leave() {
    for client in self.clients.compactMap({ $0 }) {
      self.promised.formUnion(client.promised)
      client.vanish()
    }
    self.clients = Array(repeating: nil, count: self.clients.count)
    for loop in self.loops { loop.run() }
    self.engine?.abandon()
    self.engine = nil
    // Timers hold their channels, and so the loops.
    for loop in self.loops { loop.advanceTime(by: .hours(1)) }
    self.loops.removeAll()
  }

  // MARK: Steps

  /// Does one step and checks what followed.
  func perform(_ step: SimulationStep) throws {
    self.clock.advance(byMicroseconds: step.microseconds)
    try self.perform(step.action)
    if let fault = self.fault { throw fault }
    try self.checkClients()
  }

  private func perform(_ action: SimulationStep.Action) throws {
    switch action {
    case .connect(let client, let loop, let name, let echoes):
      try self.connect(client, loop, name, echoes)
    case .comeBack(let client, let loop, let tab): try self.comeBack(client, loop, tab)
    case .type(let client, let lines):
      guard let client = self.clients[client] else { return }
      self.commands += lines.count
      try client.send(lines)
    case .stopReading(let client): self.clients[client]?.socket.isStopped = true
    case .takeSome(let client): self.clients[client]?.socket.take()
    case .resumeReading(let client): self.clients[client]?.resumeReading()
    case .vanish(let client): self.clients[client]?.vanish()
    case .endInput(let client): self.clients[client]?.endInput()
    case .sequence: try self.sequence()
    case .runLoop(let index):
      self.run(index)
      try self.checkBounds()
    case .archive: try self.archive()
    case .read: self.engine?.read()
    case .sweep: self.engine?.sweep()
    case .wait(let seconds): self.wait(seconds)
    case .fillDisk: self.storage.setFull(true)
    case .freeDisk: self.storage.setFull(false)
    case .failAppend(let isKept): self.storage.failNextAppend(isKept: isKept)
    case .failArchiveWrite: self.storage.failNextWrite()
    case .failArchiveRead: self.storage.failNextRead()
    case .restart(let losesPower): try self.restart(losesPower: losesPower)
    }
  }

  /// One connection at a time has what a tab keeps; another with its token is another tab.
  private func comeBack(_ place: Int, _ loop: Int, _ number: Int) throws {
    let tab = self.tabs[number]
    if self.clients.contains(where: { $0?.tab === tab }) { return }
    try self.connect(place, loop, tab.name, true, tab)
  }

  private func connect(
    _ place: Int, _ loop: Int, _ name: String, _ echoes: Bool, _ tab: SimulatedTab? = nil
  ) throws {
    guard self.clients[place] == nil, let engine = self.engine else { return }
    var dialect = ProbeDialect(
      echoes: echoes, printsLines: self.seed % 4 == 0, speaksJSON: self.seed % 8 == 1,
      sabotage: self.sabotage)
    if let tab { dialect.comesBack = (tab.token, tab.comeback(self.ledger)) }
    let client = try SimulatedClient(
      name: "client \(place)", loop: (loop, self.loops[loop]), engine: engine, dialect: dialect,
      script: SessionScript(echoes: echoes, mayDrop: self.policy == .drop))
    client.keepsTranscript = self.keepsTranscripts
    client.say = self.say
    client.tab = tab
    self.clients[place] = client
    try client.send([name])
  }

  private func sequence() throws {
    do throws(LogError) {
      try self.engine?.sequence()
    } catch {
      // The outcome is unknown: the process stops, and the next start decides.
      return try self.restart(losesPower: false)
    }
    if self.fault == nil { try self.checkUntold() }
  }

  private func archive() throws {
    self.engine?.archiveTurn()
    if self.engine?.hasFailed == true { try self.restart(losesPower: false) }
  }

  private func run(_ index: Int) {
    self.loops[index].run()
    for client in self.clients.compactMap({ $0 }) where client.loop == index {
      client.script.endPass()
    }
  }

  private func wait(_ seconds: Int) {
    self.clock.advance(byMicroseconds: Int64(seconds) * 1_000_000)
    for index in self.loops.indices {
      self.loops[index].advanceTime(by: .seconds(Int64(seconds)))
      self.run(index)
    }
  }

  /// Everybody reads, the disk has space, and everything runs until nothing changes.
  func settle() throws {
    self.storage.repair()
    for client in self.clients.compactMap({ $0 }) { client.resumeReading() }
    var quiet = 0
    for _ in 0..<200 where quiet < 5 {
      let before = self.storage.historyCount
      try self.perform(SimulationStep(microseconds: 300_000, action: .sequence))
      for action in [.runLoop(0), .runLoop(1), .archive, .read, .runLoop(0), .runLoop(1)]
        as [SimulationStep.Action]
      {
        try self.perform(SimulationStep(microseconds: 1_000, action: action))
      }
      let isQuiet =
        self.storage.historyCount == before && self.engine?.isArchived == true
        && self.clients.allSatisfy { $0?.isAnswered ?? true }
      quiet = isQuiet ? quiet + 1 : 0
    }
  }

  // MARK: What the sequencer takes

  private func take(_ requests: inout [Request], of session: SessionID) {
    let script = self.clients.compactMap { $0 }.first { $0.session == session }?.script
    for index in requests.indices {
      let request = requests[index]
      if request.tag != .none { script?.asked[request.tag] = request.command }
      guard self.sabotage == .nonceLost, let nonce = request.nonce else { continue }
      if !self.nonces.insert(nonce).inserted { requests[index].nonce = nil }
    }
    if script != nil, requests.count > Limits.inFlightMax {
      self.fault = SimulationFault(.bound, "\(requests.count) commands of one session at a time")
    }
  }

  // MARK: Checks

  private func checkClients() throws {
    for place in self.clients.indices {
      guard let client = self.clients[place] else { continue }
      try client.check(self.ledger)
      if client.isClosed {
        self.promised.formUnion(client.promised)
        self.clients[place] = nil
        client.vanish()
      }
    }
  }

  /// What waits for a session is within its bounds.
  private func checkBounds() throws {
    try self.engine?.measure { measure in
      guard
        let client = self.clients.lazy.compactMap({ $0 }).first(where: {
          $0.session == measure.id
        })
      else { return }
      // The commands that it is told were read go past the bound; they are few.
      let passMax = client.script.passBytesMax + Limits.inFlightMax * 64
      let bytesMax = measure.isBehind ? 64 * 1024 + passMax : passMax + Self.outboxBytesMax
      guard measure.waitingBytes <= bytesMax, measure.pending <= 1_024,
        measure.pendingBytes <= 256 * 1024, measure.tailEvents <= 4_096
      else { throw SimulationFault(.bound, "\(measure)") }
    }
  }

  /// What anybody was shown is on the disk that a new process finds.
  private func checkPromised() throws {
    guard !self.promised.isEmpty else { return }
    let found: RecordFold
    do {
      found = try self.storage.found()
    } catch {
      throw SimulationFault(.start, "\(error)")
    }
    for promised in self.promised {
      let room = RoomID(UInt32(promised.room))
      guard let page = self.ledger.pages[room], !page.isDeleted else { continue }
      let (messages, place) = (found.messages(in: room), Int(promised.number) - 1)
      let isRemoved = place < page.lines.count && page.lines[place].removedBytes != nil
      let isThere =
        place < messages.count && place < page.lines.count
        && messages[place].body == (isRemoved ? "" : page.lines[place].message.body)
      guard isThere else {
        throw SimulationFault(
          .durability, "#\(promised.number) of room \(promised.room) was shown and is lost")
      }
    }
  }
}

/// Watches nothing.
private struct SilentObserver: EngineObserver {
  func sessionOpened(_ id: SessionID, address: SocketAddress?, door: String, active: Int) {}
  func sessionClosed(_ id: SessionID, _ closing: Closing, wasLost: Bool, active: Int) {}
  func message(_ message: Message, room: String) {}
}
