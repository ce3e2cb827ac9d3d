import Testing

@testable import ParleySimulation

/// Runs that broke a promise once, with no more steps than show it.
@Suite struct `A run that was found` {
  /// Its full outboxes are caught up; new members see two lines and posts.
  private static let seed: UInt64 = 7

  /// What a client was shown in a run without a fault.
  private func shown(
    to client: Int, by actions: [SimulationStep.Action], seed: UInt64 = Self.seed
  ) -> [String] {
    var shown: [String] = []
    let steps = actions.map { SimulationStep(microseconds: 1_000, action: $0) }
    let outcome = SimulationRun(seed: seed).replay(steps) { line in
      let start = "    client \(client) "
      if line.hasPrefix(start) { shown.append(String(line.dropFirst(start.count))) }
    }
    #expect(outcome.fault == nil, "\(outcome.report)")
    return shown
  }

  private static func connect(_ client: Int, _ name: String, loop: Int) -> SimulationStep.Action {
    .connect(client: client, loop: loop, name: name, echoes: true)
  }

  /// What was typed is taken and told.
  private static let turn: [SimulationStep.Action] = [
    .runLoop(0), .runLoop(1), .sequence, .runLoop(0), .runLoop(1),
  ]

  @Test func `lists no post that was removed between the question and its reading`() {
    var actions = [Self.connect(0, "ann", loop: 0), Self.connect(1, "bob", loop: 0)] + Self.turn
    actions += [.type(client: 0, lines: ["/post One | 1", "/post Two | 2"])] + Self.turn
    // The posts leave memory.
    for _ in 0..<4 {
      let lines = Array(repeating: "words", count: 40)
      actions += [.type(client: 0, lines: lines)] + Self.turn
    }
    actions += [.type(client: 1, lines: ["/list"])] + Self.turn
    actions += [.type(client: 0, lines: ["/remove 1"])] + Self.turn
    actions += [.archive, .read, .runLoop(0)]
    let shown = self.shown(to: 1, by: actions)
    #expect(shown.contains { $0.hasSuffix("with 1 messages: posts lobby") }, "\(shown)")
  }

  @Test func `keeps a direct message in its place while a reader waits for the archive`() throws {
    var actions = [
      Self.connect(0, "ann", loop: 0), Self.connect(1, "bob", loop: 1),
      Self.connect(2, "cat", loop: 0),
    ]
    actions += Self.turn
    actions += [.type(client: 0, lines: ["/join tea"]), .type(client: 1, lines: ["/add tea"])]
    actions += Self.turn
    // The second fills what may wait for it: it is behind, and memory begins after that.
    actions += [.stopReading(client: 1)]
    actions += [.type(client: 0, lines: [String(repeating: "long ", count: 200)])] + Self.turn
    actions += [.type(client: 0, lines: ["first"])] + Self.turn
    // It waits for the archive while the other room, it alone, and the room are told more.
    actions += [.resumeReading(client: 1)]
    actions += [.type(client: 2, lines: ["second", "/dm bob third"]), .runLoop(0)]
    actions += [.type(client: 0, lines: ["fourth"])] + Self.turn
    actions += [.archive, .read, .runLoop(1)]
    let words = ["first", "second", "third", "fourth"]
    let found = self.shown(to: 1, by: actions).compactMap { line in
      words.first { line.hasSuffix($0) }
    }
    #expect(found == words)
  }

  @Test func `shows a reader no later message of a deleted room without the earlier ones`() {
    let actions: [SimulationStep.Action] = [
      .comeBack(client: 0, loop: 0, tab: 0), .runLoop(0), .sequence, .runLoop(0),
      .type(client: 0, lines: ["/join python", "words 246"]), .sequence, .stopReading(client: 0),
      .type(client: 0, lines: ["words 340", "words 341", "words 342"]), .runLoop(0),
      .type(client: 0, lines: ["words 343", "words 344"]), .sequence, .runLoop(0),
      .type(client: 0, lines: ["/history @p6 9", "words 371", "/leave"]), .sequence, .runLoop(0),
    ]
    let shown = self.shown(to: 0, by: actions, seed: 16_855)
    #expect(!shown.contains { $0.hasPrefix("room 2 at 8") }, "\(shown)")
  }

  @Test func `reads nothing of a room that was deleted after the question`() {
    var actions = [Self.connect(0, "ann", loop: 0)] + Self.turn
    actions += [.type(client: 0, lines: ["/join tea"])] + Self.turn
    for _ in 0..<4 {
      let lines = Array(repeating: "words", count: 40)
      actions += [.type(client: 0, lines: lines)] + Self.turn
    }
    actions += [.type(client: 0, lines: ["/history 150", "/leave"])] + Self.turn
    actions += [.archive, .read, .runLoop(0)]
    let shown = self.shown(to: 0, by: actions)
    #expect(shown.contains { $0.hasSuffix("with 0 messages: history tea") }, "\(shown)")
  }

