import ParleyLog
import ParleyModel
import Testing

@Suite struct `A log` {
  @Test(arguments: LogEngine.allCases)
  func `is empty at first`(engine: LogEngine) throws {
    let under = try LogUnderTest(engine)
    #expect(under.log.start == .zero)
    #expect(under.log.end == .zero)
    #expect(try under.entries() == [])
  }

  @Test(arguments: LogEngine.allCases)
  func `gives back what was appended in the same order`(engine: LogEngine) throws {
    var under = try LogUnderTest(engine)
    let entries = Samples.entries(count: 300)
    try under.log.append(Array(entries[..<1]))
    try under.log.append(Array(entries[1..<120]))
    try under.log.append(Array(entries[120...]))
    #expect(under.log.end == LogOffset(300))
    #expect(try under.entries() == entries.map(described))
    #expect(try under.entries(from: 130) == entries[130...].map(described))
    #expect(try under.entries(from: 300) == [])
  }

  @Test(arguments: LogEngine.allCases)
  func `does nothing for an empty batch`(engine: LogEngine) throws {
    var under = try LogUnderTest(engine)
    try under.log.append([])
    #expect(under.log.end == .zero)
    #expect(try under.entries() == [])
  }

  @Test(arguments: LogEngine.allCases)
  func `has everything after it is opened again`(engine: LogEngine) throws {
    var under = try LogUnderTest(engine)
    var entries: [Entry] = []
    for round in 0..<20 {
      let batch = Samples.entries(from: UInt64(entries.count), count: round * 7 % 40 + 1)
      try under.log.append(batch)
      entries += batch
      if round % 3 == 0 { try under.reopen() }
    }
    try under.reopen()
    #expect(under.log.end == LogOffset(UInt64(entries.count)))
    #expect(try under.entries() == entries.map(described))
  }

  @Test(arguments: LogEngine.allCases)
  func `takes a batch of any size`(engine: LogEngine) throws {
    var under = try LogUnderTest(engine)
    let many = Samples.lines(count: 10_000, bytes: 3)
    let large = Samples.lines(from: 10_000, count: 60, bytes: 16_000)
    try under.log.append(many)
    try under.log.append(large)
    try under.reopen()
    #expect(try under.entries() == (many + large).map(described))
  }

  @Test(arguments: LogEngine.allCases)
  func `keeps all from the trimmed offset on`(engine: LogEngine) throws {
    var under = try LogUnderTest(engine)
    let entries = Samples.lines(count: 400, bytes: 500)
    for start in stride(from: 0, to: 400, by: 10) {
      try under.log.append(Array(entries[start..<(start + 10)]))
    }
    try under.log.trim(below: LogOffset(250))
    #expect(under.log.start > .zero)
    #expect(under.log.start <= LogOffset(250))
    try under.reopen()
    #expect(try under.entries(from: 250) == entries[250...].map(described))
    #expect(throws: LogError.self) { try under.entries(from: 0) }
  }

  @Test(arguments: LogEngine.allCases)
  func `goes on after everything was trimmed`(engine: LogEngine) throws {
    var under = try LogUnderTest(engine)
    try under.log.append(Samples.entries(count: 50))
    try under.log.trim(below: LogOffset(50))
    try under.log.trim(below: LogOffset(50))
    let more = Samples.entries(from: 50, count: 50)
    try under.log.append(more)
    try under.reopen()
    #expect(under.log.end == LogOffset(100))
    #expect(try under.entries(from: 50) == more.map(described))
  }

  @Test(arguments: LogEngine.allCases)
  func `begins where it is told to`(engine: LogEngine) throws {
    var under = try LogUnderTest(engine, startingAt: LogOffset(1_000))
    #expect(under.log.end == LogOffset(1_000))
    let entries = Samples.entries(from: 1_000, count: 5)
    try under.log.append(entries)
    try under.reopen()
    #expect(under.log.start == LogOffset(1_000))
    #expect(try under.entries(from: 1_000) == entries.map(described))
  }

  @Test(arguments: LogEngine.allCases)
  func `refuses to read past its end`(engine: LogEngine) throws {
    let under = try LogUnderTest(engine)
    #expect(throws: LogError.self) { try under.entries(from: 1) }
  }

  @Test(arguments: LogEngine.allCases)
  func `does not keep the tag`(engine: LogEngine) throws {
    var under = try LogUnderTest(engine)
    var entries = Samples.entries(count: 1)
    entries[0].tag = RequestTag(9)
    try under.log.append(entries)
    var tags: [RequestTag] = []
    try under.log.read(from: .zero) { tags.append($0.tag) }
    #expect(tags == [.none])
  }
}
