package import NIOCore
package import ParleyDoorKit
package import ParleyJSONDoor
import ParleyLineDoor
package import ParleyModel
import ParleyQueueDoor

/// What the queue door speaks: line mode's commands inwards, the JSON door's words outwards.
///
/// Each message is answered once, under an `id` that counts them: the `HELLO` that began it all has
/// 0. A session that begins with a request of the JSON door goes on so, and is answered as there.
/// A value on its session's event loop.
package struct QueueTongue: QueueLanguage {
  private var reader = CommandReader()
  private var json = JSONDialect()
  /// For answers that the JSON door has no members for: they are told in words.
  private var line: LineDialect
  private var lastID: Int64 = 0
  /// Whether it is sent the JSON door's requests instead of commands.
  private var takesRequests = false

  package init(serverName: String) {
    self.line = LineDialect(options: LineDoorOptions(serverName: serverName))
  }

  package var printer: JSONPrinter { JSONPrinter(echoes: self.json.printer.echoes) }

  package mutating func enter(_ name: String, into inbound: inout Inbound) {
    self.enter(name, id: 0, into: &inbound)
  }

  private mutating func enter(_ name: String, id: Int64, into inbound: inout Inbound) {
    do throws(Refusal) {
      let name = try NameRules.participantName(name)
      self.json.ask(.login(name, autojoin: true), id: id, into: &inbound)
    } catch {
      self.json.ask(.misuse(error), id: id, into: &inbound)
    }
  }

  package mutating func receive(_ bytes: inout ByteBuffer, into inbound: inout Inbound) {
    self.takesRequests = true
    self.json.receive(&bytes, into: &inbound)
  }

  package mutating func take(_ command: String, into inbound: inout Inbound) {
    self.lastID += 1
    guard !self.takeOwn(command, into: &inbound) else { return }
    switch self.reader.take(command) {
    case .command(let command): self.json.ask(command, id: self.lastID, into: &inbound)
    case .words(let words): self.json.tell(words, id: self.lastID, into: &inbound)
    case .refused(let refusal):
      self.json.ask(.misuse(refusal), id: self.lastID, into: &inbound)
    }
  }

  /// Takes the two that are this door's own; false where it is neither.
  ///
  /// A post or a password that is under way may have such a line in it. The lone `PING` alone is
  /// none of it, so that a program that writes for long still shows that it is there.
  private mutating func takeOwn(_ command: String, into inbound: inout Inbound) -> Bool {
    if self.reader.isInside, command != "PING" { return false }
    let first = command.prefix { $0 != " " }
    let rest = command[first.endIndex...].drop { $0 == " " }
    switch first {
    case "PING" where rest.utf8.count <= Limits.awayBytesMax:
      self.json.ask(.ping(String(rest)), id: self.lastID, into: &inbound)
    case "HELLO":
      self.enter(String(rest), id: self.lastID, into: &inbound)
    default: return false
    }
    return true
  }

  package mutating func refuse(_ refusal: Refusal, into inbound: inout Inbound) {
    self.lastID += 1
    self.json.ask(.misuse(refusal), id: self.lastID, into: &inbound)
  }

  package mutating func become(_ participant: ParticipantID) {
    self.json.become(participant)
  }

  package mutating func print(_ output: SessionOutput, into buffer: inout ByteBuffer) {
    let start = buffer.writerIndex
    self.json.print(output, into: &buffer)
    guard !self.takesRequests, case .reply(_, let reply) = output,
      Self.endsEmpty(buffer, from: start)
    else { return }
    var words = ByteBuffer()
    self.line.print(.reply(.none, reply), into: &words)
    let text = String(buffer: words)
    guard !text.isEmpty else { return }
    buffer.moveWriterIndex(to: buffer.writerIndex - Self.emptyResult.utf8.count)
    buffer.writeString("\"result\":{\"text\":")
    buffer.writeJSON(text.hasSuffix("\n") ? String(text.dropLast()) : text)
    buffer.writeString("}}\n")
  }

  private static let emptyResult = "\"result\":{}}\n"

  private static func endsEmpty(_ buffer: ByteBuffer, from start: Int) -> Bool {
    let count = Self.emptyResult.utf8.count
    guard buffer.writerIndex - start >= count,
      let end = buffer.viewBytes(at: buffer.writerIndex - count, length: count)
    else { return false }
    return end.elementsEqual(Self.emptyResult.utf8)
  }

  package static func announce(
    _ message: Message, room: String, into buffer: inout ByteBuffer
  ) {
    JSONPrinter.printLong(message, room: room, into: &buffer)
  }
}
