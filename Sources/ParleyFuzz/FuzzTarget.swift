import NIOCore
import ParleyAdminDoor
import ParleyDoorKit
import ParleyIRCDoor
import ParleyJSONDoor
import ParleyLineDoor
import ParleyModel
import ParleyQueueDoor
import ParleyTransport

@testable import ParleyLog
@testable import ParleyServer

/// A parser, and what must hold of it for every input: it neither traps nor hangs, and what is
/// said at each case.
enum FuzzTarget: String, CaseIterable {
  /// Line mode with its telnet commands; the same requests however the bytes are cut.
  case line
  /// The IRC door; the same requests however the bytes are cut.
  case irc
  /// The administrators' dialect, behind its first line; the same requests however they are cut.
  case admin
  /// The JSON door; the same requests however the bytes are cut, and what is taken for JSON is
  /// read, and written again, as the same.
  case json
  /// The message queue door: what is in the control queue, a session's messages, and lines that
  /// are cut into parts, which together are what they were.
  case queue
  /// The first bytes of a connection; what was decided stays decided as more bytes come.
  case recognise
  /// The header of a proxy; what was decided stays decided as more bytes come, within its bounds.
  case proxy
  /// The rules of names; a name that was accepted is accepted again, as the same.
  case names
  /// An entry of the log; what was read is written and read again as the same.
  case entry
  /// A segment of the log, raw, or with frames whose checksums are right.
  case segment
  /// A block of messages, as above.
  case block
  /// Events and state of the archive.
  case state
  /// `parley.yaml`.
  case configuration

  func run(_ bytes: [UInt8]) {
    switch self {
    case .line: Self.sameHoweverCut(bytes) { LineDialect(options: .init(serverName: "fuzz")) }
    case .irc: Self.sameHoweverCut(bytes) { IRCDialect(options: .init(serverName: "fuzz")) }
    case .json:
      Self.sameHoweverCut(bytes) { JSONDialect() }
      Self.json(bytes)
    case .admin:
      let head = Array("\(AdminDialect.firstLine)\n".utf8)
      Self.sameHoweverCut(bytes.prefix(1) + head + bytes.dropFirst()) { AdminDialect() }
    case .queue: Self.queue(bytes)
    case .recognise:
      for isLocal in [false, true] { Self.recognise(bytes, isLocal: isLocal) }
    case .proxy: Self.proxy(bytes)
    case .names: Self.names(bytes)
    case .entry: Self.entry(bytes)
    case .segment: Self.segment(bytes)
    case .block: Self.block(bytes)
    case .state: Self.state(bytes)
    case .configuration: Self.configuration(bytes)
    }
  }

  // MARK: Doors

  /// The first byte says into which pieces the rest is cut.
  private static func sameHoweverCut(_ bytes: [UInt8], _ make: () -> some Dialect) {
    guard let first = bytes.first else { return }
    let bytes = Array(bytes.dropFirst())
    let whole = self.requests(of: make(), in: [bytes[...]])
    let size = Int(first % 16) + 1
    let pieces = stride(from: 0, to: bytes.count, by: size).map {
      bytes[$0..<min($0 + size, bytes.count)]
    }
    let cut = self.requests(of: make(), in: pieces)
    precondition(whole == cut, "\(whole) whole, but \(cut) in pieces of \(size)")
  }

  private static func requests(
    of dialect: some Dialect, in pieces: [ArraySlice<UInt8>]
  ) -> [String] {
    var dialect = dialect
    var inbound = Inbound()
    var buffer = ByteBuffer()
    dialect.print(.begin(SessionID(1)), into: &buffer)
    // A session begins with nothing.
    for piece in [[]] + pieces where inbound.failure == nil {
      buffer.clear()
      buffer.writeBytes(piece)
      dialect.receive(&buffer, into: &inbound)
      precondition(buffer.readableBytes == 0, "not all was consumed")
      if dialect.handOver() != nil { break }
    }
    if inbound.failure == nil { dialect.receiveEnd(into: &inbound) }
    return inbound.requests.map { "\($0)" }
  }

