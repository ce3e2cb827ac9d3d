import ParleyCore
import ParleyModel

/// What the loops and the control plane hand to the sequencer.
enum Submission: Sendable {
  /// Commands of one session, in order.
  case requests(SessionID, [Request])
  /// The connection is gone, or the runtime ends the session: it quits, whatever waits.
  case ended(SessionID, Departure)
  /// Something of the server's own.
  case proposal(Proposal)
  /// Who speaks in a room is to be read no more because of a reader, or again.
  case hold(Hold)
  /// Tell everyone, stop after this turn.
  case stop
}

/// Under the policy `block`: from when on, or until when, a reader holds a room's senders.
struct Hold: Sendable {
  var room: RoomID
  var reader: SessionID
  var isBegin: Bool
}

/// What one turn tells the loops; the same value goes to each of them.
struct HandOver: Sendable {
  var items: [Effect]
  /// How many commands of which session had their turn.
  var walked: [(session: SessionID, count: Int)]
  /// What the loops told each other by way of the sequencer.
  var holds: [Hold]
  /// The log's end after the turn: what a read of the archive must have reached to hold all this.
  var offset: LogOffset
  /// The server stops: every session is closed.
  var isLast: Bool
}
