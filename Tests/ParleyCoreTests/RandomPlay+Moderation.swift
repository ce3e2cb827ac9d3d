import ParleyModel

/// Moderation, drawn like the rest: most of it by people who may not.
extension RandomPlay {
  mutating func moderation() -> Moderation {
    let room = self.selector()
    return switch self.below(15) {
    case 0, 1: .set(room, self.setting())
    case 2: .kick(room, self.name(), reason: "enough")
    case 3: .grantOperator(room, self.name())
    case 4: .revokeOperator(room, self.name())
    case 5, 6: self.sanction()
    case 7: .lift(self.territory(), self.below(2) == 0 ? .ban : .mute, self.sanctioned())
    case 8, 9: .invite(room, self.name())
    case 10: .transfer(room, self.name())
    case 11: .disown(room)
    case 12: .removeAll(room, .name(self.name()))
    case 13: .removeAll(room, .author(of: self.sequence()))
    default: .report(room, self.sequence(), reason: "rude")
    }
  }

  private mutating func sanction() -> Moderation {
    let territory = self.territory()
    // Nobody would be left after some bans from the server without an end.
    let isForever = territory != .server && self.below(2) == 0
    return .sanction(
      territory, self.below(2) == 0 ? .ban : .mute, self.sanctioned(),
      microseconds: isForever ? nil : Int64(1 + self.below(5_000_000)),
      reason: self.below(2) == 0 ? "" : "rude")
  }

  private mutating func territory() -> Territory {
    self.below(12) == 0 ? .server : .room(self.selector())
  }

  private mutating func sanctioned() -> SanctionTarget {
    switch self.below(4) {
    case 0: .mask(NameMask(text: "*a", key: "*a"))
    case 1:
      .address(AddressMask(PeerAddress(high: UInt64(1 + self.below(3)), low: 0), prefix: 64))
    default: .name(self.name())
    }
  }

  private mutating func setting() -> RoomSetting {
    switch self.below(6) {
    case 0: .isPrivate(self.below(2) == 0)
    case 1: .isUnlisted(self.below(2) == 0)
    case 2: .isPermanent(self.below(2) == 0)
    case 3: .slow(seconds: UInt32(self.below(3)))
    // The checkers know the one backlog that there is.
    case 4: .backlog(.count(3))
    default: .posting(self.below(2) == 0 ? .members : .operators)
    }
  }
}
