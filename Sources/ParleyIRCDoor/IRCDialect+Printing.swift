package import NIOCore
package import ParleyDoorKit
import ParleyModel

extension IRCDialect {
  package mutating func print(_ output: SessionOutput, into buffer: inout ByteBuffer) {
    switch output {
    case .begin:
      return
    case .probe:
      self.write("PING :\(self.options.serverName)", &buffer)
    case .reply(_, let reply):
      self.printReply(reply, into: &buffer)
    case .refused(let tag, let refusal):
      self.printRefusal(refusal, into: &buffer)
      if self.phase == .entering(tag) { self.registerAgain() }
    case .direct(let event):
      // The sender's other sessions cannot be told in six words whom it was for.
      guard !event.isOwn else { return }
      self.ircPrinter.printMessage(event.message, target: self.ownName, into: &buffer)
    case .told(let event, let title):
      // A channel of that name there is none.
      guard case .removed(let sequence, _, let sender) = event.event else { return }
      self.fromServer(
        "NOTICE", ["\(self.ownName)"],
        "\(sender.name) removed message #\(sequence.number) of \(title)", &buffer)
    case .server(let word):
      self.fromServer("NOTICE", ["\(self.ownName)"], word, &buffer)
    case .skipped(let room, let from, let through):
      self.fromServer(
        "NOTICE", ["#\(room)"],
        "#\(from.number) to #\(through.number) were skipped, because they were not taken fast "
          + "enough", &buffer)
    case .behind, .caughtUp: return
    case .closing(let closing):
      self.write("ERROR :Closing link: \(self.reason(closing))", &buffer)
    }
  }

  // MARK: Answers

  private mutating func printReply(_ reply: Reply, into buffer: inout ByteBuffer) {
    switch reply {
    case .welcome(_, let name, _):
      self.printWelcome(name, into: &buffer)
    case .renamed(let name):
      self.ircPrinter.source(self.ownName, &buffer)
      buffer.writeStaticString(" NICK :")
      buffer.writeString(name)
      self.ircPrinter.end(&buffer)
      self.ownName = name
    case .pong(let token):
      self.fromServer("PONG", [self.options.serverName], token, &buffer)
    case .entered(let entry):
      self.printEntry(entry, into: &buffer)
    case .left(let room, _), .closed(let room, _):
      self.openRooms.remove(room)
      self.ircPrinter.source(self.ownName, &buffer)
      buffer.writeStaticString(" PART #")
      buffer.writeString(room)
      self.ircPrinter.end(&buffer)
    case .notice(let notice):
      self.printNotice(notice, into: &buffer)
    case .local:
      guard !self.prepared.isEmpty else { return }
      switch self.prepared.removeFirst() {
      case .capabilities(let text):
        self.write(":\(self.options.serverName) CAP \(self.ownName) \(text)", &buffer)
      case .numeric(let numeric, let parameters):
        self.numeric(numeric, parameters, Self.text(of: numeric), &buffer)
      }
    case .stored, .delivered:
      // What was done is answered by nothing in IRC.
      return
    case .greeting, .topic, .topicSet, .removed, .posts, .message, .history, .found, .people,
      .rooms, .profile, .away, .ignoring, .account, .moderation, .audit:
      // None of the six words asks for these.
      return
    }
  }

  private mutating func printWelcome(_ name: String, into buffer: inout ByteBuffer) {
    self.ownName = name
    if case .entering = self.phase { self.phase = .inside }
    let server = self.options.serverName
    self.numeric(.welcome, [], "Welcome to Parley, \(name)!\(name)@parley", &buffer)
    self.numeric(.yourHost, [], "Your host is \(server), running Parley", &buffer)
    self.numeric(.created, [], "This server keeps what is said", &buffer)
    self.numeric(.myInfo, [server, "parley", "", ""].filter { !$0.isEmpty }, nil, &buffer)
    self.numeric(
      .isSupport,
      [
        "CHANTYPES=#", "NICKLEN=\(Limits.nameScalarsMax)",
        "CHANNELLEN=\(Limits.roomNameScalarsMax + 1)", "UTF8ONLY",
      ], "are supported by this server", &buffer)
    self.numeric(.noMotd, [], Self.text(of: .noMotd), &buffer)
  }

