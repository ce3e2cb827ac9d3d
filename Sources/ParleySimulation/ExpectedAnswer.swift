import ParleyModel

/// The messages that an answer must hold, as the ledger counts them at the answer's turn.
struct ExpectedAnswer {
  let room: RoomID?
  /// Numbers, in order.
  var numbers: [Int]
  /// Those that were removed already: their text must not be shown.
  let removed: Set<Int>
  /// What was asked, for the words of a fault.
  let asked: String
  /// Of what leaves removed messages out: how many it answers with at most.
  ///
  /// `numbers` are then all that belong to it, and the answer has the newest, without those removed
  /// between its turn and its reading.
  var newest: Int?
}

extension Ledger {
  /// What must be answered to that command of a session, nil where it is no matter of messages.
  func expected(
    _ reply: Reply, to command: Command?, from session: SessionID
  ) -> ExpectedAnswer? {
    guard let participant = self.participants[session] else { return nil }
    switch reply {
    case .entered(let entry):
      return self.expected(entry, participant)
    case .history(let title, _):
      guard case .history(_, let limit) = command else { return nil }
      let count = min(max(limit ?? Limits.historyDefault, 1), Limits.historyMax)
      return self.newest(count, titled: title, participant, "history \(count)") { _, _ in true }
    case .posts(let title, _):
      var expected = self.newest(.max, titled: title, participant, "list") { _, line in
        line.isPost && line.removedBytes == nil
      }
      expected.newest = Limits.historyMax
      return expected
    case .message(let title, _):
      guard case .read(_, let sequence) = command else { return nil }
      return self.newest(1, titled: title, participant, "read \(sequence.number)") { number, _ in
        UInt64(number) == sequence.number
      }
    case .found(let title, let query, _):
      guard case .search(_, _, let before) = command else { return nil }
      var matcher = SearchMatcher(query)
      var expected = self.newest(.max, titled: title, participant, "search \(query.text)") {
        number, line in
        UInt64(number) < before?.number ?? .max && line.removedBytes == nil
          && matcher.matches(line.message)
      }
      expected.newest = Limits.searchDefault
      return expected
    case .greeting, .welcome, .renamed, .pong, .left, .closed, .topic, .topicSet, .stored,
      .delivered,
      .removed, .people, .rooms, .profile, .away, .ignoring, .account, .moderation, .audit,
      .notice, .local:
      return nil
    }
  }

  private func expected(_ entry: RoomEntry, _ participant: ParticipantID) -> ExpectedAnswer? {
    let isFirst = self.pages[entry.room]?.members[participant]?.isAnswered == false
    self.pages[entry.room]?.members[participant]?.isAnswered = true
    guard let page = self.pages[entry.room], let member = page.members[participant] else {
      return ExpectedAnswer(room: entry.room, numbers: [], removed: [], asked: "entry of no member")
    }
    switch entry.resumption {
    case .after:
      return ExpectedAnswer(room: entry.room, numbers: [], removed: [], asked: "entry resumed")
    // What was said since a connection was lost is counted where that is known.
    case .fault(.otherEpoch), .fault(.outside): return nil
    case .none, .fault(.expired): if self.places.holds(participant) { return nil }
    }
    var (line, post, limit) = (member.firstLine, member.firstPost, Limits.historyMax)
    switch entry.reason {
    case .again:
      line = max(line, self.first(in: page, ofPosts: false))
      post = max(post, self.first(in: page, ofPosts: true))
    case .autojoin, .resumed, .switched, .added, .returned:
      guard member.openedBy == self.offset, isFirst else {
        // Another session of the member has it open.
        line = max(line, self.first(in: page, ofPosts: false))
        post = max(post, self.first(in: page, ofPosts: true))
        break
      }
      guard let closed = member.returnedFrom else { break }
      line = max(line, closed + 1)
      post = max(post, closed + 1)
      limit = Limits.missedMax
    }
    return self.answer(entry.room, page, line, post, limit, "entry \(entry.reason)") { _, _ in true
    }
  }

  private func newest(
    _ limit: Int, titled title: String, _ participant: ParticipantID, _ asked: String,
    where isMeant: (Int, Line) -> Bool
  ) -> ExpectedAnswer {
    let nothing = ExpectedAnswer(room: nil, numbers: [], removed: [], asked: asked)
    guard let room = self.room(titled: title, for: participant), let page = self.pages[room] else {
      return nothing
    }
    if case .direct = page.kind {
      return self.answer(room, page, 1, 1, limit, asked, where: isMeant)
    }
    guard let member = page.members[participant] else { return nothing }
    return self.answer(room, page, member.firstLine, member.firstPost, limit, asked, where: isMeant)
  }

