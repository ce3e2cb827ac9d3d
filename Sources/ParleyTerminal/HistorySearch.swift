/// Looks for what was entered before by a part of it, as Ctrl-R does in GNU readline.
///
/// A value, as ``LineEditor`` is. Letters match whether large or small.
package struct HistorySearch: Sendable {
  /// What a key asks of whoever holds the search.
  package enum Response: Hashable, Sendable {
    /// What is looked for, or what was found, is another.
    case changed
    /// Nothing, or nothing more, is found.
    case bell
    /// It is over, and the line is the one of before.
    case givenUp
    /// It is over: the entry found is the line, and the editor gets the key, if any.
    case taken(Key?)
  }

  /// An entry, and where in it the pattern begins, in characters.
  package struct Match: Hashable, Sendable {
    package let index: Int
    package let offset: Int
  }

  package private(set) var pattern = ""
  /// The entry that is shown: the last that was found.
  package private(set) var match: Match?
  /// Whether the entry shown holds all of the pattern.
  package private(set) var isFound = true

  package init() {}

  package mutating func take(_ key: Key, in history: History) -> Response {
    switch key {
    case .text(let text), .paste(let text):
      guard self.pattern.utf8.count + text.utf8.count <= History.entryBytesMax else { return .bell }
      self.pattern += text
      return self.look(from: self.match?.index ?? history.entries.count - 1, by: -1, history)
    case .backspace:
      guard self.pattern.popLast() != nil else { return .bell }
      self.match = nil
      self.isFound = true
      guard !self.pattern.isEmpty else { return .changed }
      return self.look(from: history.entries.count - 1, by: -1, history)
    case .control("r"):
      return self.look(from: (self.match?.index ?? history.entries.count) - 1, by: -1, history)
    case .control("s"):
      return self.look(from: (self.match?.index ?? history.entries.count) + 1, by: 1, history)
    case .control("g"): return .givenUp
    case .escape: return .taken(nil)
    case .enter, .tab, .backTab, .delete, .up, .down, .left, .right, .home, .end, .pageUp,
      .pageDown, .wordLeft, .wordRight, .control, .alt, .altEnter, .altBackspace, .unknown:
      return .taken(key)
    }
  }

  /// Goes from one entry to the next until one holds the pattern; an entry that is shown twice in a
  /// row tells nothing.
  private mutating func look(from start: Int, by step: Int, _ history: History) -> Response {
    guard !self.pattern.isEmpty else { return .bell }
    let shown = self.match.map { history.entries[$0.index] }
    var index = start
    while history.entries.indices.contains(index) {
      let entry = history.entries[index]
      if index == self.match?.index || entry != shown,
        let offset = Self.offset(of: self.pattern, in: entry)
      {
        self.match = Match(index: index, offset: offset)
        self.isFound = true
        return .changed
      }
      index += step
    }
    self.isFound =
      self.match.map {
        Self.offset(of: self.pattern, in: history.entries[$0.index]) != nil
      } ?? false
    return .bell
  }

  private static func offset(of pattern: String, in entry: String) -> Int? {
    let wanted = pattern.map { $0.lowercased() }
    let characters = entry.map { $0.lowercased() }
    guard wanted.count <= characters.count else { return nil }
    return (0...(characters.count - wanted.count)).first {
      characters[$0..<($0 + wanted.count)].elementsEqual(wanted)
    }
  }
}

extension Screen.Input {
  /// While one searches: what is looked for stands in the prompt's place, the cursor where it was
  /// found; the line of before until something is found.
  package init(_ search: HistorySearch, in history: History, _ editor: LineEditor) {
    let title = search.isFound ? "(search) " : "(not found) "
    let prompt = StyledText(title + search.pattern + ": ", .dim)
    guard let match = search.match else {
      self.init(prompt: prompt, before: editor.before, after: editor.after)
      return
    }
    let entry = history.entries[match.index]
    self.init(
      prompt: prompt, before: String(entry.prefix(match.offset)),
      after: String(entry.dropFirst(match.offset)))
  }
}
