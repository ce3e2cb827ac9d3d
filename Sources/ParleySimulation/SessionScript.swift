import DequeModule
import ParleyCore
import ParleyModel
import ParleyRuntime

/// What one session must be shown, in order, from what the turns told: the checker of the
/// hand-over between behind and live.
///
/// However often it falls behind, what it is shown is this script, byte for byte.
final class SessionScript {
  enum Line {
    /// What a room was told; the number is a message's, 0 for another event.
    case event([UInt8], room: RoomID, number: UInt64)
    /// An answer, or a direct message.
    case own([UInt8])
    /// An answer whose messages are still to be read.
    case read(RequestTag, ExpectedAnswer?)
    /// It asked to leave.
    case closing
  }

  let echoes: Bool
  /// Whether a full outbox may skip what rooms were told (the policy `drop`).
  let mayDrop: Bool
  private var names: [RoomID: String] = [:]
  /// Whether it was ever to be spared somebody's messages.
  private var hides = false
  private var open: [RoomID] = []
  private var ignored: [ParticipantID] = []
  private(set) var lines = Deque<Line>()
  /// What it asked, by tag.
  var asked: [RequestTag: Command] = [:]
  /// Bytes of this pass of its loop, and of its largest.
  private var passBytes = 0
  private(set) var passBytesMax = 0

  init(echoes: Bool, mayDrop: Bool) {
    self.echoes = echoes
    self.mayDrop = mayDrop
  }

  /// Its loop has run: what comes now is the next pass.
  func endPass() { self.passBytes = 0 }

  /// Whether it may not be shown all that a room is told.
  var mayMissMessages: Bool {
    self.mayDrop || self.hides || !self.ignored.isEmpty || !self.echoes
  }

  private func append(_ line: Line, bytes: Int) {
    self.lines.append(line)
    self.passBytes += bytes
    self.passBytesMax = max(self.passBytesMax, self.passBytes)
  }

  func tell(_ event: RoomEvent, _ bytes: [UInt8], isOwn: Bool) {
    guard self.open.contains(event.room) else { return }
    var number: UInt64 = 0
    if case .message(let message) = event.event {
      number = message.sequence.number
      if self.ignored.contains(message.sender.participant) || !self.echoes && isOwn { return }
    }
    self.append(.event(bytes, room: event.room, number: number), bytes: bytes.count)
  }

  func tell(_ effect: SessionEffect, _ expected: ExpectedAnswer?) {
    switch effect {
    case .loggedIn(_, let ignored):
      self.ignored = ignored
      if !ignored.isEmpty { self.hides = true }
    case .ignored(let ignored):
      self.ignored = ignored
      self.hides = true
    case .opened(let room, let name, _, _, _):
      self.names[room] = name
      if !self.open.contains(room) { self.open.append(room) }
    case .resumed(let replay): self.open(replay)
    case .closed(let room): self.open.removeAll { $0 == room }
    case .reply(let tag, let reply):
      if reply.plan == nil {
        let bytes = ProbeFrame.reply(tag, reply)
        self.append(.own(bytes), bytes: bytes.count)
      } else {
        self.append(.read(tag, expected), bytes: 0)
      }
    case .refused(let tag, let refusal):
      let bytes = ProbeFrame.refused(tag, refusal)
      self.append(.own(bytes), bytes: bytes.count)
    case .work(let tag, let work):
      guard case .refused(let refusal) = SimulatedSecrets.result(of: work) else { return }
      let bytes = ProbeFrame.refused(tag, refusal)
      self.append(.own(bytes), bytes: bytes.count)
    case .direct(let event):
      let bytes = ProbeFrame.direct(event)
      self.append(.own(bytes), bytes: bytes.count)
    case .told(let event, _):
      let bytes = ProbeFrame.event(event)
      self.append(.own(bytes), bytes: bytes.count)
    case .closing: self.append(.closing, bytes: 64)
    }
  }

  private func open(_ replay: Replay) {
    guard replay.reader == nil else { return }
    self.names[replay.room] = replay.title
    if !self.open.contains(replay.room) { self.open.append(replay.room) }
  }

  /// It is sent again what the ledger has after its cursor: messages, and what was removed since.
  func tell(_ replay: Replay, _ ledger: Ledger) {
    let behind = ProbeFrame.replay(.behind, replay)
    self.append(.own(behind), bytes: behind.count)
    for line in ledger.told(after: replay.after, of: replay.room) {
      if let sender = line.sender, self.ignored.contains(sender) { continue }
      var bytes = line.bytes
      if replay.reader != nil, line.number > 0 { bytes[4] = ProbeFrame.Kind.direct.rawValue }
      self.append(.event(bytes, room: replay.room, number: line.number), bytes: 0)
    }
    let caughtUp = ProbeFrame.replay(.caughtUp, replay)
    self.append(.own(caughtUp), bytes: caughtUp.count)
  }

