import ParleyModel

/// What operators and administrators ask.
extension Conversation {
  func reply(to query: ModerationQuery, by actor: Actor) throws(Refusal) -> Reply {
    switch query {
    case .options(let selector): try self.options(selector, by: actor)
    case .standings(let territory, let kind): try self.standings(territory, kind, by: actor)
    case .audit(let territory, let limit): try self.audit(territory, limit: limit, by: actor)
    }
  }

  /// For members, too.
  private func options(_ selector: RoomSelector, by actor: Actor) throws(Refusal) -> Reply {
    let id = try self.governed(selector, by: actor, needs: .member)
    guard let room = self.rooms[id] else { throw .noCurrentRoom }
    let owner: String? =
      switch room.state.owner {
      case .account(let id): self.accounts[id]?.name.text
      case .participant(let id): self.participants[id]?.state.name.text
      case nil: nil
      }
    return .moderation(
      .options(
        room: room.state.name.text, room.state.options, backlog: self.backlog(of: room),
        owner: owner))
  }

  private func standings(
    _ territory: Territory, _ kind: StandingKind, by actor: Actor
  ) throws(Refusal) -> Reply {
    let id: RoomID
    switch territory {
    case .server:
      guard actor.isAdministrator else { throw .notPermitted(.administer) }
      id = .server
    case .room(let selector):
      // Who the operators are is no secret of theirs.
      let role: Role = kind == .operatorship ? .member : .operator
      id = try self.governed(selector, by: actor, needs: role)
    }
    let all = self.standings(in: id).filter {
      $0.kind == kind && $0.holds(at: self.state.lastStamp)
    }
    let shown = all.listed(bytes: \.textBytes) { standing in
      StandingSummary(
        title: standing.title, by: standing.by, since: standing.since, until: standing.until,
        reason: standing.reason)
    }
    return .moderation(
      .standings(
        room: id == .server ? nil : self.title(of: id), kind, shown,
        more: all.count - shown.count))
  }
}

extension StandingSummary {
  fileprivate var textBytes: Int {
    self.title.utf8.count + self.by.utf8.count + self.reason.utf8.count
  }
}
