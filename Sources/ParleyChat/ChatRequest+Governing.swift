import ParleyClient
import ParleyModel

/// Moderation and administration.
extension ChatRequest {
  static func make(
    _ moderation: Moderation, in current: String?
  ) throws(ParleyModel.Refusal) -> ChatRequest {
    switch moderation {
    case .set(let room, let setting):
      let (name, value) = Self.member(for: setting)
      return try ChatRequest("set", room, current).with(name, value)
    case .kick(let room, let name, let reason):
      return try ChatRequest("kick", room, current, .untilRefused("not_in_room"))
        .with("name", .string(name.text)).with("reason", Self.reason(reason))
    case .grantOperator(let room, let name): return try Self.make("op", room, name, current)
    case .revokeOperator(let room, let name):
      return try ChatRequest("deop", room, current, .untilRefused("no_such_standing"))
        .with("name", .string(name.text))
    case .invite(let room, let name): return try Self.make("invite", room, name, current)
    case .transfer(let room, let name):
      return try ChatRequest("transfer", room, current, .never).with("name", .string(name.text))
    case .disown(let room): return try ChatRequest("disown", room, current, .never)
    case .sanction(let territory, let kind, let target, let microseconds, let reason):
      return try Self.make(kind == .ban ? "ban" : "mute", territory, current)
        .with("mask", .string(Self.text(of: target)))
        .with("seconds", microseconds.map { .integer(max(1, $0 / 1_000_000)) })
        .with("reason", Self.reason(reason))
    case .lift(let territory, let kind, let target):
      return try Self.make(
        kind == .ban ? "unban" : "unmute", territory, current, .untilRefused("no_such_standing")
      ).with("mask", .string(Self.text(of: target)))
    case .removeAll(let room, .name(let name)):
      return try Self.make("remove_all", room, name, current)
    case .removeAll(let room, .author(let sequence)):
      return try ChatRequest("remove_all", room, current, .untilRefused("message_removed"))
        .with("by", Self.number(sequence))
    case .report(let room, let sequence, let reason):
      return try ChatRequest("report", room, current, .never)
        .with("sequence", Self.number(sequence)).with("reason", Self.reason(reason))
    }
  }

  static func make(
    _ query: ModerationQuery, in current: String?
  ) throws(ParleyModel.Refusal) -> ChatRequest {
    switch query {
    case .options(let room): return try ChatRequest("room", room, current)
    case .standings(let territory, let kind):
      let method =
        switch kind {
        case .operatorship: "operators"
        case .ban: "bans"
        case .mute: "mutes"
        case .invitation: "invitations"
        }
      return try Self.make(method, territory, current)
    case .audit(let territory, let limit):
      return try Self.make("audit", territory, current)
        .with("limit", limit.map { .integer(Int64($0)) })
    }
  }

  static func make(_ command: AdminCommand) -> ChatRequest? {
    switch command {
    case .announce(let text): ChatRequest("announce", ["text": .string(text)], .never)
    case .sessions: ChatRequest("sessions")
    case .newInvite(let microseconds):
      ChatRequest("invite_code", ["seconds": .integer(max(1, microseconds / 1_000_000))], .never)
    case .accounts, .create, .setPassword, .setAdministrator, .delete, .tokens, .newToken,
      .revokeToken, .invites, .revokeInvite, .moderate, .moderation:
      // The shell's alone.
      nil
    }
  }

  private static func make(
    _ method: String, _ room: RoomSelector, _ name: Name, _ current: String?
  ) throws(ParleyModel.Refusal) -> ChatRequest {
    try ChatRequest(method, room, current).with("name", .string(name.text))
  }

  private static func make(
    _ method: String, _ territory: Territory, _ current: String?,
    _ repeating: Repeating = .always
  ) throws(ParleyModel.Refusal) -> ChatRequest {
    switch territory {
    case .server: ChatRequest("server_" + method, [:], repeating)
    case .room(let room): try ChatRequest(method, room, current, repeating)
    }
  }

  private static func reason(_ text: String) -> JSON? {
    text.isEmpty ? nil : .string(text)
  }

  private static func text(of target: SanctionTarget) -> String {
    switch target {
    case .name(let name): name.text
    case .mask(let mask): mask.text
    case .address(let mask): mask.description
    }
  }

  private static func member(for setting: RoomSetting) -> (name: String, value: JSON) {
    switch setting {
    case .backlog(.count(let count)?): ("backlog", .integer(Int64(count)))
    case .backlog(.all?): ("backlog", .string("all"))
    case .backlog(nil): ("backlog", .string("default"))
    case .isPrivate(let isOn): ("private", .boolean(isOn))
    case .isUnlisted(let isOn): ("unlisted", .boolean(isOn))
    case .isPermanent(let isOn): ("permanent", .boolean(isOn))
    case .slow(let seconds): ("slow", .integer(Int64(seconds)))
    case .posting(let posting):
      ("posts", .string(posting == .operators ? "operators" : "members"))
    }
  }
}
