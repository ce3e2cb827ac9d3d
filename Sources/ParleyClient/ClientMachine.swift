import NIOCore

/// Decides all that a client does: what happened and the time go in, actions come out.
///
/// A value, without sockets, clocks or randomness; ``ClientCore`` performs the actions in their
/// order. One connection at a time: what comes of an earlier one is kept away from it.
struct ClientMachine {
  enum Action: Hashable {
    /// Make a connection.
    case connect
    case disconnect
    /// Send a line; its end is to be added.
    case send(String)
    case tell(Event)
    case answer(UInt64, Result<JSON, ClientError>)
    /// The answer to the first entering, or why it came to nothing.
    case started(Result<Welcome, ClientError>)
    /// Nothing follows.
    case finish
  }

  enum Phase: Hashable {
    case idle
    case connecting(until: NIODeadline)
    /// `hello` was sent.
    case entering(until: NIODeadline)
    /// In, and getting what was missed.
    case resuming
    case live
    case waiting(until: NIODeadline)
    case closed
  }

  /// Why a request was sent.
  enum Purpose: Hashable {
    /// By the user; under this number the answer is waited for.
    case user(UInt64)
    /// By a user who waits no more.
    case abandoned
    case hello
    /// A room that was open is opened again.
    case restore(room: String)
    /// A room that is open becomes the current one again.
    case choose(room: String)
    /// What is lacking of the conversation with this epoch.
    case heal(epoch: String)
    case ping
    case quit
  }

  struct Pending: Hashable {
    var id: Int64
    var purpose: Purpose
    var method: String
    var params: [String: JSON]
    var repeating: Repeating = .always
    var isSent = false
    /// Whether it was sent over an earlier connection.
    var isRepeat = false

    /// Whether all is well again only behind its answer.
    var isOfRestoring: Bool {
      switch self.purpose {
      case .restore, .choose: true
      case .user, .abandoned, .hello, .heal, .ping, .quit: false
      }
    }
  }

  /// Requests of the user that are on their way at one time; the server takes 64 of a session.
  static let inFlightMax = 64
  /// A line of ours in bytes; the server refuses longer ones (docs/protocol/json.md).
  static let lineBytesMax = 512 * 1_024

  var configuration: Configuration
  var actions: [Action] = []
  private(set) var phase = Phase.idle
  private(set) var state = ConnectionState.connecting
  var book: ConversationBook
  var pending: [Pending] = []
  var lastID: Int64 = 0
  /// The account, once the server has named it.
  var account: String?
  /// The rooms that are to be open, in the order of their opening.
  var openRooms: [String] = []
  var currentRoom: String?
  /// Whether `hello` was sent.
  var hasGreeted = false
  /// Whether the server has let us in.
  var hasEntered = false
  /// Whether the reader of the events is behind: no connection is made then.
  var isFull = false
  /// What the server said at the end of a connection.
  private var closing: (reason: String, text: String)?
  /// Attempts in a row that came to nothing.
  private var attempts = 0
  /// Since when there is no connection.
  private var downSince: NIODeadline?
  private var liveSince: NIODeadline?
  /// Since when the server says at each attempt that the name is taken.
  var nameTakenSince: NIODeadline?
  private var lastHeard = NIODeadline.uptimeNanoseconds(0)
  private var isPinged = false
  private var quitUntil: NIODeadline?
  private let jitter: () -> Double

  /// - Parameters:
  ///   - configuration: what to do.
  ///   - jitter: draws from 0 to 1, for the delays.
  init(_ configuration: Configuration, jitter: @escaping () -> Double) {
    self.configuration = configuration
    self.book = ConversationBook(
      configuration.cursors, catchUpMax: Int64(configuration.bounds.catchUpMax))
    self.jitter = jitter
  }

  /// When ``wake(_:)`` is to be called at the latest.
  var deadline: NIODeadline? {
    if let quitUntil { return quitUntil }
    switch self.phase {
    case .idle, .closed: return nil
    case .connecting(let until), .entering(let until): return until
    case .waiting(let until): return self.isFull ? nil : until
    case .resuming, .live:
      if self.isFull { return nil }
      let bounds = self.configuration.bounds
      let silence = self.isPinged ? bounds.pingAfter + bounds.pingGrace : bounds.pingAfter
      return self.lastHeard + TimeAmount(silence)
    }
  }

