import Foundation
import Logging
import ParleyModel
import ParleyTransport
import UnixSignals

/// What changes while the server runs: the certificate, when its files do or SIGHUP asks for it,
/// and on SIGHUP those settings that may.
///
/// A task of the server; what it reads from disk it reads there and not on an event loop.
struct Reloader: Sendable {
  /// How often the certificate's files are looked at.
  private static let interval = Duration.seconds(2)
  /// How often what the certificate's end has come near to is said.
  private static let reminder = Duration.seconds(24 * 60 * 60)

  /// The settings that may change while the server runs.
  static let changeable: Set = [
    "default_backlog", "autojoin", "permanent_rooms", "empty_room_ttl", "log_level",
    "registration", "guests", "room_creation", "owned_rooms", "strangers_per_hour",
    "hold",
  ]

  let console: Console
  let logger: Logger
  let certificates: CertificateStore?
  /// Reads the configuration again; nil where it came from nowhere.
  let read: (@Sendable () throws(ConfigurationError) -> LoadedConfiguration)?
  /// Puts settings into the log.
  let change: @Sendable (Settings) -> Void
  /// Stops the server.
  let stop: @Sendable () -> Void

  /// Says what is served with, at the start and after each change.
  static func tell(_ certificate: LoadedCertificate, _ files: CertificateFiles, _ logger: Logger) {
    logger.notice(
      "TLS with \(files.certificate), SHA-256 \(certificate.fingerprint), \(certificate.term)")
    for warning in certificate.warnings { logger.warning("\(warning)") }
  }

  // MARK: The certificate

  /// Looks at the files until it is cancelled.
  func watch() async {
    guard let certificates = self.certificates else { return }
    var reminded = ContinuousClock.now
    while (try? await Task.sleep(for: Self.interval)) != nil {
      if certificates.haveChanged() { self.reload(certificates) }
      if ContinuousClock.now - reminded >= Self.reminder {
        reminded = .now
        if let warning = certificates.ending() { self.logger.warning("\(warning)") }
      }
    }
  }

  private func reload(_ certificates: CertificateStore) {
    do {
      Self.tell(try certificates.reload(), certificates.files, self.logger)
    } catch {
      self.logger.error("the certificate stays as it was: \(error)")
    }
  }

  // MARK: SIGHUP

  /// Takes signals until it is cancelled.
  func listen(_ signals: UnixSignalsSequence, _ start: LoadedConfiguration) async {
    let hadTerminal = isatty(STDIN_FILENO) == 1
    var current = start
    for await _ in signals {
      // The terminal was closed: whoever started the server there expects it to end with it.
      if hadTerminal, isatty(STDIN_FILENO) != 1 { return self.stop() }
      if let certificates = self.certificates { self.reload(certificates) }
      self.reload(&current)
    }
  }

  private func reload(_ current: inout LoadedConfiguration) {
    guard let read = self.read else { return }
    do throws(ConfigurationError) {
      let new = try read()
      let names = Setting.all.map(\.name).filter { new.values[$0] != current.values[$0] }
      let (changed, late) = (
        names.filter(Self.changeable.contains), names.filter { !Self.changeable.contains($0) }
      )
      self.apply(changed, of: new.configuration)
      if !late.isEmpty {
        let names = Setting.series(late, last: "and")
        self.logger.warning("changed, but only after a restart: \(names)")
      }
      self.logger.notice(
        changed.isEmpty
          ? "read the configuration again: nothing has changed that may while the server runs"
          : "read the configuration again: \(Setting.series(changed, last: "and")) changed")
      // What needs a restart is said again next time.
      for name in changed { current.values[name] = new.values[name] }
    } catch {
      for fault in error.faults { self.logger.error("\(fault)") }
      self.logger.error("the settings stay as they were")
    }
  }

  private func apply(_ changed: [String], of configuration: ServerConfiguration) {
    guard !changed.isEmpty else { return }
    if changed.contains("log_level") { self.console.level = configuration.logLevel }
    guard changed != ["log_level"], let settings = try? configuration.settings() else { return }
    self.change(settings)
  }
}
