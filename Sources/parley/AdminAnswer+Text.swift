import ParleyAdminDoor

extension AdminAnswer {
  /// For people: a sentence, or a table whose columns begin below each other.
  var text: String {
    switch self {
    case .created(let name): "\(name) is an account now"
    case .passwordSet(let name): "\(name) has its new password"
    case .administrator(let name, let granted):
      "\(name) is \(granted ? "an" : "no") administrator now"
    case .deleted(let name): "\(name) is no account any more"
    case .accounts(let accounts, let more): Self.text(of: accounts, more: more)
    case .tokens(let name, let tokens):
      Self.table(
        ["NUMBER", "SCOPES", "LABEL", "CREATED"],
        tokens.map {
          ["\($0.number)", $0.scopes.joined(separator: ","), $0.label, $0.created]
        }, none: "\(name) has no tokens")
    case .newToken(let number, let scopes, let token):
      "token \(number) (\(scopes.joined(separator: ","))), shown this once:\n\(token)"
    case .tokenRevoked(let number): "token \(number) opens nothing now"
    case .invites(let invites):
      Self.table(
        ["NUMBER", "BY", "UNTIL"], invites.map { ["\($0.number)", $0.by, $0.until] },
        none: "no codes wait to be used")
    case .newInvite(let number, let until, let code):
      "code \(number), for one person until \(until), shown this once:\n/register \(code)"
    case .inviteRevoked(let number): "code \(number) is good no more"
    case .sessions(let sessions, let more):
      Self.table(
        ["SESSION", "NAME", "ACCOUNT", "ROOMS", "ADDRESS"],
        sessions.map {
          ["\($0.session)", $0.name, $0.account ?? "-", "\($0.rooms)", $0.address ?? "-"]
        },
        none: "nobody is here", more: more)
    case .announced: "everybody was told"
    case .banned(let title, let until, let ended):
      "\(title) is banned" + (until.map { " until \($0)" } ?? "")
        + "; \(ended) \(ended == 1 ? "session was" : "sessions were") ended"
    case .unbanned(let title): "\(title) is no longer banned"
    case .bans(let bans, let more):
      Self.table(
        ["WHOM", "BY", "SINCE", "UNTIL", "REASON"],
        bans.map { [$0.title, $0.by, $0.since, $0.until ?? "-", $0.reason] },
        none: "nobody is banned", more: more)
    case .audit(let deeds, let older):
      Self.table(
        ["TIME", "BY", "DEED"], deeds.map { [$0.time, $0.by, $0.deed] },
        none: "nothing was done yet") + (older ? "\nthere are older ones: --limit" : "")
    case .refused(let code, let text): "\(code): \(text)"
    }
  }

  private static func text(of accounts: [Account], more: Int) -> String {
    self.table(
      ["NAME", "ADMINISTRATOR", "SESSIONS", "PASSWORD", "TOKENS", "CREATED"],
      accounts.map {
        [
          $0.name, $0.administrator ? "yes" : "no", "\($0.sessions)", $0.password ? "yes" : "no",
          "\($0.tokens)", $0.created,
        ]
      }, none: "there are no accounts", more: more)
  }

  private static func table(
    _ heading: [String], _ rows: [[String]], none: String, more: Int = 0
  ) -> String {
    guard !rows.isEmpty else { return none }
    let all = [heading] + rows
    let widths = heading.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    var lines = all.map { row in
      let cells = zip(row, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
    if more > 0 { lines.append("and \(more) more") }
    return lines.joined(separator: "\n")
  }
}
