import ParleyDoorKit
import ParleyModel

/// What is asked back and written over several lines: passwords, and posts.
extension LineDialect {
  mutating func perform(_ use: CertificateUse, into inbound: inout Inbound) {
    let tag: RequestTag
    switch use {
    case .login:
      guard let certificate = self.certificate else {
        return self.misuse(.noCertificate, into: &inbound)
      }
      tag = self.nextTag()
      if self.phase == .naming {
        self.promptTags.append(tag)
        self.phase = .entering(tag)
      }
      inbound.requests.append(
        Request(.account(.loginByCertificate(digest: certificate, autojoin: true)), tag: tag))
    case .add:
      tag = self.nextTag()
      inbound.requests.append(
        Request(.account(.addCertificate(digest: self.certificate ?? [])), tag: tag))
    }
  }

  /// The line is the answer to a question, whatever it looks like: it is never said aloud.
  mutating func takeAnswer(_ line: String, into inbound: inout Inbound) {
    guard var questions = self.questions else { return }
    let step = questions.take(line)
    self.questions = nil
    if case .ask(let question) = step {
      self.questions = questions
      if !self.dropsAnswers { self.answer(.question(question), into: &inbound) }
      return
    }
    guard !self.dropsAnswers else {
      self.dropsAnswers = false
      return
    }
    self.framer.hideEcho(false, replies: &inbound.immediate)
    // While a name is on its way, what follows it waits for the newest of both.
    let isNaming = self.phase != .inside
    if isNaming { self.promptTags.append(RequestTag(self.nextTagValue())) }
    switch step {
    case .ask: break
    case .done(let command):
      let tag = self.nextTag()
      if isNaming { self.phase = .entering(tag) }
      inbound.requests.append(Request(.account(command), tag: tag))
    case .refused(let refusal): self.misuse(refusal, into: &inbound)
    case .givenUp: self.answer(.text("ok nothing was changed"), into: &inbound)
    }
  }

  mutating func takeDraft(_ line: String, into inbound: inout Inbound) {
    switch self.draft?.take(line) {
    case .more, nil: return
    case .done(let subject, let body):
      self.draft = nil
      do throws(Refusal) {
        let command = try CommandTable.post(.current, subject, body)
        inbound.requests.append(Request(command, tag: self.nextTag()))
      } catch {
        self.misuse(error, into: &inbound)
      }
    case .refused(let refusal):
      self.draft = nil
      self.misuse(refusal, into: &inbound)
    case .cancelled:
      self.draft = nil
      self.answer(.text("ok the post is given up"), into: &inbound)
    }
  }
}
