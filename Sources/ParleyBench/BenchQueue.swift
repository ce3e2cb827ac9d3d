import Glibc
import ParleyQueueDoor

/// The message queues of one connection of the load generator.
///
/// A message is a line of what is queued. While the control queue is full the generator asks again
/// and again, as nothing tells it when there is room.
struct BenchQueue {
  /// Bytes of a message's text, so that with its names it fits into a message of a reply queue.
  static let sizeMax = 600

  private let control: MessageQueue
  private let reply: MessageQueue
  private let replyName: String
  /// What goes before each command, with its blank; empty before there is one.
  private(set) var key: [UInt8] = []

  init(_ control: String) throws(BenchError) {
    self.replyName =
      control + ".bench-\(getpid())-" + String(UInt32.random(in: .min ... .max), radix: 36)
    do throws(QueueFault) {
      self.control = try MessageQueue(sendingTo: control)
      self.reply = try MessageQueue(
        creating: self.replyName, mode: 0o600, messageBytesMax: QueueLimits.messageBytesUsual)
    } catch {
      throw BenchError("\(control): \(error)")
    }
  }

  func close() {
    self.reply.unlink(self.replyName)
    self.reply.close()
    self.control.close()
  }

  var descriptor: Int32 { self.reply.descriptor }

  func hello(_ name: String) -> String { "HELLO \(self.replyName) \(name)\n" }

  /// Takes the key, where a line brings it.
  mutating func takeKey(_ line: String) -> Bool {
    guard self.key.isEmpty, line.contains("\"method\":\"key\""),
      let start = line.firstRange(of: "\"key\":\"")?.upperBound
    else { return false }
    self.key = Array(line[start...].prefix { $0 != "\"" }.utf8) + [UInt8(ascii: " ")]
    return true
  }

  /// Sends the lines as messages; how many bytes were taken, -1 and `errno` on failure.
  func send(_ lines: UnsafeRawBufferPointer) -> Int {
    var sent = 0
    while sent < lines.count {
      let rest = UnsafeRawBufferPointer(rebasing: lines[sent...])
      let end = (rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.count - 1) + 1
      do throws(QueueFault) {
        guard try self.control.send(UnsafeRawBufferPointer(rebasing: rest[..<end])) else {
          return sent
        }
      } catch {
        errno = error.code
        return -1
      }
      sent += end
    }
    return sent
  }

  /// Reads a message; -1 and `errno` where there is none.
  func receive(into memory: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
    do throws(QueueFault) {
      let memory = UnsafeMutableRawBufferPointer(start: memory, count: count)
      if let count = try self.reply.receive(into: memory) { return count }
      errno = EAGAIN
    } catch {
      errno = error.code
    }
    return -1
  }
}
