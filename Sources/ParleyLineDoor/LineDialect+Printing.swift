package import NIOCore
package import ParleyDoorKit
import ParleyModel

extension LineDialect {
  package mutating func print(_ output: SessionOutput, into buffer: inout ByteBuffer) {
    switch output {
    case .begin, .probe:
      return
    case .reply(.none, .account(.marked)):
      // Another session of the account has it as its answer; people have nothing to count.
      break
    case .reply(let tag, let reply):
      self.printReply(reply, into: &buffer)
      self.promptAgain(after: tag, reply, into: &buffer)
    case .refused(let tag, let refusal):
      self.freshLine(&buffer)
      self.printRefusal(refusal, into: &buffer)
      if self.phase == .entering(tag) { self.phase = .naming }
      self.promptAgain(after: tag, nil, into: &buffer)
    case .direct(let event):
      self.freshLine(&buffer)
      self.linePrinter.printDirect(event.message, to: event.recipient, into: &buffer)
    case .told(let event, let title):
      self.freshLine(&buffer)
      self.linePrinter.print(event, room: title, into: &buffer)
    case .server(let word):
      self.freshLine(&buffer)
      self.line("*** " + word, &buffer)
    case .skipped(let room, let from, let through):
      self.freshLine(&buffer)
      let count = through.number - from.number + 1
      self.line(
        "*** [\(room)] #\(from.number) to #\(through.number) were skipped, because they were "
          + "not taken fast enough; /history #\(room) \(min(count, UInt64(Limits.historyMax))) "
          + "shows the newest",
        &buffer)
    case .behind, .caughtUp: return
    case .closing(let closing):
      self.freshLine(&buffer)
      self.line(Self.lastWord(closing), &buffer)
    }
  }

  /// Appends a line of the server's, or several.
  func line(_ text: String, _ buffer: inout ByteBuffer) {
    if self.linePrinter.style.returns, text.utf8.contains(0x0A) {
      for part in text.split(separator: "\n", omittingEmptySubsequences: false) {
        buffer.writeSubstring(part)
        self.linePrinter.end(&buffer)
      }
    } else {
      buffer.writeString(text)
      self.linePrinter.end(&buffer)
    }
  }

  private func printRefusal(_ refusal: Refusal, into buffer: inout ByteBuffer) {
    var text = "error \(refusal.code): \(RefusalText.explanation(refusal))"
    if let hint = LineHint.hint(refusal) { text += "; " + hint }
    self.line(text, &buffer)
  }

  /// What is printed while the prompt waits begins on a line of its own.
  mutating func freshLine(_ buffer: inout ByteBuffer) {
    guard self.isAtPrompt else { return }
    self.isAtPrompt = false
    self.linePrinter.end(&buffer)
  }

  mutating func prompt(_ buffer: inout ByteBuffer) {
    buffer.writeStaticString("Username: ")
    self.isAtPrompt = true
  }

  /// The prompt, where the answer was to something that was asked for at the prompt.
  private mutating func promptAgain(
    after tag: RequestTag, _ reply: Reply?, into buffer: inout ByteBuffer
  ) {
    guard let index = self.promptTags.firstIndex(of: tag) else { return }
    self.promptTags.remove(at: index)
    if case .welcome = reply { return }
    guard self.phase == .naming else { return }
    self.prompt(&buffer)
  }

  private static func lastWord(_ closing: Closing) -> String {
    switch closing {
    case .quit, .hungUp: "bye."
    case .shuttingDown: "*** the server is shutting down; bye."
    case .timedOut: "*** nothing was heard from you; bye."
    case .loginTimeout: "*** no name was given in time; bye."
    case .idleTimeout: "*** you sent nothing for too long; bye."
    case .tooSlow: "*** you did not take what was sent; bye."
    case .tooFast: "*** you sent too many commands too fast; bye."
    case .tooManyGuesses: "*** too many wrong passwords; bye."
    case .garbage(let reason): "*** \(reason); bye."
    case .storageFailed: "*** what you asked for could not be read; bye."
    case .overflow: "*** too much was waiting for you; bye."
    case .banned(let reason):
      "*** you are banned from this server" + (reason.isEmpty ? "" : ": \(reason)") + "; bye."
    case .accessRevoked: "*** the token that let you in was revoked; bye."
    }
  }
}
