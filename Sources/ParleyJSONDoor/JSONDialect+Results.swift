import NIOCore
import ParleyDoorKit
import ParleyModel

extension JSONDialect {
  /// Appends the members of the result of a command that was done.
  func writeResult(_ reply: Reply, into buffer: inout ByteBuffer) {
    switch reply {
    case .entered(let entry):
      self.writeMembers(of: entry, into: &buffer)
    case .left(let room, let current), .closed(let room, let current):
      buffer.writeMember("room", room)
      buffer.writeMember("current", current)
    case .topic(let room, let topic):
      buffer.writeMember("room", room)
      Self.writeMember(topic, into: &buffer)
    case .topicSet(let room, let text):
      buffer.writeMember("room", room)
      buffer.writeMember("text", text)
    case .stored(let room, let id, let sequence, let time):
      buffer.writeMember("room", room)
      Self.writePlace(id, sequence, time, into: &buffer)
    case .delivered(let name, let sessions, let id, let sequence, let time):
      buffer.writeMember("to", name)
      buffer.writeMember("sessions", sessions)
      Self.writePlace(id, sequence, time, into: &buffer)
    case .removed(let conversation, let sequence):
      buffer.writeMember("room", conversation)
      buffer.writeMember("sequence", sequence)
    case .posts(let room, let excerpt):
      self.writeMembers(of: excerpt, in: room, hasText: false, into: &buffer)
    case .history(let room, let excerpt):
      self.writeMembers(of: excerpt, in: room, hasText: true, into: &buffer)
    case .message(let room, let excerpt):
      buffer.writeMember("room", room)
      if let message = Self.messages(excerpt).first {
        buffer.writeName("message")
        self.write(message, in: room, hasText: true, into: &buffer)
      }
    case .found(let room, _, let excerpt):
      buffer.writeMember("room", room)
      self.writeMember(messages: excerpt, in: room, hasText: true, into: &buffer)
      buffer.writeName("before")
      if case .found(_, let before?) = excerpt {
        buffer.writeDecimal(before.number)
      } else {
        buffer.writeStaticString("null")
      }
    case .people, .rooms, .profile, .away, .ignoring, .renamed, .pong:
      Self.writePeople(reply, into: &buffer)
    case .account(let answer):
      Self.writeAccount(answer, into: &buffer)
    case .moderation(let answer):
      Self.writeModeration(answer, into: &buffer)
    case .audit(let room, let excerpt):
      Self.writeAudit(room, excerpt, into: &buffer)
    case .greeting, .welcome, .notice, .local:
      // No method's own answer is one of these.
      return
    }
  }

  private static func writePlace(
    _ id: MessageID, _ sequence: Sequence, _ time: Timestamp, into buffer: inout ByteBuffer
  ) {
    buffer.writeMember("epoch", id.epoch.text)
    buffer.writeMember("sequence", sequence)
    buffer.writeMember("id", id.text)
    buffer.writeMember("time", time)
  }

  private static func writeMember(_ topic: Topic?, into buffer: inout ByteBuffer) {
    buffer.writeName("topic")
    guard let topic else {
      buffer.writeStaticString("null")
      return
    }
    buffer.writeObject { buffer in
      buffer.writeMember("text", topic.text)
      buffer.writeMember("by", topic.by)
      buffer.writeMember("time", topic.time)
    }
  }

  // MARK: Entering

  func writeEntrance(
    _ entrance: Entrance, _ arrival: Arrival, into buffer: inout ByteBuffer
  ) {
    let token = entrance.account == nil ? arrival.token?.text ?? entrance.wish.token : nil
    buffer.writeMember("session", Int(clamping: entrance.session.number))
    buffer.writeMember("name", entrance.name)
    buffer.writeMember("account", entrance.account)
    buffer.writeMember("token", token)
    buffer.writeMember("rooms", entrance.rooms) { entry, buffer in
      buffer.writeObject { self.writeMembers(of: entry, into: &$0) }
    }
    buffer.writeMember("directs", arrival.directs) { direct, buffer in
      buffer.writeObject { buffer in
        buffer.writeMember("room", "@" + direct.name)
        buffer.writeMember("epoch", direct.epoch.text)
        buffer.writeMember("sequence", direct.head)
        Self.writeMembers(of: direct.resumption, into: &buffer)
      }
    }
    buffer.writeMember("directs_more", arrival.directsMore)
    buffer.writeMember("lost", arrival.lost) { lost, buffer in
      buffer.writeObject { buffer in
        buffer.writeMember("room", lost.conversation.text)
        buffer.writeMember("reason", Self.word(for: lost.fault))
      }
    }
    Self.writeMember("unread", entrance.unread, into: &buffer)
    buffer.writeMember("unread_more", entrance.unreadMore)
  }

