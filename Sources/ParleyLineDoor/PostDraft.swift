import ParleyDoorKit
package import ParleyModel

/// A post that is being written line by line.
///
/// Whatever is wrong with a line is said at the end, once, and until then nothing of it is taken
/// for anything else: what was meant for a post is never said aloud.
package struct PostDraft: Sendable {
  package let subject: String
  private var body = ""
  private var fault: Refusal?

  package enum Step: Hashable, Sendable {
    case more
    case done(subject: String, body: String)
    case refused(Refusal)
    case cancelled
  }

  package init(subject: String) {
    self.subject = subject
  }

  package mutating func take(_ line: String) -> Step {
    if line == "/cancel" { return .cancelled }
    if line == "." {
      if let fault = self.fault { return .refused(fault) }
      if self.body.isEmpty { return .refused(.badText(.empty)) }
      return .done(subject: self.subject, body: String(self.body.unicodeScalars.dropLast()))
    }
    // RFC 3977 §3.1.1 in little: only a line that begins with two dots has one too many.
    let text = line.hasPrefix("..") ? String(line.unicodeScalars.dropFirst()) : line
    if self.body.utf8.count + text.utf8.count > Limits.postBytesMax {
      self.refuse(.tooLong(.post, bytesMax: Limits.postBytesMax))
    } else if self.fault == nil {
      self.body += text
      self.body.unicodeScalars.append("\n")
    }
    return .more
  }

  /// Notes what is wrong; the first fault is the one that is said.
  package mutating func refuse(_ refusal: Refusal) {
    guard self.fault == nil else { return }
    self.fault = refusal
    self.body = ""
  }
}
