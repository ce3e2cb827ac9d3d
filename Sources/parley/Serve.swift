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

  @OptionGroup(title: "Settings of who may come in")
  var peopleSettings: PeopleSettingFlags

  @OptionGroup(title: "Settings of TLS and proxies")
  var transportSettings: TransportSettingFlags

  @OptionGroup(title: "Settings of sessions")
  var sessionSettings: SessionSettingFlags

  @OptionGroup(title: "Limits of sessions and addresses")
  var limitSettings: LimitSettingFlags

  @OptionGroup(title: "Passwords")
  var loginSettings: LoginSettingFlags

  /// What was given as flags, by the setting's name.
  var values: [String: [String]] {
    [
      self.settings.values, self.peopleSettings.values, self.transportSettings.values,
      self.sessionSettings.values, self.limitSettings.values, self.loginSettings.values,
    ].reduce(into: [:]) { $0.merge($1) { $1 } }
  }

  func run() async throws {
    let loader = ConfigurationLoader(
      flags: self.values, variables: ProcessInfo.processInfo.environment,
      file: self.configurationFile)
    for (name, meant) in loader.misspelledVariables {
      Self.complain("\(name) is not a setting and means nothing; did you mean \(meant)?")
    }
    let loaded = try Self.refusing { () throws(ConfigurationError) in try Self.load(loader) }
    let console = Console(loaded.configuration)
    defer { console.close() }
    let server = try Self.refusing { () throws(ConfigurationError) in
      try Server(loaded, console: console) { () throws(ConfigurationError) in
        try Self.load(loader)
      }
    }
    try await self.serve(server, loaded.configuration, console)
  }

  private static func load(
    _ loader: ConfigurationLoader
  ) throws(ConfigurationError) -> LoadedConfiguration {
    try loader.loadWithValues { FileManager.default.fileExists(atPath: $0) }
  }

  /// Mistakes are told, all of them, before the server does anything.
  private static func refusing<Value>(
    _ body: () throws(ConfigurationError) -> Value
  ) throws -> Value {
    do throws(ConfigurationError) {
      return try body()
    } catch {
      for fault in error.faults { Self.complain(fault) }
      throw ExitCode(EX_CONFIG)
    }
  }

  private func serve(
    _ server: Server, _ configuration: ServerConfiguration, _ console: Console
  ) async throws {
    let logger = console.logger(label: "parley")
    for address in configuration.listeners where !address.isLoopback && !address.requiresTLS {
      let advice =
        configuration.certificateFiles == nil
        ? "there is no tls_certificate" : "listen on \(address)+tls to take TLS alone"
      logger.warning(
        """
        \(address) is reached from other machines: what is said without TLS crosses the network \
        in clear, and whoever reaches it may read the rooms; \(advice)
        """)
    }
    // A server that was told to stop at its terminal ends by itself, which is no failure.
    let service = ServiceGroupConfiguration.ServiceConfiguration(
      service: server,
      successTerminationBehavior: .gracefullyShutdownGroup)
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [service], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
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
