import NIOCore
import ParleyDoorKit
import ParleyModel

extension LineDialect {
  mutating func printReply(_ reply: Reply, into buffer: inout ByteBuffer) {
    self.freshLine(&buffer)
    switch reply {
    case .greeting(let people, let rooms):
      self.line(
        "Parley at \(self.options.serverName): \(Self.count(people, "person", "people")), "
          + "\(Self.count(rooms, "room", "rooms")). /help, /rooms, /exit. "
          + "Times are \(self.linePrinter.style.zone.name).",
        &buffer)
      if self.phase == .naming, !self.asksWhoseCertificate { self.prompt(&buffer) }
    case .welcome(let session, let name, let account):
      self.ownName = name
      if case .entering = self.phase { self.phase = .inside }
      let kind = account.map { $0 == name ? "" : ", account \($0)" }
      let text = kind ?? ", a guest; /register keeps the name"
      self.line("You are \(name), session \(session.number)\(text).", &buffer)
    case .renamed(let name):
      self.ownName = name
      self.line("ok you are \(name) now", &buffer)
    case .pong: self.line("ok", &buffer)
    case .entered(let entry): self.printEntry(entry, into: &buffer)
    case .left(let room, let current): self.printGone("you left \(room)", current, &buffer)
    case .closed(let room, let current): self.printGone("\(room) is closed", current, &buffer)
    case .topic(let room, let topic):
      if let topic {
        self.line("ok the topic of \(room): \(topic.text)", &buffer)
        self.line("  set by \(topic.by), \(self.dateAndClock(topic.time))", &buffer)
      } else {
        self.line("ok \(room) has no topic", &buffer)
      }
    case .topicSet(let room, let text):
      let end = text.isEmpty ? " has no topic any more" : " has its new topic"
      self.line("ok " + room + end, &buffer)
    case .stored(let room, _, let sequence, _):
      self.line("ok #\(sequence.number) is in \(room)", &buffer)
    case .delivered(let name, let sessions, _, let sequence, _):
      self.line("\(Self.howDelivered(sessions, name)), #\(sequence.number)", &buffer)
    case .removed(let conversation, let sequence):
      self.line("ok #\(sequence.number) of \(conversation) is removed", &buffer)
    case .posts(let room, let excerpt):
      self.printPosts(room, excerpt, into: &buffer)
    case .message(let conversation, let excerpt):
      self.printRead(conversation, excerpt, into: &buffer)
    case .history(let conversation, let excerpt):
      self.printHistory(conversation, excerpt, into: &buffer)
    case .found(let conversation, let query, let excerpt):
      self.printFound(conversation, query, excerpt, into: &buffer)
    case .people(let room, let people, let more):
      self.printPeople(room, people, more: more, into: &buffer)
    case .rooms(let rooms, let more): self.printRooms(rooms, more: more, into: &buffer)
    case .profile(let profile): self.printProfile(profile, into: &buffer)
    case .away(let text):
      self.line(text.map { "ok you are away: \($0)" } ?? "ok you are back", &buffer)
    case .ignoring(let name, let isIgnored):
      self.line(
        "ok you see "
          + (isIgnored
            ? "nothing of \(name) any more; /ignore \(name) again shows it"
            : "what \(name) writes again"),
        &buffer)
    case .account(let answer): self.printAccount(answer, into: &buffer)
    case .moderation(let answer): self.printModeration(answer, into: &buffer)
    case .audit(let room, let excerpt): self.printAudit(room, excerpt, into: &buffer)
    case .notice(let notice): self.printNotice(notice, into: &buffer)
    case .local:
      self.printPrepared(into: &buffer)
    }
  }

  /// A room is open no more: what happened, and where text goes now.
  private mutating func printGone(
    _ what: String, _ current: String?, _ buffer: inout ByteBuffer
  ) {
    self.currentRoom = current
    self.line("ok \(what); \(self.whereTextGoes)", &buffer)
  }

