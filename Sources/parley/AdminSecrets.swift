import ArgumentParser
import ParleyAdminDoor
import ParleyServer

/// `parley admin token`: API tokens of accounts, for programs.
struct AdminToken: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "List, make and revoke an account's API tokens.",
    subcommands: [AdminTokenList.self, AdminTokenNew.self, AdminTokenRevoke.self])
}

struct AdminTokenList: AdminSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List an account's tokens.")

  @Argument(help: "The account.") var name: String
  @OptionGroup(title: "The server") var server: AdminServerOptions

  func request() -> AdminRequest { .tokens(name: self.name) }
}

struct AdminTokenNew: AdminSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Make a token, which is shown this once.",
    discussion: "It is given in the place of the account's password.")

  @Argument(help: "The account.") var name: String
  @Option(help: "What it may do: read, write, moderate, with commas between.")
  var scopes = "read"
  @Option(help: "What it is called.") var label = "bot"
  @OptionGroup(title: "The server") var server: AdminServerOptions

  private var words: [String] {
    self.scopes.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }

  func validate() throws {
    for word in self.words where !AdminRequest.scopeWords.contains(word) {
      let known = AdminRequest.scopeWords.joined(separator: ", ")
      throw ValidationError("--scopes: \"\(word)\" is not one of \(known), with commas between")
    }
  }

  func request() -> AdminRequest {
    .newToken(name: self.name, scopes: self.words, label: self.label)
  }
}

struct AdminTokenRevoke: AdminSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Revoke a token; who came in with it is sent away.")

  @Argument(help: "The account.") var name: String
  @Argument(help: "The token's number, as the list has it.") var number: UInt32
  @OptionGroup(title: "The server") var server: AdminServerOptions

  func request() -> AdminRequest { .revokeToken(name: self.name, number: self.number) }
}

/// `parley admin invite`: codes that let somebody register.
struct AdminInvite: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "invite",
    abstract: "List, make and revoke codes that let one person register each.",
    discussion: "They are asked for where the server's registration is by invitation.",
    subcommands: [AdminInviteList.self, AdminInviteNew.self, AdminInviteRevoke.self])
}

struct AdminInviteList: AdminSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the codes that wait to be used.")

  @OptionGroup(title: "The server") var server: AdminServerOptions

  func request() -> AdminRequest { .invites }
}

struct AdminInviteNew: AdminSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Make a code, which is shown this once.")

  @Option(name: .customLong("for"), help: "How long it is good: 1s to 3650d.")
  var period = "7d"
  @OptionGroup(title: "The server") var server: AdminServerOptions

  private var milliseconds: Int64? {
    guard let duration = SettingValue.duration(self.period) else { return nil }
    let milliseconds = duration.components.seconds * 1_000
    return (1_000...AdminRequest.inviteMillisecondsMax).contains(milliseconds) ? milliseconds : nil
  }

  func validate() throws {
    if self.milliseconds == nil {
      throw ValidationError(
        "--for: \"\(self.period)\" is not a time from 1s to 3650d, with its unit (s, m, h, d)")
    }
  }

  func request() -> AdminRequest { .newInvite(milliseconds: self.milliseconds ?? 1_000) }
}

struct AdminInviteRevoke: AdminSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Revoke a code.")

  @Argument(help: "The code's number, as the list has it.") var number: UInt32
  @OptionGroup(title: "The server") var server: AdminServerOptions

  func request() -> AdminRequest { .revokeInvite(number: self.number) }
}