  private mutating func printEntry(_ entry: RoomEntry, into buffer: inout ByteBuffer) {
    // Joining a channel that one is on is answered by nothing.
    guard self.openRooms.insert(entry.name).inserted else { return }
    let channel = "#" + entry.name
    self.ircPrinter.source(self.ownName, &buffer)
    buffer.writeStaticString(" JOIN ")
    buffer.writeString(channel)
    self.ircPrinter.end(&buffer)
    if let topic = entry.topic {
      self.numeric(.topic, [channel], topic.text, &buffer)
      let seconds = topic.time.microseconds / 1_000_000
      self.numeric(.topicWhoTime, [channel, topic.by, String(seconds)], nil, &buffer)
    }
    self.printNames(entry.present, channel, into: &buffer)
    switch entry.excerpt {
    case .messages(let messages, more: _), .found(let messages, before: _):
      for message in messages {
        self.ircPrinter.printMessage(message, target: channel, clock: true, into: &buffer)
      }
    // Read before it gets here.
    case .plan: break
    }
  }

  /// 353 as often as the names need, and 366.
  private func printNames(_ names: [String], _ channel: String, into buffer: inout ByteBuffer) {
    let room =
      500 - self.options.serverName.utf8.count - self.ownName.utf8.count - channel.utf8.count
    var line = ""
    // A crowd's list is cut; whoever asks is always in it.
    let names = names.contains(self.ownName) ? names : names + [self.ownName]
    for name in names {
      if !line.isEmpty, line.utf8.count + 1 + name.utf8.count > room - 16 {
        self.numeric(.names, ["=", channel], line, &buffer)
        line = ""
      }
      if !line.isEmpty { line += " " }
      line += name
    }
    if !line.isEmpty { self.numeric(.names, ["=", channel], line, &buffer) }
    self.numeric(.endOfNames, [channel], "End of /NAMES list", &buffer)
  }

  /// What concerns this session: a KICK, an INVITE, or a word of the server.
  private mutating func printNotice(_ notice: Notice, into buffer: inout ByteBuffer) {
    switch notice {
    case .expelled(let room, let by, let isBanned, _, let reason, current: _):
      self.openRooms.remove(room)
      let word = isBanned ? "banned" : "kicked"
      self.ircPrinter.printKick(
        self.ownName, by: by, reason.isEmpty ? word : "\(word): \(reason)", room, &buffer)
    case .invited(let room, let by):
      self.write(":\(by)!\(by)@parley INVITE \(self.ownName) :#\(room)", &buffer)
    case .muted, .unmuted, .reported:
      self.fromServer("NOTICE", [self.ownName], ChangeText.notice(notice), &buffer)
    }
  }

  // MARK: Refusals

  private func printRefusal(_ refusal: Refusal, into buffer: inout ByteBuffer) {
    let text = RefusalText.explanation(refusal)
    switch refusal {
    case .badCommand(let command, nearest: _):
      self.numeric(.unknownCommand, [command], "Unknown command", &buffer)
    case .badArguments(let usage):
      self.numeric(.needMoreParameters, [usage], "Not enough parameters", &buffer)
    case .badName(let name, _):
      self.numeric(.erroneousNickname, [Self.parameter(name)], text, &buffer)
    case .nameTaken(let name, let free), .nameRegistered(let name, let free):
      let hint = free.map { "; \($0) is free" } ?? ""
      self.numeric(.nicknameInUse, [name], "Nickname is already in use" + hint, &buffer)
    case .badPassword:
      self.numeric(.passwordMismatch, [], text, &buffer)
    case .notLoggedIn:
      self.numeric(.notRegistered, [], "You have not registered", &buffer)
    case .alreadyLoggedIn:
      self.numeric(.alreadyRegistered, [], "You may not reregister", &buffer)
    case .notAMember(let room):
      self.numeric(.cannotSendToChannel, ["#" + room], text, &buffer)
    case .muted(let room, until: _), .slowMode(let room, seconds: _):
      self.numeric(.cannotSendToChannel, ["#" + room], text, &buffer)
    case .noSuchRoom(let room):
      self.numeric(.noSuchChannel, [Self.channel(room)], "No such channel", &buffer)
    case .noSuchName(let name):
      self.numeric(.noSuchNick, [name], "No such nick", &buffer)
    case .roomIsPrivate(let room):
      self.numeric(.inviteOnlyChannel, ["#" + room], text, &buffer)
    case .banned(let room?, until: _, reason: _):
      self.numeric(.bannedFromChannel, ["#" + room], text, &buffer)
    case .banned(room: nil, until: _, reason: _):
      self.numeric(.bannedCreep, [], text, &buffer)
    case .notPermitted(.operate), .notPermitted(.own), .notPermitted(.outrank):
      self.numeric(.chanOPrivilegesNeeded, ["*"], text, &buffer)
    case .tooMany(.rooms, max: _):
      self.numeric(.tooManyChannels, ["*"], text, &buffer)
    case .tooLong(.line, bytesMax: _), .tooLong(.message, bytesMax: _):
      self.numeric(.inputTooLong, [], text, &buffer)
    case .badText, .tooLong, .noCurrentRoom, .noSuchMessage, .messageRemoved, .notPermitted,
      .tooMany, .tooFast, .nonceReused, .storageUnavailable, .shuttingDown, .notAPost,
      .nobodyToAnswer, .alreadyInLobby, .passwordTooShort, .notRegistered, .alreadyRegistered,
      .registrationClosed, .accountNeeded, .noSuchAccount, .tooBusy, .scopeMissing, .noSuchToken,
      .noSuchInvite, .noCertificate, .notInClear, .noSuchStanding, .notInRoom:
      // IRCv3 standard replies, https://ircv3.net/specs/extensions/standard-replies, need a
      // capability; 400 is what clients without it show.
      self.numeric(.unknownError, [refusal.code], text, &buffer)
    }
  }

