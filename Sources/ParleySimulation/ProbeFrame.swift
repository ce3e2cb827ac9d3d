import Glibc
import NIOCore
import ParleyDoorKit
import ParleyModel

/// What a simulated client is sent: a length in four bytes, a kind, and what that kind holds.
///
/// Numbers are in eight bytes, big-endian; a text or a message has its length before it. Equal
/// facts have equal bytes, so that a checker compares bytes.
struct ProbeFrame {
  enum Kind: UInt8 {
    /// A command was read, under that tag: tag, nonce and line.
    case asked = 1
    /// Room, position, sequence (0 for what is no message), then the event.
    case event
    /// A message.
    case direct
    /// Tag, count of messages, messages, then the rest of the answer as text.
    case reply
    /// Tag, then code.
    case refused
    case closing
    case probe
    /// Room, first and last number.
    case skipped
    /// What is wrong with the JSON door.
    case fault
    /// Room, first number, newest number: what came after a cursor follows, or that was all.
    case behind, caughtUp
  }

  let kind: Kind
  /// The whole frame.
  let bytes: ArraySlice<UInt8>

  /// What comes after the length and the kind.
  var body: ArraySlice<UInt8> { self.bytes.dropFirst(5) }

  /// The number at that place in the body, counted in numbers.
  func number(_ place: Int) -> UInt64 {
    ProbeFrame.number(in: self.bytes, at: self.bytes.startIndex + 5 + place * 8)
  }

  static func number(in bytes: ArraySlice<UInt8>, at place: Int) -> UInt64 {
    guard place + 8 <= bytes.endIndex else { return 0 }
    return bytes.withUnsafeBytes { raw in
      UInt64(
        bigEndian: raw.loadUnaligned(fromByteOffset: place - bytes.startIndex, as: UInt64.self))
    }
  }

  /// Text at that offset of the body.
  func text(from offset: Int) -> String {
    String(decoding: self.body.dropFirst(offset), as: UTF8.self)
  }

  func equals(_ other: [UInt8]) -> Bool {
    guard self.bytes.count == other.count else { return false }
    return self.bytes.withUnsafeBytes { left in
      other.withUnsafeBytes { right in
        guard let left = left.baseAddress, let right = right.baseAddress else { return true }
        return memcmp(left, right, other.count) == 0
      }
    }
  }

  /// Takes the next frame from bytes; nil where it is not whole.
  static func next(in bytes: [UInt8], at place: inout Int) -> ProbeFrame? {
    guard place + 5 <= bytes.count else { return nil }
    var length = 0
    for index in place..<(place + 4) { length = length << 8 | Int(bytes[index]) }
    let end = place + 4 + length
    guard end <= bytes.count, let kind = Kind(rawValue: bytes[place + 4]) else { return nil }
    defer { place = end }
    return ProbeFrame(kind: kind, bytes: bytes[place..<end])
  }

  /// The messages of a reply.
  var messages: [ArraySlice<UInt8>] {
    var messages: [ArraySlice<UInt8>] = []
    var place = self.bytes.startIndex + 5 + 16
    for _ in 0..<self.number(1) {
      let length = Int(ProbeFrame.number(in: self.bytes, at: place))
      messages.append(self.bytes[(place + 8)..<(place + 8 + length)])
      place += 8 + length
    }
    return messages
  }
}

/// Builds one frame.
struct ProbeWriter {
  private(set) var bytes: [UInt8] = [0, 0, 0, 0]

  init(_ kind: ProbeFrame.Kind) {
    self.bytes.reserveCapacity(96)
    self.bytes.append(kind.rawValue)
  }

  mutating func write(_ number: UInt64) {
    withUnsafeBytes(of: number.bigEndian) { self.bytes.append(contentsOf: $0) }
  }

  mutating func write(_ text: String) {
    var text = text
    text.withUTF8 { self.bytes.append(contentsOf: $0) }
  }

  mutating func write(_ bytes: [UInt8]) {
    self.bytes.append(contentsOf: bytes)
  }

  /// The frame, with its length.
  mutating func finish() -> [UInt8] {
    let length = UInt32(self.bytes.count - 4)
    for place in 0..<4 {
      self.bytes[place] = UInt8(truncatingIfNeeded: length >> UInt32(24 - place * 8))
    }
    return self.bytes
  }
}

extension ProbeFrame {
  /// A message as it is in answers and events.
  static func bytes(of message: Message) -> [UInt8] {
    var writer = ProbeWriter(.direct)
    writer.write(UInt64(message.room.number))
    writer.write(message.position.number)
    writer.write(message.sequence.number)
    writer.write(UInt64(message.kind.rawValue) | (message.removal == nil ? 0 : 256))
    writer.write(message.sender.participant.number)
    writer.write(message.sender.name)
    writer.write("|")
    writer.write(message.subject)
    writer.write("|")
    writer.write(message.body)
    return Array(writer.finish().dropFirst(5))
  }

  static func event(_ event: RoomEvent) -> [UInt8] {
    var writer = ProbeWriter(.event)
    if case .message(let message) = event.event {
      writer.write(Self.bytes(of: message))
      return writer.finish()
    }
    writer.write(UInt64(event.room.number))
    writer.write(event.position.number)
    writer.write(0)
    writer.write(0)
    switch event.event {
    case .message: break
    case .came(let sender, let present):
      writer.write(sender.participant.number)
      writer.write("\(sender.name) came, \(present) are there")
    case .went(let sender, _, let present):
      writer.write(sender.participant.number)
      writer.write("\(sender.name) went, \(present) are there")
    case .topic(let text, let sender):
      writer.write(sender.participant.number)
      writer.write("topic \(text)")
    case .renamed(let sender, let name):
      writer.write(sender.participant.number)
      writer.write("\(sender.name) is \(name)")
    case .removed(let sequence, _, let sender):
      writer.write(sender.participant.number)
      writer.write("#\(sequence.number) removed")
    case .changed(let change, let sender):
      writer.write(sender.participant.number)
      writer.write("changed \(change)")
    }
    return writer.finish()
  }

