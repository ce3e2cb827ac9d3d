import ParleyModel
import SwiftProtobuf

// The small values that entries and states share.

extension ProtoName {
  init(_ name: Name) {
    self.text = name.text
    if name.key != name.text { self.key = name.key }
  }

  /// Nil stands for the current room.
  init?(_ selector: RoomSelector) {
    guard case .named(let name) = selector else { return nil }
    self.init(name)
  }
}

extension Name {
  init(_ proto: ProtoName) throws(CodecError) {
    try known(proto)
    self.init(text: proto.text, key: proto.hasKey ? proto.key : proto.text)
  }
}

extension ProtoMessageKind {
  init(_ kind: MessageKind) {
    switch kind {
    case .say: self = .say
    case .action: self = .action
    case .post: self = .post
    case .notify: self = .notify
    }
  }
}

extension MessageKind {
  init(_ proto: ProtoMessageKind) throws(CodecError) {
    switch proto {
    case .say: self = .say
    case .action: self = .action
    case .post: self = .post
    case .notify: self = .notify
    case .unspecified, .UNRECOGNIZED: throw .newer("unknown kind of message")
    }
  }
}

extension ProtoAfterLeaving {
  init(_ then: AfterLeaving) {
    switch then {
    case .lobby: self = .lobby
    case .nowhere: self = .nowhere
    }
  }
}

extension AfterLeaving {
  init(_ proto: ProtoAfterLeaving) throws(CodecError) {
    switch proto {
    case .lobby: self = .lobby
    case .nowhere: self = .nowhere
    case .unspecified, .UNRECOGNIZED: throw .newer("unknown way of leaving")
    }
  }
}

extension ProtoDeparture {
  init(_ departure: Departure) {
    switch departure {
    case .left: self.reason = .left
    case .switched: self.reason = .switched
    case .quit(let lastWord):
      self.reason = .quit
      self.lastWord = lastWord
    case .connectionLost: self.reason = .connectionLost
    case .timedOut: self.reason = .timedOut
    case .kicked(let by, let why):
      self.reason = .kicked
      self.by = by
      self.why = why
    case .serverStopped: self.reason = .serverStopped
    }
  }
}

extension Departure {
  init(_ proto: ProtoDeparture) throws(CodecError) {
    try known(proto)
    switch proto.reason {
    case .left: self = .left
    case .switched: self = .switched
    case .quit: self = .quit(proto.lastWord)
    case .connectionLost: self = .connectionLost
    case .timedOut: self = .timedOut
    case .kicked: self = .kicked(by: proto.by, reason: proto.why)
    case .serverStopped: self = .serverStopped
    case .unspecified, .UNRECOGNIZED: throw .newer("unknown reason for going")
    }
  }
}

extension ProtoBacklog {
  init(_ backlog: Backlog) {
    switch backlog {
    case .count(let count): self.amount = .count(UInt32(clamping: count))
    case .all: self.amount = .all(true)
    }
  }
}

extension Backlog {
  init(_ proto: ProtoBacklog) throws(CodecError) {
    try known(proto)
    switch proto.amount {
    case .count(let count): self = .count(Int(count))
    case .all: self = .all
    case nil: throw .newer("unknown kind of backlog")
    }
  }
}

extension ProtoSettings {
  init(_ settings: Settings) {
    self.defaultBacklog = ProtoBacklog(settings.defaultBacklog)
    self.autojoin = settings.autojoin.map { ProtoName($0) }
    self.permanentRooms = settings.permanentRooms.map { ProtoName($0) }
    self.emptyRoomMicroseconds = settings.emptyRoomMicroseconds
    self.registration =
      switch settings.registration {
      case .open: .open
      case .invite: .invite
      case .closed: .closed
      }
    self.guestsRefused = !settings.allowsGuests
    self.roomCreation =
      switch settings.roomCreation {
      case .everybody: .everybody
      case .accounts: .accounts
      case .administrators: .administrators
      }
    self.ownedRoomsMax = UInt32(clamping: settings.ownedRoomsMax)
    self.strangersMax = UInt32(clamping: settings.strangersMax)
    self.holdMicroseconds = settings.holdMicroseconds
  }
}

extension Settings {
  init(_ proto: ProtoSettings) throws(CodecError) {
    try known(proto)
    self.init(
      defaultBacklog: try Backlog(proto.defaultBacklog),
      autojoin: try proto.autojoin.map { (name) throws(CodecError) in try Name(name) },
      permanentRooms: try proto.permanentRooms.map { (name) throws(CodecError) in
        try Name(name)
      },
      emptyRoomMicroseconds: proto.emptyRoomMicroseconds,
      registration: try Registration(proto.registration), allowsGuests: !proto.guestsRefused,
      roomCreation: try RoomCreation(proto.roomCreation))
    if proto.hasOwnedRoomsMax { self.ownedRoomsMax = Int(proto.ownedRoomsMax) }
    if proto.hasStrangersMax { self.strangersMax = Int(proto.strangersMax) }
    if proto.hasHoldMicroseconds { self.holdMicroseconds = proto.holdMicroseconds }
  }
}

extension Registration {
  fileprivate init(_ proto: ProtoRegistration) throws(CodecError) {
    switch proto {
    case .unspecified, .open: self = .open
    case .invite: self = .invite
    case .closed: self = .closed
    case .UNRECOGNIZED: throw .newer("unknown way of registering")
    }
  }
}

extension RoomCreation {
  fileprivate init(_ proto: ProtoRoomCreation) throws(CodecError) {
    switch proto {
    case .unspecified, .everybody: self = .everybody
    case .accounts: self = .accounts
    case .administrators: self = .administrators
    case .UNRECOGNIZED: throw .newer("unknown makers of rooms")
    }
  }
}

extension ProtoEpoch {
  init(_ epoch: Epoch) {
    self.incarnation = epoch.incarnation
    self.counter = epoch.counter
  }
}

extension Epoch {
  init(_ proto: ProtoEpoch) throws(CodecError) {
    try known(proto)
    self.init(incarnation: proto.incarnation, counter: proto.counter)
  }
}

extension ProtoWindow {
  init(_ window: Window) {
    self.firstLine = window.firstLine.number
    self.firstPost = window.firstPost.number
  }
}

extension Window {
  init(_ proto: ProtoWindow) throws(CodecError) {
    try known(proto)
    self.init(firstLine: Sequence(proto.firstLine), firstPost: Sequence(proto.firstPost))
  }
}

extension ProtoTopic {
  init(_ topic: Topic) {
    self.text = topic.text
    self.by = topic.by
    self.time = topic.time.microseconds
  }
}

extension Topic {
  init(_ proto: ProtoTopic) throws(CodecError) {
    try known(proto)
    self.init(
      text: proto.text, by: proto.by, time: Timestamp(microseconds: proto.time))
  }
}

extension ProtoSender {
  init(_ sender: Sender) {
    self.participant = sender.participant.number
    self.name = sender.name
    if let account = sender.account { self.account = account }
  }
}

extension Sender {
  init(_ proto: ProtoSender) throws(CodecError) {
    try known(proto)
    self.init(
      participant: ParticipantID(proto.participant), name: proto.name,
      account: proto.hasAccount ? proto.account : nil)
  }
}
