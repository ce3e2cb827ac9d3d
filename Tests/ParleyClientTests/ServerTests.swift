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
    var heard: Message?
    for await event in bob.events {
      if case .message(let message) = event {
        heard = message
        break
      }
    }
    #expect(heard?.text == "hello all")
    #expect(heard?.id == stored.id)
    await ana.quit("bye")
    #expect(await ana.state == .closed(.quit))
    var last: Event?
    for await event in ana.events { last = event }
    #expect(last == .state(.closed(.quit)))
    await bob.quit()
  }
}

/// A server's process, whose blocking parts are kept off the threads of others.
final class RealServer: Sendable {
  let port: Int
  /// Used by one task at a time.
  nonisolated(unsafe) let process: ProcessUnderTest

  init(flags: [String] = []) throws {
    self.process = try ProcessUnderTest(flags: flags)
    self.port = Int(self.process.port)
  }

  func configuration(_ name: String) -> Configuration {
    Configuration(address: .tcp(host: "127.0.0.1", port: self.port), name: name)
  }
}
