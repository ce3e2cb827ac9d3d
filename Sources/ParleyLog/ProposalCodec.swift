import ParleyModel
import SwiftProtobuf

extension ProtoEntry {
  init(_ entry: Entry) {
    self.stamp = entry.stamp.microseconds
    self.session = entry.session.number
    if let nonce = entry.nonce { self.nonce = nonce.text }
    if entry.address != .none { self.address = ProtoAddress(entry.address) }
    if let comeback = entry.comeback { self.comeback = ProtoComeback(comeback) }
    self.proposal = Self.proposal(entry.proposal)
  }

  private static func proposal(_ proposal: Proposal) -> OneOf_Proposal {
    switch proposal {
    case .settings(let settings): .settings(ProtoSettings(settings))
    case .runStarted(let incarnation): .runStarted(incarnation)
    case .expireRoom(let room, let since): Self.expireRoom(room, since)
    case .expireHeld(let place, let until): .expireHeld(ProtoExpireHeld(place, until))
    case .announce(let text): .announce(text)
    case .login(let name, let autojoin):
      .login(
        .with {
          $0.name = ProtoName(name)
          $0.autojoin = autojoin
        })
    case .nick(let name): .nick(ProtoName(name))
    case .quit(let departure): .quit(ProtoDeparture(departure))
    case .join(let name): .join(ProtoName(name))
    case .add(let name): .add(ProtoName(name))
    case .leave(let room, let then):
      .leave(
        .with {
          if let name = ProtoName(room) { $0.room = name }
          $0.then = ProtoAfterLeaving(then)
        })
    case .close(let room):
      .close(.with { if let name = ProtoName(room) { $0.room = name } })
    case .setTopic(let room, let text):
      .setTopic(
        .with {
          if let name = ProtoName(room) { $0.room = name }
          $0.text = text
        })
    case .say(let room, let kind, let text):
      .say(
        .with {
          if let name = ProtoName(room) { $0.room = name }
          $0.kind = ProtoMessageKind(kind)
          $0.text = text
        })
    case .post(let room, let subject, let body):
      .post(
        .with {
          if let name = ProtoName(room) { $0.room = name }
          $0.subject = subject
          $0.body = body
        })
    case .reply(let room, let to, let body):
      .answer(
        .with {
          if let name = ProtoName(room) { $0.room = name }
          $0.to = to.number
          $0.body = body
        })
    case .direct(let target, let kind, let text):
      .direct(
        .with {
          if case .named(let name) = target { $0.name = ProtoName(name) }
          $0.kind = ProtoMessageKind(kind)
          $0.text = text
        })
    case .remove(let conversation, let sequence): Self.remove(conversation, sequence)
    case .away(let text): .away(.with { if let text { $0.text = text } })
    case .ignore(let name): .ignore(ProtoName(name))
    case .verified(let verified): .verified(ProtoVerified(verified))
    case .administer(let proposal, let asOwner):
      .administer(ProtoAdminister(proposal, asOwner: asOwner))
    case .moderate(let moderation): .moderate(ProtoModerate(moderation))
    }
  }

  private static func expireRoom(_ room: RoomID, _ since: Timestamp) -> OneOf_Proposal {
    .expireRoom(
      .with {
        $0.room = room.number
        $0.emptySince = since.microseconds
      })
  }

  private static func remove(
    _ conversation: ConversationSelector, _ sequence: Sequence
  ) -> OneOf_Proposal {
    .remove(
      .with {
        $0.conversation = Self.conversation(conversation)
        $0.sequence = sequence.number
      })
  }

  private static func conversation(
    _ selector: ConversationSelector
  ) -> ProtoRemove.OneOf_Conversation {
    switch selector {
    case .room(.current): .current(true)
    case .room(.named(let name)): .room(ProtoName(name))
    case .direct(let name): .direct(ProtoName(name))
    }
  }
}

extension Entry {
  init(_ proto: ProtoEntry, offset: LogOffset) throws(CodecError) {
    try known(proto)
    guard let proposal = proto.proposal else {
      throw .newer("entry \(offset.number) has no proposal that this release knows")
    }
    self.init(
      offset: offset, stamp: Timestamp(microseconds: proto.stamp),
      session: SessionID(proto.session), nonce: proto.hasNonce ? Nonce(proto.nonce) : nil,
      address: proto.hasAddress ? try PeerAddress(proto.address) : .none,
      comeback: proto.hasComeback ? try Comeback(proto.comeback) : nil,
      proposal: try Proposal(proposal))
  }
}

extension Proposal {
  fileprivate init(_ proto: ProtoEntry.OneOf_Proposal) throws(CodecError) {
    switch proto {
    case .settings(let it): self = .settings(try Settings(it))
    case .runStarted(let incarnation): self = .runStarted(incarnation: incarnation)
    case .expireRoom(let it):
      try known(it)
      self = .expireRoom(
        RoomID(it.room), emptySince: Timestamp(microseconds: it.emptySince))
    case .expireHeld(let it):
      try known(it)
      self = .expireHeld(.held(it.place), until: Timestamp(microseconds: it.until))
    case .announce(let text): self = .announce(text)
    case .login(let it):
      try known(it)
      self = .login(try Name(it.name), autojoin: it.autojoin)
    case .nick(let it): self = .nick(try Name(it))
    case .quit(let it): self = .quit(try Departure(it))
    case .join(let it): self = .join(try Name(it))
    case .add(let it): self = .add(try Name(it))
    case .leave(let it):
      try known(it)
      self = .leave(try selector(it.hasRoom, it.room), then: try AfterLeaving(it.then))
    case .close(let it):
      try known(it)
      self = .close(try selector(it.hasRoom, it.room))
    case .setTopic(let it):
      try known(it)
      self = .setTopic(try selector(it.hasRoom, it.room), it.text)
    case .say(let it):
      try known(it)
      self = .say(try selector(it.hasRoom, it.room), try MessageKind(it.kind), it.text)
    case .post(let it):
      try known(it)
      self = .post(try selector(it.hasRoom, it.room), subject: it.subject, body: it.body)
    case .answer(let it):
      try known(it)
      self = .reply(try selector(it.hasRoom, it.room), to: Sequence(it.to), body: it.body)
    case .direct(let it):
      try known(it)
      let target: DirectTarget = it.hasName ? .named(try Name(it.name)) : .last
      self = .direct(target, try MessageKind(it.kind), it.text)
    case .remove(let it):
      try known(it)
      self = .remove(try ConversationSelector(it.conversation), Sequence(it.sequence))
    case .away(let it):
      try known(it)
      self = .away(it.hasText ? it.text : nil)
    case .ignore(let it): self = .ignore(try Name(it))
    case .verified(let it): self = .verified(try Verified(it))
    case .administer(let it):
      self = .administer(try AdminProposal(it), asOwner: it.asOwner)
    case .moderate(let it): self = .moderate(try Moderation(it))
    }
  }
}

private func selector(_ isNamed: Bool, _ name: ProtoName) throws(CodecError) -> RoomSelector {
  isNamed ? .named(try Name(name)) : .current
}

extension ConversationSelector {
  fileprivate init(_ proto: ProtoRemove.OneOf_Conversation?) throws(CodecError) {
    switch proto {
    case .current: self = .room(.current)
    case .room(let name): self = .room(.named(try Name(name)))
    case .direct(let name): self = .direct(try Name(name))
    case nil: throw .newer("a removal names no conversation that this release knows")
    }
  }
}
