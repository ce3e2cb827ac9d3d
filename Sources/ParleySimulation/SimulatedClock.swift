import ParleyModel
package import ParleyRuntime
import Synchronization

/// A clock that stands still until it is moved.
package final class SimulatedClock: Sendable {
  private let microseconds = Mutex<Int64>(1_700_000_000_000_000)

  package init() {}

  package func advance(byMicroseconds count: Int64) {
    self.microseconds.withLock { $0 += count }
  }

  /// For an engine.
  package var engineClock: EngineClock {
    EngineClock(
      wall: { Timestamp(microseconds: self.microseconds.withLock { $0 }) },
      monotonic: { self.microseconds.withLock { $0 } },
      pause: { self.advance(byMicroseconds: Int64($0) * 1_000) })
  }
}
