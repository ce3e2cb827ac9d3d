import CMessageQueue
import Glibc

/// A POSIX message queue that is open (mq_overview(7)): a descriptor that never blocks.
///
/// A plain value: whoever opened it closes it, once.
package struct MessageQueue: Sendable {
  /// What a queue is, besides its limits.
  package struct Status: Hashable, Sendable {
    /// The same for all that is open of one queue, and of no other that is there.
    package var inode: UInt64
    /// Who made it.
    package var owner: UInt32
    /// The nine bits of permissions.
    package var mode: UInt32
    /// Whether its name is gone, so that nobody else will open it.
    package var isUnlinked: Bool
  }

  /// Messages that a queue of Parley's holds; Linux allows no more unless told (msg_max).
  package static let messagesMax = 10

  package let descriptor: CInt
  /// Bytes of its longest message.
  package let messageBytesMax: Int

  private init(descriptor: CInt) throws(QueueFault) {
    var messages = 0
    var bytes = 0
    guard cmq_limits(descriptor, &messages, &bytes) == 0 else {
      let fault = QueueFault(code: errno)
      _ = Glibc.close(descriptor)
      throw fault
    }
    self.descriptor = descriptor
    self.messageBytesMax = bytes
  }

  /// Opens a queue that is there, to send to it.
  package init(sendingTo name: String) throws(QueueFault) {
    try self.init(descriptor: try Self.opened(cmq_open_sending(name)))
  }

  /// Opens a queue that is there, to receive from it.
  package init(receivingFrom name: String) throws(QueueFault) {
    try self.init(descriptor: try Self.opened(cmq_open_receiving(name)))
  }

  /// Makes a queue that must not be there, to receive from it.
  package init(
    creating name: String, mode: UInt32, messagesMax: Int = Self.messagesMax, messageBytesMax: Int
  ) throws(QueueFault) {
    try self.init(
      descriptor: try Self.opened(cmq_create(name, mode, messagesMax, messageBytesMax)))
  }

  private static func opened(_ descriptor: CInt) throws(QueueFault) -> CInt {
    guard descriptor >= 0 else { throw QueueFault(code: errno) }
    return descriptor
  }

  package func close() {
    _ = Glibc.close(self.descriptor)
  }

  package var status: Status {
    get throws(QueueFault) {
      var status = stat()
      guard fstat(self.descriptor, &status) == 0 else { throw QueueFault(code: errno) }
      return Status(
        inode: UInt64(status.st_ino), owner: status.st_uid, mode: status.st_mode & 0o777,
        isUnlinked: status.st_nlink == 0)
    }
  }

  /// Sends a message; false where the queue is full.
  package func send(_ message: UnsafeRawBufferPointer) throws(QueueFault) -> Bool {
    while cmq_send(self.descriptor, message.baseAddress, message.count) != 0 {
      switch errno {
      case EINTR: continue
      case EAGAIN: return false
      default: throw QueueFault(code: errno)
      }
    }
    return true
  }

  /// Receives the oldest message into memory that has room for the longest; nil where there is
  /// none.
  package func receive(into bytes: UnsafeMutableRawBufferPointer) throws(QueueFault) -> Int? {
    while true {
      let count = cmq_receive(self.descriptor, bytes.baseAddress, bytes.count)
      if count >= 0 { return count }
      switch errno {
      case EINTR: continue
      case EAGAIN: return nil
      default: throw QueueFault(code: errno)
      }
    }
  }

  /// Removes a name, if it is still that of this queue and this process may.
  package func unlink(_ name: String) {
    guard let other = try? MessageQueue(sendingTo: name) else { return }
    defer { other.close() }
    guard let mine = try? self.status, let its = try? other.status, mine.inode == its.inode else {
      return
    }
    _ = cmq_unlink(name)
  }
}

/// Why the system does not do what was asked of a queue.
package struct QueueFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// The system's number (errno(3)).
  package var code: CInt

  package init(code: CInt) {
    self.code = code
  }

  /// What is wrong, and what to do about it where that is known.
  package var description: String {
    switch self.code {
    case ENOSYS: "this system has no POSIX message queues that Parley can use; on Linux it has"
    case EACCES: "permission denied"
    case EEXIST: "it is there already"
    case ENOENT: "there is no such queue"
    case EINVAL:
      "the system allows no queue of this size; see /proc/sys/fs/mqueue/msg_max and msgsize_max"
    case EMFILE:
      "this user has too many queues or open files; see ulimit -q and -n, and ls /dev/mqueue"
    case ENOSPC: "the system has too many queues; see /proc/sys/fs/mqueue/queues_max"
    case EMSGSIZE: "the message is longer than the queue's longest"
    default: String(cString: strerror(self.code))
    }
  }
}
