import ParleyDoorKit
import ParleyModel

extension CommandTable {
  static let moderationRows: [CommandRow] = [
    CommandRow(
      "room", "how a room is set; its operators change it",
      details: [
        "/room backlog N, all or default: how much from before their joining newcomers see.",
        "/room private on|off: only who is invited may join, and nobody else sees the room.",
        "/room unlisted on|off: /rooms shows it to its members alone.",
        "/room permanent on|off: it stays without members; for its owner, who has an account.",
        "/room slow SECONDS, such as 10s or 2m, or off: each member waits between two messages,",
        "and newcomers before their first.",
        "/room posts members|operators: who may post, and answer posts.",
      ],
      refusals: Self.roomRefusals + ["not_permitted"],
      forms: [
        CommandForm(
          "/room", arguments: "[#ROOM] [SETTING VALUE]",
          examples: [
            "", "#python", "backlog 50", "backlog all", "backlog default", "private on",
            "#python unlisted off", "permanent on", "slow 30", "slow 2m", "slow off",
            "posts operators",
          ],
          misuses: [
            "size 3", "backlog", "backlog 1001", "private maybe", "slow 99999", "posts all",
          ]
        ) { rest throws(Refusal) in
          let room = try rest.optionalRoom()
          guard let word = rest.word() else { return .command(.moderation(.options(room))) }
          guard let values = Self.values(of: word) else {
            throw .badArguments(usage: "/room's settings are " + Self.settingNames)
          }
          guard let value = rest.word(), let setting = Self.setting(word, value) else {
            throw .badArguments(usage: "/room [#ROOM] \(word) \(values)")
          }
          return .command(.moderate(.set(room, setting)))
        }
      ]),
    CommandRow(
      "op", "make a member an operator, or list the operators",
      details: [
        "The owner makes operators. They set the topic and the room, kick, ban, mute, invite and",
        "remove messages. An account has its roles under all of its names.",
      ],
      refusals: Self.roomRefusals + ["no_such_name", "not_in_room", "not_permitted", "too_many"],
      forms: [
        CommandForm(
          "/op", arguments: "[#ROOM] [NAME]", examples: ["", "bob", "#python bob"],
          misuses: ["bob cy"]
        ) { rest throws(Refusal) in
          let room = try rest.optionalRoom()
          guard let name = try rest.name() else {
            return .command(.moderation(.standings(.room(room), .operatorship)))
          }
          return .command(.moderate(.grantOperator(room, name)))
        }
      ]),
    CommandRow(
      "deop", "take the operator's role from somebody, or give up your own",
      refusals: Self.roomRefusals + ["no_such_standing", "not_permitted"],
      forms: [
        CommandForm(
          "/deop", arguments: "[#ROOM] NAME", examples: ["bob", "#python bob"],
          misuses: ["", "bob cy"]
        ) { rest throws(Refusal) in
          let room = try rest.optionalRoom()
          return try rest.name().map { .command(.moderate(.revokeOperator(room, $0))) }
        }
      ]),
    CommandRow(
      "kick", "put somebody out of a room",
      refusals: Self.roomRefusals + Self.reasonRefusals
        + ["no_such_name", "not_in_room", "not_permitted"],
      forms: [
        CommandForm(
          "/kick", arguments: "[#ROOM] NAME [REASON]",
          examples: ["bob", "#python bob no adverts please"], misuses: ["", "#python"]
        ) { rest throws(Refusal) in
          let room = try rest.optionalRoom()
          guard let name = try rest.name() else { return nil }
          let reason = try Self.reason(&rest)
          return .command(.moderate(.kick(room, name, reason: reason)))
        }
      ]),
    CommandRow(
      "ban", "ban somebody from a room, or list the bans",
      details: [
        "MASK is a name, a name with * for any characters, an address, or ADDRESS/BITS. FOR is",
        "10m, 2h, 7d or 4w; without it the ban holds until /unban. An account is banned under all",
        "of its names, a guest with other guests from its address. A role in the room ends.",
      ],
      refusals: Self.roomRefusals + Self.reasonRefusals + ["not_permitted", "too_many"],
      forms: Self.sanctionForms("/ban", .ban)),
    CommandRow(
      "unban", "lift a ban",
      refusals: Self.roomRefusals + ["no_such_standing", "not_permitted", "too_long"],
      forms: Self.liftForms("/unban", .ban)),
    CommandRow(
      "mute", "let somebody read but not speak, or list the mutes",
      details: ["MASK and FOR are as with /ban."],
      refusals: Self.roomRefusals + Self.reasonRefusals + ["not_permitted", "too_many"],
      forms: Self.sanctionForms("/mute", .mute)),
    CommandRow(
      "unmute", "let somebody speak again",
      refusals: Self.roomRefusals + ["no_such_standing", "not_permitted", "too_long"],
      forms: Self.liftForms("/unmute", .mute)),
    CommandRow(
      "invite", "invite somebody to a room, or list the invitations",
      details: ["An invitation lets its holder join a private room once, within 7 days."],
      refusals: Self.roomRefusals + ["no_such_name", "not_permitted", "too_many"],
      forms: [
        CommandForm(
          "/invite", arguments: "[#ROOM] [NAME]", examples: ["", "bob", "#python bob"],
          misuses: ["bob cy"]
        ) { rest throws(Refusal) in
          let room = try rest.optionalRoom()
          guard let name = try rest.name() else {
            return .command(.moderation(.standings(.room(room), .invitation)))
          }
          return .command(.moderate(.invite(room, name)))
        }
      ]),
    CommandRow(
      "owner", "make another member the owner of a room",
      refusals: Self.roomRefusals + ["no_such_name", "not_in_room", "not_permitted", "too_many"],
      forms: [
        CommandForm(
          "/owner", arguments: "[#ROOM] NAME", examples: ["bob", "#python bob"],
          misuses: ["", "bob cy"]
        ) { rest throws(Refusal) in
          let room = try rest.optionalRoom()
          return try rest.name().map { .command(.moderate(.transfer(room, $0))) }
        }
      ]),
    CommandRow(
      "disown", "give up the ownership of a room",
      refusals: Self.roomRefusals + ["not_permitted"],
      forms: [
        CommandForm(
          "/disown", arguments: "[#ROOM]", examples: ["", "#python"], misuses: ["bob"]
        ) { rest throws(Refusal) in
          .command(.moderate(.disown(try rest.optionalRoom())))
        }
      ]),
    CommandRow(
      "removeall", "take all messages of somebody away",
      details: [
        "Of the room's newest \(Limits.backlogMax) lines and as many posts. Whoever is gone and",
        "has no account is best meant by one of the messages: /removeall by N.",
      ],
      refusals: Self.roomRefusals
        + ["message_removed", "no_such_message", "no_such_name", "not_permitted"],
      forms: [
        CommandForm(
          "/removeall", arguments: "[#ROOM] NAME or by N",
          examples: ["bob", "#python bob", "by 42"], misuses: ["", "bob cy", "by x"]
        ) { rest throws(Refusal) in
          let room = try rest.optionalRoom()
          var ahead = rest
          if ahead.word() == "by", !ahead.isAtEnd {
            rest = ahead
            return rest.sequence().map {
              .command(.moderate(.removeAll(room, .author(of: $0))))
            }
          }
          return try rest.name().map { .command(.moderate(.removeAll(room, .name($0)))) }
        }
      ]),
    CommandRow(
      "report", "report a message to the operators",
      refusals: Self.roomRefusals + Self.reasonRefusals
        + ["message_removed", "no_such_message", "not_permitted"],
      forms: [
        CommandForm(
          "/report", arguments: "[#ROOM] N [REASON]",
          examples: ["42", "#python 42 it is an advert"], misuses: ["", "x"]
        ) { rest throws(Refusal) in
          let room = try rest.optionalRoom()
          guard let sequence = rest.sequence() else { return nil }
          let reason = try Self.reason(&rest)
          return .command(.moderate(.report(room, sequence, reason: reason)))
        }
      ]),
    CommandRow(
      "audit", "what operators did in a room",
      refusals: Self.roomRefusals + ["not_permitted"],
      forms: [
        CommandForm(
          "/audit", arguments: "[#ROOM] [N]", examples: ["", "50", "#python 50"],
          misuses: ["python", "0 x"]
        ) { rest throws(Refusal) in
          let room = try rest.optionalRoom()
          if rest.isAtEnd { return .command(.moderation(.audit(.room(room), limit: nil))) }
          return rest.number().map {
            .command(.moderation(.audit(.room(room), limit: Int(clamping: $0))))
          }
        }
      ]),
  ]

