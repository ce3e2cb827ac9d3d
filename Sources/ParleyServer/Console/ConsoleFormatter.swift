import Foundation

/// Turns console lines into bytes.
///
/// What clients sent stands in these lines, so nothing in it may begin a line of its own or speak
/// to a terminal: control and bidirectional characters, and what ends a line anywhere, are written
/// as escapes.
struct ConsoleFormatter {
  var format: LogFormat

  /// The line with its end.
  ///
  /// `microseconds` count from 1970-01-01 00:00:00 UTC.
  func line(_ line: ConsoleLine, at microseconds: Int64) -> String {
    switch self.format {
    case .text:
      return Self.plain(line.text) + "\n"
    case .json:
      var text = "{\"time\":\"\(Self.time(microseconds))\",\"event\":\"\(line.event)\""
      for (name, value) in line.fields {
        text += ",\(Self.quoted(name)):\(Self.json(value))"
      }
      return text + "}\n"
    }
  }

  /// The text, with what a terminal or a reader of lines would act on as `\u{1b}`, and the
  /// backslash doubled, so that an escape is never what somebody wrote.
  static func plain(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if scalar == "\\" {
        result += "\\\\"
      } else if Self.isActedOn(scalar) {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A JSON string (RFC 8259 §7), with what a terminal would act on escaped too.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" || scalar == "\\" {
        result += "\\\(scalar)"
      } else if Self.isActedOn(scalar) {
        // All of these are in the first plane, so that one escape is enough.
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private static func json(_ value: ConsoleValue) -> String {
    switch value {
    case .number(let number): String(number)
    case .text(let text): Self.quoted(text)
    case .list(let texts): "[" + texts.map(Self.quoted).joined(separator: ",") + "]"
    }
  }

  private static func isActedOn(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0: true
    case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  /// `2026-11-20T12:03:01.000002Z`.
  static func time(_ microseconds: Int64) -> String {
    var (seconds, fraction) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    if fraction < 0 {
      seconds -= 1
      fraction += 1_000_000
    }
    var moment = time_t(seconds)
    var parts = tm()
    gmtime_r(&moment, &parts)
    let day = [parts.tm_mon + 1, parts.tm_mday].map { "-" + Self.digits(Int($0), 2) }.joined()
    let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { Self.digits(Int($0), 2) }
    return Self.digits(Int(parts.tm_year) + 1900, 4) + day + "T"
      + clock.joined(separator: ":") + "." + Self.digits(Int(fraction), 6) + "Z"
  }

  private static func digits(_ number: Int, _ count: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }
}
