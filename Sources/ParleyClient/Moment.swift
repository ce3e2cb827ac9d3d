/// A point in time as the server tells it: UTC, in microseconds.
public struct Moment: Hashable, Comparable, Sendable {
  /// Microseconds since 1970-01-01 00:00:00 UTC.
  public var microseconds: Int64

  /// Takes microseconds since 1970-01-01 00:00:00 UTC.
  public init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  public static func < (left: Self, right: Self) -> Bool {
    left.microseconds < right.microseconds
  }

  /// Reads the form that the server writes, `2026-11-20T12:03:05.123456Z` (RFC 3339).
  init?(text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 27, bytes[10] == UInt8(ascii: "T"), bytes[19] == UInt8(ascii: "."),
      bytes[26] == UInt8(ascii: "Z")
    else { return nil }
    func number(_ range: Range<Int>) -> Int64? {
      var value: Int64 = 0
      for byte in bytes[range] {
        let digit = byte &- UInt8(ascii: "0")
        guard digit <= 9 else { return nil }
        value = value * 10 + Int64(digit)
      }
      return value
    }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
      let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
      let fraction = number(20..<26), (1...12).contains(month)
    else { return nil }
    let seconds = Self.days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second
    self.microseconds = seconds * 1_000_000 + fraction
  }

  /// Days from 1970-01-01 to a day of the Gregorian calendar.
  ///
  /// Years are counted from March, so that the leap day is a year's last.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
  }
}
