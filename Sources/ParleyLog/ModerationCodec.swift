package import ParleyModel
import SwiftProtobuf

// Roles and moderation: what of them is kept, and what is decided about them.

extension ProtoAddress {
  init(_ address: PeerAddress) {
    self.high = address.high
    self.low = address.low
  }
}

extension PeerAddress {
  init(_ proto: ProtoAddress) throws(CodecError) {
    try known(proto)
    self.init(high: proto.high, low: proto.low)
  }
}

extension ProtoAddressMask {
  init(_ mask: AddressMask) {
    self.address = ProtoAddress(mask.address)
    self.prefix = UInt32(mask.prefix)
  }
}

extension AddressMask {
  init(_ proto: ProtoAddressMask) throws(CodecError) {
    try known(proto)
    self.init(try PeerAddress(proto.address), prefix: UInt8(clamping: proto.prefix))
  }
}

extension ProtoName {
  init(_ mask: NameMask) {
    self.init(Name(text: mask.text, key: mask.key))
  }
}

extension NameMask {
  init(_ proto: ProtoName) throws(CodecError) {
    self.init(try Name(proto))
  }
}

extension ProtoStandingKind {
  init(_ kind: StandingKind) {
    switch kind {
    case .operatorship: self = .operatorship
    case .ban: self = .ban
    case .mute: self = .mute
    case .invitation: self = .invitation
    }
  }
}

extension StandingKind {
  init(_ proto: ProtoStandingKind) throws(CodecError) {
    switch proto {
    case .operatorship: self = .operatorship
    case .ban: self = .ban
    case .mute: self = .mute
    case .invitation: self = .invitation
    case .unspecified, .UNRECOGNIZED: throw .newer("unknown kind of standing")
    }
  }
}

extension SanctionKind {
  fileprivate init(_ proto: ProtoStandingKind) throws(CodecError) {
    switch proto {
    case .ban: self = .ban
    case .mute: self = .mute
    case .operatorship, .invitation, .unspecified, .UNRECOGNIZED:
      throw .newer("unknown kind of sanction")
    }
  }
}

extension ProtoPosting {
  init(_ posting: Posting) {
    switch posting {
    case .members: self = .members
    case .operators: self = .operators
    }
  }
}

extension Posting {
  init(_ proto: ProtoPosting) throws(CodecError) {
    switch proto {
    case .unspecified, .members: self = .members
    case .operators: self = .operators
    case .UNRECOGNIZED: throw .newer("unknown rule for posting")
    }
  }
}

extension ProtoRoomSetting {
  init(_ setting: RoomSetting) {
    switch setting {
    case .backlog(let backlog?): self.backlog = ProtoBacklog(backlog)
    case .backlog(nil): self.defaultBacklog = true
    case .isPrivate(let isOn): self.isPrivate = isOn
    case .isUnlisted(let isOn): self.isUnlisted = isOn
    case .isPermanent(let isOn): self.isPermanent = isOn
    case .slow(let seconds): self.slowSeconds = seconds
    case .posting(let posting): self.posting = ProtoPosting(posting)
    }
  }
}

extension RoomSetting {
  init(_ proto: ProtoRoomSetting) throws(CodecError) {
    try known(proto)
    switch proto.what {
    case .backlog(let backlog): self = .backlog(try Backlog(backlog))
    case .defaultBacklog: self = .backlog(nil)
    case .isPrivate(let isOn): self = .isPrivate(isOn)
    case .isUnlisted(let isOn): self = .isUnlisted(isOn)
    case .isPermanent(let isOn): self = .isPermanent(isOn)
    case .slowSeconds(let seconds): self = .slow(seconds: seconds)
    case .posting(let posting): self = .posting(try Posting(posting))
    case nil: throw .newer("unknown setting of a room")
    }
  }
}

// MARK: What is decided

extension ProtoTerritory {
  fileprivate init(_ selector: RoomSelector) {
    switch selector {
    case .current: self.current = true
    case .named(let name): self.room = ProtoName(name)
    }
  }

  fileprivate init(_ territory: Territory) {
    switch territory {
    case .room(let selector): self.init(selector)
    case .server:
      self.init()
      self.server = true
    }
  }
}

