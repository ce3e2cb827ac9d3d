import ParleyModel

/// Who did what: kept with the room, and all of it for the administrators.
extension Conversation {
  /// Keeps what was done, in a room or on the server.
  mutating func audit(
    _ text: String, in room: RoomID, by sender: Sender, _ entry: Entry,
    into effects: inout Effects
  ) {
    var prefix = ""
    if room != .server {
      prefix = "[\(self.rooms[room]?.state.name.text ?? "")] "
      let known = self.rooms[room]?.state.audit
      if let audit = known ?? self.makeAudit(of: room, at: entry.stamp) {
        if known == nil { self.change(room) { $0.state.audit = audit } }
        self.keep(text, in: audit, by: sender, entry, into: &effects)
      }
    }
    let known = self.state.audit
    if let audit = known ?? self.makeAudit(of: .server, at: entry.stamp) {
      self.state.audit = audit
      self.keep(prefix + text, in: audit, by: sender, entry, into: &effects)
    }
  }

  private mutating func makeAudit(of room: RoomID, at stamp: Timestamp) -> RoomID? {
    guard self.state.lastRoom.number < RoomID.numberMax else { return nil }
    return self.make(.audit(room), Name(text: "", key: ""), owner: nil, at: stamp)
  }

  private mutating func keep(
    _ text: String, in audit: RoomID, by sender: Sender, _ entry: Entry,
    into effects: inout Effects
  ) {
    let stored = self.change(audit) { room in
      room.store(Draft(kind: .notify, body: text), from: sender, at: entry.stamp)
    }
    if let stored { effects.records.append(.message(stored)) }
  }

  /// What was done in a room, for its operators; on the server, for administrators.
  func audit(
    _ territory: Territory, limit: Int?, by actor: Actor
  ) throws(Refusal) -> Reply {
    let audit: RoomID?
    var name: String?
    switch territory {
    case .server:
      guard actor.isAdministrator else { throw .notPermitted(.administer) }
      audit = self.state.audit
    case .room(let selector):
      let id = try self.governed(selector, by: actor, needs: .operator)
      name = self.rooms[id]?.state.name.text
      audit = self.rooms[id]?.state.audit
    }
    let limit = min(max(limit ?? Limits.auditDefault, 1), Limits.historyMax)
    let everything = Window.everything
    let excerpt = audit.flatMap { self.rooms[$0] }?.newest(limit, window: everything)
    return .audit(room: name, excerpt ?? .messages([], more: false))
  }
}

/// How the audit log says things.
enum AuditText {
  /// ` for 2 h: spam`, or nothing of what is not said.
  static func how(_ microseconds: Int64?, _ reason: String) -> String {
    (microseconds.map { " for " + self.duration($0) } ?? "")
      + (reason.isEmpty ? "" : ": " + reason)
  }

  /// In the largest unit that it has a whole number of.
  static func duration(_ microseconds: Int64) -> String {
    let seconds = max(1, microseconds / 1_000_000)
    for (unit, word) in [(86_400, "d"), (3_600, "h"), (60, "min")] as [(Int64, String)]
    where seconds % unit == 0 {
      return "\(seconds / unit) \(word)"
    }
    return "\(seconds) s"
  }

  /// What an administrator decided about accounts.
  static func decision(_ proposal: AdminProposal) -> String {
    switch proposal {
    case .create(let name, _, let isAdministrator):
      "made the account \(name.text)" + (isAdministrator ? ", an administrator" : "")
    case .setPassword(let name, _): "set a password of \(name.text)"
    case .setAdministrator(let name, true): "made \(name.text) an administrator"
    case .setAdministrator(let name, false): "took administration from \(name.text)"
    case .delete(let name): "deleted the account \(name.text)"
    case .addToken(let name, _, let scopes, _): "made a token of \(name.text) (\(scopes.text))"
    case .revokeToken(let name, let number): "revoked token \(number) of \(name.text)"
    case .addInvite: "made an invitation code"
    case .revokeInvite(let number): "revoked invitation code \(number)"
    case .announce(let text): "announced: \(text)"
    case .moderate: ""
    }
  }
}