  /// A text of the numerics that the door answers with by itself.
  private static func text(of numeric: IRCNumeric) -> String? {
    switch numeric {
    case .invalidCapability: "Invalid CAP command"
    case .noRecipient: "No recipient given"
    case .noTextToSend: "No text to send"
    case .noNicknameGiven: "No nickname given"
    case .noMotd: "There is no message of the day"
    case .welcome, .yourHost, .created, .myInfo, .isSupport, .topic, .topicWhoTime, .names,
      .endOfNames, .unknownError, .noSuchNick, .noSuchChannel, .cannotSendToChannel,
      .tooManyChannels, .inputTooLong, .unknownCommand, .erroneousNickname, .nicknameInUse,
      .notOnChannel, .notRegistered, .needMoreParameters, .alreadyRegistered, .passwordMismatch,
      .bannedCreep, .inviteOnlyChannel, .bannedFromChannel, .badChannelMask, .chanOPrivilegesNeeded:
      nil
    }
  }

  private func reason(_ closing: Closing) -> String {
    switch closing {
    case .quit: self.lastWord.isEmpty ? "Quit" : "Quit: " + self.lastWord
    case .hungUp: "Connection closed"
    case .shuttingDown: "Server shutting down"
    case .timedOut: "Ping timeout"
    case .loginTimeout: "Registration timeout"
    case .idleTimeout: "Idle for too long"
    case .tooSlow: "SendQ exceeded"
    case .tooFast: "Excess Flood"
    case .tooManyGuesses: "Too many wrong passwords"
    case .garbage(let reason): reason
    case .storageFailed: "What was asked for could not be read"
    case .overflow: "Too much was waiting"
    case .accessRevoked: "The token was revoked"
    case .banned(let reason): reason.isEmpty ? "Banned" : "Banned: " + reason
    }
  }

  // MARK: Forms

  /// A middle parameter: never empty, without spaces.
  private static func parameter(_ text: String) -> String {
    text.isEmpty ? "*" : String(text.unicodeScalars.map { $0 == " " ? "_" : Character($0) })
  }

  private static func channel(_ room: String) -> String {
    let name = self.parameter(room)
    return name.utf8.first == UInt8(ascii: "#") ? name : "#" + name
  }

  private func numeric(
    _ numeric: IRCNumeric, _ parameters: [String], _ text: String?, _ buffer: inout ByteBuffer
  ) {
    self.fromServer(numeric.digits, [self.ownName] + parameters, text, &buffer)
  }

  private func fromServer(
    _ command: String, _ parameters: [String], _ text: String?, _ buffer: inout ByteBuffer
  ) {
    var line = ":\(self.options.serverName) \(command)"
    for parameter in parameters { line += " " + parameter }
    if let text { line += " :" + text }
    self.write(line, &buffer)
  }

  private func write(_ line: String, _ buffer: inout ByteBuffer) {
    buffer.writeString(line)
    self.ircPrinter.end(&buffer)
  }
}
