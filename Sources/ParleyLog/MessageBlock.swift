package import ParleyModel

/// The binary form of messages of a room that follow one another: the message `MessageBlock` of
/// `parley.proto`.
///
/// Written and read by hand, as an archive under load does little else: the generated code takes
/// several times as long. The tests hold the two equal.
package enum MessageBlock {
  /// Bytes of at least one message.
  package static func encode(_ messages: some Swift.Sequence<Message>) -> [UInt8] {
    var writer = Writer()
    for message in messages { writer.add(message) }
    return writer.withBytes { [UInt8]($0) }
  }

  /// Gathers the messages of a block; kept and reused from block to block.
  package struct Writer {
    private var buffer = WireBuffer(capacity: 32 * 1_024)
    /// The messages so far.
    package private(set) var count = 0
    /// Their bytes.
    package var bytes: Int { self.buffer.count }

    package init() {}

    package mutating func add(_ message: Message) {
      MessageBlock.append(message, to: &self.buffer)
      self.count += 1
    }

    package mutating func removeAll() {
      self.buffer.removeAll()
      self.count = 0
    }

    package func withBytes<Result>(
      _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
      try self.buffer.bytes.withUnsafeBytes {
        try body(UnsafeRawBufferPointer(rebasing: $0[..<self.buffer.count]))
      }
    }
  }

  /// The messages of those bytes, of which the first has that sequence.
  package static func decode(
    _ bytes: UnsafeRawBufferPointer, room: RoomID, first: Sequence
  ) throws(CodecError) -> [Message] {
    var messages: [Message] = []
    var reader = WireReader(bytes)
    while let tag = try reader.tag() {
      guard tag == Field.message else { throw unknownField("MessageBlock") }
      let sequence = Sequence(first.number + UInt64(messages.count))
      messages.append(try self.message(try reader.nested(), room: room, sequence: sequence))
    }
    return messages
  }

  /// Tags: the field's number and its wire type.
  private enum Field {
    static let message: UInt64 = 0x0A

    static let position: UInt64 = 0x08
    static let time: UInt64 = 0x11
    static let sender: UInt64 = 0x1A
    static let kind: UInt64 = 0x20
    static let epoch: UInt64 = 0x2A
    static let original: UInt64 = 0x30
    static let subject: UInt64 = 0x3A
    static let body: UInt64 = 0x42
    static let replyTo: UInt64 = 0x48
    static let removal: UInt64 = 0x52

    static let participant: UInt64 = 0x08
    static let name: UInt64 = 0x12
    static let account: UInt64 = 0x1A

    static let incarnation: UInt64 = 0x0D
    static let counter: UInt64 = 0x10

    static let removedBy: UInt64 = 0x0A
    static let removalTime: UInt64 = 0x11
  }

  private static func unknownField(_ name: String) -> CodecError {
    .newer("\(name) has an unknown field")
  }
}

// MARK: - Writing

extension MessageBlock {
  private static func append(_ message: Message, to buffer: inout WireBuffer) {
    let sender = SenderBytes(message.sender)
    let removedBy = message.removal.map { SenderBytes($0.by) }
    let subjectCount = message.subject.utf8.count
    let bodyCount = message.body.utf8.count
    let isOriginal = message.id.sequence == message.sequence
    let epochCount = self.size(of: message.id.epoch)
    let removalCount = message.removal.map {
      self.size(of: $0, by: removedBy?.count ?? 0)
    }
    var count = WireWriter.size(varint: message.position.number)
    count += WireWriter.size(fixed64: message.time.microseconds)
    count += WireWriter.size(nested: sender.count)
    count += WireWriter.size(varint: UInt64(message.kind.rawValue))
    count += WireWriter.size(nested: epochCount)
    if !isOriginal { count += 1 + WireWriter.bytes(of: message.id.sequence.number) }
    count += WireWriter.size(text: subjectCount) + WireWriter.size(text: bodyCount)
    if let reply = message.replyTo { count += 1 + WireWriter.bytes(of: reply.number) }
    if let removalCount { count += WireWriter.size(nested: removalCount) }
    buffer.write(atMost: count + 11) { target in
      var writer = WireWriter(target)
      writer.header(Field.message, count)
      writer.plain(Field.position, message.position.number)
      writer.plain(Field.time, fixed64: message.time.microseconds)
      sender.write(Field.sender, to: &writer)
      writer.plain(Field.kind, UInt64(message.kind.rawValue))
      writer.header(Field.epoch, epochCount)
      writer.plain(Field.incarnation, fixed32: message.id.epoch.incarnation)
      writer.plain(Field.counter, UInt64(message.id.epoch.counter))
      if !isOriginal { writer.present(Field.original, message.id.sequence.number) }
      writer.plain(Field.subject, message.subject, count: subjectCount)
      writer.plain(Field.body, message.body, count: bodyCount)
      if let reply = message.replyTo { writer.present(Field.replyTo, reply.number) }
      if let removal = message.removal, let removalCount, let removedBy {
        writer.header(Field.removal, removalCount)
        removedBy.write(Field.removedBy, to: &writer)
        writer.plain(Field.removalTime, fixed64: removal.time.microseconds)
      }
      return writer.count
    }
  }

