import ParleyDoorKit
package import ParleyModel

/// Reads commands in the spellings of line mode where nothing is said aloud by mistake: for doors
/// and clients without a prompt.
///
/// A value that keeps a post that is being written, and the secrets that a command asks for.
package struct CommandReader: Sendable {
  /// What a text is worth.
  package enum Step: Hashable, Sendable {
    case command(Command)
    /// Nothing for the server: a question whose answer is the next text, help, and the like.
    case words(String)
    case refused(Refusal)
  }

  private var questions: SecretQuestions?
  private var draft: PostDraft?

  package init() {}

  /// Whether the next text is no command: part of a post, or the answer to a question.
  package var isInside: Bool { self.questions != nil || self.draft != nil }

  /// Takes one text; of several lines only where a post's body is among them.
  package mutating func take(_ text: String) -> Step {
    if self.questions != nil { return self.takeAnswer(text) }
    if self.draft != nil { return self.takeDraft(text) }
    let first = text.prefix { $0 != " " }
    guard let (_, form) = CommandTable.find(first) else {
      let spelling = NameRules.shown(String(first))
      let nearest = CommandTable.nearest(to: spelling)
      return .refused(.badCommand(spelling, nearest: nearest ?? "SAY TEXT"))
    }
    do throws(Refusal) {
      return self.perform(try form.action(String(first), text[first.endIndex...]), spelling: first)
    } catch {
      return .refused(error)
    }
  }

  private mutating func perform(_ action: LineAction, spelling: Substring) -> Step {
    switch action {
    case .command(let command), .said(let command): return .command(command)
    case .beginPost(let subject):
      self.draft = PostDraft(subject: subject)
      return .words("write the post; a line with a lone . sends it, /cancel gives it up")
    case .cancelPost:
      return .refused(.badArguments(usage: "/cancel, while a post is being written"))
    case .ask(let questions):
      self.questions = questions
      return .words(questions.question)
    case .help(let word):
      switch LineHelp.text(about: word) {
      case .success(let text): return .words(text)
      case .failure(let refusal): return .refused(refusal)
      }
    case .certificate: return .refused(.noCertificate)
    case .show, .set, .connect:
      return .refused(.badCommand(String(spelling), nearest: nil))
    }
  }

  private mutating func takeAnswer(_ text: String) -> Step {
    let step = self.questions?.take(text)
    switch step {
    case .ask(let question): return .words(question)
    case .done(let command):
      self.questions = nil
      return .command(.account(command))
    case .refused(let refusal):
      self.questions = nil
      return .refused(refusal)
    case .givenUp, nil:
      self.questions = nil
      return .words("nothing was changed")
    }
  }

  private mutating func takeDraft(_ text: String) -> Step {
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let step = self.draft?.take(String(line))
      if step == .more { continue }
      self.draft = nil
      switch step {
      case .done(let subject, let body):
        do throws(Refusal) {
          return .command(try CommandTable.post(.current, subject, body))
        } catch {
          return .refused(error)
        }
      case .refused(let refusal): return .refused(refusal)
      case .cancelled, .more, nil: return .words("the post is given up")
      }
    }
    return .words("go on; a line with a lone . sends the post, /cancel gives it up")
  }
}
