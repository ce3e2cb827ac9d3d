import ParleyModel

extension Conversation {
  /// The whole state in one form, equal for equal states: what loading and replaying must agree on.
  ///
  /// Everything is in the order of its number. Presence and the list of rooms are derived from the
  /// rest; they are part of it so that a mistake in deriving them shows.
  package func canonicalBytes() -> [UInt8] {
    var writer = CanonicalWriter()
    writer.write(self.state)
    for id in self.rooms.keys.sorted() {
      if let room = self.rooms[id] { writer.write(room) }
    }
    for id in self.participants.keys.sorted() {
      guard let participant = self.participants[id] else { continue }
      writer.write(participant.state)
      writer.write(all: self.nonces[id]?.states ?? []) { $0.write($1) }
    }
    for id in self.sessions.keys.sorted() {
      if let session = self.sessions[id] { writer.write(session.state) }
    }
    for number in 0...self.state.lastAccount.number {
      if let account = self.accounts[AccountID(number)] { writer.write(account) }
    }
    for invite in self.accounts.invites.values.sorted(by: { $0.number < $1.number }) {
      writer.write(UInt64(invite.number))
      writer.write(invite.digest)
      writer.write(invite.by)
      writer.write(invite.until)
    }
    writer.write(all: self.serverStandings) { $0.write($1) }
    writer.write(self.peopleHere)
    writer.write(all: self.listed.items) { $0.write(UInt64($1.value.number)) }
    return writer.bytes
  }
}

/// Numbers in eight bytes, little-endian; texts with their length before them.
private struct CanonicalWriter {
  var bytes: [UInt8] = []

  mutating func write(_ number: UInt64) {
    withUnsafeBytes(of: number.littleEndian) { self.bytes.append(contentsOf: $0) }
  }

  mutating func write(_ number: Int) {
    self.write(UInt64(bitPattern: Int64(number)))
  }

  mutating func write(_ text: String) {
    self.write(text.utf8.count)
    self.bytes.append(contentsOf: text.utf8)
  }

  mutating func write(_ bytes: [UInt8]) {
    self.write(bytes.count)
    self.bytes += bytes
  }

  mutating func write(_ account: AccountState) {
    self.write(account.id.number)
    self.write(account.name)
    self.write(account.created)
    self.write(account.participant.number)
    self.write(UInt64(account.version))
    self.write(account.credential) {
      $0.write(UInt64($1.scrypt.logCost))
      $0.write(UInt64($1.scrypt.blockSize))
      $0.write(UInt64($1.scrypt.parallelism))
      $0.write($1.scrypt.salt)
      $0.write($1.scrypt.key)
      $0.write(UInt64($1.scram.iterations))
      $0.write($1.scram.salt)
      $0.write($1.scram.storedKey)
      $0.write($1.scram.serverKey)
    }
    self.write(account.isAdministrator ? 1 : 0)
    self.write(UInt64(account.lastToken))
    self.write(all: account.tokens) {
      $0.write(UInt64($1.number))
      $0.write($1.digest)
      $0.write(UInt64($1.scopes.rawValue))
      $0.write($1.label)
      $0.write($1.created)
    }
    self.write(all: account.certificates) { $0.write($1) }
  }

  mutating func write(_ name: Name) {
    self.write(name.text)
    self.write(name.key)
  }

  mutating func write(_ time: Timestamp) {
    self.write(UInt64(bitPattern: time.microseconds))
  }

  /// Says whether there is a value, then the value.
  mutating func write<Value>(
    _ value: Value?, _ body: (inout CanonicalWriter, Value) -> Void
  ) {
    self.write(value == nil ? 0 : 1)
    if let value { body(&self, value) }
  }

  mutating func write<Value>(
    all values: some Collection<Value>, _ body: (inout CanonicalWriter, Value) -> Void
  ) {
    self.write(values.count)
    for value in values { body(&self, value) }
  }

