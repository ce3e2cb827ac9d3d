import ArgumentParser
import ParleyAdminDoor

/// `parley admin sessions`: who is connected.
struct AdminSessions: AdminSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "sessions", abstract: "List the sessions that have a name.")

  @OptionGroup(title: "The server") var server: AdminServerOptions

  func request() -> AdminRequest { .sessions }
}

/// `parley admin announce`: a word to everybody.
struct AdminAnnounce: AdminSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "announce", abstract: "Tell everybody something.")

  @Argument(help: "The text; several words are joined with spaces.") var text: [String]
  @OptionGroup(title: "The server") var server: AdminServerOptions

  func request() -> AdminRequest { .announce(text: self.text.joined(separator: " ")) }
}
