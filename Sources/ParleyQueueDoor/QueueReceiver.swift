import CMessageQueue
import Glibc
package import NIOCore
package import ParleyDoorKit
import Synchronization

/// The control queue, and the thread that receives from it.
///
/// A queue's descriptor can be polled, but what `read(2)` gives of it are no messages, so that it
/// cannot join an event loop of NIO's. One thread waits for messages, for room in the reply queues
/// that are full, and for its bell; it hands all messages of a session that came together to the
/// session's event loop at once. It never waits for anything else, but for the one case of
/// ``QueueDesk/pauseMax``.
package final class QueueReceiver: QueueThread {
  /// What the thread is told by others.
  struct Mail {
    /// Channels that are closed.
    var done: [UInt64] = []
    /// The door is shut: nobody enters any more.
    var shuts = false
    var stops = false
  }

  package let name: String
  let users: QueueUsers
  let control: MessageQueue
  let watcher: CInt
  private let bell: CInt
  /// A mailbox: its lock is held to put something in or to take all out.
  private let mail = Mutex(Mail())
  private let isPaused = Atomic<Bool>(false)

  static let controlTag: UInt64 = 0
  static let bellTag: UInt64 = 1
  /// Those of sessions begin here.
  static let firstTag: UInt64 = 2

  /// Makes the control queue.
  ///
  /// One that is there already, and that no running server has claimed, was left by a server that
  /// was killed: it is replaced, with what is in it.
  package init(name: String, users: QueueUsers) throws(QueueFault) {
    self.name = name
    self.users = users
    self.control = try Self.makeControl(name, users)
    self.watcher = cmq_watcher()
    self.bell = cmq_bell()
    guard self.watcher >= 0, self.bell >= 0,
      cmq_watch(self.watcher, self.control.descriptor, Self.controlTag) == 0,
      cmq_watch(self.watcher, self.bell, Self.bellTag) == 0
    else { throw QueueFault(code: errno) }
  }

  private static func makeControl(
    _ name: String, _ users: QueueUsers
  ) throws(QueueFault) -> MessageQueue {
    if let old = try? MessageQueue(sendingTo: name) {
      defer { old.close() }
      let isClaimed = cmq_is_claimed(old.descriptor)
      guard isClaimed >= 0 else { throw QueueFault(code: errno) }
      guard isClaimed == 0 else { throw QueueFault(code: EBUSY) }
      guard let status = try? old.status, status.owner == geteuid() || geteuid() == 0 else {
        throw QueueFault(code: EPERM)
      }
      _ = cmq_unlink(name)
    }
    let queue = try MessageQueue(
      creating: name, mode: users.mode,
      messagesMax: min(MessageQueue.messagesMax, Self.systemLimit("msg_max")),
      messageBytesMax: min(QueueLimits.controlMessageBytes, Self.systemLimit("msgsize_max")))
    guard cmq_claim(queue.descriptor) == 0 else { throw QueueFault(code: errno) }
    return queue
  }

  /// A bound of the system's (mq_overview(7)); none where it does not say.
  private static func systemLimit(_ name: String) -> Int {
    guard let file = fopen("/proc/sys/fs/mqueue/\(name)", "r") else { return .max }
    defer { fclose(file) }
    var digits = [CChar](repeating: 0, count: 24)
    guard fgets(&digits, CInt(digits.count), file) != nil else { return .max }
    return atol(digits)
  }

  // MARK: The other threads' side

  func watchRoom(_ queue: MessageQueue, _ tag: UInt64, isNew: Bool) -> Bool {
    cmq_watch_room(self.watcher, queue.descriptor, tag, isNew ? 1 : 0) == 0
  }

  func hasRead() {
    if self.isPaused.load(ordering: .sequentiallyConsistent) { _ = cmq_ring(self.bell) }
  }

  func isDone(_ tag: UInt64) {
    self.put { $0.done.append(tag) }
  }

  /// Removes the control queue's name: nobody enters any more, those inside go on.
  package func shut() {
    self.put { $0.shuts = true }
  }

  /// Ends the thread, when every session is closed.
  package func stop() {
    self.put { $0.stops = true }
  }

  /// Removes the control queue's name at once; for a server that ends without more ado.
  package func unlink() {
    self.control.unlink(self.name)
  }

  private func put(_ write: (inout Mail) -> Void) {
    self.mail.withLock { write(&$0) }
    _ = cmq_ring(self.bell)
  }

  // MARK: The thread's side

  /// Receives until it is stopped: the body of the thread.
  package func run(_ host: some QueueHost) {
    var desk = QueueDesk(self, host)
    var tags = [UInt64](repeating: 0, count: 64)
    while !desk.isOver {
      let count = cmq_wait(self.watcher, &tags, CInt(tags.count), desk.waitMilliseconds)
      for tag in tags.prefix(Int(max(0, count))) {
        switch tag {
        case Self.controlTag: desk.receive()
        case Self.bellTag:
          _ = cmq_hush(self.bell)
          desk.take(self.takeMail())
        default: desk.hasRoom(tag)
        }
      }
      desk.look(NIODeadline.now())
    }
    self.control.close()
    // The bell and the watcher stay open: who uses them late uses nobody else's.
  }

  private func takeMail() -> Mail {
    self.mail.withLock { mail in
      defer {
        mail.done = []
      }
      return mail
    }
  }

  /// Whether the control queue is looked at; where it is not, the bell rings when a session reads.
  func setPaused(_ isPaused: Bool) {
    self.isPaused.store(isPaused, ordering: .sequentiallyConsistent)
    _ = cmq_rest(self.watcher, self.control.descriptor, isPaused ? 1 : 0, Self.controlTag)
  }
}

/// What the control queue's thread needs of the server.
package protocol QueueHost: Sendable {
  /// The loop of the next session.
  func nextLoop() -> any EventLoop

  /// Lets a session of that user in, until its channel closes.
  func admit(
    _ channel: QueueChannel, user: UInt32, messageBytes: Int, name: String
  ) -> QueueAdmission

  /// Says something to the operator; must not do so too often.
  func warn(_ text: @autoclosure () -> String)
}

/// What became of somebody who has shown a key.
package enum QueueAdmission: Sendable {
  /// Is served, by the session that this makes on its loop; it is paced where limits hold for it.
  case served(isPaced: Bool, @Sendable () -> SessionHandler?)
  /// Is told these words.
  case refused(String)
}
