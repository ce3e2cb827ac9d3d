package import ParleyModel

/// What is said to people about a room's order: the same words on every door that has none of its
/// own.
package enum ChangeText {
  /// What somebody did, to follow the name.
  package static func deed(_ change: RoomChange) -> String {
    switch change {
    case .setting(let setting): self.deed(setting)
    case .standing(let kind, let title, let until, let reason, true):
      self.made(kind, title) + self.end(until) + self.because(reason)
    case .standing(let kind, let title, _, _, false): self.takenBack(kind, title)
    case .owner(let name?): "made \(name) the owner"
    case .owner(nil): "left the room to nobody: it has no owner now"
    case .removedAll(let name, let sequences, _):
      "removed \(sequences.count) \(sequences.count == 1 ? "message" : "messages") of \(name)"
    }
  }

  private static func deed(_ setting: RoomSetting) -> String {
    switch setting {
    case .backlog(.count(let count)?): "set the backlog for newcomers to \(count)"
    case .backlog(.all?): "lets newcomers see everything"
    case .backlog(nil): "set the backlog for newcomers to the server's default"
    case .isPrivate(true): "made the room private: only who is invited may join"
    case .isPrivate(false): "opened the room to everybody"
    case .isUnlisted(true): "took the room off the list"
    case .isUnlisted(false): "put the room on the list"
    case .isPermanent(true): "made the room permanent"
    case .isPermanent(false): "made the room end with its last member"
    case .slow(let seconds):
      seconds == 0
        ? "ended slow mode" : "set slow mode: one message in \(seconds) s of each member"
    case .posting(.members): "lets every member post"
    case .posting(.operators): "lets only operators post"
    }
  }

  private static func made(_ kind: StandingKind, _ title: String) -> String {
    switch kind {
    case .operatorship: "made \(title) an operator"
    case .ban: "banned \(title)"
    case .mute: "muted \(title)"
    case .invitation: "invited \(title)"
    }
  }

  private static func takenBack(_ kind: StandingKind, _ title: String) -> String {
    switch kind {
    case .operatorship: "took the operator's role from \(title)"
    case .ban: "lifted the ban of \(title)"
    case .mute: "lets \(title) speak again"
    case .invitation: "takes \(title)'s invitation back"
    }
  }

  /// A sentence without its full stop.
  package static func notice(_ notice: Notice) -> String {
    switch notice {
    case .expelled(let room, let by, let isBanned, let until, let reason, current: _):
      "you were \(isBanned ? "banned" : "kicked") from \(room) by \(by)" + self.end(until)
        + self.because(reason)
    case .muted(let room, let by, let until, let reason):
      "you were muted in \(room) by \(by)" + self.end(until) + self.because(reason)
    case .unmuted(let room, let by): "\(by) lets you speak in \(room) again"
    case .invited(let room, let by): "\(by) invites you to \(room)"
    case .reported(let room, let sequence, let author, let by, let reason):
      "\(by) reports #\(sequence.number) of \(author) in \(room)" + self.because(reason)
    }
  }

  /// ` until 2026-11-21 14:05 UTC`, or nothing.
  package static func end(_ until: Timestamp?) -> String {
    until.map { " until \(CivilTime.text(of: $0)) UTC" } ?? ""
  }

  private static func because(_ reason: String) -> String {
    reason.isEmpty ? "" : ": " + reason
  }
}
