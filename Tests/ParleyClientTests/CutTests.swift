import Foundation
import ParleyClient
import ParleyTesting
import Testing

/// Connections that are cut, at every place, and servers that are killed.
@Suite struct `A client that is cut off` {
  /// Which bytes are cut at: in a change's test each 17th, in the long variant (`make soak`) each.
  private static let step =
    ProcessInfo.processInfo.environment["PARLEY_SOAK"] == "1" ? 1 : 17

  /// An account's API token, made over another connection.
  private static func account(
    _ name: String, _ server: RealServer
  ) async throws -> Credential {
    let client = try await Client.connect(server.configuration(name, takesEvents: false))
    try await client.register(password: "correct horse")
    let made = try await client.request(
      "new_token", ["scopes": ["read", "write"], "label": "bot"])
    await client.quit()
    guard let token = made["token"]?.string else { throw TalkFailure("no token: \(made)") }
    return .apiToken(token)
  }

  /// The whole of a session, over a proxy that cuts it once: what must be said is said once, and
  /// what is said is heard once.
  ///
  /// Whether it was cut is answered: beyond the session's last byte it is not.
  private static func play(
    _ configuration: Configuration, _ proxy: CuttingProxy,
    _ direction: CuttingProxy.Direction, _ offset: Int, witness: Client
  ) async throws -> Bool {
    try await proxy.cut(direction, behind: offset)
    let ana = try await Client.connect(configuration)
    let first = try await ana.say("a\(offset)", in: "lobby")
    try await witness.say("b\(offset)", in: "lobby")
    try await ana.act("c\(offset)", in: "lobby")
    let last = try await witness.say("d\(offset)", in: "lobby")
    let heard = try await Ear(ana).sequences(upTo: last)
    let wasCut = try await proxy.wasCut()
    await ana.quit()
    let said = try await witness.history("lobby", limit: 6).messages
      .filter { $0.sequence >= first.sequence }
    let texts = ["a", "b", "c", "d"].map { "\($0)\(offset)" }
    guard said.compactMap(\.text) == texts else {
      throw TalkFailure("\(direction) \(offset): \(said.compactMap(\.text)) was said")
    }
    // From whatever the first was, which may be from before.
    let begin = heard.first ?? 0
    guard begin <= first.sequence, heard == Array(begin...last.sequence) else {
      throw TalkFailure("\(direction) \(offset): \(heard) was heard of \(first)…\(last)")
    }
    return wasCut
  }

  @Test(arguments: CuttingProxy.Direction.allCases, [false, true])
  func `at any byte says everything once and hears everything once`(
    direction: CuttingProxy.Direction, isGuest: Bool
  ) async throws {
    let server = try RealServer()
    let credential = isGuest ? .guest : try await Self.account("ana", server)
    let witness = try await Client.connect(server.configuration("bob", takesEvents: false))
    let proxy = try await CuttingProxy(to: server.port)
    var configuration = server.configuration("ana")
    configuration.address = .tcp(host: "127.0.0.1", port: proxy.port)
    configuration.credential = credential
    configuration.reconnection.includesFirst = true
    configuration.reconnection.delayFirst = .milliseconds(1)
    configuration.reconnection.delayMax = .milliseconds(8)
    var offset = 0
    while true {
      // A guest who has quit is gone; the next one is new.
      configuration.token = Configuration.freshToken()
      let wasCut = try await Self.play(
        configuration, proxy, direction, offset, witness: witness)
      guard wasCut else { break }
      offset += Self.step
    }
    // To the end of a session, which has hundreds of bytes in both directions.
    #expect(offset > 300)
    await witness.quit()
    try await proxy.close()
  }

  @Test func `by the server's being killed loses and repeats nothing`() async throws {
    let server = try RealServer()
    let credential = try await Self.account("ana", server)
    var configuration = server.localConfiguration("ana")
    configuration.credential = credential
    let ana = try await Client.connect(configuration)
    let count = 300
    let sequences = try await withThrowingTaskGroup(of: Int64?.self) { group in
      group.addTask {
        for _ in 0..<4 { try await server.killAndStart() }
        return nil
      }
      group.addTask {
        var last: Int64 = 0
        for number in 1...count {
          let stored = try await ana.say("t\(number)", in: "lobby")
          guard stored.sequence > last else { throw TalkFailure("\(stored) after \(last)") }
          last = stored.sequence
        }
        return last
      }
      var last: Int64 = 0
      for try await value in group { last = value ?? last }
      return last
    }
    #expect(sequences == Int64(count))
    let end = try await ana.say("that is all", in: "lobby")
    #expect(end.sequence == Int64(count + 1))
    #expect(try await Ear(ana).sequences(upTo: end) == Array(1...end.sequence))
    await ana.quit()
  }

  @Test func `waits for a server that is not there, and says so`() async throws {
    let server = try RealServer()
    let ana = try await Client.connect(server.localConfiguration("ana"))
    _ = try await onItsOwnThread { try server.process.stop() }
    let waits = Task { try await ana.say("hello again", in: "lobby") }
    for await event in ana.events {
      guard case .state(.waiting(_, because: let why)) = event else { continue }
      #expect(why == .unreachable("the server is shutting down"))
      break
    }
    try await onItsOwnThread { try server.process.start() }
    #expect(try await waits.value.sequence == 1)
    #expect(await ana.state == .live)
    await ana.quit()
  }
}
