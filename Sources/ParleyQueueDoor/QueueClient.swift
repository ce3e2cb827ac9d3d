import CMessageQueue
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

  /// Whether the server has ended, and removed its queue, or was killed, and the next one did.
  package var isGone: Bool { (try? self.server.status.isUnlinked) != false }

  /// Whether a server receives from the control queue: one that was killed leaves it there.
  package var isServed: Bool { cmq_is_claimed(self.server.descriptor) != 0 }

  /// Whether the server has ended the session, and removed the reply queue.
  package var isEnded: Bool { (try? self.reply.status.isUnlinked) != false }

  /// Bytes that one message carries besides the key.
  package var commandBytesMax: Int {
    self.server.messageBytesMax - (self.key?.utf8.count ?? 0) - 1
  }

  /// Bytes of the longest message that comes.
  package var messageBytesMax: Int { self.reply.messageBytesMax }

  /// Ready to read when a message has come (mq_overview(7)).
  package var descriptor: CInt { self.reply.descriptor }

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
    try self.ask(for: name, within: milliseconds)
    try self.send("PING", within: milliseconds)
  }

  /// Asks for a key and waits for it; the session begins with what is sent first.
  package mutating func ask(for name: String, within milliseconds: Int) throws(Fault) {
    if let fault = QueueWords.fault(ofName: name) {
      throw .refused(QueueWords.error(fault.word, fault.text))
    }
    try self.post([UInt8]("HELLO \(self.replyName) \(name)".utf8), within: milliseconds)
    let ends = ContinuousClock.now + .milliseconds(milliseconds)
    while let line = try self.next(within: Self.milliseconds(until: ends)) {
      if QueueWords.isAboutName(line) { continue }
      guard line.hasPrefix(QueueWords.keyHead) else { throw .refused(line) }
      guard line.hasSuffix(#","name":""# + name + #""}}"#) else { continue }
      self.key = String(line.dropFirst(QueueWords.keyHead.count).prefix { $0 != "\"" })
      return
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
    try self.post([UInt8]((self.key ?? "").utf8) + [0x20] + command.utf8, within: milliseconds)
  }

  /// Sends bytes of a session that began with a request, at most ``commandBytesMax``.
  package func send(
    _ bytes: UnsafeRawBufferPointer, within milliseconds: Int
  ) throws(Fault) {
    try self.post([UInt8]((self.key ?? "").utf8) + [0x20] + bytes, within: milliseconds)
  }

  private func post(_ bytes: [UInt8], within milliseconds: Int) throws(Fault) {
    guard bytes.count <= self.server.messageBytesMax else {
      throw .tooLong(bytesMax: self.server.messageBytesMax)
    }
    while true {
      guard !self.isGone else { throw .gone(self.control) }
      let sent = bytes.withUnsafeBytes { bytes in
        Result { () throws(QueueFault) in try self.server.send(bytes) }
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

  /// The bytes of the next message, as it is; nil where none is there.
  ///
  /// For a session that sends requests.
  package func receive(into memory: UnsafeMutableRawBufferPointer) throws(Fault) -> Int? {
    do throws(QueueFault) {
      return try self.reply.receive(into: memory)
    } catch {
      throw .other(error)
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