  static let serverRows: [CommandRow] = [
    CommandRow(
      "serverban", "for administrators: ban somebody from the server, or list the bans",
      details: ["MASK and FOR are as with /ban."],
      refusals: Self.reasonRefusals + ["bad_name", "not_permitted", "too_many"],
      forms: Self.sanctionForms("/serverban", .ban, isServer: true)),
    CommandRow(
      "serverunban", "for administrators: lift a ban from the server",
      refusals: ["bad_name", "no_such_standing", "not_permitted", "too_long"],
      forms: Self.liftForms("/serverunban", .ban, isServer: true)),
    CommandRow(
      "serveraudit", "for administrators: what was done anywhere, and by whom",
      refusals: ["not_permitted"],
      forms: [
        CommandForm(
          "/serveraudit", arguments: "[N]", examples: ["", "50"], misuses: ["x", "1 2"]
        ) { rest in
          if rest.isAtEnd { return .command(.moderation(.audit(.server, limit: nil))) }
          return rest.number().map {
            .command(.moderation(.audit(.server, limit: Int(clamping: $0))))
          }
        }
      ]),
  ]

  /// What every command on a room may be refused with.
  private static let roomRefusals = [
    "bad_name", "no_current_room", "no_such_room", "not_a_member",
  ]

  /// What every reason may be refused with.
  private static let reasonRefusals = ["bad_text", "too_long"]

