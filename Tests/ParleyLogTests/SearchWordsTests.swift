import GRDB
import ParleyModel
import Testing

@Suite struct `The words of a text` {
  /// Each character between two letters, all of Unicode's, as SQLite's own tokenizer has it.
  @Test func `are those of the search index, for every character there is`() throws {
    let queue = try DatabaseQueue()
    try queue.read { database in
      let tokenizer = try database.makeTokenizer(.unicode61(diacritics: .remove))
      var words = SearchWords()
      var wrong: [UInt32] = []
      for start in stride(from: UInt32(0), to: 0x11_0000, by: 64) {
        let scalars = (start..<(start + 64)).compactMap { Unicode.Scalar($0) }
        for isFirst in [false, true] {
          let text = scalars.map { isFirst ? "\($0)z " : "a\($0)z " }.joined()
          let expected = try tokenizer.tokenize(document: text).map(\.token)
          if Self.words(of: text, &words) != expected { wrong.append(start) }
        }
      }
      #expect(wrong.isEmpty)
    }
  }

  @Test func `are found in themselves`() throws {
    var words = SearchWords()
    for number in UInt32(0x80)..<0x2_0000 {
      guard let scalar = Unicode.Scalar(number) else { continue }
      for word in Self.words(of: "a\(scalar)", &words) {
        #expect(Self.words(of: word, &words) == [word])
      }
    }
  }

  private static func words(of text: String, _ words: inout SearchWords) -> [String] {
    var found: [String] = []
    var text = text
    text.withUTF8 { bytes in
      words.forEach(in: UnsafeRawBufferPointer(bytes)) { word in
        found.append(String(decoding: word, as: UTF8.self))
        return true
      }
    }
    return found
  }
}
