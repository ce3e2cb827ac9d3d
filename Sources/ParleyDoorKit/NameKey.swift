import Foundation

/// What of a name is compared: two names of one key are the same name.
///
/// The steps, always in this order:
/// 1. NFKD (Unicode TR15), which covers canonical equivalence and widths, ligatures and styles;
/// 2. case folding, as the lower case of the upper case of each scalar;
/// 3. the prototypes of UTS 39 §4, the skeleton of look-alikes (``NameConfusables``);
/// 4. NFKD and case folding again, since a prototype may hold capitals.
///
/// Case makes `I` an `i` and looks make it an `l`: hence all of `I`, `i`, `l`, `1` and `|` are one.
/// Small capitals count as their letters, because the small letters of Cyrillic look like them.
/// What this does not see: capitals of Greek that look Latin where their small letters do not.
///
/// The one file of this target that imports Foundation, for normalisation.
package enum NameKey {
  /// The key of any text; what may be a name is ``NameRules``' matter.
  package static func key(of text: String) -> String {
    if let key = self.asciiKey(of: text) { return key }
    let folded = self.fold(text.decomposedStringWithCompatibilityMapping)
    var skeleton = ""
    for scalar in folded.unicodeScalars {
      if let prototype = NameConfusables.prototype(of: scalar) {
        skeleton += prototype
      } else {
        skeleton.unicodeScalars.append(scalar)
      }
    }
    return self.fold(skeleton.decomposedStringWithCompatibilityMapping)
      .decomposedStringWithCompatibilityMapping
  }

  /// The text in NFC, in which names are shown.
  static func composed(_ text: String) -> String {
    text.utf8.allSatisfy { $0 < 0x80 } ? text : text.precomposedStringWithCanonicalMapping
  }

  /// The same steps where every character is ASCII, without the tables; nil where one is not.
  private static func asciiKey(of text: String) -> String? {
    var key = ""
    key.reserveCapacity(text.utf8.count + 2)
    for byte in text.utf8 {
      switch byte {
      case 0x80...: return nil
      case UInt8(ascii: "0"), UInt8(ascii: "O"): key.append("o")
      case UInt8(ascii: "1"), UInt8(ascii: "I"), UInt8(ascii: "i"), UInt8(ascii: "|"):
        key.append("l")
      case UInt8(ascii: "M"), UInt8(ascii: "m"): key.append("rn")
      case UInt8(ascii: "`"): key.append("'")
      case UInt8(ascii: "A")...UInt8(ascii: "Z"):
        key.unicodeScalars.append(Unicode.Scalar(byte | 0x20))
      default: key.unicodeScalars.append(Unicode.Scalar(byte))
      }
    }
    return key
  }

  private static func fold(_ text: String) -> String {
    var folded = ""
    for scalar in text.unicodeScalars {
      for upper in scalar.properties.uppercaseMapping.unicodeScalars {
        folded += upper.properties.lowercaseMapping
      }
    }
    return folded
  }
}
