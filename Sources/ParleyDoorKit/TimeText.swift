/// Times as people write them: a whole number with its unit, as in `500ms`, `60s`, `5m`, `2h`,
/// `7d`.
package enum TimeText {
  /// The longest suffix first.
  package static let units: [(suffix: String, milliseconds: Int64)] = [
    ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
  ]

  /// In milliseconds; nil for what is no time, or more than any clock counts.
  package static func milliseconds(_ text: some StringProtocol) -> Int64? {
    let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    let suffix = text.utf8[digits.endIndex...]
    guard let number = Int64(String(decoding: digits, as: UTF8.self)),
      let unit = self.units.first(where: { suffix.elementsEqual($0.suffix.utf8) })
    else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: unit.milliseconds)
    return overflow ? nil : product
  }
}
