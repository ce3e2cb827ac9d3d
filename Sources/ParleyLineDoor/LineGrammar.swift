import ParleyDoorKit
package import ParleyModel

/// What a line of input means: the one grammar of line mode and of the terminal's client.
package enum LineGrammar {
  package enum Reading: Sendable {
    /// Something to say to the current room, not checked yet.
    ///
    /// `isWhole` where white space was not taken off it, so that it is no emptier than the line.
    case text(String, isWhole: Bool)
    case action(LineAction)
    case refused(Refusal)
  }

  /// Reads a line; the first byte, or a first word of capitals, decides what it is.
  ///
  /// - Parameters:
  ///   - line: without its end.
  ///   - verbs: whether words in capitals are commands.
  /// - Returns: what is to be done, or why nothing is.
  package static func read(_ line: String, verbs: Bool) -> Reading {
    guard let byte = line.utf8.first else { return .refused(.badText(.empty)) }
    switch byte {
    case UInt8(ascii: "/"), UInt8(ascii: "%"):
      guard line.utf8.dropFirst().first != byte else {
        return .text(String(line.unicodeScalars.dropFirst()), isWhole: true)
      }
      return self.command(line)
    case UInt8(ascii: " "):
      return .text(String(line.unicodeScalars.dropFirst()), isWhole: false)
    case UInt8(ascii: "A")...UInt8(ascii: "Z") where verbs && self.beginsWithCapitals(line):
      let first = line.prefix { $0 != " " }
      if let (_, form) = CommandTable.find(first) {
        return self.action(form, String(first), line[first.endIndex...])
      }
      if let meant = self.secretVerbs[first] {
        return .refused(.badCommand(String(first), nearest: meant))
      }
      return first == "MSG" ? self.murmur(first, verbs: verbs) : .text(line, isWhole: true)
    case UInt8(ascii: "D"), UInt8(ascii: "d"), UInt8(ascii: "M"), UInt8(ascii: "m"):
      if let word = self.murmured(line) { return self.murmur(word, verbs: verbs) }
      return .text(line, isWhole: true)
    default:
      return .text(line, isWhole: true)
    }
  }

  /// Words in capitals that are no commands: what follows them may be a password, and is not said.
  private static let secretVerbs: [Substring: String] = [
    "LOGIN": "/login", "REGISTER": "/register", "PASSWD": "/passwd",
  ]

  /// The row of the table that a line's first word stands for, or is meant for where what follows
  /// may be a password.
  package static func row(of line: String) -> CommandRow? {
    let first = line.prefix { $0 != " " && $0 != "\n" }
    return CommandTable.find(self.secretVerbs[first].map { $0[...] } ?? first)?.row
  }

  private static func command(_ line: String) -> Reading {
    let first = line.prefix { $0 != " " }
    guard let (_, form) = CommandTable.find(first) else {
      let spelling = NameRules.shown(String(first))
      let nearest = CommandTable.nearest(to: spelling)
      return .refused(.badCommand(spelling, nearest: nearest))
    }
    return self.action(form, String(first), line[first.endIndex...])
  }

  private static func action(
    _ form: CommandForm, _ spelling: String, _ arguments: Substring
  ) -> Reading {
    do throws(Refusal) {
      return .action(try form.action(spelling, arguments))
    } catch {
      return .refused(error)
    }
  }

  /// Whether the first word is made of the letters A to Z alone, as short as a verb.
  private static func beginsWithCapitals(_ line: String) -> Bool {
    var length = 0
    for byte in line.utf8 {
      if byte == UInt8(ascii: " ") { break }
      guard byte >= UInt8(ascii: "A"), byte <= UInt8(ascii: "Z"), length < 8 else { return false }
      length += 1
    }
    return length > 1
  }

  /// The first word, where it is `dm` or `msg` in whatever case.
  private static func murmured(_ line: String) -> Substring? {
    let word = line.utf8.prefix(4).prefix { $0 != UInt8(ascii: " ") }
    let letters = word.map { $0 | 0x20 }
    guard letters.elementsEqual("dm".utf8) || letters.elementsEqual("msg".utf8) else { return nil }
    return line[word.startIndex..<word.endIndex]
  }

  /// `dm bob psst`: what may be meant for one is not said to all.
  private static func murmur(_ word: Substring, verbs: Bool) -> Reading {
    let nearest = verbs ? "DM NAME TEXT" : "/dm NAME TEXT"
    return .refused(.badCommand(String(word), nearest: nearest))
  }
}