  private static func sanctionForms(
    _ spelling: String, _ kind: SanctionKind, isServer: Bool = false
  ) -> [CommandForm] {
    let place = isServer ? "" : "[#ROOM] "
    return [
      CommandForm(
        spelling, arguments: place + "[MASK [FOR] [REASON]]",
        examples: ["", "bob", "bob 2h no adverts", "*bot* 7d", "192.0.2.0/24"],
        misuses: ["bob 10 minutes", "bob 600w"]
      ) { rest throws(Refusal) in
        let territory: Territory = isServer ? .server : .room(try rest.optionalRoom())
        guard let word = rest.word() else {
          return .command(.moderation(.standings(territory, kind.standing)))
        }
        let target = try MaskRules.target(word)
        let microseconds = try Self.duration(&rest)
        let reason = try Self.reason(&rest)
        return .command(
          .moderate(
            .sanction(territory, kind, target, microseconds: microseconds, reason: reason)))
      }
    ]
  }

  private static func liftForms(
    _ spelling: String, _ kind: SanctionKind, isServer: Bool = false
  ) -> [CommandForm] {
    let place = isServer ? "" : "[#ROOM] "
    return [
      CommandForm(
        spelling, arguments: place + "MASK",
        examples: ["bob", "*bot*", "192.0.2.0/24"], misuses: ["", "bob cy"]
      ) { rest throws(Refusal) in
        let territory: Territory = isServer ? .server : .room(try rest.optionalRoom())
        guard let word = rest.word() else { return nil }
        return .command(.moderate(.lift(territory, kind, try MaskRules.target(word))))
      }
    ]
  }

  /// How long; nil where the next word does not begin with a digit.
  ///
  /// What does and is no duration is refused: as part of a reason it would make a ban for ever.
  private static func duration(_ rest: inout Arguments) throws(Refusal) -> Int64? {
    var ahead = rest
    guard let word = ahead.word(), let first = word.utf8.first, (0x30...0x39).contains(first)
    else { return nil }
    guard let microseconds = MaskRules.duration(word) else {
      throw .badArguments(
        usage: "FOR is 10m, 2h, 7d or 4w, ten years at most, and no REASON begins with a digit")
    }
    rest = ahead
    return microseconds
  }

  /// All that is left, or nothing.
  private static func reason(_ rest: inout Arguments) throws(Refusal) -> String {
    guard let text = rest.text() else { return "" }
    try TextRules.check(text, .reason, bytesMax: Limits.reasonBytesMax)
    return text
  }

  private static let settingNames = "backlog, private, unlisted, permanent, slow, posts"

  /// What a setting may be, in words; nil where there is none of that name.
  private static func values(of setting: String) -> String? {
    switch setting {
    case "backlog": "0 to \(Limits.backlogMax), all or default"
    case "private", "unlisted", "permanent": "on or off"
    case "slow": "SECONDS (at most \(Limits.slowSecondsMax)), such as 10s or 2m, or off"
    case "posts": "members or operators"
    default: nil
    }
  }

  private static func setting(_ word: String, _ value: String) -> RoomSetting? {
    let isOn: Bool? = value == "on" ? true : value == "off" ? false : nil
    switch word {
    case "backlog":
      if value == "default" { return .backlog(nil) }
      return BacklogText.parse(value).map { .backlog($0) }
    case "private": return isOn.map { .isPrivate($0) }
    case "unlisted": return isOn.map { .isUnlisted($0) }
    case "permanent": return isOn.map { .isPermanent($0) }
    case "slow":
      if isOn == false { return .slow(seconds: 0) }
      let milliseconds = TimeText.milliseconds(value) ?? TimeText.milliseconds(value + "s")
      guard let milliseconds, milliseconds == 0 || milliseconds >= 1_000,
        milliseconds / 1_000 <= Limits.slowSecondsMax
      else { return nil }
      return .slow(seconds: UInt32(milliseconds / 1_000))
    case "posts":
      return value == "members"
        ? .posting(.members) : value == "operators" ? .posting(.operators) : nil
    default: return nil
    }
  }
}

/// A backlog as people write it.
enum BacklogText {
  /// 0 to ``Limits/backlogMax``, or `all`.
  static func parse(_ text: String) -> Backlog? {
    if text == "all" { return .all }
    guard let count = Int(text), (0...Limits.backlogMax).contains(count) else { return nil }
    return .count(count)
  }

  static func text(_ backlog: Backlog) -> String {
    switch backlog {
    case .count(let count): "\(count)"
    case .all: "all"
    }
  }
}
