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
  /// Tell everyone, stop after this turn.
  case stop
}

/// What one turn tells the loops; the same value goes to each of them.
struct HandOver: Sendable {
  var items: [Effect]
  /// How many commands of which session had their turn.
  var walked: [(session: SessionID, count: Int)]
  /// The log's end after the turn: what a read of the archive must have reached to hold all this.
  var offset: LogOffset
  /// The server stops: every session is closed.
  var isLast: Bool
}
