import ParleyCore
import ParleyLog
import ParleyModel
package import Synchronization

/// The thread on which everything takes its turn: it stamps what has arrived, makes it durable as
/// one batch, applies it, and hands what follows to the loops and the archivist.
///
/// Owns the conversation and the log; both are touched by its thread alone.
struct Sequencer: ~Copyable {
  /// What is done for each command of a turn, after the batch is durable.
  private enum Step {
    case apply(Int)
    case answer(SessionID, Request)
    case refuse(SessionID, RequestTag, Refusal)
    case close(SessionID, Closing)
    /// Shows a session nothing more of a room.
    case hide(SessionID, RoomID)
  }

  private var conversation: Conversation
  private var log: any ProposalLog
  private let inbox: Mailbox<Submission>
  private let hubs: [HubMailbox]
  private let archivist: Archivist
  private let counters: Counters
  private let clock: EngineClock

  private var effects = Effects()
  private var entries: [Entry] = []
  private var steps: [Step] = []
  private var walked: [(session: SessionID, count: Int)] = []
  private var holds: [Hold] = []
  private var earlier: Set<SessionID> = []
  /// Ends and departures that the full disk kept out of the log: they go in first.
  private var postponed: [(SessionID, Proposal)] = []
  /// The run's first entry found no space: nothing may be served before it.
  private(set) var couldNotBegin = false
  /// Commands that wait behind one that is postponed.
  private var deferred: [Submission] = []
  private var stamp: Timestamp
  private var lastTick: Int64 = 0
  private var lastTrim: LogOffset
  private var isStopping = false

  init(
    conversation: consuming Conversation, log: any ProposalLog, inbox: Mailbox<Submission>,
    hubs: [HubMailbox], archivist: Archivist, counters: Counters, clock: EngineClock
  ) {
    self.clock = clock
    self.stamp = conversation.lastStamp
    self.conversation = conversation
    self.lastTrim = log.start
    self.log = log
    self.inbox = inbox
    self.hubs = hubs
    self.archivist = archivist
    self.counters = counters
  }

  /// Turns until it is stopped.
  ///
  /// Throws when the log's outcome is unknown: the process must end, and the next start decides.
  mutating func run() throws(LogError) {
    while !self.isStopping {
      let isAtRest = self.postponed.isEmpty && self.deferred.isEmpty
      try self.turn(self.inbox.take(waitMilliseconds: isAtRest ? 1_000 : 250))
    }
  }

  /// The log's end.
  var end: LogOffset { self.log.end }

  /// The conversation's state, for comparing.
  var canonicalBytes: [UInt8] { self.conversation.canonicalBytes() }

  /// One turn.
  mutating func turn(_ submissions: [Submission]) throws(LogError) {
    self.beginTurn()
    var submissions = submissions
    if !self.deferred.isEmpty {
      submissions = self.deferred + submissions
      self.deferred.removeAll()
    }
    for submission in submissions { self.take(submission) }
    try self.commit(submissions)
    self.walk()
    self.conversation.drainState(into: &self.effects)
    self.handOver()
  }

  // MARK: Taking

  private mutating func beginTurn() {
    self.entries.removeAll(keepingCapacity: true)
    self.steps.removeAll(keepingCapacity: true)
    self.walked.removeAll(keepingCapacity: true)
    self.holds.removeAll(keepingCapacity: true)
    self.earlier.removeAll(keepingCapacity: true)
    self.effects.removeAll()
    self.stamp = max(self.stamp, self.clock.wall())
    for (session, proposal) in self.postponed {
      self.propose(proposal, from: session)
    }
    let now = self.clock.monotonic()
    if now - self.lastTick >= 1_000_000 {
      self.lastTick = now
      for proposal in self.conversation.tick(now: self.stamp) {
        self.propose(proposal, from: .server)
      }
    }
  }

  private mutating func propose(
    _ proposal: Proposal, from session: SessionID, tag: RequestTag = .none,
    nonce: Nonce? = nil, address: PeerAddress = .none, comeback: Comeback? = nil
  ) {
    self.steps.append(.apply(self.entries.count))
    let offset = LogOffset(self.log.end.number + UInt64(self.entries.count))
    self.entries.append(
      Entry(
        offset: offset, stamp: self.stamp, session: session, nonce: nonce, address: address,
        comeback: comeback, proposal: proposal, tag: tag))
  }

