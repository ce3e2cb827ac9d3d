import NIOCore
import Testing

@testable import ParleyClient

/// Each message once, in order, whatever comes.
@Suite struct `A client's book of conversations` {
  private static func cursor(_ sequence: Int64) -> JSON {
    ["epoch": "k1", "sequence": .integer(sequence)]
  }

  private static func live(_ sequence: Int64) -> MachineStage {
    var stage = MachineStage()
    stage.enter([MachineStage.room(sequence: sequence, messages: [sequence])])
    return stage
  }

  @Test func `tells what a room had before, and what comes, once`() {
    var stage = MachineStage()
    stage.enter([MachineStage.room(sequence: 9, newMember: true, messages: [3, 8, 9])])
    for sequence: Int64 in [9, 10, 10, 8, 11] {
      stage.tell("message", MachineStage.message(sequence))
    }
    #expect(stage.messages == [3, 8, 9, 10, 11])
    #expect(stage.missed == [] && stage.count("history") == 0)
  }

  @Test func `goes on from its cursor over another connection`() {
    var stage = Self.live(9)
    stage.tell("message", MachineStage.message(10))
    stage.lose()
    stage.wait()
    stage.play { $0.connected($1) }
    #expect(stage.newest("hello")["params"]?["cursors"] == ["lobby": Self.cursor(10)])
    #expect(stage.newest("hello")["params"]?["autojoin"] == false)
    let resumed = MachineStage.room(sequence: 12, resumed: true, opened: "resumed")
    stage.answer("hello", MachineStage.welcome([resumed]))
    #expect(stage.states.last == .resuming)
    stage.tell(
      "behind", ["room": "lobby", "epoch": "k1", "sequence": 10, "through": 12])
    for sequence: Int64 in [10, 11, 12] { stage.tell("message", MachineStage.message(sequence)) }
    #expect(stage.states.last == .resuming)
    stage.tell("caught_up", ["room": "lobby", "epoch": "k1", "sequence": 12])
    stage.tell("message", MachineStage.message(13))
    #expect(stage.messages == [9, 10, 11, 12, 13])
    #expect(stage.states.last == .live)
  }

  @Test func `asks for what is lacking and holds back what comes meanwhile`() {
    var stage = Self.live(9)
    stage.tell("message", MachineStage.message(13))
    stage.tell(
      "topic", ["room": "lobby", "topic": "t", "by": "bob", "time": .string(MachineStage.time(14))])
    stage.tell("message", MachineStage.message(14))
    #expect(stage.messages == [9])
    let asked: JSON = ["room": "lobby", "after": 9, "limit": 3]
    #expect(stage.newest("history")["params"] == asked)
    stage.answer("history", MachineStage.history([10, 11, 12]))
    #expect(stage.messages == [9, 10, 11, 12, 13, 14])
    guard case .topic = stage.events[stage.events.count - 2] else {
      Issue.record("the topic is not before the last message: \(stage.events)")
      return
    }
  }

  @Test func `asks in pages`() {
    var stage = Self.live(1)
    stage.tell("message", MachineStage.message(6))
    stage.answer("history", MachineStage.history([2, 3], more: true))
    #expect(stage.newest("history")["params"]?["after"] == 3)
    stage.answer("history", MachineStage.history([4, 5]))
    #expect(stage.messages == [1, 2, 3, 4, 5, 6] && stage.count("history") == 2)
  }

  @Test func `takes what history does not show for hidden`() {
    var stage = Self.live(1)
    stage.tell("message", MachineStage.message(5))
    stage.answer("history", MachineStage.history([3]))
    #expect(stage.messages == [1, 3, 5] && stage.missed == [])
  }

  @Test func `tells what cannot be had`() {
    var stage = Self.live(1)
    stage.tell("message", MachineStage.message(5))
    stage.refuse("history", "not_a_member")
    #expect(stage.messages == [1, 5] && stage.missed == [2...4])

    var long = MachineStage { $0.bounds.catchUpMax = 10 }
    long.enter([MachineStage.room(sequence: 1, messages: [1])])
    long.tell("message", MachineStage.message(100))
    #expect(long.missed == [2...89])
    long.answer("history", MachineStage.history(Array(90...99)))
    #expect(long.messages == [1] + (90...100))
  }