  mutating func write(_ backlog: Backlog) {
    switch backlog {
    case .count(let count): self.write(count)
    case .all: self.write(-1)
    }
  }

  mutating func write(_ state: ConversationState) {
    self.write(state.settings.defaultBacklog)
    self.write(all: state.settings.autojoin) { $0.write($1) }
    self.write(all: state.settings.permanentRooms) { $0.write($1) }
    self.write(UInt64(bitPattern: state.settings.emptyRoomMicroseconds))
    self.write(UInt64(state.incarnation))
    self.write(UInt64(state.lastEpoch))
    self.write(UInt64(state.lastRoom.number))
    self.write(state.lastParticipant.number)
    self.write(state.lastStamp)
    self.write(state.lastAccount.number)
    self.write(UInt64(state.lastInvite))
    self.write(UInt64(state.settings.registration.rawValue))
    self.write(state.settings.allowsGuests ? 1 : 0)
    self.write(UInt64(state.settings.roomCreation.rawValue))
    self.write(state.settings.ownedRoomsMax)
    self.write(state.settings.strangersMax)
    self.write(UInt64(bitPattern: state.settings.holdMicroseconds))
    self.write(state.lastHeld)
    self.write(UInt64(state.lastStanding))
    self.write(state.audit) { $0.write(UInt64($1.number)) }
  }

  mutating func write(_ room: Room) {
    let state = room.state
    self.write(UInt64(state.id.number))
    switch state.kind {
    case .room: self.write(0)
    case .direct(let one, let other):
      self.write(one.number)
      self.write(other.number)
    case .audit(let room): self.write(UInt64(room.number))
    }
    self.write(state.name)
    self.write(state.epoch)
    self.write(state.created)
    self.write(state.owner) { $0.write($1) }
    self.write(state.topic) {
      $0.write($1.text)
      $0.write($1.by)
      $0.write($1.time)
    }
    self.write(state.options)
    self.write(UInt64(state.lastStanding))
    self.write(state.audit) { $0.write(UInt64($1.number)) }
    self.write(state.readByFirst) { $0.write($1.number) }
    self.write(state.readBySecond) { $0.write($1.number) }
    self.write(all: room.standings) { $0.write($1) }
    self.write(state.head.number)
    self.write(state.position.number)
    self.write(state.lastTime)
    self.write(state.posts)
    self.write(state.emptySince) { $0.write($1) }
    self.write(all: room.members.keys.sorted()) { writer, id in
      if let member = room.members[id] { writer.write(member) }
    }
    self.write(all: room.present.items) {
      $0.write($1.key)
      $0.write($1.value.name)
      $0.write($1.value.sessions)
    }
    self.write(all: room.recent.indices) { $0.write(room.recent[$1]) }
    self.write(all: room.lines.indices) {
      $0.write(room.lines[$1].sequence.number)
      $0.write(room.lines[$1].sender.number)
    }
    self.write(all: room.posts.indices) {
      $0.write(room.posts[$1].sequence.number)
      $0.write(room.posts[$1].sender.number)
      $0.write(room.posts[$1].subject)
    }
    self.write(all: room.removedBy.keys.sorted()) {
      $0.write($1.number)
      $0.write(room.removedBy[$1] ?? "")
    }
  }

  mutating func write(_ options: RoomOptions) {
    self.write(options.backlog) { $0.write($1) }
    self.write(options.isPrivate ? 1 : 0)
    self.write(options.isUnlisted ? 1 : 0)
    self.write(options.isPermanent ? 1 : 0)
    self.write(UInt64(options.slowSeconds))
    self.write(UInt64(options.posting.rawValue))
  }

  mutating func write(_ holder: Holder) {
    switch holder {
    case .account(let id):
      self.write(1)
      self.write(id.number)
    case .participant(let id):
      self.write(2)
      self.write(id.number)
    }
  }

  mutating func write(_ address: PeerAddress) {
    self.write(address.high)
    self.write(address.low)
  }

