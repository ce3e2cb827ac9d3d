import Glibc
import ParleyLineDoor

/// Times in the zone of whoever reads them: `TZ`, or the machine's.
struct LocalTime {
  /// Microseconds since 1970-01-01 00:00:00 UTC.
  let microseconds: Int64

  init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  /// Reads `2026-11-20T12:03:05.123456Z`, as the server writes it (RFC 3339); nil for all else.
  init?(_ text: String) {
    let numbers = text.split { !$0.isNumber }.map { Int64($0) }
    guard text.utf8.count == 27, text.hasSuffix("Z"), numbers.count == 7,
      let year = numbers[0], let month = numbers[1], let day = numbers[2], let hour = numbers[3],
      let minute = numbers[4], let second = numbers[5], let fraction = numbers[6]
    else { return nil }
    var parts = tm()
    parts.tm_year = CInt(clamping: year - 1_900)
    parts.tm_mon = CInt(clamping: month - 1)
    parts.tm_mday = CInt(clamping: day)
    parts.tm_hour = CInt(clamping: hour)
    parts.tm_min = CInt(clamping: minute)
    parts.tm_sec = CInt(clamping: second)
    self.microseconds = Int64(timegm(&parts)) * 1_000_000 + fraction
  }

  private var parts: tm {
    var seconds = time_t(self.microseconds / 1_000_000)
    var parts = tm()
    localtime_r(&seconds, &parts)
    return parts
  }

  /// `12:03`.
  var clock: String { self.formatted("%H:%M") }

  /// `2026-11-20`.
  var date: String { self.formatted("%Y-%m-%d") }

  /// `Friday, 2026-11-20`; the names of days are those of the server's lines, English.
  var day: String {
    let names = [
      "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]
    return names[Int(self.parts.tm_wday) % 7] + ", " + self.date
  }

  /// `2026-11-20T12:03:05.123456Z`.
  var utc: String {
    var seconds = time_t(self.microseconds / 1_000_000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let fraction = String(self.microseconds % 1_000_000)
    let zeros = String(repeating: "0", count: max(6 - fraction.count, 0))
    return Self.formatted(parts, "%Y-%m-%dT%H:%M:%S.") + zeros + fraction + "Z"
  }

  private func formatted(_ format: String) -> String { Self.formatted(self.parts, format) }

  private static func formatted(_ parts: tm, _ format: String) -> String {
    var parts = parts
    var text = [CChar](repeating: 0, count: 32)
    let count = strftime(&text, text.count, format, &parts)
    return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Takes another zone from now on: `UTC`, `+02:00`, or a name such as Europe/Berlin.
  static func use(_ zone: LineZone) {
    let name = zone.name
    let isOffset = name.first == "+" || name.first == "-"
    // POSIX counts to the west, and takes no colon in a name: <+0200>-02:00 is two hours east.
    let turned = (name.first == "+" ? "-" : "+") + name.dropFirst()
    setenv("TZ", isOffset ? "<\(name.filter { $0 != ":" })>\(turned)" : name, 1)
    tzset()
  }
}