extension Territory {
  fileprivate init(_ proto: ProtoTerritory) throws(CodecError) {
    try known(proto)
    switch proto.what {
    case .room(let name): self = .room(.named(try Name(name)))
    case .current: self = .room(.current)
    case .server: self = .server
    case nil: throw .newer("a decision is about what this release does not know")
    }
  }

  fileprivate func room() throws(CodecError) -> RoomSelector {
    guard case .room(let selector) = self else {
      throw .damaged("a decision about a room names none")
    }
    return selector
  }
}

extension ProtoSanctionTarget {
  fileprivate init(_ target: SanctionTarget) {
    switch target {
    case .name(let name): self.name = ProtoName(name)
    case .mask(let mask): self.mask = ProtoName(mask)
    case .address(let mask): self.address = ProtoAddressMask(mask)
    }
  }
}

extension SanctionTarget {
  fileprivate init(_ proto: ProtoSanctionTarget) throws(CodecError) {
    try known(proto)
    switch proto.what {
    case .name(let name): self = .name(try Name(name))
    case .mask(let mask): self = .mask(try NameMask(mask))
    case .address(let mask): self = .address(try AddressMask(mask))
    case nil: throw .newer("a sanction of whom this release does not know")
    }
  }
}

extension ProtoModerate {
  init(_ moderation: Moderation) {
    switch moderation {
    case .set(let room, let setting):
      self.territory = ProtoTerritory(room)
      self.set = ProtoRoomSetting(setting)
    case .kick(let room, let name, let reason):
      self.territory = ProtoTerritory(room)
      self.kick = .with {
        $0.name = ProtoName(name)
        $0.reason = reason
      }
    case .grantOperator(let room, let name):
      self.territory = ProtoTerritory(room)
      self.grantOperator = ProtoName(name)
    case .revokeOperator(let room, let name):
      self.territory = ProtoTerritory(room)
      self.revokeOperator = ProtoName(name)
    case .sanction(let territory, let kind, let target, let microseconds, let reason):
      self.territory = ProtoTerritory(territory)
      self.sanction = .with {
        $0.kind = ProtoStandingKind(kind.standing)
        $0.target = ProtoSanctionTarget(target)
        if let microseconds { $0.microseconds = microseconds }
        $0.reason = reason
      }
    case .lift(let territory, let kind, let target):
      self.territory = ProtoTerritory(territory)
      self.lift = .with {
        $0.kind = ProtoStandingKind(kind.standing)
        $0.target = ProtoSanctionTarget(target)
      }
    case .invite(let room, let name):
      self.territory = ProtoTerritory(room)
      self.invite = ProtoName(name)
    case .transfer(let room, let name):
      self.territory = ProtoTerritory(room)
      self.transfer = ProtoName(name)
    case .disown(let room):
      self.territory = ProtoTerritory(room)
      self.disown = true
    case .removeAll(let room, let source):
      self.territory = ProtoTerritory(room)
      self.removeAll = .with {
        switch source {
        case .name(let name): $0.name = ProtoName(name)
        case .author(let sequence): $0.authorOf = sequence.number
        }
      }
    case .report(let room, let sequence, let reason):
      self.territory = ProtoTerritory(room)
      self.report = .with {
        $0.sequence = sequence.number
        $0.reason = reason
      }
    }
  }
}

extension Moderation {
  init(_ proto: ProtoModerate) throws(CodecError) {
    try known(proto)
    let territory = try Territory(proto.territory)
    switch proto.what {
    case .set(let setting): self = .set(try territory.room(), try RoomSetting(setting))
    case .kick(let it):
      try known(it)
      self = .kick(try territory.room(), try Name(it.name), reason: it.reason)
    case .grantOperator(let name):
      self = .grantOperator(try territory.room(), try Name(name))
    case .revokeOperator(let name):
      self = .revokeOperator(try territory.room(), try Name(name))
    case .sanction(let it):
      try known(it)
      self = .sanction(
        territory, try SanctionKind(it.kind), try SanctionTarget(it.target),
        microseconds: it.hasMicroseconds ? it.microseconds : nil, reason: it.reason)
    case .lift(let it):
      try known(it)
      self = .lift(territory, try SanctionKind(it.kind), try SanctionTarget(it.target))
    case .invite(let name): self = .invite(try territory.room(), try Name(name))
    case .transfer(let name): self = .transfer(try territory.room(), try Name(name))
    case .disown: self = .disown(try territory.room())
    case .removeAll(let it):
      try known(it)
      self = .removeAll(try territory.room(), try MessageSource(it.source))
    case .report(let it):
      try known(it)
      self = .report(try territory.room(), Sequence(it.sequence), reason: it.reason)
    case nil: throw .newer("a room was moderated in a way that this release does not know")
    }
  }
}

