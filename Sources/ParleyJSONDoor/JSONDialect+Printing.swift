package import NIOCore
package import ParleyDoorKit
import ParleyModel

extension JSONDialect {
  package mutating func print(_ output: SessionOutput, into buffer: inout ByteBuffer) {
    switch output {
    case .begin:
      return
    case .probe:
      // Whatever comes back is a sign of life.
      buffer.writeStaticString("{\"jsonrpc\":\"2.0\",\"id\":\"ping\",\"method\":\"ping\"}\n")
    case .reply(let tag, let reply):
      self.printReply(tag, reply, into: &buffer)
    case .refused(let tag, let refusal):
      guard let expected = self.takeExpected(tag) else { return }
      self.printError(RPCFault(refusal), expected, into: &buffer)
    case .direct(let event):
      self.printDirect(event, into: &buffer)
    case .told(let event, let title):
      self.printer.print(event, room: title, into: &buffer)
    case .server(let word):
      JSONPrinter.notification("server", into: &buffer) { $0.writeMember("text", word) }
    case .skipped(let room, let from, let through):
      JSONPrinter.notification("skipped", into: &buffer) { buffer in
        buffer.writeMember("room", room)
        buffer.writeMember("from", from)
        buffer.writeMember("through", through)
      }
    case .behind(let replay):
      JSONPrinter.notification("behind", into: &buffer) { buffer in
        buffer.writeMember("room", replay.title)
        buffer.writeMember("epoch", replay.epoch.text)
        buffer.writeMember("sequence", replay.after)
        buffer.writeMember("through", replay.head)
      }
    case .caughtUp(let replay):
      JSONPrinter.notification("caught_up", into: &buffer) { buffer in
        buffer.writeMember("room", replay.title)
        buffer.writeMember("epoch", replay.epoch.text)
        buffer.writeMember("sequence", replay.head)
      }
    case .closing(let closing):
      self.printClosing(closing, into: &buffer)
    }
  }

  // MARK: Answers

  /// What was expected under a tag, which is the first, as answers come in order.
  private mutating func takeExpected(_ tag: RequestTag) -> Expected? {
    while let first = self.expected.first, first.tag.number <= tag.number {
      self.expected.removeFirst()
      if first.tag == tag { return first }
    }
    return nil
  }

  private mutating func printReply(
    _ tag: RequestTag, _ reply: Reply, into buffer: inout ByteBuffer
  ) {
    guard tag != .none else { return self.note(reply, into: &buffer) }
    guard let expected = self.takeExpected(tag) else { return }
    switch expected.form {
    case .answer, .end:
      self.printAnswer(reply, expected, into: &buffer)
    case .entrance(let wish):
      guard case .welcome(let session, let name, let account) = reply else { return }
      self.ownName = name
      if let echoes = wish.echoes { self.jsonPrinter = JSONPrinter(echoes: echoes) }
      self.entrance = Entrance(
        expected: expected, wish: wish, session: session, name: name, account: account)
    case .fault(let fault):
      self.printError(fault, expected, into: &buffer)
    case .words(let words):
      self.printResult(expected, into: &buffer) { $1.writeMember("text", words) }
    case .endOfBatch:
      self.endBatch(into: &buffer)
    }
  }

  /// What nobody asked for: the rooms that a login opens, and what is new elsewhere.
  private mutating func note(_ reply: Reply, into buffer: inout ByteBuffer) {
    if case .entered(let entry) = reply {
      guard self.entrance == nil else {
        self.entrance?.rooms.append(entry)
        return
      }
      JSONPrinter.notification("opened", into: &buffer) { buffer in
        self.writeMembers(of: entry, into: &buffer)
      }
    } else if case .notice(let notice) = reply {
      JSONPrinter.printNotice(notice, into: &buffer)
    } else if case .account(.marked(let conversation, let sequence)) = reply {
      JSONPrinter.notification("marked", into: &buffer) { buffer in
        buffer.writeMember("room", conversation)
        buffer.writeMember("sequence", sequence)
      }
    } else if case .account(.unread(let conversations, let more)) = reply {
      self.entrance?.unread = conversations
      self.entrance?.unreadMore = more
    } else if case .account(.arrived(let arrival)) = reply, let entrance = self.entrance {
      self.entrance = nil
      self.printResult(entrance.expected, into: &buffer) { dialect, buffer in
        dialect.writeEntrance(entrance, arrival, into: &buffer)
      }
    }
  }

