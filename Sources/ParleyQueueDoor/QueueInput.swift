/// What a message in the control queue says, before anything is known of who sent it.
package enum QueueInput: Hashable, Sendable {
  /// `HELLO QUEUE NAME`: who may read that queue wants to enter under that name.
  case hello(queue: String, name: String)
  /// `KEY COMMAND`: the command begins at that byte.
  case keyed(QueueKey, commandAt: Int)
  /// A message that says nothing, and to whom an answer would go.
  case unreadable

  /// Reads a message; the command behind a key is left as it is.
  package init(_ message: UnsafeRawBufferPointer) {
    let space = UInt8(ascii: " ")
    let first = message.prefix { $0 != space }
    let rest = message[first.endIndex...]
    if let key = QueueKey(UnsafeRawBufferPointer(rebasing: first)), !rest.isEmpty {
      self = .keyed(key, commandAt: rest.startIndex + 1)
      return
    }
    guard first.elementsEqual("HELLO".utf8) else {
      self = .unreadable
      return
    }
    // An end of line or a zero byte behind it, as C programs send them, means nothing.
    var words = rest.drop { $0 == space }
    while let last = words.last, last <= space { words.removeLast() }
    let queue = words.prefix { $0 != space }
    let name = words[queue.endIndex...].drop { $0 == space }
    guard let queue = String(validating: queue, as: UTF8.self), !queue.isEmpty,
      let name = String(validating: name, as: UTF8.self)
    else {
      self = .unreadable
      return
    }
    self = .hello(queue: queue, name: name)
  }
}

/// The secret of a session: who sends it is the one who could read the reply queue.
///
/// 128 random bits, written as 32 hexadecimal digits in lower case.
package struct QueueKey: Hashable, Sendable {
  private let bits: UInt128

  private static let digits = 32

  /// Draws one from the system's generator (getrandom(2)).
  package init() {
    self.bits = .random(in: .min ... .max)
  }

  package init?(_ text: UnsafeRawBufferPointer) {
    guard text.count == Self.digits else { return nil }
    var bits: UInt128 = 0
    for byte in text {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        bits = bits << 4 | UInt128(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"):
        bits = bits << 4 | UInt128(byte - UInt8(ascii: "a") + 10)
      default: return nil
      }
    }
    self.bits = bits
  }

  package var text: String {
    let digits = String(self.bits, radix: 16)
    return String(repeating: "0", count: Self.digits - digits.utf8.count) + digits
  }
}
