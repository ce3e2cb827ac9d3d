import ParleyDoorKit
package import ParleyModel

/// The forms of values that settings share: how each is read from text.
package enum SettingValue {
  /// Units of size; those that end in `iB` come before the plain byte that ends them.
  static let sizeUnits: [(suffix: String, bytes: Int)] = [
    ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("B", 1),
  ]

  /// A whole number without a sign.
  static func integer(_ text: some StringProtocol) -> Int? {
    let isDigits = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    return isDigits ? Int(text) : nil
  }

  /// A number with its unit, as in `500ms`, `60s`, `5m`, `2h`, `7d`.
  package static func duration(_ text: String) -> Duration? {
    TimeText.milliseconds(text).map { .milliseconds($0) }
  }

  /// A number with its unit, as in `256KiB`, `1MiB`; a bare number counts bytes.
  static func size(_ text: String) -> Int? {
    for unit in self.sizeUnits where text.hasSuffix(unit.suffix) {
      guard let number = self.integer(text.dropLast(unit.suffix.count)) else { continue }
      let (product, overflow) = number.multipliedReportingOverflow(by: unit.bytes)
      return overflow ? nil : product
    }
    return self.integer(text)
  }

  /// `true` or `false`, and the words for them that YAML 1.1 had.
  static func isTrue(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "yes", "on", "1": true
    case "false", "no", "off", "0": false
    default: nil
    }
  }

  /// A number from 0 to ``Limits/backlogMax``, or `all`.
  package static func backlog(_ text: String) -> Backlog? {
    if text == "all" { return .all }
    guard let number = self.integer(text), number <= Limits.backlogMax else { return nil }
    return .count(number)
  }

  /// A duration in the largest unit that holds it exactly; minutes are told in seconds.
  static func text(of duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let milliseconds = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    for unit in TimeText.units.reversed()
    where milliseconds % unit.milliseconds == 0 && unit.suffix != "m" {
      return "\(milliseconds / unit.milliseconds)\(unit.suffix)"
    }
    return "\(milliseconds)ms"
  }

  /// A size in the largest unit that holds it exactly.
  static func text(ofBytes bytes: Int) -> String {
    for unit in self.sizeUnits.dropLast().reversed() where bytes % unit.bytes == 0 {
      return "\(bytes / unit.bytes)\(unit.suffix)"
    }
    return "\(bytes)B"
  }
}
