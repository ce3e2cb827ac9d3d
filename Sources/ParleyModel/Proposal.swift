/// What may change the conversation, once the log has ordered it.
///
/// It has no case that could hold a password or a token in clear.
///
/// The cases mirror the commands that change something; their meaning is the command's.
public enum Proposal: Hashable, Sendable {
  // The server's own.
  /// What `apply` needs of the configuration; proposed at start and reload when it has changed.
  case settings(Settings)
  /// A new run begins: every session of the old one is over. `incarnation` is random.
  case runStarted(incarnation: UInt32)
  /// Deletes a room whose `empty_room_ttl` has run out, if it is still empty since then.
  case expireRoom(RoomID, emptySince: Timestamp)
  /// Ends a held place whose time is over, if it is still held until then.
  case expireHeld(SessionID, until: Timestamp)
  /// Said to every session by the server (its console).
  case announce(String)

  // A session's.
  case login(Name, autojoin: Bool)
  case nick(Name)
  case quit(Departure)
  case join(Name)
  case add(Name)
  case leave(RoomSelector, then: AfterLeaving)
  case close(RoomSelector)
  case setTopic(RoomSelector, String)
  case say(RoomSelector, MessageKind, String)
  case post(RoomSelector, subject: String, body: String)
  case reply(RoomSelector, to: Sequence, body: String)
  case direct(DirectTarget, MessageKind, String)
  case remove(ConversationSelector, Sequence)
  case away(String?)
  case ignore(Name)
  indirect case verified(Verified)
  indirect case administer(AdminProposal, asOwner: Bool)
  indirect case moderate(Moderation)
}

/// A proposal, stamped and (once the log has it) ordered.
public struct Entry: Sendable {
  /// How many entries of the log came before it.
  public var offset: LogOffset
  /// `max(clock, last stamp)`: never goes back.
  public var stamp: Timestamp
  /// Who proposed it; ``SessionID/server`` for the server's own.
  public var session: SessionID
  public var nonce: Nonce?
  /// Where the session comes from; of proposals that begin one alone.
  public var address: PeerAddress
  /// What the session brings that can come back; of proposals that begin one alone.
  public var comeback: Comeback?
  public var proposal: Proposal
  /// For the answer; only the run that took the command knows it, the log does not keep it.
  public var tag: RequestTag

  public init(
    offset: LogOffset, stamp: Timestamp, session: SessionID, nonce: Nonce? = nil,
    address: PeerAddress = .none, comeback: Comeback? = nil, proposal: Proposal,
    tag: RequestTag = .none
  ) {
    self.offset = offset
    self.stamp = stamp
    self.session = session
    self.nonce = nonce
    self.address = address
    self.comeback = comeback
    self.proposal = proposal
    self.tag = tag
  }
}
