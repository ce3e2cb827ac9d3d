/// Knows of each conversation how far it was told, so that each message is told once, in order.
///
/// 1. A message with a number that was told before is dropped.
/// 2. Where a number is missing, the conversation's events are held back until `history` has
///    given what is lacking; what it cannot give is told as ``Event/missed(_:)``.
/// 3. A conversation is its epoch: under another one, numbers begin anew, and a person's new name
///    changes nothing.
/// 4. What was told to a room besides messages and comes again with them, behind a cursor, is known
///    by its time, which increases strictly within a room.
///
/// A value; its bounds are the constants.
struct ConversationBook {
  enum Step: Hashable {
    case tell(Event)
    /// `history` of a conversation, behind a message.
    case ask(room: String, epoch: String, after: Int64, limit: Int64)
  }

  private struct Track {
    var title: String
    /// The newest message that was told; nil before the first, when all are new.
    var last: Int64?
    var lastTime: Moment?
    /// The newest message that is being asked for.
    var healing: Int64?
    var held: [Event] = []
    /// Whether what was missed is still coming.
    var isResuming = false
    /// When it was last touched, counted.
    var touched: UInt64

    var isDirect: Bool { self.title.hasPrefix("@") }
  }

  /// Conversations that are known; of more, the ones that were quiet for longest are forgotten.
  static let tracksMax = 1_000
  /// Cursors of a login; the server takes no more.
  static let cursorsMax = 100
  /// Events that are held back for a conversation; with more it is not waited for `history`.
  static let heldMax = 2_000
  /// Messages asked for at one time, which the server gives at most.
  static let askedMax: Int64 = 1_000

  private let catchUpMax: Int64
  private var tracks: [String: Track] = [:]
  private var epochs: [String: String] = [:]
  private var steps: [Step] = []
  private var touches: UInt64 = 0

  init(_ cursors: [String: Cursor], catchUpMax: Int64) {
    self.catchUpMax = catchUpMax
    for (title, cursor) in cursors.sorted(by: { $0.key < $1.key }).prefix(Self.tracksMax) {
      self.tracks[cursor.epoch] = Track(title: title, last: cursor.sequence, touched: 0)
      self.epochs[title] = cursor.epoch
    }
  }

  /// Whether what was missed is still coming.
  var isResuming: Bool {
    self.tracks.values.contains { $0.isResuming || $0.healing != nil }
  }

  mutating func takeSteps() -> [Step] {
    defer { self.steps.removeAll() }
    return self.steps
  }

  /// What is known, for a login: of these rooms, and then of the newest direct conversations.
  ///
  /// The server opens each room that has a cursor, so one that is closed on purpose has none. With
  /// nil it is of all that is known.
  func cursors(open: [String]?) -> [String: Cursor] {
    let open = open.map { Set($0) }
    let known = self.tracks.filter { epoch, track in
      self.epochs[track.title] == epoch
        && (track.isDirect || open?.contains(track.title) ?? true)
    }.sorted {
      let (left, right) = (!$0.value.isDirect, !$1.value.isDirect)
      return left == right ? $0.value.touched > $1.value.touched : left
    }
    var cursors: [String: Cursor] = [:]
    for (epoch, track) in known where cursors.count < Self.cursorsMax {
      if let last = track.last {
        cursors[track.title] = Cursor(epoch: epoch, sequence: last)
      }
    }
    return cursors
  }

  /// The connection is gone: what was held back comes again.
  mutating func interrupt() {
    for epoch in self.tracks.keys {
      self.tracks[epoch]?.healing = nil
      self.tracks[epoch]?.held = []
      self.tracks[epoch]?.isResuming = false
    }
  }

  // MARK: What comes

  /// A room was opened.
  ///
  /// - Parameters:
  ///   - room: as the server told it, with messages from before.
  ///   - isAutomatic: whether it was open before, and nobody asked for it.
  mutating func open(_ room: Room, isAutomatic: Bool) {
    var quiet = room
    quiet.messages = []
    self.steps.append(.tell(.opened(quiet)))
    let isKnown = self.tracks[room.epoch]?.last != nil
    self.touch(room.epoch, room.room)
    if room.isResumed {
      self.tracks[room.epoch]?.isResuming = true
      return
    }
    // It was open before this; what came to it was told in its order.
    if isKnown, room.opened == "again" { return }
    let isHealing = self.tracks[room.epoch]?.healing != nil
    guard isKnown, !room.isNewMember, isAutomatic || isHealing else {
      return self.begin(room, isTold: isKnown && isAutomatic)
    }
    for message in room.messages { self.take(message, as: Self.event(of: message)) }
    if let track = self.tracks[room.epoch], track.healing == nil, let last = track.last,
      last < room.sequence
    {
      self.heal(room.epoch, through: room.sequence)
    }
  }

