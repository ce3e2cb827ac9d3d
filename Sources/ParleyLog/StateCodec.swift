import FoundationEssentials
package import ParleyModel
import SwiftProtobuf

/// The binary form of the archive's state: one message of `parley.proto` for each kind.
package enum StateCodec {
  package static func encode(_ state: State) -> [UInt8] {
    switch state {
    case .conversation(let state): self.bytes(ProtoConversationState(state))
    case .room(let state): self.bytes(ProtoRoomState(state))
    case .participant(let state): self.bytes(ProtoParticipantState(state))
    case .session(let state): self.bytes(ProtoSessionState(state))
    case .member(let state): self.bytes(ProtoMemberState(state))
    case .nonce(let state): self.bytes(ProtoNonceState(state))
    case .account(let state): self.bytes(ProtoAccountState(state))
    case .invite(let state): self.bytes(ProtoInviteState(state))
    case .standing(let state): self.bytes(ProtoStandingState(state))
    }
  }

  package static func conversation(_ bytes: [UInt8]) throws(CodecError) -> ConversationState {
    let it: ProtoConversationState = try self.message(bytes)
    return ConversationState(
      settings: try Settings(it.settings), incarnation: it.incarnation,
      lastEpoch: it.lastEpoch, lastRoom: RoomID(it.lastRoom),
      lastParticipant: ParticipantID(it.lastParticipant),
      lastStamp: Timestamp(microseconds: it.lastStamp),
      lastAccount: AccountID(it.lastAccount), lastInvite: it.lastInvite,
      lastStanding: it.lastStanding, audit: it.hasAudit ? RoomID(it.audit) : nil,
      lastHeld: it.lastHeld)
  }

  package static func room(_ bytes: [UInt8]) throws(CodecError) -> RoomState {
    let it: ProtoRoomState = try self.message(bytes)
    var kind = RoomKind.room
    if it.hasDirect {
      try known(it.direct)
      kind = .direct(ParticipantID(it.direct.first), ParticipantID(it.direct.second))
    } else if it.hasAuditOf {
      kind = .audit(RoomID(it.auditOf))
    }
    var owner: Holder? = it.hasOwner ? .participant(ParticipantID(it.owner)) : nil
    if it.hasOwnerAccount { owner = .account(AccountID(it.ownerAccount)) }
    let options = RoomOptions(
      backlog: it.hasBacklog ? try Backlog(it.backlog) : nil, isPrivate: it.isPrivate,
      isUnlisted: it.isUnlisted, isPermanent: it.isPermanent, slowSeconds: it.slowSeconds,
      posting: try Posting(it.posting))
    return RoomState(
      id: RoomID(it.id), kind: kind, name: try Name(it.name), epoch: try Epoch(it.epoch),
      created: Timestamp(microseconds: it.created),
      owner: owner, topic: it.hasTopic ? try Topic(it.topic) : nil, options: options,
      head: Sequence(it.head), position: Position(it.position),
      lastTime: Timestamp(microseconds: it.lastTime), posts: Int(clamping: it.posts),
      emptySince: it.hasEmptySince ? Timestamp(microseconds: it.emptySince) : nil,
      lastStanding: it.lastStanding, audit: it.hasAudit ? RoomID(it.audit) : nil,
      readByFirst: it.hasReadByFirst ? Sequence(it.readByFirst) : nil,
      readBySecond: it.hasReadBySecond ? Sequence(it.readBySecond) : nil)
  }

  package static func participant(_ bytes: [UInt8]) throws(CodecError) -> ParticipantState {
    let it: ProtoParticipantState = try self.message(bytes)
    return ParticipantState(
      id: ParticipantID(it.id), name: try Name(it.name),
      account: it.hasAccount ? AccountID(it.account) : nil,
      since: Timestamp(microseconds: it.since), away: it.hasAway ? it.away : nil,
      ignored: it.ignored.map { ParticipantID($0) },
      lastDirect: it.hasLastDirect ? ParticipantID(it.lastDirect) : nil,
      lastSeen: it.hasLastSeen ? Timestamp(microseconds: it.lastSeen) : nil,
      resume: it.resume.map { RoomID($0) },
      resumeCurrent: it.hasResumeCurrent ? RoomID(it.resumeCurrent) : nil,
      strangersSince: Timestamp(microseconds: it.strangersSince), strangers: it.strangers,
      token: it.hasToken ? Array(it.token) : nil)
  }

  package static func session(_ bytes: [UInt8]) throws(CodecError) -> SessionState {
    let it: ProtoSessionState = try self.message(bytes)
    return SessionState(
      id: SessionID(it.id), participant: ParticipantID(it.participant),
      current: it.hasCurrent ? RoomID(it.current) : nil, open: it.open.map { RoomID($0) },
      scopes: it.hasScopes ? try Scopes(it.scopes) : nil,
      token: it.hasToken ? it.token : nil,
      address: it.hasAddress ? try PeerAddress(it.address) : .none,
      returnsToLobby: !it.staysNowhere, holdsPlace: it.holdsPlace,
      held: it.hasHeld ? try HeldPlace(it.held) : nil)
  }

  package static func member(_ bytes: [UInt8]) throws(CodecError) -> MemberState {
    let it: ProtoMemberState = try self.message(bytes)
    return MemberState(
      room: RoomID(it.room), participant: ParticipantID(it.participant),
      joinedAfter: Sequence(it.joinedAfter), window: try Window(it.window),
      closedAfter: it.hasClosedAfter ? Sequence(it.closedAfter) : nil,
      lastSpoke: it.hasLastSpoke ? Timestamp(microseconds: it.lastSpoke) : nil,
      read: it.hasRead ? Sequence(it.read) : nil)
  }

  package static func nonce(_ bytes: [UInt8]) throws(CodecError) -> NonceState {
    let it: ProtoNonceState = try self.message(bytes)
    return NonceState(
      participant: ParticipantID(it.participant), nonce: Nonce(it.nonce), digest: it.digest,
      time: Timestamp(microseconds: it.time), room: RoomID(it.room),
      id: MessageID(epoch: try Epoch(it.idEpoch), sequence: Sequence(it.idSequence)),
      sequence: Sequence(it.sequence), messageTime: Timestamp(microseconds: it.messageTime),
      name: it.name, sessions: it.hasSessions ? Int(clamping: it.sessions) : nil)
  }

  /// Serializing fails only for what our messages do not have: required fields and `Any`.
  static func bytes(_ message: some SwiftProtobuf.Message) -> [UInt8] {
    (try? message.serializedBytes()) ?? []
  }

  static func message<Proto: SwiftProtobuf.Message>(
    _ bytes: [UInt8]
  ) throws(CodecError) -> Proto {
    let message: Proto
    do {
      message = try Proto(serializedBytes: bytes)
    } catch {
      throw .damaged("a stored value is not a \(Proto.protoMessageName)")
    }
    try known(message)
    return message
  }
}