extension MessageSource {
  fileprivate init(_ proto: ProtoModerate.RemoveAll.OneOf_Source?) throws(CodecError) {
    switch proto {
    case .name(let name): self = .name(try Name(name))
    case .authorOf(let sequence): self = .author(of: Sequence(sequence))
    case nil: throw .newer("messages of whom this release does not know were removed")
    }
  }
}

// MARK: What is kept and told

extension ProtoStandingState {
  init(_ state: StandingState) {
    self.room = state.room.number
    self.number = state.number
    self.kind = ProtoStandingKind(state.kind)
    switch state.subject {
    case .holder(.account(let id)): self.account = id.number
    case .holder(.participant(let id)): self.participant = id.number
    case .name(let mask): self.name = ProtoName(mask)
    case .address(let mask): self.address = ProtoAddressMask(mask)
    }
    self.title = state.title
    if let guest = state.guest { self.guest = guest.participant.number }
    if let address = state.guest?.address { self.guestAddress = ProtoAddressMask(address) }
    self.by = state.by
    self.since = state.since.microseconds
    if let until = state.until { self.until = until.microseconds }
    self.reason = state.reason
  }
}

extension StateCodec {
  package static func standing(_ bytes: [UInt8]) throws(CodecError) -> StandingState {
    let it: ProtoStandingState = try self.message(bytes)
    let subject: StandingSubject
    switch it.subject {
    case .account(let id): subject = .holder(.account(AccountID(id)))
    case .participant(let id): subject = .holder(.participant(ParticipantID(id)))
    case .name(let name): subject = .name(try NameMask(name))
    case .address(let mask): subject = .address(try AddressMask(mask))
    case nil: throw .newer("a standing of whom this release does not know")
    }
    var guest: GuestTrace?
    if it.hasGuest {
      guest = GuestTrace(
        participant: ParticipantID(it.guest),
        address: it.hasGuestAddress ? try AddressMask(it.guestAddress) : nil)
    }
    return StandingState(
      room: RoomID(it.room), number: it.number, kind: try StandingKind(it.kind),
      subject: subject, title: it.title, guest: guest,
      by: it.by, since: Timestamp(microseconds: it.since),
      until: it.hasUntil ? Timestamp(microseconds: it.until) : nil, reason: it.reason)
  }
}

extension ProtoRoomEvent {
  mutating func set(_ change: RoomChange) {
    switch change {
    case .setting(let setting): self.setting = ProtoRoomSetting(setting)
    case .standing(let kind, let title, let until, let reason, let isMade):
      self.standing = .with {
        $0.kind = ProtoStandingKind(kind)
        $0.title = title
        if let until { $0.until = until.microseconds }
        $0.reason = reason
        $0.isMade = isMade
      }
    case .owner(let name):
      self.owner = .with { if let name { $0.name = name } }
    case .removedAll(let name, let sequences, let epoch):
      self.removedAll = .with {
        $0.of = name
        $0.sequences = sequences.map(\.number)
        $0.idEpoch = ProtoEpoch(epoch)
      }
    }
  }
}

extension RoomChange {
  init(_ it: ProtoRoomEvent.Standing) throws(CodecError) {
    try known(it)
    self = .standing(
      try StandingKind(it.kind), title: it.title,
      until: it.hasUntil ? Timestamp(microseconds: it.until) : nil, reason: it.reason,
      isMade: it.isMade)
  }

  init(_ it: ProtoRoomEvent.RemovedAll) throws(CodecError) {
    try known(it)
    self = .removedAll(
      of: it.of, it.sequences.map { Sequence($0) }, try Epoch(it.idEpoch))
  }
}
