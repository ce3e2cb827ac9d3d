package import NIOCore
package import ParleyDoorKit
package import ParleyModel

/// Prints what rooms are told, for one style.
///
/// Every line that somebody else's words are in begins with a time and a room, so none can be
/// mistaken for a word of the server.
package struct LinePrinter: RoomPrinter {
  let style: LineStyle
  package let variant: Variant

  init(style: LineStyle) {
    self.style = style
    self.variant = Variant(door: LineDialect.name, options: style.options)
  }

  package var echoes: Bool { true }

  package func day(of time: Timestamp) -> Int32? {
    CivilTime.day(of: time, offsetSeconds: self.offset(time))
  }

  package func printDay(_ day: Int32, into buffer: inout ByteBuffer) {
    buffer.writeStaticString("*** ")
    buffer.writeString(CivilTime.weekday(day))
    buffer.writeStaticString(", ")
    buffer.writeDate(day)
    self.end(&buffer)
  }

  package func print(_ event: RoomEvent, room: String, into buffer: inout ByteBuffer) {
    switch event.event {
    case .message(let message):
      self.printMessage(message, in: room, into: &buffer)
    case .came(let sender, present: _):
      self.begin(event.time, room, &buffer)
      buffer.writeStaticString("+ ")
      self.name(sender.name, &buffer)
      buffer.writeStaticString(" came")
      self.end(&buffer)
    case .went(let sender, let departure, present: _):
      self.begin(event.time, room, &buffer)
      buffer.writeStaticString("- ")
      self.name(sender.name, &buffer)
      buffer.writeStaticString(" went (")
      self.reason(departure, &buffer)
      buffer.writeStaticString(")")
      self.end(&buffer)
    case .topic(let text, let sender):
      self.begin(event.time, room, &buffer)
      buffer.writeStaticString("~ ")
      self.name(sender.name, &buffer)
      if text.isEmpty {
        buffer.writeStaticString(" removed the topic")
      } else {
        buffer.writeStaticString(" set the topic: ")
        buffer.writeString(text)
      }
      self.end(&buffer)
    case .renamed(let sender, let name):
      self.begin(event.time, room, &buffer)
      buffer.writeStaticString("~ ")
      self.name(sender.name, &buffer)
      buffer.writeStaticString(" is now ")
      self.name(name, &buffer)
      self.end(&buffer)
    case .removed(let sequence, _, let sender):
      self.begin(event.time, room, &buffer)
      buffer.writeStaticString("~ ")
      self.name(sender.name, &buffer)
      buffer.writeStaticString(" removed #")
      buffer.writeDecimal(sequence.number)
      self.end(&buffer)
    case .changed(let change, let sender):
      self.begin(event.time, room, &buffer)
      buffer.writeStaticString("~ ")
      self.name(sender.name, &buffer)
      buffer.writeStaticString(" ")
      buffer.writeString(ChangeText.deed(change))
      self.end(&buffer)
    }
  }

  package func printCrowd(
    came: Int, went: Int, room: String, into buffer: inout ByteBuffer
  ) -> Bool {
    buffer.writeStaticString("*** [")
    buffer.writeString(room)
    buffer.writeStaticString("] ")
    if came > 0 {
      buffer.writeDecimal(UInt64(came))
      buffer.writeStaticString(" came")
    }
    if went > 0 {
      if came > 0 { buffer.writeStaticString(", ") }
      buffer.writeDecimal(UInt64(went))
      buffer.writeStaticString(" went")
    }
    self.end(&buffer)
    return true
  }

  /// Appends a message as the room hears it, also where it is part of an answer.
  func printMessage(_ message: Message, in room: String, into buffer: inout ByteBuffer) {
    if self.printSaid(message, in: room, into: &buffer) { return }
    self.begin(message.time, room, &buffer)
    self.content(message, &buffer)
  }

  /// Appends what is nearly all that a room is told, a line that was said, in one go; false where
  /// it is something else.
  private func printSaid(
    _ message: Message, in room: String, into buffer: inout ByteBuffer
  ) -> Bool {
    guard message.kind == .say, message.removal == nil, !self.style.colour,
      !message.body.hasNewline
    else { return false }
    // The clock, the brackets, the longest number and the end take 37 bytes.
    let bytesMax =
      40 + room.utf8.count + message.sender.name.utf8.count + message.body.utf8.count
    return buffer.writeRawLine(bytesMax: bytesMax) { line in
      line.writeClock(message.time, offsetSeconds: self.offset(message.time))
      line.write(" [")
      line.write(room)
      line.write("] ")
      if self.style.numbers {
        line.write(UInt8(ascii: "#"))
        line.writeDecimal(message.sequence.number)
        line.write(UInt8(ascii: " "))
      }
      line.write(message.sender.name)
      line.write(": ")
      line.write(message.body)
      line.write(self.style.lineEnd)
      return true
    }
  }

  /// Appends a direct message; both sides see the same line.
  func printDirect(_ message: Message, to recipient: String, into buffer: inout ByteBuffer) {
    buffer.writeClock(message.time, offsetSeconds: self.offset(message.time))
    buffer.writeStaticString(" (direct to ")
    self.name(recipient, &buffer)
    buffer.writeStaticString(") ")
    self.content(message, &buffer)
  }

  /// Appends `  | …` for each line of a text.
  func printBody(_ text: String, into buffer: inout ByteBuffer) {
    buffer.writeStaticString("  | ")
    self.text(text, &buffer)
    self.end(&buffer)
  }

  private func content(_ message: Message, _ buffer: inout ByteBuffer) {
    if self.style.numbers {
      buffer.writeStaticString("#")
      buffer.writeDecimal(message.sequence.number)
      buffer.writeStaticString(" ")
    }
    if let removal = message.removal {
      buffer.writeStaticString("~ ")
      self.name(message.sender.name, &buffer)
      buffer.writeStaticString("'s message was removed by ")
      self.name(removal.by.name, &buffer)
      self.end(&buffer)
      return
    }
    switch message.kind {
    case .say:
      self.name(message.sender.name, &buffer)
      buffer.writeStaticString(": ")
      self.text(message.body, &buffer)
    case .action:
      buffer.writeStaticString("* ")
      self.name(message.sender.name, &buffer)
      buffer.writeStaticString(" ")
      self.text(message.body, &buffer)
    case .notify:
      buffer.writeStaticString("-")
      self.name(message.sender.name, &buffer)
      buffer.writeStaticString("- ")
      self.text(message.body, &buffer)
    case .post:
      self.name(message.sender.name, &buffer)
      if let answered = message.replyTo {
        buffer.writeStaticString(" answered #")
        buffer.writeDecimal(answered.number)
      } else {
        buffer.writeStaticString(" posted")
      }
      if !message.subject.isEmpty {
        buffer.writeStaticString(" \"")
        buffer.writeString(message.subject)
        buffer.writeStaticString("\"")
      }
      buffer.writeStaticString(": /read ")
      buffer.writeDecimal(message.sequence.number)
    }
    self.end(&buffer)
  }

  /// Appends a text whose further lines are continuations.
  private func text(_ text: String, _ buffer: inout ByteBuffer) {
    guard text.hasNewline else {
      buffer.writeString(text)
      return
    }
    for byte in text.utf8 {
      if byte == 0x0A {
        buffer.writeStaticString(self.style.lineEnd)
        buffer.writeStaticString("  | ")
      } else {
        buffer.writeInteger(byte)
      }
    }
  }

  private func reason(_ departure: Departure, _ buffer: inout ByteBuffer) {
    switch departure {
    case .left: buffer.writeStaticString("left")
    case .switched: buffer.writeStaticString("to another room")
    case .quit(let word):
      buffer.writeStaticString("quit")
      if !word.isEmpty {
        buffer.writeStaticString(": ")
        buffer.writeString(word)
      }
    case .connectionLost: buffer.writeStaticString("connection lost")
    case .timedOut: buffer.writeStaticString("timed out")
    case .kicked(let by, let why):
      buffer.writeStaticString("kicked by ")
      buffer.writeString(by)
      if !why.isEmpty {
        buffer.writeStaticString(": ")
        buffer.writeString(why)
      }
    case .serverStopped: buffer.writeStaticString("server stopped")
    }
  }

  private func begin(_ time: Timestamp, _ room: String, _ buffer: inout ByteBuffer) {
    buffer.writeClock(time, offsetSeconds: self.offset(time))
    buffer.writeStaticString(" [")
    buffer.writeString(room)
    buffer.writeStaticString("] ")
  }

  func name(_ name: String, _ buffer: inout ByteBuffer) {
    guard self.style.colour else {
      buffer.writeString(name)
      return
    }
    // SGR 31 to 36 (ECMA-48 §8.3.117); black and white are left out, as one of them is invisible.
    let sum = name.utf8.reduce(UInt8(0)) { $0 &* 31 &+ $1 }
    buffer.writeStaticString("\u{1B}[3")
    buffer.writeInteger(UInt8(ascii: "1") + sum % 6)
    buffer.writeStaticString("m")
    buffer.writeString(name)
    buffer.writeStaticString("\u{1B}[0m")
  }

  func end(_ buffer: inout ByteBuffer) {
    buffer.writeStaticString(self.style.lineEnd)
  }

  func offset(_ time: Timestamp) -> Int {
    self.style.zone.offsetSeconds(at: time.microseconds / 1_000_000)
  }
}