  private static func howDelivered(_ sessions: Int, _ name: String) -> String {
    sessions == 0
      ? "ok kept for \(name)'s next login"
      : "ok delivered to \(Self.count(sessions, "session", "sessions")) of \(name)"
  }

  private mutating func printPrepared(into buffer: inout ByteBuffer) {
    guard !self.prepared.isEmpty else { return }
    switch self.prepared.removeFirst() {
    case .text(let text):
      self.line(text, &buffer)
    case .style(var style, let text):
      style.returns = self.linePrinter.style.returns
      if style != self.linePrinter.style { self.linePrinter = LinePrinter(style: style) }
      self.line(text, &buffer)
    case .question(let text):
      buffer.writeString(text)
      self.isAtPrompt = true
    }
  }

  /// `text goes to lobby`, said wherever the current room changes.
  var whereTextGoes: String {
    self.currentRoom.map { "text goes to \($0)" } ?? "text goes nowhere; /join ROOM"
  }

  // MARK: Entering a room

  private mutating func printEntry(_ entry: RoomEntry, into buffer: inout ByteBuffer) {
    let before = self.currentRoom
    if entry.isCurrent { self.currentRoom = entry.name }
    let made = entry.isNewRoom ? "you made \(entry.name); " : ""
    switch entry.reason {
    case .autojoin, .resumed: break
    case .switched, .added:
      self.line("ok \(made)\(self.whereTextGoes)", &buffer)
    case .again:
      self.line("ok you are in \(entry.name) already; \(self.whereTextGoes)", &buffer)
    case .returned where before == entry.name: break  // A notice has said it.
    case .returned:
      let left = before.map { "you left \($0); " } ?? ""
      self.line("ok \(left)\(self.whereTextGoes)", &buffer)
    }
    let others = entry.present.filter { $0 != self.ownName }
    var text = "[\(entry.name)] "
    text += Self.here(others, more: entry.presentMore)
    let messages = Self.messages(entry.excerpt)
    if !messages.isEmpty {
      text +=
        entry.isNewMember || entry.reason == .again
        ? Self.backlog(entry, messages) : Self.missed(entry, messages)
    }
    self.line(text, &buffer)
    if let topic = entry.topic {
      self.line("[\(entry.name)] topic: \(topic.text)", &buffer)
    }
    self.printMessages(messages, into: &buffer) { printer, message, buffer in
      printer.printMessage(message, in: entry.name, into: &buffer)
    }
  }

  /// Names that the line about a room has at most; `/who` has all of them.
  private static let hereMax = 20

  private static func here(_ others: [String], more: Int) -> String {
    guard !others.isEmpty else { return "nobody else is here." }
    let names = others.prefix(Self.hereMax).joined(separator: ", ")
    let more = others.count + more - Self.hereMax
    return "here: " + names + (more > 0 ? ", and \(more) more (/who)." : ".")
  }

  private static func backlog(_ entry: RoomEntry, _ messages: [Message]) -> String {
    let posts = messages.count { $0.kind.isPost }
    let lines = messages.count - posts
    var parts: [String] = []
    if lines > 0 { parts.append(self.count(lines, "line", "lines")) }
    if posts > 0 { parts.append(self.count(posts, "post", "posts")) }
    let all = entry.backlog == nil && !Self.hasMore(entry.excerpt)
    let since = entry.reason == .again ? "" : " from before you"
    return " \(all ? "All" : "The last") \(parts.joined(separator: " and "))\(since):"
  }

  private static func missed(_ entry: RoomEntry, _ messages: [Message]) -> String {
    guard Self.hasMore(entry.excerpt), let oldest = messages.first else {
      return " \(Self.count(messages.count, "message", "messages")) since you were here:"
    }
    return " The last \(messages.count) messages since you were here; "
      + "older ones: /history #\(entry.name) <\(oldest.sequence.number):"
  }

  // MARK: Messages

  static func messages(_ excerpt: Excerpt) -> [Message] {
    switch excerpt {
    case .messages(let messages, more: _), .found(let messages, before: _): messages
    // Read before it gets here.
    case .plan: []
    }
  }

