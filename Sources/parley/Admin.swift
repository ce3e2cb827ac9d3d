import ArgumentParser

/// `parley admin`: what an operator does beside running the server.
struct Admin: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prepare a server, or tell a running one what to do.",
    discussion: """
      All but certificate speak to a running server over the Unix socket in its data directory, \
      as the user who runs it or as root. They end with 0 where it was done, 1 where the server \
      refused it, 64 at a mistake in the arguments, and 69 where there is no server to speak to.
      """,
    subcommands: [AdminCertificate.self],
    groupedSubcommands: [
      CommandGroup(
        name: "Accounts",
        subcommands: [
          AdminCreate.self, AdminPassword.self, AdminAdministrator.self, AdminDelete.self,
          AdminAccounts.self, AdminToken.self, AdminInvite.self,
        ]),
      CommandGroup(
        name: "The running server",
        subcommands: [
          AdminSessions.self, AdminAnnounce.self, AdminBan.self, AdminUnban.self, AdminAudit.self,
        ]),
    ])
}
