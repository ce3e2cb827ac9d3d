/// The names of queues (mq_overview(7)): a slash, and no other in it.
package enum QueueName {
  /// Bytes of a name, its slash included: of a reply queue's, which is the control queue's and
  /// more, 255 at most are the system's bound (NAME_MAX, and the slash).
  package static let controlBytesMax = 128
  /// Bytes of what follows the control queue's name and a dot.
  package static let suffixBytesMax = 64

  /// What may be a control queue's name.
  package static func isControl(_ name: String) -> Bool {
    let bytes = name.utf8
    guard bytes.first == UInt8(ascii: "/"), (2...Self.controlBytesMax).contains(bytes.count),
      bytes.dropFirst().first != UInt8(ascii: ".")
    else { return false }
    return bytes.dropFirst().allSatisfy(Self.isPlain)
  }

  /// What may be the name of a reply queue: the control queue's, a dot, and more.
  ///
  /// So a server that may write to any queue, as root may, writes to none that is not meant for it.
  package static func isReply(_ name: some StringProtocol, of control: String) -> Bool {
    guard name.hasPrefix(control + ".") else { return false }
    let suffix = name.utf8.dropFirst(control.utf8.count + 1)
    return (1...Self.suffixBytesMax).contains(suffix.count) && suffix.allSatisfy(Self.isPlain)
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