  static func hasMore(_ excerpt: Excerpt) -> Bool {
    switch excerpt {
    case .messages(_, let more): more
    case .found(_, let before): before != nil
    case .plan: false
    }
  }

  /// Appends messages, with a line where a day begins that is not the day of the one before.
  func printMessages(
    _ messages: [Message], into buffer: inout ByteBuffer,
    _ print: (LinePrinter, Message, inout ByteBuffer) -> Void
  ) {
    var day: Int32?
    for message in messages {
      let next = self.linePrinter.day(of: message.time)
      if let next, next != day {
        self.linePrinter.printDay(next, into: &buffer)
        day = next
      }
      print(self.linePrinter, message, &buffer)
    }
  }

  private func printHistory(
    _ conversation: String, _ excerpt: Excerpt, into buffer: inout ByteBuffer
  ) {
    let messages = Self.messages(excerpt)
    guard !messages.isEmpty else {
      self.line("ok \(conversation) has no messages that you may see", &buffer)
      return
    }
    let count = Self.count(messages.count, "message", "messages")
    var text = "ok \(count) of \(conversation)"
    if Self.hasMore(excerpt), let oldest = messages.first {
      let selector = Self.directPartner(conversation) == nil ? "#" + conversation : conversation
      text += "; older ones: /history \(selector) <\(oldest.sequence.number)"
    }
    self.line(text + ":", &buffer)
    self.printMessages(messages, of: conversation, into: &buffer)
  }

  /// Appends messages of a room or of a direct conversation, `@NAME`.
  private func printMessages(
    _ messages: [Message], of conversation: String, into buffer: inout ByteBuffer
  ) {
    self.printMessages(messages, into: &buffer) { printer, message, buffer in
      if let other = Self.directPartner(conversation) {
        let recipient = message.sender.name == other ? self.ownName : other
        printer.printDirect(message, to: recipient, into: &buffer)
      } else {
        printer.printMessage(message, in: conversation, into: &buffer)
      }
    }
  }

  private func printFound(
    _ conversation: String, _ query: SearchQuery, _ excerpt: Excerpt,
    into buffer: inout ByteBuffer
  ) {
    let messages = Self.messages(excerpt)
    var text = "ok nothing that you may see of \(conversation) has that"
    if !messages.isEmpty {
      text = "ok \(Self.count(messages.count, "message", "messages")) of \(conversation)"
    }
    if case .found(_, let before?) = excerpt {
      if messages.isEmpty { text += ", down to #\(before.number)" }
      let selector = Self.directPartner(conversation) == nil ? "#" + conversation : conversation
      text += "; older ones: /search \(selector) <\(before.number) \(query.text)"
    } else if !messages.isEmpty {
      text += ":"
    }
    self.line(text, &buffer)
    self.printMessages(messages, of: conversation, into: &buffer)
  }

  private static func directPartner(_ conversation: String) -> String? {
    conversation.utf8.first == UInt8(ascii: "@")
      ? String(conversation.unicodeScalars.dropFirst()) : nil
  }

  private func printRead(
    _ conversation: String, _ excerpt: Excerpt, into buffer: inout ByteBuffer
  ) {
    guard let message = Self.messages(excerpt).first else {
      self.line("ok", &buffer)
      return
    }
    let number = "#\(message.sequence.number)"
    let written = "\(message.sender.name), \(self.dateAndClock(message.time))"
    if let removal = message.removal {
      self.line("ok \(number) of \(conversation) was removed by \(removal.by.name)", &buffer)
      return
    }
    var head = "ok \(number) of \(conversation) by \(written)"
    if let answered = message.replyTo { head += ", an answer to #\(answered.number)" }
    if !message.subject.isEmpty { head += ": " + message.subject }
    self.line(head, &buffer)
    self.linePrinter.printBody(message.body, into: &buffer)
  }