extension ProtoConversationState {
  fileprivate init(_ state: ConversationState) {
    self.settings = ProtoSettings(state.settings)
    self.incarnation = state.incarnation
    self.lastEpoch = state.lastEpoch
    self.lastRoom = state.lastRoom.number
    self.lastParticipant = state.lastParticipant.number
    self.lastStamp = state.lastStamp.microseconds
    self.lastAccount = state.lastAccount.number
    self.lastInvite = state.lastInvite
    self.lastStanding = state.lastStanding
    if let audit = state.audit { self.audit = audit.number }
    self.lastHeld = state.lastHeld
  }
}

extension ProtoRoomState {
  fileprivate init(_ state: RoomState) {
    self.id = state.id.number
    switch state.kind {
    case .room: break
    case .direct(let first, let second):
      self.direct = .with {
        $0.first = first.number
        $0.second = second.number
      }
    case .audit(let room): self.auditOf = room.number
    }
    self.name = ProtoName(state.name)
    self.epoch = ProtoEpoch(state.epoch)
    self.created = state.created.microseconds
    switch state.owner {
    case .participant(let id): self.owner = id.number
    case .account(let id): self.ownerAccount = id.number
    case nil: break
    }
    if let topic = state.topic { self.topic = ProtoTopic(topic) }
    if let backlog = state.options.backlog { self.backlog = ProtoBacklog(backlog) }
    self.isPrivate = state.options.isPrivate
    self.isUnlisted = state.options.isUnlisted
    self.isPermanent = state.options.isPermanent
    self.slowSeconds = state.options.slowSeconds
    // Left out for members, as most rooms have it.
    if state.options.posting != .members { self.posting = ProtoPosting(state.options.posting) }
    self.lastStanding = state.lastStanding
    if let audit = state.audit { self.audit = audit.number }
    self.head = state.head.number
    self.position = state.position.number
    self.lastTime = state.lastTime.microseconds
    self.posts = UInt64(clamping: state.posts)
    if let since = state.emptySince { self.emptySince = since.microseconds }
    if let read = state.readByFirst { self.readByFirst = read.number }
    if let read = state.readBySecond { self.readBySecond = read.number }
  }
}

extension ProtoParticipantState {
  fileprivate init(_ state: ParticipantState) {
    self.id = state.id.number
    self.name = ProtoName(state.name)
    if let account = state.account { self.account = account.number }
    self.since = state.since.microseconds
    if let away = state.away { self.away = away }
    self.ignored = state.ignored.map(\.number)
    if let last = state.lastDirect { self.lastDirect = last.number }
    if let seen = state.lastSeen { self.lastSeen = seen.microseconds }
    self.resume = state.resume.map(\.number)
    if let current = state.resumeCurrent { self.resumeCurrent = current.number }
    self.strangersSince = state.strangersSince.microseconds
    self.strangers = state.strangers
    if let token = state.token { self.token = Data(token) }
  }
}

extension ProtoSessionState {
  fileprivate init(_ state: SessionState) {
    self.id = state.id.number
    self.participant = state.participant.number
    if let current = state.current { self.current = current.number }
    self.open = state.open.map(\.number)
    if let scopes = state.scopes { self.scopes = UInt32(scopes.rawValue) }
    if let token = state.token { self.token = token }
    if state.address != .none { self.address = ProtoAddress(state.address) }
    self.staysNowhere = !state.returnsToLobby
    self.holdsPlace = state.holdsPlace
    if let held = state.held { self.held = ProtoHeldPlace(held) }
  }
}

extension ProtoMemberState {
  fileprivate init(_ state: MemberState) {
    self.room = state.room.number
    self.participant = state.participant.number
    self.joinedAfter = state.joinedAfter.number
    self.window = ProtoWindow(state.window)
    if let closed = state.closedAfter { self.closedAfter = closed.number }
    if let spoke = state.lastSpoke { self.lastSpoke = spoke.microseconds }
    if let read = state.read { self.read = read.number }
  }
}

extension ProtoNonceState {
  fileprivate init(_ state: NonceState) {
    self.participant = state.participant.number
    self.nonce = state.nonce.text
    self.digest = state.digest
    self.time = state.time.microseconds
    self.room = state.room.number
    self.sequence = state.sequence.number
    self.messageTime = state.messageTime.microseconds
    self.idEpoch = ProtoEpoch(state.id.epoch)
    self.idSequence = state.id.sequence.number
    self.name = state.name
    if let sessions = state.sessions { self.sessions = UInt64(clamping: sessions) }
  }
}
