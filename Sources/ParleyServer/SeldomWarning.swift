import Logging
import NIOConcurrencyHelpers
import NIOCore

/// Warns about what strangers can cause as often as they like, once a minute at most.
///
/// Called on event loops.
final class SeldomWarning: Sendable {
  private static let interval = TimeAmount.seconds(60)

  let logger: Logger
  private let warned = NIOLockedValueBox<NIODeadline?>(nil)

  init(logger: Logger) {
    self.logger = logger
  }

  /// Says it, unless it said something less than a minute ago.
  func warn(_ text: @autoclosure () -> String) {
    let now = NIODeadline.now()
    let isDue = self.warned.withLockedValue { warned in
      if let last = warned, now - last < Self.interval { return false }
      warned = now
      return true
    }
    if isDue { self.logger.warning("\(text())") }
  }
}