  private mutating func take(_ submission: Submission) {
    switch submission {
    case .requests(let session, let requests):
      var isEarlier = self.earlier.contains(session)
      let wasEarlier = isEarlier
      for request in requests { self.take(request, from: session, isEarlier: &isEarlier) }
      if isEarlier && !wasEarlier { self.earlier.insert(session) }
      self.walked.append((session, requests.count))
    case .ended(let session, let departure):
      if self.earlier.contains(session) || self.conversation.isLoggedIn(session) {
        self.earlier.insert(session)
        self.propose(.quit(departure), from: session)
      } else {
        self.steps.append(.close(session, .hungUp))
      }
    case .proposal(let proposal):
      self.propose(proposal, from: .server)
    case .hold(let hold): self.holds.append(hold)
    case .stop:
      self.isStopping = true
    }
  }

  private mutating func take(_ request: Request, from session: SessionID, isEarlier: inout Bool) {
    if case .quit = request.command, !isEarlier, !self.conversation.isLoggedIn(session) {
      return self.steps.append(.close(session, .quit))
    }
    switch self.conversation.admit(request.command, from: session, earlierInTurn: isEarlier) {
    case .propose(let proposal):
      isEarlier = true
      self.propose(
        proposal, from: session, tag: request.tag, nonce: request.nonce,
        address: request.address, comeback: request.comeback)
    case .answer: self.steps.append(.answer(session, request))
    case .refuse(let refusal): self.steps.append(.refuse(session, request.tag, refusal))
    }
  }

  // MARK: Committing

  private mutating func commit(_ submissions: [Submission]) throws(LogError) {
    guard !self.entries.isEmpty else { return }
    if self.archivist.isFailing { return self.refuseAll(submissions) }
    self.waitForArchive()
    do {
      try self.log.append(self.entries)
      self.postponed.removeAll(keepingCapacity: true)
      self.counters.entries.wrappingAdd(UInt64(self.entries.count), ordering: .relaxed)
      self.counters.batches.wrappingAdd(1, ordering: .relaxed)
    } catch .full {
      self.refuseAll(submissions)
    } catch {
      throw error
    }
  }

  /// The archive may lag by so many entries; beyond that appends wait, a second at most.
  private static let lagEntriesMax: UInt64 = 400_000

  private func waitForArchive() {
    let began = self.clock.monotonic()
    while self.log.end.number - self.archivist.writtenOffset.number > Self.lagEntriesMax,
      self.clock.monotonic() - began < 1_000_000
    {
      self.clock.pause(1)
    }
  }

  /// No space: the turn is taken again, and what would change something is refused.
  ///
  /// It has no effect. Who quits is let go at once, and who leaves is shown nothing more of the room; that
  /// they did goes into the log first, when there is space. The answer to a leave waits until
  /// then, and with it what the session asked after it, so that answers keep their order.
  private mutating func refuseAll(_ submissions: [Submission]) {
    self.steps.removeAll(keepingCapacity: true)
    self.walked.removeAll(keepingCapacity: true)
    self.entries.removeAll(keepingCapacity: true)
    var blocked: Set<SessionID> = []
    for submission in submissions {
      switch submission {
      case .requests(let session, let requests):
        let isBlocked = blocked.contains(session)
        let taken = isBlocked ? 0 : self.refuse(requests, from: session)
        if taken > 0 { self.walked.append((session, taken)) }
        guard taken < requests.count else { continue }
        if let departure = requests[taken...].lazy.compactMap(\.departure).first {
          self.postpone(.quit(departure), of: session)
          self.steps.append(.close(session, .quit))
          continue
        }
        blocked.insert(session)
        self.deferred.append(.requests(session, Array(requests[taken...])))
      case .ended(let session, let departure):
        self.postpone(.quit(departure), of: session)
        self.steps.append(.close(session, .hungUp))
      case .proposal(.settings(let settings)):
        self.postpone(.settings(settings), of: .server)
      case .proposal(.runStarted):
        self.couldNotBegin = true
      case .proposal, .hold, .stop: break
      }
    }
  }