  private static func size(of epoch: Epoch) -> Int {
    (epoch.incarnation == 0 ? 0 : 5) + WireWriter.size(varint: UInt64(epoch.counter))
  }

  private static func size(of removal: Removal, by senderCount: Int) -> Int {
    WireWriter.size(nested: senderCount)
      + WireWriter.size(fixed64: removal.time.microseconds)
  }

  /// A sender with the lengths of its texts, which are counted once.
  private struct SenderBytes {
    let sender: Sender
    let nameCount: Int
    let accountCount: Int
    let count: Int

    init(_ sender: Sender) {
      self.sender = sender
      self.nameCount = sender.name.utf8.count
      self.accountCount = sender.account?.utf8.count ?? 0
      self.count =
        WireWriter.size(varint: sender.participant.number)
        + WireWriter.size(text: self.nameCount)
        + (sender.account == nil ? 0 : WireWriter.size(nested: self.accountCount))
    }

    func write(_ tag: UInt64, to writer: inout WireWriter) {
      writer.header(tag, self.count)
      writer.plain(Field.participant, self.sender.participant.number)
      writer.plain(Field.name, self.sender.name, count: self.nameCount)
      if let account = self.sender.account {
        writer.string(tag: UInt8(Field.account), account, count: self.accountCount)
      }
    }
  }
}

// MARK: - Reading

extension MessageBlock {
  private static func message(
    _ fields: WireReader, room: RoomID, sequence: Sequence
  ) throws(CodecError) -> Message {
    var fields = fields
    var message = Message(
      room: room, sequence: sequence, position: .zero,
      id: MessageID(epoch: Epoch(incarnation: 0, counter: 0), sequence: sequence),
      time: Timestamp(microseconds: 0),
      sender: Sender(participant: ParticipantID(0), name: ""), kind: .say, body: "")
    while let tag = try fields.tag() {
      switch tag {
      case Field.position: message.position = Position(try fields.varint())
      case Field.time: message.time = Timestamp(microseconds: try fields.signed64())
      case Field.sender: message.sender = try self.sender(try fields.nested())
      case Field.kind:
        let number = try fields.varint()
        guard let kind = MessageKind(rawValue: UInt8(clamping: number)) else {
          throw .newer("Message has the unknown kind \(number)")
        }
        message.kind = kind
      case Field.epoch: message.id.epoch = try self.epoch(try fields.nested())
      case Field.original: message.id.sequence = Sequence(try fields.varint())
      case Field.subject: message.subject = try fields.text()
      case Field.body: message.body = try fields.text()
      case Field.replyTo: message.replyTo = Sequence(try fields.varint())
      case Field.removal: message.removal = try self.removal(try fields.nested())
      default: throw self.unknownField("Message")
      }
    }
    return message
  }

  private static func sender(_ fields: WireReader) throws(CodecError) -> Sender {
    var fields = fields
    var sender = Sender(participant: ParticipantID(0), name: "")
    while let tag = try fields.tag() {
      switch tag {
      case Field.participant: sender.participant = ParticipantID(try fields.varint())
      case Field.name: sender.name = try fields.text()
      case Field.account: sender.account = try fields.text()
      default: throw self.unknownField("Sender")
      }
    }
    return sender
  }

  private static func epoch(_ fields: WireReader) throws(CodecError) -> Epoch {
    var fields = fields
    var epoch = Epoch(incarnation: 0, counter: 0)
    while let tag = try fields.tag() {
      switch tag {
      case Field.incarnation: epoch.incarnation = try fields.fixed32()
      case Field.counter: epoch.counter = UInt32(truncatingIfNeeded: try fields.varint())
      default: throw self.unknownField("Epoch")
      }
    }
    return epoch
  }

  private static func removal(_ fields: WireReader) throws(CodecError) -> Removal {
    var fields = fields
    var removal = Removal(
      by: Sender(participant: ParticipantID(0), name: ""), time: Timestamp(microseconds: 0))
    while let tag = try fields.tag() {
      switch tag {
      case Field.removedBy: removal.by = try self.sender(try fields.nested())
      case Field.removalTime: removal.time = Timestamp(microseconds: try fields.signed64())
      default: throw self.unknownField("Removal")
      }
    }
    return removal
  }

  /// Hands on subject and body of each message that was not removed, without copying them.
  package static func forEachText(
    in bytes: UnsafeRawBufferPointer,
    _ body: (
      _ index: Int, _ subject: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer
    ) throws -> Void
  ) throws {
    var reader = WireReader(bytes)
    var index = 0
    while try reader.tag() != nil {
      var fields = try reader.nested()
      var (subject, text) = (UnsafeRawBufferPointer.none, UnsafeRawBufferPointer.none)
      var isRemoved = false
      while let tag = try fields.tag() {
        switch tag {
        case Field.subject: subject = try fields.bytes()
        case Field.body: text = try fields.bytes()
        case Field.removal:
          isRemoved = true
          _ = try fields.bytes()
        default: try fields.skip(tag)
        }
      }
      if !isRemoved { try body(index, subject, text) }
      index += 1
    }
  }
}

extension UnsafeRawBufferPointer {
  fileprivate static var none: UnsafeRawBufferPointer { .init(start: nil, count: 0) }
}
