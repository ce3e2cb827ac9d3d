import Glibc
package import ParleyModel

/// Where the engine's threads read the time; a simulation has its own.
package struct EngineClock: Sendable {
  /// The wall clock, for stamps.
  package var wall: @Sendable () -> Timestamp
  /// Microseconds of a clock that never goes back.
  package var monotonic: @Sendable () -> Int64

  package init(
    wall: @escaping @Sendable () -> Timestamp, monotonic: @escaping @Sendable () -> Int64
  ) {
    self.wall = wall
    self.monotonic = monotonic
  }

  /// The machine's.
  package static let system = EngineClock(
    wall: { Timestamp(microseconds: Self.microseconds(CLOCK_REALTIME)) },
    monotonic: { Self.microseconds(CLOCK_MONOTONIC) })

  private static func microseconds(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
  }
}

/// Blocks the calling thread; for threads of our own, never for an event loop.
enum Pause {
  static func milliseconds(_ count: Int32) {
    poll(nil, 0, count)
  }
}
