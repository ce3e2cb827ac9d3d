/// Looks at one message after the other for what is searched for; keeps its memory from one to the
/// next.
public struct SearchMatcher: Sendable {
  private let query: SearchQuery
  private let all: UInt64
  private let hasPhrases: Bool
  private var words = SearchWords()

  public init(_ query: SearchQuery) {
    self.query = query
    precondition(query.words.count <= Limits.searchWordsMax, "a query has words up to its bound")
    self.all = (1 << UInt64(query.words.count)) - 1
    self.hasPhrases = query.phrases.contains { $0.count > 1 }
  }

  /// Whether a message has it; one that was removed has no text.
  public mutating func matches(_ message: Message) -> Bool {
    guard message.removal == nil else { return false }
    var (subject, body) = (message.subject, message.body)
    return subject.withUTF8 { subject in
      body.withUTF8 { body in
        self.matches(
          subject: UnsafeRawBufferPointer(subject), body: UnsafeRawBufferPointer(body))
      }
    }
  }

  /// The same of a message's texts in UTF-8.
  public mutating func matches(
    subject: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer
  ) -> Bool {
    var found: UInt64 = 0
    self.look(in: subject, found: &found)
    if found != self.all { self.look(in: body, found: &found) }
    guard found == self.all, self.all != 0 else { return false }
    return !self.hasPhrases || self.hasAllPhrases(subject, body)
  }

  /// Marks the words that occur in a text.
  private mutating func look(in text: UnsafeRawBufferPointer, found: inout UInt64) {
    let (query, all) = (self.query, self.all)
    self.words.forEach(in: text) { word in
      for index in query.words.indices where Self.isHit(query.words[index], word) {
        found |= 1 << UInt64(index)
      }
      return found != all
    }
  }

  private static func isHit(_ wanted: SearchQuery.Word, _ word: [UInt8]) -> Bool {
    let count = wanted.bytes.count
    guard wanted.isPrefix ? word.count >= count : word.count == count else { return false }
    // From behind: where two words differ at all, they mostly differ there.
    for index in stride(from: count - 1, through: 0, by: -1)
    where wanted.bytes[index] != word[index] {
      return false
    }
    return true
  }

  /// Whether each phrase stands in one of the texts; a phrase does not go from one to the other.
  private mutating func hasAllPhrases(
    _ subject: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer
  ) -> Bool {
    var texts: [[[UInt8]]] = [[], []]
    for (index, text) in [subject, body].enumerated() {
      self.words.forEach(in: text) { word in
        texts[index].append(word)
        return true
      }
    }
    return self.query.phrases.allSatisfy { phrase in
      phrase.count == 1 || texts.contains { Self.stands(phrase, in: $0) }
    }
  }

  private static func stands(_ phrase: [SearchQuery.Word], in words: [[UInt8]]) -> Bool {
    guard words.count >= phrase.count else { return false }
    return (0...(words.count - phrase.count)).contains { start in
      phrase.indices.allSatisfy { Self.isHit(phrase[$0], words[start + $0]) }
    }
  }
}

/// The newest messages that were found, and where older ones would be.
///
/// They are offered from the newest down.
public struct SearchHits: Sendable {
  private let limit: Int
  private var newestFirst: [Message] = []
  private var bytes = 0
  /// Set where there may be more: messages below this were not looked at.
  private(set) var before: Sequence?

  public init(limit: Int) {
    self.limit = limit
  }

  /// Takes a message that was found; false where the answer is full, and the message the first one
  /// that is left out.
  public mutating func add(_ message: Message) -> Bool {
    guard self.newestFirst.count < self.limit, self.bytes <= Limits.answerBytesMax else {
      self.before = self.newestFirst.last?.sequence
      return false
    }
    self.newestFirst.append(message)
    // Of a post its subject is shown.
    self.bytes += message.kind.isPost ? message.subject.utf8.count : message.body.utf8.count
    return true
  }

  /// Ends the search early: what is below was not looked at.
  public mutating func stop(before sequence: Sequence) {
    self.before = sequence
  }

  public var answer: ReadAnswer {
    ReadAnswer(self.newestFirst.reversed(), more: self.before != nil, before: self.before)
  }
}
