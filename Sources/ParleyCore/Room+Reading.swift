import ParleyModel

/// What a member may see, found without looking at the messages: the notes of the newest lines
/// and posts are searched by halves, and what is not in memory becomes a plan for the archive.
extension Room {
  /// What somebody may see that joins now, with that much backlog.
  func window(backlog: Backlog) -> Window {
    switch backlog {
    case .all:
      return .everything
    case .count(let count):
      guard count > 0 else {
        return Window(firstLine: self.state.head.next, firstPost: self.state.head.next)
      }
      // Where fewer are noted than counted, those noted are all that there are.
      let line = self.lines.count - count
      let post = self.posts.count - count
      return Window(
        firstLine: line >= 0 ? self.lines[line].sequence : Sequence(1),
        firstPost: post >= 0 ? self.posts[post].sequence : Sequence(1))
    }
  }

  /// The newest `limit` messages of the window that came after `sequence`.
  func since(_ sequence: Sequence, limit: Int, window: Window) -> Excerpt {
    self.newest(limit, after: sequence, window: window)
      ?? self.plan(
        .since(sequence, limit: limit), window)
  }

  /// The newest `limit` messages of the window.
  func newest(_ limit: Int, window: Window) -> Excerpt {
    self.newest(limit, after: .zero, window: window) ?? self.plan(.newest(limit: limit), window)
  }

  /// The messages of the window between two numbers: the oldest after one, else the newest.
  func page(_ page: HistoryPage, window: Window) -> Excerpt {
    let limit = min(max(page.limit ?? Limits.historyDefault, 1), Limits.historyMax)
    let below = page.before.map { Sequence($0.number - min($0.number, 1)) }
    return .plan(
      ReadPlan(
        room: self.state.id, window: window,
        through: min(self.state.head, below ?? self.state.head),
        query: page.after.map { .after($0, limit: limit) } ?? .newest(limit: limit)))
  }

  /// The newest messages of the window that have it, of those below `before`.
  ///
  /// It is always read from the archive: the core's thread has no time to look through texts.
  func search(_ query: SearchQuery, before: Sequence?, window: Window) -> Excerpt {
    let below = before.map { Sequence($0.number - min($0.number, 1)) }
    return .plan(
      ReadPlan(
        room: self.state.id, window: window,
        through: min(self.state.head, below ?? self.state.head),
        query: .search(query, limit: Limits.searchDefault)))
  }

  /// The board: the newest `limit` posts of the window, removed ones left out.
  ///
  /// It is listed by subjects, so that the length of the bodies does not end it.
  func board(_ limit: Int, window: Window) -> Excerpt {
    guard let inMemory = self.recent.first?.sequence, let oldest = self.posts.first?.sequence else {
      return .messages([], more: false)
    }
    let first = self.posts.firstIndex { $0.sequence >= window.firstPost }
    let mayHaveMore = self.posts.isFull && window.firstPost < oldest
    var chosen: [Message] = []
    for place in stride(from: self.posts.count - 1, through: first, by: -1) {
      let sequence = self.posts[place].sequence
      guard self.removedBy[sequence] == nil else { continue }
      guard chosen.count < limit else { return .messages(chosen.reversed(), more: true) }
      guard sequence >= inMemory else { return self.plan(.posts(limit: limit), window) }
      chosen.append(self.recent[Int(sequence.number - inMemory.number)])
    }
    return mayHaveMore
      ? self.plan(.posts(limit: limit), window) : .messages(chosen.reversed(), more: false)
  }

  /// One message, as far as the window shows it.
  func one(_ sequence: Sequence, window: Window, conversation: String) throws(Refusal) -> Excerpt {
    try self.checkVisible(sequence, window: window, conversation: conversation)
    if let name = self.removedBy[sequence] {
      throw .messageRemoved(conversation: conversation, sequence, by: name)
    }
    guard let inMemory = self.recent.first?.sequence, sequence >= inMemory else {
      return self.plan(.one(sequence), window)
    }
    return .messages(
      [self.recent[Int(sequence.number - inMemory.number)]], more: false)
  }

  /// Throws where the window certainly does not show the message, exactly as where there is none.
  ///
  /// Of a message that is no longer noted the kind is not known; the archive's answer decides.
  func checkVisible(
    _ sequence: Sequence, window: Window, conversation: String
  ) throws(Refusal) {
    let isShown =
      if self.place(ofPost: sequence) != nil {
        sequence >= window.firstPost
      } else if self.place(ofLine: sequence) != nil {
        sequence >= window.firstLine
      } else {
        self.mayBeOldPost(sequence) && sequence >= window.firstPost
          || self.mayBeOldLine(sequence) && sequence >= window.firstLine
      }
    guard isShown, sequence > .zero, sequence <= self.state.head else {
      throw .noSuchMessage(conversation: conversation, sequence)
    }
  }

  /// The newest `limit` that the window shows after `sequence`; nil where some of them may not be
  /// in memory.
  private func newest(_ limit: Int, after sequence: Sequence, window: Window) -> Excerpt? {
    var chosen: [Message] = []
    var place = self.recent.count
    while place > 0 {
      place -= 1
      let message = self.recent[place]
      guard message.sequence > sequence else { return Self.excerpt(of: chosen, more: false) }
      guard window.shows(message.sequence, isPost: message.kind.isPost) else { continue }
      guard chosen.count < limit else { return Self.excerpt(of: chosen, more: true) }
      chosen.append(message)
    }
    guard self.hasOlderThanMemory(after: sequence, window: window) else {
      return Self.excerpt(of: chosen, more: false)
    }
    return chosen.count == limit ? Self.excerpt(of: chosen, more: true) : nil
  }

  /// Whether it is older than all posts that are noted, and no line that is noted.
  func mayBeOldPost(_ sequence: Sequence) -> Bool {
    guard self.posts.isFull, let oldest = self.posts.first?.sequence else { return false }
    return sequence < oldest && self.place(ofLine: sequence) == nil
  }

  private func mayBeOldLine(_ sequence: Sequence) -> Bool {
    guard self.lines.isFull, let oldest = self.lines.first?.sequence else { return false }
    return sequence < oldest && self.place(ofPost: sequence) == nil
  }

  /// Whether the window shows a message after `sequence` that is older than those in memory.
  ///
  /// More are noted than are in memory, so that where the notes do not reach back far enough
  /// their oldest is the answer.
  private func hasOlderThanMemory(after sequence: Sequence, window: Window) -> Bool {
    guard let inMemory = self.recent.first?.sequence else { return false }
    let firstLine = max(window.firstLine, sequence.next)
    let line = self.lines.firstIndex { $0.sequence >= firstLine }
    if line < self.lines.count, self.lines[line].sequence < inMemory { return true }
    let firstPost = max(window.firstPost, sequence.next)
    let post = self.posts.firstIndex { $0.sequence >= firstPost }
    return post < self.posts.count && self.posts[post].sequence < inMemory
  }

  private func plan(_ query: ReadPlan.Query, _ window: Window) -> Excerpt {
    .plan(
      ReadPlan(room: self.state.id, window: window, through: self.state.head, query: query))
  }

  /// Turns the newest-first choice round; the oldest are left out beyond
  /// ``Limits/answerBytesMax``.
  private static func excerpt(of chosen: [Message], more: Bool) -> Excerpt {
    let count = chosen.countInAnswer
    return .messages(chosen[..<count].reversed(), more: more || count < chosen.count)
  }
}

extension Window {
  /// All there is, as the two of a direct conversation see it.
  static let everything = Window(firstLine: Sequence(1), firstPost: Sequence(1))
}
