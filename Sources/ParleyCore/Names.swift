import ParleyModel

/// Which names may be taken.
///
/// The doors have made the keys; here they are only compared.
enum Names {
  /// The server's own voices and the services of the IRC door.
  ///
  /// A key made by UTS 39 writes `m` as `rn`, so both spellings are here.
  private static let reserved: Set<String> = {
    let words = [
      "server", "parley", "system", "board", "nickserv", "chanserv", "operserv", "memoserv",
      "hostserv", "botserv", "helpserv", "infoserv", "histserv", "global", "services",
    ]
    let folded = words.map { word in
      word.reduce(into: "") { key, letter in key += letter == "m" ? "rn" : String(letter) }
    }
    return Set(words + folded)
  }()

  /// Throws where no participant may carry the name.
  ///
  /// Its characters are the doors' concern.
  static func checkParticipant(_ name: Name) throws(Refusal) {
    try self.check(name, scalarsMax: Limits.nameScalarsMax, bytesMax: Limits.nameBytesMax)
    guard !self.reserved.contains(name.key) else { throw .badName(name.text, .reserved) }
  }

  /// Throws where no room may carry the name.
  static func checkRoom(_ name: Name) throws(Refusal) {
    try self.check(name, scalarsMax: Limits.roomNameScalarsMax, bytesMax: Limits.roomNameBytesMax)
  }

  private static func check(_ name: Name, scalarsMax: Int, bytesMax: Int) throws(Refusal) {
    guard !name.text.isEmpty, !name.key.isEmpty else { throw .badName(name.text, .empty) }
    guard name.text.utf8.count <= bytesMax, name.text.unicodeScalars.count <= scalarsMax else {
      throw .badName(name.text, .tooLong)
    }
  }

  /// A free name like one that is taken: with a number behind it, shortened where it is too long
  /// for that.
  ///
  /// The number has no 0 and no 1, which keys take for letters, so that the key of the whole is
  /// the key of the name with the number behind it.
  static func free(like name: Name, isTaken: (String) -> Bool) -> String? {
    for number in 2...99 where number % 10 > 1 && number / 10 != 1 {
      guard let candidate = self.numbered(name, String(number)) else { return nil }
      if !isTaken(candidate.key) { return candidate.text }
    }
    return nil
  }

  private static func numbered(_ name: Name, _ number: String) -> Name? {
    let scalars = name.text.unicodeScalars.count + number.utf8.count
    let bytes = name.text.utf8.count + number.utf8.count
    let excess = max(scalars - Limits.nameScalarsMax, bytes - Limits.nameBytesMax)
    guard excess > 0 else { return Name(text: name.text + number, key: name.key + number) }
    // Where every character has a key of one character, both can be cut alike.
    guard name.text.utf8.count == name.key.utf8.count,
      name.text.utf8.allSatisfy({ $0 < 0x80 }), excess < name.text.utf8.count
    else { return nil }
    return Name(
      text: name.text.dropLast(excess) + number, key: name.key.dropLast(excess) + number)
  }
}