  static func direct(_ event: DirectEvent) -> [UInt8] {
    var writer = ProbeWriter(.direct)
    writer.write(Self.bytes(of: event.message))
    return writer.finish()
  }

  static func replay(_ kind: Kind, _ replay: Replay) -> [UInt8] {
    var writer = ProbeWriter(kind)
    writer.write(UInt64(replay.room.number))
    writer.write(replay.after.number)
    writer.write(replay.head.number)
    return writer.finish()
  }

  static func fault(_ text: String) -> [UInt8] {
    var writer = ProbeWriter(.fault)
    writer.write(text)
    return writer.finish()
  }

  static func refused(_ tag: RequestTag, _ refusal: Refusal) -> [UInt8] {
    var writer = ProbeWriter(.refused)
    writer.write(tag.number)
    writer.write(refusal.code)
    return writer.finish()
  }

  static func reply(_ tag: RequestTag, _ reply: Reply) -> [UInt8] {
    var writer = ProbeWriter(.reply)
    writer.write(tag.number)
    let messages = reply.messages.map { Self.bytes(of: $0) }
    writer.write(UInt64(messages.count))
    for message in messages {
      writer.write(UInt64(message.count))
      writer.write(message)
    }
    writer.write(Self.text(of: reply))
    return writer.finish()
  }

  private static func text(of reply: Reply) -> String {
    switch reply {
    case .greeting(let people, let rooms): "greeting \(people) \(rooms)"
    case .welcome(_, let name, _): "welcome \(name)"
    case .renamed(let name): "renamed \(name)"
    case .pong(let text): "pong \(text)"
    case .entered(let entry):
      "entered \(entry.name) \(entry.room.number) \(entry.head.number) \(entry.resumption) "
        + "\(entry.reason) " + entry.present.joined()
    case .left(let room, let current): "left \(room) \(current ?? "-")"
    case .closed(let room, let current): "closed \(room) \(current ?? "-")"
    case .topic(let room, let topic): "topic \(room) \(topic?.text ?? "-")"
    case .topicSet(let room, let topic): "topic set \(room) \(topic)"
    case .stored(_, let id, _, _): "stored \(id.text)"
    case .delivered(_, _, let id, _, _): "stored \(id.text)"
    case .removed(let conversation, let sequence): "removed \(conversation) \(sequence.number)"
    case .posts(let room, _): "posts \(room)"
    case .message(let conversation, _): "message \(conversation)"
    case .history(let conversation, _): "history \(conversation)"
    case .found(let conversation, let query, _): "found \(conversation) \(query.text)"
    case .people(let room, let people, _):
      "people \(room) " + people.map(\.name).joined(separator: " ")
    case .rooms(let rooms, _): "rooms " + rooms.map { "\($0.name) \($0.present)" }.joined()
    case .profile(let profile): "profile \(profile.name)"
    case .away(let text): "away \(text ?? "-")"
    case .ignoring(let name, let isHidden): "ignoring \(name) \(isHidden)"
    case .account(.tokenAdded(let number, let scopes, secret: _)):
      "token \(number) \(scopes.text)"
    case .account(let answer): "account \(answer)"
    case .moderation(let answer): "moderation \(answer)"
    case .audit(let room, _): "audit \(room ?? "-")"
    case .notice(let notice): "notice \(notice)"
    case .local: "local"
    }
  }
}

extension Reply {
  /// What messages are answered with.
  var excerpt: Excerpt? {
    switch self {
    case .entered(let entry): entry.excerpt
    case .posts(_, let excerpt), .message(_, let excerpt), .history(_, let excerpt),
      .found(_, _, let excerpt), .audit(_, let excerpt):
      excerpt
    case .greeting, .welcome, .renamed, .pong, .left, .closed, .topic, .topicSet, .stored,
      .delivered,
      .removed, .people, .rooms, .profile, .away, .ignoring, .account, .moderation, .notice,
      .local:
      nil
    }
  }

  fileprivate var messages: [Message] {
    switch self.excerpt {
    case .messages(let messages, more: _), .found(let messages, before: _): messages
    case .plan, nil: []
    }
  }
}

extension ProbeFrame: CustomStringConvertible {
  /// For the words of a fault.
  var description: String {
    switch self.kind {
    case .fault: "fault \(self.text(from: 0))"
    case .asked: "asked \(self.number(0)) \(self.text(from: 8))"
    case .event:
      "room \(self.number(0)) at \(self.number(1)): #\(self.number(2)) \(self.text(from: 40))"
    case .direct: "direct #\(self.number(2)) \(self.text(from: 40))"
    case .reply: "answer \(self.number(0)) with \(self.number(1)) messages: \(self.rest)"
    case .refused: "answer \(self.number(0)): refused, \(self.text(from: 8))"
    case .closing: "closed: \(self.text(from: 0))"
    case .probe: "probe"
    case .behind: "behind in room \(self.number(0)) after #\(self.number(1))"
    case .caughtUp: "caught up in room \(self.number(0)) to #\(self.number(2))"
    case .skipped: "skipped #\(self.number(0)) to #\(self.number(1)) of \(self.text(from: 16))"
    }
  }

  /// The text of a reply.
  var rest: String {
    let messages = self.messages.reduce(0) { $0 + 8 + $1.count }
    return self.text(from: 16 + messages)
  }
}
