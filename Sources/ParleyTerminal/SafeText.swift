/// What may be written to a terminal.
///
/// Nothing that a server or another person wrote reaches the terminal but through here.
package enum SafeText {
  /// How many scalars a character shows at most; more would pile up over other lines.
  private static let scalarsMax = 12

  /// The text on one line, without what a terminal would obey.
  ///
  /// That is controls (ECMA-48), bidirectional overrides and isolates (UAX #9) and separators of
  /// lines. What was there is shown as `�`, a tab as spaces.
  package static func line(_ text: String) -> String {
    if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return text }
    var safe = ""
    for character in text { safe += Self.shown(character) }
    return safe
  }

  /// The lines of a text, each as ``line(_:)`` has it.
  package static func lines(_ text: String) -> [String] {
    text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
      .map { Self.line(String($0)) }
  }

  /// One character as it is shown.
  static func shown(_ character: Character) -> String {
    if character == "\t" { return "    " }
    var scalars = String.UnicodeScalarView()
    for scalar in character.unicodeScalars.prefix(Self.scalarsMax) {
      scalars.append(Self.isObeyed(scalar) ? "\u{FFFD}" : scalar)
    }
    return String(scalars)
  }

  /// Whether a terminal may do something other than to show it.
  private static func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x061C, 0xFEFF,
      0xE0000...0xE007F:
      true
    default: false
    }
  }
}
