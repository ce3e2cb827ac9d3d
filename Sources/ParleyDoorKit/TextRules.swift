package import ParleyModel

/// Which texts may be said: what every door checks before a command carries them.
///
/// No control characters but the tab and, where lines are allowed, the newline; no bidirectional
/// overrides or isolates, because they change how what surrounds them is shown; no U+2028 and
/// U+2029, which some programs take for ends of lines.
package enum TextRules {
  /// What is wrong with a text of one line (`newlines` false) or several; nil is nothing.
  package static func fault(of text: String, newlines: Bool = false) -> Refusal.TextFault? {
    var isBlank = true
    var isPlain = true
    for byte in text.utf8 {
      if byte > 0x20, byte < 0x7F {
        isBlank = false
      } else if byte != 0x20 {
        isPlain = false
        break
      }
    }
    if isPlain { return isBlank ? .empty : nil }
    isBlank = true
    for scalar in text.unicodeScalars {
      if scalar == "\n" {
        guard newlines else { return .newline }
      } else if let fault = self.fault(of: scalar) {
        return fault
      }
      if !scalar.properties.isWhitespace { isBlank = false }
    }
    return isBlank ? .empty : nil
  }

  /// What is wrong with one character; a newline counts as a control character here.
  package static func fault(of scalar: Unicode.Scalar) -> Refusal.TextFault? {
    switch scalar.value {
    case 0x09: nil
    case 0x00: .nul
    case 0x01...0x1F, 0x7F...0x9F: .control
    case 0x202A...0x202E, 0x2066...0x2069: .bidirectional
    case 0x2028, 0x2029: .lineSeparator
    default: nil
    }
  }

  /// Refuses what may not be said, or is longer than the bound.
  package static func check(
    _ text: String, _ bounded: Refusal.Bounded, bytesMax: Int, newlines: Bool = false
  ) throws(Refusal) {
    guard text.utf8.count <= bytesMax else { throw .tooLong(bounded, bytesMax: bytesMax) }
    if let fault = self.fault(of: text, newlines: newlines) { throw .badText(fault) }
  }
}