  @Test func `begins anew where history was not answered`() {
    var stage = Self.live(1)
    stage.tell("message", MachineStage.message(5))
    stage.lose()
    stage.wait()
    stage.enter([MachineStage.room(sequence: 5, resumed: true)])
    for sequence: Int64 in 2...5 { stage.tell("message", MachineStage.message(sequence)) }
    #expect(stage.messages == [1, 2, 3, 4, 5])
  }

  @Test func `asks for what the server left out`() {
    var stage = Self.live(1)
    stage.tell("skipped", ["room": "lobby", "from": 2, "through": 4])
    stage.tell("message", MachineStage.message(5))
    stage.answer("history", MachineStage.history([2, 3, 4]))
    #expect(stage.messages == [1, 2, 3, 4, 5])
  }

  @Test func `asks for what was said since an account's place was left`() {
    var stage = MachineStage { $0.credential = .password("correct horse") }
    stage.enter([MachineStage.room(sequence: 1, messages: [1])], account: "ana")
    stage.lose()
    stage.wait()
    let back = MachineStage.room(sequence: 9, opened: "returned", messages: [8, 9], more: true)
    stage.enter([back], account: "ana")
    stage.answer("history", MachineStage.history(Array(2...7)))
    #expect(stage.messages == Array(1...9) && stage.missed == [])
    #expect(stage.states.last == .live)
  }

  @Test func `does not ask for what a room had while it was closed on purpose`() {
    var stage = Self.live(1)
    stage.request(1, "join", .always)
    stage.answer("join", MachineStage.room("python", epoch: "k2", sequence: 0, opened: "switched"))
    stage.request(2, "join", .always)
    stage.answer(
      "join",
      MachineStage.room(sequence: 90, opened: "switched", messages: [89, 90], more: true))
    stage.tell("message", MachineStage.message(91))
    #expect(stage.messages == [1, 89, 90, 91] && stage.missed == [])
    #expect(stage.count("history") == 0)
    #expect(Set(stage.machine.cursors.keys) == ["lobby"], "python was closed by the switch")
  }

  @Test func `says what a new member of a room cannot see that it was in before`() {
    var stage = Self.live(9)
    stage.lose()
    stage.wait()
    stage.enter([MachineStage.room(sequence: 20, newMember: true, messages: [19, 20])])
    #expect(stage.messages == [9, 19, 20] && stage.missed == [10...18])
  }

  @Test func `has the current room that it had, whichever the server takes for it`() {
    var stage = MachineStage()
    stage.enter([MachineStage.room(sequence: 1)])
    stage.request(1, "open", .always)
    stage.answer(
      "open",
      MachineStage.room("python", epoch: "k2", sequence: 0, opened: "added", current: false))
    stage.request(2, "join", .always)
    let again = MachineStage.room("python", epoch: "k2", sequence: 0, opened: "again")
    stage.answer("join", again)
    stage.lose()
    stage.wait()
    stage.enter([
      MachineStage.room("python", epoch: "k2", sequence: 0, opened: "resumed", current: false),
      MachineStage.room(sequence: 1, opened: "resumed"),
    ])
    let current = stage.events.suffix(3).compactMap {
      if case .opened(let room) = $0, room.isCurrent { room.room } else { nil }
    }
    #expect(current == ["python"])
    #expect(stage.newest("join")["params"] == ["room": "python"])
    #expect(stage.states.last == .resuming)
    stage.answer("join", again)
    #expect(stage.states.last == .live)
    #expect(stage.machine.currentRoom == "python")
    #expect(stage.machine.openRooms == ["python", "lobby"])
  }

