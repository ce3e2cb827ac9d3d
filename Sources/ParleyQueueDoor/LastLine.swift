/// Finds the end of a session's last line in its messages: nothing says that the server has closed a
/// queue.
package struct LastLine {
  /// In the middle of a line this cannot stand: quotes within text are escaped.
  private static let beginning = Array(#"{"jsonrpc":"2.0","method":"closing""#.utf8)

  private var hasBegun = false

  package init() {}

  /// Whether the line ends in this message, the next of the session: whole lines, or a piece of one
  /// that is longer than a message.
  package mutating func ends(in message: UnsafeRawBufferPointer) -> Bool {
    var rest = message[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      if self.hasBegun || rest.starts(with: Self.beginning) { return true }
      rest = rest[(end + 1)...]
    }
    self.hasBegun = self.hasBegun || rest.starts(with: Self.beginning)
    return false
  }
}
