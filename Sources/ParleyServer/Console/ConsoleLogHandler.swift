package import Logging

/// Sends what is logged to the console.
package struct ConsoleLogHandler: LogHandler {
  package var metadata: Logger.Metadata = [:]
  package var logLevel: Logger.Level
  private let console: Console

  init(console: Console, logLevel: Logger.Level) {
    self.console = console
    self.logLevel = logLevel
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
