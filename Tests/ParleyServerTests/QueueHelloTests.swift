import Glibc
import ParleyQueueDoor
import ParleyTesting
import Testing

/// What comes of a HELLO, which anybody may have sent.
@Suite(.serialized) struct `A HELLO in the control queue` {
  private static let isRoot = geteuid() == 0

  @Test func `lets a client enter, whatever others said for its queue`() async throws {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let server = try ProcessUnderTest(flags: ["--queue", owned.name])
      // Before: keys and errors for others' names are there first.
      let ana = try QueuePerson("ana", control: owned.name)
      let other = try RawClient(owned.name)
      for name in ["eve", "two words", ""] {
        try other.send("HELLO \(ana.replyName) \(name)")
      }
      #expect(try ana.enter().contains(#""name":"ana""#))
      // Between its HELLO and its key's first use.
      let raw = try RawClient(owned.name)
      let key = try raw.key(for: "bob")
      for number in 1...100 { _ = try raw.key(for: "forged\(number)") }
      try raw.send(key + " PING")
      try raw.expect(#""id":0,"result":{"session":2,"name":"bob""#)
      #expect(try server.stop() == 0)
    }
  }

  @Test(.enabled(if: isRoot, "only root can give a queue to another user"))
  func `pushes out nobody else's key`() async throws {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let server = try ProcessUnderTest(flags: ["--queue", owned.name, "--queue-users", "all"])
      let raw = try RawClient(owned.name)
      let key = try raw.key(for: "ana")
      let foreign = try (1...20).map { _ in try RawClient(owned.name, owner: 65_534) }
      for client in foreign {
        for number in 1...4 { _ = try client.key(for: "eve\(number)") }
      }
      try raw.send(key + " PING")
      try raw.expect(#""name":"ana""#)
      #expect(try server.stop() == 0)
    }
  }

  @Test func `ends the former session, however fast a queue is taken over`() async throws {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let server = try ProcessUnderTest(flags: ["--queue", owned.name])
      let ana = try QueuePerson(entering: "ana", owned.name)
      for round in 1...10 {
        let raw = try RawClient(owned.name)
        let keys = try ["x", "y", "z"].map { try raw.key(for: $0 + "\(round)") }
        for key in keys { try raw.send(key + " PING") }
        try raw.expect(#""name":"z\#(round)""#)
        let who = try ana.ask("WHO")
        #expect(who.contains(#""name":"z\#(round)""#))
        #expect(!who.contains(#""name":"x\#(round)""#) && !who.contains(#""name":"y\#(round)""#))
        try raw.send(keys[2] + " QUIT")
        try raw.expect(#""reason":"quit""#)
      }
      #expect(try server.stop() == 0)
    }
  }
}

/// A reply queue of this user's, and the keys that were sent to it, each with its name.
private final class RawClient {
  let name: String
  let queue: MessageQueue
  private let control: String

  /// `owner` gives the queue away.
  init(_ control: String, owner: UInt32? = nil) throws {
    self.control = control
    self.name = control + ".raw-" + String(UInt32.random(in: .min ... .max), radix: 36)
    self.queue = try MessageQueue(creating: self.name, mode: 0o600, messageBytesMax: 1_024)
    if let owner, fchown(self.queue.descriptor, owner, owner) != 0 {
      throw TalkFailure("the queue cannot be given away: \(errno)")
    }
  }

  deinit {
    self.queue.unlink(self.name)
    self.queue.close()
  }

  func send(_ text: String) throws {
    let control = try MessageQueue(sendingTo: self.control)
    defer { control.close() }
    var text = text
    let isSent = try text.withUTF8 { try control.send(UnsafeRawBufferPointer($0)) }
    try #require(isSent, "the control queue is full")
  }

  private func receive() throws -> String {
    var watched = pollfd(fd: self.queue.descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&watched, 1, Deadline.usual.millisecondsLeft) > 0 else {
      throw TalkFailure("nothing comes to \(self.name)")
    }
    return try withUnsafeTemporaryAllocation(byteCount: 1_024, alignment: 8) { memory in
      let count = try #require(try self.queue.receive(into: memory))
      return String(decoding: memory[..<count], as: UTF8.self)
    }
  }

  /// Says hello and waits for the key.
  func key(for name: String) throws -> String {
    try self.send("HELLO \(self.name) \(name)")
    let told = try self.receive()
    try #require(told.contains(#""name":"\#(name)""#))
    return try #require(told.firstMatch(of: /"key":"([0-9a-f]{32})"/).map { "\($0.1)" })
  }

  /// Waits for a line with that in it.
  func expect(_ part: String) throws {
    while true {
      let told = try self.receive()
      if told.contains(part) { return }
    }
  }
}
