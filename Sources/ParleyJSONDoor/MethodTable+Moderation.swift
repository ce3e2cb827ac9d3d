import ParleyDoorKit
import ParleyModel

extension MethodTable {
  // MARK: Members that several of these have

  private static let inRoom = ["bad_name", "no_current_room", "no_such_room", "not_a_member"]
  private static let member = ["no_such_name", "not_in_room", "not_permitted"]
  private static let roomDone = JSONField.required("room", .string, "The room.")
  private static let nameDone = JSONField.required("name", .string, "The name.")
  private static let reason = JSONField.optional("reason", .string, "What for.")
  private static let mask = JSONField.required(
    "mask", .string,
    "A name, a name with `*` for any characters, an address, or a network as `ADDRESS/BITS`.")
  private static let seconds = JSONField.optional(
    "seconds", .integer(1...Limits.sanctionMicrosecondsMax / 1_000_000),
    "For how long; without it until it is lifted.")
  private static let until = JSONField.required(
    "until", .optional(.time), "When it ends; null is never.")
  private static let place = JSONField.required(
    "room", .optional(.string), "The room; null is the server.")
  private static let standings: [JSONField] = [
    Self.place, .required("standings", .list(.shared(.standing)), "At most 1,000."),
    .required("more", .count, "How many more there are."),
  ]
  private static let entries: [JSONField] = [
    Self.place, .required("entries", .list(.shared(.auditEntry)), "The oldest first."),
    Self.more,
  ]
  private static let entriesMax = JSONField.optional(
    "limit", .integer(1...Int64(Limits.historyMax)), "How many entries at most.")

  /// A room's settings, as they are changed and as they are told.
  static let settings: [JSONField] = [
    .optional(
      "backlog",
      .either(
        .integer(0...Int64(Limits.backlogMax)), .word(["all", "default"])),
      "How many lines and posts from before their joining newcomers see."),
    .optional("private", .boolean, "Only who is invited may join; nobody else sees the room."),
    .optional("unlisted", .boolean, "`rooms` shows it to its members alone."),
    .optional("permanent", .boolean, "It stays without members; for an owner with an account."),
    .optional(
      "slow", .integer(0...Int64(Limits.slowSecondsMax)),
      "The seconds that a member waits between two messages; 0 is none."),
    .optional("posts", .word(["members", "operators"]), "Who may post, and answer posts."),
  ]

  // MARK: A room's settings and its people

  static let moderationRows: [JSONMethod] = [
    JSONMethod(
      "room", "How a room is set, and who owns it.",
      params: [Self.room],
      result: [
        Self.roomDone, .required("owner", .optional(.string), "Who owns it, if anybody."),
        .required("backlog_is_default", .boolean, "Whether `backlog` is the server's default."),
      ] + Self.settings,
      refusals: Self.inRoom, example: #"{"room":"python"}"#
    ) { params throws(Refusal) in
      .command(.moderation(.options(try Self.room(params))))
    },
    JSONMethod(
      "set", "Changes one setting of a room.",
      params: [Self.room] + Self.settings, result: [Self.roomDone] + Self.settings,
      refusals: Self.inRoom + ["not_permitted"], example: #"{"room":"python","private":true}"#
    ) { params throws(Refusal) in
      .command(.moderate(.set(try Self.room(params), try Self.setting(params))))
    },
    JSONMethod(
      "op", "Makes a member an operator.",
      params: [Self.room, Self.name], result: [Self.roomDone, Self.nameDone],
      refusals: Self.inRoom + Self.member + ["too_many"],
      example: #"{"room":"python","name":"bob"}"#
    ) { params throws(Refusal) in
      .command(.moderate(.grantOperator(try Self.room(params), try Self.person(params))))
    },
    JSONMethod(
      "deop", "Takes the operator's role from somebody, or gives up your own.",
      params: [Self.room, Self.name], result: [Self.roomDone, Self.nameDone],
      refusals: Self.inRoom + ["no_such_standing", "not_permitted"],
      example: #"{"room":"python","name":"bob"}"#
    ) { params throws(Refusal) in
      .command(.moderate(.revokeOperator(try Self.room(params), try Self.person(params))))
    },
    JSONMethod(
      "kick", "Puts somebody out of a room.",
      params: [Self.room, Self.name, Self.reason], result: [Self.roomDone, Self.nameDone],
      refusals: Self.inRoom + Self.member + ["bad_text", "too_long"],
      example: #"{"room":"python","name":"bob","reason":"no adverts please"}"#
    ) { params throws(Refusal) in
      let (room, name) = (try Self.room(params), try Self.person(params))
      return .command(.moderate(.kick(room, name, reason: try Self.reason(params))))
    },
    JSONMethod(
      "invite", "Invites somebody: once, within 7 days, they may join a private room.",
      params: [Self.room, Self.name], result: [Self.roomDone, Self.nameDone],
      refusals: Self.inRoom + ["no_such_name", "not_permitted", "too_many"],
      example: #"{"room":"python","name":"bob"}"#
    ) { params throws(Refusal) in
      .command(.moderate(.invite(try Self.room(params), try Self.person(params))))
    },
    JSONMethod(
      "transfer", "Makes another member the owner of a room.",
      params: [Self.room, Self.name], result: [Self.roomDone, Self.nameDone],
      refusals: Self.inRoom + Self.member + ["too_many"],
      example: #"{"room":"python","name":"bob"}"#
    ) { params throws(Refusal) in
      .command(.moderate(.transfer(try Self.room(params), try Self.person(params))))
    },
    JSONMethod(
      "disown", "Gives up the ownership of a room.",
      params: [Self.room], result: [Self.roomDone],
      refusals: Self.inRoom + ["not_permitted"], example: #"{"room":"python"}"#
    ) { params throws(Refusal) in
      .command(.moderate(.disown(try Self.room(params))))
    },
    JSONMethod(
      "operators", "A room's operators.",
      params: [Self.room], result: Self.standings,
      refusals: Self.inRoom + ["not_permitted"], example: #"{"room":"python"}"#
    ) { params throws(Refusal) in
      .command(.moderation(.standings(.room(try Self.room(params)), .operatorship)))
    },
    JSONMethod(
      "invitations", "Who is invited to a room and has not come.",
      params: [Self.room], result: Self.standings,
      refusals: Self.inRoom + ["not_permitted"], example: #"{"room":"python"}"#
    ) { params throws(Refusal) in
      .command(.moderation(.standings(.room(try Self.room(params)), .invitation)))
    },
  ]

