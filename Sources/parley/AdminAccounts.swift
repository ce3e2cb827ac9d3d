import ArgumentParser
import ParleyAdminDoor

/// `parley admin create`: the first administrator, and every account that nobody registers.
struct AdminCreate: AdminSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Make an account, an administrator's unless told otherwise.",
    discussion: """
      Asks for its password at a terminal; elsewhere the first line of standard input is it.
      """)

  @Argument(help: "Its name.") var name: String

  @Flag(inversion: .prefixedNo, help: "Whether it is an administrator's.")
  var administrator = true

  @Flag(
    name: .customLong("no-password"),
    help: "Give it no password: only a token, or a password given later, opens it.")
  var hasNoPassword = false

  @OptionGroup(title: "The server") var server: AdminServerOptions

  func request() throws -> AdminRequest {
    .create(
      name: self.name,
      password: self.hasNoPassword ? nil : try PasswordQuestion.ask(for: self.name),
      administrator: self.administrator)
  }

  func text(of answer: AdminAnswer) -> String {
    answer.text + (self.administrator ? ", an administrator's" : "")
  }
}

/// `parley admin password`: for who has forgotten it.
struct AdminPassword: AdminSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "password", abstract: "Give an account another password.",
    discussion: """
      Asks for it at a terminal; elsewhere the first line of standard input is it. Sessions that \
      are logged in stay, and tokens stay good.
      """)

  @Argument(help: "The account.") var name: String
  @OptionGroup(title: "The server") var server: AdminServerOptions

  func request() throws -> AdminRequest {
    .setPassword(name: self.name, password: try PasswordQuestion.ask(for: self.name))
  }
}

/// `parley admin administrator`: who may administer by command.
struct AdminAdministrator: AdminSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "administrator", abstract: "Make an account an administrator, or no longer one.")

  @Argument(help: "The account.") var name: String
  @Flag(help: "It is no administrator any longer.") var revoke = false
  @OptionGroup(title: "The server") var server: AdminServerOptions

  func request() -> AdminRequest { .setAdministrator(name: self.name, granted: !self.revoke) }
}

/// `parley admin delete`: makes an account's name a guest's again.
struct AdminDelete: AdminSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Delete an account; what it said stays.",
    discussion: """
      Whoever is logged in to it stays as a guest, and whoever came in with one of its tokens is \
      sent away. Anybody may take the name afterwards.
      """)

  @Argument(help: "The account.") var name: String
  @OptionGroup(title: "The server") var server: AdminServerOptions

  func request() -> AdminRequest { .delete(name: self.name) }
}

/// `parley admin accounts`: all of them.
struct AdminAccounts: AdminSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "accounts", abstract: "List the accounts, the newest first.")

  @OptionGroup(title: "The server") var server: AdminServerOptions

  func request() -> AdminRequest { .accounts }
}
