import ParleyClient
import ParleyTerminal

/// What the server tells, as lines for people; in the forms of line mode.
struct ChatText {
  /// Whether messages have their numbers.
  var showsNumbers = true
  /// Whether names have colours, and whether there are 256 of them.
  var coloursNames = false
  var hasManyColours = false
  /// One's own name.
  var ownName = ""

  typealias Lines = [StyledText]

  func name(_ name: String) -> StyledText {
    guard self.coloursNames else { return StyledText(name) }
    let colour = NameColour.colour(of: name, hasMany: self.hasManyColours)
    return StyledText(name, .init(colour: colour, isBold: name == self.ownName))
  }

  // MARK: Messages

  /// `12:03 [lobby] #42 ana: hello all`.
  func message(_ message: ShownMessage) -> Lines {
    var line = StyledText(message.time.clock, .dim)
    if let to = message.to {
      line.append(" (direct to ")
      line.append(self.name(to))
      line.append(") ")
    } else {
      line.append(" [\(message.room)] ")
    }
    if self.showsNumbers { line.append("#\(message.sequence) ", .dim) }
    if let by = message.removedBy {
      line.append("~ \(message.from)'s message was removed by \(by)")
      return [line]
    }
    var further: ArraySlice<String> = []
    switch message.kind {
    case "post":
      line.append(self.name(message.from))
      line.append(message.replyTo.map { " answered #\($0)" } ?? " posted")
      if let subject = message.subject, !subject.isEmpty { line.append(" \"\(subject)\"", .bold) }
      line.append(": /read \(message.sequence)")
    case "action":
      line.append("* ")
      line.append(self.name(message.from))
      further = self.text(message, behind: " ", &line)
    case "notify":
      line.append("-")
      line.append(self.name(message.from))
      further = self.text(message, behind: "- ", &line)
    default:
      line.append(self.name(message.from))
      further = self.text(message, behind: ": ", &line)
    }
    return [line] + further.map { StyledText("  | " + $0) }
  }

  /// Appends the first line of what it says; the further ones.
  private func text(
    _ message: ShownMessage, behind separator: String, _ line: inout StyledText
  ) -> ArraySlice<String> {
    let lines = SafeText.lines(message.text ?? "")
    let isMention =
      message.from != self.ownName && Mention.isThere(self.ownName, in: message.text ?? "")
    line.append(separator)
    line.append(lines.first ?? "", isMention ? .bold : .plain)
    return lines.dropFirst()
  }

  /// Messages, with a line where a day begins.
  func messages(_ messages: [ShownMessage]) -> Lines {
    var lines: Lines = []
    var day: String?
    for message in messages {
      if message.time.day != day {
        lines.append(StyledText("*** " + message.time.day, .dim))
        day = message.time.day
      }
      lines += self.message(message)
    }
    return lines
  }

  // MARK: Events

  /// The line of an event that is no message; nil for what is not shown.
  func event(_ event: ParleyClient.Event) -> Lines {
    switch event {
    case .came(let came): self.line(came.time, came.room, "+ ", came.name, " came")
    case .went(let went):
      self.line(went.time, went.room, "- ", went.name, " went (\(Self.reason(went)))")
    case .crowd(let room, let came, let went):
      [
        StyledText(
          "*** [\(room)] "
            + [came > 0 ? "\(came) came" : nil, went > 0 ? "\(went) went" : nil]
            .compactMap { $0 }.joined(separator: ", "))
      ]
    case .topic(let topic):
      self.line(
        topic.time, topic.room, "~ ", topic.by,
        topic.topic.map { " set the topic: \($0)" } ?? " removed the topic")
    case .renamed(let renamed):
      self.line(renamed.time, renamed.room, "~ ", renamed.from, " is now \(renamed.to)")
    case .removed(let removed):
      self.line(removed.time, removed.room, "~ ", removed.by, " removed #\(removed.sequence)")
    case .changed(let change):
      self.line(change.time, change.room, "~ ", change.by, " " + change.text)
    case .notice(_, _, let text): [StyledText("*** " + text)]
    case .missed(let missed):
      [
        StyledText(
          "*** [\(missed.room)] #\(missed.sequences.lowerBound) to "
            + "#\(missed.sequences.upperBound) were missed and are not shown; /history shows the "
            + "newest")
      ]
    case .notReopened(let room, let refusal):
      [StyledText("*** [\(room)] is not open any more: \(refusal.text)")]
    case .server(let text): [StyledText("*** " + text)]
    case .closing(_, let text): [StyledText("*** " + text)]
    case .opened(let room): self.opened(room)
    case .message, .posted, .direct, .behind, .caughtUp, .state, .unknown: []
    }
  }

