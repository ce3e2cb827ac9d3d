import ParleyClient
import ParleyTerminal

/// Answers to what was asked, as lines.
extension ChatText {
  /// The lines of an answer; none where an event says it all.
  func answer(to request: ChatRequest, _ result: JSON) -> Lines {
    let room = result["room"]?.string ?? request.params["room"]?.string ?? ""
    let number = result["sequence"]?.integer ?? 0
    switch request.method {
    // One's own message comes back, and that is its acknowledgement.
    case "say", "act", "post", "reply": return []
    case "dm": return self.delivered(result)
    case "join", "open": return self.entered(result)
    case "leave": return [StyledText("ok you left \(room)")]
    case "remove": return [StyledText("ok #\(number) of \(room) is removed")]
    case "topic": return self.topic(room, request, result)
    case "list": return self.board(room, result)
    case "read": return self.read(room, result)
    case "history": return self.history(room, result)
    case "search": return self.found(room, request, result)
    case "who": return self.people(room, result)
    case "rooms": return self.rooms(result)
    case "whois": return self.profile(result)
    case "away":
      let text = result["away"]?.string
      return [StyledText(text.map { "ok you are away: \($0)" } ?? "ok you are back")]
    case "ignore": return self.ignored(result)
    case "nick": return [StyledText("ok you are \(result["name"]?.string ?? "") now")]
    case "tokens": return self.tokens(result)
    case "new_token":
      return [
        StyledText(
          "ok token \(result["number"]?.integer ?? 0), shown this once: "
            + (result["token"]?.string ?? "it was shown when it was made"))
      ]
    case "revoke_token":
      return [StyledText("ok token \(result["number"]?.integer ?? 0) opens nothing now")]
    case "unread": return self.unread(result)
    default: return self.governing(request, result) ?? [StyledText("ok")]
    }
  }

  private func delivered(_ result: JSON) -> Lines {
    let name = result["to"]?.string ?? ""
    let sessions = result["sessions"]?.integer ?? 0
    return [
      StyledText(
        sessions == 0
          ? "ok kept for \(name)'s next login"
          : "ok delivered to \(Self.count(sessions, "session", "sessions")) of \(name)")
    ]
  }

  private func entered(_ result: JSON) -> Lines {
    let room = result["room"]?.string ?? ""
    let made = result["new_room"]?.boolean == true ? "you made \(room); " : ""
    let again = result["opened"]?.string == "again" ? "you are in \(room) already; " : ""
    let goes = result["current"]?.boolean == true ? "text goes to \(room)" : "\(room) is open, too"
    return [StyledText("ok " + made + again + goes)]
  }

  private func ignored(_ result: JSON) -> Lines {
    let name = result["name"]?.string ?? ""
    return [
      StyledText(
        result["ignored"]?.boolean == true
          ? "ok you see nothing of \(name) any more; /ignore \(name) again shows it"
          : "ok you see what \(name) writes again")
    ]
  }

  private func topic(_ room: String, _ request: ChatRequest, _ result: JSON) -> Lines {
    if let text = request.params["text"]?.string {
      let end = text.isEmpty ? " has no topic any more" : " has its new topic"
      return [StyledText("ok " + room + end)]
    }
    guard let topic = result["topic"], let text = topic["text"]?.string else {
      return [StyledText("ok \(room) has no topic")]
    }
    var lines = [StyledText("ok the topic of \(room): \(text)")]
    if let by = topic["by"]?.string {
      lines.append(StyledText("  set by \(by), \(Self.time(topic["time"]))"))
    }
    return lines
  }

  // MARK: Messages

  /// The posts, each with its answers below it.
  private func board(_ room: String, _ result: JSON) -> Lines {
    let posts = Self.messages(result)
    guard !posts.isEmpty else { return [StyledText("ok \(room) has no posts that you may see")] }
    let more = result["more"]?.boolean == true ? ", the newest" : ""
    var rows: [[String]] = []
    var answers: [Int64: [ShownMessage]] = [:]
    let numbers = Set(posts.map(\.sequence))
    for post in posts {
      if let answered = post.replyTo, numbers.contains(answered) {
        answers[answered, default: []].append(post)
      }
    }
    func add(_ post: ShownMessage, depth: Int) {
      let indent = String(repeating: "  ", count: min(depth, 8)) + (depth > 0 ? "> " : "")
      rows.append(
        ["#\(post.sequence)", Self.time(post.time), post.from, indent + (post.subject ?? "")])
      for answer in answers[post.sequence] ?? [] { add(answer, depth: depth + 1) }
    }
    for post in posts where !(post.replyTo.map { numbers.contains($0) } ?? false) {
      add(post, depth: 0)
    }
    let count = Self.count(Int64(posts.count), "post", "posts")
    return [StyledText("ok \(count) in \(room)\(more); /read N shows one:")] + Self.table(rows)
  }

  private func read(_ room: String, _ result: JSON) -> Lines {
    guard let message = result["message"].flatMap({ ShownMessage($0) }) else {
      return [StyledText("ok")]
    }
    let number = "#\(message.sequence)"
    if let by = message.removedBy {
      return [StyledText("ok \(number) of \(room) was removed by \(by)")]
    }
    var head = "ok \(number) of \(room) by \(message.from), \(Self.time(message.time))"
    if let answered = message.replyTo { head += ", an answer to #\(answered)" }
    var line = StyledText(head)
    if let subject = message.subject, !subject.isEmpty {
      line.append(": ")
      line.append(subject, .bold)
    }
    return [line] + SafeText.lines(message.text ?? "").map { StyledText("  | " + $0) }
  }

