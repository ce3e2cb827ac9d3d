import Foundation
import Glibc
import ParleyTesting
import Synchronization
import Testing

@Suite struct `A reader that falls behind` {
  private static let messages = 12_000
  /// Of each message; all together far more than an outbox and two socket buffers hold.
  private static let size = 1_000

  @Test func `gets everything in order once it reads again, and nobody waits for it`() async throws
  {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let slow = try TalkClient("slow", port: server.port)
      try slow.say("slow")
      try slow.expect("*You are slow*")
      let fast = try TalkClient("fast", port: server.port)
      try fast.say("fast")
      try fast.expect("*You are fast*")
      try Self.talk(fast)
      // Fast has all of it while Slow has read nothing.
      try slow.expect("*+ fast came")
      for number in 1...Self.messages {
        let line = try slow.expect("*[lobby] #*")
        guard let message = RoomLine(line), message.number == number else {
          throw TalkFailure("#\(number) is next, not \(line.prefix(60))")
        }
      }
      // It is live again: what is said now comes at once.
      try fast.say("welcome back")
      try slow.expectNext("*[lobby] #\(Self.messages + 1) fast: welcome back")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `of its own answers has few of them waiting, and gets all in order`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let ana = try JSONPerson("ana", port: server.port)
      let readers = try (1...16).map { number in
        let reader = try TalkClient("reader\(number)", port: server.port)
        try reader.say(
          #"{"jsonrpc":"2.0","id":0,"method":"hello","params":{"name":"reader\#(number)"}}"#)
        try reader.expect(#"*"id":0,"result":*"#)
        return reader
      }
      // As much as one answer holds, and in memory.
      let text = String(repeating: "x", count: 4_000)
      for number in 1...17 { try ana.ask("say", #"{"text":"\#(number) \#(text)"}"#) }
      for reader in readers { try reader.expect(#"*"text":"17 x*"#) }
      let process = try #require(server.processID)
      let before = ProcessFigures(process).memoryKiB
      let asked = 64
      let requests = (1...asked).map {
        #"{"jsonrpc":"2.0","id":"h\#($0)","method":"history","params":{"limit":17}}"# + "\n"
      }
      for reader in readers { try reader.send(Array(requests.joined().utf8)) }
      // Behind the requests of all: they were dealt with before it.
      for number in 1...3 { try ana.ask("say", #"{"text":"meanwhile \#(number)"}"#) }
      // Each asked for 4 MiB, all together for 64, less what their sockets have taken.
      let after = ProcessFigures(process).memoryKiB
      #expect(after - before < 24 * 1_024, "\(after - before) KiB")
      for reader in readers.prefix(2) {
        var (answers, messages) = (0, 0)
        while answers < asked || messages < 3 {
          let line = try reader.next()
          if line.contains(#""id":"h\#(answers + 1)","result":"#) {
            answers += 1
          } else if line.contains(#""text":"meanwhile \#(messages + 1)""#) {
            messages += 1
          } else if !line.contains(#""method":"ping""#) {
            throw TalkFailure("out of order: \(line.prefix(200))")
          }
        }
      }
      #expect(try server.stop() == 0)
    }
  }

  @Test func `is not taken for dead while it cannot be heard`() async throws {
    try await onItsOwnThread {
      // Until it asks something it could be heard: that is how long the talk may take.
      let grace = 10 * Deadline.patience
      let messages = 2_000
      let server = try ProcessUnderTest(flags: [
        "--heartbeat", "1s", "--heartbeat-grace", "\(grace)s",
      ])
      // Where the kernel has no time limit of its own.
      let slow = try TalkClient("slow", toSocketAt: server.dataDirectory + "/parley.sock")
      try slow.say(#"{"jsonrpc":"2.0","id":0,"method":"hello","params":{"name":"slow"}}"#)
      try slow.expect(#"*"id":0,"result":*"#)
      let fast = try TalkClient("fast", port: server.port)
      try fast.say("fast")
      try fast.expect("*You are fast*")
      try Self.talk(fast, messages)
      // What it asks waits until it is no longer behind, and is the last that is read from it.
      try slow.say(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)
      let clock = try TalkClient("clock", port: server.port)
      try clock.say(#"{"jsonrpc":"2.0","id":0,"method":"hello","params":{"name":"clock"}}"#)
      for _ in 1...(grace + 4) {
        try clock.expect(#"*"method":"ping"*"#)
        try clock.say(#"{"jsonrpc":"2.0","id":"ping","result":{}}"#)
      }
      for number in 1...messages { try slow.expect(#"*"sequence":\#(number),*"#) }
      try slow.expect(#"*"id":1,"result":*"#)
      #expect(try server.stop() == 0)
    }
  }

  @Test func `is disconnected with the reason where the operator wants that`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: ["--outbox-policy", "disconnect"])
      let slow = try TalkClient("slow", port: server.port)
      try slow.say("slow")
      try slow.expect("*You are slow*")
      let fast = try TalkClient("fast", port: server.port)
      try fast.say("fast")
      try fast.expect("*You are fast*")
      try Self.talk(fast)
      if !fast.received.contains(where: { $0.contains("- slow went") }) {
        try fast.expect("*[lobby] - slow went (*")
      }
      try slow.expectEnd()
      #expect(try server.stop() == 0)
    }
  }

  @Test func `is told which numbers it was spared where the operator wants that`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: [
        "--outbox-policy", "disconnect", "--outbox-policy", "line=drop",
      ])
      let slow = try TalkClient("slow", port: server.port)
      try slow.say("slow")
      try slow.expect("*You are slow*")
      let fast = try TalkClient("fast", port: server.port)
      try fast.say("fast")
      try fast.expect("*You are fast*")
      try Self.talk(fast)
      try slow.expect("*+ fast came")
      var (last, skipped) = (0, 0)
      while last < Self.messages {
        let line = try slow.expect("*[lobby] #*")
        if let numbers = line.wholeMatch(of: /\*\*\* \[lobby\] #(\d+) to #(\d+) were skipped.*/) {
          #expect(Int(numbers.1) == last + 1)
          skipped += try #require(Int(numbers.2)) - last
          last = try #require(Int(numbers.2))
        } else {
          last += 1
          #expect(RoomLine(line)?.number == last)
        }
      }
      #expect(skipped > 0)
      try fast.say("welcome back")
      try slow.expectNext("*[lobby] #\(Self.messages + 1) fast: welcome back")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `holds who speaks to it for a second, and nobody else, where asked to`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: ["--outbox-policy", "block"])
      let slow = try TalkClient("slow", port: server.port)
      try slow.say("slow")
      try slow.expect("*You are slow*")
      let fast = try TalkClient("fast", port: server.port)
      try fast.say("fast")
      try fast.expect("*You are fast*")
      // From the thread's start on it is that one's alone.
      nonisolated(unsafe) let apart = try TalkClient("apart", port: server.port)
      try apart.say("apart\n/join tea")
      try apart.expect("ok you made tea*")
      // Apart goes on all the while in another room.
      let isOver = Atomic<Bool>(false)
      let answers = Mutex<[ContinuousClock.Instant]>([])
      let done = DispatchSemaphore(value: 0)
      Thread {
        defer { done.signal() }
        while !isOver.load(ordering: .relaxed) {
          guard (try? apart.say("still here")) != nil,
            (try? apart.expect("*[tea] #* apart: still here")) != nil
          else { return }
          answers.withLock { $0.append(.now) }
        }
      }.start()
      let pause = try Self.talk(fast)
      isOver.store(true, ordering: .relaxed)
      done.wait()
      #expect(pause.upperBound - pause.lowerBound > .milliseconds(900), "nobody was held")
      let meanwhile = answers.withLock { $0.count { pause.contains($0) } }
      #expect(meanwhile > 1, "\(meanwhile) answers in another room")
      // After the second it was caught up instead: nothing is lost.
      try slow.expect("*+ fast came")
      for number in 1...Self.messages {
        let line = try slow.expect("*[lobby] #*")
        #expect(RoomLine(line)?.number == number)
      }
      #expect(try server.stop() == 0)
    }
  }

  /// Says it all, with 32 messages unanswered at most.
  ///
  /// Answers with the longest time that it waited for an answer.
  @discardableResult
  private static func talk(
    _ person: TalkClient, _ messages: Int = Self.messages
  ) throws -> Range<ContinuousClock.Instant> {
    let text = String(repeating: "x", count: Self.size)
    var answered = 0
    var longest = ContinuousClock.now..<ContinuousClock.now
    for number in 1...messages {
      try person.say(text)
      while number - answered >= 32 || number == messages && answered < number {
        let began = ContinuousClock.now
        let line = try person.next()
        let waited = began..<ContinuousClock.now
        if waited.upperBound - began > longest.upperBound - longest.lowerBound { longest = waited }
        if let message = RoomLine(line), message.sender == person.name { answered += 1 }
      }
    }
    return longest
  }
}
