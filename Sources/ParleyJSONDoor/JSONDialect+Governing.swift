import NIOCore
import ParleyDoorKit
import ParleyModel

/// The answers to moderation and administration.
extension JSONDialect {
  static func writeModeration(_ reply: ModerationReply, into buffer: inout ByteBuffer) {
    switch reply {
    case .set(let room, let setting):
      buffer.writeMember("room", room)
      Self.write(setting, into: &buffer)
    case .kicked(let room, let name), .operatorGranted(let room, let name),
      .operatorRevoked(let room, let name), .invited(let room, let name),
      .transferred(let room, let name):
      buffer.writeMember("room", room)
      buffer.writeMember("name", name)
    case .sanctioned(let room, _, let title, let until, let count):
      buffer.writeMember("room", room)
      buffer.writeMember("mask", title)
      buffer.writeMember("until", until)
      buffer.writeMember("count", count)
    case .lifted(let room, _, let title):
      buffer.writeMember("room", room)
      buffer.writeMember("mask", title)
    case .disowned(let room): buffer.writeMember("room", room)
    case .removedAll(let room, let name, let count):
      buffer.writeMember("room", room)
      buffer.writeMember("name", name)
      buffer.writeMember("count", count)
    case .reported(let room, let sequence, let told):
      buffer.writeMember("room", room)
      buffer.writeMember("sequence", sequence)
      buffer.writeMember("told", told)
    case .options(let room, let options, let backlog, let owner):
      buffer.writeMember("room", room)
      buffer.writeMember("owner", owner)
      buffer.writeMember("backlog_is_default", options.backlog == nil)
      Self.write(.backlog(backlog), into: &buffer)
      Self.write(.isPrivate(options.isPrivate), into: &buffer)
      Self.write(.isUnlisted(options.isUnlisted), into: &buffer)
      Self.write(.isPermanent(options.isPermanent), into: &buffer)
      Self.write(.slow(seconds: options.slowSeconds), into: &buffer)
      Self.write(.posting(options.posting), into: &buffer)
    case .standings(let room, _, let standings, let more):
      buffer.writeMember("room", room)
      buffer.writeMember("standings", standings) { standing, buffer in
        buffer.writeObject { Self.write(standing, into: &$0) }
      }
      buffer.writeMember("more", more)
    }
  }

  private static func write(_ standing: StandingSummary, into buffer: inout ByteBuffer) {
    buffer.writeMember("mask", standing.title)
    buffer.writeMember("by", standing.by)
    buffer.writeMember("since", standing.since)
    buffer.writeMember("until", standing.until)
    buffer.writeMember("reason", standing.reason)
  }

  private static func write(_ setting: RoomSetting, into buffer: inout ByteBuffer) {
    switch setting {
    case .backlog(.count(let count)): buffer.writeMember("backlog", count)
    case .backlog(.all): buffer.writeMember("backlog", "all")
    case .backlog(nil): buffer.writeMember("backlog", "default")
    case .isPrivate(let isOn): buffer.writeMember("private", isOn)
    case .isUnlisted(let isOn): buffer.writeMember("unlisted", isOn)
    case .isPermanent(let isOn): buffer.writeMember("permanent", isOn)
    case .slow(let seconds): buffer.writeMember("slow", Int(seconds))
    case .posting(let posting):
      buffer.writeMember("posts", posting == .operators ? "operators" : "members")
    }
  }

  static func writeAudit(_ room: String?, _ excerpt: Excerpt, into buffer: inout ByteBuffer) {
    buffer.writeMember("room", room)
    buffer.writeMember("entries", Self.messages(excerpt)) { entry, buffer in
      buffer.writeObject { buffer in
        buffer.writeMember("by", entry.sender.name)
        buffer.writeMember("text", entry.body)
        buffer.writeMember("time", entry.time)
      }
    }
    buffer.writeMember("more", Self.hasMore(excerpt))
  }

  static func write(_ session: SessionSummary, into buffer: inout ByteBuffer) {
    buffer.writeMember("session", Int(clamping: session.session.number))
    buffer.writeMember("name", session.name)
    buffer.writeMember("account", session.account)
    buffer.writeMember("rooms", session.rooms)
    buffer.writeMember(
      "address", session.address == .none ? nil : session.address.description)
  }
}
