package import NIOCore
package import ParleyModel

/// Times as people read them, in a zone with a fixed offset, written without Foundation.
package enum CivilTime {
  /// A day of the proleptic Gregorian calendar.
  package struct Day: Hashable, Sendable {
    package var year: Int
    /// 1 to 12.
    package var month: Int
    /// 1 to 31.
    package var day: Int

    /// The day that lies that many days after 1970-01-01.
    ///
    /// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
    package init(count: Int32) {
      let shifted = Int(count) + 719_468
      let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
      let dayOfEra = shifted - era * 146_097
      let yearOfEra =
        (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
      let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
      // Months are counted from March, so that the leap day is the last of a year.
      let monthFromMarch = (5 * dayOfYear + 2) / 153
      self.day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
      self.month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
      self.year = yearOfEra + era * 400 + (self.month <= 2 ? 1 : 0)
    }
  }

  /// Whole seconds since the epoch on the clocks of a zone that many seconds east of UTC.
  package static func seconds(of time: Timestamp, offsetSeconds: Int) -> Int64 {
    self.floorDivide(time.microseconds, 1_000_000) + Int64(offsetSeconds)
  }

  /// Days since 1970-01-01 in such a zone.
  package static func day(of time: Timestamp, offsetSeconds: Int) -> Int32 {
    let seconds = self.seconds(of: time, offsetSeconds: offsetSeconds)
    return Int32(truncatingIfNeeded: self.floorDivide(seconds, 86_400))
  }

  /// The minute of the day in such a zone, 0 to 1,439.
  package static func minute(of time: Timestamp, offsetSeconds: Int) -> Int {
    let seconds = self.seconds(of: time, offsetSeconds: offsetSeconds)
    return Int((seconds - self.floorDivide(seconds, 86_400) * 86_400) / 60)
  }

  /// The English name of a day of the week; 1970-01-01 was a Thursday.
  package static func weekday(_ count: Int32) -> String {
    let names = [
      "Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday",
    ]
    return names[((Int(count) % 7) + 7) % 7]
  }

  /// `2026-11-21 14:05`, in UTC.
  package static func text(of time: Timestamp) -> String {
    var buffer = ByteBuffer()
    buffer.writeDate(self.day(of: time, offsetSeconds: 0))
    buffer.writeStaticString(" ")
    buffer.writeClock(time)
    return String(buffer: buffer)
  }

  private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
  }
}

extension ByteBuffer {
  /// Appends a number in decimal.
  package mutating func writeDecimal(_ number: UInt64) {
    guard number > 9 else {
      self.writeInteger(UInt8(truncatingIfNeeded: number) + UInt8(ascii: "0"))
      return
    }
    var digits = 0
    var rest = number
    while rest > 0 {
      digits += 1
      rest /= 10
    }
    self.writeWithUnsafeMutableBytes(minimumWritableBytes: digits) { bytes in
      var rest = number
      var index = digits
      while index > 0 {
        index -= 1
        bytes[index] = UInt8(truncatingIfNeeded: rest % 10) + UInt8(ascii: "0")
        rest /= 10
      }
      return digits
    }
  }

  /// Appends a number below 100 in two digits.
  package mutating func writeTwoDigits(_ number: Int) {
    self.writeInteger(UInt8(truncatingIfNeeded: number / 10 % 10) + UInt8(ascii: "0"))
    self.writeInteger(UInt8(truncatingIfNeeded: number % 10) + UInt8(ascii: "0"))
  }

  /// Appends `12:03`, in a zone that many seconds east of UTC.
  package mutating func writeClock(_ time: Timestamp, offsetSeconds: Int = 0) {
    let minute = CivilTime.minute(of: time, offsetSeconds: offsetSeconds)
    self.writeTwoDigits(minute / 60)
    self.writeInteger(UInt8(ascii: ":"))
    self.writeTwoDigits(minute % 60)
  }

  /// Appends `2026-11-20`, for days since 1970-01-01.
  package mutating func writeDate(_ count: Int32) {
    let day = CivilTime.Day(count: count)
    if day.year < 0 { self.writeInteger(UInt8(ascii: "-")) }
    let year = abs(day.year)
    self.writeTwoDigits(year / 100)
    self.writeTwoDigits(year % 100)
    self.writeInteger(UInt8(ascii: "-"))
    self.writeTwoDigits(day.month)
    self.writeInteger(UInt8(ascii: "-"))
    self.writeTwoDigits(day.day)
  }
}