  /// Refuses commands up to the first that leaves a room; answers with how many.
  private mutating func refuse(_ requests: [Request], from session: SessionID) -> Int {
    for (index, request) in requests.enumerated() {
      switch request.command {
      case .leave(let selector, let then):
        let left = self.conversation.roomLeft(selector, then: then, by: session)
        guard let room = left else {
          self.steps.append(.refuse(session, request.tag, .storageUnavailable))
          continue
        }
        self.steps.append(.hide(session, room))
        return index
      case .quit(let departure):
        self.postpone(.quit(departure), of: session)
        self.steps.append(.close(session, .quit))
      case .login, .nick, .join, .add, .close, .setTopic, .say, .post, .reply, .direct, .remove,
        .away,
        .ignore, .verified, .administerVerified, .moderate:
        self.steps.append(.refuse(session, request.tag, .storageUnavailable))
      case .account, .administer:
        // What only asks, and what waits for work on a secret first, is answered as ever.
        switch self.conversation.admit(request.command, from: session, earlierInTurn: true) {
        case .answer: self.steps.append(.answer(session, request))
        case .propose: self.steps.append(.refuse(session, request.tag, .storageUnavailable))
        case .refuse(let refusal): self.steps.append(.refuse(session, request.tag, refusal))
        }
      case .greet, .ping, .topic, .list, .read, .history, .page, .search, .who, .rooms, .whois,
        .moderation, .misuse, .local:
        self.steps.append(.answer(session, request))
      }
    }
    return requests.count
  }

  private mutating func postpone(_ proposal: Proposal, of session: SessionID) {
    guard session == .server || self.conversation.isLoggedIn(session),
      !self.postponed.contains(where: { $0.0 == session && session != .server })
    else { return }
    self.postponed.append((session, proposal))
  }

  // MARK: Walking

  private mutating func walk() {
    for step in self.steps {
      switch step {
      case .apply(let index):
        self.conversation.apply(self.entries[index], into: &self.effects)
      case .answer(let session, let request):
        self.conversation.answer(request, from: session, into: &self.effects)
      case .refuse(let session, let tag, let refusal):
        self.effects.items.append(.session(session, .refused(tag, refusal)))
      case .hide(let session, let room):
        self.effects.items.append(.session(session, .closed(room)))
      case .close(let session, let closing):
        self.effects.items.append(.session(session, .closing(closing)))
      }
    }
  }

  private mutating func handOver() {
    let offset = self.log.end
    let isWorth =
      !self.effects.items.isEmpty || !self.walked.isEmpty || !self.holds.isEmpty
      || self.isStopping
    if isWorth {
      let handOver = HandOver(
        items: self.effects.items, walked: self.walked, holds: self.holds, offset: offset,
        isLast: self.isStopping)
      for hub in self.hubs { hub.put(handOver) }
    }
    if !self.entries.isEmpty {
      self.archivist.keep(self.effects.records, through: offset)
      let census = self.conversation.census
      self.counters.people.store(census.people, ordering: .relaxed)
      self.counters.rooms.store(census.rooms, ordering: .relaxed)
    }
    let safe = self.archivist.safeOffset
    if safe > self.lastTrim {
      self.lastTrim = safe
      // What cannot be trimmed now is trimmed with the next checkpoint.
      try? self.log.trim(below: safe)
    }
  }
}

extension Request {
  /// How it quits, where it does.
  fileprivate var departure: Departure? {
    if case .quit(let departure) = self.command { departure } else { nil }
  }
}

/// Figures that other threads may read at any time.
package final class Counters: Sendable {
  package let people = Atomic<Int>(0)
  package let rooms = Atomic<Int>(0)
  package let sessions = Atomic<Int>(0)
  package let lastSession = Atomic<UInt64>(0)
  package let entries = Atomic<UInt64>(0)
  package let batches = Atomic<UInt64>(0)

  package init() {}
}
