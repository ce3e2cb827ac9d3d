import Glibc
import NIOCore
import ParleyModel

/// `HELLO QUEUE NAME`: nothing comes of it but a line in the queue, which only its owner can read:
/// a key, or what is wrong.
///
/// Nothing says who sent it, so that it must not change anything else: who shows the key is the one
/// who could read the queue.
extension QueueDesk {
  mutating func hello(_ queueName: String, _ name: String) {
    guard QueueName.isReply(queueName, of: self.receiver.name) else {
      return self.host.warn(
        "a HELLO in \(self.receiver.name) is dropped: a reply queue's name is "
          + "\(self.receiver.name). and up to \(QueueName.suffixBytesMax) letters, digits, "
          + "dots, hyphens and underscores")
    }
    do throws(QueueFault) {
      let queue = try MessageQueue(sendingTo: queueName)
      guard let status = try? queue.status, self.mayUse(queueName, status) else {
        return queue.close()
      }
      if let fault = Self.fault(queue, status, name) {
        self.tell(queue, QueueWords.error(fault.word, fault.text))
        return queue.close()
      }
      self.sendKey(queue, queueName, status, name)
    } catch {
      let hint =
        error.code == EACCES
        ? "; its mode must let user \(geteuid()), who runs the server, write to it" : ""
      self.host.warn("the reply queue \(queueName) cannot be opened: \(error)\(hint)")
    }
  }

  /// Whether its owner is served.
  ///
  /// Nothing is sent to the queue of somebody who is not: it may be that somebody else named it.
  private func mayUse(_ queueName: String, _ status: MessageQueue.Status) -> Bool {
    if self.receiver.users.allow(status.owner) { return true }
    self.host.warn(
      "the reply queue \(queueName) of user \(status.owner) is refused: queue_users is "
        + "\(self.receiver.users.rawValue)")
    return false
  }

  private static func fault(
    _ queue: MessageQueue, _ status: MessageQueue.Status, _ name: String
  ) -> (word: String, text: String)? {
    if status.mode & 0o044 != 0 {
      return (
        "not_permitted",
        "others may read this queue, which is to be sent a key; make it without that: mode 0600, "
          + "0620 or 0622"
      )
    }
    if queue.messageBytesMax < QueueLimits.messageBytesMin {
      return (
        "bad_arguments",
        "messages of this queue have at most \(queue.messageBytesMax) bytes; make it with "
          + "\(QueueLimits.messageBytesMin) or more"
      )
    }
    return QueueWords.fault(ofName: name)
  }

  private mutating func sendKey(
    _ queue: MessageQueue, _ queueName: String, _ status: MessageQueue.Status, _ name: String
  ) {
    let known = self.pending.first { $0.status.inode == status.inode && $0.name == name }
    if let known {
      // Asked again, as by a client that missed the answer.
      self.tell(queue, QueueWords.key(known.key, name))
      return queue.close()
    }
    self.makeRoom(for: status)
    let key = QueueKey()
    self.tell(queue, QueueWords.key(key, name))
    self.pending.append(
      Pending(
        key: key, name: name, queue: queue, queueName: queueName, status: status,
        ends: .now() + Self.pendingTime))
  }

  /// Makes room for one more key.
  ///
  /// As anybody may name anybody's queue, the first keys of a queue stay, whatever comes behind
  /// them; and nobody is forgotten for another user who has more.
  private mutating func makeRoom(for status: MessageQueue.Status) {
    let ofQueue = self.pending.indices.filter { self.pending[$0].status.inode == status.inode }
    if ofQueue.count >= Self.pendingOfQueueMax {
      return self.pending.remove(at: ofQueue[ofQueue.count - 1]).queue.close()
    }
    guard self.pending.count >= Self.pendingMax else { return }
    var counts: [UInt32: Int] = [:]
    for pending in self.pending { counts[pending.status.owner, default: 0] += 1 }
    let most = counts.values.max()
    guard let oldest = self.pending.firstIndex(where: { counts[$0.status.owner] == most }) else {
      return
    }
    self.pending.remove(at: oldest).queue.close()
  }
}

/// What the door says before there is a session, each a line of JSON without its end.
enum QueueWords {
  private static let head = #"{"jsonrpc":"2.0","#

  static let keyHead = Self.head + #""method":"key","params":{"key":""#

  /// `name` has nothing that must be escaped.
  static func key(_ key: QueueKey, _ name: String) -> String {
    Self.keyHead + key.text + #"","name":""# + name + #""}}"#
  }

  /// What is wrong with a name in a HELLO, for which anybody may name anybody's queue.
  static func fault(ofName name: String) -> (word: String, text: String)? {
    if name.isEmpty { return Self.nameless }
    let isPlain = name.utf8.allSatisfy {
      $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
    }
    return isPlain && name.utf8.count <= Limits.nameBytesMax * 2 ? nil : Self.odd
  }

  private static let nameless = ("bad_arguments", "usage: HELLO QUEUE NAME")
  private static let odd = (
    "bad_name",
    "a name has no spaces, quotes or backslashes, and at most \(Limits.nameBytesMax) bytes"
  )

  /// Whether a line says no more than that a name is wrong, which may be another's.
  static func isAboutName(_ line: String) -> Bool {
    [Self.nameless, Self.odd].contains { line == Self.error($0.0, $0.1) }
  }

  /// `text` has nothing that must be escaped.
  static func error(_ word: String, _ text: String) -> String {
    Self.head + #""id":null,"error":{"code":-32000,"message":"\#(text)","#
      + #""data":{"code":"\#(word)"}}}"#
  }

  /// `text` has nothing that must be escaped.
  static func refused(_ text: String) -> String {
    Self.head + #""method":"closing","params":{"reason":"refused","text":"\#(text)"}}"#
  }
}
