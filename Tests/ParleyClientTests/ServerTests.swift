import ParleyClient
import ParleyTesting
import Testing

/// The library against a server's process.
@Suite struct `A client of a real server` {
  @Test func `enters, talks and quits`() async throws {
    let server = try RealServer()
    let ana = try await Client.connect(server.configuration("ana"))
    let bob = try await Client.connect(server.configuration("bob"))
    let stored = try await ana.say("hello all", in: "lobby")
    #expect(stored.sequence == 1 && stored.room == "lobby")
    let heard = try await Ear(bob).message("hello all")
    #expect(heard.id == stored.id && heard.from == "ana" && heard.time == stored.time)
    await ana.quit("bye")
    #expect(await ana.state == .closed(.quit))
    var last: Event?
    for await event in ana.events { last = event }
    #expect(last == .state(.closed(.quit)))
    await #expect(throws: ClientError.closed("it was asked to quit")) { try await ana.ping() }
    await bob.quit()
  }

  @Test func `enters when it was so slow that it was greeted as a person`() async throws {
    let server = try RealServer()
    let proxy = try await CuttingProxy(to: server.port, isSlow: true)
    var configuration = server.configuration("ana")
    configuration.address = .tcp(host: "127.0.0.1", port: proxy.port)
    let ana = try await Client.connect(configuration)
    #expect(try await ana.say("late", in: "lobby").sequence == 1)
    await ana.quit()
    try await proxy.close()
  }

  @Test func `has a function for each usual method`() async throws {
    let server = try RealServer()
    let ana = try await Client.connect(server.configuration("ana"))
    let bob = try await Client.connect(server.configuration("bob"))
    #expect(try await ana.join("python").isNewRoom)
    #expect(try await bob.open("python").opened == "added")
    try await ana.setTopic("snakes", of: "python")
    #expect(try await bob.topic(of: "python")?.text == "snakes")
    try await ana.setTopic("", of: "python")
    #expect(try await bob.topic(of: "python") == nil)
    #expect(try await ana.who("python").people.map(\.name) == ["ana", "bob"])
    #expect(try await ana.rooms().rooms.map(\.room) == ["lobby", "python"])
    let said = try await ana.say("one\ntwo", in: "python")
    try await ana.act("waves", in: "python")
    let post = try await ana.post("Minutes", "All\nagreed.", in: "python")
    try await bob.reply(to: post.sequence, "Thank you.", in: "python")
    let posts = try await bob.list("python").messages
    #expect(posts.map(\.sequence) == [3, 4] && posts.last?.replyTo == 3)
    #expect(try await bob.read(post.sequence, in: "python").text == "All\nagreed.")
    let history = try await bob.history("python", limit: 3)
    #expect(history.messages.map(\.sequence) == [2, 3, 4] && history.hasMore)
    let older = try await bob.history("python", before: 4, limit: 2)
    #expect(older.messages.map(\.sequence) == [2, 3] && older.hasMore)
    let newer = try await bob.history("python", after: 1, limit: 2)
    #expect(newer.messages.map(\.sequence) == [2, 3] && newer.hasMore)
    let between = try await bob.history("python", before: 4, after: 1)
    #expect(between.messages.map(\.sequence) == [2, 3])
    #expect(try await bob.search("two", in: "python").messages.map(\.id) == [said.id])
    try await ana.remove(said.sequence, in: "python")
    #expect(try await bob.read(2, in: "python").kind == .action)
    #expect(try await ana.dm("bob", "psst").sessions == 1)
    #expect(try await Ear(bob).message("psst").room == "@ana")
    try await bob.away("at lunch")
    #expect(try await ana.whois("bob").away == "at lunch")
    #expect(try await ana.ignore("bob"))
    #expect(try await ana.ignore("bob") == false)
    #expect(try await bob.nick("rob") == "rob")
    #expect(try await ana.register(password: "correct horse") == "ana")
    #expect(try await ana.unread().more == 0)
    try await ana.changePassword(from: "correct horse", to: "battery staple")
    try await ana.unregister(password: "battery staple")
    try await bob.leave("python")
    try await ana.ping()
    #expect(try await ana.request("ping", ["text": "1"])["text"] == "1")
    await ana.quit()
    await bob.quit()
  }

