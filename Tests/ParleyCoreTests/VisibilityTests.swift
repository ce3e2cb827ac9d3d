import ParleyCore
import ParleyModel
import ParleyTesting
import Testing

@Suite struct `What a member may see` {
  let stage = Stage()
  let ana: SessionID
  let bea: SessionID

  init() {
    self.ana = self.stage.enter("ana")
    self.bea = self.stage.enter("bea")
    self.stage.take(self.ana, .join(Name("python")))
  }

  private func enterPython() throws -> RoomEntry {
    try #require(self.stage.take(self.bea, .join(Name("python"))).entry)
  }

  @Test func `begins with the last lines and the last posts, counted apart`() throws {
    for number in 1...3 { self.stage.posts(self.ana, "post \(number)") }
    for number in 4...8 { self.stage.says(self.ana, "line \(number)") }
    let entry = try self.enterPython()
    #expect(entry.excerpt == self.excerpt([2, 3, 7, 8]))
    #expect(entry.backlog == 2)
    #expect(
      self.stage.take(self.bea, .list(.current)).lines == ["2: posts of python: [2, 3]"])
    #expect(
      self.stage.take(self.bea, .history(.current, limit: nil)).lines
        == ["2: history of python: [2, 3, 7, 8]"])
    #expect(
      self.stage.take(self.bea, .history(.current, limit: 3)).lines
        == ["2: history of python: [3, 7, 8]+"])
  }

  private func excerpt(_ numbers: [UInt64]) -> Excerpt {
    let room = self.stage.room("python")?.id ?? RoomID(0)
    return .messages(
      self.stage.fold.messages(in: room).filter { numbers.contains($0.sequence.number) },
      more: false)
  }

  @Test func `refuses what is outside it as what does not exist`() throws {
    for number in 1...5 { self.stage.says(self.ana, "line \(number)") }
    _ = try self.enterPython()
    for number: UInt64 in [0, 1, 3, 6, 1_000] {
      #expect(
        self.stage.take(self.bea, .read(.current, Sequence(number))).refusal
          == .noSuchMessage(conversation: "python", Sequence(number)))
    }
    #expect(
      self.stage.take(self.bea, .read(.current, Sequence(4))).lines == [
        "2: message of python: [4]"
      ])
  }

  @Test func `is nothing to others`() throws {
    self.stage.says(self.ana, "hello")
    let python = RoomSelector.named("python")
    let member = Refusal.notAMember(room: "python")
    #expect(self.stage.take(self.bea, .list(python)).refusal == member)
    #expect(self.stage.take(self.bea, .read(.room(python), Sequence(1))).refusal == member)
    #expect(self.stage.take(self.bea, .history(.room(python), limit: nil)).refusal == member)
    let search = Command.search(.room(python), try SearchQuery("hello"), before: nil)
    #expect(self.stage.take(self.bea, search).refusal == member)
    #expect(self.stage.take(self.bea, .who(python, membersOnly: true)).refusal == member)
    #expect(self.stage.take(self.bea, .say(python, .say, "x")).refusal == member)
    #expect(
      self.stage.take(self.bea, .who(python, membersOnly: false)).lines
        == ["2: people of python: ana"])
    #expect(self.stage.take(self.bea, .list(.named("x"))).refusal == .noSuchRoom("x"))
  }

  @Test func `does not shrink by switching away and back`() throws {
    for number in 1...4 { self.stage.says(self.ana, "line \(number)") }
    _ = try self.enterPython()
    self.stage.take(self.bea, .join(.lobby))
    for number in 5...9 { self.stage.says(self.ana, "line \(number)") }
    let entry = try self.enterPython()
    #expect(!entry.isNewMember)
    #expect(entry.excerpt.numbers == [5, 6, 7, 8, 9])
    #expect(
      self.stage.take(self.bea, .history(.current, limit: nil)).lines
        == ["2: history of python: [3, 4, 5, 6, 7, 8, 9]"])
  }

  @Test func `begins anew with a new membership`() throws {
    for number in 1...4 { self.stage.says(self.ana, "line \(number)") }
    _ = try self.enterPython()
    for number in 5...9 { self.stage.says(self.ana, "line \(number)") }
    self.stage.take(self.bea, .leave(.current, then: .lobby))
    let entry = try self.enterPython()
    #expect(entry.isNewMember)
    #expect(entry.excerpt.numbers == [8, 9])
  }

  @Test func `on return is the newest, with a word about the rest`() throws {
    _ = try self.enterPython()
    self.stage.take(self.bea, .join(.lobby))
    for number in 0...Limits.missedMax { self.stage.says(self.ana, "line \(number)") }
    let entry = try self.enterPython()
    #expect(entry.excerpt.numbers?.count == Limits.missedMax)
    #expect(entry.excerpt.isCut)
  }

  @Test func `shows the backlog of now to who asks again`() throws {
    _ = try self.enterPython()
    for number in 1...4 { self.stage.says(self.ana, "line \(number)") }
    #expect(try self.enterPython().excerpt.numbers == [3, 4])
  }

  @Test(arguments: [(0, [] as [UInt64]), (1, [4]), (3, [2, 3, 4]), (1_000, [1, 2, 3, 4])])
  func `is as much as the configuration says`(count: Int, numbers: [UInt64]) throws {
    self.stage.propose(.server, .settings(Settings(defaultBacklog: .count(count))))
    for number in 1...4 { self.stage.says(self.ana, "line \(number)") }
    #expect(try self.enterPython().excerpt.numbers == numbers)
  }

  @Test func `may be all`() throws {
    self.stage.propose(.server, .settings(Settings(defaultBacklog: .all)))
    for number in 1...4 { self.stage.says(self.ana, "line \(number)") }
    let entry = try self.enterPython()
    #expect(entry.excerpt.numbers == [1, 2, 3, 4])
    #expect(entry.backlog == nil)
  }
}

