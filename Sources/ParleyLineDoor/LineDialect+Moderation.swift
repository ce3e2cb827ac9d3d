import NIOCore
import ParleyDoorKit
import ParleyModel

extension LineDialect {
  mutating func printModeration(_ reply: ModerationReply, into buffer: inout ByteBuffer) {
    switch reply {
    case .set(let room, let setting):
      self.line("ok \(room): \(Self.text(setting))", &buffer)
    case .kicked(let room, let name): self.line("ok \(name) is out of \(room)", &buffer)
    case .operatorGranted(let room, let name):
      self.line("ok \(name) is an operator of \(room) now", &buffer)
    case .operatorRevoked(let room, let name):
      self.line("ok \(name) is no longer an operator of \(room)", &buffer)
    case .sanctioned(let room, let kind, let title, let until, let count):
      let end = until.map { " until \(self.dateAndClock($0))" } ?? ""
      let word = kind == .ban ? "banned from" : "muted in"
      let concerned = Self.concerned(count, kind, room)
      self.line("ok \(title) is \(word) \(room ?? "the server")\(end); \(concerned)", &buffer)
    case .lifted(let room, let kind, let title):
      let word = kind == .ban ? "banned from" : "muted in"
      self.line("ok \(title) is no longer \(word) \(room ?? "the server")", &buffer)
    case .invited(let room, let name): self.line("ok \(name) is invited to \(room)", &buffer)
    case .transferred(let room, let name): self.line("ok \(name) owns \(room) now", &buffer)
    case .disowned(let room): self.line("ok nobody owns \(room) now", &buffer)
    case .removedAll(let room, let name, let count):
      let messages = Self.count(count, "message", "messages")
      self.line(
        "ok \(messages) of \(name) in \(room) \(count == 1 ? "is" : "are") removed", &buffer)
    case .reported(let room, let sequence, let told):
      let who =
        told == 0
        ? "no operator is here now; they find it with /audit" : "the operators here were told"
      self.line("ok #\(sequence.number) of \(room) is reported; \(who)", &buffer)
    case .options(let room, let options, let backlog, let owner):
      self.printOptions(room, options, backlog, owner, into: &buffer)
    case .standings(let room, let kind, let standings, let more):
      self.printStandings(room, kind, standings, more: more, into: &buffer)
    }
  }

  private static func concerned(_ count: Int, _ kind: SanctionKind, _ room: String?) -> String {
    if kind == .mute {
      return count == 0
        ? "nobody here is silenced by it"
        : Self.count(count, "member is", "members are") + " silenced"
    }
    if count == 0 { return room == nil ? "no session was ended" : "nobody was put out" }
    return room == nil
      ? Self.count(count, "session was", "sessions were") + " ended"
      : Self.count(count, "member was", "members were") + " put out"
  }

  private static func text(_ setting: RoomSetting) -> String {
    func word(_ isOn: Bool) -> String { isOn ? "on" : "off" }
    return switch setting {
    case .backlog(let backlog?): "backlog \(BacklogText.text(backlog))"
    case .backlog(nil): "backlog is the server's default"
    case .isPrivate(let isOn): "private \(word(isOn))"
    case .isUnlisted(let isOn): "unlisted \(word(isOn))"
    case .isPermanent(let isOn): "permanent \(word(isOn))"
    case .slow(let seconds): seconds == 0 ? "slow off" : "slow \(seconds)"
    case .posting(.members): "posts members"
    case .posting(.operators): "posts operators"
    }
  }

  private func printOptions(
    _ room: String, _ options: RoomOptions, _ backlog: Backlog, _ owner: String?,
    into buffer: inout ByteBuffer
  ) {
    func word(_ isOn: Bool) -> String { isOn ? "on" : "off" }
    let isDefault = options.backlog == nil ? " (the server's default)" : ""
    self.line("ok \(room), \(owner.map { "owned by \($0)" } ?? "without an owner"):", &buffer)
    self.printTable(
      [
        ["backlog", BacklogText.text(backlog) + isDefault],
        ["private", word(options.isPrivate)],
        ["unlisted", word(options.isUnlisted)],
        ["permanent", word(options.isPermanent)],
        ["slow", options.slowSeconds == 0 ? "off" : "\(options.slowSeconds) s"],
        ["posts", options.posting == .members ? "members" : "operators"],
      ], into: &buffer)
  }

  private func printStandings(
    _ room: String?, _ kind: StandingKind, _ standings: [StandingSummary], more: Int,
    into buffer: inout ByteBuffer
  ) {
    let place = room ?? "the server"
    let (one, many): (String, String) =
      switch kind {
      case .operatorship: ("operator of \(place)", "operators of \(place)")
      case .ban: ("ban from \(place)", "bans from \(place)")
      case .mute: ("mute in \(place)", "mutes in \(place)")
      case .invitation: ("invitation to \(place)", "invitations to \(place)")
      }
    guard !standings.isEmpty else { return self.line("ok no \(many)", &buffer) }
    self.line("ok \(Self.count(standings.count + more, one, many)):", &buffer)
    self.printTable(
      standings.map { standing in
        [
          standing.title, "by \(standing.by)", self.dateAndClock(standing.since),
          standing.until.map { "until \(self.dateAndClock($0))" } ?? "", standing.reason,
        ]
      }, into: &buffer)
    if more > 0 { self.line("  and \(more) more", &buffer) }
  }

  func printAudit(_ room: String?, _ excerpt: Excerpt, into buffer: inout ByteBuffer) {
    let messages = Self.messages(excerpt)
    guard !messages.isEmpty else {
      return self.line("ok the audit log of \(room ?? "the server") is empty", &buffer)
    }
    let count = Self.count(messages.count, "entry", "entries")
    let older = room.map { "/audit #\($0) N" } ?? "/serveraudit N"
    let more = Self.hasMore(excerpt) ? "; for older ones \(older)" : ""
    self.line(
      "ok \(count) of the audit log of \(room ?? "the server")\(more):", &buffer)
    self.printTable(
      messages.map { [self.dateAndClock($0.time), $0.sender.name, $0.body] }, into: &buffer)
  }

  mutating func printNotice(_ notice: Notice, into buffer: inout ByteBuffer) {
    var text = "*** " + ChangeText.notice(notice)
    switch notice {
    case .expelled(_, _, _, _, _, let current):
      self.currentRoom = current
      text += "; \(self.whereTextGoes)"
    case .invited(let room, _): text += "; /join \(room)"
    case .reported(let room, let sequence, _, _, _): text += "; /read #\(room) \(sequence.number)"
    case .muted, .unmuted: break
    }
    self.line(text, &buffer)
  }
}
