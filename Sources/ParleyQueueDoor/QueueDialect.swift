package import NIOCore
package import ParleyDoorKit
package import ParleyModel

/// How commands are read and events are written, which the queue door has in common with others;
/// the composition of the server gives it.
package protocol QueueLanguage: Sendable {
  associatedtype Printer: RoomPrinter

  /// For events of rooms, each a line.
  var printer: Printer { get }

  /// Enters under a name.
  mutating func enter(_ name: String, into inbound: inout Inbound)

  /// Takes bytes of a session that began with a request: lines of them, wherever they are cut.
  mutating func receive(_ bytes: inout ByteBuffer, into inbound: inout Inbound)

  /// Takes one command, which is answered once.
  mutating func take(_ command: String, into inbound: inout Inbound)

  /// Refuses a command that could not be read; it is answered once.
  mutating func refuse(_ refusal: Refusal, into inbound: inout Inbound)

  /// The session is this participant's from now on.
  mutating func become(_ participant: ParticipantID)

  /// Appends what the session is sent, each a line.
  mutating func print(_ output: SessionOutput, into buffer: inout ByteBuffer)

  /// Appends, as one line of at most ``QueueLimits/messageBytesMin``, the place of a message that
  /// is too long to be told; `room` is a room's name, or `@NAME`.
  static func announce(_ message: Message, room: String, into buffer: inout ByteBuffer)
}

/// What holds for queues, whoever made them.
package enum QueueLimits {
  /// Bytes of a message that a reply queue must have room for; with less it is refused.
  package static let messageBytesMin = 1_024
  /// Bytes of a message of a reply queue that are made use of.
  package static let messageBytesMax = 64 * 1_024
  /// Bytes of a message that a client's reply queue has where it says nothing else.
  package static let messageBytesUsual = 1_024
  /// Bytes of a message of the control queue, where the system allows them.
  package static let controlMessageBytes = 8 * 1_024

  /// The length for which lines are printed: a power of two, so that few lengths are printed for.
  package static func lineBytes(for messageBytes: Int) -> Int {
    var bytes = Self.messageBytesMin
    while bytes * 2 <= min(messageBytes, Self.messageBytesMax) { bytes *= 2 }
    return bytes
  }
}

/// A session behind a reply queue: one command a message ⇄ lines of JSON of a bounded length.
///
/// A session whose first message begins with `{` is one of lines of any length, in both directions,
/// in messages that may be cut anywhere; it enters by a request.
///
/// A value on its session's event loop.
package struct QueueDialect<Language: QueueLanguage>: Dialect {
  package static var name: String { "queue" }

  /// Messages in a row that could not be read, after which the session ends.
  private static var faultyMax: Int { 20 }

  private var language: Language
  private let lineBytes: Int
  /// Asked for with the first message.
  private var asked: String?
  private var sendsRequests = false
  private var faulty = 0

  /// A session that enters under `asked`; `messageBytes` is what its queue's longest message has.
  package init(_ language: Language, messageBytes: Int, asked: String) {
    self.language = language
    self.lineBytes = QueueLimits.lineBytes(for: messageBytes)
    self.asked = asked
    self.printer = QueuePrinter<Language>(base: language.printer, lineBytes: self.lineBytes)
  }

  /// Kept: it is asked for with each read.
  package private(set) var printer: any RoomPrinter

  package var probes: Bool { true }

  /// Takes one message, whole.
  package mutating func receive(_ bytes: inout ByteBuffer, into inbound: inout Inbound) {
    guard bytes.readableBytes > 0 else { return }
    if let name = self.asked {
      self.asked = nil
      self.sendsRequests = bytes.readableBytesView.first == UInt8(ascii: "{")
      if !self.sendsRequests { self.language.enter(name, into: &inbound) }
    }
    if self.sendsRequests {
      self.printer = self.language.printer
      return self.language.receive(&bytes, into: &inbound)
    }
    // An end of line or a zero byte behind it, as C programs send them, means nothing.
    var view = bytes.readableBytesView[...]
    while let last = view.last, last == 0 || last == 0x0A || last == 0x0D { view.removeLast() }
    let text = String(validating: view, as: UTF8.self)
    bytes.moveReaderIndex(to: bytes.writerIndex)
    if let text, !text.utf8.contains(0) {
      self.faulty = 0
      return self.language.take(text, into: &inbound)
    }
    self.faulty += 1
    if self.faulty >= Self.faultyMax {
      inbound.failure = .garbage("\(Self.faultyMax) messages in a row could not be read")
    } else {
      self.language.refuse(.badText(text == nil ? .notUTF8 : .control), into: &inbound)
    }
  }

  package mutating func become(_ participant: ParticipantID) {
    self.language.become(participant)
  }

  package mutating func receiveEnd(into inbound: inout Inbound) {
    inbound.requests.append(Request(.quit(.connectionLost)))
  }

  package mutating func print(_ output: SessionOutput, into buffer: inout ByteBuffer) {
    let start = buffer.writerIndex
    self.language.print(output, into: &buffer)
    guard !self.sendsRequests else {
      self.printer = self.language.printer
      return
    }
    // Most of what is printed is short, and stays as it is.
    guard buffer.writerIndex - start > self.lineBytes,
      let lines = buffer.getSlice(at: start, length: buffer.writerIndex - start)
    else { return }
    buffer.moveWriterIndex(to: start)
    if case .direct(let event) = output {
      let other = event.isOwn ? event.recipient : event.message.sender.name
      return Language.announce(event.message, room: "@" + other, into: &buffer)
    }
    QueueParts.write(lines, bytesMax: self.lineBytes, into: &buffer)
  }
}

/// Prints what rooms are told, in lines that fit into a queue's messages.
package struct QueuePrinter<Language: QueueLanguage>: RoomPrinter {
  package let variant: Variant
  private let base: Language.Printer
  private let lineBytes: Int

  init(base: Language.Printer, lineBytes: Int) {
    self.base = base
    self.lineBytes = lineBytes
    self.variant = Variant(door: QueueDialect<Language>.name, options: UInt64(lineBytes))
  }

  package var echoes: Bool { true }

  package func day(of time: Timestamp) -> Int32? { nil }

  package func printDay(_ day: Int32, into buffer: inout ByteBuffer) {}

  package func print(_ event: RoomEvent, room: String, into buffer: inout ByteBuffer) {
    let start = buffer.writerIndex
    self.base.print(event, room: room, into: &buffer)
    guard buffer.writerIndex - start > self.lineBytes,
      let line = buffer.getSlice(at: start, length: buffer.writerIndex - start)
    else { return }
    buffer.moveWriterIndex(to: start)
    if case .message(let message) = event.event {
      Language.announce(message, room: room, into: &buffer)
    } else {
      QueueParts.write(line, bytesMax: self.lineBytes, into: &buffer)
    }
  }

  package func printCrowd(
    came: Int, went: Int, room: String, into buffer: inout ByteBuffer
  ) -> Bool {
    self.base.printCrowd(came: came, went: went, room: room, into: &buffer)
  }
}
