/// The zone in which a session is shown times.
package struct LineZone: Hashable, Sendable {
  /// As the session gave it: `UTC`, `+02:00`, `Europe/Berlin`.
  package let name: String
  private var rule: Rule

  private enum Rule: Hashable, Sendable {
    case fixed(Int)
    case table(ZoneTable)
  }

  static let utc = LineZone(name: "UTC", rule: .fixed(0))

  private init(name: String, rule: Rule) {
    self.name = name
    self.rule = rule
  }

  /// Reads `UTC`, `Z`, an offset (`+2`, `-03:30`, `+0545`) or the name of a zone that this host
  /// knows; nil for anything else.
  package init?(_ text: String) {
    switch text.uppercased() {
    case "UTC", "GMT", "Z":
      self = .utc
      return
    default:
      break
    }
    if let seconds = Self.offset(text) {
      self.init(name: Self.name(ofOffset: seconds), rule: .fixed(seconds))
    } else if let table = ZoneTable(named: text) {
      self.init(name: text, rule: .table(table))
    } else {
      return nil
    }
  }

  /// Seconds east of UTC at that time, in seconds since the epoch.
  func offsetSeconds(at seconds: Int64) -> Int {
    switch self.rule {
    case .fixed(let offset): offset
    case .table(let table): table.offsetSeconds(at: seconds)
    }
  }

  /// A number that differs for zones that differ: FNV-1a over the name.
  var fingerprint: UInt64 {
    if self.name == "UTC" { return 0 }
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in self.name.utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    return hash
  }

  private static func offset(_ text: String) -> Int? {
    var digits: [Int] = []
    var sign = 0
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "+") where sign == 0: sign = 1
      case UInt8(ascii: "-") where sign == 0: sign = -1
      case UInt8(ascii: ":") where digits.count == 1 || digits.count == 2:
        if digits.count == 1 { digits.insert(0, at: 0) }
      case UInt8(ascii: "0")...UInt8(ascii: "9") where sign != 0 && digits.count < 4:
        digits.append(Int(byte - UInt8(ascii: "0")))
      default: return nil
      }
    }
    switch digits.count {
    case 1: digits = [0, digits[0], 0, 0]
    case 2: digits += [0, 0]
    case 4: break
    default: return nil
    }
    let hours = digits[0] * 10 + digits[1]
    let minutes = digits[2] * 10 + digits[3]
    guard hours <= 14, minutes < 60, hours * 60 + minutes <= 14 * 60 else { return nil }
    return sign * (hours * 60 + minutes) * 60
  }

  private static func name(ofOffset seconds: Int) -> String {
    guard seconds != 0 else { return "UTC" }
    let minutes = abs(seconds) / 60
    func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
    return (seconds < 0 ? "-" : "+") + two(minutes / 60) + ":" + two(minutes % 60)
  }
}