  /// Messages parted by 0xFF: as they are in the control queue, and then as commands of a session.
  private static func queue(_ bytes: [UInt8]) {
    var dialect = QueueDialect(
      QueueTongue(serverName: "fuzz"), messageBytes: 1_024, asked: "fuzz")
    var inbound = Inbound()
    for message in bytes.split(separator: 0xFF) where inbound.failure == nil {
      let input = Array(message).withUnsafeBytes { QueueInput($0) }
      if case .keyed(let key, let start) = input {
        precondition(Array(key.text.utf8) == Array(message.prefix(32)) && start == 33)
      }
      var buffer = ByteBuffer(bytes: message)
      dialect.receive(&buffer, into: &inbound)
      precondition(buffer.readableBytes == 0, "not all was consumed")
    }
    // Each is answered once, whatever it was: with a request of its own, but for the entrance's two.
    for request in inbound.requests { precondition(request.tag != .none, "\(request)") }
    Self.parts(of: bytes)
  }

  /// Any text without control characters, as lines of JSON are.
  private static func parts(of bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self).unicodeScalars.filter { $0.value >= 0x20 }
    let line = String(repeating: String(String.UnicodeScalarView(text)), count: 8)
    // What looks like a part is none of ours.
    guard !line.utf8.isEmpty, !line.hasPrefix(#"{"jsonrpc":"2.0","method":"part""#) else { return }
    var buffer = ByteBuffer()
    QueueParts.write(ByteBuffer(string: line + "\n"), bytesMax: 1_024, into: &buffer)
    var joiner = QueueParts.Joiner()
    var whole: [[UInt8]] = []
    for part in buffer.readableBytesView.split(separator: 0x0A) {
      precondition(part.count < 1_024, "a part has \(part.count) bytes")
      if let line = joiner.take(part) { whole.append(line) }
    }
    precondition(whole == [Array(line.utf8)], line)
  }

  /// Each line that is JSON, with its strings written anew.
  private static func json(_ bytes: [UInt8]) {
    for line in bytes.dropFirst().split(separator: 0x0A) {
      Array(line).withUnsafeBytes { raw in
        guard JSONScanner.fault(in: raw) == nil else { return }
        var buffer = ByteBuffer()
        Self.write(JSONValue(raw), into: &buffer)
        let first = String(buffer: buffer)
        buffer.withUnsafeReadableBytes { again in
          precondition(JSONScanner.fault(in: again) == nil, first)
          var buffer = ByteBuffer()
          Self.write(JSONValue(again), into: &buffer)
          precondition(String(buffer: buffer) == first, first)
        }
      }
    }
  }

  private static func write(_ value: JSONValue, into buffer: inout ByteBuffer) {
    switch value.kind {
    case .string: buffer.writeJSON(value.text)
    case .number, .boolean, .null: buffer.writeBytes(value.raw)
    case .array:
      var elements = value.elements
      buffer.writeString("[")
      var isFirst = true
      while let element = elements.next() {
        if !isFirst { buffer.writeString(",") }
        isFirst = false
        Self.write(element, into: &buffer)
      }
      buffer.writeString("]")
    case .object:
      var members = value.members
      buffer.writeString("{")
      var isFirst = true
      while let (name, value) = members.next() {
        if !isFirst { buffer.writeString(",") }
        isFirst = false
        buffer.writeJSON(name.text)
        buffer.writeString(":")
        Self.write(value, into: &buffer)
      }
      buffer.writeString("}")
    }
  }

  private static func recognise(_ bytes: [UInt8], isLocal: Bool) {
    var decided: FirstWords?
    for count in 1..<max(1, min(bytes.count, FrontDoor.bytesMax) + 1) {
      let words = FirstWords.recognise(
        ByteBuffer(bytes: bytes.prefix(count)).readableBytesView, isLocal: isLocal)
      if let decided { precondition(words == decided, "\(decided), then \(words)") }
      if words != .needMore { decided = words }
    }
  }

