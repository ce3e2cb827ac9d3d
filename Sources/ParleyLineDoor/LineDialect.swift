package import NIOCore
package import ParleyDoorKit
import ParleyModel

/// Line mode for one session: lines of text ⇄ commands and what is told.
///
/// A value on the event loop of its socket. It keeps an unfinished line, a post that is being
/// written, and what answers need: the session's name and room, and texts of its own in the order
/// of their commands.
package struct LineDialect: Dialect {
  package static let name = "line"

  /// Where a session is, as its input is read.
  enum Phase: Hashable, Sendable {
    /// Nothing was asked of the server yet.
    case unbegun
    /// The next line is a name.
    case naming
    /// A name was sent under that tag; what follows is read as if it were granted.
    case entering(RequestTag)
    case inside
    /// It asked to leave: nothing more is read.
    case leaving
  }

  /// A text of the door's own, printed when its turn among the answers comes.
  enum Prepared: Sendable {
    case text(String)
    case style(LineStyle, String)
    /// A question whose answer is the next line.
    case question(String)
  }

  let options: LineDoorOptions
  /// The connection's client certificate, as its SHA-256; nil where it has none.
  let certificate: [UInt8]?
  /// Why nobody is asked for a password; nil where they are.
  private let secretFault: Refusal?
  var phase = Phase.unbegun
  /// Whether IRC's first words still lead to IRC.
  private var isFirstLine = true
  private var handed: ByteBuffer?
  var framer = LineFramer(edits: true)
  var draft: PostDraft?
  var questions: SecretQuestions?
  /// Whether the answers to the questions count for nothing: they were sent before it could be
  /// said that nothing is asked.
  var dropsAnswers = false
  var verbs = true
  /// Lines in a row that could not be read.
  private var faultyLines = 0
  var lastTag: UInt64 = 0
  /// Requests made at the prompt: the prompt comes again after their answer.
  var promptTags: [RequestTag] = []
  var prepared: [Prepared] = []
  /// The style as the last `/set` left it, which may be ahead of what is printed.
  var wantedStyle = LineStyle()
  var linePrinter = LinePrinter(style: LineStyle())
  /// As the server knows it.
  var ownName = ""
  var currentRoom: String?
  /// The cursor stands behind the prompt.
  var isAtPrompt = false

  /// After that many lines in a row that cannot be read the session ends.
  static let faultyLinesMax = 20

  /// Without an `origin` passwords are asked for, and there is no certificate.
  package init(options: LineDoorOptions, origin: SessionOrigin? = nil) {
    self.options = options
    self.certificate = origin?.certificateDigest
    self.secretFault = origin?.secretFault
  }

  /// Whether the prompt waits until it is known what the certificate opens.
  var asksWhoseCertificate: Bool { self.certificate != nil }

  package var printer: any RoomPrinter { self.linePrinter }
  package var probes: Bool { false }

  package mutating func handOver() -> ByteBuffer? {
    defer { self.handed = nil }
    return self.handed
  }

  package mutating func receive(_ bytes: inout ByteBuffer, into inbound: inout Inbound) {
    if self.phase == .unbegun {
      self.phase = .naming
      inbound.requests.append(Request(.greet, tag: self.nextTag()))
      if let digest = self.certificate {
        let tag = self.nextTag()
        self.promptTags.append(tag)
        inbound.requests.append(Request(.account(.whoseCertificate(digest: digest)), tag: tag))
      }
    }
    while self.phase != .leaving, inbound.failure == nil,
      let frame = self.framer.next(from: &bytes, replies: &inbound.immediate)
    {
      self.take(frame, into: &inbound)
      guard self.handed == nil else {
        self.handed?.writeBuffer(&bytes)
        break
      }
    }
    // What comes from here on was sent by somebody who could read the refusal.
    if self.dropsAnswers, !self.framer.hasUnfinished {
      self.questions = nil
      self.dropsAnswers = false
    }
    // After the end of a session, nothing that arrives means anything.
    bytes.moveReaderIndex(to: bytes.writerIndex)
    self.noteTelnet()
  }

  package mutating func receiveEnd(into inbound: inout Inbound) {
    guard self.phase != .leaving, self.handed == nil else { return }
    if let frame = self.framer.end() { self.take(frame, into: &inbound) }
    guard self.phase != .leaving else { return }
    self.phase = .leaving
    inbound.requests.append(Request(.quit(.connectionLost), tag: self.nextTag()))
  }

  /// A client that speaks telnet is sent its line ends (RFC 854: CR LF).
  private mutating func noteTelnet() {
    guard self.framer.spokeTelnet, !self.wantedStyle.returns else { return }
    self.wantedStyle.returns = true
    var style = self.linePrinter.style
    style.returns = true
    self.linePrinter = LinePrinter(style: style)
  }

  func nextTagValue() -> UInt64 { self.lastTag + 1 }

  mutating func nextTag() -> RequestTag {
    self.lastTag += 1
    return RequestTag(self.lastTag)
  }

  private mutating func take(_ frame: LineFramer.Frame, into inbound: inout Inbound) {
    let wasAtPrompt = self.isAtPrompt
    self.isAtPrompt = false
    let fault: Refusal
    switch frame {
    case .line(let text, let isPlain):
      self.faultyLines = 0
      self.take(text, isPlain: isPlain, into: &inbound)
      self.isFirstLine = false
      // What takes over begins on a line of its own.
      if wasAtPrompt, self.handed != nil { inbound.immediate.writeString("\r\n") }
      return
    case .notUTF8: fault = .badText(.notUTF8)
    case .tooLong: fault = .tooLong(.line, bytesMax: Limits.lineBytesMax)
    }
    self.isFirstLine = false
    self.faultyLines += 1
    if self.faultyLines >= Self.faultyLinesMax {
      inbound.failure = .garbage("\(Self.faultyLinesMax) lines in a row could not be read")
    } else if self.draft != nil {
      self.draft?.refuse(fault)
    } else {
      if self.phase == .naming { self.promptTags.append(RequestTag(self.nextTagValue())) }
      self.misuse(fault, into: &inbound)
    }
  }

  private mutating func take(_ line: String, isPlain: Bool, into inbound: inout Inbound) {
    if self.questions != nil, self.phase != .leaving {
      return self.takeAnswer(line, into: &inbound)
    }
    switch self.phase {
    case .naming: self.takeName(line, into: &inbound)
    case .entering, .inside:
      if self.draft == nil {
        self.takeLine(line, isPlain: isPlain, into: &inbound)
      } else {
        self.takeDraft(line, into: &inbound)
      }
    case .unbegun, .leaving: break
    }
  }

  // MARK: At the prompt

  private mutating func takeName(_ line: String, into inbound: inout Inbound) {
    if self.isFirstLine, Self.isIRC(line) || Self.isJSON(line) {
      self.handed = ByteBuffer(string: line + "\r\n")
      return
    }
    var words = Substring(line)
    while words.last?.isWhitespace == true { words.removeLast() }
    words = words.drop(while: \.isWhitespace)
    let first = words.prefix { $0 != " " }
    do throws(Refusal) {
      if let (row, form) = CommandTable.find(first), !first.isEmpty,
        row.name == "exit" || row.name == "help" || row.name == "login"
      {
        let action = try form.action(String(first), words[first.endIndex...])
        return self.performAtPrompt(action, into: &inbound)
      }
      if first.utf8.first == UInt8(ascii: "/") || first.utf8.first == UInt8(ascii: "%") {
        throw .notLoggedIn
      }
      let name = try NameRules.participantName(String(words))
      let tag = self.nextTag()
      self.promptTags.append(tag)
      self.phase = .entering(tag)
      inbound.requests.append(Request(.login(name, autojoin: true), tag: tag))
    } catch {
      self.promptTags.append(RequestTag(self.nextTagValue()))
      self.misuse(error, into: &inbound)
    }
  }

  /// Help, a login or the end.
  private mutating func performAtPrompt(_ action: LineAction, into inbound: inout Inbound) {
    let asksNothing: Bool
    switch action {
    case .help: asksNothing = true
    case .ask: asksNothing = self.secretFault != nil
    case .certificate: asksNothing = self.certificate == nil
    case .command, .said, .beginPost, .cancelPost, .show, .set, .connect: asksNothing = false
    }
    if asksNothing { self.promptTags.append(RequestTag(self.nextTagValue())) }
    self.perform(action, into: &inbound)
  }

  /// Whether a line is what programs in JSON begin with; no name begins so.
  private static func isJSON(_ line: String) -> Bool {
    line.utf8.first == UInt8(ascii: "{") || line.utf8.first == UInt8(ascii: "[")
  }

  /// Whether a line is what IRC clients begin with: `CAP `, `NICK ` and so on, perhaps behind tags
  /// or a source.
  private static func isIRC(_ line: String) -> Bool {
    var rest = Substring(line)
    while rest.utf8.first == UInt8(ascii: "@") || rest.utf8.first == UInt8(ascii: ":") {
      guard let space = rest.utf8.firstIndex(of: UInt8(ascii: " ")) else { return false }
      rest = rest[space...].drop { $0 == " " }
    }
    guard let space = rest.utf8.firstIndex(of: UInt8(ascii: " ")) else { return false }
    switch rest[..<space].uppercased() {
    case "CAP", "NICK", "USER", "PASS", "AUTHENTICATE": return true
    default: return false
    }
  }

  // MARK: Inside

  private mutating func takeLine(_ line: String, isPlain: Bool, into inbound: inout Inbound) {
    switch LineGrammar.read(line, verbs: self.verbs) {
    case .text(let text, let isWhole):
      self.say(text, isPlain: isPlain && isWhole, into: &inbound)
    case .action(let action): self.perform(action, into: &inbound)
    case .refused(let refusal): self.misuse(refusal, into: &inbound)
    }
  }

  private mutating func say(_ text: String, isPlain: Bool, into inbound: inout Inbound) {
    // A plain line has passed the checks when it was read; only the length is left.
    if isPlain, text.utf8.count <= Limits.sayBytesMax {
      inbound.requests.append(Request(.say(.current, .say, text)))
      return
    }
    do throws(Refusal) {
      inbound.requests.append(Request(try CommandTable.said(.say, text)))
    } catch {
      self.misuse(error, into: &inbound)
    }
  }

  private mutating func perform(_ action: LineAction, into inbound: inout Inbound) {
    switch action {
    case .said(let command):
      inbound.requests.append(Request(command))
    case .command(let command):
      if case .quit = command { self.phase = .leaving }
      inbound.requests.append(Request(command, tag: self.nextTag()))
    case .beginPost(let subject):
      self.draft = PostDraft(subject: subject)
      self.answer(
        .text("ok write the post; a line with a lone . sends it, /cancel gives it up"),
        into: &inbound)
    case .cancelPost:
      self.misuse(
        .badArguments(usage: "/cancel, while a post is being written"), into: &inbound)
    case .help(let word):
      switch LineHelp.text(about: word) {
      case .success(let text): self.answer(.text(text), into: &inbound)
      case .failure(let refusal): self.misuse(refusal, into: &inbound)
      }
    case .show(let setting):
      self.answer(.text("ok " + self.description(of: setting)), into: &inbound)
    case .set(let setting, let value):
      self.set(setting, value)
      let text = "ok " + self.description(of: setting)
      self.answer(.style(self.wantedStyle, text), into: &inbound)
    case .connect:
      self.answer(
        .text("ok you are connected; /connect is for parley chat, elsewhere: nc HOST PORT"),
        into: &inbound)
    case .certificate(let use):
      self.perform(use, into: &inbound)
    case .ask(let questions):
      self.questions = questions
      if let fault = self.secretFault {
        self.dropsAnswers = true
        return self.misuse(fault, into: &inbound)
      }
      self.framer.hideEcho(true, replies: &inbound.immediate)
      self.answer(.question(questions.question), into: &inbound)
    }
  }

  // MARK: Answers of the door's own

  mutating func answer(_ prepared: Prepared, into inbound: inout Inbound) {
    self.prepared.append(prepared)
    inbound.requests.append(Request(.local, tag: self.nextTag()))
  }

  mutating func misuse(_ refusal: Refusal, into inbound: inout Inbound) {
    inbound.requests.append(Request(.misuse(refusal), tag: self.nextTag()))
  }
}
