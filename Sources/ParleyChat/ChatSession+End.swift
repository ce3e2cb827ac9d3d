import Glibc
import ParleyClient
import ParleyLineDoor
import ParleyTerminal

/// How it ends, and what is left over then.
extension ChatSession {
  func inputIsOver() {
    self.isInputOver = true
    if !self.isInteractive, let draft = self.draft {
      // Perhaps the rest of it was lost on the way.
      self.draft = nil
      self.refuse(
        "bad_arguments",
        "the input ended inside the post \"\(draft.subject)\", which is not posted: a line with a "
          + "lone . ends a post")
    }
    if !self.options.follows || self.isInteractive { self.leaveInTurn(saying: nil) }
  }

  /// Ends when what was entered before is done; at once where there is nobody to tell it.
  func leaveInTurn(saying word: String?) {
    if self.client != nil, !self.isAway, self.isIn || !self.isInteractive {
      self.queue.append(Entered(work: .quit(word)))
      self.stir()
    } else {
      self.endSoon(self.code, saying: word)
    }
  }

  /// Leaves in its turn: a person at once, a script when all that was told to it has been taken.
  func leave(_ client: Client, saying word: String?) async {
    guard !self.isInteractive else { return await self.finish(self.code, saying: word) }
    self.isLeaving = true
    await client.quit(word)
  }

  /// Has the task that reads the input end it all.
  func endSoon(_ code: CInt, saying word: String? = nil) {
    self.ending = (code, word)
    SignalPipe.shared.wakeReader()
  }

  /// Ends it all; the terminal is as it was before anything else happens.
  func finish(_ code: CInt, saying word: String? = nil) async {
    guard !self.isEnded else { return }
    self.isEnded = true
    self.code = code
    self.view.leave()
    // What is on its way to a server that is there is done before it lets us go.
    let left = [self.sent].compactMap { $0 } + self.queue
    let unsent = Self.unsent(of: self.isAway ? left : self.queue)
    await self.client?.quit(word)
    self.tellLeftOver(unsent, left.compactMap(\.file))
    self.stir()
  }

  private func tellLeftOver(_ unsent: String?, _ files: [String]) {
    if self.isInteractive {
      if let draft = self.draft { self.lastWord("the post \"\(draft.subject)\" is given up") }
      if let unsent { self.lastWord(unsent) }
    } else if let unsent {
      self.report("not_done", unsent)
    }
    for file in files where access(file, F_OK) == 0 { self.lastWord(Self.isKept(in: file)) }
    guard let error = self.view.outputError else { return }
    self.code = EXIT_FAILURE
    // Who does not read on knows that.
    guard error != EPIPE else { return }
    TerminalDevice.write(
      "parley: error not_written: the output cannot be written: \(String(cString: strerror(error)))\n",
      to: STDERR_FILENO)
  }

  private func lastWord(_ text: String) {
    TerminalDevice.write("*** \(SafeText.line(text))\n")
  }

  /// What to say of lines that were entered and not sent; nil where there are none.
  static func unsent(of entered: [Entered]) -> String? {
    let count = entered.count { $0.isLine }
    return count == 0 ? nil : count == 1 ? "1 line was not sent" : "\(count) lines were not sent"
  }

  /// Says why nothing can be done, and where no person is there to do something else, ends.
  func fail(_ text: String, code word: String = "not_connected") {
    self.refuse(word, text)
    if !self.isInteractive { self.endSoon(EXIT_FAILURE) }
  }
}
