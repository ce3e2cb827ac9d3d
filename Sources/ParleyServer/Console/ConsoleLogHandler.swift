package import Logging

/// Sends what is logged to the console.
package struct ConsoleLogHandler: LogHandler {
  package var metadata: Logger.Metadata = [:]
  private let console: Console
  /// A logger's own level, where it has one; else the console's, as it is at the moment.
  private var ownLevel: Logger.Level?

  init(console: Console) {
    self.console = console
  }

  package var logLevel: Logger.Level {
    get { self.ownLevel ?? self.console.level }
    set { self.ownLevel = newValue }
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { self.metadata[key] }
    set { self.metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    let metadata = self.metadata.merging(event.metadata ?? [:]) { $1 }
    let fields = metadata.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
    self.console.put(.report(event.level, "\(event.message)", fields))
  }
}
