package import NIOCore
package import ParleyDoorKit
package import ParleyModel

/// For a door that reads commands in another form, and writes in this one.
extension JSONDialect {
  /// Takes a command that was read already; it is answered as a request with that id is.
  package mutating func ask(_ command: Command, id: Int64, into inbound: inout Inbound) {
    guard Self.enters(command) else {
      if case .quit = command { self.isLeaving = true }
      return self.expect(.answer, .number(id), inBatch: false, command, into: &inbound)
    }
    self.expect(
      .entrance(Entrance.Wish(echoes: nil)), .number(id), inBatch: false, command,
      comeback: Comeback(holdsPlace: false), into: &inbound)
  }

  private static func enters(_ command: Command) -> Bool {
    if case .login = command { return true }
    if case .account(.login) = command { return true }
    return false
  }

  /// Answers with words, in their place among the answers: `{"text":…}`.
  package mutating func tell(_ words: String, id: Int64, into inbound: inout Inbound) {
    self.expect(.words(words), .number(id), inBatch: false, .local, into: &inbound)
  }
}

extension JSONPrinter {
  /// Appends the notification `long`: a message that is there, and too long to be told; `room` is
  /// a room's name, or `@NAME`.
  ///
  /// At most 860 bytes: names of a room (256 bytes), a participant and an account (128 each, and
  /// nothing in them is escaped), 348 besides.
  package static func printLong(
    _ message: Message, room: String, into buffer: inout ByteBuffer
  ) {
    self.notification("long", into: &buffer) { buffer in
      buffer.writeMember("room", room)
      buffer.writeMember("epoch", message.id.epoch.text)
      buffer.writeMember("sequence", message.sequence)
      buffer.writeMember("id", message.id.text)
      buffer.writeMember("from", message.sender.name)
      buffer.writeMember("account", message.sender.account)
      buffer.writeMember("kind", Self.word(for: message.kind))
      buffer.writeMember("bytes", message.body.utf8.count)
      buffer.writeMember("time", message.time)
    }
  }
}
