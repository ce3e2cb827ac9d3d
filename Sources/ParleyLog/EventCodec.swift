package import ParleyModel
import SwiftProtobuf

/// The binary form of what a room was told that is not a message.
package enum EventCodec {
  /// The event's bytes; nil for a message, which has a row of its own.
  package static func encode(_ event: Event) -> [UInt8]? {
    var proto = ProtoRoomEvent()
    switch event {
    case .message: return nil
    case .came(let sender, let present):
      proto.sender = ProtoSender(sender)
      proto.came = .with { $0.present = UInt64(clamping: present) }
    case .went(let sender, let departure, let present):
      proto.sender = ProtoSender(sender)
      proto.went = .with {
        $0.departure = ProtoDeparture(departure)
        $0.present = UInt64(clamping: present)
      }
    case .topic(let text, let sender):
      proto.sender = ProtoSender(sender)
      proto.topic = text
    case .renamed(let sender, let name):
      proto.sender = ProtoSender(sender)
      proto.renamed = name
    case .removed(let sequence, let id, let sender):
      proto.sender = ProtoSender(sender)
      proto.removed = .with {
        $0.sequence = sequence.number
        $0.idEpoch = ProtoEpoch(id.epoch)
        $0.idSequence = id.sequence.number
      }
    case .changed(let change, let sender):
      proto.sender = ProtoSender(sender)
      proto.set(change)
    }
    return StateCodec.bytes(proto)
  }

  package static func decode(_ bytes: [UInt8]) throws(CodecError) -> Event {
    let proto: ProtoRoomEvent = try StateCodec.message(bytes)
    let sender = try Sender(proto.sender)
    switch proto.event {
    case .came(let it):
      try known(it)
      return .came(sender, present: Int(clamping: it.present))
    case .went(let it):
      try known(it)
      return .went(sender, try Departure(it.departure), present: Int(clamping: it.present))
    case .topic(let text): return .topic(text, by: sender)
    case .renamed(let name): return .renamed(sender, to: name)
    case .removed(let it):
      try known(it)
      let id = MessageID(epoch: try Epoch(it.idEpoch), sequence: Sequence(it.idSequence))
      return .removed(Sequence(it.sequence), id, by: sender)
    case .setting(let it): return .changed(.setting(try RoomSetting(it)), by: sender)
    case .standing(let it): return .changed(try RoomChange(it), by: sender)
    case .owner(let it):
      try known(it)
      return .changed(.owner(it.hasName ? it.name : nil), by: sender)
    case .removedAll(let it): return .changed(try RoomChange(it), by: sender)
    case nil: throw .newer("a room was told what this release does not know")
    }
  }
}
