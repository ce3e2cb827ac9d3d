import ParleyTesting
import Testing

/// Answers whose texts are longer than one may be.
@Suite struct `A long answer` {
  @Test func `holds the newest, and says that there are older ones`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: ["--default-backlog", "100"])
      let ana = try JSONPerson("ana", port: server.port)
      let text = String(repeating: "long ", count: 800)
      for _ in 1...40 { try ana.ask("say", #"{"text":"\#(text)"}"#) }
      // 64 KiB are 17 of them.
      try Self.expect(24...40, in: ana.ask("history", #"{"limit":30}"#))
      try Self.expect(4...20, in: ana.ask("history", #"{"before":21,"limit":1000}"#))
      try Self.expect(1...17, in: ana.ask("history", #"{"after":0,"limit":1000}"#))
      try Self.expect(1...3, hasMore: false, in: ana.ask("history", #"{"before":4}"#))
      let bob = JSONPerson(try TalkClient("bob", port: server.port))
      let entry = try bob.ask("hello", #"{"name":"bob"}"#)["rooms"]?[0]
      try Self.expect(24...40, in: try #require(entry))

      let line = try TalkClient("line", port: server.port)
      try line.say("carl")
      try line.expect("[lobby] * The last 17 lines from before you:")
      try line.expect("*[lobby] #24 ana: long *")
      for number in 25...40 { try line.expectNext("*[lobby] #\(number) ana: long *") }
      try line.say("/history 1000")
      try line.expectNext("ok 17 messages of lobby; older ones: /history #lobby <24:")
      try line.expect("*[lobby] #24 ana: long *")
      for number in 25...40 { try line.expectNext("*[lobby] #\(number) ana: long *") }
      try line.say("/history <24 2")
      try line.expectNext("ok 2 messages of lobby; older ones: /history #lobby <22:")
      try line.expect("*[lobby] #22 ana: long *")
      try line.expectNext("*[lobby] #23 ana: long *")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `that goes on where one left misses nothing`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: ["--default-backlog", "100"])
      let ana = try JSONPerson("ana", port: server.port)
      try ana.ask("register", #"{"password":"correct horse"}"#)
      try ana.ask("open", #"{"room":"python"}"#)
      try ana.ask("close", #"{"room":"python"}"#)
      let bob = try JSONPerson("bob", port: server.port)
      try bob.ask("join", #"{"room":"python"}"#)
      let body = String(repeating: "x", count: 60_000)
      for _ in 1...2 { try bob.ask("post", #"{"subject":"Long","text":"\#(body)"}"#) }
      for number in 3...4 { try bob.ask("say", #"{"text":"\#(number)"}"#) }
      // What was missed ends with the newest, where what is told from now on follows.
      let entry = try ana.ask("open", #"{"room":"python"}"#)
      #expect(entry["sequence"] == .integer(4))
      try Self.expect(1...4, hasMore: false, in: entry)
      for _ in 5...6 { try bob.ask("post", #"{"subject":"Long","text":"\#(body)"}"#) }
      let carl = JSONPerson(try TalkClient("carl", port: server.port))
      try carl.ask("hello", #"{"name":"carl"}"#)
      try Self.expect(5...6, in: carl.ask("open", #"{"room":"python"}"#))
      #expect(try server.stop() == 0)
    }
  }

  private static func expect(
    _ numbers: ClosedRange<Int64>, hasMore: Bool = true, in answer: JSONTree,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let found = answer["messages"]?.elements.map { $0["sequence"] }
    #expect(found == numbers.map { .integer($0) }, sourceLocation: sourceLocation)
    #expect(answer["more"] == .boolean(hasMore), sourceLocation: sourceLocation)
  }
}
