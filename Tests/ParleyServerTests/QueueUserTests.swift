import Glibc
import ParleyQueueDoor
import ParleyTesting
import Testing

/// Who may use the queues, and what they may do to each other.
@Suite(.serialized) struct `A user at the queues` {
  private static let stranger: UInt32 = 65_534
  private static let isRoot = geteuid() == 0

  /// A reply queue of another user's, with its name.
  private static func foreignQueue(
    _ control: String, mode: UInt32 = 0o600
  ) throws -> (
    queue: MessageQueue, name: String
  ) {
    let name = control + ".foreign-" + String(UInt32.random(in: .min ... .max), radix: 36)
    let queue = try MessageQueue(creating: name, mode: mode, messageBytesMax: 1_024)
    guard fchown(queue.descriptor, Self.stranger, Self.stranger) == 0 else {
      throw TalkFailure("the queue cannot be given away: \(errno)")
    }
    return (queue, name)
  }

  private static func send(_ text: String, to control: String) throws {
    let queue = try MessageQueue(sendingTo: control)
    defer { queue.close() }
    var text = text
    #expect(try text.withUTF8 { try queue.send(UnsafeRawBufferPointer($0)) })
  }

  private static func receive(_ queue: MessageQueue) -> String? {
    var watched = pollfd(fd: queue.descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&watched, 1, Deadline.usual.millisecondsLeft) > 0 else { return nil }
    return withUnsafeTemporaryAllocation(byteCount: 1_024, alignment: 8) { memory in
      guard let count = try? queue.receive(into: memory) else { return nil }
      return String(decoding: memory[..<count], as: UTF8.self)
    }
  }