  // MARK: Bans and mutes

  static let sanctionRows: [JSONMethod] =
    Self.sanctionRows(
      .ban, ("ban", "Keeps somebody out of a room."), ("unban", "Lifts a ban from a room."),
      ("bans", "The bans from a room."))
    + Self.sanctionRows(
      .mute, ("mute", "Lets somebody read a room but not speak in it."),
      ("unmute", "Lets somebody speak in a room again."), ("mutes", "The mutes in a room."))

  static let serverSanctionRows = Self.sanctionRows(
    .ban, ("server_ban", "Keeps somebody off the server, for administrators."),
    ("server_unban", "Lifts a ban from the server, for administrators."),
    ("server_bans", "The bans from the server, for administrators."), isServer: true)

  /// The methods that make a ban or a mute, lift it, and list them.
  private static func sanctionRows(
    _ kind: SanctionKind, _ make: (name: String, summary: String),
    _ lift: (name: String, summary: String), _ list: (name: String, summary: String),
    isServer: Bool = false
  ) -> [JSONMethod] {
    let room = isServer ? [] : [Self.room]
    let misuses = isServer ? ["bad_name", "not_permitted"] : Self.inRoom + ["not_permitted"]
    let example = isServer ? "" : #""room":"python","#
    @Sendable func territory(_ params: JSONParams) throws(Refusal) -> Territory {
      isServer ? .server : .room(try Self.room(params))
    }
    return [
      JSONMethod(
        make.name, make.summary,
        params: room + [Self.mask, Self.seconds, Self.reason],
        result: [
          Self.place, .required("mask", .string, "Whom."), Self.until,
          .required("count", .count, "How many were put out, or are silenced, by it now."),
        ],
        refusals: misuses + ["bad_text", "too_long", "too_many"],
        example: #"{\#(example)"mask":"*bot*","seconds":3600,"reason":"no adverts please"}"#
      ) { params throws(Refusal) in
        let territory = try territory(params)
        let target = try MaskRules.target(params.string("mask") ?? "")
        return .command(
          .moderate(
            .sanction(
              territory, kind, target,
              microseconds: params.integer("seconds").map { $0 * 1_000_000 },
              reason: try Self.reason(params))))
      },
      JSONMethod(
        lift.name, lift.summary,
        params: room + [Self.mask], result: [Self.place, .required("mask", .string, "Whom.")],
        refusals: misuses + ["no_such_standing", "too_long"],
        example: #"{\#(example)"mask":"*bot*"}"#
      ) { params throws(Refusal) in
        let target = try MaskRules.target(params.string("mask") ?? "")
        return .command(.moderate(.lift(try territory(params), kind, target)))
      },
      JSONMethod(
        list.name, list.summary,
        params: room, result: Self.standings, refusals: misuses,
        example: isServer ? "{}" : #"{"room":"python"}"#
      ) { params throws(Refusal) in
        .command(.moderation(.standings(try territory(params), kind.standing)))
      },
    ]
  }

