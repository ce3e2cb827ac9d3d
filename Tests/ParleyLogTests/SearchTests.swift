import GRDB
import ParleyLog
import ParleyModel
import ParleyTesting
import Testing

@testable import ParleySQLite

/// A search of either archive; the one without a disk, which looks at everything, is the model.
@Suite struct `A search` {
  @Test(arguments: ArchiveEngine.allCases)
  func `finds messages with all the words, whatever their case and accents`(
    engine: ArchiveEngine
  ) throws {
    let room = try Self.room(
      engine,
      [
        "The quick brown fox", "a QUICK Fox", "quickly, foxes!", "Ein Füchslein, größer als alle",
        "cafe\u{301} or CAFÉ", "caffe", "Ελλάδα", "ΕΛΛΑΔΑ ДОМ", "日本語", "naïve, well-known 3.14",
        "x\u{301}y", "İstanbul",
      ])
    let expected: [(String, [UInt64])] = [
      ("fox", [1, 2]), ("quick fox", [1, 2]), ("FOX the", [1]), ("fox*", [1, 2, 3]),
      ("quick* fox*", [1, 2, 3]), ("q*", [1, 2, 3]), ("uick", []), ("fuchslein", [4]),
      ("FÜCHS*", [4]), ("grosser", []), ("größer", [4]), ("groß*", [4]), ("cafe", [5]),
      ("café", [5]), ("ca*", [5, 6]), ("ελλαδα", [8]), ("ελλάδα", [7]), ("дом", [8]), ("日本語", [9]),
      ("日本*", [9]), ("well-known", [10]), ("known well", [10]), ("known-well", []),
      ("3.14", [10]), ("naive", [10]), ("xy", [11]), ("istanbul", [12]),
      ("fox fox FOX", [1, 2]), ("fox dog", []),
    ]
    for (words, found) in expected {
      #expect(try room.search(words) == (found, nil), "\(words)")
    }
  }

  @Test(arguments: ArchiveEngine.allCases)
  func `finds words between quotes where they follow one another`(engine: ArchiveEngine) throws {
    let room = try Self.room(
      engine,
      ["one two three", "two one", "one, TWO! two", "one\ntwo", "on two", "one twofold", "one"])
    for (words, found): (String, [UInt64]) in [
      ("\"one two\"", [1, 3, 4]), ("\"two three\"", [1]), ("\"one three\"", []),
      ("“one two”", [1, 3, 4]), ("\"one two\"*", [1, 3, 4, 6]), ("\"one tw*\"", []),
      ("\"one two", [1, 3, 4]), ("\"one two\" three", [1]), ("\"two two\"", [3]),
      ("one\"two three\"", [1]), ("\"one\"", [1, 2, 3, 4, 6, 7]), ("one two", [1, 2, 3, 4]),
    ] {
      #expect(try room.search(words) == (found, nil), "\(words)")
    }
  }

  @Test(arguments: ArchiveEngine.allCases)
  func `looks at subject and body, and lets no phrase go from one to the other`(
    engine: ArchiveEngine
  ) throws {
    let under = try ArchiveUnderTest(engine)
    var script = RoomScript(3)
    script.post("Dinner tonight", "At eight.")
    script.post("Lunch", "Dinner is at eight")
    let room = try Room(under, script)
    #expect(try room.search("dinner") == ([1, 2], nil))
    #expect(try room.search("tonight eight") == ([1], nil))
    #expect(try room.search("\"tonight at\"") == ([], nil))
    #expect(try room.read("lunch").messages.first?.subject == "Lunch")
  }

