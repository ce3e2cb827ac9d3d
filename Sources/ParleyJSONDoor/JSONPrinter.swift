package import NIOCore
package import ParleyDoorKit
package import ParleyModel

/// Prints what rooms are told, as JSON-RPC notifications, one a line.
package struct JSONPrinter: RoomPrinter {
  package let variant: Variant

  package init(echoes: Bool) {
    self.variant = Variant(door: JSONDialect.name, options: echoes ? 1 : 0)
  }

  package var echoes: Bool { self.variant.options == 1 }

  package func day(of time: Timestamp) -> Int32? { nil }

  package func printDay(_ day: Int32, into buffer: inout ByteBuffer) {}

  package func print(_ event: RoomEvent, room: String, into buffer: inout ByteBuffer) {
    switch event.event {
    case .message(let message):
      self.printMessage(message, room: room, into: &buffer)
    case .came(let sender, let present):
      Self.notification("came", into: &buffer) { buffer in
        buffer.writeMember("room", room)
        buffer.writeMember("name", sender.name)
        buffer.writeMember("account", sender.account)
        buffer.writeMember("present", present)
        buffer.writeMember("time", event.time)
      }
    case .went(let sender, let departure, let present):
      Self.notification("went", into: &buffer) { buffer in
        buffer.writeMember("room", room)
        buffer.writeMember("name", sender.name)
        buffer.writeMember("account", sender.account)
        buffer.writeMember("reason", Self.reason(departure))
        if case .quit(let word) = departure, !word.isEmpty { buffer.writeMember("word", word) }
        if case .kicked(let by, let why) = departure {
          buffer.writeMember("by", by)
          if !why.isEmpty { buffer.writeMember("why", why) }
        }
        buffer.writeMember("present", present)
        buffer.writeMember("time", event.time)
      }
    case .topic(let text, let sender):
      Self.notification("topic", into: &buffer) { buffer in
        buffer.writeMember("room", room)
        buffer.writeMember("topic", text.isEmpty ? nil : text)
        buffer.writeMember("by", sender.name)
        buffer.writeMember("time", event.time)
      }
    case .renamed(let sender, let name):
      Self.notification("renamed", into: &buffer) { buffer in
        buffer.writeMember("room", room)
        buffer.writeMember("from", sender.name)
        buffer.writeMember("to", name)
        buffer.writeMember("account", sender.account)
        buffer.writeMember("time", event.time)
      }
    case .removed(let sequence, let id, let sender):
      Self.notification("removed", into: &buffer) { buffer in
        buffer.writeMember("room", room)
        buffer.writeMember("sequence", sequence)
        buffer.writeMember("id", id.text)
        buffer.writeMember("by", sender.name)
        buffer.writeMember("time", event.time)
      }
    case .changed(let change, let sender):
      self.printChange(change, by: sender, event.time, room: room, into: &buffer)
    }
  }

  package func printCrowd(
    came: Int, went: Int, room: String, into buffer: inout ByteBuffer
  ) -> Bool {
    Self.notification("crowd", into: &buffer) { buffer in
      buffer.writeMember("room", room)
      buffer.writeMember("came", came)
      buffer.writeMember("went", went)
    }
    return true
  }

  /// Why somebody went; each is a word of the contract.
  static func reason(_ departure: Departure) -> String {
    switch departure {
    case .left: "left"
    case .switched: "switched"
    case .quit: "quit"
    case .connectionLost: "connection_lost"
    case .timedOut: "timed_out"
    case .kicked: "kicked"
    case .serverStopped: "server_stopped"
    }
  }

  /// All that ``reason(_:)`` answers.
  static let reasons = [
    "left", "switched", "quit", "connection_lost", "timed_out", "kicked", "server_stopped",
  ]

  // MARK: Messages

  /// Appends the notification of a message; a post is announced without its text.
  func printMessage(_ message: Message, room: String, into buffer: inout ByteBuffer) {
    if message.kind == .say, message.removal == nil {
      return self.printSaid(message, room: room, into: &buffer)
    }
    Self.notification(message.kind.isPost ? "posted" : "message", into: &buffer) { buffer in
      Self.writeMembers(
        of: message, room: room, to: nil, hasText: !message.kind.isPost, into: &buffer)
    }
  }

  /// Appends what is nearly all that a room is told, in one piece.
  private func printSaid(_ message: Message, room: String, into buffer: inout ByteBuffer) {
    // What is the same in each takes 190 bytes, numbers at their longest included.
    let bytesMax =
      256 + JSONRaw.bytes(of: room) + JSONRaw.bytes(of: message.sender.name)
      + JSONRaw.bytes(of: message.sender.account ?? "") + JSONRaw.bytes(of: message.body)
      + JSONRaw.timeBytes + JSONRaw.idBytes * 2
    buffer.writeRaw(bytesMax: bytesMax) { line in
      line.literal("{\"jsonrpc\":\"2.0\",\"method\":\"message\",\"params\":{\"room\":")
      line.write(room)
      line.literal(",\"epoch\":\"")
      line.write(message.id.epoch)
      line.literal("\",\"sequence\":")
      line.write(decimal: message.sequence.number)
      line.literal(",\"id\":\"")
      line.write(message.id)
      line.literal("\",\"from\":")
      line.write(message.sender.name)
      line.literal(",\"account\":")
      if let account = message.sender.account { line.write(account) } else { line.literal("null") }
      line.literal(",\"to\":null,\"kind\":\"say\",\"text\":")
      line.write(message.body)
      line.literal(",\"time\":")
      line.write(message.time)
      line.literal("}}\n")
    }
  }

  /// Appends the members of a message, as they are in notifications and answers.
  ///
  /// Nothing is left of a removed one but its place, time and sender.
  static func writeMembers(
    of message: Message, room: String, to recipient: String?, hasText: Bool,
    into buffer: inout ByteBuffer
  ) {
    buffer.writeMember("room", room)
    buffer.writeMember("epoch", message.id.epoch.text)
    buffer.writeMember("sequence", message.sequence)
    buffer.writeMember("id", message.id.text)
    buffer.writeMember("from", message.sender.name)
    buffer.writeMember("account", message.sender.account)
    buffer.writeMember("to", recipient)
    buffer.writeMember("kind", Self.word(for: message.kind))
    if let answered = message.replyTo { buffer.writeMember("reply_to", answered) }
    if let removal = message.removal {
      buffer.writeMember("removed_by", removal.by.name)
    } else {
      if message.kind.isPost { buffer.writeMember("subject", message.subject) }
      if hasText { buffer.writeMember("text", message.body) }
    }
    buffer.writeMember("time", message.time)
  }

  /// The word of the contract for a kind.
  static func word(for kind: MessageKind) -> String {
    switch kind {
    case .say: "say"
    case .action: "action"
    case .post: "post"
    case .notify: "notify"
    }
  }

  /// Appends a notification, with its end of line.
  static func notification(
    _ method: StaticString, into buffer: inout ByteBuffer, _ params: (inout ByteBuffer) -> Void
  ) {
    buffer.writeStaticString("{\"jsonrpc\":\"2.0\",\"method\":\"")
    buffer.writeStaticString(method)
    buffer.writeStaticString("\",\"params\":")
    buffer.writeObject(params)
    buffer.writeStaticString("}\n")
  }
}
