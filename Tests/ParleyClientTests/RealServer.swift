import NIOCore
import NIOPosix
import ParleyClient
import ParleyTesting

/// A server's process, used by one task at a time.
final class RealServer: Sendable {
  let port: Int
  /// One test has it, and calls it from one task at a time.
  nonisolated(unsafe) let process: ProcessUnderTest

  init(flags: [String] = []) throws {
    self.process = try ProcessUnderTest(flags: flags)
    self.port = Int(self.process.port)
  }

  /// Somebody who comes over TCP.
  func configuration(_ name: String, takesEvents: Bool = true) -> Configuration {
    var configuration = Configuration(
      address: .tcp(host: "127.0.0.1", port: self.port), name: name)
    configuration.takesEvents = takesEvents
    return configuration
  }

  /// Somebody who comes over the Unix socket, which is the same after a restart.
  func localConfiguration(_ name: String, takesEvents: Bool = true) -> Configuration {
    var configuration = self.configuration(name, takesEvents: takesEvents)
    configuration.address = .unix(path: self.process.dataDirectory + "/parley.sock")
    configuration.reconnection.delayFirst = .milliseconds(1)
    configuration.reconnection.delayMax = .milliseconds(20)
    return configuration
  }

  /// Ends it with SIGKILL, and starts it again on the same data.
  func killAndStart() async throws {
    try await onItsOwnThread {
      try self.process.kill()
      try self.process.start()
    }
  }
}

/// Listens to a client until something was heard, or for a minute.
struct Ear {
  private let client: Client

  init(_ client: Client) {
    self.client = client
  }

  /// What is found first in an event.
  func first<Value: Sendable>(
    _ find: @escaping @Sendable (Event) throws -> Value?
  ) async throws -> Value {
    let client = self.client
    // A deadline, by which nothing is waited for in a test that passes: its end ends the events.
    let deadline = MultiThreadedEventLoopGroup.singleton.next().scheduleTask(in: .minutes(1)) {
      Task { await client.quit() }
    }
    defer { deadline.cancel() }
    for await event in client.events {
      if let value = try find(event) { return value }
    }
    throw TalkFailure("the events ended, or it was waited for in vain: \(await client.state)")
  }

  /// The next message with that text.
  func message(_ text: String) async throws -> Message {
    try await self.first { event in
      switch event {
      case .message(let message) where message.text == text: message
      case .direct(let message) where message.text == text: message
      default: nil
      }
    }
  }

  /// The state is as wanted.
  func state(_ wanted: ConnectionState) async throws {
    let _: Bool = try await self.first { event in event == .state(wanted) ? true : nil }
  }

  /// The sequences of a room's messages, as they come, up to one that was stored.
  ///
  /// What was missed is a failure.
  func sequences(upTo last: Stored) async throws -> [Int64] {
    let heard = Heard()
    return try await self.first { event in
      switch event {
      case .message(let message) where message.room == last.room,
        .posted(let message) where message.room == last.room:
        heard.sequences.append(message.sequence)
        return message.sequence >= last.sequence ? heard.sequences : nil
      case .missed(let missed): throw TalkFailure("missed \(missed)")
      default: return nil
      }
    }
  }

  /// Touched by one task.
  private final class Heard: @unchecked Sendable {
    var sequences: [Int64] = []
  }
}
