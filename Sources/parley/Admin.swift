import ArgumentParser

/// `parley admin`: what an operator does beside running the server.
struct Admin: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prepare a server, or tell a running one what to do.",
    subcommands: [AdminCertificate.self])
}
