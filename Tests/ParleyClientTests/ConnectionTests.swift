import NIOCore
import Testing

@testable import ParleyClient

/// When a client connects, waits, gives up and ends.
@Suite struct `A client's connection` {
  @Test func `is reported from the first attempt to being live`() {
    var stage = MachineStage()
    stage.enter([MachineStage.room(sequence: 3, messages: [3])])
    #expect(stage.states == [.connecting, .connected, .resuming, .live])
    #expect(stage.started.count == 1 && stage.connects == 1)
    #expect(stage.newest("hello")["params"]?["token"] == "token-of-ana-0123456789")
    #expect(stage.newest("hello")["params"]?["cursors"] == nil)
  }

  @Test(arguments: [(0.0, 0.5), (1.0, 1.0)])
  func `is tried again after delays that double up to a bound, at least half of each`(
    jitter: Double, part: Double
  ) {
    var stage = MachineStage(jitter: jitter) { $0.reconnection.delayMax = .seconds(4) }
    stage.enter()
    var delays: [Duration] = []
    stage.lose()
    for _ in 0..<5 {
      if let delay = stage.delay { delays.append(delay) }
      stage.wait()
      stage.lose()
    }
    let whole: [Duration] = [
      .milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(4),
    ]
    #expect(delays == whole.map { $0 * part })
    #expect(stage.connects == 6)
  }

  @Test func `begins with short delays again when it has held for the longest one`() {
    var stage = MachineStage(jitter: 1)
    stage.enter()
    for _ in 0..<3 {
      stage.lose()
      stage.wait()
    }
    stage.enter()
    stage.now = stage.now + .seconds(30)
    stage.play { $0.heard($1) }
    stage.lose()
    #expect(stage.delay == .milliseconds(500))
  }

  @Test func `is an error where the first attempt fails, and no second one is made`() {
    var stage = MachineStage()
    stage.play { $0.start($1) }
    stage.lose("refused")
    #expect(stage.started == [.failure(.unreachable("refused"))])
    #expect(stage.isFinished && stage.machine.deadline == nil)
  }

  @Test func `is tried again from the beginning where that is wanted`() {
    var stage = MachineStage { $0.reconnection.includesFirst = true }
    stage.play { $0.start($1) }
    stage.lose()
    stage.wait()
    stage.enter()
    #expect(stage.started.count == 1 && stage.connects == 2)
    #expect(stage.states.last == .live)
  }

  @Test func `is given up after the time that was set`() {
    var stage = MachineStage(jitter: 1) { $0.reconnection.giveUpAfter = .seconds(60) }
    stage.enter()
    stage.lose()
    while !stage.isFinished {
      stage.wait()
      stage.lose()
    }
    let whole = stage.now - MachineStage.start
    #expect(whole >= .seconds(60) && whole < .seconds(91))
    #expect(stage.states.last == .closed(.failed(.unreachable("cut"))))
  }

  @Test func `that does not come about in time is given up`() {
    var stage = MachineStage { $0.reconnection.attemptMax = .seconds(15) }
    stage.play { $0.start($1) }
    #expect(stage.machine.deadline == stage.now + .seconds(15))
    stage.wait()
    #expect(stage.disconnects == 1)
    #expect(stage.started == [.failure(.unreachable("the server did not answer in time"))])
  }

  @Test func `over which nothing is heard is asked, and then given up`() {
    var stage = MachineStage()
    stage.enter()
    stage.wait()
    #expect(stage.now == MachineStage.start + .seconds(30) && stage.count("ping") == 1)
    stage.answer("ping", ["text": ""])
    stage.wait()
    #expect(stage.now == MachineStage.start + .seconds(60) && stage.count("ping") == 2)
    stage.wait()
    #expect(stage.now == MachineStage.start + .seconds(75) && stage.disconnects == 1)
    #expect(stage.delay != nil)
  }

  @Test func `answers the server's question whether it is there`() {
    var stage = MachineStage()
    stage.enter()
    stage.receive(["jsonrpc": "2.0", "id": "ping", "method": "ping"])
    #expect(stage.sent.last == ["jsonrpc": "2.0", "id": "ping", "result": [:]])
  }

  @Test func `is not made while the reader of the events is behind`() {
    var stage = MachineStage()
    stage.enter()
    stage.play { $0.full(true, $1) }
    #expect(stage.machine.deadline == nil, "while nothing is read, nothing can be heard")
    stage.lose()
    #expect(stage.machine.deadline == nil)
    stage.now = stage.now + .seconds(100)
    stage.play { $0.full(false, $1) }
    stage.wait()
    #expect(stage.connects == 2)
  }

