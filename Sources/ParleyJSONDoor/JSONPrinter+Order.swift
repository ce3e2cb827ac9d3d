import NIOCore
import ParleyDoorKit
import ParleyModel

/// A room's order: who governs it, and who is put out or silenced.
extension JSONPrinter {
  /// Appends the notification of a change that a room is told.
  func printChange(
    _ change: RoomChange, by sender: Sender, _ time: Timestamp, room: String,
    into buffer: inout ByteBuffer
  ) {
    Self.notification("changed", into: &buffer) { buffer in
      buffer.writeMember("room", room)
      buffer.writeMember("what", Self.word(change))
      buffer.writeMember("text", ChangeText.deed(change))
      if case .removedAll(_, let sequences, _) = change {
        buffer.writeMember("sequences", sequences) { $1.writeDecimal($0.number) }
      }
      buffer.writeMember("by", sender.name)
      buffer.writeMember("time", time)
    }
  }

  private static func word(_ change: RoomChange) -> String {
    switch change {
    case .setting: "setting"
    case .standing(.operatorship, _, _, _, _): "operator"
    case .standing(.ban, _, _, _, _): "ban"
    case .standing(.mute, _, _, _, _): "mute"
    case .standing(.invitation, _, _, _, _): "invitation"
    case .owner: "owner"
    case .removedAll: "removed_all"
    }
  }

  /// What `what` may be.
  static let changes = [
    "setting", "operator", "ban", "mute", "invitation", "owner", "removed_all",
  ]

  /// Appends what concerns one session.
  static func printNotice(_ notice: Notice, into buffer: inout ByteBuffer) {
    let (kind, room): (String, String) =
      switch notice {
      case .expelled(let room, _, let isBanned, _, _, current: _):
        (isBanned ? "banned" : "kicked", room)
      case .muted(let room, _, _, _): ("muted", room)
      case .unmuted(let room, _): ("unmuted", room)
      case .invited(let room, _): ("invited", room)
      case .reported(let room, _, _, _, _): ("reported", room)
      }
    Self.notification("notice", into: &buffer) { buffer in
      buffer.writeMember("kind", kind)
      buffer.writeMember("room", room)
      buffer.writeMember("text", ChangeText.notice(notice))
    }
  }

  /// What `kind` may be.
  static let noticeKinds = ["kicked", "banned", "muted", "unmuted", "invited", "reported"]
}
