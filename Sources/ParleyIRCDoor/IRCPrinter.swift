package import NIOCore
package import ParleyDoorKit
package import ParleyModel

/// Prints what rooms are told, as an IRC client understands it.
package struct IRCPrinter: RoomPrinter {
  package let variant = Variant(door: IRCDialect.name)

  init() {}

  package var echoes: Bool { false }

  package func day(of time: Timestamp) -> Int32? { nil }

  package func printDay(_ day: Int32, into buffer: inout ByteBuffer) {}

  package func print(_ event: RoomEvent, room: String, into buffer: inout ByteBuffer) {
    switch event.event {
    case .message(let message):
      self.printMessage(message, target: "#" + room, into: &buffer)
    case .came(let sender, present: _):
      self.source(sender.name, &buffer)
      buffer.writeStaticString(" JOIN #")
      buffer.writeString(room)
      self.end(&buffer)
    case .went(let sender, let departure, present: _):
      self.printWent(sender.name, departure, room, &buffer)
    case .topic(let text, let sender):
      self.source(sender.name, &buffer)
      buffer.writeStaticString(" TOPIC #")
      buffer.writeString(room)
      buffer.writeStaticString(" :")
      buffer.writeString(text)
      self.end(&buffer)
    case .renamed(let sender, let name):
      self.source(sender.name, &buffer)
      buffer.writeStaticString(" NICK :")
      buffer.writeString(name)
      self.end(&buffer)
    case .removed(let sequence, _, let sender):
      buffer.writeStaticString(":parley NOTICE #")
      buffer.writeString(room)
      buffer.writeStaticString(" :")
      buffer.writeString(sender.name)
      buffer.writeStaticString(" removed message #")
      buffer.writeDecimal(sequence.number)
      self.end(&buffer)
    case .changed(let change, let sender):
      self.printChange(change, by: sender, room, &buffer)
    }
  }

  /// What has a mode of its own is told as one (https://modern.ircdocs.horse/#mode-message), the
  /// rest in words.
  private func printChange(
    _ change: RoomChange, by sender: Sender, _ room: String, _ buffer: inout ByteBuffer
  ) {
    switch change {
    case .standing(.operatorship, let title, _, _, let isMade):
      self.printMode(isMade ? "+o" : "-o", title, by: sender, room, &buffer)
    case .standing(.ban, let title, _, _, let isMade):
      let mask = title.utf8.contains(UInt8(ascii: " ")) ? "*!*@*" : title + "!*@*"
      self.printMode(isMade ? "+b" : "-b", mask, by: sender, room, &buffer)
    case .setting, .standing, .owner, .removedAll:
      buffer.writeStaticString(":parley NOTICE #")
      buffer.writeString(room)
      buffer.writeStaticString(" :")
      buffer.writeString(sender.name)
      buffer.writeStaticString(" ")
      buffer.writeString(ChangeText.deed(change))
      self.end(&buffer)
    }
  }

  private func printMode(
    _ mode: String, _ parameter: String, by sender: Sender, _ room: String,
    _ buffer: inout ByteBuffer
  ) {
    self.source(sender.name, &buffer)
    buffer.writeStaticString(" MODE #")
    buffer.writeString(room)
    buffer.writeStaticString(" ")
    buffer.writeString(mode)
    buffer.writeStaticString(" ")
    buffer.writeString(parameter)
    self.end(&buffer)
  }

  /// IRC clients count who is in a channel: each is told.
  package func printCrowd(
    came: Int, went: Int, room: String, into buffer: inout ByteBuffer
  ) -> Bool { false }

  /// Appends a message to a channel or a nickname, as one line for each line of it that fits.
  ///
  /// With `clock` the time is put before the text, for messages that are not new.
  func printMessage(
    _ message: Message, target: String, clock: Bool = false, into buffer: inout ByteBuffer
  ) {
    if let removal = message.removal {
      guard !clock else { return }
      self.printLines(
        message, "NOTICE", target, before: "#\(message.sequence.number) was removed by ",
        removal.by.name, after: "", clock, &buffer)
      return
    }
    switch message.kind {
    case .say:
      if !clock, self.printLine(message, target, into: &buffer) { return }
      self.printLines(
        message, "PRIVMSG", target, before: "", message.body, after: "", clock, &buffer)
    case .notify:
      self.printLines(
        message, "NOTICE", target, before: "", message.body, after: "", clock, &buffer)
    case .action:
      // CTCP ACTION, https://modern.ircdocs.horse/ctcp#action
      self.printLines(
        message, "PRIVMSG", target, before: "\u{1}ACTION ", message.body, after: "\u{1}", clock,
        &buffer)
    case .post:
      let deed = message.replyTo.map { "answered #\($0.number)" } ?? "posted"
      self.printLines(
        message, "PRIVMSG", target, before: "[post #\(message.sequence.number)] \(deed): ",
        message.subject, after: "", clock, &buffer)
    }
  }

  /// RFC 2812 §2.3: 512 bytes a message, CR LF included.
  private static let lineBytesMax = 512

  /// Appends what is nearly every message, one line that fits, in one piece; false where it is not
  /// such a one.
  private func printLine(
    _ message: Message, _ target: String, into buffer: inout ByteBuffer
  ) -> Bool {
    let name = message.sender.name
    // ":" name "!" name "@parley PRIVMSG " target " :" text CR LF
    let length =
      22 + 2 * name.utf8.count + target.utf8.count + message.body.utf8.count
    guard length <= Self.lineBytesMax, !message.body.isEmpty, !message.body.hasNewline else {
      return false
    }
    return buffer.writeRawLine(bytesMax: length) { line in
      line.write(":")
      line.write(name)
      line.write("!")
      line.write(name)
      line.write("@parley PRIVMSG ")
      line.write(target)
      line.write(" :")
      line.write(message.body)
      line.write("\r\n")
      return true
    }
  }

  private func printLines(
    _ message: Message, _ command: StaticString, _ target: String, before: String, _ text: String,
    after: String, _ clock: Bool, _ buffer: inout ByteBuffer
  ) {
    var head = ByteBuffer()
    self.source(message.sender.name, &head)
    head.writeStaticString(" ")
    head.writeStaticString(command)
    head.writeStaticString(" ")
    head.writeString(target)
    head.writeStaticString(" :")
    head.writeString(before)
    if clock {
      head.writeStaticString("[")
      head.writeClock(message.time)
      head.writeStaticString("] ")
    }
    let room = max(Self.lineBytesMax - 2 - head.readableBytes - after.utf8.count, 4)
    var rest = Substring(text).utf8
    repeat {
      let line = rest.prefix { $0 != UInt8(ascii: "\n") }
      var piece = line.prefix(room)
      // A piece ends where a character does.
      while piece.endIndex < line.endIndex, line[piece.endIndex] & 0xC0 == 0x80 {
        piece = piece.dropLast()
      }
      buffer.writeImmutableBuffer(head)
      // An empty line cannot be sent; a space stands for it.
      if piece.isEmpty { buffer.writeStaticString(" ") } else { buffer.writeBytes(piece) }
      buffer.writeString(after)
      self.end(&buffer)
      rest = rest[piece.endIndex...]
      if rest.first == UInt8(ascii: "\n") { rest = rest.dropFirst() }
    } while !rest.isEmpty
  }

  private func printWent(
    _ name: String, _ departure: Departure, _ room: String, _ buffer: inout ByteBuffer
  ) {
    if case .kicked(let by, let reason) = departure {
      self.printKick(name, by: by, reason, room, &buffer)
      return
    }
    self.source(name, &buffer)
    switch departure {
    case .left: self.part(room, "", &buffer)
    case .switched: self.part(room, "went to another room", &buffer)
    case .kicked: break
    case .quit(let word): self.quit(word.isEmpty ? "Quit" : "Quit: " + word, &buffer)
    case .connectionLost: self.quit("Connection lost", &buffer)
    case .timedOut: self.quit("Timed out", &buffer)
    case .serverStopped: self.quit("Server stopped", &buffer)
    }
  }

  /// Of this reader, too (https://modern.ircdocs.horse/#kick-message).
  func printKick(
    _ name: String, by: String, _ reason: String, _ room: String, _ buffer: inout ByteBuffer
  ) {
    self.source(by, &buffer)
    buffer.writeStaticString(" KICK #")
    buffer.writeString(room)
    buffer.writeStaticString(" ")
    buffer.writeString(name)
    buffer.writeStaticString(" :")
    buffer.writeString(reason.isEmpty ? "kicked" : reason)
    self.end(&buffer)
  }

  private func part(_ room: String, _ reason: StaticString, _ buffer: inout ByteBuffer) {
    buffer.writeStaticString(" PART #")
    buffer.writeString(room)
    buffer.writeStaticString(" :")
    buffer.writeStaticString(reason)
    self.end(&buffer)
  }

  private func quit(_ reason: String, _ buffer: inout ByteBuffer) {
    buffer.writeStaticString(" QUIT :")
    buffer.writeString(reason)
    self.end(&buffer)
  }

  /// Appends `:nick!nick@parley`: no address of anybody is shown.
  func source(_ name: String, _ buffer: inout ByteBuffer) {
    buffer.writeStaticString(":")
    buffer.writeString(name)
    buffer.writeStaticString("!")
    buffer.writeString(name)
    buffer.writeStaticString("@parley")
  }

  func end(_ buffer: inout ByteBuffer) {
    buffer.writeStaticString("\r\n")
  }
}
