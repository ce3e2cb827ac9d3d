import ParleyClient
import ParleyTesting
import Synchronization
import Testing

/// The library against servers that misbehave.
@Suite struct `A client of a server that misbehaves` {
  @Test func `tries until one connection is not hung up`() async throws {
    let server = try await FakeServer { connection, line in
      guard connection > 5 else { return [.hangUp] }
      guard let request = Request(line) else { return [] }
      return request.method == "hello" ? [FakeServer.welcome(id: request.id)] : [.hangUp]
    }
    var configuration = server.configuration
    configuration.reconnection.includesFirst = true
    let client = Client(configuration)
    let welcome = try await client.start()
    #expect(welcome.name == "ana")
    var waits = 0
    for await event in client.events {
      if case .state(.waiting(let delay, because: let why)) = event {
        #expect(delay <= .milliseconds(4))
        // Closed, or reset where what was sent was not read.
        guard case .unreachable = why else { throw why }
        waits += 1
      }
      if case .state(.connected) = event, waits == 5 { break }
    }
    await client.quit()
    try await server.close()
  }

  @Test func `sends a nonce again until it is answered`() async throws {
    // It hangs up on the first three who say something.
    let server = try await FakeServer { connection, line in
      guard let request = Request(line) else { return [] }
      if request.method == "hello" { return [FakeServer.welcome(id: request.id)] }
      guard connection > 3, request.method == "say" else { return [.hangUp] }
      return [
        .say(
          #"{"jsonrpc":"2.0","id":\#(request.id),"result":{"room":"lobby","epoch":"k1","#
            + #""sequence":1,"id":"\#(request.nonce)","time":"2026-11-20T12:03:05.123456Z"}}"#)
      ]
    }
    var configuration = server.configuration
    configuration.cursors = ["lobby": Cursor(epoch: "k1", sequence: 0)]
    let client = try await Client.connect(configuration)
    let stored = try await client.say("once", in: "lobby", nonce: "the-nonce")
    #expect(stored.id == "the-nonce")
    await client.quit()
    try await server.close()
  }

  @Test(arguments: ["garbage", "{\"jsonrpc\":", "[1,2", "\u{0}\u{1}", "{\"a\":\"\u{1}\"}"])
  func `is closed by what is not JSON`(answer: String) async throws {
    let server = try await FakeServer { _, line in line == nil ? [] : [.say(answer)] }
    await #expect(throws: ClientError.notUnderstood("a line that is not JSON: \(answer)")) {
      try await Client.connect(server.configuration)
    }
    try await server.close()
  }

  @Test func `tries again where the server has no room for it at first`() async throws {
    let server = try await FakeServer { connection, line in
      guard let line else {
        return connection < 3 ? [.say("*** too many people are here; try again later.\r")] : []
      }
      return Request(line).map { [FakeServer.welcome(id: $0.id)] } ?? []
    }
    var configuration = server.configuration
    configuration.reconnection.includesFirst = true
    let client = try await Client.connect(configuration)
    await client.quit()
    var reasons: [ClientError] = []
    for await event in client.events {
      if case .state(.waiting(_, because: let why)) = event { reasons.append(why) }
    }
    let why = ClientError.unreachable(
      "the server said: too many people are here; try again later.")
    #expect(reasons == [why, why])
    try await server.close()
  }

  @Test(arguments: [
    (FakeServer.Move.hangUp, "the server closed the connection"),
    (.say("*** too many people are here"), "what answers there does not speak TLS"),
  ])
  func `tries again where TLS is not agreed on, as that is no distrust`(
    move: FakeServer.Move, reason: String
  ) async throws {
    // TLS begins with a client's word: what is no line is never played.
    let server = try await FakeServer { _, line in line == nil ? [move] : [] }
    var configuration = server.configuration
    configuration.security = .verified
    // A hang-up may be a reset, as what the client said is not read.
    let passing: [ClientError] = [
      .unreachable("TLS could not be agreed on: \(reason)"),
      .unreachable("Connection reset by peer"),
    ]
    do throws(ClientError) {
      _ = try await Client.connect(configuration)
      Issue.record("it came about")
    } catch {
      #expect(passing.contains(error))
    }
    configuration.reconnection.includesFirst = true
    let client = Client(configuration)
    let entering = Task { try await client.start() }
    var waits = 0
    for await event in client.events {
      if case .state(.waiting(_, because: let because)) = event {
        #expect(passing.contains(because))
        waits += 1
      }
      if waits == 3 { break }
    }
    await client.quit()
    await #expect(throws: ClientError.closed("it was asked to quit")) {
      try await entering.value
    }
    try await server.close()
  }

  @Test func `closes the connection over which TLS is not agreed on in time`() async throws {
    let isConnected = Atomic(false)
    let server = try await FakeServer { _, _ in
      isConnected.store(true, ordering: .relaxed)
      return []
    }
    var configuration = server.configuration
    configuration.security = .pinned(fingerprint: nil)
    configuration.reconnection.attemptMax = .milliseconds(100)
    // A busy machine may not even have accepted the connection by then.
    while !isConnected.load(ordering: .relaxed) {
      await #expect(throws: ClientError.unreachable("the server did not answer in time")) {
        try await Client.connect(configuration)
      }
    }
    var ends = server.ends.makeAsyncIterator()
    #expect(await ends.next() == 1)
    try await server.close()
  }

  @Test func `tells what a server says that does not want such connections`() async throws {
    let server = try await FakeServer { _, line in
      line == nil
        ? []
        : [
          .say(
            #"{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"TLS only","#
              + #""data":{"code":"not_permitted"}}}"#), .hangUp,
        ]
    }
    await #expect(throws: ClientError.unreachable("TLS only")) {
      try await Client.connect(server.configuration)
    }
    try await server.close()
  }

  @Test func `is closed by a line without an end`() async throws {
    let server = try await FakeServer { _, line in
      line == nil ? [] : [.say(String(repeating: "x", count: 10_000))]
    }
    var configuration = server.configuration
    configuration.bounds.lineBytesMax = 5_000
    await #expect(throws: ClientError.notUnderstood("a line with more than 5000 bytes")) {
      try await Client.connect(configuration)
    }
    try await server.close()
  }

  @Test func `tells what comes twice once`() async throws {
    let server = try await FakeServer { connection, line in
      guard let request = Request(line) else { return [] }
      guard request.method == "hello" else { return [.hangUp] }
      let moves = [
        FakeServer.welcome(id: request.id), FakeServer.message(1), FakeServer.message(1),
      ]
      guard connection == 1 else {
        return moves + [FakeServer.message(2), FakeServer.message(3)]
      }
      return moves + [FakeServer.message(2), .hangUp]
    }
    let client = try await Client.connect(server.configuration)
    var sequences: [Int64] = []
    for await event in client.events {
      guard case .message(let message) = event else { continue }
      sequences.append(message.sequence)
      if message.sequence == 3 { break }
    }
    #expect(sequences == [1, 2, 3])
    await client.quit()
    try await server.close()
  }
}

/// What the client asks for.
private struct Request {
  var id: Int
  var method: String
  var nonce: String

  init?(_ line: String?) {
    guard let line, let id = line.firstMatch(of: /"id":([0-9]+)/),
      let method = line.firstMatch(of: /"method":"([a-z]+)"/)
    else { return nil }
    self.id = Int(id.1) ?? 0
    self.method = String(method.1)
    self.nonce = line.firstMatch(of: /"nonce":"([^"]+)"/).map { String($0.1) } ?? ""
  }
}