  /// A room of which the messages that came with it are all that is told from before.
  ///
  /// A new member sees the backlog alone, which has gaps; and whoever closed a room and comes back
  /// asks `history` for more than the newest.
  private mutating func begin(_ room: Room, isTold: Bool) {
    let known = self.tracks[room.epoch]?.last
    var last = known ?? 0
    for message in room.messages where message.sequence > last {
      if isTold { self.tell(lacking: last + 1..<message.sequence, of: room) }
      last = message.sequence
      self.steps.append(.tell(Self.event(of: message)))
    }
    if isTold, last < room.sequence { self.tell(lacking: last + 1..<room.sequence + 1, of: room) }
    self.tracks[room.epoch]?.last = max(last, room.sequence)
  }

  private mutating func tell(lacking sequences: Range<Int64>, of room: Room) {
    guard let first = sequences.first, let last = sequences.last else { return }
    self.steps.append(
      .tell(
        .missed(
          Missed(
            room: room.room, epoch: room.epoch, sequences: first...last,
            reason: .notResumed(room.reason ?? "expired")))))
  }

  /// A direct conversation, on entering.
  mutating func list(_ direct: DirectConversation) {
    self.touch(direct.epoch, direct.room)
    guard !direct.isResumed else {
      self.tracks[direct.epoch]?.isResuming = true
      return
    }
    guard let last = self.tracks[direct.epoch]?.last else {
      self.tracks[direct.epoch]?.last = direct.sequence
      return
    }
    if last < direct.sequence { self.heal(direct.epoch, through: direct.sequence) }
  }

  /// There is no such conversation for us any more; a room may be opened again.
  mutating func lose(_ title: String) {
    if title.hasPrefix("@") { self.epochs[title] = nil }
  }

  /// Whether something of a conversation was told.
  func isKnown(_ epoch: String) -> Bool { self.tracks[epoch]?.last != nil }

  /// What was missed follows, behind that message.
  mutating func behind(_ title: String, _ epoch: String, after: Int64) {
    self.touch(epoch, title)
    self.tracks[epoch]?.isResuming = true
    if self.tracks[epoch]?.last == nil { self.tracks[epoch]?.last = after }
    self.steps.append(.tell(.behind(room: title)))
  }

  /// The server left out messages of a room, up to that one.
  mutating func skipped(_ title: String, through: Int64) {
    guard let epoch = self.epochs[title], let last = self.tracks[epoch]?.last, last < through
    else { return }
    self.heal(epoch, through: through)
  }

  /// An event of the server's.
  mutating func take(_ event: Event) {
    switch event {
    case .message(let message), .posted(let message), .direct(let message):
      self.touch(message.epoch, message.room)
      self.take(message, as: event)
    case .caughtUp(let room, let cursor): self.caughtUp(room, cursor, event)
    case .came, .went, .crowd, .topic, .renamed, .removed, .changed, .state, .notice, .opened,
      .behind, .missed, .notReopened, .server, .closing, .unknown:
      self.pass(event)
    }
  }

  private mutating func caughtUp(_ room: String, _ cursor: Cursor, _ event: Event) {
    self.touch(cursor.epoch, room)
    self.tracks[cursor.epoch]?.isResuming = false
    if let track = self.tracks[cursor.epoch], track.healing == nil {
      if let last = track.last, last < cursor.sequence {
        self.heal(cursor.epoch, through: cursor.sequence)
      } else if track.last == nil {
        self.tracks[cursor.epoch]?.last = cursor.sequence
      }
    }
    self.pass(event)
  }

  /// What is no message keeps its place among those of its room.
  private mutating func pass(_ event: Event) {
    guard let room = event.room, let epoch = self.epochs[room], let track = self.tracks[epoch]
    else { return self.steps.append(.tell(event)) }
    if track.healing != nil { return self.hold(epoch, event) }
    if let time = event.time {
      if track.isResuming, let lastTime = track.lastTime, time <= lastTime { return }
      self.tracks[epoch]?.lastTime = max(time, track.lastTime ?? time)
    }
    self.steps.append(.tell(event))
  }

