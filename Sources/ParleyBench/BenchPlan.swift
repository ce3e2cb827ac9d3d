/// What a run of the load generator does.
package struct BenchPlan: Sendable {
  /// A dotted IPv4 address.
  package var host: String
  package var port: UInt16
  package var dialect: BenchDialect
  package var rooms: Int
  /// Connections in each room, the senders among them.
  package var members: Int
  /// How many of a room's members send.
  package var senders: Int
  /// How many of a room's members read nothing until all others have everything.
  package var stalled = 0
  /// Messages that a sender may have unanswered.
  package var window: Int
  /// In all; rounded down to a multiple of the number of senders.
  package var messages: Int
  /// Bytes of a message's text, at least ``Payload/bytesMin``.
  package var size: Int
  /// Messages a second in all, sent when they are due, whatever has been answered; nil sends as
  /// fast as the window allows.
  package var rate: Int?
  /// The process whose CPU time is read.
  package var serverPID: Int32?
  /// The control queue that everybody goes by, in the place of `host` and `port`.
  package var queue: String?
  /// Everybody is in the room that is open after login, and nobody joins another one.
  package var inLobby: Bool

  package init(
    host: String, port: UInt16, dialect: BenchDialect, rooms: Int, members: Int, senders: Int,
    window: Int, messages: Int, size: Int, rate: Int?, serverPID: Int32?, inLobby: Bool
  ) {
    self.host = host
    self.port = port
    self.dialect = dialect
    self.rooms = rooms
    self.members = members
    self.senders = senders
    self.window = window
    self.messages = messages
    self.size = size
    self.rate = rate
    self.serverPID = serverPID
    self.inLobby = inLobby
  }

  /// What cannot be run, in a sentence for the person who typed it.
  package var fault: String? {
    if self.rooms < 1 || self.members < 1 { return "there must be a room and somebody in it" }
    if self.senders < 1 || self.senders > self.members {
      return "of \(self.members) members, between 1 and \(self.members) can send"
    }
    if !self.dialect.echoes && self.members < 2 {
      return "without an echo, somebody else must be there to answer: --members 2 or more"
    }
    if self.stalled < 0 || self.stalled > max(0, self.members - self.senders - 1) {
      return "who sends, and one more, must read: --stalled is at most "
        + "\(max(0, self.members - self.senders - 1))"
    }
    if self.window < 1 { return "--window must be at least 1" }
    if self.messages < self.rooms * self.senders {
      return "every sender sends at least one message: --messages \(self.rooms * self.senders)"
    }
    if self.rooms * self.members >= Payload.sendersMax { return "too many connections" }
    if self.size < Payload.bytesMin || self.size > 4096 {
      return "--size is between \(Payload.bytesMin) and 4096"
    }
    if (self.dialect == .queue) != (self.queue != nil) {
      return "--dialect queue goes with --queue NAME, and with nothing else"
    }
    if self.dialect == .queue, self.size > BenchQueue.sizeMax {
      return "--size is at most \(BenchQueue.sizeMax) over a message queue"
    }
    if let rate = self.rate, rate < 1 { return "--rate must be at least 1" }
    if self.inLobby && (self.rooms != 1 || self.dialect != .line) {
      return "--lobby is one room, in line mode"
    }
    return nil
  }

  var messagesPerSender: Int { self.messages / (self.rooms * self.senders) }
}

/// How the load generator talks.
package enum BenchDialect: String, Sendable, CaseIterable {
  case irc
  case line
  case json
  case queue

  /// Whether a sender gets its own message back.
  var echoes: Bool { self != .irc }

  /// How the JSON door asks for a sign of life.
  static let ping = #"{"jsonrpc":"2.0","id":"ping","method":"ping"}"#

  private static func request(_ method: String, _ params: String) -> String {
    #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":{\#(params)}}"# + "\n"
  }

  func login(as name: String) -> String {
    switch self {
    case .irc: "NICK \(name)\r\nUSER \(name) 0 * :\(name)\r\n"
    case .line: "\(name)\n"
    case .json: Self.request("hello", #""name":"\#(name)""#)
    // With the key; the HELLO before it has none.
    case .queue: "PING\n"
    }
  }

  func joining(_ room: String) -> String {
    switch self {
    case .irc: "JOIN #\(room)\r\n"
    case .line: "/join \(room)\n"
    case .json: Self.request("join", #""room":"\#(room)""#)
    case .queue: "JOIN \(room)\n"
    }
  }

  /// What stands before the text of a message, and what after it.
  func saying(in room: String) -> (before: String, after: String) {
    switch self {
    case .irc: ("PRIVMSG #\(room) :", "\r\n")
    case .line: ("", "\n")
    case .queue: ("SAY ", "\n")
    case .json:
      (
        #"{"jsonrpc":"2.0","id":1,"method":"say","params":{"room":"\#(room)","text":""#,
        "\"}}\n"
      )
    }
  }

  /// Whether a line says that the login succeeded.
  func welcomes(_ line: String) -> Bool {
    switch self {
    case .irc: line.contains(" 001 ")
    case .line: line.contains("You are ")
    case .json, .queue: line.contains("\"session\":")
    }
  }

  /// Whether a line ends the answer to a join.
  func admits(_ line: String, to room: String) -> Bool {
    switch self {
    case .irc: line.contains(" 366 ")
    case .json, .queue: line.contains("\"opened\":\"switched\"")
    case .line: line.contains("[\(room)] here:") || line.contains("[\(room)] nobody else is here")
    }
  }

  /// Whether a line refuses what the set-up asked for.
  func refuses(_ line: String) -> Bool {
    switch self {
    case .irc: line.hasPrefix("ERROR ") || line.contains(" 43") && line.contains(" * ")
    case .line: line.hasPrefix("error ") || line.contains(": error ")
    case .json, .queue: line.contains("\"error\":") || line.contains("\"reason\":\"refused\"")
    }
  }
}
