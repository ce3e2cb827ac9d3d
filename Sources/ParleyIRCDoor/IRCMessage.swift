/// One message of a client: a command and its parameters.
///
/// Tags and source are passed over (Modern IRC Client Protocol, "Message Format").
struct IRCMessage: Hashable, Sendable {
  /// In upper case.
  var command: String
  var parameters: [String]

  /// RFC 2812 §2.3: at most fifteen; the fifteenth takes the rest.
  private static let parametersMax = 15

  /// Nil for a line with nothing in it.
  init?(_ line: String) {
    var rest = Substring(line).utf8.drop { $0 == UInt8(ascii: " ") }
    while rest.first == UInt8(ascii: "@") || rest.first == UInt8(ascii: ":") {
      rest = Self.afterWord(rest)
    }
    let word = rest.prefix { $0 != UInt8(ascii: " ") }
    guard !word.isEmpty else { return nil }
    let isUpper = word.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    self.command = isUpper ? String(Substring(word)) : String(Substring(word)).uppercased()
    self.parameters = []
    self.parameters.reserveCapacity(2)
    rest = Self.afterWord(rest)
    while let first = rest.first {
      if first == UInt8(ascii: ":") || self.parameters.count == Self.parametersMax - 1 {
        let last = first == UInt8(ascii: ":") ? rest.dropFirst() : rest
        self.parameters.append(String(Substring(last)))
        break
      }
      let word = rest.prefix { $0 != UInt8(ascii: " ") }
      self.parameters.append(String(Substring(word)))
      rest = Self.afterWord(rest)
    }
  }

  private static func afterWord(_ text: Substring.UTF8View) -> Substring.UTF8View {
    text.drop { $0 != UInt8(ascii: " ") }.drop { $0 == UInt8(ascii: " ") }
  }
}
