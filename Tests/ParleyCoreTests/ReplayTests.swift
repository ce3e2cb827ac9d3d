import ParleyModel
import ParleyTesting
import Testing

@testable import ParleyCore

@Suite struct `Any run of entries` {
  /// A run, as the sequencer takes it: turn after turn, with what each turn told and kept.
  final class Run {
    var conversation = Conversation()
    var fold = RecordFold()
    var play: RandomPlay
    var entries: [Entry] = []
    /// What had been kept at some turn's end, and how many entries before.
    var saved: (fold: RecordFold, entries: Int)?
    /// Of each room, the last place told.
    var positions: [RoomID: UInt64] = [:]
    let settings = Settings(
      defaultBacklog: .count(3), emptyRoomMicroseconds: 24 * 60 * 60 * 1_000_000,
      holdMicroseconds: 5_000_000)

    init(seed: UInt64, entries count: Int) {
      self.play = RandomPlay(seed: seed)
      let split = self.play.below(count)
      self.turn([
        self.play.entry(.runStarted(incarnation: 7)), self.play.entry(.settings(self.settings)),
      ])
      while self.entries.count < count {
        let now = self.conversation.lastStamp
        let expired = self.conversation.tick(now: now).map { self.play.entry($0) }
        let size = 1 + self.play.below(20)
        self.turn(expired + (0..<size).map { _ in self.play.entry() })
        if self.saved == nil, self.entries.count >= split {
          self.saved = (self.fold, self.entries.count)
        }
      }
    }

    /// Lets one more in, so that somebody is there to ask.
    func admitOneMore() {
      let session = SessionID(100)
      let proposals: [Proposal] = [
        .settings(self.settings), .login(Name("zed"), autojoin: false), .join(.lobby),
        .add(Name("art")),
      ]
      for proposal in proposals {
        var entry = self.play.entry(proposal)
        if case .settings = proposal {} else { entry.session = session }
        entry.nonce = nil
        self.turn([entry])
      }
    }

    private func turn(_ entries: [Entry]) {
      var effects = Effects()
      for entry in entries {
        let told = effects.items.count
        self.conversation.apply(entry, into: &effects)
        self.check(effects.items[told...], of: entry)
      }
      self.conversation.drainState(into: &effects)
      self.entries += entries
      self.fold.fold(effects.records, through: LogOffset(UInt64(self.entries.count)))
    }

    /// One answer per command, and a room's events without a gap.
    private func check(_ told: ArraySlice<Effect>, of entry: Entry) {
      var answers = 0
      for effect in told {
        switch effect {
        case .room(let event, origin: _):
          let last = self.positions[event.room, default: 0]
          #expect(event.position.number == last + 1)
          self.positions[event.room] = event.position.number
        case .session(let session, .reply(let tag, _)),
          .session(let session, .refused(let tag, _)):
          if tag != .none {
            #expect(tag == entry.tag && session == entry.session)
            answers += 1
          }
        case .session(let session, .closing): if session == entry.session { answers += 1 }
        case .session(_, .opened(let room, name: _, position: let position, head: _, present: _)):
          #expect(position.number == self.positions[room])
        case .session(_, .resumed(let replay)):
          if replay.reader == nil {
            #expect(replay.through.number == self.positions[replay.room])
          }
        case .session(_, .loggedIn), .session(_, .closed), .session(_, .ignored),
          .session(_, .direct), .session(_, .told), .session(_, .work), .everyone:
          break
        }
      }
      #expect(answers == (entry.session == .server ? 0 : 1), "\(entry.proposal)")
    }
  }

  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func `ends the same when what was kept is loaded and the rest applied`(seed: UInt64) throws {
    let run = Run(seed: seed, entries: seed % 4 == 0 ? 8_000 : 1_500)
    let saved = try #require(run.saved)
    var loaded = Conversation(loading: saved.fold.loaded)
    var replayed = Conversation()
    var effects = Effects()
    for (index, entry) in run.entries.enumerated() {
      replayed.apply(entry, into: &effects)
      if index >= saved.entries { loaded.apply(entry, into: &effects) }
      effects.removeAll()
    }
    let bytes = run.conversation.canonicalBytes()
    #expect(replayed.canonicalBytes() == bytes)
    #expect(loaded.canonicalBytes() == bytes)
    #expect(Conversation(loading: run.fold.loaded).canonicalBytes() == bytes)
  }