  private static func writeMembers(
    of resumption: Resumption, into buffer: inout ByteBuffer
  ) {
    switch resumption {
    case .none: buffer.writeMember("resumed", false)
    case .after: buffer.writeMember("resumed", true)
    case .fault(let fault):
      buffer.writeMember("resumed", false)
      buffer.writeMember("reason", Self.word(for: fault))
    }
  }

  /// Why something does not go on; each is a word of the contract.
  static func word(for fault: ResumeFault) -> String {
    switch fault {
    case .expired: "expired"
    case .otherEpoch: "other_epoch"
    case .outside: "outside"
    }
  }

  func writeMembers(of entry: RoomEntry, into buffer: inout ByteBuffer) {
    buffer.writeMember("room", entry.name)
    buffer.writeMember("epoch", entry.epoch.text)
    buffer.writeMember("sequence", entry.head)
    Self.writeMembers(of: entry.resumption, into: &buffer)
    buffer.writeMember("opened", Self.word(for: entry.reason))
    buffer.writeMember("current", entry.isCurrent)
    buffer.writeMember("new_member", entry.isNewMember)
    buffer.writeMember("new_room", entry.isNewRoom)
    Self.writeMember(entry.topic, into: &buffer)
    buffer.writeMember("present", entry.present)
    buffer.writeMember("present_more", entry.presentMore)
    self.writeMember(messages: entry.excerpt, in: entry.name, hasText: true, into: &buffer)
    buffer.writeMember("more", Self.hasMore(entry.excerpt))
  }

