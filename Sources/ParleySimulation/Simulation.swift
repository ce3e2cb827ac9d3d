import NIOCore
import NIOEmbedded
import ParleyCore
import ParleyDoorKit
import ParleyLog
import ParleyModel
import ParleyRuntime
import ParleyTesting

/// A whole node on one thread, decided by one seed: sessions as bytes, the loops, the sequencer,
/// the archivist, and a disk that fills up, fails and loses its power.
///
/// What is checked, in every step: each session sees a room's messages and events without gap,
/// doubling or disorder, behind or live; each command is answered once and in order. At the end:
/// whatever anybody was shown is in the log, and the same for all; everybody has everything; and
/// loading the archive and applying the log's tail gives the state that the whole log gives, byte
/// for byte.
package final class Simulation {
  /// Small, so that sessions fall behind at once.
  private static let outboxBytesMax = 600
  private static let rooms = ["lobby", "tea", "python", "rust"]

  private var random: SplitMix64
  private let storage = SimulatedStorage()
  private let clock = SimulatedClock()
  private var loops: [EmbeddedEventLoop]
  private var engine: SteppedEngine
  private var clients: [SimulatedClient] = []
  private var gone: [SimulatedClient] = []
  private var joined = 0
  private var said = 0
  private var isFull = false
  /// Commands that clients sent.
  package private(set) var commands = 0
  /// Starts after the first.
  package private(set) var restarts = 0

  package init(seed: UInt64) throws {
    self.random = SplitMix64(seed: seed)
    self.loops = [EmbeddedEventLoop(), EmbeddedEventLoop()]
    self.engine = try Self.start(self.loops, self.storage, self.clock, run: 0)
  }

  private static func start(
    _ loops: [EmbeddedEventLoop], _ storage: SimulatedStorage, _ clock: SimulatedClock, run: Int
  ) throws -> SteppedEngine {
    var options = EngineOptions()
    options.outboxBytesMax = Self.outboxBytesMax
    return try SteppedEngine(
      loops: loops, log: storage.log, archive: storage.archive,
      settings: Settings(defaultBacklog: run % 2 == 0 ? .count(2) : .all),
      incarnation: UInt32(run + 1), options: options, clock: clock.engineClock,
      observer: SilentObserver())
  }

  /// Runs that many steps, then lets everything come to rest and checks the whole.
  package func run(steps: Int) throws {
    for _ in 0..<steps { try self.step() }
    try self.settle()
    try self.checkHistory()
    for client in self.clients { client.vanish() }
    for loop in self.loops { loop.run() }
  }

  // MARK: Steps

  private func step() throws {
    self.clock.advance(byMicroseconds: Int64(self.random.next() % 20_000))
    switch self.random.next() % 100 {
    case 0..<4: try self.join()
    case 4..<56: try self.act()
    case 56..<72: try self.sequence()
    case 72..<80: self.loops[Int(self.random.next() % 2)].run()
    case 80..<86: self.engine.archiveTurn()
    case 86..<90: self.engine.read()
    case 90..<92: self.randomClient()?.stopReading()
    case 92..<95: try self.randomClient()?.resumeReading()
    case 95: self.loseSomebody()
    case 96: self.changeDisk()
    case 97: if self.random.oneIn(4) { try self.crash(power: self.random.oneIn(2)) }
    default: self.engine.sweep()
    }
    try self.check()
  }

  private func randomClient() -> SimulatedClient? {
    self.clients.randomElement(using: &self.random)
  }

  private func join() throws {
    guard self.clients.count < 8 else { return }
    self.joined += 1
    let loop = self.loops[Int(self.random.next() % 2)]
    // A name may be in use still: the refusal is part of the play.
    let name = "p\(self.random.next() % 10)"
    let client = try SimulatedClient(
      name: "\(name)/\(self.joined)", loop: loop, engine: self.engine,
      echoes: !self.random.oneIn(4))
    self.clients.append(client)
    try client.send(name)
    if self.random.oneIn(3) { try client.send("other\(self.joined)") }
  }

  /// Somebody types something.
  private func act() throws {
    guard let client = self.randomClient() else { return }
    let room = Self.rooms[Int(self.random.next() % UInt64(Self.rooms.count))]
    self.said += 1
    self.commands += 1
    let line =
      switch self.random.next() % 24 {
      case 0: "/join \(room)"
      case 1: "/add \(room)"
      case 2: "/leave"
      case 3: "%groupleave \(room)"
      case 4: "/post Subject \(self.said) | body \(self.said)"
      case 5: "/list"
      case 6: "/read \(self.random.next() % 20)"
      case 7: "/history \(1 + self.random.next() % 200)"
      case 8: "/who"
      case 9: "/dm p\(self.random.next() % 10) direct \(self.said)"
      case 10: "/remove \(self.random.next() % 20)"
      case 11: "/topic topic \(self.said)"
      case 12: "/nick p\(self.random.next() % 10)"
      case 13: self.random.oneIn(4) ? "/exit" : "/rooms"
      case 14: "/nosuchcommand"
      default: "words \(self.said)"
      }
    try client.send(line)
  }

  private func sequence() throws {
    do throws(LogError) {
      try self.engine.sequence()
    } catch {
      // The outcome is unknown: the process stops, and the next start decides.
      try self.crash(power: false)
    }
  }

  private func loseSomebody() {
    guard let client = self.randomClient() else { return }
    client.vanish()
  }

  private func changeDisk() {
    switch self.random.next() % 4 {
    case 0: self.storage.failNextAppend(isKept: self.random.oneIn(2))
    case 1: self.isFull = true
    default: self.isFull = false
    }
    self.storage.setFull(self.isFull)
  }

  /// The process is killed, or the machine loses its power; a new one starts on the same disk.
  private func crash(power: Bool) throws {
    self.restarts += 1
    for client in self.clients { client.vanish() }
    self.gone += self.clients
    self.clients.removeAll()
    if power { self.storage.cutPower() }
    self.isFull = false
    self.storage.repair()
    self.loops = [EmbeddedEventLoop(), EmbeddedEventLoop()]
    self.engine = try Self.start(self.loops, self.storage, self.clock, run: self.restarts)
  }

  // MARK: Checks

  private func check() throws {
    for client in self.clients {
      try client.pump()
      try client.check()
    }
    self.gone += self.clients.filter(\.isClosed)
    self.clients.removeAll(where: \.isClosed)
  }

  /// Everybody reads, the disk has space, and everything runs until nothing changes.
  private func settle() throws {
    self.isFull = false
    self.storage.repair()
    for client in self.clients { try client.resumeReading() }
    for _ in 0..<100 {
      try self.sequence()
      for loop in self.loops { loop.run() }
      self.clock.advance(byMicroseconds: 60_000)
      self.engine.archiveTurn()
      self.engine.read()
      for loop in self.loops { loop.run() }
      try self.check()
    }
  }

  /// The whole log, applied from its beginning, against the state, the archive, and all that was
  /// ever shown.
  private func checkHistory() throws {
    var whole = Conversation()
    var effects = Effects()
    var truth: [MessageKey: String] = [:]
    for entry in self.storage.history {
      effects.removeAll()
      whole.apply(entry, into: &effects)
      for case .message(let message) in effects.records {
        let key = MessageKey(room: message.room, sequence: message.sequence)
        guard truth[key] == nil else {
          throw SimulationFault(description: "\(key) was given out twice")
        }
        truth[key] = message.sender.name + " " + message.body
      }
    }
    let expected = whole.canonicalBytes()
    guard self.engine.isArchived else {
      throw SimulationFault(description: "the archive has not caught up at rest")
    }
    guard self.engine.canonicalBytes == expected else {
      throw SimulationFault(description: "the state differs from the whole log's")
    }
    guard Conversation(loading: self.storage.fold.loaded).canonicalBytes() == expected else {
      throw SimulationFault(description: "the archive's state differs from the whole log's")
    }
    try self.checkShown(truth)
    let heads = Dictionary(
      uniqueKeysWithValues: self.storage.fold.rooms.map {
        (UInt64($0.id.number), $0.head.number)
      })
    for client in self.clients { try client.checkRest(heads: heads) }
  }

  private func checkShown(_ truth: [MessageKey: String]) throws {
    for client in self.clients + self.gone {
      for (room, sequence, text) in client.shown {
        let key = MessageKey(room: RoomID(UInt32(room)), sequence: Sequence(sequence))
        guard truth[key] == text else {
          throw SimulationFault(
            description: "\(client.name) was shown \(key) \"\(text)\", but the log has "
              + "\"\(truth[key] ?? "nothing")\"")
        }
      }
    }
  }
}

private struct MessageKey: Hashable {
  var room: RoomID
  var sequence: Sequence
}

/// Watches nothing.
private struct SilentObserver: EngineObserver {
  func sessionOpened(_ id: SessionID, address: SocketAddress?, door: String, active: Int) {}
  func sessionClosed(_ id: SessionID, _ closing: Closing, wasLost: Bool, active: Int) {}
  func message(_ message: Message, room: String) {}
}
