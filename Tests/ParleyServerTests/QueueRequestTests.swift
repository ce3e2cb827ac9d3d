import Glibc
import ParleyModel
import ParleyQueueDoor
import ParleyTesting
import Testing

/// Sessions at the queues that send the JSON door's requests, and `parley chat` as one of them.
@Suite(.serialized) struct `A session of requests at the queues` {
  /// Bytes out in messages as they come, lines in.
  private final class Person {
    private var client: QueueClient
    private var bytes: [UInt8] = []

    init(_ control: String) throws {
      var client = try QueueClient(control: control)
      try client.ask(for: "anybody", within: Int(Deadline.usual.millisecondsLeft))
      self.client = client
    }

    /// Sends a line, cut wherever a message is full.
    func send(_ line: String) throws {
      var rest = Array((line + "\n").utf8)[...]
      while !rest.isEmpty {
        let piece = rest.prefix(self.client.commandBytesMax)
        try piece.withUnsafeBytes {
          try self.client.send($0, within: Int(Deadline.usual.millisecondsLeft))
        }
        rest = rest.dropFirst(piece.count)
      }
    }

    /// The next line that fits; what comes before it is passed over.
    @discardableResult
    func expect(_ pattern: String) throws -> String {
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 1_024, alignment: 8)
      defer { memory.deallocate() }
      while true {
        while let end = self.bytes.firstIndex(of: UInt8(ascii: "\n")) {
          let line = String(decoding: self.bytes[..<end], as: UTF8.self)
          self.bytes.removeFirst(end + 1)
          if TalkPattern(pattern).matches(line) { return line }
        }
        var watched = pollfd(fd: self.client.descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&watched, 1, Deadline.usual.millisecondsLeft) > 0,
          let count = try self.client.receive(into: memory)
        else { throw TalkFailure("nothing like \(pattern) comes") }
        self.bytes += memory[..<count]
      }
    }
  }

  private static let token = "a token of 128 bits or more"

  private static func hello(_ name: String, _ rest: String = "") -> String {
    #"{"jsonrpc":"2.0","id":1,"method":"hello","params":{"name":"\#(name)","token":"\#(Self.token)""#
      + rest + "}}"
  }

  /// Somebody in line mode, in the lobby.
  private static func bob(at server: ProcessUnderTest) throws -> TalkClient {
    let bob = try TalkClient("bob", port: server.port)
    try bob.say("bob")
    try bob.expect("*You are bob*")
    return bob
  }

  @Test func `has lines longer than a message, in both directions`() async throws {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let server = try ProcessUnderTest(flags: ["--queue", owned.name])
      let ana = try Person(owned.name)
      try ana.send(Self.hello("ana"))
      #expect(try ana.expect(#"*"id":1,"result"*"#).contains(#""name":"ana""#))
      let body = String(repeating: "twenty thousand bytes ", count: 1_000)
      try ana.send(
        #"{"jsonrpc":"2.0","id":"p","method":"post","params":{"room":"lobby","subject":"Long","#
          + #""text":"\#(body)end","nonce":"n1"}}"#)
      #expect(try ana.expect(#"*"id":"p"*"#).contains(#""sequence":1"#))
      try ana.send(#"{"jsonrpc":"2.0","id":2,"method":"read","params":{"sequence":1}}"#)
      #expect(try ana.expect(#"*"id":2,*"#).contains("bytes end\""))
      // The same again has the same answer.
      try ana.send(
        #"{"jsonrpc":"2.0","id":"q","method":"say","params":{"text":"once","nonce":"n2"}}"#)
      try ana.send(
        #"{"jsonrpc":"2.0","id":"r","method":"say","params":{"text":"once","nonce":"n2"}}"#)
      #expect(try ana.expect(#"*"id":"q"*"#).contains(#""sequence":2"#))
      #expect(try ana.expect(#"*"id":"r"*"#).contains(#""sequence":2"#))
      try ana.send("{]")
      try ana.expect(#"*"id":null,"error":{"code":-32700,*"#)
      try ana.send(#"{"jsonrpc":"2.0","id":3,"method":"quit"}"#)
      try ana.expect(#"*"method":"closing"*"reason":"quit"*"#)
      #expect(try server.stop() == 0)
    }
  }

  @Test func `comes back to its place, and nobody is told`() async throws {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let server = try ProcessUnderTest(flags: ["--queue", owned.name])
      let bob = try Self.bob(at: server)
      var epoch = ""
      do {
        let ana = try Person(owned.name)
        try ana.send(Self.hello("ana"))
        let answer = try ana.expect(#"*"id":1,"result"*"#)
        epoch = try #require(answer.firstMatch(of: /"epoch":"([0-9a-z]+)"/).map { "\($0.1)" })
        try bob.expect("*ana*")
      }
      // Its reply queue is gone, as of a client that was killed.
      try server.expectConsole("*session 2 closed (*")
      try bob.say("meanwhile")
      try bob.expect("*bob: meanwhile")
      let ana = try Person(owned.name)
      try ana.send(Self.hello("ana", #","cursors":{"lobby":{"epoch":"\#(epoch)","sequence":0}}"#))
      try ana.expect(#"*"method":"message"*"text":"meanwhile"*"#)
      try ana.send(#"{"jsonrpc":"2.0","id":2,"method":"say","params":{"text":"back"}}"#)
      // Between the two nothing came or went.
      try bob.expectNext("*ana: back")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `is what parley chat is, with --queue`() async throws {
    try await onItsOwnThread {
      let owned = ControlName()
      defer { withExtendedLifetime(owned) {} }
      let server = try ProcessUnderTest(flags: ["--queue", owned.name])
      let bob = try Self.bob(at: server)
      let chat = [ProcessUnderTest.binary, "chat", "--queue", owned.name]
      let long = String(repeating: "long ", count: 700)
      let said = try ChildProcess.run(
        chat + ["--name", "ana"], input: "hello\n\(long)\n/post Minutes | All agreed.\n/who\n")
      #expect(said.code == 0, "\(said.output)")
      #expect(said.output.contains { $0.contains("2 people in lobby: ana (you), bob") })
      try bob.expect("*ana: hello")
      try bob.expect("*ana: long long*")
      try bob.expect("*ana*Minutes*")

      let nobody = try ChildProcess.run(
        [ProcessUnderTest.binary, "chat", "--queue", owned.name + "-2", "--name", "ana"], input: "")
      #expect(nobody.code != 0)
      #expect(nobody.output.contains { $0.contains("there is no such queue") }, "\(nobody)")
      let misused = try ChildProcess.run(chat + ["localhost"], input: "")
      #expect(misused.code == 64)
      #expect(misused.output.contains { $0.contains("--queue, one of them") }, "\(misused)")
      #expect(try server.stop() == 0)
    }
  }
}
