import Glibc
package import ParleyModel

/// Where the engine's threads read the time; a simulation has its own.
package struct EngineClock: Sendable {
  /// The wall clock, for stamps.
  package var wall: @Sendable () -> Timestamp
  /// Microseconds of a clock that never goes back.
  package var monotonic: @Sendable () -> Int64
  /// Blocks the calling thread for so many milliseconds; for threads of our own, never for an
  /// event loop.
  package var pause: @Sendable (Int32) -> Void

  package init(
    wall: @escaping @Sendable () -> Timestamp, monotonic: @escaping @Sendable () -> Int64,
    pause: @escaping @Sendable (Int32) -> Void
  ) {
    self.pause = pause
    self.wall = wall
    self.monotonic = monotonic
  }

  /// The machine's.
  package static let system = EngineClock(
    wall: { Timestamp(microseconds: Self.microseconds(CLOCK_REALTIME)) },
    monotonic: { Self.microseconds(CLOCK_MONOTONIC) }, pause: { poll(nil, 0, $0) })

  private static func microseconds(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
  }
}