  private func line(
    _ time: Moment, _ room: String, _ mark: String, _ name: String, _ rest: String
  ) -> Lines {
    var line = StyledText(LocalTime(microseconds: time.microseconds).clock, .dim)
    line.append(" [\(room)] \(mark)", .dim)
    line.append(self.name(name))
    line.append(rest, .dim)
    return [line]
  }

  private static func reason(_ went: Went) -> String {
    switch went.reason {
    case "switched": "to another room"
    case "quit": went.word.map { $0.isEmpty ? "quit" : "quit: \($0)" } ?? "quit"
    case "connection_lost": "connection lost"
    case "timed_out": "timed out"
    case "server_stopped": "server stopped"
    case "kicked":
      "kicked by \(went.by ?? "an operator")" + (went.why.map { ": \($0)" } ?? "")
    case let other: other
    }
  }

  /// Names that the line about a room has at most; `/who` has all of them.
  private static let hereMax = 20

  private func opened(_ room: Room) -> Lines {
    guard !room.isResumed else { return [] }
    let others = room.present.filter { $0 != self.ownName }
    var line = StyledText("[\(room.room)] ")
    if others.isEmpty {
      line.append("nobody else is here.")
    } else {
      line.append("here: ")
      for (index, name) in others.prefix(Self.hereMax).enumerated() {
        if index > 0 { line.append(", ") }
        line.append(self.name(name))
      }
      let more = others.count + room.presentMore - Self.hereMax
      line.append(more > 0 ? ", and \(more) more (/who)." : ".")
    }
    guard let topic = room.topic else { return [line] }
    return [line, StyledText("[\(room.room)] topic: \(topic.text)")]
  }

  // MARK: Forms

  /// Rows whose columns begin below each other, two spaces in.
  static func table(_ rows: [[String]]) -> Lines {
    let rows = rows.map { $0.map { SafeText.line($0) } }
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        // Beyond that a wide cell moves its own row and no other.
        widths[column] = max(widths[column], min(CharacterWidth.columns(of: cell), 32))
      }
    }
    return rows.map { row in
      var text = " "
      for (column, cell) in row.enumerated() {
        let gap = max(widths[column] - CharacterWidth.columns(of: cell), 0) + 1
        text += " " + cell + String(repeating: " ", count: gap)
      }
      while text.last == " " { text.removeLast() }
      return StyledText(text)
    }
  }

  static func count(_ number: Int64, _ one: String, _ many: String) -> String {
    "\(number) \(number == 1 ? one : many)"
  }
}

/// A message, wherever it comes from.
struct ShownMessage {
  var room: String
  var sequence: Int64
  var id: String
  var from: String
  var to: String?
  /// `say`, `action`, `post`, `notify`, or what later servers have.
  var kind: String
  var replyTo: Int64?
  var removedBy: String?
  var subject: String?
  var text: String?
  var time: LocalTime

  init(_ message: Message) {
    self.room = message.room
    self.sequence = message.sequence
    self.id = message.id
    self.from = message.from
    self.to = message.to
    self.kind =
      switch message.kind {
      case .say: "say"
      case .action: "action"
      case .post: "post"
      case .notify: "notify"
      case .other(let kind): kind
      }
    self.replyTo = message.replyTo
    self.removedBy = message.removedBy
    self.subject = message.subject
    self.text = message.text
    self.time = LocalTime(microseconds: message.time.microseconds)
  }

  /// As answers have it; nil where it is none.
  init?(_ json: JSON) {
    guard let room = json["room"]?.string, let sequence = json["sequence"]?.integer,
      let from = json["from"]?.string, let kind = json["kind"]?.string,
      let time = json["time"]?.string.flatMap({ LocalTime($0) })
    else { return nil }
    self.room = room
    self.sequence = sequence
    self.id = json["id"]?.string ?? ""
    self.from = from
    self.to = json["to"]?.string
    self.kind = kind
    self.replyTo = json["reply_to"]?.integer
    self.removedBy = json["removed_by"]?.string
    self.subject = json["subject"]?.string
    self.text = json["text"]?.string
    self.time = time
  }

  /// The other one of a direct conversation; else the room.
  func conversation(ownName: String) -> String {
    guard let to = self.to else { return self.room }
    return "@" + (self.from == ownName ? to : self.from)
  }
}
