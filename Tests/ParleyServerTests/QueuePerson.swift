import Glibc
import ParleyQueueDoor
import ParleyTesting

/// A name for a control queue that no other server has; the queue goes with it, whatever became of
/// the server.
final class ControlName {
  let name = "/parley-test-\(getpid())-" + String(UInt32.random(in: .min ... .max), radix: 36)

  deinit {
    guard let queue = try? MessageQueue(sendingTo: self.name) else { return }
    queue.unlink(self.name)
    queue.close()
  }
}

/// A participant of a test that comes by the message queues.
///
/// Blocking, for one thread.
final class QueuePerson {
  private var client: QueueClient
  let name: String
  /// All lines, in order.
  private(set) var received: [String] = []
  private var commands = 1

  /// Makes its reply queue; ``enter()`` says hello.
  init(
    _ name: String, control: String, mode: UInt32 = 0o600, messageBytes: Int = 1_024,
    suffix: String? = nil
  ) throws {
    self.name = name
    self.client = try QueueClient(
      control: control, mode: mode, messageBytes: messageBytes, suffix: suffix)
  }

  /// The same, and enters.
  convenience init(entering name: String, _ control: String, messageBytes: Int = 1_024) throws {
    try self.init(name, control: control, messageBytes: messageBytes)
    try self.enter()
  }

  var replyName: String { self.client.replyName }
  var key: String { self.client.key ?? "" }

  /// Enters, and answers with the answer to that.
  @discardableResult
  func enter() throws -> String {
    try self.client.enter(as: self.name, within: Int(Deadline.usual.millisecondsLeft))
    let answer = try self.expect(#"*"id":0,*"#)
    try self.expect(#"*"id":1,*"#)
    return answer
  }

  /// Says hello for its queue once more: another key, which it does not show.
  func askForKey() throws -> String {
    try self.client.ask(for: self.name, within: Int(Deadline.usual.millisecondsLeft))
    return self.key
  }

  func hello(_ name: String) throws {
    try self.client.enter(as: name, within: Int(Deadline.usual.millisecondsLeft))
  }

  /// Waits until a queue is removed: another thread does that than the one that tells of its
  /// session's end.
  func waitUntilGone(_ queueName: String) throws {
    let deadline = Deadline.usual
    while let queue = try? MessageQueue(sendingTo: queueName), deadline.millisecondsLeft > 0 {
      queue.close()
      _ = try self.ask("PING")
    }
  }

  /// Sends a command.
  func say(_ command: String) throws {
    try self.client.send(command, within: Int(Deadline.usual.millisecondsLeft))
    self.commands += 1
  }

  /// Sends a command, and answers with its answer.
  @discardableResult
  func ask(_ command: String) throws -> String {
    try self.say(command)
    return try self.expect(#"*"id":\#(self.commands),*"#)
  }

  /// The next line; throws where none comes in ten seconds.
  func next() throws -> String {
    let deadline = Deadline.usual
    while deadline.millisecondsLeft > 0 {
      guard let line = try self.client.next(within: Int(deadline.millisecondsLeft)) else { break }
      if try self.client.heartbeat(line) {
        self.commands += 1
        continue
      }
      self.received.append(line)
      return line
    }
    let last = self.received.suffix(5).map { "\n    \($0.prefix(300))" }.joined()
    throw TalkFailure("\(self.name) is told nothing more; the last was:\(last)")
  }

  /// Waits for a line like that, passing over others.
  @discardableResult
  func expect(_ pattern: String) throws -> String {
    let pattern = TalkPattern(pattern)
    while true {
      let line = try self.next()
      if pattern.matches(line) { return line }
    }
  }

  /// Waits for that many messages of the lobby; their numbers.
  func sequences(_ count: Int) throws -> [Int] {
    var numbers: [Int] = []
    while numbers.count < count {
      let line = try self.expect(#"*"method":"message"*"#)
      guard let match = line.firstMatch(of: /"sequence":([0-9]+)/), let number = Int(match.1) else {
        throw TalkFailure("no sequence in \(line)")
      }
      numbers.append(number)
    }
    return numbers
  }
}