@Suite struct `What has left memory` {
  let stage = Stage()
  let ana: SessionID
  let bea: SessionID

  /// Two posts, and more lines after them than are kept in memory.
  init() {
    self.ana = self.stage.enter("ana")
    self.bea = self.stage.enter("bea")
    self.stage.take(self.ana, .join(Name("python")))
    for number in 1...2 { self.stage.posts(self.ana, "post \(number)") }
    for number in 3...200 { self.stage.says(self.ana, "line \(number)") }
  }

  private func found(
    _ asker: SessionID, _ words: String, before: UInt64?
  ) throws -> [UInt64]? {
    let search = Command.search(
      .room(.current), try SearchQuery(words), before: before.map { Sequence($0) })
    return self.numbers(self.stage.take(asker, search))
  }

  /// What the asker gets in the end, from memory or from the archive.
  private func numbers(_ effects: [Effect]) -> [UInt64]? {
    guard let reply = effects.replies.last else { return nil }
    if let plan = reply.plan { return self.stage.fold.read(plan).messages.map(\.sequence.number) }
    switch reply {
    case .entered(let entry): return entry.excerpt.numbers
    case .posts(_, let excerpt), .message(_, let excerpt), .history(_, let excerpt),
      .found(_, _, let excerpt), .audit(_, let excerpt):
      return excerpt.numbers
    case .greeting, .welcome, .renamed, .pong, .left, .closed, .topic, .topicSet, .stored,
      .delivered,
      .removed, .people, .rooms, .profile, .away, .ignoring, .account, .moderation, .notice,
      .local:
      return nil
    }
  }

  @Test func `is planned for and read to the same end`() throws {
    let entered = self.stage.take(self.bea, .join(Name("python")))
    #expect(entered.entry?.excerpt.plan != nil)
    #expect(self.numbers(entered) == [1, 2, 199, 200])
    #expect(self.numbers(self.stage.take(self.bea, .list(.current))) == [1, 2])
    #expect(self.numbers(self.stage.take(self.bea, .history(.current, limit: 3))) == [2, 199, 200])
    #expect(self.numbers(self.stage.take(self.bea, .read(.current, Sequence(1)))) == [1])
    #expect(try self.found(self.bea, "line", before: nil) == [199, 200])
    #expect(try self.found(self.bea, "line", before: 200) == [199])
    #expect(try self.found(self.bea, "post", before: 2) == [1])
    #expect(try self.found(self.bea, "post", before: 0) == [])
    #expect(try self.found(self.ana, "li*", before: nil)?.count == Limits.searchDefault)
    #expect(
      self.stage.take(self.bea, .read(.current, Sequence(3))).refusal
        == .noSuchMessage(conversation: "python", Sequence(3)))
    let all = self.stage.take(self.ana, .history(.current, limit: 1_000))
    #expect(self.numbers(all) == Array(1...200))
  }

  @Test func `is not asked for where memory has the answer`() {
    #expect(
      self.stage.take(self.ana, .history(.current, limit: 2)).lines
        == ["1: history of python: [199, 200]+"])
  }

  @Test func `can still be answered and removed`() {
    #expect(
      self.stage.take(self.ana, .reply(.current, to: Sequence(1), body: "yes")).lines.last
        == "1: stored 201 in python")
    #expect(
      self.stage.fold.messages(in: RoomID(2)).last?.subject == "post 1")
    self.stage.take(self.ana, .remove(.current, Sequence(1)))
    self.stage.take(self.ana, .remove(.current, Sequence(5)))
    self.stage.restart()
    for number: UInt64 in [1, 5] {
      #expect(
        self.stage.take(self.ana, .read(.current, Sequence(number))).refusal
          == .messageRemoved(conversation: "python", Sequence(number), by: "ana"))
    }
    #expect(
      self.stage.take(self.ana, .reply(.current, to: Sequence(7), body: "yes")).refusal
        == .notAPost(conversation: "python", Sequence(7)))
  }
}
