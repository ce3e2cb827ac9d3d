package import ParleyModel
import SwiftProtobuf

/// Why bytes are not what this release writes.
///
/// The text is for the operator.
package enum CodecError: Error, Hashable, Sendable {
  /// A field or a value that this release does not know.
  case newer(String)
  case damaged(String)
}

/// The binary form of an entry: the message `Entry` of `parley.proto`.
///
/// Offset and tag are not part of it: the log knows the one, and only the run that took the
/// command the other.
package enum EntryCodec {
  /// One entry's bytes.
  package static func encode(_ entry: Entry) -> [UInt8] {
    var buffer = WireBuffer(capacity: 256)
    self.append(entry, to: &buffer)
    let header = 1 + WireWriter.bytes(of: self.lengthOfOnly(buffer))
    return [UInt8](buffer.bytes[header..<buffer.count])
  }

  /// The entry of those bytes.
  package static func decode(_ bytes: [UInt8], offset: LogOffset) throws(CodecError) -> Entry {
    let proto: ProtoEntry
    do {
      proto = try ProtoEntry(serializedBytes: bytes)
    } catch {
      throw .damaged("entry \(offset.number) is not an entry")
    }
    return try Entry(proto, offset: offset)
  }

  /// Adds an entry as an element of the message `Batch`: its field's tag, its length, itself.
  static func append(_ entry: Entry, to buffer: inout WireBuffer) {
    if case .say(let room, let kind, let text) = entry.proposal {
      self.append(entry, room: room, kind: kind, text: text, to: &buffer)
      return
    }
    // Serializing fails only for what our messages do not have: required fields and `Any`.
    let bytes: [UInt8] = (try? ProtoEntry(entry).serializedBytes()) ?? []
    buffer.write(atMost: 11) { target in
      var writer = WireWriter(target)
      writer.byte(0x0A)
      writer.varint(UInt64(bytes.count))
      return writer.count
    }
    buffer.append(bytes)
  }

  /// The entries of a frame, whose first has the offset `first`.
  static func decodeBatch(_ bytes: [UInt8], first: LogOffset) throws(CodecError) -> [Entry] {
    let batch: ProtoBatch
    do {
      batch = try ProtoBatch(serializedBytes: bytes)
    } catch {
      throw .damaged("the batch at entry \(first.number) is not a batch")
    }
    try known(batch)
    var entries: [Entry] = []
    entries.reserveCapacity(batch.entries.count)
    for proto in batch.entries {
      let offset = LogOffset(first.number + UInt64(entries.count))
      entries.append(try Entry(proto, offset: offset))
    }
    return entries
  }

  /// Adds a line said.
  ///
  /// It is by far the most frequent entry, and the generated code takes several times as long as
  /// these few lines. The tests hold the two forms equal.
  private static func append(
    _ entry: Entry, room: RoomSelector, kind: MessageKind, text: String,
    to buffer: inout WireBuffer
  ) {
    let textCount = text.utf8.count
    var name: (text: String, textCount: Int, key: String?, keyCount: Int, count: Int)?
    if case .named(let room) = room {
      let textCount = room.text.utf8.count
      let key = room.key == room.text ? nil : room.key
      let keyCount = key?.utf8.count ?? 0
      name = (
        room.text, textCount, key, keyCount,
        self.field(textCount) + (key == nil ? 0 : 1 + WireWriter.bytes(of: keyCount) + keyCount)
      )
    }
    let said =
      (name.map { 1 + WireWriter.bytes(of: $0.count) + $0.count } ?? 0)
      + 2 + self.field(textCount)
    let nonceCount = entry.nonce?.text.utf8.count ?? 0
    let stamp = UInt64(bitPattern: entry.stamp.microseconds)
    let session = entry.session.number
    let size =
      (stamp == 0 ? 0 : 9)
      + (session == 0 ? 0 : 1 + WireWriter.bytes(of: Int(truncatingIfNeeded: session)))
      + (entry.nonce == nil ? 0 : 1 + WireWriter.bytes(of: nonceCount) + nonceCount)
      + 1 + WireWriter.bytes(of: said) + said
    buffer.write(atMost: size + 11) { target in
      var writer = WireWriter(target)
      writer.byte(0x0A)
      writer.varint(UInt64(size))
      if stamp != 0 {
        writer.byte(0x09)
        writer.fixed64(stamp)
      }
      if session != 0 {
        writer.byte(0x10)
        writer.varint(session)
      }
      if let nonce = entry.nonce {
        writer.string(tag: 0x1A, nonce.text, count: nonceCount)
      }
      writer.byte(0x7A)
      writer.varint(UInt64(said))
      if let name {
        writer.byte(0x0A)
        writer.varint(UInt64(name.count))
        if name.textCount > 0 { writer.string(tag: 0x0A, name.text, count: name.textCount) }
        if let key = name.key { writer.string(tag: 0x12, key, count: name.keyCount) }
      }
      writer.byte(0x10)
      writer.byte(kind.rawValue)
      if textCount > 0 { writer.string(tag: 0x1A, text, count: textCount) }
      return writer.count
    }
  }

  /// What a string without presence takes: nothing where it is empty.
  private static func field(_ count: Int) -> Int {
    count == 0 ? 0 : 1 + WireWriter.bytes(of: count) + count
  }

  /// The length that follows the tag at the beginning.
  private static func lengthOfOnly(_ buffer: WireBuffer) -> Int {
    var rest = buffer.count - 1
    // The length's own bytes are part of what follows the tag.
    rest -= WireWriter.bytes(of: rest - WireWriter.bytes(of: rest))
    return rest
  }
}

/// Refuses a message with a field that this release does not know.
func known(_ message: some SwiftProtobuf.Message) throws(CodecError) {
  guard message.unknownFields == UnknownStorage() else {
    throw .newer("\(type(of: message).protoMessageName) has an unknown field")
  }
}
