import NIOCore
import ParleyDoorKit
import ParleyJSONDoor
import ParleyModel

/// The JSON door beside a simulated session.
///
/// What the session asks is written as a request, and must come out of the door as it went in;
/// what it is shown, the door prints too. Each must be whole lines of JSON, and each request is
/// answered once, under its id.
struct JSONShadow {
  private var door = JSONDialect()
  /// The door's tags for the session's.
  private var tags: [RequestTag: RequestTag] = [:]
  /// Logins of sessions that do not come back: nobody tells them that they have arrived.
  private var logins: Set<RequestTag> = []
  /// The login that is answered when everything behind it was told.
  private var arriving: RequestTag?
  private let sabotage: Sabotage?
  private var hasLeft = false

  init(sabotage: Sabotage?) {
    self.sabotage = sabotage
  }

  /// Puts a session's request through the door; what is wrong with what comes out.
  mutating func read(_ request: Request) -> String? {
    guard !self.hasLeft, let command = JSONCommand(request) else { return nil }
    // Two direct conversations may be called alike here, and JSON has no two members of one name.
    let titles = (request.comeback?.cursors ?? []).map(\.conversation.text)
    guard Set(titles).count == titles.count else { return nil }
    let storesMessage = request.nonce != nil || request.tag == .none
    guard !storesMessage || Self.takesNonce.contains(command.method) else { return nil }
    let line = command.line(tag: request.tag, nonce: request.nonce)
    var bytes = ByteBuffer(string: line)
    var inbound = Inbound()
    self.door.receive(&bytes, into: &inbound)
    let first = inbound.requests.first
    let isLogin = command.method == "login"
    guard let first, first.command == request.command, first.nonce == request.nonce,
      isLogin || first.comeback == request.comeback
    else {
      return "\(line) came out as \(inbound.requests), and is \(request)"
    }
    if command.method == "quit" { self.hasLeft = true }
    self.tags[request.tag] = first.tag
    if isLogin { self.logins.insert(request.tag) }
    return nil
  }

  private static let takesNonce: Set = Set(
    MethodTable.rows.filter(\.storesMessage).map(\.name))

  /// Prints what the session is shown; what is wrong with it.
  mutating func print(_ output: SessionOutput) -> String? {
    var fault: String?
    switch output {
    case .reply(let tag, let reply):
      fault = self.answer(tag) { .reply($0, reply) }
    case .refused(let tag, let refusal):
      fault = self.answer(tag) { .refused($0, refusal) }
    case .direct, .told, .server, .skipped, .behind, .caughtUp, .probe, .closing:
      var buffer = ByteBuffer()
      self.door.print(output, into: &buffer)
      fault = Self.fault(in: buffer)
    case .begin: break
    }
    return fault
  }

  private mutating func answer(
    _ tag: RequestTag, _ output: (RequestTag) -> SessionOutput
  ) -> String? {
    var buffer = ByteBuffer()
    guard tag != .none else {
      self.door.print(output(.none), into: &buffer)
      guard buffer.readableBytes > 0 else { return nil }
      let text = String(buffer: buffer)
      if let arriving = self.arriving {
        let begin = "{\"jsonrpc\":\"2.0\",\"id\":\(arriving.number),"
        guard text.hasPrefix(begin) else { return "\(text) before the arrival" }
        self.arriving = nil
        return Self.fault(in: buffer)
      }
      // What concerns the session is told as an event.
      let events = ["opened", "notice", "marked"].map {
        "{\"jsonrpc\":\"2.0\",\"method\":\"\($0)\","
      }
      return events.contains { text.hasPrefix($0) } ? nil : "an answer without a tag is printed"
    }
    guard var known = self.tags.removeValue(forKey: tag) else { return nil }
    if self.sabotage == .jsonTagMistaken, tag.number % 16 == 0 { known.number += 1 }
    self.door.print(output(known), into: &buffer)
    let begin = "{\"jsonrpc\":\"2.0\",\"id\":\(tag.number),"
    if case .reply(_, .welcome) = output(known) {
      guard self.logins.contains(tag) else {
        self.arriving = tag
        return buffer.readableBytes == 0 ? nil : "a welcome is printed"
      }
      self.door.print(.reply(.none, .account(.arrived(Arrival()))), into: &buffer)
    }
    self.logins.remove(tag)
    let text = String(buffer: buffer)
    guard text.hasPrefix(begin), text.utf8.count(where: { $0 == 0x0A }) == 1 else {
      return "the answer to \(tag.number) is \(text)"
    }
    return Self.fault(in: buffer)
  }

  /// What is wrong with whole lines of JSON.
  static func fault(in buffer: ByteBuffer) -> String? {
    guard buffer.readableBytesView.last == 0x0A else { return "no line: \(String(buffer: buffer))" }
    for line in buffer.readableBytesView.dropLast().split(
      separator: 0x0A, omittingEmptySubsequences: false)
    {
      if let fault = line.withUnsafeBytes({ JSONScanner.fault(in: $0) }) {
        return "\(fault) in \(String(decoding: line, as: UTF8.self))"
      }
    }
    return nil
  }
}
