import Glibc
import ParleyQueueDoor
import ParleyTesting
import Testing

/// What may go wrong with a queue, on either side.
@Suite(.serialized) struct `A message queue` {
  @Test func `of a client that was killed is removed, and the others are told`() async throws {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let control = owned.name
      let server = try ProcessUnderTest(flags: [
        "--queue", control, "--heartbeat", "1s", "--heartbeat-grace", "3s",
      ])
      let ana = try QueuePerson(entering: "ana", control)
      let killed = try QueuePerson(entering: "bob", control)
      // Bob's queue is there, and nobody reads it or answers for it.
      try ana.expect(#"*"method":"went"*"name":"bob"*"reason":"timed_out"*"#)
      try server.expectConsole("*session 2 closed (timed out)*")
      try ana.waitUntilGone(killed.replyName)
      #expect(throws: QueueFault(code: ENOENT)) { try MessageQueue(sendingTo: killed.replyName) }
      // One whose queue is gone is missed at once.
      let cy = try QueuePerson(entering: "cy", control)
      let queue = try MessageQueue(sendingTo: cy.replyName)
      queue.unlink(cy.replyName)
      queue.close()
      try ana.expect(#"*"method":"went"*"name":"cy"*"reason":"connection_lost"*"#)
      #expect(try server.stop() == 0)
    }
  }

  @Test func `that is taken up again by a client that died ends its former session`() async throws {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let control = owned.name
      let server = try ProcessUnderTest(flags: ["--queue", control])
      let ana = try QueuePerson(entering: "ana", control)
      let before = try QueuePerson("bob", control: control, suffix: "bob")
      try before.enter()
      let queue = try MessageQueue(sendingTo: before.replyName)
      queue.unlink(before.replyName)
      let after = try QueuePerson("bob", control: control, suffix: "bob")
      #expect(try after.enter().contains(#""name":"bob""#))
      try ana.expect(#"*"method":"went"*"name":"bob"*"#)
      try ana.expect(#"*"method":"came"*"name":"bob"*"#)
      _ = try after.ask("SAY back again")
      try ana.expect(#"*"text":"back again"*"#)
      queue.close()
      #expect(try server.stop() == 0)
    }
  }

  @Test func `that is taken up twice at one time is the last one's`() async throws {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let control = owned.name
      let server = try ProcessUnderTest(flags: ["--queue", control])
      let process = try #require(server.processID)
      let ana = try QueuePerson(entering: "ana", control)
      let bob = try QueuePerson("bob", control: control, suffix: "bob")
      try bob.enter()
      try ana.expect(#"*"method":"came"*"name":"bob"*"#)
      let keys = try [bob.askForKey(), bob.askForKey()]
      // Both are shown while the server cannot look, and it finds them together.
      kill(process, SIGSTOP)
      let queue = try MessageQueue(sendingTo: control)
      for key in keys {
        let wasSent = try Array("\(key) PING".utf8).withUnsafeBytes { try queue.send($0) }
        #expect(wasSent)
      }
      queue.close()
      kill(process, SIGCONT)
      #expect(try bob.expect(#"*"id":0,*"#).contains(#""name":"bob""#))
      try bob.expect(#"*"id":1,*"#)
      try ana.expect(#"*"method":"went"*"name":"bob"*"#)
      try ana.expect(#"*"method":"came"*"name":"bob"*"#)
      #expect(try server.stop() == 0)
    }
  }

  @Test func `that is full stops nobody, and its reader gets everything in order`() async throws {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let control = owned.name
      let server = try ProcessUnderTest(flags: ["--queue", control, "--outbox-bytes-max", "16KiB"])
      let slow = try QueuePerson(entering: "slow", control)
      let bob = try TalkClient("bob", port: server.port)
      try bob.say("bob")
      try bob.expect("*here: slow.*")
      // Far more than ten messages and the outbox hold, and Bob has all of it.
      let text = String(repeating: "x", count: 200)
      for number in 1...1_000 {
        try bob.say("\(number) \(text)")
        if number % 50 == 0 { try bob.expect("*#\(number) bob: *") }
      }
      #expect(try slow.sequences(1_000) == Array(1...1_000))
      _ = try slow.ask("SAY I am with you again")
      try bob.expect("*#1001 slow: I am with you again")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `that takes nothing at all for too long is given up`() async throws {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let control = owned.name
      let server = try ProcessUnderTest(flags: ["--queue", control, "--stall-timeout", "1s"])
      let stalled = try QueuePerson(entering: "stalled", control)
      let bob = try TalkClient("bob", port: server.port)
      try bob.say("bob")
      try bob.expect("*here: stalled.*")
      let text = String(repeating: "x", count: 500)
      for number in 1...100 { try bob.say("\(number) \(text)") }
      try bob.expect("*[lobby] - stalled went (timed out)*")
      try server.expectConsole("*session 1 closed (too slow)*")
      #expect(stalled.replyName.hasPrefix(control))
      #expect(try server.stop() == 0)
    }
  }

  @Test func `has room for less than is said: it is announced, and read in parts`() async throws {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let control = owned.name
      let server = try ProcessUnderTest(flags: ["--queue", control])
      let ana = try QueuePerson(entering: "ana", control)
      let wide = try QueuePerson("wide", control: control, messageBytes: 8_192)
      try wide.enter()
      let bob = try TalkClient("bob", port: server.port)
      try bob.say("bob")
      try bob.expect("*You are bob*")
      let text = String(repeating: "h\u{E4}\"\\ ", count: 600) + "end"
      try bob.say(text)
      let long = try ana.expect(#"*"method":"long"*"#)
      #expect(long.contains(#""room":"lobby""#) && long.contains(#""sequence":1,"#))
      #expect(long.contains(#""bytes":\#(text.utf8.count)"#))
      // Whose queue has the room is told all of it.
      let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      #expect(try wide.expect(#"*"method":"message"*"#).contains(escaped))
      #expect(try ana.ask("/read 1").contains(escaped))
      // A direct one likewise.
      try bob.say("/dm ana " + text)
      #expect(try ana.expect(#"*"method":"long"*"#).contains(#""room":"@bob""#))
      #expect(try ana.ask("/read @bob 1").contains(escaped))
      // So is every long answer.
      #expect(try ana.ask("/history 20").contains(escaped))
      // And a message that the control queue has no room for is refused by the system.
      #expect(throws: QueueClient.Fault.self) {
        try ana.say("SAY " + String(repeating: "x", count: 8_192))
      }
      #expect(try ana.ask("SAY " + String(repeating: "x", count: 5_000)).contains("too_long"))
      #expect(try server.stop() == 0)
    }
  }

  @Test func `outlives a server that was killed, and the next one serves it anew`() async throws {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let control = owned.name
      let server = try ProcessUnderTest(flags: ["--queue", control])
      let ana = try QueuePerson(entering: "ana", control)
      _ = try ana.ask("SAY before")
      try server.kill()
      let stale = try MessageQueue(sendingTo: control)
      try server.start()
      // The old queue is gone: who has it open sees that, and comes again.
      #expect(try stale.status.isUnlinked)
      stale.close()
      #expect(throws: QueueClient.Fault.gone(control)) { try ana.say("PING") }
      let again = try QueuePerson(entering: "ana", control)
      #expect(try again.ask("/history").contains(#""text":"before""#))
      #expect(try server.stop() == 0)
    }
  }

  /// In a PID namespace of its own, as in a container that has the host's queues.
  private static let container = ["unshare", "--pid", "--fork", "--kill-child"]
  private static let hasContainers =
    (try? ChildProcess.run(["/usr/bin/env"] + container + ["true"]))?.code == 0

  @Test(arguments: [[], container])
  func `of a running server is not taken by another`(launcher: [String]) async throws {
    guard launcher.isEmpty || Self.hasContainers else { return }
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let control = owned.name
      let server = try ProcessUnderTest(flags: ["--queue", control])
      let other = try ProcessUnderTest(
        flags: ["--queue", control], launcher: launcher, starting: false)
      let (output, code) = try other.startExpectingFailure()
      #expect(code != 0)
      #expect(output.contains { $0.contains("another server serves it") })
      _ = try QueuePerson(entering: "ana", control)
      #expect(try server.stop() == 0)
    }
  }

  @Test func `is asked for where it has no good name`() async throws {
    try await onItsOwnThread {
      for name in ["control", "/", "/a/b", "/.", "/a b", "/" + String(repeating: "x", count: 128)] {
        let server = try ProcessUnderTest(flags: ["--queue", name], starting: false)
        let (output, code) = try server.startExpectingFailure()
        #expect(code != 0)
        #expect(output.contains { $0.contains("is not a queue's name") }, "\(name)")
      }
    }
  }

  @Test func `that is flooded by its owner holds the sender back, and loses nothing`() async throws
  {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let control = owned.name
      let server = try ProcessUnderTest(flags: ["--queue", control])
      let ana = try TalkClient("ana", port: server.port)
      try ana.say("ana")
      try ana.expect("*You are ana*")
      let bob = try QueuePerson(entering: "bob", control, messageBytes: 8_192)
      let count = 5_000
      for number in 1...count {
        try bob.say("SAY \(number)")
        if number % 500 == 0 { _ = try bob.sequences(500) }
      }
      for number in 1...count { try ana.expectNext(through: "*[lobby] #\(number) bob: \(number)") }
      #expect(try server.stop() == 0)
    }
  }
}

extension TalkClient {
  /// The next message of the lobby is like that.
  fileprivate func expectNext(through pattern: String) throws {
    let line = try self.expect("*[lobby] #*")
    guard TalkPattern(pattern).matches(line) else {
      throw TalkFailure("\(pattern) is next, not \(line)")
    }
  }
}
