import Glibc
import ParleyModel

/// The wall clock, in microseconds since 1970.
enum WallClock {
  static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
  }

  /// Microseconds of the clock that never goes back.
  static func monotonic() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
  }
}

/// Blocks the calling thread; for threads of our own, never for an event loop.
enum Pause {
  static func milliseconds(_ count: Int32) {
    poll(nil, 0, count)
  }
}