  /// Takes what was shown off the script, or says why it may not stand there.
  func check(_ frame: ProbeFrame, _ ledger: Ledger) throws {
    var place = 0
    while place < self.lines.count {
      if try self.matches(frame, self.lines[place], ledger) {
        self.removeLines(through: place)
        return
      }
      guard case .event(_, let room, _) = self.lines[place] else { break }
      // Rooms keep their order each, but not among each other, between two answers.
      let isOther = frame.kind == .event && frame.number(0) != UInt64(room.number)
      guard isOther || self.mayMiss(self.lines[place], ledger) else { break }
      place += 1
    }
    throw SimulationFault(.delivery, "shown \(frame); next was \(Self.text(of: self.lines.first))")
  }

  /// Whether it may be missing.
  ///
  /// What a room was told is deleted with it: who was behind then has missed it. And comings and
  /// goings are dropped without a word.
  private func mayMiss(_ line: Line, _ ledger: Ledger) -> Bool {
    guard case .event(_, let room, let number) = line else { return false }
    return ledger.pages[room]?.isDeleted == true || self.mayDrop && number == 0
  }

  /// What is before an answer is over; before an event, what its room was told.
  private func removeLines(through place: Int) {
    guard case .event(_, let room, _) = self.lines[place] else {
      self.lines.removeSubrange(...place)
      return
    }
    for earlier in (0...place).reversed() where self.lines[earlier].room == room {
      self.lines.remove(at: earlier)
    }
  }

  /// What was dropped is announced with its first and its last number, and is exactly that.
  func checkSkipped(_ frame: ProbeFrame) throws {
    let (from, through) = (frame.number(0), frame.number(1))
    let name = frame.text(from: 16)
    guard self.mayDrop, from <= through else {
      throw SimulationFault(.delivery, "\(frame)")
    }
    var skipped: [UInt64] = []
    var kept: [Line] = []
    var place = 0
    while place < self.lines.count, case .event(_, let other, let number) = self.lines[place] {
      // A room and the one that takes its name have an answer between them.
      if self.names[other] == name, number > 0, number <= through {
        skipped.append(number)
      } else {
        kept.append(self.lines[place])
      }
      place += 1
    }
    self.lines.replaceSubrange(0..<place, with: kept)
    let isExact =
      self.hides || !self.echoes ? skipped.first ?? from >= from : skipped == Array(from...through)
    guard isExact else {
      throw SimulationFault(.delivery, "\(frame), but what is missing is #\(skipped)")
    }
  }

  private func matches(_ frame: ProbeFrame, _ line: Line, _ ledger: Ledger) throws -> Bool {
    switch line {
    case .event(let bytes, let room, _):
      return frame.equals(bytes) || Self.isRemoved(frame, room, ledger)
    case .own(let bytes): return frame.equals(bytes)
    case .closing: return frame.kind == .closing
    case .read(let tag, let expected):
      guard frame.number(0) == tag.number else { return false }
      if frame.kind == .refused { return try Self.isGone(expected, ledger) }
      guard frame.kind == .reply else { return false }
      if let expected { try ledger.check(frame.messages, against: expected) }
      return true
    }
  }

  /// Whether it is a message as the archive has it after it was removed.
  private static func isRemoved(_ frame: ProbeFrame, _ room: RoomID, _ ledger: Ledger) -> Bool {
    guard frame.kind == .event || frame.kind == .direct, frame.number(0) == UInt64(room.number),
      let lines = ledger.pages[room]?.lines
    else { return false }
    let number = Int(frame.number(2))
    guard number > 0, number <= lines.count, let bytes = lines[number - 1].removedBytes else {
      return false
    }
    return frame.body.elementsEqual(bytes)
  }

  /// A message that is not there, or was removed, is refused when it is read.
  private static func isGone(_ expected: ExpectedAnswer?, _ ledger: Ledger) throws -> Bool {
    guard let expected, let number = expected.numbers.first, let room = expected.room,
      let page = ledger.pages[room], !page.isDeleted
    else { return true }
    return page.lines[number - 1].removedBytes != nil
  }

  /// The first thing that it has not been shown although it must; nil where there is none.
  func missing(_ ledger: Ledger) -> String? {
    self.lines.first { !self.mayMiss($0, ledger) }.map { Self.text(of: $0) }
  }

  private static func text(of line: Line?) -> String {
    switch line {
    case .event(let bytes, _, _), .own(let bytes):
      var place = 0
      return ProbeFrame.next(in: bytes, at: &place)?.description ?? "nothing"
    case .read(let tag, let expected): return "answer \(tag.number): \(expected?.asked ?? "")"
    case .closing: return "the end"
    case nil: return "nothing"
    }
  }
}

extension SessionScript.Line {
  /// Which room was told.
  fileprivate var room: RoomID? {
    if case .event(_, let room, _) = self { room } else { nil }
  }
}