  mutating func write(_ mask: AddressMask) {
    self.write(mask.address)
    self.write(UInt64(mask.prefix))
  }

  mutating func write(_ standing: StandingState) {
    self.write(UInt64(standing.number))
    self.write(UInt64(standing.kind.rawValue))
    switch standing.subject {
    case .holder(let holder): self.write(holder)
    case .name(let mask):
      self.write(3)
      self.write(mask.text)
      self.write(mask.key)
    case .address(let mask):
      self.write(4)
      self.write(mask)
    }
    self.write(standing.title)
    self.write(standing.guest) {
      $0.write($1.participant.number)
      $0.write($1.address) { $0.write($1) }
    }
    self.write(standing.by)
    self.write(standing.since)
    self.write(standing.until) { $0.write($1) }
    self.write(standing.reason)
  }

  mutating func write(_ epoch: Epoch) {
    self.write(UInt64(epoch.incarnation))
    self.write(UInt64(epoch.counter))
  }

  mutating func write(_ member: MemberState) {
    self.write(member.participant.number)
    self.write(member.joinedAfter.number)
    self.write(member.window.firstLine.number)
    self.write(member.window.firstPost.number)
    self.write(member.closedAfter) { $0.write($1.number) }
    self.write(member.lastSpoke) { $0.write($1) }
    self.write(member.read) { $0.write($1.number) }
  }

  mutating func write(_ sender: Sender) {
    self.write(sender.participant.number)
    self.write(sender.name)
    self.write(sender.account) { $0.write($1) }
  }

  mutating func write(_ message: Message) {
    self.write(message.sequence.number)
    self.write(message.position.number)
    self.write(message.id.epoch)
    self.write(message.id.sequence.number)
    self.write(message.time)
    self.write(message.sender)
    self.write(UInt64(message.kind.rawValue))
    self.write(message.subject)
    self.write(message.body)
    self.write(message.replyTo) { $0.write($1.number) }
    self.write(message.removal) {
      $0.write($1.by)
      $0.write($1.time)
    }
  }

  mutating func write(_ state: ParticipantState) {
    self.write(state.id.number)
    self.write(state.name)
    self.write(state.account) { $0.write($1.number) }
    self.write(state.since)
    self.write(state.away) { $0.write($1) }
    self.write(all: state.ignored) { $0.write($1.number) }
    self.write(state.lastDirect) { $0.write($1.number) }
    self.write(state.lastSeen) { $0.write($1) }
    self.write(all: state.resume) { $0.write(UInt64($1.number)) }
    self.write(state.resumeCurrent) { $0.write(UInt64($1.number)) }
    self.write(state.strangersSince)
    self.write(UInt64(state.strangers))
    self.write(state.token) { $0.write($1) }
  }

  mutating func write(_ session: SessionState) {
    self.write(session.id.number)
    self.write(session.participant.number)
    self.write(session.current) { $0.write(UInt64($1.number)) }
    self.write(all: session.open) { $0.write(UInt64($1.number)) }
    self.write(session.scopes) { $0.write(UInt64($1.rawValue)) }
    self.write(session.token) { $0.write(UInt64($1)) }
    self.write(session.address)
    self.write(session.returnsToLobby ? 1 : 0)
    self.write(session.holdsPlace ? 1 : 0)
    self.write(session.held) {
      $0.write($1.since)
      $0.write($1.until)
      $0.write(String(describing: $1.departure))
      $0.write(all: $1.heads) {
        $0.write(UInt64($1.room.number))
        $0.write($1.sequence.number)
      }
    }
  }

  mutating func write(_ nonce: NonceState) {
    self.write(nonce.nonce.text)
    self.write(nonce.digest)
    self.write(nonce.time)
    self.write(UInt64(nonce.room.number))
    self.write(nonce.id.epoch)
    self.write(nonce.id.sequence.number)
    self.write(nonce.sequence.number)
    self.write(nonce.messageTime)
    self.write(nonce.name)
    self.write(nonce.sessions) { $0.write($1) }
  }
}