  @Test func `says why not, with the catalogue's code`() async throws {
    let server = try RealServer()
    let ana = try await Client.connect(server.configuration("ana"))
    let refused = await Self.code { _ = try await Client.connect(server.configuration("ana")) }
    #expect(refused == "name_taken")
    #expect(await Self.code { _ = try await ana.say("", in: "lobby") } == "bad_text")
    #expect(await Self.code { _ = try await ana.say("x", in: "nowhere") } == "no_such_room")
    #expect(await Self.code { _ = try await ana.request("fly") } == "bad_command")
    #expect(await Self.code { _ = try await ana.request("hello") } == "bad_arguments")
    await ana.quit()
  }

  private static func code(_ work: () async throws -> Void) async -> String? {
    do {
      try await work()
      return nil
    } catch ClientError.refused(let refusal) {
      return refusal.code
    } catch {
      return "\(error)"
    }
  }

  @Test func `cannot be reached where nobody listens`() async throws {
    let nowhere = Configuration(address: .unix(path: "/nowhere/parley.sock"), name: "ana")
    await #expect(throws: ClientError.unreachable("No such file or directory")) {
      try await Client.connect(nowhere)
    }
  }

  @Test func `believes the certificate that it was told to`() async throws {
    let made = try Authority()
    let server = try RealServer(flags: [
      "--tls-certificate", made.certificate, "--tls-key", made.key,
      // There nobody who is slow is greeted in clear.
      "--listen", "127.0.0.1:0+tls",
    ])
    let port = Int(try server.process.portWithTLS)
    func connect(_ security: Security, _ host: String = "127.0.0.1") async throws {
      var configuration = server.configuration("ana")
      configuration.address = .tcp(host: host, port: port)
      configuration.security = security
      let client = try await Client.connect(configuration)
      try await client.say("in private", in: "lobby")
      await client.quit()
    }
    try await connect(.pinned(fingerprint: made.fingerprint))
    try await connect(.pinned(fingerprint: made.fingerprint.uppercased()))
    try await connect(.authority(pemFile: made.authority), "localhost")
    await #expect(
      throws: ClientError.unreachable("this port takes TLS only; connect again with TLS")
    ) {
      try await connect(.clear)
    }
    await #expect(throws: ClientError.unknownCertificate(fingerprint: made.fingerprint)) {
      try await connect(.pinned(fingerprint: nil))
    }
    let other = String(repeating: "0", count: 64)
    await #expect(
      throws: ClientError.otherCertificate(expected: other, found: made.fingerprint)
    ) {
      try await connect(.pinned(fingerprint: other))
    }
    // Signed by nobody whom the system knows; no authority; and not for that name.
    let wrong: [(Security, String)] = [
      (.verified, "localhost"), (.authority(pemFile: made.directory.path + "/none"), "localhost"),
      (.authority(pemFile: made.authority), "127.0.0.1"),
    ]
    for (security, host) in wrong {
      do {
        try await connect(security, host)
        Issue.record("\(security) was believed for \(host)")
      } catch ClientError.notTrusted {}
    }
  }

  @Test func `stops reading when nobody takes its events, and then tells each message once`()
    async throws
  {
    let server = try RealServer()
    var configuration = server.configuration("ana")
    configuration.bounds.eventsMax = 8
    let ana = try await Client.connect(configuration)
    let bob = try await Client.connect(server.configuration("bob", takesEvents: false))
    // More than the kernel keeps for a reader that has stopped.
    let text = String(repeating: "x", count: 4_000)
    let count = 2_000
    for _ in 0..<(count / 50) {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<50 { group.addTask { try await bob.say(text, in: "lobby") } }
        try await group.waitForAll()
      }
    }
    let last = try await bob.say("that is all", in: "lobby")
    #expect(last.sequence == Int64(count + 1))
    let sequences = try await Ear(ana).sequences(upTo: last)
    #expect(sequences == Array(1...last.sequence))
    await ana.quit()
    await bob.quit()
  }

  @Test func `fails a request that waits behind events that nobody takes, and goes on`()
    async throws
  {
    let server = try RealServer()
    var configuration = server.configuration("ana")
    configuration.bounds.eventsMax = 4
    let ana = try await Client.connect(configuration)
    let bob = try await Client.connect(server.configuration("bob", takesEvents: false))
    // The answer to the last one comes behind all echoes of those before.
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<60 {
        group.addTask {
          do {
            try await ana.say("t\(number)", in: "lobby")
          } catch ClientError.eventsNotTaken {
            return
          } catch {
            Issue.record("\(error)")
          }
        }
      }
    }
    let last = try await bob.say("that is all", in: "lobby")
    // Those that failed may still be on their way.
    #expect((2...61).contains(last.sequence))
    let sequences = try await Ear(ana).sequences(upTo: last)
    #expect(sequences == Array(1...last.sequence))
    await ana.quit()
    await bob.quit()
  }
}
