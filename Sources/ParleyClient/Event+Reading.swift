/// The notifications of the contract.
extension Event {
  /// Reads a notification; what is not known is told as it came.
  init(method: String, params: JSON) throws(ClientError) {
    let fields = Fields(params)
    switch method {
    case "message": self = .message(try fields.message())
    case "posted": self = .posted(try fields.message())
    case "direct": self = .direct(try fields.message())
    case "came":
      self = .came(
        Came(
          room: try fields.text("room"), name: try fields.text("name"),
          account: fields.optionalText("account"), present: try fields.count("present"),
          time: try fields.time("time")))
    case "went": self = .went(try fields.went())
    case "crowd":
      self = .crowd(
        room: try fields.text("room"), came: try fields.count("came"),
        went: try fields.count("went"))
    case "topic":
      self = .topic(
        TopicChange(
          room: try fields.text("room"), topic: fields.optionalText("topic"),
          by: try fields.text("by"), time: try fields.time("time")))
    case "renamed":
      self = .renamed(
        Renamed(
          room: try fields.text("room"), from: try fields.text("from"), to: try fields.text("to"),
          account: fields.optionalText("account"), time: try fields.time("time")))
    case "removed":
      self = .removed(
        Removed(
          room: try fields.text("room"), sequence: try fields.number("sequence"),
          id: try fields.text("id"), by: try fields.text("by"), time: try fields.time("time")))
    case "changed": self = .changed(try fields.roomChange())
    case "notice":
      self = .notice(
        kind: try fields.text("kind"), room: try fields.text("room"),
        text: try fields.text("text"))
    case "opened": self = .opened(try fields.room())
    case "behind": self = .behind(room: try fields.text("room"))
    case "caught_up":
      self = .caughtUp(
        room: try fields.text("room"),
        Cursor(epoch: try fields.text("epoch"), sequence: try fields.number("sequence")))
    case "server": self = .server(try fields.text("text"))
    case "closing":
      self = .closing(reason: try fields.text("reason"), text: try fields.text("text"))
    default: self = .unknown(method: method, params)
    }
  }
}

extension Fields {
  fileprivate func went() throws(ClientError) -> Went {
    Went(
      room: try self.text("room"), name: try self.text("name"),
      account: self.optionalText("account"), reason: try self.text("reason"),
      word: self.optionalText("word"), by: self.optionalText("by"), why: self.optionalText("why"),
      present: try self.count("present"), time: try self.time("time"))
  }

  fileprivate func roomChange() throws(ClientError) -> RoomChange {
    RoomChange(
      room: try self.text("room"), what: try self.text("what"), text: try self.text("text"),
      sequences: self.object["sequences"]?.elements.compactMap(\.integer) ?? [],
      by: try self.text("by"), time: try self.time("time"))
  }
}
