package import NIOCore
package import ParleyDoorKit
import ParleyModel

/// Six words of IRC for one session: NICK, USER, JOIN, PRIVMSG, PING and QUIT, with what belongs
/// to them (CAP, PASS, PONG).
///
/// RFC 1459 and 2812 as the Modern IRC Client Protocol (https://modern.ircdocs.horse) writes them
/// down. A value on the event loop of its socket.
package struct IRCDialect: Dialect {
  package static let name = "irc"

  /// Where a session is, as its input is read.
  enum Phase: Hashable, Sendable {
    case registering
    /// NICK and USER are complete and a login was sent.
    case entering(RequestTag)
    case inside
    case leaving
  }

  /// A line of the door's own, printed when its turn among the answers comes.
  enum Prepared: Hashable, Sendable {
    /// `CAP * LS :`, `CAP * LIST :` and the like.
    case capabilities(String)
    /// A numeric whose parameters are all known.
    case numeric(IRCNumeric, [String])
  }

  let options: IRCDoorOptions
  let ircPrinter = IRCPrinter()
  private var framer = LineFramer(edits: false)
  var phase = Phase.registering
  private var wantedNick: Name?
  private var hasUser = false
  private var isNegotiating = false
  private var faultyLines = 0
  private var lastRoom: (text: String, name: Name)?
  private var lastTag: UInt64 = 0
  var prepared: [Prepared] = []
  /// As the server knows it; `*` before there is one.
  var ownName = "*"
  /// The rooms that the client was told it is in.
  var openRooms: Set<String> = []
  var lastWord = ""

  static let faultyLinesMax = 20

  package init(options: IRCDoorOptions) {
    self.options = options
  }

  package var printer: any RoomPrinter { self.ircPrinter }
  package var probes: Bool { true }

  package mutating func receive(_ bytes: inout ByteBuffer, into inbound: inout Inbound) {
    while self.phase != .leaving, inbound.failure == nil,
      let frame = self.framer.next(from: &bytes, replies: &inbound.immediate)
    {
      self.take(frame, into: &inbound)
    }
    bytes.moveReaderIndex(to: bytes.writerIndex)
  }

  package mutating func receiveEnd(into inbound: inout Inbound) {
    guard self.phase != .leaving else { return }
    if let frame = self.framer.end() { self.take(frame, into: &inbound) }
    guard self.phase != .leaving else { return }
    self.phase = .leaving
    inbound.requests.append(Request(.quit(.connectionLost), tag: self.nextTag()))
  }

  private mutating func nextTag() -> RequestTag {
    self.lastTag += 1
    return RequestTag(self.lastTag)
  }

  private mutating func take(_ frame: LineFramer.Frame, into inbound: inout Inbound) {
    let fault: Refusal
    switch frame {
    case .line(let line, isPlain: _):
      self.faultyLines = 0
      if let message = IRCMessage(line) { self.take(message, into: &inbound) }
      return
    case .notUTF8: fault = .badText(.notUTF8)
    case .tooLong: fault = .tooLong(.line, bytesMax: Limits.lineBytesMax)
    }
    self.faultyLines += 1
    if self.faultyLines >= Self.faultyLinesMax {
      inbound.failure = .garbage("\(Self.faultyLinesMax) lines in a row could not be read")
    } else {
      self.misuse(fault, into: &inbound)
    }
  }

  private mutating func take(_ message: IRCMessage, into inbound: inout Inbound) {
    do throws(Refusal) {
      switch message.command {
      case "PRIVMSG": try self.takeText(message, .say, into: &inbound)
      case "NOTICE": try self.takeText(message, .notify, into: &inbound)
      case "PING": try self.takePing(message, into: &inbound)
      case "PONG": break
      case "JOIN": try self.takeJoin(message, into: &inbound)
      case "NICK": try self.takeNick(message, into: &inbound)
      case "USER": try self.takeUser(message, into: &inbound)
      case "PASS": break
      case "CAP": self.takeCapabilities(message, into: &inbound)
      case "QUIT": self.takeQuit(message, into: &inbound)
      default:
        throw .badCommand(NameRules.shown(message.command), nearest: nil)
      }
    } catch {
      self.misuse(error, into: &inbound)
    }
  }

  // MARK: Registering

  private mutating func takeNick(
    _ message: IRCMessage, into inbound: inout Inbound
  ) throws(Refusal) {
    guard let text = message.parameters.first, !text.isEmpty else {
      return self.answer(.numeric(.noNicknameGiven, []), into: &inbound)
    }
    let name = try NameRules.participantName(text)
    switch self.phase {
    case .registering:
      self.wantedNick = name
      self.enterIfComplete(into: &inbound)
    case .entering, .inside:
      inbound.requests.append(Request(.nick(name), tag: self.nextTag()))
    case .leaving: break
    }
  }

  private mutating func takeUser(
    _ message: IRCMessage, into inbound: inout Inbound
  ) throws(Refusal) {
    guard !self.hasUser else { throw .alreadyLoggedIn }
    guard message.parameters.count >= 4 else { throw .badArguments(usage: "USER") }
    self.hasUser = true
    self.enterIfComplete(into: &inbound)
  }

  /// Capabilities: none are offered yet
  /// (https://ircv3.net/specs/extensions/capability-negotiation).
  private mutating func takeCapabilities(_ message: IRCMessage, into inbound: inout Inbound) {
    switch message.parameters.first?.uppercased() {
    case "LS", "LIST":
      if self.phase == .registering { self.isNegotiating = true }
      let word = message.parameters.first?.uppercased() ?? "LS"
      self.answer(.capabilities("\(word) :"), into: &inbound)
    case "REQ":
      if self.phase == .registering { self.isNegotiating = true }
      let wanted = message.parameters.dropFirst().first ?? ""
      self.answer(.capabilities("NAK :\(NameRules.shown(wanted))"), into: &inbound)
    case "END":
      self.isNegotiating = false
      self.enterIfComplete(into: &inbound)
    default:
      self.answer(
        .numeric(.invalidCapability, [NameRules.shown(message.parameters.first ?? "*")]),
        into: &inbound)
    }
  }

  private mutating func enterIfComplete(into inbound: inout Inbound) {
    guard self.phase == .registering, self.hasUser, !self.isNegotiating,
      let name = self.wantedNick
    else { return }
    let tag = self.nextTag()
    self.phase = .entering(tag)
    inbound.requests.append(Request(.login(name, autojoin: false), tag: tag))
  }

  /// The name was refused: another NICK tries again.
  mutating func registerAgain() {
    self.phase = .registering
    self.wantedNick = nil
  }

  // MARK: Inside

  private mutating func takeJoin(
    _ message: IRCMessage, into inbound: inout Inbound
  ) throws(Refusal) {
    guard let list = message.parameters.first, !list.isEmpty else {
      throw .badArguments(usage: "JOIN")
    }
    for channel in list.utf8.split(separator: UInt8(ascii: ",")) {
      do throws(Refusal) {
        guard channel.first == UInt8(ascii: "#") else {
          throw .noSuchRoom(NameRules.shown(String(Substring(channel))))
        }
        let room = try NameRules.roomName(String(Substring(channel)))
        inbound.requests.append(Request(.add(room), tag: self.nextTag()))
      } catch {
        self.misuse(error, into: &inbound)
      }
    }
  }

  private mutating func takeText(
    _ message: IRCMessage, _ kind: MessageKind, into inbound: inout Inbound
  ) throws(Refusal) {
    guard let targets = message.parameters.first, !targets.isEmpty else {
      return self.answer(.numeric(.noRecipient, [message.command]), into: &inbound)
    }
    guard message.parameters.count > 1, let given = message.parameters.last, !given.isEmpty else {
      return self.answer(.numeric(.noTextToSend, []), into: &inbound)
    }
    let (kind, text) = try Self.content(kind, given)
    guard let text else { return }
    for target in targets.utf8.split(separator: UInt8(ascii: ",")) {
      do throws(Refusal) {
        let name = String(Substring(target))
        let command: Command
        if target.first == UInt8(ascii: "#") {
          command = .say(.named(try self.room(name)), kind, text)
        } else {
          command = .direct(.named(try NameRules.participantName(name)), kind, text)
        }
        // A message that was done is answered by nothing in IRC.
        inbound.requests.append(Request(command))
      } catch {
        self.misuse(error, into: &inbound)
      }
    }
  }

  /// A room's name with its key; the last one is remembered, as most lines go where the one before
  /// went.
  private mutating func room(_ text: String) throws(Refusal) -> Name {
    if let last = self.lastRoom, last.text == text { return last.name }
    let name = try NameRules.roomName(text)
    self.lastRoom = (text, name)
    return name
  }

  /// What a text says; nil for a CTCP query, which goes between programs and is not kept.
  private static func content(
    _ kind: MessageKind, _ given: String
  ) throws(Refusal) -> (MessageKind, String?) {
    var kind = kind
    var text = given
    if text.utf8.first == 0x01 {
      text = String(text.unicodeScalars.dropFirst())
      if text.utf8.last == 0x01 { text.unicodeScalars.removeLast() }
      guard text.hasPrefix("ACTION ") else { return (kind, nil) }
      text = String(text.unicodeScalars.dropFirst("ACTION ".unicodeScalars.count))
      kind = .action
    }
    try TextRules.check(text, .message, bytesMax: Limits.sayBytesMax)
    return (kind, text)
  }

  private mutating func takePing(
    _ message: IRCMessage, into inbound: inout Inbound
  ) throws(Refusal) {
    guard let token = message.parameters.first, !token.isEmpty else {
      throw .badArguments(usage: "PING")
    }
    try TextRules.check(token, .line, bytesMax: 400)
    inbound.requests.append(Request(.ping(token), tag: self.nextTag()))
  }

  private mutating func takeQuit(_ message: IRCMessage, into inbound: inout Inbound) {
    // A last word that cannot be passed on is no reason to stay.
    let word = message.parameters.first ?? ""
    let isFit =
      word.utf8.count <= Limits.awayBytesMax && TextRules.fault(in: word, newlines: false) == nil
    self.lastWord = isFit ? word : ""
    self.phase = .leaving
    inbound.requests.append(Request(.quit(.quit(self.lastWord)), tag: self.nextTag()))
  }

  // MARK: Answers of the door's own

  private mutating func answer(_ prepared: Prepared, into inbound: inout Inbound) {
    self.prepared.append(prepared)
    inbound.requests.append(Request(.local, tag: self.nextTag()))
  }

  private mutating func misuse(_ refusal: Refusal, into inbound: inout Inbound) {
    inbound.requests.append(Request(.misuse(refusal), tag: self.nextTag()))
  }
}