  @Test func `opens again what was open, the current room first`() {
    var stage = MachineStage()
    stage.enter([MachineStage.room(sequence: 1)])
    stage.request(1, "join", .always)
    stage.answer("join", MachineStage.room("python", epoch: "k2", sequence: 0, opened: "switched"))
    stage.request(2, "open", .always)
    stage.answer(
      "open", MachineStage.room("swift", epoch: "k3", sequence: 0, opened: "added", current: false))
    stage.lose()
    stage.wait()
    stage.enter()
    let restored = stage.sent.suffix(2).map { [$0["method"], $0["params"]?["room"]] }
    #expect(restored == [["join", "python"], ["open", "swift"]])
    #expect(stage.states.last == .resuming)
    stage.answer("join", MachineStage.room("python", epoch: "k2", sequence: 0, opened: "again"))
    stage.refuse("open", "banned")
    let refusal = Refusal(code: "banned", text: "no")
    #expect(stage.events.suffix(2).first == .notReopened(room: "swift", refusal))
    #expect(stage.states.last == .live)
    stage.lose()
    stage.wait()
    stage.enter()
    #expect(stage.count("open") == 2, "what is lost is not asked for again")
  }

  @Test func `goes on under a person's new name`() {
    var stage = MachineStage()
    stage.enter()
    stage.tell("direct", MachineStage.message(1, room: "@bob", epoch: "d1", to: "ana"))
    stage.tell("direct", MachineStage.message(2, room: "@rob", epoch: "d1", to: "ana"))
    stage.lose()
    stage.wait()
    stage.play { $0.connected($1) }
    let cursors = stage.newest("hello")["params"]?["cursors"]
    #expect(cursors == ["@rob": ["epoch": "d1", "sequence": 2]])
    let direct: JSON = ["room": "@rob", "epoch": "d1", "sequence": 3, "resumed": true]
    stage.answer("hello", MachineStage.welcome([], directs: [direct]))
    stage.tell("behind", ["room": "@rob", "epoch": "d1", "sequence": 2, "through": 3])
    stage.tell("direct", MachineStage.message(3, room: "@rob", epoch: "d1", to: "ana"))
    stage.tell("caught_up", ["room": "@rob", "epoch": "d1", "sequence": 3])
    #expect(stage.messages == [1, 2, 3] && stage.states.last == .live)
  }

  @Test func `does not tell again what comes again with the messages`() {
    var stage = Self.live(3)
    let removed: JSON = [
      "room": "lobby", "sequence": 2, "id": "k1-2", "by": "bob",
      "time": .string(MachineStage.time(4)),
    ]
    stage.tell("removed", removed)
    stage.lose()
    stage.wait()
    stage.enter([MachineStage.room(sequence: 3, resumed: true)])
    stage.tell("behind", ["room": "lobby", "epoch": "k1", "sequence": 3, "through": 3])
    stage.tell("removed", removed)
    stage.tell("caught_up", ["room": "lobby", "epoch": "k1", "sequence": 3])
    #expect(stage.events.count { if case .removed = $0 { true } else { false } } == 1)
  }

  @Test func `comes from another process with its cursors`() {
    var stage = MachineStage { $0.cursors = ["lobby": Cursor(epoch: "k1", sequence: 5)] }
    stage.play { machine, now in
      machine.start(now)
      machine.connected(now)
    }
    #expect(stage.newest("hello")["params"]?["cursors"] == ["lobby": Self.cursor(5)])
    stage.answer("hello", MachineStage.welcome([MachineStage.room(sequence: 6, resumed: true)]))
    stage.tell("message", MachineStage.message(5))
    stage.tell("message", MachineStage.message(6))
    #expect(stage.messages == [6])
  }

  @Test func `asks for all that it may have missed where the first answer was lost`() {
    var stage = MachineStage { $0.reconnection.includesFirst = true }
    stage.play { machine, now in
      machine.start(now)
      machine.connected(now)
    }
    stage.lose()
    stage.wait()
    stage.play { $0.connected($1) }
    #expect(stage.newest("hello")["params"]?["cursors"] == [:])
    #expect(stage.newest("hello")["params"]?["autojoin"] == true)
  }

  @Test func `sends a hundred cursors at most, of the open rooms first`() {
    var stage = MachineStage()
    stage.enter([MachineStage.room(sequence: 1)])
    for number in 0..<150 {
      stage.tell("direct", MachineStage.message(1, room: "@p\(number)", epoch: "d\(number)"))
    }
    let cursors = stage.machine.book.cursors(open: ["lobby"])
    #expect(cursors.count == 100 && cursors["lobby"] != nil && cursors["@p149"] != nil)
    #expect(cursors["@p10"] == nil)
  }
}