  @Test(arguments: ["bad_password", "name_registered", "account_needed", "banned", "not_in_clear"])
  func `ends with a refusal that another attempt would get again`(code: String) {
    var stage = MachineStage()
    stage.enter()
    stage.lose()
    stage.wait()
    stage.play { $0.connected($1) }
    stage.refuse("hello", code)
    #expect(stage.isFinished)
    guard case .closed(.failed(.refused(let refusal)))? = stage.states.last else {
      Issue.record("\(stage.states)")
      return
    }
    #expect(refusal.code == code)
  }

  @Test(arguments: ["name_taken", "too_busy", "shutting_down", "storage_unavailable", "too_fast"])
  func `waits after a refusal that passes`(code: String) {
    var stage = MachineStage()
    stage.enter()
    stage.lose()
    stage.wait()
    stage.play { $0.connected($1) }
    stage.refuse("hello", code)
    #expect(stage.delay != nil && stage.disconnects == 1)
  }

  @Test func `is given up where somebody else has had the name for two minutes`() {
    var stage = MachineStage(jitter: 1)
    stage.enter()
    stage.lose()
    let lost = stage.now
    while !stage.isFinished {
      stage.wait()
      stage.play { $0.connected($1) }
      stage.refuse("hello", "name_taken")
    }
    #expect(stage.now - lost >= .seconds(120) && stage.now - lost < .seconds(155))
    let refusal = Refusal(code: "name_taken", text: "no")
    #expect(stage.states.last == .closed(.failed(.refused(refusal))))
  }

  @Test(arguments: [
    "*** your address connects too often; wait a minute and try again.\r", "<html>", "",
  ])
  func `is made again after a line of another protocol instead of being let in`(line: String) {
    var stage = MachineStage()
    stage.enter()
    stage.lose()
    stage.wait()
    stage.play { machine, now in
      machine.connected(now)
      machine.received(text: line, now)
    }
    #expect(stage.delay != nil && stage.disconnects == 1)
    if line.hasPrefix("***"), case .waiting(_, because: let why)? = stage.states.last {
      let words = "the server said: your address connects too often; wait a minute and try again."
      #expect(why == .unreachable(words))
    }
    stage.wait()
    stage.enter()
    #expect(stage.states.last == .live)
    stage.play { $0.received(text: line, $1) }
    #expect(stage.isFinished, "it is let in, so that the line is no word of another protocol")
  }

  @Test func `goes on behind line mode's greeting of who was slow, and no later`() {
    var stage = MachineStage()
    let greeting = ["Parley at vm: 1 person, 1 room. /help, /rooms, /exit.\r", "Username: \r"]
    stage.play { machine, now in
      machine.start(now)
      machine.connected(now)
      for line in greeting { machine.received(text: line, now) }
    }
    #expect(stage.disconnects == 0 && !stage.isFinished)
    stage.answer("hello", MachineStage.welcome([]))
    #expect(stage.states.last == .live)
    stage.play { $0.received(text: greeting[0], $1) }
    #expect(stage.isFinished)
  }

  @Test(arguments: [
    ("shutting_down", false), ("timed_out", false), ("too_slow", false), ("access_revoked", true),
    ("banned", true), ("garbage", true), ("too_many_guesses", true),
  ])
  func `is made again after the server's last word, or not`(reason: String, isFinal: Bool) {
    var stage = MachineStage()
    stage.enter()
    stage.tell("closing", ["reason": .string(reason), "text": "bye"])
    stage.lose()
    #expect(stage.isFinished == isFinal)
  }

  @Test func `quits at any moment`() {
    var stage = MachineStage()
    stage.enter()
    stage.request(1, "say", .byNonce)
    stage.play { $0.quit("see you", $1) }
    #expect(stage.newest("quit")["params"]?["text"] == "see you")
    stage.answer("quit", [:])
    stage.tell("closing", ["reason": "quit", "text": "bye"])
    stage.lose()
    #expect(stage.isFinished && stage.states.last == .closed(.quit))
    #expect(stage.answers[1] == .failure(.closed("it was asked to quit")))

    var waiting = MachineStage()
    waiting.enter()
    waiting.lose()
    waiting.play { $0.quit(nil, $1) }
    #expect(waiting.isFinished)

    var silent = MachineStage()
    silent.enter()
    silent.play { $0.quit(nil, $1) }
    silent.wait()
    #expect(silent.isFinished && silent.now == MachineStage.start + .seconds(5))
  }

  @Test func `ends with what cannot be understood`() {
    var stage = MachineStage()
    stage.enter()
    stage.tell("message", ["room": "lobby"])
    #expect(stage.isFinished && stage.disconnects == 1)
  }
}
