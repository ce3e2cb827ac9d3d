import ArgumentParser
import Foundation
import Logging
import ParleyServer
import ServiceLifecycle
import UnixSignals

/// `parley serve`: reads the configuration and runs the server until it is told to stop.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the server; it needs no configuration.",
    discussion: """
      Each setting can also stand in parley.yaml, under the flag's name with underscores, or in \
      a variable such as PARLEY_LOG_LEVEL. A flag goes before a variable, a variable before the \
      file.
      """)

  @Option(
    name: .customLong("config"), help: "The file to read (default: parley.yaml, if it exists).")
  var configurationFile: String?

  @OptionGroup(title: "Settings")
  var settings: SettingFlags

  @OptionGroup(title: "Settings of sessions")
  var sessionSettings: SessionSettingFlags

  @OptionGroup(title: "Limits of sessions and addresses")
  var limitSettings: LimitSettingFlags

  /// What was given as flags, by the setting's name.
  var flags: [String: [String]] {
    self.settings.values.merging(self.sessionSettings.values) { $1 }
      .merging(self.limitSettings.values) { $1 }
  }

  func run() async throws {
    let configuration = try self.load()
    let console = Console(configuration)
    defer { console.close() }
    try await self.serve(configuration, console: console)
  }

  /// Reads the configuration; mistakes are told, all of them, before the server does anything.
  private func load() throws -> ServerConfiguration {
    let loader = ConfigurationLoader(
      flags: self.flags,
      variables: ProcessInfo.processInfo.environment, file: self.configurationFile)
    for (name, meant) in loader.misspelledVariables {
      Self.complain("\(name) is not a setting and means nothing; did you mean \(meant)?")
    }
    do throws(ConfigurationError) {
      return try loader.load { FileManager.default.fileExists(atPath: $0) }
    } catch {
      for fault in error.faults { Self.complain(fault) }
      throw ExitCode(EX_CONFIG)
    }
  }

  private func serve(_ configuration: ServerConfiguration, console: Console) async throws {
    let logger = console.logger(label: "parley")
    for address in configuration.listeners where !address.isLoopback {
      logger.warning(
        """
        \(address) is reached from other machines: all that is said crosses the network in \
        clear, and whoever reaches it may read the rooms
        """)
    }
    // A server that was told to stop at its terminal ends by itself, which is no failure.
    let server = ServiceGroupConfiguration.ServiceConfiguration(
      service: Server(configuration: configuration, console: console),
      successTerminationBehavior: .gracefullyShutdownGroup)
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
    do {
      try await group.run()
    } catch {
      Self.complain("\(error)")
      throw ExitCode.failure
    }
  }

  private static func complain(_ text: String) {
    FileHandle.standardError.write(Data("parley: \(text)\n".utf8))
  }
}
