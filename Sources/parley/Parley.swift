import ArgumentParser

/// The one binary.
@main
struct Parley: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "parley",
    abstract: "One chat and bulletin-board server for every client.",
    version: Version.text,
    subcommands: [Serve.self, Chat.self, Admin.self, Verify.self, Bench.self])
}
