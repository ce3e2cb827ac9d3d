import ParleyModel
import ParleyTesting
import SwiftProtobuf
import Testing

@testable import ParleyLog

@Suite struct `A block of messages` {
  /// Messages with every combination of what may be there, and lengths about those at which a
  /// length takes a byte more.
  private static let messages: [ParleyModel.Message] = {
    var messages: [ParleyModel.Message] = []
    for length in [0, 1, 100, 126, 127, 128, 129, 4_096, 16_383, 16_384, 20_000] {
      for bits in 0..<32 {
        let number = UInt64(messages.count + 1)
        var message = ParleyModel.Message(
          room: RoomID(7), sequence: Sequence(number),
          position: Position(bits & 1 == 0 ? number : .max),
          id: MessageID(
            epoch: Epoch(
              incarnation: bits & 2 == 0 ? 0xDEAD_BEEF : 0, counter: UInt32(bits >> 1 & 3)),
            sequence: Sequence(bits & 4 == 0 ? number : number + 1_000)),
          time: Timestamp(microseconds: bits & 8 == 0 ? 1_700_000_000_000_000 : -1),
          sender: Sender(
            participant: ParticipantID(number << 20), name: "Zoë",
            account: bits & 16 == 0 ? nil : String(repeating: "a", count: bits)),
          kind: MessageKind.allCases[bits % MessageKind.allCases.count],
          subject: String(repeating: "s", count: bits),
          body: String(repeating: "b", count: length))
        if bits % 3 == 0 { message.replyTo = Sequence(number - 1) }
        if bits % 5 == 0 {
          message.removal = Removal(
            by: Sender(participant: ParticipantID(3), name: "op"),
            time: Timestamp(microseconds: Int64(bits)))
        }
        messages.append(message)
      }
    }
    return messages
  }()

  private static func decode(_ bytes: [UInt8]) throws(CodecError) -> [ParleyModel.Message] {
    do {
      return try bytes.withUnsafeBytes {
        try MessageBlock.decode($0, room: RoomID(7), first: Sequence(1))
      }
    } catch let error as CodecError {
      throw error
    } catch {
      preconditionFailure("\(error)")
    }
  }

  private static func proto(_ message: ParleyModel.Message) -> ProtoMessage {
    .with {
      $0.position = message.position.number
      $0.time = message.time.microseconds
      $0.sender = ProtoSender(message.sender)
      $0.kind = ProtoMessageKind(message.kind)
      $0.idEpoch = ProtoEpoch(message.id.epoch)
      if message.id.sequence != message.sequence { $0.idSequence = message.id.sequence.number }
      $0.subject = message.subject
      $0.body = message.body
      if let reply = message.replyTo { $0.replyTo = reply.number }
      if let removal = message.removal {
        $0.removal = .with {
          $0.by = ProtoSender(removal.by)
          $0.time = removal.time.microseconds
        }
      }
    }
  }

  @Test func `is read back as it was`() throws {
    #expect(try Self.decode(MessageBlock.encode(Self.messages)) == Self.messages)
  }

  @Test func `has the bytes of the generated code`() throws {
    let proto = ProtoMessageBlock.with { $0.messages = Self.messages.map(Self.proto) }
    let generated: [UInt8] = try proto.serializedBytes()
    #expect(MessageBlock.encode(Self.messages) == generated)
  }

  @Test func `hands on the texts of what was not removed`() throws {
    var texts: [Int: [String]] = [:]
    try MessageBlock.encode(Self.messages).withUnsafeBytes { bytes in
      try MessageBlock.forEachText(in: bytes) { index, subject, body in
        texts[index] = [subject, body].map { String(decoding: $0, as: UTF8.self) }
      }
    }
    for (index, message) in Self.messages.enumerated() {
      let expected = message.removal == nil ? [message.subject, message.body] : nil
      #expect(texts[index] == expected)
    }
  }

  @Test func `with an unknown field is a newer release's`() {
    for bytes in [[0x0A, 0x03, 0xA0, 0x06, 0x01], [0x12, 0x00], [0x0A, 0x02, 0x20, 0x63]] {
      #expect { try Self.decode(bytes.map { UInt8($0) }) } throws: { error in
        guard case CodecError.newer = error else { return false }
        return true
      }
    }
  }

  @Test func `that was cut or changed is damaged or read, and never read beyond`() {
    let bytes = MessageBlock.encode(Self.messages.prefix(6))
    for count in 1..<bytes.count {
      _ = try? Self.decode(Array(bytes.prefix(count)))
    }
    var random = SplitMix64(seed: 1)
    for _ in 0..<20_000 {
      var changed = bytes
      changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(
        in: 0...255, using: &random)
      _ = try? Self.decode(changed)
      try? changed.withUnsafeBytes { try MessageBlock.forEachText(in: $0) { _, _, _ in } }
    }
  }
}
