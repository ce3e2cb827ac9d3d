import ParleyTesting
import Testing

/// Whatever happens to their connections and to the server, programs that come back have one
/// history: without a gap, and nothing twice.
@Suite struct `Programs that come back` {
  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func `have the same messages without a gap, each once`(seed: UInt64) async throws {
    try await onItsOwnThread {
      var play = try ResumePlay(seed: seed)
      for step in 0..<30 { try play.step(step) }
      try play.finish()
      let all = play.people[0].heard
      #expect(all.map(\.sequence) == Array(1...play.head), "seed \(seed)")
      #expect(Set(all.map(\.text)).count == all.count, "seed \(seed): something twice")
      for person in play.people { #expect(person.heard == all, "seed \(seed)") }
      for (text, sequence) in play.answered {
        #expect(all[Int(sequence) - 1].text == text, "seed \(seed)")
      }
    }
  }
}

/// Three programs at one server, to which a seed has things happen.
private struct ResumePlay {
  struct Heard: Equatable {
    var sequence: Int64
    var text: String
  }

  struct Person {
    var returning: ReturningPerson
    var heard: [Heard] = []

    /// Reads one more message.
    mutating func hear() throws {
      let message = try self.returning.hear()
      guard case .integer(let sequence)? = message["sequence"], let text = message["text"]?.string
      else { throw TalkFailure("no message: \(message.text)") }
      self.heard.append(Heard(sequence: sequence, text: text))
    }
  }

  let server: ProcessUnderTest
  var people: [Person] = []
  /// The newest message that was acknowledged.
  var head: Int64 = 0
  /// What was acknowledged, with its number.
  var answered: [(text: String, sequence: Int64)] = []
  private var random: SplitMix64

  init(seed: UInt64) throws {
    self.random = SplitMix64(state: seed)
    self.server = try ProcessUnderTest(flags: ["--outbox-bytes-max", "16KiB"])
    for name in ["ana", "bob", "cy"] {
      self.people.append(Person(returning: try ReturningPerson(name, port: self.server.port)))
    }
  }

  private mutating func below(_ bound: UInt64) -> Int {
    Int(self.random.next() % bound)
  }

  mutating func step(_ number: Int) throws {
    let who = self.below(3)
    switch self.below(12) {
    case 0..<5: try self.say("\(number)", by: who, isInterrupted: self.below(2) == 0)
    case 5..<7:
      self.people[who].returning.vanish()
      try self.comeBack(who)
    case 7..<9:
      // Who does not read meanwhile falls behind.
      let tail = String(repeating: "x", count: 2_000)
      for index in 0..<(10 + self.below(30)) {
        try self.say("\(number).\(index) \(tail)", by: who, isInterrupted: false)
      }
    case 9..<11:
      for _ in 0..<self.below(20) where (self.people[who].heard.last?.sequence ?? 0) < self.head {
        try self.people[who].hear()
      }
    default:
      try self.server.kill()
      try self.server.start()
      for place in self.people.indices { try self.comeBack(place) }
    }
  }

  /// Everybody hears everything; who has not lost the connection is not helped by coming back.
  mutating func finish() throws {
    for place in self.people.indices {
      while (self.people[place].heard.last?.sequence ?? 0) < self.head {
        try self.people[place].hear()
      }
    }
  }

  private mutating func comeBack(_ who: Int) throws {
    let answer = try self.people[who].returning.comeBack(port: self.server.port)
    guard answer["rooms"]?[0]?["resumed"] == .boolean(true) else {
      throw TalkFailure("not resumed: \(answer.text)")
    }
  }

  /// Says something once: where the connection is lost before the answer, the same is sent again.
  private mutating func say(_ text: String, by who: Int, isInterrupted: Bool) throws {
    let params = #"{"text":"\#(text)","nonce":"n\#(text.prefix(12).filter { $0 != " " })"}"#
    if isInterrupted {
      try self.people[who].returning.person.request("say", params)
      self.people[who].returning.vanish()
      try self.comeBack(who)
    }
    // Twice, as somebody would who did not hear the first answer.
    let person = self.people[who].returning.person
    let answers = try (0..<(isInterrupted ? 2 : 1)).map { _ in try person.ask("say", params) }
    for answer in answers {
      guard case .integer(let sequence)? = answer["sequence"] else {
        throw TalkFailure("no number: \(answer.text)")
      }
      self.head = max(self.head, sequence)
      self.answered.append((text, sequence))
    }
  }
}
