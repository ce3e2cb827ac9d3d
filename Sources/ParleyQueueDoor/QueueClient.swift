import Glibc

/// What a client of the queue door needs: a reply queue of its own, the way in, commands out and
/// lines of JSON in.
///
/// For one thread, which waits in it. Its answers and events are the lines that ``next(within:)``
/// gives; ``heartbeat(_:)`` says which of them is the server's probe, which is to be answered.
package struct QueueClient: ~Copyable {
  /// Why a client cannot go on.
  package enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The control queue cannot be opened.
    case noServer(String, QueueFault)
    /// The reply queue cannot be made.
    case noReplyQueue(String, QueueFault)
    /// The server has ended, or does not empty its queue.
    case gone(String)
    case tooLong(bytesMax: Int)
    case other(QueueFault)
    /// The server let nobody in, with its words.
    case refused(String)

    package var description: String {
      switch self {
      case .noServer(let name, let fault):
        "the server's queue \(name) cannot be opened: \(fault)"
      case .noReplyQueue(let name, let fault):
        "the reply queue \(name) cannot be made: \(fault)"
      case .gone(let name): "nobody serves the queue \(name) any more"
      case .tooLong(let bytesMax): "a message has at most \(bytesMax) bytes, its key included"
      case .other(let fault): "\(fault)"
      case .refused(let line): "the server refused: \(line)"
      }
    }
  }

  private let control: String
  private let server: MessageQueue
  package let replyName: String
  private let reply: MessageQueue
  private let memory: UnsafeMutableRawBufferPointer
  private var lines: [[UInt8]] = []
  private var joiner = QueueParts.Joiner()
  /// What proves that commands are this client's; nil before ``enter(as:within:)``.
  package private(set) var key: String?

  /// Opens the server's control queue and makes a reply queue beside it.
  ///
  /// `mode` lets the server write: 0600 is enough where it runs as this user or as root, else its
  /// group (0620) or everybody (0622) must be able to. Who may write can also forge the server's
  /// words. Nobody else may read.
  package init(
    control: String, mode: UInt32 = 0o600, messageBytes: Int = QueueLimits.messageBytesUsual,
    suffix: String? = nil
  ) throws(Fault) {
    let suffix = suffix ?? "\(getpid())-" + String(UInt32.random(in: .min ... .max), radix: 36)
    let name = control + "." + suffix
    let (server, reply) = try Self.open(control, name, mode, messageBytes)
    self.control = control
    self.server = server
    self.replyName = name
    self.reply = reply
    self.memory = .allocate(byteCount: reply.messageBytesMax, alignment: 8)
  }

  private static func open(
    _ control: String, _ name: String, _ mode: UInt32, _ messageBytes: Int
  ) throws(Fault) -> (server: MessageQueue, reply: MessageQueue) {
    let server: MessageQueue
    do throws(QueueFault) {
      server = try MessageQueue(sendingTo: control)
    } catch {
      throw .noServer(control, error)
    }
    do throws(QueueFault) {
      return (
        server, try MessageQueue(creating: name, mode: mode, messageBytesMax: messageBytes)
      )
    } catch {
      server.close()
      throw .noReplyQueue(name, error)
    }
  }

  deinit {
    self.reply.unlink(self.replyName)
    self.reply.close()
    self.server.close()
    self.memory.deallocate()
  }

  // MARK: In

  /// Asks for a key, waits for it, and enters: what follows are the answers, that to the entrance
  /// first, under the `id` 0.
  ///
  /// Whoever may send can say HELLO for this queue, too: what is said of other names is passed over.
  package mutating func enter(as name: String, within milliseconds: Int) throws(Fault) {
    if let fault = QueueWords.fault(ofName: name) {
      throw .refused(QueueWords.error(fault.word, fault.text))
    }
    try self.post("HELLO \(self.replyName) \(name)", within: milliseconds)
    let ends = ContinuousClock.now + .milliseconds(milliseconds)
    while let line = try self.next(within: Self.milliseconds(until: ends)) {
      if QueueWords.isAboutName(line) { continue }
      guard line.hasPrefix(QueueWords.keyHead) else { throw .refused(line) }
      guard line.hasSuffix(#","name":""# + name + #""}}"#) else { continue }
      self.key = String(line.dropFirst(QueueWords.keyHead.count).prefix { $0 != "\"" })
      return try self.send("PING", within: milliseconds)
    }
    throw .gone(self.control)
  }

  private static func milliseconds(until end: ContinuousClock.Instant) -> Int {
    let left = (end - .now).components
    return max(0, Int(left.seconds) * 1_000 + Int(left.attoseconds / 1_000_000_000_000_000))
  }

  // MARK: Out

  /// Sends a command; waits while the server's queue is full.
  package func send(_ command: String, within milliseconds: Int = 5_000) throws(Fault) {
    try self.post((self.key ?? "") + " " + command, within: milliseconds)
  }

  private func post(_ text: String, within milliseconds: Int) throws(Fault) {
    guard text.utf8.count <= self.server.messageBytesMax else {
      throw .tooLong(bytesMax: self.server.messageBytesMax)
    }
    var text = text
    while true {
      // A server that has ended has removed the queue, and one that was killed was replaced.
      guard (try? self.server.status.isUnlinked) == false else { throw .gone(self.control) }
      let sent = text.withUTF8 { bytes in
        Result { () throws(QueueFault) in try self.server.send(UnsafeRawBufferPointer(bytes)) }
      }
      do throws(QueueFault) {
        if try sent.get() { return }
      } catch {
        throw .other(error)
      }
      guard Self.wait(self.server, for: POLLOUT, milliseconds) else { throw .gone(self.control) }
    }
  }

  // MARK: Answers and events

  /// The next line, put together where it came in parts; nil where none comes in that time.
  package mutating func next(within milliseconds: Int) throws(Fault) -> String? {
    while true {
      while !self.lines.isEmpty {
        if let line = self.joiner.take(self.lines.removeFirst()) {
          return String(decoding: line, as: UTF8.self)
        }
      }
      do throws(QueueFault) {
        if let count = try self.reply.receive(into: self.memory) {
          self.lines = self.memory[..<count].split(separator: UInt8(ascii: "\n")).map { Array($0) }
          continue
        }
      } catch {
        throw .other(error)
      }
      guard Self.wait(self.reply, for: POLLIN, milliseconds) else { return nil }
    }
  }

  /// Answers the server's probe, if the line is one: that this client is still there.
  package func heartbeat(_ line: String) throws(Fault) -> Bool {
    guard line.hasSuffix(#""method":"ping"}"#) else { return false }
    try self.send("PING")
    return true
  }

  private static func wait(
    _ queue: MessageQueue, for event: CInt, _ milliseconds: Int
  ) -> Bool {
    var watched = pollfd(fd: queue.descriptor, events: Int16(event), revents: 0)
    return poll(&watched, 1, CInt(clamping: milliseconds)) > 0
  }
}