  @Test func `finds the newest of a deleted room where the archive lacked them`() {
    var actions = [Self.connect(0, "ann", loop: 0)] + Self.turn
    actions += [.type(client: 0, lines: ["/join tea", "words one"])] + Self.turn
    actions += [.archive, .wait(seconds: 1), .archive]
    actions += [.type(client: 0, lines: ["words two", "/search words"]), .runLoop(0), .sequence]
    actions += [.fillDisk, .type(client: 0, lines: ["/leave"]), .runLoop(0)]
    // The reader is let in with what the archive lacks, and reads when the room is gone.
    actions += [.archive, .freeDisk, .wait(seconds: 2), .archive] + Self.turn
    actions += [.archive, .wait(seconds: 1), .archive, .read, .runLoop(0)]
    let shown = self.shown(to: 0, by: actions)
    #expect(shown.contains { $0.contains("with 1 messages: found tea") }, "\(shown)")
  }

  @Test func `finds as many as there are while the archive lacks a removal`() {
    var actions = [Self.connect(0, "ann", loop: 0)] + Self.turn
    actions += [.type(client: 0, lines: Array(repeating: "words", count: 30))] + Self.turn
    actions += [.archive, .wait(seconds: 1), .archive]
    actions += [.type(client: 0, lines: ["/remove 25"])] + Self.turn + [.fillDisk]
    actions += [.type(client: 0, lines: ["/search words"])] + Self.turn
    actions += [.archive, .read, .runLoop(0)]
    let shown = self.shown(to: 0, by: actions)
    #expect(shown.contains { $0.contains("with 20 messages: found lobby") }, "\(shown)")
  }
  @Test func `leaves nothing out of a long history while the archive lacks the newest`() {
    var actions = [Self.connect(0, "ann", loop: 0)] + Self.turn
    let long = String(repeating: "long ", count: 700)
    for _ in 0..<2 {
      actions += [.type(client: 0, lines: Array(repeating: long, count: 15))] + Self.turn
    }
    for _ in 0..<4 {
      let lines = Array(repeating: "words", count: 40)
      actions += [.type(client: 0, lines: lines)] + Self.turn
    }
    actions += [.archive, .wait(seconds: 1), .archive]
    actions +=
      [.type(client: 0, lines: ["words 340", "words 341", "words 342"])] + Self.turn + [.fillDisk]
    for limit in [193, 190, 164, 163, 100] {
      actions += [.type(client: 0, lines: ["/history \(limit)"])] + Self.turn
      actions += [.archive, .read, .runLoop(0)]
    }
    let shown = self.shown(to: 0, by: actions).filter { $0.hasSuffix("messages: history lobby") }
    // The first two are too long for all of the long ones; the others begin behind them.
    let counts = shown.compactMap { $0.split(separator: " ").dropFirst(3).first }
    #expect(counts == ["182", "182", "164", "163", "100"])
  }
  @Test func `shows a removed message as removed although its room is deleted`() {
    var actions = [Self.connect(0, "ann", loop: 0), Self.connect(1, "bob", loop: 1)] + Self.turn
    actions += [.type(client: 0, lines: ["/join tea"]), .type(client: 1, lines: ["/add tea"])]
    actions += Self.turn + [.stopReading(client: 1)]
    actions += [.type(client: 0, lines: [String(repeating: "long ", count: 200)])] + Self.turn
    // The second line makes it fall behind, with its last command on the way.
    actions += [.type(client: 0, lines: ["gone"]), .runLoop(0), .sequence]
    actions += [.type(client: 1, lines: ["/exit"])] + Self.turn
    actions += [.type(client: 0, lines: ["/remove 2"])] + Self.turn
    actions += [.archive, .wait(seconds: 1), .archive, .resumeReading(client: 1)]
    actions += [.type(client: 0, lines: ["/leave"])] + Self.turn + [.read, .runLoop(1)]
    let shown = self.shown(to: 1, by: actions)
    #expect(shown.contains { $0.hasSuffix("#2 ann||") }, "\(shown)")
    #expect(shown.last == "closed: quit")
  }

  @Test func `refuses a wrong password to a session that is being ended`() {
    var actions = [Self.connect(0, "ann", loop: 0), .wait(seconds: 48)]
    actions += [.type(client: 0, lines: ["/login bob\nwrong one"])]
    actions += [Self.connect(1, "cy", loop: 0), .wait(seconds: 12), .sweep] + Self.turn + Self.turn
    let shown = self.shown(to: 0, by: actions)
    let refused = shown.firstIndex { $0.hasSuffix("refused, bad_password") }
    let came = shown.firstIndex { $0.hasSuffix("cy came, 2 are there") }
    #expect(refused != nil && came != nil && refused! < came!, "\(shown)")
  }

  @Test func `keeps the membership of a name while another name is banned`() {
    var actions = [Self.connect(0, "ann", loop: 0)] + Self.turn
    for lines in [
      ["/register\nsecret one\nsecret one"], ["/join tea"], ["/ban bob 7s no bobs"], ["words"],
      // The room's owner goes with the first account.
      ["/nick eve", "/unregister\nsecret one", "/register\nsecret one\nsecret one"],
      ["/token new read bot"], ["/nick bob"], ["/login eve\nparley_bot"], ["/add tea"],
    ] {
      actions += [.type(client: 0, lines: lines)] + Self.turn + Self.turn + Self.turn
    }
    let shown = self.shown(to: 0, by: actions)
    #expect(shown.contains { $0.contains("expelled(room: \"tea\"") }, "\(shown)")
    let answer = shown.last ?? ""
    #expect(answer.contains("with 0 messages: entered tea"), "\(shown)")
    #expect(answer.contains("added"), "\(shown)")
  }
}
