package import NIOCore
package import ParleyDoorKit
import ParleyJSONDoor
import ParleyLineDoor
import ParleyModel

/// Line mode on the way in, a command with a nonce as `~NONCE LINE`; on the way out every fact
/// that a checker wants, as a ``ProbeFrame``.
///
/// Line mode's printer runs along where it is asked to, and so does the JSON door, so that they are
/// part of simulated runs.
package struct ProbeDialect: Dialect {
  package static let name = "probe"

  private var line: LineDialect
  private let probe: ProbePrinter
  private let sabotage: Sabotage?
  private let printsLines: Bool
  private var shadow: JSONShadow?
  /// With what its session enters, where it can come back.
  var comesBack: (token: Secret, comeback: Comeback)?
  private var lastTag: UInt64 = 0
  /// The tags of line mode for those that were given here: those of messages without a nonce stay
  /// without.
  private var lineTags: [RequestTag: RequestTag] = [:]

  package init(echoes: Bool, printsLines: Bool, speaksJSON: Bool, sabotage: Sabotage?) {
    self.line = LineDialect(options: LineDoorOptions(serverName: "simulated"))
    self.probe = ProbePrinter(echoes: echoes, speaksJSON: speaksJSON)
    self.shadow = speaksJSON ? JSONShadow(sabotage: sabotage) : nil
    self.printsLines = printsLines
    self.sabotage = sabotage
  }

  package var printer: any RoomPrinter { self.probe }
  package var probes: Bool { true }

  package mutating func receive(_ bytes: inout ByteBuffer, into inbound: inout Inbound) {
    let text = bytes.readString(length: bytes.readableBytes) ?? ""
    // The first call is without bytes: line mode asks for what its greeting shows.
    if text.isEmpty { self.read(nil, nil, &inbound) }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      guard line.first == "~", let end = line.firstIndex(of: " ") else {
        self.read(line, nil, &inbound)
        continue
      }
      let nonce = Nonce(String(line[line.index(after: line.startIndex)..<end]))
      self.read(line[line.index(after: end)...], nonce, &inbound)
    }
  }

  private mutating func read(_ line: Substring?, _ nonce: Nonce?, _ inbound: inout Inbound) {
    var bytes = ByteBuffer()
    // Line mode has no word for it.
    let closes = line?.hasPrefix("/close ") == true
    if let line {
      bytes.writeString(closes ? "%groupleave" + line.dropFirst("/close".count) : String(line))
      bytes.writeStaticString("\n")
    }
    var own = Inbound()
    self.line.receive(&bytes, into: &own)
    for var request in own.requests {
      if closes, case .leave(let room, then: _) = request.command {
        request.command = .close(room)
      }
      if let comesBack = self.comesBack, case .login(let name, let autojoin) = request.command {
        request.command = .account(
          .enterAsGuest(name, token: comesBack.token, autojoin: autojoin))
        request.comeback = comesBack.comeback
      }
      if nonce != nil || request.tag != .none {
        self.lastTag += 1
        self.lineTags[RequestTag(self.lastTag)] = request.tag
        request.tag = RequestTag(self.lastTag)
        request.nonce = nonce
        var writer = ProbeWriter(.asked)
        writer.write(self.lastTag)
        if let nonce { writer.write("\(nonce.text) \(line ?? "")") }
        inbound.immediate.writeBytes(writer.finish())
      }
      if let fault = self.shadow?.read(request) {
        inbound.immediate.writeBytes(ProbeFrame.fault(fault))
      }
      if self.sabotage == .nameKeptCase { request.command = Self.withKeptCase(request.command) }
      inbound.requests.append(request)
    }
    inbound.failure = own.failure
  }

  /// A sabotaged door: its keys are what was written.
  private static func withKeptCase(_ command: Command) -> Command {
    if case .login(let name, let autojoin) = command {
      return .login(Name(text: name.text, key: name.text), autojoin: autojoin)
    }
    return command
  }

  package mutating func receiveEnd(into inbound: inout Inbound) {
    var own = Inbound()
    self.line.receiveEnd(into: &own)
    inbound.requests += own.requests.map { Request($0.command) }
  }

  package mutating func print(_ output: SessionOutput, into buffer: inout ByteBuffer) {
    self.printLine(output)
    if let fault = self.shadow?.print(output) { buffer.writeBytes(ProbeFrame.fault(fault)) }
    switch output {
    case .reply(let tag, let reply): buffer.writeBytes(ProbeFrame.reply(tag, reply))
    case .refused(let tag, let refusal): buffer.writeBytes(ProbeFrame.refused(tag, refusal))
    case .direct(let event): buffer.writeBytes(ProbeFrame.direct(event))
    case .told(let event, _): buffer.writeBytes(ProbeFrame.event(event))
    case .server, .begin: break
    case .probe:
      var writer = ProbeWriter(.probe)
      buffer.writeBytes(writer.finish())
    case .skipped(let room, let from, let through):
      var writer = ProbeWriter(.skipped)
      writer.write(from.number)
      writer.write(through.number - (self.sabotage == .skipMiscounted ? 1 : 0))
      writer.write(room)
      buffer.writeBytes(writer.finish())
    case .behind(let replay): buffer.writeBytes(ProbeFrame.replay(.behind, replay))
    case .caughtUp(let replay): buffer.writeBytes(ProbeFrame.replay(.caughtUp, replay))
    case .closing(let closing):
      var writer = ProbeWriter(.closing)
      writer.write("\(closing)")
      buffer.writeBytes(writer.finish())
    }
  }

  /// Line mode learns from what it prints whether it is at its prompt.
  private mutating func printLine(_ output: SessionOutput) {
    var scratch = ByteBuffer()
    switch output {
    case .reply(let tag, let reply):
      let tag = self.lineTags.removeValue(forKey: tag) ?? tag
      if self.printsLines || Self.matters(reply) {
        self.line.print(.reply(tag, reply), into: &scratch)
      }
    case .refused(let tag, let refusal):
      let tag = self.lineTags.removeValue(forKey: tag) ?? tag
      self.line.print(.refused(tag, refusal), into: &scratch)
    case .direct, .told, .server, .skipped, .behind, .caughtUp, .closing, .probe, .begin:
      if self.printsLines { self.line.print(output, into: &scratch) }
    }
  }

  private static func matters(_ reply: Reply) -> Bool {
    switch reply {
    case .greeting, .welcome, .renamed, .account, .moderation, .audit, .notice, .local: true
    case .pong, .entered, .left, .closed, .topic, .topicSet, .stored, .delivered, .removed, .posts,
      .message, .history, .found, .people, .rooms, .profile, .away, .ignoring:
      false
    }
  }
}

/// Prints events as frames.
struct ProbePrinter: RoomPrinter {
  let echoes: Bool
  var json: JSONPrinter?

  init(echoes: Bool, speaksJSON: Bool) {
    self.echoes = echoes
    self.json = speaksJSON ? JSONPrinter(echoes: echoes) : nil
  }

  var variant: Variant { Variant(door: ProbeDialect.name, options: self.echoes ? 1 : 0) }

  func day(of time: Timestamp) -> Int32? { nil }

  func printDay(_ day: Int32, into buffer: inout ByteBuffer) {}

  func print(_ event: RoomEvent, room: String, into buffer: inout ByteBuffer) {
    buffer.writeBytes(ProbeFrame.event(event))
    guard let json = self.json else { return }
    var scratch = ByteBuffer()
    json.print(event, room: room, into: &scratch)
    if let fault = JSONShadow.fault(in: scratch) { buffer.writeBytes(ProbeFrame.fault(fault)) }
  }

  func printCrowd(came: Int, went: Int, room: String, into buffer: inout ByteBuffer) -> Bool {
    false
  }
}
