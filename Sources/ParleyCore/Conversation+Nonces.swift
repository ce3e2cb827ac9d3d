import ParleyModel

/// A command sent again with its nonce has no second effect.
extension Conversation {
  /// Answers a command that had its effect already; false where it is new.
  func isRepeated(
    _ entry: Entry, by participant: ParticipantID, into effects: inout Effects
  ) throws(Refusal) -> Bool {
    guard let nonce = entry.nonce,
      let known = self.nonces[self.nonceHolder(participant)]?.find(nonce, at: entry.stamp)
    else { return false }
    guard known.digest == Digest.of(entry.proposal) else { throw .nonceReused }
    let reply: Reply =
      if let sessions = known.sessions {
        .delivered(
          to: known.name, sessions: sessions, id: known.id, known.sequence, known.messageTime)
      } else {
        .stored(room: known.name, id: known.id, known.sequence, known.messageTime)
      }
    effects.answer(entry.session, entry.tag, reply)
    return true
  }

  /// Whether an entry's nonce is remembered: what was allowed once is answered again.
  func isKnown(_ entry: Entry) -> Bool {
    guard let nonce = entry.nonce, let session = self.sessions[entry.session] else { return false }
    return self.nonces[self.nonceHolder(session.participant)]?.find(nonce, at: entry.stamp) != nil
  }

  /// Under whom the nonces of a participant are remembered: all names of an account share them.
  func nonceHolder(_ id: ParticipantID) -> ParticipantID {
    guard let account = self.participants[id]?.state.account else { return id }
    return self.accounts[account]?.participant ?? id
  }

  /// What was done under one name is not done again under another.
  mutating func handOverNonces(
    from old: ParticipantID, to new: ParticipantID, into effects: inout Effects
  ) {
    guard old != new, let memory = self.nonces[old] else { return }
    for var state in memory.states {
      state.participant = new
      effects.records.append(.state(.nonce(state)))
      self.nonces[new, default: NonceMemory()].remember(state) { old in
        effects.records.append(.forget(.nonce(new, old.nonce)))
      }
    }
  }

  /// Remembers a command that stored a message, with the answer it was given.
  mutating func remember(
    _ entry: Entry, as message: Message, name: String, sessions: Int?,
    into effects: inout Effects
  ) {
    guard let nonce = entry.nonce else { return }
    let id = self.nonceHolder(message.sender.participant)
    let state = NonceState(
      participant: id, nonce: nonce, digest: Digest.of(entry.proposal), time: entry.stamp,
      room: message.room, id: message.id, sequence: message.sequence,
      messageTime: message.time, name: name, sessions: sessions)
    effects.records.append(.state(.nonce(state)))
    self.nonces[id, default: NonceMemory()].remember(state) { old in
      effects.records.append(.forget(.nonce(id, old.nonce)))
    }
  }
}

/// FNV-1a, 64 bits, over what was asked: the same in every process, unlike `Hasher`.
struct Digest {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  /// Of a proposal that stores a message; others are not remembered and have none.
  static func of(_ proposal: Proposal) -> UInt64 {
    var digest = Digest()
    switch proposal {
    case .say(let selector, let kind, let text):
      digest.add(1, selector)
      digest.add(byte: kind.rawValue)
      digest.add(text)
    case .post(let selector, let subject, let body):
      digest.add(2, selector)
      digest.add(subject)
      digest.add(body)
    case .reply(let selector, let sequence, let body):
      digest.add(3, selector)
      digest.add(sequence.number)
      digest.add(body)
    case .direct(let target, let kind, let text):
      digest.add(byte: 4)
      switch target {
      case .last: digest.add(byte: 0)
      case .named(let name): digest.add(name.key)
      }
      digest.add(byte: kind.rawValue)
      digest.add(text)
    case .settings, .runStarted, .expireRoom, .expireHeld, .announce, .login, .nick, .quit, .join,
      .add, .leave, .close, .setTopic, .remove, .away, .ignore, .verified, .administer, .moderate:
      break
    }
    return digest.value
  }

  private mutating func add(_ verb: UInt8, _ selector: RoomSelector) {
    self.add(byte: verb)
    switch selector {
    case .current: self.add(byte: 0)
    case .named(let name): self.add(name.key)
    }
  }

  private mutating func add(byte: UInt8) {
    self.value = (self.value ^ UInt64(byte)) &* 0x100_0000_01B3
  }

  private mutating func add(_ number: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) {
      self.add(byte: UInt8(truncatingIfNeeded: number >> UInt64(shift)))
    }
  }

  /// The length comes first, so that two texts are not taken for another two.
  private mutating func add(_ text: String) {
    self.add(UInt64(text.utf8.count))
    for byte in text.utf8 { self.add(byte: byte) }
  }
}
