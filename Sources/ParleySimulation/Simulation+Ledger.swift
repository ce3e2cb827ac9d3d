import ParleyCore
import ParleyLog
import ParleyModel
import ParleyRuntime
import ParleyTesting

/// What the node tells and keeps, against the ledger.
extension Simulation {
  /// Takes what the log has beyond the ledger into account, without anybody having been told: a
  /// start, or a batch whose process stopped.
  func absorb() throws {
    for entry in self.storage.history(from: self.ledger.applied) {
      let effects = self.ledger.apply(entry)
      try self.ledger.keep(entry, effects)
    }
  }

  /// What a turn tells is what follows from the durable entries, and besides that answers and
  /// refusals alone.
  func checkTold(_ items: [Effect]) throws {
    var place = 0
    for entry in self.storage.history(from: self.ledger.applied) {
      let effects = self.ledger.apply(entry)
      if let first = effects.items.first {
        while place < items.count, items[place] != first {
          try self.checkAnswer(items[place])
          place += 1
        }
      }
      try self.ledger.keep(entry, effects)
      for item in effects.items {
        guard place < items.count, items[place] == item else {
          throw SimulationFault(.durability, "the log has \(entry.proposal), which was not told")
        }
        try self.tell(item)
        place += 1
      }
    }
    for item in items[place...] { try self.checkAnswer(item) }
  }

  /// A turn of which nobody is to be told, as when a room's time is over, is handed to nobody.
  func checkUntold() throws {
    for entry in self.storage.history(from: self.ledger.applied) {
      let effects = self.ledger.apply(entry)
      try self.ledger.keep(entry, effects)
      guard effects.items.isEmpty else {
        throw SimulationFault(.durability, "the log has \(entry.proposal), which was not told")
      }
    }
  }

  /// Something that does not follow from an entry.
  private func checkAnswer(_ item: Effect) throws {
    guard case .session(_, let effect) = item else {
      throw SimulationFault(.durability, "\(item) was told and is not in the log")
    }
    switch effect {
    case .refused, .closing, .closed, .work: break
    case .reply(_, let reply):
      guard reply.isQuery else {
        throw SimulationFault(.durability, "\(reply) was answered and is not in the log")
      }
    case .loggedIn, .opened, .resumed, .ignored, .direct, .told:
      throw SimulationFault(.durability, "\(effect) was told and is not in the log")
    }
    try self.tell(item)
  }

  /// Writes an effect into the scripts of those who must be shown it.
  private func tell(_ item: Effect) throws {
    switch item {
    case .room(let event, let origin):
      let bytes = ProbeFrame.event(event)
      for client in self.clients {
        client?.script.tell(event, bytes, isOwn: client?.session == origin)
      }
    case .session(let id, let effect):
      guard let client = self.clients.lazy.compactMap({ $0 }).first(where: { $0.session == id })
      else { return }
      var expected: ExpectedAnswer?
      if case .reply(let tag, let reply) = effect {
        let command = client.script.asked.removeValue(forKey: tag)
        expected = self.ledger.expected(reply, to: command, from: id)
        if let expected, case .messages(let messages, _) = reply.excerpt {
          try self.ledger.check(messages.map { ProbeFrame.bytes(of: $0)[...] }, against: expected)
        }
      }
      client.script.tell(effect, expected)
      if case .resumed(let replay) = effect { client.script.tell(replay, self.ledger) }
    case .everyone: break
    }
  }

  /// At rest: nobody waits for anything, and state, archive and log agree.
  func checkRest() throws {
    try self.absorb()
    for client in self.clients.compactMap({ $0 }) { try client.checkRest(self.ledger) }
    let expected = self.ledger.canonicalBytes
    guard self.engine?.isArchived == true else {
      throw SimulationFault(.state, "the archive has not caught up at rest")
    }
    guard self.engine?.canonicalBytes == expected else {
      throw SimulationFault(.state, "the state differs from the whole log's")
    }
    let fold = self.storage.fold
    guard Conversation(loading: fold.loaded).canonicalBytes() == expected else {
      throw SimulationFault(.state, "the archive's state differs from the whole log's")
    }
    for room in fold.rooms {
      let lines = self.ledger.pages[room.id]?.lines ?? []
      let messages = fold.messages(in: room.id)
      guard lines.count == messages.count else {
        throw SimulationFault(
          .durability, "the archive has \(messages.count) messages of \(lines.count)")
      }
      for (line, message) in zip(lines, messages)
      where (line.removedBytes ?? line.bytes) != ProbeFrame.bytes(of: message) {
        throw SimulationFault(.durability, "the archive has \(message) with another text")
      }
    }
  }
}

extension Reply {
  /// Whether it answers a command that changes nothing.
  fileprivate var isQuery: Bool {
    switch self {
    case .greeting, .pong, .topic, .posts, .message, .history, .found, .people, .rooms, .profile,
      .audit, .local:
      true
    case .welcome, .renamed, .entered, .left, .closed, .topicSet, .stored, .delivered, .removed,
      .away,
      .ignoring:
      false
    case .account(.tokens), .account(.unread), .account(.accounts), .account(.invites),
      .account(.sessions):
      true
    case .moderation(.options), .moderation(.standings): true
    case .account, .moderation, .notice: false
    }
  }
}
