import GRDB
import ParleyLog
import ParleyModel

/// One search of one room, from its newest message down, in one read transaction.
///
/// 1. What the index has not taken in (the table `unindexed`, of the same snapshot) is scanned.
/// 2. Below it, each message that the index names is a hint: all messages of its row are compared
///    with what is searched for. So removed messages, of which the index does not hear, are not
///    found, and phrases are, of which it knows the words alone.
/// 3. What the index cannot tell (words of which only a letter or two are given) is scanned.
///
/// It ends with the answer full, at the end of the window, or past one of its bounds.
struct ArchiveSearch {
  /// What one search may cost.
  struct Bounds {
    /// Messages compared.
    var searchedMax = Limits.searchedMax
    var time = Duration.milliseconds(Limits.searchMillisecondsMax)
  }

  private let database: Database
  private let plan: ReadPlan
  private let query: SearchQuery
  private let bounds: Bounds
  private let end: ContinuousClock.Instant
  private var matcher: SearchMatcher
  private var hits: SearchHits
  /// Messages compared so far.
  private(set) var searched = 0

  init(
    _ database: Database, _ plan: ReadPlan, _ query: SearchQuery, limit: Int, bounds: Bounds
  ) {
    self.database = database
    self.plan = plan
    self.query = query
    self.bounds = bounds
    self.end = ContinuousClock.now + bounds.time
    self.matcher = SearchMatcher(query)
    self.hits = SearchHits(limit: limit)
  }

  mutating func run() throws -> ReadAnswer {
    let window = self.plan.window
    let low = max(min(window.firstLine, window.firstPost).number, 1)
    var high = self.plan.through.number
    guard let expression = self.query.expression else {
      _ = try self.scan(from: high, downTo: low)
      return self.hits.answer
    }
    let unindexed = max(try self.firstUnindexed(), low)
    if high >= unindexed {
      guard try self.scan(from: high, downTo: unindexed) else { return self.hits.answer }
      high = unindexed - 1
    }
    // In steps, because nothing stops the index within one of them: each may take some times as
    // long as all before it. Beginnings of words are gathered anew in each: there are fewer.
    let growth: UInt64 = self.query.words.contains { $0.isPrefix } ? 16 : 4
    var span: UInt64 = 1 << 16
    while high >= low {
      let floor = high - low < span ? low : high - span + 1
      guard let next = try self.lookUp(expression, from: high, downTo: floor) else { break }
      if next < floor { span = min(span * growth, 1 << 40) }
      high = next
      guard ContinuousClock.now < self.end || high < low else {
        self.hits.stop(before: Sequence(high + 1))
        break
      }
    }
    return self.hits.answer
  }

  /// The first message of the room that the index may lack.
  private func firstUnindexed() throws -> UInt64 {
    let rows = try Prepared(self.database, "SELECT ranges FROM unindexed")
    defer { rows.reset() }
    var first = UInt64.max
    while try rows.step() {
      for range in MessageRange.decode(rows.bytes(0)) where range.room == self.plan.room {
        first = min(first, range.first)
      }
    }
    return first
  }

  /// Compares all messages between two sequences, both included; false where the search ended.
  private mutating func scan(from high: UInt64, downTo low: UInt64) throws -> Bool {
    let rows = try BlockRow.downwards(self.database)
    defer { rows.reset() }
    rows.bind(1, rowID(self.plan.room, 0))
    rows.bind(2, rowID(self.plan.room, high))
    while try rows.step() {
      let row = BlockRow(rows)
      guard row.last >= low else { break }
      guard self.plan.window.shows(Sequence(row.last), isPost: row.isPosts) else {
        rows.reset()
        rows.bind(2, rowID(self.plan.room, row.beforeRun))
        continue
      }
      guard try self.compare(row, from: high, downTo: low) else { return false }
    }
    return true
  }

  /// Compares what the index names between two sequences, both included; answers where to go on,
  /// nil where the search ended.
  private mutating func lookUp(
    _ expression: String, from high: UInt64, downTo low: UInt64
  ) throws -> UInt64? {
    let hints = try Prepared(
      self.database,
      """
      SELECT rowid FROM search WHERE search MATCH ? AND rowid BETWEEN ? AND ?
      ORDER BY rowid DESC
      """)
    defer { hints.reset() }
    hints.bind(1, text: expression)
    hints.bind(2, rowID(self.plan.room, low))
    hints.bind(3, rowID(self.plan.room, high))
    /// Everything from here on up was compared, or cannot be seen.
    var compared = high + 1
    while try hints.step() {
      let sequence = number(inRowID: hints.int(0))
      guard sequence < compared else { continue }
      // Whoever goes on from there must get further: one row at least is compared.
      guard ContinuousClock.now < self.end || sequence >= self.plan.through.number else {
        self.hits.stop(before: Sequence(sequence + 1))
        return nil
      }
      guard let found = try BlockRow.find(Sequence(sequence), in: self.plan.room, self.database)
      else { continue }
      defer { found.statement.reset() }
      let row = found.row
      guard row.last >= sequence else { continue }
      guard self.plan.window.shows(Sequence(row.last), isPost: row.isPosts) else {
        compared = row.beforeRun + 1
        // Stepping over hints costs less than asking again, as long as they are few.
        if row.run > 1_000 { return row.beforeRun }
        continue
      }
      guard try self.compare(row, from: compared - 1, downTo: low) else { return nil }
      compared = row.first
    }
    return low - 1
  }

  /// Compares the messages of a row that may be seen; false where the search ended.
  private mutating func compare(
    _ row: BlockRow, from high: UInt64, downTo low: UInt64
  ) throws -> Bool {
    let window = self.plan.window
    let firstShown = row.isPosts ? window.firstPost : window.firstLine
    let first = max(row.first, low, firstShown.number)
    let last = min(row.last, high)
    guard first <= last else { return true }
    var found: [UInt64] = []
    try row.forEachText(from: first, through: last) { sequence, subject, text in
      if self.matcher.matches(subject: subject, body: text) { found.append(sequence) }
    }
    self.searched += Int(last - first) + 1
    if !found.isEmpty {
      let messages = try row.messages()
      for sequence in found.reversed() {
        guard self.hits.add(messages[Int(sequence - row.first)]) else { return false }
      }
    }
    let isWithinBounds =
      self.searched < self.bounds.searchedMax && ContinuousClock.now < self.end
    if !isWithinBounds { self.hits.stop(before: Sequence(first)) }
    return isWithinBounds
  }
}

extension SearchQuery {
  /// Letters that the beginning of a word must have for the index to be asked: it gathers all
  /// messages that have any word that begins so, and with fewer these are most of them.
  private static let prefixLettersMin = 3

  /// What asks the index for messages with all the words; nil where it cannot tell.
  ///
  /// Each word stands between quotes and has none in it: nothing that people write is an operator.
  fileprivate var expression: String? {
    var parts: [String] = []
    for word in self.words {
      let text = String(decoding: word.bytes, as: UTF8.self)
      guard word.isPrefix else {
        parts.append("\"\(text)\"")
        continue
      }
      if text.unicodeScalars.count >= Self.prefixLettersMin { parts.append("\"\(text)\" *") }
    }
    return parts.isEmpty ? nil : parts.joined(separator: " AND ")
  }
}