  // MARK: Messages, and what was done

  static let reviewRows: [JSONMethod] = [
    JSONMethod(
      "remove_all",
      "Takes all messages of somebody away, of a room's newest \(Limits.backlogMax) lines and as "
        + "many posts.",
      params: [
        Self.room, .optional("name", .string, "Whose."),
        .optional(
          "by", .integer(1...Int64(1) << 40), "One of their messages, where the name is gone."),
      ],
      result: [
        Self.roomDone, Self.nameDone, .required("count", .count, "How many were taken away."),
      ],
      refusals: Self.inRoom
        + ["message_removed", "no_such_message", "no_such_name", "not_permitted"],
      example: #"{"room":"python","name":"bob"}"#
    ) { params throws(Refusal) in
      let room = try Self.room(params)
      switch (params.string("name"), params.sequence("by")) {
      case (_?, nil):
        return .command(.moderate(.removeAll(room, .name(try Self.person(params)))))
      case (nil, let sequence?): return .command(.moderate(.removeAll(room, .author(of: sequence))))
      default: throw .badArguments(usage: "either name or by")
      }
    },
    JSONMethod(
      "report", "Tells the operators of a message.",
      params: [Self.room, Self.number, Self.reason],
      result: [
        Self.roomDone, .required("sequence", .count, "Its number."),
        .required("told", .count, "How many operators were here to be told."),
      ],
      refusals: Self.inRoom
        + ["bad_text", "message_removed", "no_such_message", "not_permitted", "too_long"],
      example: #"{"room":"python","sequence":42,"reason":"it is an advert"}"#
    ) { params throws(Refusal) in
      let (room, sequence) = (try Self.room(params), Self.sequence(params))
      return .command(.moderate(.report(room, sequence, reason: try Self.reason(params))))
    },
    JSONMethod(
      "audit", "What operators did in a room.",
      params: [Self.room, Self.entriesMax], result: Self.entries,
      refusals: Self.inRoom + ["not_permitted"], example: #"{"room":"python","limit":50}"#
    ) { params throws(Refusal) in
      .command(.moderation(.audit(.room(try Self.room(params)), limit: Self.limit(params))))
    },
    JSONMethod(
      "server_audit", "What was done anywhere, and by whom, for administrators.",
      params: [Self.entriesMax], result: Self.entries, refusals: ["not_permitted"],
      example: #"{"limit":50}"#
    ) { params in
      .command(.moderation(.audit(.server, limit: Self.limit(params))))
    },
  ]

  // MARK: Reading params

  private static func limit(_ params: JSONParams) -> Int? {
    params.integer("limit").map { Int(clamping: $0) }
  }

  private static func reason(_ params: JSONParams) throws(Refusal) -> String {
    guard let text = params.string("reason") else { return "" }
    try TextRules.check(text, .reason, bytesMax: Limits.reasonBytesMax)
    return text
  }

  /// The one setting that is named.
  private static func setting(_ params: JSONParams) throws(Refusal) -> RoomSetting {
    var found: [RoomSetting] = []
    if let value = params.value("backlog") {
      if let count = value.integer {
        found.append(.backlog(.count(Int(clamping: count))))
      } else {
        found.append(.backlog(value.text == "all" ? .all : nil))
      }
    }
    if let isOn = params.flag("private") { found.append(.isPrivate(isOn)) }
    if let isOn = params.flag("unlisted") { found.append(.isUnlisted(isOn)) }
    if let isOn = params.flag("permanent") { found.append(.isPermanent(isOn)) }
    if let seconds = params.integer("slow") {
      found.append(.slow(seconds: UInt32(clamping: seconds)))
    }
    if let word = params.string("posts") {
      found.append(.posting(word == "operators" ? .operators : .members))
    }
    guard found.count == 1, let setting = found.first else {
      let names = Self.settings.map(\.name.description).joined(separator: ", ")
      throw .badArguments(usage: "one of \(names) at a time")
    }
    return setting
  }
}
