/// What is searched for: a message has it when all its phrases occur in subject and body.
///
/// Case and diacritics do not matter. A word is looked for as a whole; with `*` behind it, as the
/// beginning of one. Words between quotes follow one another, and so do those of what is written
/// without a space between (`well-known`). Everything else that people write is no part of a
/// word: there are no operators, and nothing can be wrong with a search but that it is empty or
/// too long.
public struct SearchQuery: Hashable, Sendable {
  /// A word as the index has it, in UTF-8.
  public struct Word: Hashable, Sendable {
    public var bytes: [UInt8]
    /// Whether longer words that begin with it will do.
    public var isPrefix: Bool
  }

  /// As it was asked for, without the spaces around it.
  public let text: String
  /// Words that follow one another; of most phrases there is one.
  public let phrases: [[Word]]
  /// All the words, each once.
  public let words: [Word]

  /// Refuses what has more than ``Limits/searchWordsMax`` words.
  public init(_ text: String) throws(Refusal) {
    let isSpace = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
    var trimmed = text.unicodeScalars.drop(while: isSpace)
    while let last = trimmed.last, isSpace(last) { trimmed.removeLast() }
    self.text = String(Substring(trimmed))
    var phrases: [[Word]] = []
    var count = 0
    for piece in Self.pieces(of: text) {
      let phrase = Self.phrase(of: piece)
      guard !phrase.isEmpty, !phrases.contains(phrase) else { continue }
      phrases.append(phrase)
      count += phrase.count
      guard count <= Limits.searchWordsMax else {
        throw .tooMany(.search, max: Limits.searchWordsMax)
      }
    }
    self.phrases = phrases
    var words: [Word] = []
    for word in phrases.joined() where !words.contains(word) { words.append(word) }
    self.words = words
  }

  /// Whether there is no word in it.
  public var isEmpty: Bool { self.phrases.isEmpty }

  /// A piece of what was asked for, and whether a star stands directly behind it.
  private struct Piece {
    var text: String
    var hasStar: Bool
  }

  /// What stands between spaces, and what stands between quotes; a quote that is not closed goes
  /// to the end.
  private static func pieces(of text: String) -> [Piece] {
    var pieces: [Piece] = []
    var rest = text.unicodeScalars[...]
    while let first = rest.first {
      if Self.isQuote(first) {
        let inside = rest.dropFirst().prefix { !Self.isQuote($0) }
        rest = rest[inside.endIndex...].dropFirst()
        pieces.append(Piece(text: String(Substring(inside)), hasStar: rest.first == "*"))
      } else if first.properties.isWhitespace {
        rest = rest.dropFirst()
      } else {
        let piece = rest.prefix { !Self.isQuote($0) && !$0.properties.isWhitespace }
        rest = rest[piece.endIndex...]
        pieces.append(Piece(text: String(Substring(piece)), hasStar: piece.last == "*"))
      }
    }
    return pieces
  }

  /// The straight one, and those that programs put in its place.
  private static func isQuote(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\"", "\u{201C}", "\u{201D}", "\u{201E}": true
    default: false
    }
  }

  private static func phrase(of piece: Piece) -> [Word] {
    var phrase: [Word] = []
    var words = SearchWords()
    var text = piece.text
    text.withUTF8 { bytes in
      words.forEach(in: UnsafeRawBufferPointer(bytes)) { word in
        phrase.append(Word(bytes: word, isPrefix: false))
        return true
      }
    }
    if piece.hasStar, !phrase.isEmpty { phrase[phrase.count - 1].isPrefix = true }
    return phrase
  }
}