  private func history(_ room: String, _ result: JSON) -> Lines {
    let messages = Self.messages(result)
    guard !messages.isEmpty else {
      return [StyledText("ok \(room) has no messages that you may see")]
    }
    var text = "ok \(Self.count(Int64(messages.count), "message", "messages")) of \(room)"
    if result["more"]?.boolean == true, let oldest = messages.first {
      let place = room.hasPrefix("@") ? room : "#" + room
      text += "; older ones: /history \(place) <\(oldest.sequence)"
    }
    return [StyledText(text + ":")] + self.messages(messages)
  }

  private func found(_ room: String, _ request: ChatRequest, _ result: JSON) -> Lines {
    let messages = Self.messages(result)
    var text = "ok nothing that you may see of \(room) has that"
    if !messages.isEmpty {
      text = "ok \(Self.count(Int64(messages.count), "message", "messages")) of \(room)"
    }
    if let before = result["before"]?.integer {
      let place = room.hasPrefix("@") ? room : "#" + room
      let words = request.params["words"]?.string ?? ""
      text += "; older ones: /search \(place) <\(before) \(words)"
    }
    return [StyledText(text)] + self.messages(messages)
  }

  private static func messages(_ result: JSON) -> [ShownMessage] {
    (result["messages"]?.elements ?? []).compactMap { ShownMessage($0) }
  }

  // MARK: People and rooms

  private func people(_ room: String, _ result: JSON) -> Lines {
    let people = result["people"]?.elements ?? []
    let more = result["more"]?.integer ?? 0
    guard !people.isEmpty else { return [StyledText("ok nobody is in \(room)")] }
    let count = Self.count(Int64(people.count) + more, "person", "people")
    var line = StyledText("ok \(count) in \(room): ")
    for (index, person) in people.enumerated() {
      let name = person["name"]?.string ?? ""
      var notes: [String] = []
      if name == self.ownName { notes.append("you") }
      if let role = person["role"]?.string, role != "member" { notes.append(role) }
      if person["away"]?.boolean == true { notes.append("away") }
      if index > 0 { line.append(", ") }
      line.append(self.name(name))
      if !notes.isEmpty { line.append(" (\(notes.joined(separator: ", ")))") }
    }
    if more > 0 { line.append(", and \(more) more") }
    return [line]
  }

  private func rooms(_ result: JSON) -> Lines {
    let rooms = result["rooms"]?.elements ?? []
    let more = result["more"]?.integer ?? 0
    guard !rooms.isEmpty else { return [StyledText("ok there are no rooms")] }
    func number(_ room: JSON, _ name: String) -> Int64 { room[name]?.integer ?? 0 }
    let rows = rooms.map { room in
      [
        room["room"]?.string ?? "", "\(number(room, "present")) here",
        Self.count(number(room, "members"), "member", "members"),
        Self.count(number(room, "posts"), "post", "posts"),
        room["joined"]?.boolean == true ? "joined" : "", room["topic"]?.string ?? "",
      ]
    }
    return [StyledText("ok \(Self.count(Int64(rooms.count) + more, "room", "rooms")):")]
      + Self.table(rows) + (more > 0 ? [StyledText("  and \(more) more")] : [])
  }

  private func profile(_ result: JSON) -> Lines {
    let account = result["account"]?.string.map { "account \($0)" } ?? "a guest"
    let sessions = Self.count(result["sessions"]?.integer ?? 0, "session", "sessions")
    let when =
      result["last_seen"]?.string == nil
      ? "since \(Self.time(result["since"]))" : "last seen \(Self.time(result["last_seen"]))"
    var lines = [
      StyledText("ok \(result["name"]?.string ?? ""): \(account), \(sessions), \(when)")
    ]
    let rooms = (result["rooms"]?.elements ?? []).compactMap(\.string)
    if !rooms.isEmpty { lines.append(StyledText("  in " + rooms.joined(separator: ", "))) }
    if let away = result["away"]?.string { lines.append(StyledText("  away: " + away)) }
    return lines
  }

  private func tokens(_ result: JSON) -> Lines {
    let tokens = result["tokens"]?.elements ?? []
    let account = result["account"]?.string ?? ""
    guard !tokens.isEmpty else { return [StyledText("ok \(account) has no tokens")] }
    let rows = tokens.map { token in
      [
        "\(token["number"]?.integer ?? 0)",
        (token["scopes"]?.elements ?? []).compactMap(\.string).joined(separator: ","),
        token["label"]?.string ?? "", "since \(Self.time(token["created"]))",
      ]
    }
    let count = Self.count(Int64(tokens.count), "token", "tokens")
    return [StyledText("ok \(count) of \(account):")] + Self.table(rows)
  }

  private func unread(_ result: JSON) -> Lines {
    let conversations = result["conversations"]?.elements ?? []
    guard !conversations.isEmpty else { return [StyledText("ok nothing is new where you are not")] }
    return conversations.map { conversation in
      let title = conversation["room"]?.string ?? ""
      var text = "[\(title)] \(conversation["count"]?.integer ?? 0) new"
      let mentions = conversation["mentions"]?.integer ?? 0
      if title.hasPrefix("@") {
        text += ": /history \(title)"
      } else if mentions > 0 {
        text += mentions == 1 ? ", 1 mentions you" : ", \(mentions) mention you"
      }
      return StyledText(text)
    }
  }

  // MARK: Times

  /// `2026-11-20 12:03`.
  private static func time(_ time: LocalTime) -> String { time.date + " " + time.clock }

  static func time(_ json: JSON?) -> String {
    json?.string.flatMap { LocalTime($0) }.map { self.time($0) } ?? "unknown"
  }
}
