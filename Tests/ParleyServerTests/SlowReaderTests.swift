import Foundation
import Glibc
import ParleyTesting
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

  /// Says it all, with 32 messages unanswered at most.
  private static func talk(_ person: TalkClient) throws {
    let text = String(repeating: "x", count: Self.size)
    var answered = 0
    for number in 1...Self.messages {
      try person.say(text)
      while number - answered >= 32 || number == Self.messages && answered < number {
        let line = try person.next()
        if let message = RoomLine(line), message.sender == person.name { answered += 1 }
      }
    }
  }
}