  private mutating func printAnswer(
    _ reply: Reply, _ expected: Expected, into buffer: inout ByteBuffer
  ) {
    if case .renamed(let name) = reply { self.ownName = name }
    guard expected.id != .none else { return }
    if case .stored(let room, let id, let sequence, let time) = reply, !expected.isInBatch {
      return Self.printStored(room, id, sequence, time, expected.id, into: &buffer)
    }
    var reply = reply
    if expected.isInBatch, (self.batch?.readableBytes ?? 0) > Self.batchBytesMax {
      if Self.isLong(reply) { return self.printError(.batchTooLong, expected, into: &buffer) }
      // Here something was done, which must be said.
      if case .entered(let entry) = reply { reply = .entered(entry.shortened) }
    }
    self.printResult(expected, into: &buffer) { dialect, buffer in
      dialect.writeResult(reply, into: &buffer)
    }
  }

  /// Appends what answers nearly all that is asked, in one piece.
  private static func printStored(
    _ room: String, _ id: MessageID, _ sequence: Sequence, _ time: Timestamp, _ request: JSONID,
    into buffer: inout ByteBuffer
  ) {
    buffer.writeStaticString("{\"jsonrpc\":\"2.0\",\"id\":")
    request.write(into: &buffer)
    let bytesMax = 128 + JSONRaw.bytes(of: room) + JSONRaw.timeBytes + 2 * JSONRaw.idBytes
    buffer.writeRaw(bytesMax: bytesMax) { line in
      line.literal(",\"result\":{\"room\":")
      line.write(room)
      line.literal(",\"epoch\":\"")
      line.write(id.epoch)
      line.literal("\",\"sequence\":")
      line.write(decimal: sequence.number)
      line.literal(",\"id\":\"")
      line.write(id)
      line.literal("\",\"time\":")
      line.write(time)
      line.literal("}}\n")
    }
  }

  private mutating func printResult(
    _ expected: Expected, into buffer: inout ByteBuffer,
    _ write: (JSONDialect, inout ByteBuffer) -> Void
  ) {
    self.respond(expected, into: &buffer) { dialect, buffer in
      buffer.writeName("result")
      buffer.writeObject { write(dialect, &$0) }
    }
  }

  private mutating func printError(
    _ fault: RPCFault, _ expected: Expected, into buffer: inout ByteBuffer
  ) {
    self.respond(expected, into: &buffer) { _, buffer in
      buffer.writeName("error")
      fault.write(into: &buffer)
    }
  }

  /// Appends a response, or keeps it for the end of its batch; nothing where none was asked for.
  private mutating func respond(
    _ expected: Expected, into buffer: inout ByteBuffer,
    _ write: (JSONDialect, inout ByteBuffer) -> Void
  ) {
    guard expected.id != .none else { return }
    guard expected.isInBatch else {
      Self.response(expected.id, into: &buffer) { write(self, &$0) }
      buffer.writeStaticString("\n")
      return
    }
    var batch = self.batch ?? ByteBuffer(string: "[")
    self.batch = nil
    batch.writeComma()
    Self.response(expected.id, into: &batch) { write(self, &$0) }
    self.batch = batch
  }

  private static func response(
    _ id: JSONID, into buffer: inout ByteBuffer, _ write: (inout ByteBuffer) -> Void
  ) {
    buffer.writeStaticString("{\"jsonrpc\":\"2.0\",\"id\":")
    id.write(into: &buffer)
    write(&buffer)
    buffer.writeStaticString("}")
  }

  // MARK: Batches

  /// Bytes of a batch's answers, beyond which what only reads is refused.
  private static let batchBytesMax = 256 * 1024