  private func printPosts(_ room: String, _ excerpt: Excerpt, into buffer: inout ByteBuffer) {
    let posts = Self.messages(excerpt)
    guard !posts.isEmpty else {
      self.line("ok \(room) has no posts that you may see", &buffer)
      return
    }
    let more = Self.hasMore(excerpt) ? ", the newest" : ""
    self.line("ok \(Self.count(posts.count, "post", "posts")) in \(room)\(more):", &buffer)
    self.printTable(
      posts.map { post in
        var subject = post.subject
        if let answered = post.replyTo { subject += " (answers #\(answered.number))" }
        return [
          "#\(post.sequence.number)", self.dateAndClock(post.time), post.sender.name, subject,
        ]
      }, into: &buffer)
  }

  // MARK: People and rooms

  private func printPeople(
    _ room: String, _ people: [Person], more: Int, into buffer: inout ByteBuffer
  ) {
    guard !people.isEmpty else {
      self.line("ok nobody is in \(room)", &buffer)
      return
    }
    let names = people.map { person in
      var notes: [String] = []
      if person.name == self.ownName { notes.append("you") }
      if person.role > .member { notes.append(person.role.word) }
      if person.isAway { notes.append("away") }
      return person.name + (notes.isEmpty ? "" : " (\(notes.joined(separator: ", ")))")
    }
    let count = Self.count(people.count + more, "person", "people")
    let rest = more > 0 ? ", and \(more) more" : ""
    self.line("ok \(count) in \(room): \(names.joined(separator: ", "))\(rest)", &buffer)
  }

  private func printRooms(_ rooms: [RoomSummary], more: Int, into buffer: inout ByteBuffer) {
    guard !rooms.isEmpty else {
      self.line("ok there are no rooms", &buffer)
      return
    }
    self.line("ok \(Self.count(rooms.count + more, "room", "rooms")):", &buffer)
    self.printTable(
      rooms.map { room in
        [
          room.name, "\(room.present) here", Self.count(room.members, "member", "members"),
          Self.count(room.posts, "post", "posts"), room.isJoined ? "joined" : "",
          room.topic ?? "",
        ]
      }, into: &buffer)
    if more > 0 { self.line("  and \(more) more", &buffer) }
  }

  private func printProfile(_ profile: Profile, into buffer: inout ByteBuffer) {
    let kind = profile.account.map { "account \($0)" } ?? "a guest"
    self.line(
      "ok \(profile.name): \(kind), \(Self.count(profile.sessions, "session", "sessions")), "
        + (profile.lastSeen.map { "last seen \(self.dateAndClock($0))" }
          ?? "since \(self.dateAndClock(profile.since))"),
      &buffer)
    if !profile.rooms.isEmpty {
      self.line("  in \(profile.rooms.joined(separator: ", "))", &buffer)
    }
    if let away = profile.away { self.line("  away: \(away)", &buffer) }
  }

  // MARK: Forms

  /// Appends rows whose columns begin below each other, two spaces in.
  func printTable(_ rows: [[String]], into buffer: inout ByteBuffer) {
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        // Beyond that a wide cell moves its own row and no other.
        widths[column] = max(widths[column], min(cell.count, 32))
      }
    }
    for row in rows {
      var text = " "
      for (column, cell) in row.enumerated() {
        text += " " + cell
        text += String(repeating: " ", count: max(widths[column] - cell.count, 0) + 1)
      }
      while text.utf8.last == UInt8(ascii: " ") { text.unicodeScalars.removeLast() }
      self.line(text, &buffer)
    }
  }

  func dateAndClock(_ time: Timestamp) -> String {
    var buffer = ByteBuffer()
    if let day = self.linePrinter.day(of: time) { buffer.writeDate(day) }
    buffer.writeStaticString(" ")
    buffer.writeClock(time, offsetSeconds: self.linePrinter.offset(time))
    return String(buffer: buffer)
  }

  static func count(_ number: Int, _ one: String, _ many: String) -> String {
    "\(number) \(number == 1 ? one : many)"
  }
}
