import ParleyLog
import ParleyModel
import ParleyTesting
import Testing

@Suite struct `An archive` {
  @Test(arguments: ArchiveEngine.allCases)
  func `is empty at first`(engine: ArchiveEngine) throws {
    let under = try ArchiveUnderTest(engine)
    let loaded = try under.archive.load()
    #expect(loaded.offset == .zero)
    #expect(loaded.conversation == nil)
    #expect(loaded.rooms.isEmpty)
    let plan = RoomScript(1).plan(.newest(limit: 5), through: 10)
    #expect(try under.archive.sequences(plan) == ([], false))
  }

  @Test(arguments: ArchiveEngine.allCases)
  func `gives messages back as they were`(engine: ArchiveEngine) throws {
    var under = try ArchiveUnderTest(engine)
    var script = RoomScript(RoomID.numberMax)
    let messages = [
      script.say("hello"), script.say("", kind: .action), script.say("ü\nö", kind: .notify),
      script.post("Dinner", String(repeating: "long ", count: 5_000)),
      script.post("Dinner", "I will.", replyTo: 4),
    ]
    try under.archive.write(script.records, through: LogOffset(5))
    for _ in 0..<2 {
      let answer = try under.archive.read(script.plan(.newest(limit: 10)))
      #expect(answer.messages == messages)
      #expect(answer.more == false)
      for message in messages {
        let one = try under.archive.read(script.plan(.one(message.sequence)))
        #expect(one.messages == [message])
      }
      try under.reopen()
    }
  }