  @Test(arguments: ArchiveEngine.allCases)
  func `takes everything that people write for words or for nothing`(engine: ArchiveEngine) throws {
    let room = try Self.room(
      engine, ["and or not near", "subject body search", "c plus", "50% off", "nul in here"])
    for (words, found): (String, [UInt64]) in [
      ("AND OR NOT", [1]), ("NEAR(and or, 5)", []), ("NEAR(and or)", []), ("NEAR ( and or )", [1]),
      ("subject:body", [2]), ("body:subject", []),
      ("subject : body", [2]), ("{subject body}: search", [2]), ("^subject", [2]),
      ("-subject", [2]), ("+search", [2]), ("C++", [3]), ("C#", [3]), ("'; DROP TABLE search", []),
      ("50%", [4]), ("\"\"\" off \"\"", [4]), ("off*\"", [4]), ("(off", [4]), ("off)", [4]),
      ("\\off", [4]), ("off\u{0}nul", []), ("here\u{0}", [5]), ("*off", [4]), ("**** off ***", [4]),
      ("o*f*f*", []), ("subject/body", [2]), ("subject, body", [2]), ("\"subject\"\"body\"", [2]),
      ("rank:search", []), ("👍 off", [4]), ("\u{301}off", [4]),
    ] {
      #expect(try room.search(words) == (found, nil), "\(words)")
    }
    for nothing in ["", " ", "*", "\"", "\"\"", "... !? ()", "\u{0}", "^:*", "👍", "\u{301}"] {
      #expect(try SearchQuery(nothing).isEmpty)
    }
    let many = (1...1_000).map { "w\($0)" }.joined(separator: " ")
    #expect(throws: Refusal.tooMany(.search, max: Limits.searchWordsMax)) {
      try SearchQuery(many)
    }
    let allowed = (1...Limits.searchWordsMax).map { "w\($0)" }.joined(separator: " ")
    #expect(try room.search(allowed) == ([], nil))
  }

  @Test(arguments: ArchiveEngine.allCases)
  func `never finds what was removed`(engine: ArchiveEngine) throws {
    var room = try Self.room(engine, ["a secret", "no secret", "another secret"])
    room.script.records = []
    room.script.remove(1)
    try room.write()
    #expect(try room.search("secret") == ([2, 3], nil))
    // The index does not hear of it.
    _ = try room.under.archive.checkpoint()
    room.script.records = []
    room.script.remove(3)
    try room.write()
    #expect(try room.search("secret") == ([2], nil))
    #expect(try room.search("another") == ([], nil))
  }

  @Test(arguments: ArchiveEngine.allCases, [false, true])
  func `finds nothing outside the window, and nothing of other rooms`(
    engine: ArchiveEngine, isIndexed: Bool
  ) throws {
    let under = try ArchiveUnderTest(engine)
    var scripts = [RoomScript(4), RoomScript(5), RoomScript(6)]
    for index in scripts.indices {
      for number in 1...300 {
        if number % 10 < 3 {
          scripts[index].post("word \(number)")
        } else {
          scripts[index].say("word")
        }
      }
      try under.archive.write(scripts[index].records, through: LogOffset(UInt64(index + 1)))
    }
    if isIndexed { _ = try under.archive.checkpoint() }
    for (firstLine, firstPost) in [(1, 1), (250, 100), (301, 280), (100, 290), (301, 301)] {
      for through in [300, 285, 120, 0] {
        let visible = (1...300).filter {
          $0 <= through && $0 >= ($0 % 10 < 3 ? firstPost : firstLine)
        }.map { UInt64($0) }
        let plan = scripts[1].plan(
          .search(try SearchQuery("word"), limit: 1_000), firstLine: UInt64(firstLine),
          firstPost: UInt64(firstPost), through: UInt64(through))
        let answer = try under.archive.read(plan)
        #expect(answer.messages.map(\.sequence.number) == visible)
        #expect(answer.messages.allSatisfy { $0.room == RoomID(5) })
        #expect(answer.before == nil)
      }
    }
  }

  @Test(arguments: ArchiveEngine.allCases)
  func `gives the newest, in order, and says where to go on`(engine: ArchiveEngine) throws {
    let room = try Self.room(engine, (1...100).map { $0 % 2 == 0 ? "even" : "odd" })
    _ = try room.under.archive.checkpoint()
    #expect(try room.search("even", limit: 3) == ([96, 98, 100], 96))
    #expect(try room.search("even", limit: 3, through: 95) == ([90, 92, 94], 90))
    #expect(try room.search("even", limit: 3, through: 7) == ([2, 4, 6], nil))
    let all = Array(stride(from: UInt64(2), through: 100, by: 2))
    #expect(try room.search("even", limit: 50) == (all, nil))
    #expect(try room.search("even", limit: 49).before == 4)
  }

  @Test(arguments: ArchiveEngine.allCases)
  func `ends an answer at the first message past 64 KiB`(engine: ArchiveEngine) throws {
    let text = String(repeating: "long ", count: 800)
    let room = try Self.room(engine, (1...40).map { _ in text })
    let answer = try room.read("long", limit: 40)
    #expect(answer.messages.count == Limits.answerBytesMax / 4_000 + 1)
    #expect(answer.before == answer.messages.first?.sequence)
  }

  @Test func `is complete while the index takes in what is written`() throws {
    let under = try ArchiveUnderTest(.sqlite)
    var script = RoomScript(7)
    var neighbour = RoomScript(6)
    var fold = RecordFold()
    for number in 1...1_200 {
      script.say(number % 97 == 0 ? "rare bird \(number)" : "common bird")
      neighbour.say("rare bird")
      guard number % 150 == 0 || number == 1_200 else { continue }
      let records = script.records + neighbour.records
      try under.archive.write(records, through: LogOffset(UInt64(number)))
      fold.fold(records, through: LogOffset(UInt64(number)))
      script.records = []
      neighbour.records = []
      if number % 450 == 0 { _ = try under.archive.checkpoint() }
      for words in ["rare", "bird", "\"rare bird\"", "rar*", "b*", "common rare", "\(number)"] {
        for limit in [1, 20, 1_000] {
          let plan = script.plan(.search(try SearchQuery(words), limit: limit))
          #expect(try under.archive.read(plan) == fold.read(plan), "\(words) \(limit) \(number)")
        }
      }
    }
  }

  /// What is counted is what a search compares: nothing of the other rooms, and of its own no more
  /// than the index names, a row of up to 64 each.
  @Test func `costs what it finds, however many messages there are`() throws {
    let under = try ArchiveUnderTest(.sqlite)
    var scripts = [RoomScript(4), RoomScript(5), RoomScript(6)]
    for index in scripts.indices {
      for number in 1...9_000 {
        scripts[index].say(number % 3_000 == 7 ? "rare one" : "common one")
      }
      try under.archive.write(scripts[index].records, through: LogOffset(UInt64(index + 1)))
    }
    _ = try under.archive.checkpoint()
    let archive = try #require(under.archive as? SQLiteArchive)
    for (words, searchedMax) in [
      ("common", 64), ("rare", 3 * 64), ("common rare", 0), ("none", 0), ("\"one common\"", 9_000),
    ] {
      let plan = scripts[1].plan(.search(try SearchQuery(words), limit: 20))
      let searched = try archive.pool.read { database in
        let query = try SearchQuery(words)
        var search = ArchiveSearch(
          database, plan, query, limit: 20, bounds: ArchiveSearch.Bounds(time: .seconds(60)))
        _ = try search.run()
        return search.searched
      }
      #expect(searched <= searchedMax, "\(words)")
    }
  }

  @Test(arguments: [false, true])
  func `ends at its bounds and can be gone on with to the end`(isIndexed: Bool) throws {
    let under = try ArchiveUnderTest(.sqlite)
    var script = RoomScript(7)
    // The two words are in each message, and stand together in the oldest ones alone.
    for number in 1...2_000 { script.say(number <= 3 ? "two words" : "words, not two") }
    try under.archive.write(script.records, through: LogOffset(1))
    if isIndexed { _ = try under.archive.checkpoint() }
    let archive = try #require(under.archive as? SQLiteArchive)
    for bound in [ArchiveSearch.Bounds(searchedMax: 300), ArchiveSearch.Bounds(time: .zero)] {
      var through: UInt64 = 2_000
      var found: [UInt64] = []
      var searches = 0
      while through > 0, searches < 100 {
        let plan = script.plan(
          .search(try SearchQuery("\"two words\""), limit: 20), through: through)
        let answer = try archive.read(plan, bounds: bound)
        found = answer.messages.map(\.sequence.number) + found
        searches += 1
        guard let before = answer.before else { break }
        #expect(before.number <= through)
        through = before.number - 1
      }
      #expect(found == [1, 2, 3])
      #expect(searches == (bound.time > .zero ? 7 : 32))
    }
  }

  /// A room with one line for each text, in an archive of its own.
  private static func room(_ engine: ArchiveEngine, _ lines: [String]) throws -> Room {
    var script = RoomScript(5)
    for line in lines { script.say(line) }
    return try Room(ArchiveUnderTest(engine), script)
  }

  private struct Room {
    var under: ArchiveUnderTest
    var script: RoomScript

    init(_ under: ArchiveUnderTest, _ script: RoomScript) throws {
      self.under = under
      self.script = script
      try self.write()
    }

    func write() throws {
      try self.under.archive.write(self.script.records, through: LogOffset(1))
    }

    func read(_ words: String, limit: Int = 100, through: UInt64? = nil) throws -> ReadAnswer {
      try self.under.archive.read(
        self.script.plan(.search(try SearchQuery(words), limit: limit), through: through))
    }

    /// What is found, before the index has it and after, which must be the same.
    func search(
      _ words: String, limit: Int = 100, through: UInt64? = nil
    ) throws -> (found: [UInt64], before: UInt64?) {
      let answer = try self.read(words, limit: limit, through: through)
      _ = try self.under.archive.checkpoint()
      #expect(try self.read(words, limit: limit, through: through) == answer, "\(words)")
      return (answer.messages.map(\.sequence.number), answer.before?.number)
    }
  }
}