  private func answer(
    _ room: RoomID, _ page: Page, _ firstLine: Int, _ firstPost: Int, _ limit: Int, _ asked: String,
    where isMeant: (Int, Line) -> Bool
  ) -> ExpectedAnswer {
    var numbers: [Int] = []
    var removed: Set<Int> = []
    for place in page.lines.indices.reversed() {
      guard numbers.count < limit else { break }
      let number = place + 1
      guard number >= firstLine || number >= firstPost else { break }
      let line = page.lines[place]
      guard number >= (line.isPost ? firstPost : firstLine), isMeant(number, line) else { continue }
      numbers.append(number)
      if line.removedBytes != nil { removed.insert(number) }
    }
    numbers.reverse()
    return ExpectedAnswer(room: room, numbers: numbers, removed: removed, asked: asked)
  }

  /// What an answer that leaves removed messages out must hold by now, given what it did: the
  /// newest of all that belong to it, of which those removed meanwhile may be missing.
  private func newest(
    _ count: Int, of expected: ExpectedAnswer, in shown: [ArraySlice<UInt8>]
  ) -> ExpectedAnswer {
    let page = expected.room.flatMap { self.pages[$0] }
    let shown = Set(
      shown.map { Int(ProbeFrame.number(in: $0, at: $0.startIndex + 16)) })
    let isMissing = { (number: Int) in
      guard let page, !shown.contains(number) else { return false }
      return page.lines[number - 1].removedBytes != nil
    }
    var remaining = expected
    remaining.numbers = Array(expected.numbers.filter { !isMissing($0) }.suffix(count))
    return remaining
  }

  /// Whether an answer that was shown holds what it must.
  func check(_ shown: [ArraySlice<UInt8>], against expected: ExpectedAnswer) throws {
    var expected = expected
    if let count = expected.newest { expected = self.newest(count, of: expected, in: shown) }
    var bytes = 0
    // Numbers and names apart, about.
    for message in shown { bytes += message.count - 48 }
    // One that was removed since may have counted with its text.
    let page = expected.room.flatMap { self.pages[$0] }
    let removed = expected.numbers.suffix(shown.count).reduce(0) { sum, number in
      guard let line = page?.lines[number - 1], let short = line.removedBytes else { return sum }
      return sum + line.bytes.count - short.count
    }
    let isCut = bytes + removed > Limits.answerBytesMax && shown.count < expected.numbers.count
    // The newest are left: of one that is too long, and of a deleted room, where all goes that the
    // archive had.
    if isCut || page?.isDeleted == true {
      expected.numbers = expected.numbers.suffix(shown.count)
    }
    guard shown.count == expected.numbers.count || isCut else {
      throw SimulationFault(
        .window,
        "\(expected.asked): \(shown.count) messages instead of \(expected.numbers.count), "
          + "#\(expected.numbers.first ?? 0) to #\(expected.numbers.last ?? 0)")
    }
    let bytesMax = Limits.answerBytesMax + Limits.postBytesMax
    guard shown.count <= Limits.historyMax, bytes <= bytesMax else {
      throw SimulationFault(.bound, "\(expected.asked): an answer of \(bytes) bytes")
    }
    guard let room = expected.room, let page else { return }
    for (message, number) in zip(shown, expected.numbers) {
      let found = Int(ProbeFrame.number(in: message, at: message.startIndex + 16))
      guard found == number,
        ProbeFrame.number(in: message, at: message.startIndex) == UInt64(room.number)
      else {
        throw SimulationFault(.window, "\(expected.asked): #\(found) instead of #\(number)")
      }
      let line = page.lines[number - 1]
      let isWhole = message.elementsEqual(line.bytes)
      if isWhole, !expected.removed.contains(number) { continue }
      let mayBeRemoved = expected.newest == nil
      if mayBeRemoved, let removed = line.removedBytes, message.elementsEqual(removed) { continue }
      let what = isWhole ? "the text of a removed message" : "another text than the log's"
      throw SimulationFault(.durability, "\(expected.asked): #\(number) has \(what)")
    }
  }
}
