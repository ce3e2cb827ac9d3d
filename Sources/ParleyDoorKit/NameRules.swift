package import ParleyModel

/// Which texts are names: the rules of participants' and rooms' names, and their keys.
package enum NameRules {
  /// A participant's name, checked and normalised.
  ///
  /// 1 to ``Limits/nameScalarsMax`` letters, digits, marks and ``-_.[]{}|^` ``, not beginning with
  /// a mark, `{` or `[`; not one of the server's own voices.
  package static func participantName(_ text: String) throws(Refusal) -> Name {
    let name = try self.name(
      text, scalarsMax: Limits.nameScalarsMax, bytesMax: Limits.nameBytesMax,
      punctuation: "-_.[]{}|^`")
    if let first = name.text.utf8.first, first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
      throw .badName(name.text, .badStart)
    }
    guard !self.reservedKeys.contains(name.key) else { throw .badName(name.text, .reserved) }
    return name
  }

  /// A room's name, checked and normalised; a leading `#` is not part of it.
  ///
  /// 1 to ``Limits/roomNameScalarsMax`` letters, digits, marks and `-_.`, not beginning with a mark.
  package static func roomName(_ text: String) throws(Refusal) -> Name {
    try self.name(
      text.utf8.first == UInt8(ascii: "#") ? String(text.unicodeScalars.dropFirst()) : text,
      scalarsMax: Limits.roomNameScalarsMax, bytesMax: Limits.roomNameBytesMax,
      punctuation: "-_.")
  }

  /// A part of a participant's name, as masks have them: it may begin with anything.
  static func part(_ text: String) throws(Refusal) -> Name {
    try self.name(
      text, scalarsMax: Limits.nameScalarsMax, bytesMax: Limits.nameBytesMax,
      punctuation: "-_.[]{}|^`")
  }

  private static func name(
    _ given: String, scalarsMax: Int, bytesMax: Int, punctuation: String
  ) throws(Refusal) -> Name {
    guard !given.isEmpty else { throw .badName("", .empty) }
    // Normalising costs what the text is long: a name of a whole line is not worth it.
    guard given.utf8.count <= bytesMax * 4 else { throw .badName(self.shown(given), .tooLong) }
    let text = NameKey.composed(given)
    var scalars = 0
    var marks = 0
    for scalar in text.unicodeScalars {
      scalars += 1
      switch self.kind(of: scalar, punctuation: punctuation) {
      case .plain: marks = 0
      case .mark:
        guard scalars > 1 else { throw .badName(self.shown(text), .badStart) }
        marks += 1
        // UTS 39 §5.4: more than four marks in a row are no writing.
        guard marks <= 4 else { throw .badName(self.shown(text), .badCharacter) }
      case .refused: throw .badName(self.shown(text), .badCharacter)
      }
    }
    guard scalars <= scalarsMax, text.utf8.count <= bytesMax else {
      throw .badName(self.shown(text), .tooLong)
    }
    return Name(text: text, key: NameKey.key(of: text))
  }

  private enum Kind {
    case plain, mark, refused
  }

  private static func kind(of scalar: Unicode.Scalar, punctuation: String) -> Kind {
    if scalar.isASCII {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9": return .plain
      default: return punctuation.unicodeScalars.contains(scalar) ? .plain : .refused
      }
    }
    // Fillers and variation selectors are letters and marks that nobody sees.
    guard !scalar.properties.isDefaultIgnorableCodePoint else { return .refused }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber:
      return .plain
    case .nonspacingMark, .spacingMark:
      return .mark
    case .enclosingMark, .letterNumber, .otherNumber, .connectorPunctuation, .dashPunctuation,
      .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
      .otherPunctuation, .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol,
      .spaceSeparator, .lineSeparator, .paragraphSeparator, .control, .format, .surrogate,
      .privateUse, .unassigned:
      return .refused
    @unknown default:
      return .refused
    }
  }

  /// The beginning of a refused text with nothing in it that a terminal would act on.
  package static func shown(_ text: String) -> String {
    var shown = ""
    var count = 0
    for scalar in text.unicodeScalars {
      count += 1
      guard count <= Limits.nameScalarsMax else { return shown + "…" }
      let isShown: Bool
      switch scalar.value {
      case 0x00...0x1F, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069, 0x2028, 0x2029:
        isShown = false
      default: isShown = true
      }
      shown.unicodeScalars.append(isShown ? scalar : "\u{FFFD}")
    }
    return shown
  }

  /// The voices of the server and the services that IRC clients look for.
  private static let reservedKeys: Set<String> = Set(
    [
      "server", "parley", "system", "board", "nickserv", "chanserv", "memoserv", "operserv",
      "hostserv", "botserv", "histserv", "infoserv", "global", "services",
    ].map { NameKey.key(of: $0) })
}
