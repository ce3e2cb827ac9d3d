import Glibc

/// Who lives through the day, and when.
struct DayPlan {
  static let rooms = 10
  /// The people of each room, in this order.
  static let roles: [DayRole] = [
    .writer, .writer, .writer, .writer, .writer, .reader, .reader, .slowReader, .slowReader,
    .stalledReader,
  ]
  /// Messages of one writer that are not answered yet.
  static let window = 8
  /// The server ends a reader that takes nothing for so long.
  static let stallSeconds = 20

  var messages: Int
  var milliseconds: Int
  var seed: UInt64

  static func name(ofRoom room: Int) -> String { "day\(room)" }

  /// Until when the server is stopped and killed again and again.
  var restartsEnd: Int { self.milliseconds / 2 }

  /// How many messages may have been sent after so many milliseconds.
  ///
  /// Busy and quiet hours take turns: twice a minute, and at least four times.
  func allowed(at milliseconds: Int) -> Int {
    let part = min(1, Double(milliseconds) / Double(self.milliseconds))
    let waves = max(4, Double(self.milliseconds) / 30_000).rounded()
    let wave = sin(2 * .pi * waves * part) / (2 * .pi * waves)
    return Int(Double(self.messages) * (part - 0.9 * wave))
  }
}

/// What somebody is there for.
enum DayRole {
  case writer
  case reader
  /// Pauses for seconds, again and again, and gets everything all the same.
  case slowReader
  /// Reads nothing until the server must have given it up.
  case stalledReader
}

/// The time of this program.
enum DayClock {
  /// Milliseconds since some moment in the past.
  static func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
  }
}
