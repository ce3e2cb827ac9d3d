import NIOCore
import Testing

@testable import ParleyClient

/// What becomes of requests, whatever becomes of the connection.
@Suite struct `A client's request` {
  private static let lobby = MachineStage.room(sequence: 3)
  private static let resumed = MachineStage.room(sequence: 3, resumed: true, opened: "resumed")

  @Test func `waits until there is a connection`() {
    var stage = MachineStage()
    stage.request(1, "say", .byNonce)
    #expect(stage.sent == [])
    stage.enter([Self.lobby])
    #expect(stage.count("say") == 1)
    stage.answer("say", ["sequence": 4])
    #expect(stage.answers[1] == .success(["sequence": 4]))
  }

  @Test func `that stores is sent again with its nonce`() {
    var stage = MachineStage()
    stage.enter([Self.lobby])
    stage.request(1, "say", .byNonce)
    let first = stage.newest("say")["params"]
    stage.lose()
    stage.wait()
    stage.enter([Self.resumed])
    #expect(stage.count("say") == 2 && stage.newest("say")["params"] == first)
    #expect(first?["nonce"]?.string?.count == 32)
    stage.answer("say", ["sequence": 4])
    #expect(stage.answers[1] == .success(["sequence": 4]))
  }

  @Test func `with a nonce is not sent again by somebody whom the server does not know`() {
    var stage = MachineStage()
    stage.enter([Self.lobby])
    stage.request(1, "say", .byNonce)
    stage.request(2, "who", .always)
    stage.lose()
    stage.request(3, "say", .byNonce)
    stage.wait()
    stage.enter([MachineStage.room(sequence: 3, newMember: true)])
    #expect(stage.answers[1] == .failure(.outcomeUnknown))
    #expect(stage.count("who") == 2 && stage.newest("say")["params"]?["text"] == "t3")
  }

  @Test func `that could have two effects fails when its answer is lost`() {
    var stage = MachineStage()
    stage.enter([Self.lobby])
    stage.request(1, "ignore", .never)
    stage.lose()
    stage.request(2, "ignore", .never)
    stage.wait()
    stage.enter([Self.resumed])
    #expect(stage.answers[1] == .failure(.outcomeUnknown))
    #expect(stage.count("ignore") == 2, "the second was not sent before")
    #expect(stage.answers[2] == nil)
  }

  @Test func `that is refused the second time was done the first time`() {
    var stage = MachineStage()
    stage.enter([Self.lobby])
    stage.request(1, "remove", .untilRefused("message_removed"))
    stage.lose()
    stage.wait()
    stage.enter([Self.resumed])
    stage.refuse("remove", "message_removed")
    #expect(stage.answers[1] == .success(["room": "lobby", "text": "t1"]), "as it was asked")
    stage.request(2, "remove", .untilRefused("message_removed"))
    stage.refuse("remove", "message_removed")
    let refusal = Refusal(code: "message_removed", text: "no")
    #expect(stage.answers[2] == .failure(.refused(refusal)), "it was refused the first time")
  }

  @Test func `is one of 64 on their way at most, in their order`() {
    var stage = MachineStage()
    stage.enter([Self.lobby])
    for number in 1...70 { stage.request(UInt64(number), "say", .byNonce) }
    #expect(stage.count("say") == 64)
    let first = stage.sent.first { $0["method"] == "say" }
    stage.receive(["jsonrpc": "2.0", "id": first?["id"] ?? .null, "result": [:]])
    #expect(stage.answers[1] == .success([:]) && stage.count("say") == 65)
    let texts = stage.sent.filter { $0["method"] == "say" }.map { $0["params"]?["text"] }
    #expect(texts == (1...65).map { .string("t\($0)") })
  }

  @Test func `beyond the bound is refused`() {
    var stage = MachineStage { $0.bounds.requestsMax = 3 }
    for number in 1...4 { stage.request(UInt64(number), "say", .byNonce) }
    #expect(stage.answers == [4: .failure(.tooManyRequests)])
  }

  @Test func `that is longer than the server takes is refused`() {
    var stage = MachineStage()
    stage.enter([Self.lobby])
    stage.play { machine, _ in
      machine.request(
        1, "say", ["text": .string(String(repeating: "x", count: 512 * 1_024))], .byNonce)
    }
    guard case .failure(.refused(let refusal))? = stage.answers[1] else {
      Issue.record("\(stage.answers)")
      return
    }
    #expect(refusal.code == "too_long" && stage.count("say") == 0)
  }

  @Test func `that nobody waits for is not sent, or its answer passed over`() {
    var stage = MachineStage()
    stage.request(1, "say", .byNonce)
    stage.play { machine, _ in machine.cancel(1) }
    stage.enter([Self.lobby])
    #expect(stage.count("say") == 0 && stage.answers[1] == .failure(.cancelled))
    stage.request(2, "say", .byNonce)
    stage.play { machine, _ in machine.cancel(2) }
    stage.answer("say", ["sequence": 4])
    #expect(stage.answers[2] == .failure(.cancelled))
    #expect(stage.machine.pending == [])
  }

  @Test func `fails where its answer is behind events that nobody takes`() {
    var stage = MachineStage()
    stage.enter([Self.lobby])
    stage.request(1, "say", .byNonce)
    #expect(stage.machine.isAwaited)
    stage.play { machine, _ in machine.failBehindEvents() }
    #expect(stage.answers[1] == .failure(.eventsNotTaken) && !stage.machine.isAwaited)
  }
}