  private static func proxy(_ bytes: [UInt8]) {
    var decided: ProxyHeader.Reading?
    for count in 1..<max(1, bytes.count + 1) {
      let view = ByteBuffer(bytes: bytes.prefix(count)).readableBytesView
      let reading = ProxyHeader.read(view)
      if let decided { precondition(reading == decided, "\(decided), then \(reading)") }
      if reading != .needMore { decided = reading }
      precondition(reading != .needMore || count < ProxyHeader.binaryBytesMax, "needs more")
      if case .header(let header) = reading { precondition(header.length <= count) }
    }
  }

  private static func names(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    if let name = try? NameRules.participantName(text) {
      precondition((try? NameRules.participantName(name.text)) == name, name.text)
    }
    if let name = try? NameRules.roomName(text) {
      precondition((try? NameRules.roomName(name.text)) == name, name.text)
    }
    _ = NameRules.shown(text)
  }

  // MARK: The log and the archive

  private static func entry(_ bytes: [UInt8]) {
    guard let entry = try? EntryCodec.decode(bytes, offset: .zero) else { return }
    let again = try? EntryCodec.decode(EntryCodec.encode(entry), offset: .zero)
    precondition("\(again.map { "\($0)" } ?? "nothing")" == "\(entry)")
  }

  private static func segment(_ bytes: [UInt8]) {
    guard let first = bytes.first else { return }
    let header = SegmentFormat.Header(first: LogOffset(7), salt: 42)
    var segment = SegmentFormat.bytes(of: header)
    let rest = bytes.dropFirst()
    if first % 2 == 0 {
      segment += rest
    } else {
      // Pieces of 40 bytes become frames whose checksums are right; the rest of their fields is
      // the input's.
      for start in stride(from: rest.startIndex, to: rest.endIndex, by: 40) {
        segment += self.frame(Array(rest[start..<min(start + 40, rest.endIndex)]))
      }
    }
    guard let scan = try? SegmentScan(segment, header: header, path: "s", isLast: first & 2 == 0)
    else { return }
    precondition(scan.position <= segment.count && scan.tornEnd <= segment.count)
    precondition(scan.end >= header.first)
  }

  private static func frame(_ piece: [UInt8]) -> [UInt8] {
    let number = { (index: Int) -> UInt64 in index < piece.count ? UInt64(piece[index]) : 0 }
    let payload = Array(piece.dropFirst(4))
    let header = SegmentFormat.Frame(
      payloadBytes: payload.count, first: number(0), count: number(1), before: number(2),
      after: number(3))
    var bytes = [UInt8](repeating: 0, count: header.bytes)
    bytes.replaceSubrange(
      SegmentFormat.frameHeaderBytes..<SegmentFormat.frameHeaderBytes + payload.count,
      with: payload)
    bytes.withUnsafeMutableBytes {
      SegmentFormat.seal($0, header, seed: SegmentFormat.seed(42))
    }
    return bytes
  }

  private static func block(_ bytes: [UInt8]) {
    try? bytes.withUnsafeBytes { try MessageBlock.forEachText(in: $0) { _, _, _ in } }
    guard let messages = self.messages(in: bytes) else { return }
    precondition(self.messages(in: MessageBlock.encode(messages)) == messages)
  }

  private static func messages(in bytes: [UInt8]) -> [Message]? {
    try? bytes.withUnsafeBytes {
      try MessageBlock.decode($0, room: RoomID(1), first: Sequence(1))
    }
  }

  private static func state(_ bytes: [UInt8]) {
    if let event = try? EventCodec.decode(bytes), let again = EventCodec.encode(event) {
      precondition((try? EventCodec.decode(again)) == event)
    }
    _ = try? StateCodec.conversation(bytes)
    _ = try? StateCodec.room(bytes)
    _ = try? StateCodec.participant(bytes)
    _ = try? StateCodec.session(bytes)
    _ = try? StateCodec.member(bytes)
    _ = try? StateCodec.nonce(bytes)
  }

  // MARK: The configuration

  private static func configuration(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let file = try? ConfigurationFile(text: text, name: "parley.yaml") else { return }
    var configuration = ServerConfiguration()
    for (key, values) in file.values {
      guard let setting = Setting.named(key) else { preconditionFailure("\(key) is no setting") }
      try? setting.assign(values, &configuration)
    }
  }
}