  @Test(arguments: ArchiveEngine.allCases)
  func `shows what the window shows, whatever lies between`(engine: ArchiveEngine) throws {
    let under = try ArchiveUnderTest(engine)
    let patterns = ["lllllppppplllllppppp", "lplplplplplplplplplp", "pppppppppppppppppppl"]
    for (room, pattern) in patterns.enumerated() {
      let script = try self.write(pattern, of: UInt32(room + 1), into: under.archive)
      let kinds = Array(pattern)
      for (firstLine, firstPost) in [(1, 1), (3, 15), (18, 2), (20, 20), (21, 4), (21, 21)] {
        let visible = (1...20).filter {
          $0 >= (kinds[$0 - 1] == "p" ? firstPost : firstLine)
        }.map { UInt64($0) }
        for limit in [1, 3, 10, 100] {
          let plan = script.plan(
            .newest(limit: limit), firstLine: UInt64(firstLine), firstPost: UInt64(firstPost))
          let expected = (Array(visible.suffix(limit)), visible.count > limit)
          #expect(try under.archive.sequences(plan) == expected)
        }
        for after in [0, 4, 12, 20] {
          let plan = script.plan(
            .since(Sequence(UInt64(after)), limit: 4), firstLine: UInt64(firstLine),
            firstPost: UInt64(firstPost), through: 17)
          let range = visible.filter { $0 > after && $0 <= 17 }
          #expect(try under.archive.sequences(plan) == (Array(range.suffix(4)), range.count > 4))
          var upwards = plan
          upwards.query = .after(Sequence(UInt64(after)), limit: 4)
          #expect(
            try under.archive.sequences(upwards) == (Array(range.prefix(4)), range.count > 4))
        }
        for sequence in 1...20 {
          let plan = script.plan(
            .one(Sequence(UInt64(sequence))), firstLine: UInt64(firstLine),
            firstPost: UInt64(firstPost))
          let expected = visible.filter { $0 == UInt64(sequence) }
          #expect(try under.archive.sequences(plan) == (expected, false))
        }
      }
    }
  }

  /// Writes lines and posts as the pattern says, some to a write.
  private func write(
    _ pattern: String, of room: UInt32, into archive: any Archive
  ) throws -> RoomScript {
    var script = RoomScript(room)
    for kind in pattern {
      if kind == "p" { script.post("subject") } else { script.say("line") }
      if script.records.count == 7 {
        try archive.write(script.records, through: LogOffset(script.sequence))
        script.records = []
      }
    }
    try archive.write(script.records, through: LogOffset(script.sequence))
    return script
  }

  @Test(arguments: ArchiveEngine.allCases)
  func `lists posts without those removed`(engine: ArchiveEngine) throws {
    let under = try ArchiveUnderTest(engine)
    var script = RoomScript(3)
    for number in 1...6 {
      script.say("line")
      script.post("subject \(number)")
    }
    script.remove(8)
    script.remove(12)
    try under.archive.write(script.records, through: LogOffset(1))
    #expect(try under.archive.sequences(script.plan(.posts(limit: 2))) == ([6, 10], true))
    #expect(
      try under.archive.sequences(script.plan(.posts(limit: 9))) == ([2, 4, 6, 10], false))
    #expect(
      try under.archive.sequences(script.plan(.posts(limit: 9), firstPost: 5)) == ([6, 10], false)
    )
  }

  @Test(arguments: ArchiveEngine.allCases)
  func `keeps of a removed message its number, time and sender`(engine: ArchiveEngine) throws {
    var under = try ArchiveUnderTest(engine)
    var script = RoomScript(3)
    var message = script.post("secret", "text")
    script.say("after")
    try under.archive.write(script.records, through: LogOffset(2))
    script.records = []
    script.remove(1)
    try under.archive.write(script.records, through: LogOffset(3))
    try under.reopen()
    message.subject = ""
    message.body = ""
    message.removal = Removal(by: RoomScript.bob, time: Timestamp(microseconds: 9_999))
    let answer = try under.archive.read(script.plan(.newest(limit: 2)))
    #expect(answer.messages.first == message)
    #expect(answer.messages.count == 2)
  }

  @Test(arguments: ArchiveEngine.allCases)
  func `ends an answer at the first message past 64 KiB`(engine: ArchiveEngine) throws {
    let under = try ArchiveUnderTest(engine)
    var script = RoomScript(3)
    for _ in 0..<10 { script.post("s", String(repeating: "x", count: 16_383)) }
    try under.archive.write(script.records, through: LogOffset(10))
    for query in [.newest(limit: 10), .since(Sequence(2), limit: 8)] as [ReadPlan.Query] {
      #expect(try under.archive.sequences(script.plan(query)) == ([6, 7, 8, 9, 10], true))
    }
    let upwards = ReadPlan.Query.after(Sequence(2), limit: 8)
    #expect(try under.archive.sequences(script.plan(upwards)) == ([3, 4, 5, 6, 7], true))
    #expect(try under.archive.read(script.plan(.posts(limit: 10))).messages.count == 10)
  }

  @Test(arguments: ArchiveEngine.allCases)
  func `merges messages and events by position`(engine: ArchiveEngine) throws {
    let under = try ArchiveUnderTest(engine)
    var script = RoomScript(9)
    let id = MessageID(epoch: Epoch(incarnation: 1, counter: 2), sequence: Sequence(3))
    let events: [Event] = [
      .came(RoomScript.ann, present: 1), .topic("soup", by: RoomScript.bob),
      .renamed(RoomScript.ann, to: "Anna"), .removed(Sequence(3), id, by: RoomScript.ann),
      .went(RoomScript.ann, .quit("bye"), present: 0),
      .went(RoomScript.bob, .timedOut, present: 0), .topic("", by: RoomScript.ann),
    ]
    for event in events {
      script.tell(event)
      script.say("line")
      script.post("post")
    }
    try under.archive.write(script.records, through: LogOffset(1))
    let told = script.records.map { record in
      switch record {
      case .message(let message):
        RoomEvent(
          room: message.room, position: message.position, time: message.time,
          event: .message(message))
      case .event(let event): event
      case .removal, .state, .forget, .roomDeleted: fatalError("not in this script")
      }
    }
    for limit in [1, 2, 5, 100] {
      var caughtUp: [RoomEvent] = []
      var (position, sequence) = (Position.zero, Sequence.zero)
      while true {
        let chunk = try under.archive.catchUp(
          script.room, after: position, sequence: sequence, limit: limit, bytesMax: 1_000_000)
        guard let last = chunk.last else { break }
        #expect(chunk.count <= limit)
        caughtUp += chunk
        position = last.position
        for event in chunk {
          if case .message(let message) = event.event { sequence = message.sequence }
        }
      }
      #expect(caughtUp == told)
    }
    let small = try under.archive.catchUp(
      script.room, after: .zero, sequence: .zero, limit: 100, bytesMax: 100)
    #expect(small.count < told.count)
    #expect(small == Array(told.prefix(small.count)))
    #expect(!small.isEmpty)
  }

  @Test(arguments: ArchiveEngine.allCases)
  func `deletes a room with all it has and leaves its neighbours`(engine: ArchiveEngine) throws {
    var under = try ArchiveUnderTest(engine)
    var scripts = [RoomScript(4), RoomScript(5), RoomScript(6)]
    var records: [Record] = []
    for index in scripts.indices {
      scripts[index].say("line")
      scripts[index].tell(.came(RoomScript.ann, present: 1))
      scripts[index].keepState()
      records += scripts[index].records
      for participant in [1, UInt64.max] {
        records.append(.state(.member(Self.member(scripts[index].room, participant))))
      }
    }
    try under.archive.write(records, through: LogOffset(1))
    // In the write that deletes, what came before is gone, what comes after stays.
    scripts[1].records = []
    scripts[1].say("more")
    scripts[1].keepState()
    try under.archive.write(
      scripts[1].records + [.roomDeleted(RoomID(5)), .state(.member(Self.member(RoomID(6), 7)))],
      through: LogOffset(2))
    try under.reopen()
    let loaded = try under.archive.load()
    #expect(loaded.rooms.map(\.state.id.number) == [4, 6])
    #expect(loaded.rooms.map(\.recent.count) == [1, 1])
    #expect(
      loaded.members.map { "\($0.room.number) \($0.participant.number)" } == [
        "4 1", "4 \(UInt64.max)", "6 1", "6 7", "6 \(UInt64.max)",
      ])
    for room in [4, 5, 6] {
      let told = try under.archive.catchUp(
        RoomID(UInt32(room)), after: .zero, sequence: .zero, limit: 9, bytesMax: 9_999)
      #expect(told.count == (room == 5 ? 0 : 2))
    }
  }

  private static func member(_ room: RoomID, _ participant: UInt64) -> MemberState {
    MemberState(
      room: room, participant: ParticipantID(participant), joinedAfter: Sequence(3),
      window: Window(firstLine: Sequence(2), firstPost: Sequence(1)), closedAfter: Sequence(8))
  }

  @Test(arguments: ArchiveEngine.allCases)
  func `loads the last of each state, in the order of the keys`(engine: ArchiveEngine) throws {
    var under = try ArchiveUnderTest(engine)
    let states = Samples.states
    try under.archive.write(states.shuffled().map { .state($0) }, through: LogOffset(1))
    var again = states.map { Record.state($0) }
    again.insert(
      .state(.session(SessionState(id: SessionID(1), participant: ParticipantID(99)))), at: 0)
    again.append(.forget(.session(SessionID(2))))
    again.append(.state(.session(SessionState(id: SessionID(5), participant: ParticipantID(1)))))
    again.append(.forget(.session(SessionID(5))))
    try under.archive.write(again, through: LogOffset(1 << 50))
    for _ in 0..<2 {
      let loaded = try under.archive.load()
      #expect(loaded.offset == LogOffset(1 << 50))
      var found: [State] = loaded.conversation.map { [.conversation($0)] } ?? []
      found += loaded.rooms.map { .room($0.state) }
      found += loaded.participants.map { .participant($0) }
      found += loaded.sessions.map { .session($0) }
      found += loaded.members.map { .member($0) }
      found += loaded.nonces.map { .nonce($0) }
      found += loaded.standings.map { .standing($0) }
      let expected = states.filter { $0.key != .session(SessionID(2)) }
      #expect(String(reflecting: found) == String(reflecting: expected))
      try under.reopen()
    }
  }

  @Test(arguments: ArchiveEngine.allCases)
  func `loads the newest messages and notes of each room`(engine: ArchiveEngine) throws {
    let under = try ArchiveUnderTest(engine)
    var script = RoomScript(2)
    var messages: [Message] = []
    for number in 1...2_400 {
      messages.append(number % 7 < 3 ? script.post("s\(number)") : script.say("line"))
    }
    script.remove(2_399)
    script.remove(2_400)
    script.keepState()
    try under.archive.write(script.records, through: LogOffset(1))
    let room = try #require(try under.archive.load().rooms.first)
    #expect(room.recent.map(\.sequence.number) == Array(2_273...2_400))
    #expect(room.recent.last?.removal != nil)
    for (notes, isPost) in [(room.lines, false), (room.posts, true)] {
      let expected = messages.filter { $0.kind.isPost == isPost }.suffix(Limits.backlogMax).map {
        let isRemoved = $0.sequence.number >= 2_399
        return LoadedState.Note(
          sequence: $0.sequence, sender: $0.sender.participant,
          subject: isRemoved ? "" : $0.subject, removedBy: isRemoved ? "Bob" : nil)
      }
      #expect(notes == expected)
    }
  }

  @Test(arguments: ArchiveEngine.allCases)
  func `answers a checkpoint with what was written`(engine: ArchiveEngine) throws {
    var under = try ArchiveUnderTest(engine)
    #expect(try under.archive.checkpoint() == .zero)
    try under.archive.write([], through: LogOffset(3))
    #expect(try under.archive.checkpoint() == LogOffset(3))
    try under.reopen()
    #expect(try under.archive.checkpoint() == LogOffset(3))
    #expect(try under.archive.load().offset == LogOffset(3))
  }
}
