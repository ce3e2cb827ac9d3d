import Foundation

/// The page parley(1), made from what the argument parser knows, in the macros of man(7).
struct ManPage {
  /// A command as the argument parser describes it (`--experimental-dump-help`).
  struct Command: Decodable {
    var commandName: String
    var abstract: String?
    var discussion: String?
    var arguments: [Argument]?
    var subcommands: [Command]?
    var shouldDisplay: Bool?
  }

  struct Argument: Decodable {
    struct Name: Decodable {
      var kind: String
      var name: String

      var text: String { (self.kind == "short" ? "-" : "--") + self.name }
    }

    var kind: String
    var names: [Name]?
    var valueName: String?
    var abstract: String?
    var discussion: String?
    var defaultValue: String?
    var isOptional: Bool
    var isRepeating: Bool
    var shouldDisplay: Bool?
    var sectionTitle: String?

    /// `--listen ADDRESS:PORT`, `NAME`.
    var form: String {
      let value = (self.valueName ?? "value").uppercased()
      guard self.kind != "positional" else { return value }
      let names = (self.names ?? []).map(\.text).joined(separator: ", ")
      return self.kind == "flag" ? names : names + " " + value
    }

    func turnsOff(_ other: Argument) -> Bool {
      guard self.kind == "flag", other.kind == "flag", let name = other.names?.last?.name else {
        return false
      }
      return self.names?.last?.name == "no-" + name
    }
  }

  private struct Tool: Decodable {
    var command: Command
  }

  /// Those that every command has, told once.
  private static let common: Set = ["--help", "--version"]

  private let tool: Command
  private var lines: [String] = []

  /// Reads what the argument parser dumps.
  init(help: String) throws {
    self.tool = try JSONDecoder().decode(Tool.self, from: Data(help.utf8)).command
  }

  /// The page.
  mutating func text() -> String {
    let name = self.tool.commandName
    self.lines = [
      ".\\\" Written by make docs from the argument parser.",
      ".TH \(name.uppercased()) 1 \"\" \"Parley\" \"User Commands\"",
      ".SH NAME", "\(name) \\- \(Self.escaped(self.tool.abstract ?? ""))",
      ".SH SYNOPSIS",
    ]
    let leaves = Self.leaves(self.tool, path: [])
    for (path, command) in leaves { self.synopsis(path, command) }
    self.lines.append(".SH COMMANDS")
    for (path, command) in leaves { self.describe(path, command) }
    self.lines += Self.sections
    return self.lines.joined(separator: "\n") + "\n"
  }

  /// What the argument parser does not know.
  private static let sections = [
    ".SH COMMON OPTIONS",
    ".TP", ".B \\-h, \\-\\-help", "Show what a command takes; before a command, what there is.",
    ".TP", ".B \\-\\-version", "Show the version.",
    ".SH EXIT STATUS",
    ".TP", ".B 0", "It was done; a server was told to stop, and did.",
    ".TP", ".B 1", "It could not be done, or something of it was refused; a line says why.",
    ".TP", ".B 64", "A mistake in the arguments.",
    ".TP", ".B 65", "verify: something is damaged, or was written by a newer release.",
    ".TP", ".B 66", "verify: there is no such directory, or it cannot be read.",
    ".TP", ".B 69", "admin: no server runs there. verify: one does.",
    ".TP", ".B 78", "serve: a mistake in the settings.",
    ".TP", ".BI 128+ N", "chat: signal", ".I N", "ended a script before its input was done.",
    ".SH ENVIRONMENT", ".TP", ".B PARLEY_*",
    "Each setting of the server, as in",
    ".BR PARLEY_LOG_LEVEL ;",
    "a flag goes before a variable, a variable before the file.",
    ".TP", ".B PARLEY_CHAT_PASSWORD",
    "chat: the password or the API token for the server of the command line.",
    ".TP", ".B NO_COLOR", "chat: no colours, where it is not empty.",
    ".TP", ".BR VISUAL \", \" EDITOR \", \" PAGER",
    "chat: what writes a post (the first of the two that there is), and what shows a long one.",
    ".SH FILES", ".TP", ".I parley.yaml", "serve: the settings, where it exists.",
    ".TP", ".I parley\\-data/", "serve: the log, the archive and the Unix socket.",
    ".TP", ".IR $XDG_STATE_HOME/parley/ \", \" ~/.local/state/parley/",
    "chat: what was entered before, and the certificates that were pinned.",
    ".SH SEE ALSO",
    ".BR nc (1),", ".BR mq_overview (7),", ".BR sysexits (3)",
  ]

  /// All commands that do something, with the words before them.
  private static func leaves(
    _ command: Command, path: [String]
  ) -> [(path: [String], command: Command)] {
    let path = path + [command.commandName]
    let subcommands = (command.subcommands ?? []).filter {
      $0.commandName != "help" && $0.shouldDisplay != false
    }
    if subcommands.isEmpty { return [(path, command)] }
    return subcommands.flatMap { self.leaves($0, path: path) }
  }

  private static func arguments(_ command: Command) -> [Argument] {
    (command.arguments ?? []).filter { argument in
      let names = (argument.names ?? []).map(\.text)
      return argument.shouldDisplay != false && !names.contains { self.common.contains($0) }
    }
  }

  private mutating func synopsis(_ path: [String], _ command: Command) {
    let arguments = Self.arguments(command)
    self.lines.append(".B \(Self.escaped(path.joined(separator: " ")))")
    var rest = arguments.contains { $0.kind != "positional" } ? ["[OPTIONS]"] : []
    for argument in arguments where argument.kind == "positional" {
      let form = argument.form + (argument.isRepeating ? " ..." : "")
      rest.append(argument.isOptional ? "[\(form)]" : form)
    }
    if !rest.isEmpty { self.lines.append(Self.escaped(rest.joined(separator: " "))) }
    self.lines.append(".br")
  }

  private mutating func describe(_ path: [String], _ command: Command) {
    self.lines.append(".SS \(Self.escaped(path.joined(separator: " ")))")
    self.paragraph(command.abstract)
    if let discussion = command.discussion {
      self.lines.append(".PP")
      self.paragraph(discussion)
    }
    var section: String?
    let arguments = Self.arguments(command)
    for (index, argument) in arguments.enumerated() {
      // A flag and the one that turns it off are one entry.
      if index > 0, argument.turnsOff(arguments[index - 1]) { continue }
      let opposite = arguments.dropFirst(index + 1).first.flatMap {
        $0.turnsOff(argument) ? $0 : nil
      }
      if let title = argument.sectionTitle, title != section {
        section = title
        self.lines += [".PP", ".I \(Self.escaped(title)):"]
      }
      let forms = [argument, opposite].compactMap { $0?.form }.joined(separator: ", ")
      self.lines += [".TP", ".B \(Self.escaped(forms))"]
      self.paragraph(Self.help(argument))
      if let discussion = argument.discussion { self.paragraph(discussion) }
    }
  }

  private static func help(_ argument: Argument) -> String {
    let text = argument.abstract ?? ""
    guard let value = argument.defaultValue, !text.contains("(default") else { return text }
    return text + (text.isEmpty ? "" : " ") + "(default: \(value))"
  }

  private mutating func paragraph(_ text: String?) {
    for line in (text ?? "").split(separator: "\n") { self.lines.append(Self.escaped(line)) }
  }

  /// Text as man(7) takes it: `\` and `-` mean something there, `.` and `'` at the beginning.
  private static func escaped(_ text: some StringProtocol) -> String {
    let text = String(text).replacing("\\", with: "\\e").replacing("-", with: "\\-")
    return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
  }
}