  private static func word(for reason: EntryReason) -> String {
    switch reason {
    case .autojoin: "autojoin"
    case .resumed: "resumed"
    case .switched: "switched"
    case .added: "added"
    case .returned: "returned"
    case .again: "again"
    }
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

  private func writeMembers(
    of excerpt: Excerpt, in room: String, hasText: Bool, into buffer: inout ByteBuffer
  ) {
    buffer.writeMember("room", room)
    self.writeMember(messages: excerpt, in: room, hasText: hasText, into: &buffer)
    buffer.writeMember("more", Self.hasMore(excerpt))
  }

  private func writeMember(
    messages excerpt: Excerpt, in room: String, hasText: Bool, into buffer: inout ByteBuffer
  ) {
    buffer.writeMember("messages", Self.messages(excerpt)) { message, buffer in
      self.write(message, in: room, hasText: hasText, into: &buffer)
    }
  }

  private func write(
    _ message: Message, in room: String, hasText: Bool, into buffer: inout ByteBuffer
  ) {
    var recipient: String?
    if room.utf8.first == UInt8(ascii: "@") {
      let other = String(room.unicodeScalars.dropFirst())
      recipient = message.sender.participant == self.participant ? other : self.ownName
    }
    buffer.writeObject { buffer in
      JSONPrinter.writeMembers(
        of: message, room: room, to: recipient, hasText: hasText, into: &buffer)
    }
  }

  // MARK: People and rooms

  private static func writePeople(_ reply: Reply, into buffer: inout ByteBuffer) {
    switch reply {
    case .people(let room, let people, let more):
      buffer.writeMember("room", room)
      buffer.writeMember("people", people) { person, buffer in
        buffer.writeObject { buffer in
          buffer.writeMember("name", person.name)
          buffer.writeMember("account", person.account)
          buffer.writeMember("role", person.role.word)
          buffer.writeMember("away", person.isAway)
        }
      }
      buffer.writeMember("more", more)
    case .rooms(let rooms, let more):
      buffer.writeMember("rooms", rooms) { room, buffer in
        buffer.writeObject { Self.write(room, into: &$0) }
      }
      buffer.writeMember("more", more)
    case .profile(let profile): Self.write(profile, into: &buffer)
    case .away(let text): buffer.writeMember("away", text)
    case .ignoring(let name, let isIgnored):
      buffer.writeMember("name", name)
      buffer.writeMember("ignored", isIgnored)
    case .renamed(let name): buffer.writeMember("name", name)
    case .pong(let text): buffer.writeMember("text", text)
    case .greeting, .welcome, .entered, .left, .closed, .topic, .topicSet, .stored, .delivered,
      .removed,
      .posts, .message, .history, .found, .account, .moderation, .audit, .notice, .local:
      return
    }
  }

  private static func write(_ room: RoomSummary, into buffer: inout ByteBuffer) {
    buffer.writeMember("room", room.name)
    buffer.writeMember("present", room.present)
    buffer.writeMember("members", room.members)
    buffer.writeMember("posts", room.posts)
    buffer.writeMember("topic", room.topic)
    buffer.writeMember("joined", room.isJoined)
  }

  private static func write(_ profile: Profile, into buffer: inout ByteBuffer) {
    buffer.writeMember("name", profile.name)
    buffer.writeMember("account", profile.account)
    buffer.writeMember("sessions", profile.sessions)
    buffer.writeMember("since", profile.since)
    buffer.writeMember("last_seen", profile.lastSeen)
    buffer.writeMember("away", profile.away)
    buffer.writeMember("rooms", profile.rooms)
  }

  // MARK: Accounts

  private static func writeMember(
    _ name: StaticString, _ conversations: [UnreadConversation], into buffer: inout ByteBuffer
  ) {
    buffer.writeMember(name, conversations) { conversation, buffer in
      buffer.writeObject { buffer in
        buffer.writeMember("room", conversation.title)
        buffer.writeMember("count", conversation.count)
        buffer.writeMember("mentions", conversation.mentions)
      }
    }
  }

  private static func writeMember(_ scopes: Scopes, into buffer: inout ByteBuffer) {
    let words = Scopes.words.filter { scopes.contains($0.scope) }.map(\.word)
    buffer.writeMember("scopes", words)
  }

  private static func writeAccount(_ reply: AccountReply, into buffer: inout ByteBuffer) {
    switch reply {
    case .registered(let name), .passwordChanged(let name):
      buffer.writeMember("account", name)
    case .unregistered(let name):
      buffer.writeMember("name", name)
    case .tokens(let name, let tokens):
      buffer.writeMember("account", name)
      buffer.writeMember("tokens", tokens) { token, buffer in
        buffer.writeObject { buffer in
          buffer.writeMember("number", Int(token.number))
          Self.writeMember(token.scopes, into: &buffer)
          buffer.writeMember("label", token.label)
          buffer.writeMember("created", token.created)
        }
      }
    case .tokenAdded(let number, let scopes, let secret):
      buffer.writeMember("number", Int(number))
      Self.writeMember(scopes, into: &buffer)
      buffer.writeMember("token", secret?.text)
    case .tokenRevoked(let number):
      buffer.writeMember("number", Int(number))
    case .marked(let conversation, let sequence):
      buffer.writeMember("room", conversation)
      buffer.writeMember("sequence", sequence)
    case .unread(let conversations, let more):
      Self.writeMember("conversations", conversations, into: &buffer)
      buffer.writeMember("more", more)
    case .sessions(let sessions, let more):
      buffer.writeMember("sessions", sessions) { session, buffer in
        buffer.writeObject { Self.write(session, into: &$0) }
      }
      buffer.writeMember("more", more)
    case .inviteAdded(let number, let until, let secret):
      buffer.writeMember("number", Int(number))
      buffer.writeMember("until", until)
      buffer.writeMember("code", secret?.text)
    case .certificateAdded(let digest):
      let hexadecimal = digest.map { byte in
        String(byte >> 4, radix: 16) + String(byte & 0xF, radix: 16)
      }
      buffer.writeMember("fingerprint", hexadecimal.joined())
    case .certificatesRemoved(let count):
      buffer.writeMember("count", count)
    case .announced: return
    case .arrived, .created, .administrator, .deleted, .accounts, .invites, .inviteRevoked,
      .certificateOpens:
      // No method asks for these: they are the shell's, and line mode's at its prompt.
      return
    }
  }
}
