package import ParleyModel

/// What a line of input asks for.
package enum LineAction: Hashable, Sendable {
  /// Answered with `ok …` or `error …`.
  case command(Command)
  /// Answered by its coming back with its number.
  case said(Command)
  /// A post whose body follows, line by line.
  case beginPost(subject: String)
  case cancelPost
  /// A command that is complete when its secrets have been asked for.
  case ask(SecretQuestions)
  /// What is done with the certificate of the connection.
  case certificate(CertificateUse)
  /// Help about everything, or about one command.
  case help(String?)
  case show(LineSetting?)
  case set(LineSetting, String)
  /// What only the terminal client does.
  case connect(host: String, port: UInt16)
}

/// What a client's certificate is for.
package enum CertificateUse: Hashable, Sendable {
  /// To log in to the account that it opens.
  case login
  /// To open one's account from now on.
  case add
}

/// What `/set` sets, for one session.
package enum LineSetting: String, Hashable, Sendable, CaseIterable {
  case numbers, verbs, timezone, colour
}

/// A way to write a command.
package struct CommandForm: Sendable {
  /// What may be its first word; the first one is shown.
  package let spellings: [String]
  /// What follows it, for people: `ROOM`, `[#ROOM] N`.
  package let arguments: String
  /// Examples of what follows that are understood.
  package let examples: [String]
  /// Examples of what follows that are answered with the usage.
  package let misuses: [String]
  /// Nil is misuse.
  let parse: @Sendable (inout Arguments) throws(Refusal) -> LineAction?

  init(
    _ spellings: String..., arguments: String = "", examples: [String], misuses: [String],
    parse: @escaping @Sendable (inout Arguments) throws(Refusal) -> LineAction?
  ) {
    self.spellings = spellings
    self.arguments = arguments
    self.examples = examples
    self.misuses = misuses
    self.parse = parse
  }

  /// `/join ROOM`, under one of its spellings.
  package func usage(_ spelling: String) -> String {
    self.arguments.isEmpty ? spelling : spelling + " " + self.arguments
  }

  /// What the arguments ask for; refuses misuse with the usage.
  func action(_ spelling: String, _ arguments: Substring) throws(Refusal) -> LineAction {
    var rest = Arguments(arguments)
    do {
      if let action = try self.parse(&rest), rest.isAtEnd { return action }
    } catch .badArguments(let note) {
      throw .badArguments(usage: "\(self.usage(spelling)); \(note)")
    }
    throw .badArguments(usage: self.usage(spelling))
  }
}

/// One command in all its spellings: a row of the table.
package struct CommandRow: Sendable {
  /// Its word in the table.
  package let name: String
  /// What it does, in some words.
  package let summary: String
  /// More about it, for `/help NAME`; lines.
  package let details: [String]
  package let forms: [CommandForm]
  /// The codes of the refusals that it can be given, besides `bad_arguments` for misuse, and
  /// what any command can be given: `not_logged_in`, `storage_unavailable`, `shutting_down`.
  package let refusals: [String]

  init(
    _ name: String, _ summary: String, details: [String] = [], refusals: [String] = [],
    forms: [CommandForm]
  ) {
    self.name = name
    self.summary = summary
    self.details = details
    self.forms = forms
    self.refusals = refusals
  }
}