  private mutating func take(_ message: Message, as event: Event) {
    guard let track = self.tracks[message.epoch] else { return }
    if track.healing != nil { return self.hold(message.epoch, event) }
    let last = track.last ?? message.sequence - 1
    guard message.sequence > last else { return }
    if message.sequence > last + 1 {
      self.heal(message.epoch, through: message.sequence - 1)
      return self.hold(message.epoch, event)
    }
    self.tracks[message.epoch]?.last = message.sequence
    self.tracks[message.epoch]?.lastTime = max(message.time, track.lastTime ?? message.time)
    self.steps.append(.tell(event))
  }

  /// A message as the event that tells of it.
  static func event(of message: Message) -> Event {
    if message.to != nil { return .direct(message) }
    return message.kind == .post ? .posted(message) : .message(message)
  }

  // MARK: What is lacking

  /// Asks for what is lacking up to a message.
  private mutating func heal(_ epoch: String, through: Int64) {
    guard let track = self.tracks[epoch], let last = track.last else { return }
    let first = max(last, through - self.catchUpMax)
    if first > last {
      self.steps.append(
        .tell(
          .missed(
            Missed(
              room: track.title, epoch: epoch, sequences: last + 1...first,
              reason: .history("too_many")))))
      self.tracks[epoch]?.last = first
    }
    self.tracks[epoch]?.healing = through
    self.ask(epoch)
  }

  private mutating func ask(_ epoch: String) {
    guard let track = self.tracks[epoch], let last = track.last, let through = track.healing
    else { return }
    self.steps.append(
      .ask(
        room: track.title, epoch: epoch, after: last, limit: min(through - last, Self.askedMax)))
  }

  /// `history` answered.
  ///
  /// What it does not show between what it shows is hidden from us, and not missed.
  mutating func healed(_ epoch: String, _ excerpt: Excerpt) {
    guard let track = self.tracks[epoch], let through = track.healing, var last = track.last
    else { return }
    for message in excerpt.messages where message.sequence > last && message.epoch == epoch {
      last = message.sequence
      self.tracks[epoch]?.lastTime = max(message.time, track.lastTime ?? message.time)
      self.steps.append(.tell(Self.event(of: message)))
    }
    self.tracks[epoch]?.last = last
    if last < through, excerpt.hasMore, last > track.last ?? 0 { return self.ask(epoch) }
    self.tracks[epoch]?.last = max(last, through)
    self.release(epoch)
  }

  /// What is lacking cannot be had.
  mutating func gaveUp(_ epoch: String, _ reason: Missed.Reason) {
    guard let track = self.tracks[epoch], let through = track.healing, let last = track.last
    else { return }
    if last < through {
      self.steps.append(
        .tell(
          .missed(
            Missed(
              room: track.title, epoch: epoch, sequences: last + 1...through, reason: reason))))
      self.tracks[epoch]?.last = through
    }
    self.release(epoch)
  }

  private mutating func hold(_ epoch: String, _ event: Event) {
    self.tracks[epoch]?.held.append(event)
    guard let track = self.tracks[epoch], track.held.count > Self.heldMax else { return }
    self.gaveUp(epoch, .history("too_many"))
  }

  /// Tells what was held back; where it shows another gap, the rest is held back again.
  private mutating func release(_ epoch: String) {
    let held = self.tracks[epoch]?.held ?? []
    self.tracks[epoch]?.held = []
    self.tracks[epoch]?.healing = nil
    for event in held { self.take(event) }
  }

  // MARK: Keeping

  private mutating func touch(_ epoch: String, _ title: String) {
    self.touches += 1
    if self.tracks[epoch] == nil {
      if self.tracks.count >= Self.tracksMax { self.forgetQuietest() }
      self.tracks[epoch] = Track(title: title, touched: self.touches)
    }
    self.tracks[epoch]?.touched = self.touches
    self.tracks[epoch]?.title = title
    self.epochs[title] = epoch
  }

  private mutating func forgetQuietest() {
    guard let quietest = self.tracks.min(by: { $0.value.touched < $1.value.touched }) else {
      return
    }
    self.tracks[quietest.key] = nil
    self.epochs = self.epochs.filter { $0.value != quietest.key }
  }
}
