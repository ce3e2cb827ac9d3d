import ArgumentParser
import ParleyAdminDoor

/// `parley admin ban`: who may not come to this server.
struct AdminBan: AdminSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "ban", abstract: "Keep somebody off the server, or list who is.",
    discussion: """
      MASK is a name, a name with * for any characters, an address, or ADDRESS/BITS. Whoever it \
      fits is sent away at once; administrators are not concerned.
      """)

  @Argument(help: "Whom; without it the bans are listed.") var mask: String?
  @Option(name: .customLong("for"), help: "How long: 10m, 2h, 7d or 4w; else until it is lifted.")
  var length: String?
  @Option(help: "Why; whoever is banned is told.") var reason = ""
  @OptionGroup(title: "The server") var server: AdminServerOptions

  func request() -> AdminRequest {
    self.mask.map { .ban(mask: $0, length: self.length, reason: self.reason) } ?? .bans
  }
}

/// `parley admin unban`: lifts a ban.
struct AdminUnban: AdminSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "unban", abstract: "Lift a ban from the server.")

  @Argument(help: "Whom, as the list has it.") var mask: String
  @OptionGroup(title: "The server") var server: AdminServerOptions

  func request() -> AdminRequest { .unban(mask: self.mask) }
}

/// `parley admin audit`: who did what.
struct AdminAudit: AdminSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Show what operators and administrators did, and who.")

  @Option(name: .shortAndLong, help: "How much of it, the newest.") var limit = 20
  @OptionGroup(title: "The server") var server: AdminServerOptions

  func request() -> AdminRequest { .audit(limit: self.limit) }
}
