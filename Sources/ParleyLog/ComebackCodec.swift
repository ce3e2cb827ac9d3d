import ParleyModel
import SwiftProtobuf

// Places that are held, and what a session brings that comes back to one.

extension ProtoComeback {
  init(_ comeback: Comeback) {
    self.resumes = comeback.cursors != nil
    self.leavesNothing = !comeback.holdsPlace
    self.cursors = (comeback.cursors ?? []).map { cursor in
      .with {
        switch cursor.conversation {
        case .room(let name): $0.room = ProtoName(name)
        case .direct(let name): $0.direct = ProtoName(name)
        }
        $0.epoch = ProtoEpoch(cursor.cursor.epoch)
        $0.sequence = cursor.cursor.sequence.number
      }
    }
  }
}

extension Comeback {
  init(_ proto: ProtoComeback) throws(CodecError) {
    try known(proto)
    guard proto.resumes else {
      self.init(holdsPlace: !proto.leavesNothing)
      return
    }
    self.init(
      cursors: try proto.cursors.map { (it) throws(CodecError) in try ConversationCursor(it) },
      holdsPlace: !proto.leavesNothing)
  }
}

extension ConversationCursor {
  fileprivate init(_ proto: ProtoComeback.Cursor) throws(CodecError) {
    try known(proto)
    let conversation: ConversationName
    switch proto.conversation {
    case .room(let name): conversation = .room(try Name(name))
    case .direct(let name): conversation = .direct(try Name(name))
    case nil: throw .newer("a cursor names no conversation that this release knows")
    }
    self.init(
      conversation, Cursor(epoch: try Epoch(proto.epoch), sequence: Sequence(proto.sequence)))
  }
}

extension ProtoExpireHeld {
  init(_ place: SessionID, _ until: Timestamp) {
    self.place = place.heldNumber
    self.until = until.microseconds
  }
}

extension ProtoHeldPlace {
  init(_ held: HeldPlace) {
    self.since = held.since.microseconds
    self.until = held.until.microseconds
    self.departure = ProtoDeparture(held.departure)
    self.heads = held.heads.map { head in
      .with {
        $0.room = head.room.number
        $0.sequence = head.sequence.number
      }
    }
  }
}

extension HeldPlace {
  init(_ proto: ProtoHeldPlace) throws(CodecError) {
    try known(proto)
    var heads: [Head] = []
    for head in proto.heads {
      try known(head)
      heads.append(Head(RoomID(head.room), Sequence(head.sequence)))
    }
    self.init(
      since: Timestamp(microseconds: proto.since), until: Timestamp(microseconds: proto.until),
      departure: try Departure(proto.departure), heads: heads)
  }
}