  // MARK: What happens

  mutating func start(_ now: NIODeadline) {
    guard self.phase == .idle else {
      let error = ClientError.closed("it was started already; make another client")
      return self.actions.append(.started(.failure(error)))
    }
    self.connect(now)
  }

  private mutating func connect(_ now: NIODeadline) {
    self.closing = nil
    if self.downSince == nil { self.downSince = now }
    self.phase = .connecting(
      until: now + TimeAmount(self.configuration.reconnection.attemptMax))
    self.report(.connecting)
    self.actions.append(.connect)
  }

  /// There is a connection, with TLS where it is wanted.
  mutating func connected(_ now: NIODeadline) {
    guard case .connecting(let until) = self.phase else { return }
    self.phase = .entering(until: until)
    self.lastHeard = now
    self.isPinged = false
    self.report(.connected)
    self.sendNow(.hello, "hello", self.helloParams())
    self.hasGreeted = true
  }

  /// The connection is gone, or none could be made.
  mutating func lost(_ error: ClientError, _ now: NIODeadline) {
    switch self.phase {
    case .idle, .waiting, .closed: return
    case .connecting, .entering, .resuming, .live: break
    }
    if self.quitUntil != nil { return self.close(.quit) }
    if let closing = self.closing, Self.isFinal(closing.reason) {
      return self.close(.failed(.closed(closing.text)))
    }
    switch error {
    case .notTrusted, .unknownCertificate, .otherCertificate, .notUnderstood:
      return self.close(.failed(error))
    case .refused, .unreachable, .outcomeUnknown, .tooManyRequests, .eventsNotTaken, .closed,
      .cancelled:
      break
    }
    self.nameTakenSince = nil
    self.wait(self.closing.map { .unreachable($0.text) } ?? error, now)
  }

  /// A line came that is not JSON.
  ///
  /// Where a connection has just been made, that passes: the server greets in line mode who was
  /// slow, and answers in JSON behind that (docs/protocol/README.md); and to whom it has no room for
  /// now it says so in words that all its protocols share. A first connection that nobody tries
  /// again ends with those all the same, as with every error.
  mutating func received(text: String, _ now: NIODeadline) {
    if case .entering = self.phase, Self.greetsInLineMode(text) { return }
    self.actions.append(.disconnect)
    let triesAgain = self.hasEntered || self.configuration.reconnection.includesFirst
    let end = text.lastIndex { !$0.isWhitespace }.map { text.index(after: $0) }
    let text = text[..<(end ?? text.startIndex)]
    switch self.phase {
    case .connecting, .entering:
      guard triesAgain || text.hasPrefix("*** ") else { break }
      let word = text.hasPrefix("*** ") ? text.dropFirst(4) : text
      return self.lost(.unreachable("the server said: \(word)"), now)
    case .idle, .resuming, .live, .waiting, .closed: break
    }
    self.lost(.notUnderstood("a line that is not JSON: \(text)"), now)
  }

  /// Whether a line is line mode's greeting, or its prompt, which ends where JSON takes over.
  private static func greetsInLineMode(_ text: String) -> Bool {
    text.hasPrefix("Parley at ") || text == "Username: \r" || text == "Username: "
  }

  /// Words of the server behind which it does not want to see us again.
  private static func isFinal(_ reason: String) -> Bool {
    ["access_revoked", "banned", "garbage", "too_many_guesses"].contains(reason)
  }

