package import ParleyModel

/// Secrets that a command needs, asked for one by one; each is the whole of the next line.
package struct SecretQuestions: Hashable, Sendable {
  /// What they are for.
  package enum Purpose: Hashable, Sendable {
    case login(Name)
    case register(code: Secret?)
    case changePassword
    case unregister
  }

  package enum Step: Hashable, Sendable {
    case ask(String)
    case done(AccountCommand)
    case refused(Refusal)
    case givenUp
  }

  package let purpose: Purpose
  private var answers: [Secret] = []

  package init(_ purpose: Purpose) {
    self.purpose = purpose
  }

  /// What is asked next.
  package var question: String {
    switch self.purpose {
    case .login(let name): "Password of \(name): "
    case .register: self.answers.isEmpty ? "Password: " : "Again: "
    case .changePassword:
      switch self.answers.count {
      case 0: "Old password: "
      case 1: "New password: "
      default: "Again: "
      }
    case .unregister: "Password: "
    }
  }

  /// Takes an answer; an empty one gives it all up.
  package mutating func take(_ line: String) -> Step {
    guard !line.isEmpty else { return .givenUp }
    self.answers.append(Secret(line))
    switch self.purpose {
    case .login(let name):
      return .done(.login(name, self.answers[0], autojoin: true))
    case .register(let code):
      guard self.answers.count == 2 else { return .ask(self.question) }
      guard self.answers[0] == self.answers[1] else {
        return .refused(.badArguments(usage: Self.twice))
      }
      return .done(.register(self.answers[0], code: code))
    case .changePassword:
      guard self.answers.count == 3 else { return .ask(self.question) }
      guard self.answers[1] == self.answers[2] else {
        return .refused(.badArguments(usage: Self.twice))
      }
      return .done(.changePassword(old: self.answers[0], new: self.answers[1]))
    case .unregister:
      return .done(.unregister(self.answers[0]))
    }
  }

  private static let twice = "the same password twice; nothing was changed"
}
