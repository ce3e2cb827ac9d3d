import Foundation
import Glibc
import ParleyQueueDoor
import ParleyTesting
import Testing

/// The script of the chatroom over message queues that is among Parley's origins, and what may go
/// wrong with a queue.
///
/// One after another: the queues of a user are few.
@Suite(.serialized) struct `The message queue door` {
  @Test func `joins, says, whispers, lists, leaves and quits as its origin did`() async throws {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let control = owned.name
      let server = try ProcessUnderTest(flags: ["--queue", control])
      let ana = try QueuePerson(entering: "ana", control)
      let bob = try QueuePerson(entering: "bob", control)

      // JOIN makes a room that is not there, and tells the others.
      #expect(try ana.ask("JOIN python").contains(#""new_room":true"#))
      #expect(try bob.ask("JOIN python").contains(#""present":["ana","bob"]"#))
      try ana.expect(#"*"method":"came","params":{"room":"python","name":"bob"*"#)
      // SAY comes with sender, number and time.
      let answer = try ana.ask("SAY hello python")
      #expect(answer.contains(#""room":"python""#) && answer.contains(#""sequence":1"#))
      let told = try bob.expect(#"*"method":"message"*"text":"hello python"*"#)
      #expect(told.contains(#""from":"ana""#) && told.contains(#""time":"20"#))
      // DM reaches its recipient alone, and is confirmed.
      #expect(try bob.ask("DM ana psst").contains(#""sessions":1"#))
      let whisper = try ana.expect(#"*"method":"direct"*"#)
      #expect(whisper.contains(#""from":"bob""#) && whisper.contains(#""text":"psst""#))
      #expect(try bob.ask("DM nobody psst").contains(#""code":"no_such_name""#))
      // WHO lists who is here.
      let who = try bob.ask("WHO")
      #expect(who.contains(#""name":"ana""#) && who.contains(#""name":"bob""#))
      // LEAVE ends in no room, where SAY and WHO are errors.
      #expect(try bob.ask("LEAVE").contains(#""current":null"#))
      try ana.expect(#"*"method":"went"*"reason":"left"*"#)
      #expect(try bob.ask("SAY anybody?").contains(#""code":"no_current_room""#))
      #expect(try bob.ask("WHO").contains(#""code":"no_current_room""#))
      // QUIT has a last word, tells the others, and takes the reply queue away.
      _ = try bob.ask("JOIN python")
      try ana.expect(#"*"method":"came"*"name":"bob"*"#)
      _ = try bob.ask("QUIT")
      try bob.expect(#"*"method":"closing"*"reason":"quit"*"#)
      try ana.expect(#"*"method":"went"*"name":"bob"*"reason":"quit"*"#)
      try server.expectConsole("*session 2 closed (quit)*")
      try ana.waitUntilGone(bob.replyName)
      #expect(throws: QueueFault(code: ENOENT)) { try MessageQueue(sendingTo: bob.replyName) }
      #expect(try server.stop() == 0)
      // Those inside are told, and the control queue is gone.
      try ana.expect(#"*"method":"closing"*"reason":"shutting_down"*"#)
      #expect(throws: QueueFault(code: ENOENT)) { try MessageQueue(sendingTo: control) }
    }
  }

  @Test func `shares its rooms with the other doors, in one order`() async throws {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let control = owned.name
      let server = try ProcessUnderTest(flags: ["--queue", control])
      let ana = try QueuePerson(entering: "ana", control)
      let bob = try TalkClient("bob", port: server.port)
      try bob.say("bob")
      try bob.expect("*here: ana.*")
      try bob.say("from a socket")
      _ = try ana.expect(#"*"text":"from a socket"*"#)
      _ = try ana.ask("/say from a queue")
      try bob.expect("*[lobby] #2 ana: from a queue")
      // All three spellings, a post and its text, and help in words.
      let posted = try ana.ask("%post Minutes All agreed.")
      #expect(posted.contains(#""sequence":3"#))
      #expect(try ana.ask("/read 3").contains(#""text":"All agreed.""#))
      #expect(try ana.ask("/help join").contains(#""text":"ok join: "#))
      #expect(try server.stop() == 0)
    }
  }

  private static let hasPython =
    (try? ChildProcess.run(["/usr/bin/env", "python3", "--version"]))?.code == 0

  @Test(.enabled(if: hasPython, "python3 is not installed"))
  func `can be used from Python, as its page says`() async throws {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let server = try ProcessUnderTest(flags: ["--queue", owned.name])
      let bob = try TalkClient("bob", port: server.port)
      try bob.say("bob")
      try bob.expect("*You are bob*")
      let page = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/protocol/queue.md")
      let text = try String(contentsOf: page, encoding: .utf8)
      let example = try #require(text.firstMatch(of: /(?s)```python\n(.*?)```/).map { "\($0.1)" })
      let (output, code) = try ChildProcess.run([
        "/usr/bin/env", "PARLEY_QUEUE=" + owned.name, "python3", "-c", example, "ana", "hello all",
      ])
      #expect(code == 0)
      #expect(output.contains { $0.contains(#""text": "hello all""#) })
      #expect(output.last?.contains(#""method": "closing""#) == true)
      try bob.expect("*[lobby] #1 ana: hello all")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `is loaded by parley bench`() async throws {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let server = try ProcessUnderTest(flags: ["--queue", owned.name])
      let (output, code) = try ChildProcess.run([
        ProcessUnderTest.binary, "bench", "--dialect", "queue", "--queue", owned.name,
        "--members", "5", "--senders", "2", "--messages", "1000",
      ])
      #expect(code == 0, "\(output)")
      #expect(try server.stop() == 0)
    }
  }
}
