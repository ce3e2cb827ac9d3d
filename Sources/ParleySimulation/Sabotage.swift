import ParleyCore
import ParleyModel

/// Ways to break the server on purpose: the checkers must find each of them.
///
/// None is in the server's code. Each sits at a seam: in the simulated disk, in the door, in the
/// options that the engine is started with, or between sequencer and loops.
package enum Sabotage: String, CaseIterable, Sendable {
  // The log.
  /// An append returns before its batch is durable; a restart loses it.
  case lostSync
  /// The log is trimmed to what is written in the archive instead of what is synced.
  case logTrimmedTooFar

  // The archive.
  /// Now and then a message is not written.
  case recordNotArchived
  /// That a message was removed is not written.
  case removalNotArchived
  /// A start finds no nonces.
  case noncesForgottenAtStart
  /// A start finds no held places, and no session that may come back.
  case placesForgottenAtStart
  /// A checkpoint says that it synced and did not.
  case checkpointWithoutSync
  /// What a session behind is fed from the archive lacks its first event.
  case gapWhileBehind
  /// A read of the archive begins one message too early.
  case archiveWindowTooWide
  /// A read of the archive answers with more than was asked for.
  case answerTooLong

  // The door and the options.
  /// New members see one line and one post more than is configured.
  case windowTooWide
  /// The door makes keys that keep the case of letters: `P1` is not `p1`.
  case nameKeptCase
  /// The door says one number too few of what was skipped.
  case skipMiscounted
  /// The JSON door is given an answer under the tag of another command.
  case jsonTagMistaken
  /// Places are held for less than half of the time.
  case placeEndedTooEarly
  /// The outbox has no bound.
  case outboxWithoutBound

  // Between the loops and the sequencer.
  /// A command that is sent again has lost its nonce.
  case nonceLost

  // Between the sequencer and the loops.
  case deliveryDoubled
  case deliveryDropped
  /// An event changes places with the next one of its room.
  case noticeOutOfOrder
  case answerDropped
  case answerDoubled
  /// An answer changes places with the next one of its session.
  case answersSwapped
  /// Somebody is shown the events of a room that it has not opened.
  case shownToNonMember
  /// Who hides somebody sees that one all the same.
  case hiddenShown
  /// What is sent again begins one message too late.
  case cursorOffByOne
  /// A direct message reaches a third session.
  case directToStranger
}

/// Tampers with what is told on its way to the loops, now and then.
struct EffectsSabotage {
  let sabotage: Sabotage?
  private var count = 0
  private var newestRoom: Effect?
  private var sessions: [SessionID] = []

  init(_ sabotage: Sabotage?) {
    self.sabotage = sabotage
  }

  /// True at every seventh call or so.
  private mutating func isDue() -> Bool {
    self.count += 1
    return self.count % 7 == 0
  }

  mutating func tamper(_ items: inout [Effect]) {
    switch self.sabotage {
    case .deliveryDoubled: self.repeatOne(in: &items, where: \.isRoom)
    case .answerDoubled: self.repeatOne(in: &items, where: \.isAnswer)
    case .deliveryDropped: self.dropOne(in: &items, where: \.isRoom)
    case .answerDropped: self.dropOne(in: &items, where: \.isAnswer)
    case .hiddenShown: items.removeAll(where: \.hides)
    case .noticeOutOfOrder: self.swap(in: &items, where: \.isRoom) { $0.room == $1.room }
    case .answersSwapped: self.swap(in: &items, where: \.isAnswer) { $0.session == $1.session }
    case .shownToNonMember: self.openForOther(in: &items)
    case .directToStranger: self.misdirect(in: &items)
    case .cursorOffByOne: self.moveCursor(in: &items)
    case .placesForgottenAtStart, .placeEndedTooEarly, .lostSync, .logTrimmedTooFar,
      .recordNotArchived, .removalNotArchived,
      .noncesForgottenAtStart, .checkpointWithoutSync, .gapWhileBehind, .archiveWindowTooWide,
      .answerTooLong, .windowTooWide, .nameKeptCase, .skipMiscounted, .outboxWithoutBound,
      .nonceLost, .jsonTagMistaken, nil:
      break
    }
  }

  private func moveCursor(in items: inout [Effect]) {
    for place in items.indices {
      guard case .session(let id, .resumed(var replay)) = items[place], replay.after < replay.head
      else { continue }
      replay.after = replay.after.next
      replay.position = nil
      items[place] = .session(id, .resumed(replay))
    }
  }

  private mutating func repeatOne(in items: inout [Effect], where isMeant: (Effect) -> Bool) {
    guard let place = items.lastIndex(where: isMeant), self.isDue() else { return }
    items.insert(items[place], at: place)
  }

  private mutating func dropOne(in items: inout [Effect], where isMeant: (Effect) -> Bool) {
    guard let place = items.lastIndex(where: isMeant), self.isDue() else { return }
    items.remove(at: place)
  }

  private mutating func swap(
    in items: inout [Effect], where isMeant: (Effect) -> Bool, _ belong: (Effect, Effect) -> Bool
  ) {
    for first in items.indices where isMeant(items[first]) {
      let others = items[(first + 1)...]
      let place = others.firstIndex { isMeant($0) && belong(items[first], $0) }
      guard let place, self.isDue() else { continue }
      items.swapAt(first, place)
      return
    }
  }

  /// Opens a room for a session other than the one that opened it.
  private mutating func openForOther(in items: inout [Effect]) {
    for case .session(let id, .opened(let room, let name, let position, let head, let present))
      in items
    {
      if let other = self.sessions.last(where: { $0 != id }), name != "lobby", self.isDue() {
        let opened = SessionEffect.opened(
          room, name: name, position: position, head: head, present: present)
        items.append(.session(other, opened))
        return
      }
      self.sessions.append(id)
    }
  }

  private mutating func misdirect(in items: inout [Effect]) {
    for item in items {
      guard case .session(let id, let effect) = item else { continue }
      if case .opened = effect { self.sessions.append(id) }
      guard case .direct(let event) = effect, !event.isOwn else { continue }
      guard let other = self.sessions.last(where: { $0 != id }), self.isDue() else { continue }
      items.append(.session(other, effect))
      return
    }
  }
}

extension Effect {
  var isRoom: Bool { self.room != nil }

  var room: RoomID? {
    if case .room(let event, _) = self { event.room } else { nil }
  }

  var session: SessionID? {
    if case .session(let id, _) = self { id } else { nil }
  }

  var isAnswer: Bool {
    guard case .session(_, let effect) = self else { return false }
    return switch effect {
    case .reply(let tag, _), .refused(let tag, _): tag != .none
    case .loggedIn, .opened, .resumed, .closed, .ignored, .work, .direct, .told, .closing: false
    }
  }

  fileprivate var hides: Bool {
    if case .session(_, .ignored) = self { true } else { false }
  }
}