  /// Whether an answer is a list, and nothing was done: asked again, it comes again.
  private static func isLong(_ reply: Reply) -> Bool {
    switch reply {
    case .posts, .message, .history, .found, .people, .rooms, .audit, .account(.unread),
      .account(.sessions), .account(.tokens), .moderation(.standings):
      true
    case .greeting, .welcome, .renamed, .pong, .entered, .left, .closed, .topic, .topicSet, .stored,
      .delivered, .removed, .profile, .away, .ignoring, .account, .moderation, .notice,
      .local:
      false
    }
  }

  private mutating func endBatch(into buffer: inout ByteBuffer) {
    guard var batch = self.batch else { return }
    self.batch = nil
    batch.writeStaticString("]\n")
    buffer.writeBuffer(&batch)
  }

  // MARK: Events of the session's own

  private func printDirect(_ event: DirectEvent, into buffer: inout ByteBuffer) {
    let other = event.other ?? (event.isOwn ? event.recipient : event.message.sender.name)
    JSONPrinter.notification("direct", into: &buffer) { buffer in
      JSONPrinter.writeMembers(
        of: event.message, room: "@" + other, to: event.recipient, hasText: true, into: &buffer)
    }
  }

  private mutating func printClosing(_ closing: Closing, into buffer: inout ByteBuffer) {
    // What asked for the end is answered by its coming, and what came behind it by nothing.
    if closing == .quit, let quit = self.expected.first(where: \.isEnd) {
      self.printResult(quit, into: &buffer) { _, _ in }
    }
    self.expected.removeAll()
    self.endBatch(into: &buffer)
    JSONPrinter.notification("closing", into: &buffer) { buffer in
      buffer.writeMember("reason", Self.reason(closing))
      buffer.writeMember("text", Self.text(closing))
    }
  }

  private static func reason(_ closing: Closing) -> String {
    switch closing {
    case .quit: "quit"
    case .hungUp: "hung_up"
    case .shuttingDown: "shutting_down"
    case .timedOut: "timed_out"
    case .loginTimeout: "login_timeout"
    case .idleTimeout: "idle_timeout"
    case .tooSlow: "too_slow"
    case .tooFast: "too_fast"
    case .garbage: "garbage"
    case .storageFailed: "storage_failed"
    case .accessRevoked: "access_revoked"
    case .overflow: "overflow"
    case .banned: "banned"
    case .tooManyGuesses: "too_many_guesses"
    }
  }

  /// All that ``reason(_:)`` answers.
  static let closingReasons = [
    "quit", "hung_up", "shutting_down", "timed_out", "login_timeout", "idle_timeout", "too_slow",
    "too_fast", "garbage", "storage_failed", "access_revoked", "overflow", "banned",
    "too_many_guesses",
  ]

  private static func text(_ closing: Closing) -> String {
    switch closing {
    case .quit, .hungUp: "bye"
    case .shuttingDown: "the server is shutting down"
    case .timedOut: "nothing was heard from you"
    case .loginTimeout: "no name was given in time"
    case .idleTimeout: "you sent nothing for too long"
    case .tooSlow: "you did not take what was sent"
    case .tooFast: "you sent too many commands too fast"
    case .garbage(let reason): reason
    case .storageFailed: "what you asked for could not be read"
    case .overflow: "too much was waiting for you"
    case .accessRevoked: "the token that let you in was revoked"
    case .banned(let reason):
      "you are banned from this server" + (reason.isEmpty ? "" : ": \(reason)")
    case .tooManyGuesses: "you tried too many wrong passwords"
    }
  }
}

extension RoomEntry {
  /// The same without its lists; it says that they were left out.
  fileprivate var shortened: RoomEntry {
    var entry = self
    let hasMore = JSONDialect.hasMore(self.excerpt)
    let isEmpty = JSONDialect.messages(self.excerpt).isEmpty
    entry.excerpt = .messages([], more: hasMore || !isEmpty)
    entry.presentMore += entry.present.count
    entry.present = []
    return entry
  }
}