  @Test(arguments: 21...26 as ClosedRange<UInt64>)
  func `leaves no gap in a room's sequences and places`(seed: UInt64) {
    let run = Run(seed: seed, entries: 3_000)
    #expect(!run.fold.rooms.isEmpty)
    for room in run.fold.rooms {
      let messages = run.fold.messages(in: room.id)
      #expect(messages.map(\.sequence.number) == (0..<room.head.number).map { $0 + 1 })
      let told = run.fold.told(in: room.id).map(\.position.number)
      #expect(told == (0..<UInt64(told.count)).map { $0 + 1 })
      #expect(told.count == Int(room.position.number))
      #expect(zip(messages, messages.dropFirst()).allSatisfy { $0.time < $1.time })
      #expect(room.posts == messages.count { $0.kind.isPost && $0.removal == nil })
    }
  }

  /// The rule of the product, applied to all that was ever said.
  private func visible(_ messages: [Message], to member: MemberState) -> [Message] {
    let before = messages.filter { $0.sequence <= member.joinedAfter }
    let lines = before.filter { !$0.kind.isPost }.suffix(3)
    let posts = before.filter { $0.kind.isPost }.suffix(3)
    return messages.filter {
      $0.sequence > member.joinedAfter || lines.contains($0) || posts.contains($0)
    }
  }

  @Test(arguments: 31...36 as ClosedRange<UInt64>)
  func `shows each member what the rule says and nothing else`(seed: UInt64) throws {
    let run = Run(seed: seed, entries: 3_000)
    run.admitOneMore()
    let loaded = run.fold.loaded
    var compared = 0
    for session in loaded.sessions {
      for member in loaded.members where member.participant == session.participant {
        let room = try #require(run.fold.rooms.first { $0.id == member.room })
        let visible = self.visible(run.fold.messages(in: room.id), to: member)
        for limit in [1, 7, 100, 1_000] {
          var effects = Effects()
          run.conversation.answer(
            Request(.history(.room(.named(room.name)), limit: limit), tag: Stage.tag),
            from: session.id, into: &effects)
          guard case .history(_, let excerpt)? = effects.items.replies.first else {
            Issue.record("history is answered")
            continue
          }
          let answered =
            switch excerpt {
            case .messages(let messages, let more): ReadAnswer(messages, more: more)
            case .found(let messages, let before):
              ReadAnswer(messages, more: before != nil, before: before)
            case .plan(let plan): run.fold.read(plan)
            }
          #expect(answered.messages == visible.suffix(limit))
          #expect(answered.more == (visible.count > limit))
          compared += 1
        }
      }
    }
    #expect(compared > 0)
  }
}

@Suite struct `Finding the first visible message` {
  @Test func `takes as many comparisons among a million lines as among a thousand`() {
    #expect(self.comparisons(lines: 1_000_000) <= 2 * self.comparisons(lines: 1_000))
  }

  /// Counted in the one search that all reading goes through.
  private func comparisons(lines: UInt64) -> Int {
    var room = Room(
      RoomState(
        id: RoomID(1), kind: .room, name: .lobby, epoch: Epoch(incarnation: 1, counter: 1),
        created: Timestamp(microseconds: 0)))
    for sequence in 1...lines {
      room.lines.append(
        Room.LineNote(sequence: Sequence(sequence), sender: ParticipantID(1)))
    }
    var comparisons = 0
    let wanted = Sequence(lines - 500)
    let place = room.lines.firstIndex { note in
      comparisons += 1
      return note.sequence >= wanted
    }
    #expect(room.lines[place].sequence == wanted)
    return comparisons
  }
}
