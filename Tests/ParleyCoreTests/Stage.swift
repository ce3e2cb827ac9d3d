import ParleyCore
import ParleyModel
import ParleyTesting

/// A conversation with a fold behind it: takes one command at a time through a turn of its own and
/// hands back what was told.
final class Stage {
  private var conversation: Conversation
  private(set) var fold = RecordFold()
  private(set) var records: [Record] = []
  private(set) var offset = LogOffset.zero
  private var lastSession: UInt64 = 0
  /// The next entry's stamp; each entry moves it on by a second.
  var now = Timestamp(microseconds: 1_000_000_000)

  static let second: Int64 = 1_000_000
  static let tag = RequestTag(7)

  init(_ settings: Settings = Settings()) {
    self.conversation = Conversation()
    self.propose(.server, .runStarted(incarnation: 99), tag: .none)
    self.propose(.server, .settings(settings), tag: .none)
  }

  var bytes: [UInt8] { self.conversation.canonicalBytes() }
  var census: (people: Int, rooms: Int, sessions: Int) { self.conversation.census }
  var settings: Settings { self.conversation.settings }
  var lastStamp: Timestamp { self.conversation.lastStamp }

  func isLoggedIn(_ session: SessionID) -> Bool { self.conversation.isLoggedIn(session) }

  func tick() -> [Proposal] { self.conversation.tick(now: self.now) }

  func wait(seconds: Int64) {
    self.now.microseconds += seconds * Self.second
  }

  func admit(
    _ command: Command, from session: SessionID, earlierInTurn: Bool = false
  ) -> Admission {
    self.conversation.admit(command, from: session, earlierInTurn: earlierInTurn)
  }

  /// Through admission, law and records, as the runtime does it.
  @discardableResult
  func take(
    _ session: SessionID, _ command: Command, tag: RequestTag = Stage.tag, nonce: String? = nil,
    from address: PeerAddress = .none
  ) -> [Effect] {
    var effects = Effects()
    switch self.conversation.admit(command, from: session, earlierInTurn: false) {
    case .propose(let proposal):
      return self.propose(session, proposal, tag: tag, nonce: nonce, from: address)
    case .answer:
      self.conversation.answer(Request(command, tag: tag), from: session, into: &effects)
    case .refuse(let refusal):
      effects.items.append(.session(session, .refused(tag, refusal)))
    }
    return effects.items
  }

  /// The law alone, as for a command with something before it in its turn.
  @discardableResult
  func propose(
    _ session: SessionID, _ proposal: Proposal, tag: RequestTag = Stage.tag, nonce: String? = nil,
    from address: PeerAddress = .none, bringing comeback: Comeback? = nil
  ) -> [Effect] {
    var effects = Effects()
    let entry = Entry(
      offset: self.offset, stamp: self.now, session: session,
      nonce: nonce.map { Nonce($0) }, address: address, comeback: comeback, proposal: proposal,
      tag: tag)
    self.offset.number += 1
    self.wait(seconds: 1)
    self.conversation.apply(entry, into: &effects)
    self.conversation.drainState(into: &effects)
    self.records = effects.records
    self.fold.fold(effects.records, through: self.offset)
    return effects.items
  }

  /// Logs a guest in and hands back its session.
  func enter(
    _ name: String, autojoin: Bool = true, from address: PeerAddress = .none
  ) -> SessionID {
    let session = self.connect()
    self.take(session, .login(Name(name), autojoin: autojoin), from: address)
    return session
  }

  /// A session that has not logged in.
  func connect() -> SessionID {
    self.lastSession += 1
    return SessionID(self.lastSession)
  }

  /// Ends all of this and starts from what was kept.
  func restart() {
    self.conversation = Conversation(loading: self.fold.loaded)
  }

  func room(_ name: String) -> RoomState? {
    self.fold.rooms.first { $0.name.key == name.lowercased() && $0.kind == .room }
  }

  func says(_ session: SessionID, _ text: String) {
    self.take(session, .say(.current, .say, text))
  }

  func posts(_ session: SessionID, _ subject: String) {
    self.take(session, .post(.current, subject: subject, body: "about \(subject)"))
  }
}

extension Name {
  /// Keys here fold case alone.
  init(_ text: String) {
    self.init(text: text, key: text.lowercased())
  }
}

extension RoomSelector {
  static func named(_ text: String) -> RoomSelector { .named(Name(text)) }
}

extension ConversationSelector {
  static let current = ConversationSelector.room(.current)
}

extension [Effect] {
  /// One line for each effect, in order: what tests compare.
  var lines: [String] { self.map(\.line) }

  /// The refusal, where the effects are one refusal and nothing else.
  var refusal: Refusal? {
    guard self.count == 1, case .session(_, .refused(_, let refusal)) = self[0] else { return nil }
    return refusal
  }

  /// The answers, refusals left out.
  var replies: [Reply] {
    self.compactMap { effect in
      if case .session(_, .reply(_, let reply)) = effect { reply } else { nil }
    }
  }

  /// The room as it was found by who entered one.
  var entry: RoomEntry? {
    for case .entered(let entry) in self.replies { return entry }
    return nil
  }
}

extension Excerpt {
  /// The numbers of the messages, nil for a plan.
  var numbers: [UInt64]? {
    if case .messages(let messages, more: _) = self { messages.map(\.sequence.number) } else { nil }
  }

  var isCut: Bool {
    if case .messages(_, let more) = self { more } else { false }
  }

  var plan: ReadPlan? {
    if case .plan(let plan) = self { plan } else { nil }
  }
}
