import DequeModule
import NIOCore
import ParleyCore
import ParleyDoorKit
import ParleyModel

/// A session as a cursor over its rooms.
///
/// *Live*, it is pushed what its loop is handed; *behind*, it is fed from memory or the archive at
/// its own pace until it has reached the loop's head.
///
/// Whatever is for the session alone (answers, direct messages, openings and closings) waits in
/// `pending` while it is behind, each with the heads of the rooms at its moment, so that its place
/// in the order is exactly the one that a live session would have seen.
final class Feed {
  /// A room that the session has open.
  struct Subscription {
    let room: LoopRoom
    /// Where the session is; kept only while it is behind.
    var position: Position
    var sequence: Sequence
    /// Under the policy `drop`: up to where the room is passed over.
    var skipsThrough = Position.zero
    /// Its place while it is live.
    var group: VariantGroup?
    var slot = 0
  }

  /// How far a room had come.
  struct Mark {
    var room: RoomID
    var position: Position
    var sequence: Sequence
  }

  /// Something for the session alone, and what of each room comes before it.
  struct Pending {
    var effect: SessionEffect
    var marks: [Mark]
  }

  let session: SessionHandler
  var ignored: Set<ParticipantID> = []
  var rooms: [Subscription] = []
  /// Rooms whose opening is pending.
  var opening: [LoopRoom] = []
  var isBehind = false
  /// Whether it is sent its own messages.
  var echoes = true
  /// Under the policy `drop`: what comes is passed over until the socket drains.
  var isSkipping = false
  /// Under the policy `block`: the rooms whose senders wait for this session.
  var holding: [RoomID] = []
  /// The rooms because of whose readers this session is not read.
  var heldFor: Set<RoomID> = []
  var pending = Deque<Pending>()
  /// What it is being sent again: before that, nothing else.
  var replay: FeedReplay?
  /// Tokens and codes that were drawn for commands whose answers tell them.
  var drawn: [RequestTag: Secret] = [:]
  /// The password or token that was found to be right, or is left to the law to judge, until the
  /// law has answered.
  var guess: (tag: RequestTag, name: Name)?
  /// Wrong passwords.
  var wrongGuesses = 0
  /// Where its own messages stand that the newest pass told, and since it fell behind: without an
  /// echo it is not shown them, but those of its participant's other sessions.
  var own: [(room: RoomID, position: Position)] = []
  /// Bytes of the direct messages in `pending`, about.
  var pendingBytes = 0
  /// Whether it is being fed at this moment.
  var isAdvancing = false
  /// Whether a read of the archive is under way.
  var isReading = false
  /// The connection is gone; it is kept until the sequencer has ended it.
  var isGone = false
  /// Why the server ends it, once it does; its rooms are told first.
  var ending: Closing?
  /// Whether this pass has something for it.
  var isQueued = false
  /// The pass in which something came for it alone.
  var divergedPass: UInt64 = 0
  var lastDay: Int32?
  /// For the sweep: progress of its outbox, and since when there was none.
  var takenBytes: UInt64 = 0
  var progressed: NIODeadline
  /// When it last took some of what waited, which is a sign of life.
  var took: NIODeadline
  /// When the protocol's probe was sent, until something arrives.
  var probed: NIODeadline?

  init(session: SessionHandler, now: NIODeadline) {
    self.session = session
    self.progressed = now
    self.took = now
  }

  /// The index of the subscription to a room.
  func index(of room: RoomID) -> Int? {
    self.rooms.firstIndex { $0.room.id == room }
  }

  /// The first room of which something is missing before the pending effect, or before the head
  /// where nothing is pending; and up to where.
  func nextBehind() -> (index: Int, limit: Position, sequence: Sequence)? {
    if let first = self.pending.first {
      for mark in first.marks {
        if let index = self.index(of: mark.room), self.rooms[index].position < mark.position {
          return (index, mark.position, mark.sequence)
        }
      }
      return nil
    }
    for (index, subscription) in self.rooms.enumerated()
    where subscription.position < subscription.room.head {
      return (index, subscription.room.head, subscription.room.headSequence)
    }
    return nil
  }

  /// Up to where it is fed of a room now: what comes before the pending effect, or before the head
  /// where nothing is pending.
  ///
  /// While the archive is read an effect may become pending, and before it another room may lack
  /// something first: this room goes no further all the same.
  func limit(of room: LoopRoom) -> Position {
    guard let first = self.pending.first else { return room.head }
    return first.marks.first { $0.room == room.id }?.position ?? room.head
  }

  /// The heads of all its rooms as the loop knows them now.
  func marks() -> [Mark] {
    (self.rooms.map(\.room) + self.opening).map {
      Mark(room: $0.id, position: $0.head, sequence: $0.headSequence)
    }
  }
}
