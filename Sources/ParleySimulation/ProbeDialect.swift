package import NIOCore
package import ParleyDoorKit
import ParleyLineDoor
import ParleyModel

/// Line mode on the way in; on the way out every fact that a checker wants, one a line.
///
/// Line mode's printer runs along, so that it is part of every simulated run.
package struct ProbeDialect: Dialect {
  package static let name = "probe"

  private var line: LineDialect
  private let probe: ProbePrinter
  /// The tags that are still to be answered are counted by the client; here they are only shown.
  package init(echoes: Bool) {
    self.line = LineDialect(options: LineDoorOptions(serverName: "simulated"))
    self.probe = ProbePrinter(echoes: echoes)
  }

  package var printer: any RoomPrinter { self.probe }
  package var probes: Bool { true }

  package mutating func receive(_ bytes: inout ByteBuffer, into inbound: inout Inbound) {
    let before = inbound.requests.count
    self.line.receive(&bytes, into: &inbound)
    inbound.immediate.clear()
    Self.show(inbound.requests[before...], &inbound.immediate)
  }

  package mutating func receiveEnd(into inbound: inout Inbound) {
    self.line.receiveEnd(into: &inbound)
    inbound.immediate.clear()
  }

  /// What was asked, so that the client knows which answers are due.
  private static func show(_ requests: ArraySlice<Request>, _ buffer: inout ByteBuffer) {
    for request in requests where request.tag != .none {
      buffer.writeString("asked \(request.tag.number)\n")
    }
  }

  package mutating func print(_ output: SessionOutput, into buffer: inout ByteBuffer) {
    var scratch = ByteBuffer()
    self.line.print(output, into: &scratch)
    switch output {
    case .reply(let tag, let reply): buffer.writeString(Self.text(of: reply, tag))
    case .refused(let tag, let refusal):
      buffer.writeString("refused \(tag.number) \(refusal.code)\n")
    case .direct(let event):
      buffer.writeString("direct \(event.message.room.number) \(event.message.sequence.number)\n")
    case .server, .skipped, .probe, .begin: break
    case .closing: buffer.writeString("closing\n")
    }
  }

  private static func text(of reply: Reply, _ tag: RequestTag) -> String {
    var text = "reply \(tag.number)\n"
    switch reply {
    case .entered(let entry):
      let current = entry.isCurrent ? "current" : "open"
      text += "entered \(entry.room.number) \(entry.head.number) \(entry.name) \(entry.reason)"
      text += " \(current)\n" + Self.text(of: entry.excerpt)
    case .left(let room, let current): text += "left \(room) \(current ?? "-")\n"
    case .history(_, let excerpt), .posts(_, let excerpt), .message(_, let excerpt):
      text += Self.text(of: excerpt)
    case .greeting, .welcome, .renamed, .pong, .topic, .topicSet, .stored, .delivered, .removed,
      .people, .rooms, .profile, .away, .ignoring, .local:
      break
    }
    return text
  }

  private static func text(of excerpt: Excerpt) -> String {
    guard case .messages(let messages, _) = excerpt else { return "unread plan\n" }
    return messages.filter { $0.removal == nil }.map {
      "shown \($0.room.number) \($0.sequence.number) \($0.sender.name) \($0.body)\n"
    }.joined()
  }
}

/// Prints positions and sequences.
struct ProbePrinter: RoomPrinter {
  let echoes: Bool

  var variant: Variant { Variant(door: ProbeDialect.name, options: self.echoes ? 1 : 0) }

  func day(of time: Timestamp) -> Int32? { nil }

  func printDay(_ day: Int32, into buffer: inout ByteBuffer) {}

  func print(_ event: RoomEvent, room: String, into buffer: inout ByteBuffer) {
    buffer.writeString("event \(event.room.number) \(event.position.number)")
    if case .message(let message) = event.event {
      buffer.writeString(
        " \(message.sequence.number) \(message.sender.name) "
          + message.body.replacing("\n", with: " "))
    }
    buffer.writeString("\n")
  }

  func printCrowd(came: Int, went: Int, room: String, into buffer: inout ByteBuffer) -> Bool {
    false
  }
}
