/// What came in conversations other than the one that one is in, counted.
package struct UnreadCounts: Sendable {
  /// How many conversations are counted; beyond, messages are shown and not counted.
  package static let conversationsMax = 1_000
  /// How many of them the prompt names.
  private static let namedMax = 4

  private struct Count {
    var title: String
    var messages: Int
    var isMention: Bool
  }

  /// In the order in which they began to have something.
  private var counts: [Count] = []

  package init() {}

  /// Counts messages of a room, or of `@NAME`.
  package mutating func add(_ title: String, _ messages: Int = 1, isMention: Bool) {
    guard messages > 0 else { return }
    if let index = self.counts.firstIndex(where: { $0.title == title }) {
      self.counts[index].messages += messages
      if isMention { self.counts[index].isMention = true }
    } else if self.counts.count < Self.conversationsMax {
      self.counts.append(Count(title: title, messages: messages, isMention: isMention))
    }
  }

  /// That conversation has been looked at.
  package mutating func clear(_ title: String) {
    self.counts.removeAll { $0.title == title }
  }

  package mutating func clear() {
    self.counts = []
  }

  package func count(of title: String) -> Int {
    self.counts.first { $0.title == title }?.messages ?? 0
  }

  /// `python:3 @bob:1`, what mentions one in bold.
  package var text: StyledText {
    var text = StyledText()
    for (index, count) in self.counts.prefix(Self.namedMax).enumerated() {
      if index > 0 { text.append(" ") }
      let isBold = count.isMention || count.title.hasPrefix("@")
      text.append("\(count.title):\(count.messages)", isBold ? .bold : .plain)
    }
    let more = self.counts.count - Self.namedMax
    if more > 0 { text.append(" +\(more)") }
    return text
  }
}

/// Whether somebody is spoken of.
package enum Mention {
  /// Whether a name stands in the text as a word of its own, whatever the case.
  package static func isThere(_ name: String, in text: String) -> Bool {
    guard !name.isEmpty else { return false }
    let name = Array(name.lowercased())
    let text = Array(text.lowercased())
    guard text.count >= name.count else { return false }
    return (0...(text.count - name.count)).contains { start in
      guard text[start] == name[0], text[start..<(start + name.count)].elementsEqual(name)
      else { return false }
      let isAfterWord = start > 0 && Self.isInName(text[start - 1])
      let end = start + name.count
      return !isAfterWord && !(end < text.count && Self.isInName(text[end]))
    }
  }

  private static func isInName(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_" || character == "-"
  }
}
