/// The shapes of the contract.
extension Fields {
  func message() throws(ClientError) -> Message {
    let kind: Message.Kind =
      switch try self.text("kind") {
      case "say": .say
      case "action": .action
      case "post": .post
      case "notify": .notify
      case let other: .other(other)
      }
    return Message(
      room: try self.text("room"), epoch: try self.text("epoch"),
      sequence: try self.number("sequence"), id: try self.text("id"), from: try self.text("from"),
      account: self.optionalText("account"), to: self.optionalText("to"), kind: kind,
      replyTo: self.optionalNumber("reply_to"), removedBy: self.optionalText("removed_by"),
      subject: self.optionalText("subject"), text: self.optionalText("text"),
      time: try self.time("time"))
  }

  func stored() throws(ClientError) -> Stored {
    let to = self.optionalText("to").map { "@" + $0 }
    return Stored(
      room: to == nil ? try self.text("room") : to ?? "", epoch: try self.text("epoch"),
      sequence: try self.number("sequence"),
      id: try self.text("id"), time: try self.time("time"),
      sessions: self.optionalNumber("sessions").map { Int(clamping: $0) })
  }

  func topic() throws(ClientError) -> Topic {
    Topic(text: try self.text("text"), by: try self.text("by"), time: try self.time("time"))
  }

  func room() throws(ClientError) -> Room {
    Room(
      room: try self.text("room"), epoch: try self.text("epoch"),
      sequence: try self.number("sequence"), isResumed: try self.flag("resumed"),
      reason: self.optionalText("reason"), opened: try self.text("opened"),
      isCurrent: try self.flag("current"), isNewMember: try self.flag("new_member"),
      isNewRoom: try self.flag("new_room"),
      topic: try self.optional("topic", Fields.topic),
      present: try self.texts("present"), presentMore: try self.count("present_more"),
      messages: try self.messages(), hasMore: try self.flag("more"))
  }

  func messages() throws(ClientError) -> [Message] {
    try self.list("messages", Fields.message)
  }

  func welcome() throws(ClientError) -> Welcome {
    Welcome(
      session: try self.number("session"), name: try self.text("name"),
      account: self.optionalText("account"),
      rooms: try self.list("rooms", Fields.room),
      unread: try self.list("unread", Fields.unread),
      unreadMore: try self.count("unread_more"))
  }

  /// Of the answer to entering; servers that keep no places have none.
  func directs() throws(ClientError) -> [DirectConversation] {
    guard self.object["directs"] != nil else { return [] }
    return try self.list("directs", Fields.direct)
  }

  private func direct() throws(ClientError) -> DirectConversation {
    DirectConversation(
      room: try self.text("room"), epoch: try self.text("epoch"),
      sequence: try self.number("sequence"), isResumed: try self.flag("resumed"),
      reason: self.optionalText("reason"))
  }

  func unread() throws(ClientError) -> Unread {
    Unread(
      room: try self.text("room"), count: try self.count("count"),
      mentions: try self.count("mentions"))
  }

  func excerpt() throws(ClientError) -> Excerpt {
    Excerpt(
      room: try self.text("room"), messages: try self.messages(), hasMore: try self.flag("more"))
  }

  func found() throws(ClientError) -> Found {
    Found(
      room: try self.text("room"), messages: try self.messages(),
      before: self.optionalNumber("before"))
  }

  func people() throws(ClientError) -> People {
    People(
      room: try self.text("room"),
      people: try self.list("people", Fields.person), more: try self.count("more"))
  }

  private func person() throws(ClientError) -> Person {
    Person(
      name: try self.text("name"), account: self.optionalText("account"),
      role: try self.text("role"), isAway: try self.flag("away"))
  }

  func roomSummary() throws(ClientError) -> RoomSummary {
    RoomSummary(
      room: try self.text("room"), present: try self.count("present"),
      members: try self.count("members"), posts: try self.count("posts"),
      topic: self.optionalText("topic"), isJoined: try self.flag("joined"))
  }

  func profile() throws(ClientError) -> Profile {
    Profile(
      name: try self.text("name"), account: self.optionalText("account"),
      sessions: try self.count("sessions"), since: try self.time("since"),
      lastSeen: self.optionalText("last_seen").flatMap { Moment(text: $0) },
      away: self.optionalText("away"), rooms: try self.texts("rooms"))
  }
}