  @Test(.enabled(if: isRoot, "only root can give a queue to another user"))
  func `who is not the server's own is refused, and sent nothing`() async throws {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let server = try ProcessUnderTest(flags: ["--queue", owned.name])
      let (queue, name) = try Self.foreignQueue(owned.name)
      defer {
        queue.unlink(name)
        queue.close()
      }
      try Self.send("HELLO \(name) eve", to: owned.name)
      try server.expectConsole(
        "*the reply queue \(name) of user \(Self.stranger) is refused: queue_users is owner*")
      // What comes later is dealt with later: nothing was sent until here.
      _ = try QueuePerson(entering: "ana", owned.name)
      var watched = pollfd(fd: queue.descriptor, events: Int16(POLLIN), revents: 0)
      #expect(poll(&watched, 1, 0) == 0)
      #expect(try server.stop() == 0)
    }
  }

  @Test(.enabled(if: isRoot, "only root can give a queue to another user"))
  func `counts as one, where all are let in`() async throws {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let server = try ProcessUnderTest(flags: [
        "--queue", owned.name, "--queue-users", "all", "--address-connections-max", "1",
      ])
      let control = try MessageQueue(sendingTo: owned.name)
      #expect(try control.status.mode == 0o622)
      control.close()
      var queues: [(queue: MessageQueue, name: String)] = []
      defer {
        for (queue, name) in queues {
          queue.unlink(name)
          queue.close()
        }
      }
      var keys: [String] = []
      for name in ["eve", "mallory"] {
        let foreign = try Self.foreignQueue(owned.name)
        queues.append(foreign)
        try Self.send("HELLO \(foreign.name) \(name)", to: owned.name)
        let told = try #require(Self.receive(foreign.queue))
        keys.append(try #require(told.firstMatch(of: /"key":"([0-9a-f]{32})"/).map { "\($0.1)" }))
        try Self.send("\(keys[keys.count - 1]) PING", to: owned.name)
        let answer = try #require(Self.receive(foreign.queue))
        // The first has its session; the second is one too many for this user.
        if name == "eve" {
          #expect(answer.contains(#""name":"eve""#))
        } else {
          #expect(answer.contains(#""reason":"refused""#))
          #expect(answer.contains("too many connections"))
        }
      }
      // The server's own user is not counted.
      for name in ["ana", "bob"] { _ = try QueuePerson(entering: name, owned.name) }
      #expect(try server.stop() == 0)
    }
  }

  @Test func `who says HELLO for another changes nothing, and cannot read the key`() async throws {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let server = try ProcessUnderTest(flags: ["--queue", owned.name])
      let ana = try QueuePerson(entering: "ana", owned.name)
      let bob = try QueuePerson(entering: "bob", owned.name)
      try ana.expect(#"*"method":"came"*"name":"bob"*"#)
      for number in 1...80 {
        try Self.send("HELLO \(ana.replyName) forged\(number)", to: owned.name)
        // A key that nobody was given opens nothing.
        try Self.send(String(repeating: "0", count: 32) + " SAY forged", to: owned.name)
        if number % 5 == 0 { _ = try ana.ask("PING") }
      }
      try server.expectConsole("*is dropped: its key is of no session*")
      #expect(try ana.ask("SAY still ana").contains(#""sequence":1"#))
      try bob.expect(#"*"from":"ana"*"text":"still ana"*"#)
      #expect(!bob.received.contains { $0.contains("forged") || $0.contains("\"went\"") })
      #expect(try server.stop() == 0)
    }
  }

  @Test func `is told what is wrong with a reply queue or a name`() async throws {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let server = try ProcessUnderTest(flags: ["--queue", owned.name])
      let ana = try QueuePerson(entering: "ana", owned.name)
      for (mode, bytes, name, word) in [
        (0o604, 1_024, "open", "not_permitted"), (0o600, 512, "small", "512 bytes"),
        (0o600, 1_024, "two words", "bad_name"), (0o600, 1_024, "", "usage: HELLO QUEUE NAME"),
      ] as [(UInt32, Int, String, String)] {
        let person = try QueuePerson(
          name, control: owned.name, mode: mode, messageBytes: bytes)
        do {
          try person.enter()
          Issue.record("\(name) was let in")
        } catch QueueClient.Fault.refused(let line) {
          #expect(line.contains(word))
        }
      }
      // A name that another has is refused, and another one can be asked for.
      let other = try QueuePerson("ana", control: owned.name)
      #expect(try other.enter().contains(#""code":"name_taken""#))
      #expect(try other.ask("SAY hello").contains(#""code":"not_logged_in""#))
      #expect(try other.ask("HELLO bob").contains(#""name":"bob""#))
      // Queues that are not meant for this server are not opened.
      try Self.send("HELLO /elsewhere ana", to: owned.name)
      try server.expectConsole("*a HELLO in \(owned.name) is dropped: *")
      #expect(try ana.ask("WHO").contains(#""name":"bob""#))
      #expect(try server.stop() == 0)
    }
  }

  @Test func `gets a clear error for whatever is wrong`() async throws {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let server = try ProcessUnderTest(flags: ["--queue", owned.name])
      let ana = try QueuePerson(entering: "ana", owned.name)
      for (command, word) in [
        ("hello all", "perhaps SAY TEXT"), ("", "perhaps SAY TEXT"), ("/jion x", "perhaps /join"),
        ("JOIN", "JOIN ROOM"), ("DM bob", "DM NAME TEXT"),
        ("SAY \u{1B}[2J", "bad_text"), ("SAY two\nlines", "bad_text"), ("/cancel", "bad_arguments"),
        ("/set verbs off", "bad_command"), ("/read 99", "no_such_message"),
        ("/login", "no_certificate"),
      ] { #expect(try ana.ask(command).contains(word), "\(command)") }
      // What is not UTF-8 is refused, and ends the session when it goes on.
      let control = try MessageQueue(sendingTo: owned.name)
      defer { control.close() }
      let bytes = Array("\(ana.key) SAY ".utf8) + [0xFF]
      while try !bytes.withUnsafeBytes({ try control.send($0) }) {}
      try ana.expect(#"*"code":"bad_text"*"#)
      // The end goes before the answers to what came with it.
      for _ in 2...20 {
        while try !bytes.withUnsafeBytes({ try control.send($0) }) {}
      }
      try ana.expect(#"*"method":"closing"*"reason":"garbage"*"#)
      #expect(try server.stop() == 0)
    }
  }

  @Test func `writes posts and answers questions over several messages`() async throws {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let server = try ProcessUnderTest(flags: ["--queue", owned.name])
      let ana = try QueuePerson(entering: "ana", owned.name)
      // At once, with several lines in it.
      #expect(try ana.ask("/post Minutes | one\ntwo").contains(#""sequence":1"#))
      #expect(try ana.ask("/read 1").contains(#""text":"one\ntwo""#))
      // Longer than any message.
      #expect(try ana.ask("/post Long").contains("write the post"))
      let line = String(repeating: "x", count: 6_000)
      for _ in 1...4 { #expect(try ana.ask(line + "\n" + "QUIT").contains("go on")) }
      #expect(try ana.ask(".").contains(#""sequence":2"#))
      #expect(try ana.ask("/read 2").contains(line + #"\nQUIT\n"# + line))
      // What this door takes for itself elsewhere belongs to the post, but for a sign of life.
      #expect(try ana.ask("/post Odd").contains("write the post"))
      #expect(try ana.ask("HELLO bob").contains("go on"))
      #expect(try ana.ask("PING").contains(#""result":{"text":""}"#))
      #expect(try ana.ask("PING pong\n.").contains(#""sequence":3"#))
      #expect(try ana.ask("/read 3").contains(#""text":"HELLO bob\nPING pong""#))
      // A password is the whole of the next message.
      #expect(try ana.ask("/register").contains(#""text":"Password: ""#))
      #expect(try ana.ask("HELLO horse").contains(#""text":"Again: ""#))
      #expect(try ana.ask("HELLO horse").contains(#""account":"ana""#))
      #expect(try ana.ask("QUIT").contains(#""result":{}"#))
      let again = try QueuePerson("guest", control: owned.name)
      try again.enter()
      #expect(try again.ask("/login ana").contains(#""text":"Password of ana: ""#))
      #expect(try again.ask("HELLO horse").contains(#""account":"ana""#))
      // What the JSON door has no answer for comes in words.
      #expect(try again.ask("/help op").contains(#""text":"ok op: "#))
      #expect(try server.stop() == 0)
    }
  }
}