  /// Gives up this connection, and tries another one later where that is wanted.
  mutating func wait(_ error: ClientError, _ now: NIODeadline) {
    let reconnection = self.configuration.reconnection
    if let liveSince, now - liveSince >= TimeAmount(reconnection.delayMax) { self.attempts = 0 }
    self.liveSince = nil
    if self.downSince == nil { self.downSince = now }
    let isTooLong =
      if let limit = reconnection.giveUpAfter, let downSince {
        now - downSince >= TimeAmount(limit)
      } else {
        false
      }
    guard reconnection.isOn, self.hasEntered || reconnection.includesFirst, !isTooLong else {
      return self.close(.failed(error))
    }
    self.dropUnanswered()
    self.book.interrupt()
    let delay = self.nextDelay()
    self.phase = .waiting(until: now + TimeAmount(delay))
    self.report(.waiting(delay, because: error))
  }

  /// Counts the attempt and draws how long to wait before the next one.
  private mutating func nextDelay() -> Duration {
    let reconnection = self.configuration.reconnection
    let doublings = min(self.attempts, 20)
    self.attempts += 1
    let delay = min(reconnection.delayMax, reconnection.delayFirst * (1 << doublings))
    return delay / 2 + delay / 2 * self.jitter()
  }

  /// Something was read; whatever it is shows that the server is there.
  mutating func heard(_ now: NIODeadline) {
    self.lastHeard = now
    self.isPinged = false
  }

  /// The reader of the events is behind, or not any more.
  mutating func full(_ isFull: Bool, _ now: NIODeadline) {
    self.isFull = isFull
    // While nothing is read, nothing can be heard.
    if !isFull { self.heard(now) }
  }

  /// A time has come; too early is harmless.
  mutating func wake(_ now: NIODeadline) {
    guard let deadline = self.deadline, deadline <= now else { return }
    if self.quitUntil != nil {
      self.actions.append(.disconnect)
      return self.close(.quit)
    }
    switch self.phase {
    case .idle, .closed: return
    case .waiting: self.connect(now)
    case .connecting, .entering:
      self.actions.append(.disconnect)
      self.lost(.unreachable("the server did not answer in time"), now)
    case .resuming, .live:
      guard !self.isPinged else {
        self.actions.append(.disconnect)
        return self.lost(.unreachable("nothing was heard from the server"), now)
      }
      self.isPinged = true
      self.sendNow(.ping, "ping", [:])
    }
  }

  // MARK: The end

  mutating func quit(_ lastWord: String?, _ now: NIODeadline) {
    switch self.phase {
    case .closed: return
    case .idle, .waiting, .connecting:
      self.actions.append(.disconnect)
      self.close(.quit)
    case .entering, .resuming, .live:
      guard self.quitUntil == nil else { return }
      self.quitUntil = now + TimeAmount(self.configuration.bounds.quitMax)
      self.sendNow(.quit, "quit", lastWord.map { ["text": .string($0)] } ?? [:])
    }
  }

  /// Ends everything.
  mutating func close(_ ending: Ending) {
    guard self.phase != .closed else { return }
    self.phase = .closed
    self.quitUntil = nil
    let error: ClientError =
      switch ending {
      case .quit: .closed("it was asked to quit")
      case .failed(let error): error
      }
    let answer: ClientError = if case .closed = error { error } else { .closed("\(error)") }
    let waiting = self.pending
    self.pending = []
    for request in waiting {
      guard case .user(let number) = request.purpose else { continue }
      self.actions.append(.answer(number, .failure(answer)))
    }
    if !self.hasEntered { self.actions.append(.started(.failure(error))) }
    self.report(.closed(ending))
    self.actions.append(.finish)
  }

  // MARK: Moving on

  /// Notes the words of the server's end.
  mutating func noteClosing(_ reason: String, _ text: String) {
    self.closing = (reason, text)
  }

  mutating func setResuming(_ now: NIODeadline) {
    self.phase = .resuming
    self.downSince = nil
    self.liveSince = now
    self.report(.resuming)
  }

  /// Says that all is well again, when nothing is waited for.
  mutating func settle() {
    guard self.phase == .resuming, !self.book.isResuming,
      !self.pending.contains(where: \.isOfRestoring)
    else { return }
    self.phase = .live
    self.report(.live)
  }

  private mutating func report(_ state: ConnectionState) {
    self.state = state
    self.actions.append(.tell(.state(state)))
  }
}
