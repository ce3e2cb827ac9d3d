import Foundation
package import NIOCore
package import ParleyDoorKit
import ParleyModel

/// How the owner of the data directory speaks to the server, over the Unix socket alone: the line
/// `ADMIN/1`, then an ``AdminRequest`` a line, each answered by an ``AdminAnswer``.
///
/// Its commands need no login, as whoever may open that socket owns all that the server has. A
/// value on the event loop of its socket, and on nobody's hot path.
package struct AdminDialect: Dialect {
  package static let name = "admin"
  /// What a connection begins with; the number is that of the requests' form.
  package static let firstLine = FirstWords.adminWord + "1"
  /// A request in bytes, its end included; a longer one ends the session.
  package static let lineBytesMax = 64 * 1024

  private struct Printer: RoomPrinter {
    let variant = Variant(door: AdminDialect.name)
    var echoes: Bool { true }

    func day(of time: Timestamp) -> Int32? { nil }
    func printDay(_ day: Int32, into buffer: inout ByteBuffer) {}
    func print(_ event: RoomEvent, room: String, into buffer: inout ByteBuffer) {}
    func printCrowd(
      came: Int, went: Int, room: String, into buffer: inout ByteBuffer
    ) -> Bool { true }
  }

  /// Why whoever is there is refused; nil where it is not.
  private let refusal: String?
  /// What is answered before the session ends for something that it sent.
  private var failure: AdminAnswer?
  private var unfinished = ByteBuffer()
  private var hasBegun = false
  private var hasEnded = false
  private var lastTag: UInt64 = 0

  /// With a `refusal` it is the one answer, and nothing is done.
  package init(refusal: String? = nil) {
    self.refusal = refusal
  }

  package var printer: any RoomPrinter { Printer() }
  package var probes: Bool { false }

  // MARK: Input

  package mutating func receive(_ bytes: inout ByteBuffer, into inbound: inout Inbound) {
    guard !self.hasEnded else { return bytes.moveReaderIndex(to: bytes.writerIndex) }
    self.unfinished.writeBuffer(&bytes)
    while !self.hasEnded,
      let end = self.unfinished.readableBytesView.firstIndex(of: UInt8(ascii: "\n"))
    {
      let line = self.unfinished.readSlice(length: end - self.unfinished.readerIndex)
      self.unfinished.moveReaderIndex(forwardBy: 1)
      if let line { self.take(line, into: &inbound) }
    }
    if !self.hasEnded, self.unfinished.readableBytes >= Self.lineBytesMax {
      self.fail("too_long", "a request has at most \(Self.lineBytesMax) bytes", into: &inbound)
    }
    if self.hasEnded || self.unfinished.readableBytes == 0 {
      self.unfinished = ByteBuffer()
    } else {
      self.unfinished.discardReadBytes()
    }
  }

  package mutating func receiveEnd(into inbound: inout Inbound) {
    guard !self.hasEnded else { return }
    if self.unfinished.readableBytes > 0 { self.take(self.unfinished, into: &inbound) }
    guard !self.hasEnded else { return }
    self.hasEnded = true
    inbound.requests.append(Request(.quit(.quit("")), tag: self.nextTag()))
  }

  private mutating func take(_ line: ByteBuffer, into inbound: inout Inbound) {
    var line = line.readableBytesView
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    guard self.hasBegun else {
      self.hasBegun = true
      if let refusal = self.refusal {
        self.fail("not_permitted", refusal, into: &inbound)
      } else if !line.elementsEqual(Self.firstLine.utf8) {
        let text = "this server speaks \(Self.firstLine): use its own parley"
        self.fail("bad_command", text, into: &inbound)
      }
      return
    }
    guard !line.isEmpty else { return }
    do {
      let request = try JSONDecoder().decode(AdminRequest.self, from: Data(line))
      self.ask(.administer(try request.command(), asOwner: true), into: &inbound)
    } catch let refusal as Refusal {
      self.ask(.misuse(refusal), into: &inbound)
    } catch {
      let usage = "one JSON object a line, as in {\"tokens\":{\"name\":\"ana\"}}"
      self.ask(.misuse(.badArguments(usage: usage)), into: &inbound)
    }
  }

  private mutating func ask(_ command: Command, into inbound: inout Inbound) {
    inbound.requests.append(Request(command, tag: self.nextTag()))
  }

  private mutating func nextTag() -> RequestTag {
    self.lastTag += 1
    return RequestTag(self.lastTag)
  }

  private mutating func fail(_ code: String, _ text: String, into inbound: inout Inbound) {
    self.hasEnded = true
    self.failure = .refused(code: code, text: text)
    inbound.failure = .garbage(text)
  }

  // MARK: Output

  package mutating func print(_ output: SessionOutput, into buffer: inout ByteBuffer) {
    switch output {
    case .reply(_, .account(let reply)):
      let other = AdminAnswer.refused(
        code: "bad_command", text: "it was done, and this server has no words for it")
      Self.write(AdminAnswer(reply) ?? other, into: &buffer)
    case .reply(_, .moderation(let reply)):
      if let answer = AdminAnswer(reply) { Self.write(answer, into: &buffer) }
    case .reply(_, .audit(_, let excerpt)):
      Self.write(AdminAnswer(audit: excerpt), into: &buffer)
    case .refused(_, let refusal): Self.write(AdminAnswer(refusal), into: &buffer)
    case .closing(let closing):
      if let answer = self.answer(to: closing) { Self.write(answer, into: &buffer) }
    // What this dialect's requests are answered with is all above.
    case .reply, .direct, .told, .server, .skipped, .behind, .caughtUp, .probe, .begin: break
    }
  }

  private static func write(_ answer: AdminAnswer, into buffer: inout ByteBuffer) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(answer) else { return }
    buffer.writeBytes(data)
    buffer.writeInteger(UInt8(ascii: "\n"))
  }

  private func answer(to closing: Closing) -> AdminAnswer? {
    switch closing {
    case .quit, .hungUp: nil
    case .garbage: self.failure
    case .shuttingDown: AdminAnswer(.shuttingDown)
    case .timedOut, .loginTimeout, .idleTimeout, .tooSlow, .tooFast, .storageFailed, .overflow,
      .accessRevoked, .banned, .tooManyGuesses:
      .refused(code: "closed", text: "the server ended the connection before it was done")
    }
  }
}
