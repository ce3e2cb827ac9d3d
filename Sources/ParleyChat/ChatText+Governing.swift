import ParleyClient
import ParleyTerminal

/// Answers to moderation and administration, as lines.
extension ChatText {
  /// Nil for another method's answer.
  func governing(_ request: ChatRequest, _ result: JSON) -> Lines? {
    let room = result["room"]?.string ?? "the server"
    let name = result["name"]?.string ?? result["mask"]?.string ?? ""
    let line: String
    switch request.method {
    case "room": return self.settings(room, result)
    case "set":
      let set = request.params.keys.filter { $0 != "room" }.sorted()
      line = "ok \(room): " + set.map { "\($0) \(Self.word(result[$0]))" }.joined(separator: ", ")
    case "op": line = "ok \(name) is an operator of \(room) now"
    case "deop": line = "ok \(name) is no longer an operator of \(room)"
    case "kick": line = "ok \(name) is out of \(room)"
    case "invite": line = "ok \(name) is invited to \(room)"
    case "transfer": line = "ok \(name) owns \(room) now"
    case "disown": line = "ok nobody owns \(room) now"
    case "ban", "server_ban": line = "ok \(name) is banned from \(room)" + self.end(result)
    case "mute": line = "ok \(name) is muted in \(room)" + self.end(result)
    case "unban", "server_unban": line = "ok \(name) is no longer banned from \(room)"
    case "unmute": line = "ok \(name) is no longer muted in \(room)"
    case "remove_all":
      let count = Self.count(result["count"]?.integer ?? 0, "message", "messages")
      line = "ok \(count) of \(name) in \(room) removed"
    case "report": line = "ok #\(result["sequence"]?.integer ?? 0) of \(room) is reported"
    case "operators", "bans", "mutes", "invitations", "server_bans":
      return self.standings(request.method, room, result)
    case "audit", "server_audit": return self.entries(room, result)
    case "announce": line = "ok everybody was told"
    case "sessions": return self.sessions(result)
    case "invite_code":
      line =
        "ok code \(result["number"]?.integer ?? 0), for one person until "
        + "\(Self.time(result["until"])), shown this once: /register "
        + (result["code"]?.string ?? "")
    case "mark": line = "ok \(room) is read up to #\(result["sequence"]?.integer ?? 0)"
    default: return nil
    }
    return [StyledText(line)]
  }

  private func end(_ result: JSON) -> String {
    result["until"]?.string == nil ? "" : " until \(Self.time(result["until"]))"
  }

  private static func word(_ value: JSON?) -> String {
    if let isOn = value?.boolean { return isOn ? "on" : "off" }
    if let number = value?.integer { return "\(number)" }
    return value?.string ?? ""
  }

  private func settings(_ room: String, _ result: JSON) -> Lines {
    let owner = result["owner"]?.string.map { "owned by \($0)" } ?? "without an owner"
    let isDefault = result["backlog_is_default"]?.boolean == true
    var rows: [[String]] = []
    for name in ["backlog", "private", "unlisted", "permanent", "slow", "posts"] {
      let note = name == "backlog" && isDefault ? " (the server's default)" : ""
      rows.append([name, Self.word(result[name]) + note])
    }
    return [StyledText("ok \(room), \(owner):")] + Self.table(rows)
  }

  private func standings(_ method: String, _ room: String, _ result: JSON) -> Lines {
    let word = method == "server_bans" ? "bans" : method
    let found = result["standings"]?.elements ?? []
    guard !found.isEmpty else { return [StyledText("ok no \(word) of \(room)")] }
    let more = result["more"]?.integer ?? 0
    let rows = found.map { standing in
      [
        standing["mask"]?.string ?? "", "by " + (standing["by"]?.string ?? ""),
        Self.time(standing["since"]), self.end(standing), standing["reason"]?.string ?? "",
      ]
    }
    return [StyledText("ok \(word) of \(room):")] + Self.table(rows)
      + (more > 0 ? [StyledText("  and \(more) more")] : [])
  }

  private func entries(_ room: String, _ result: JSON) -> Lines {
    let found = result["entries"]?.elements ?? []
    guard !found.isEmpty else { return [StyledText("ok the audit log of \(room) is empty")] }
    let rows = found.map { entry in
      [Self.time(entry["time"]), entry["by"]?.string ?? "", entry["text"]?.string ?? ""]
    }
    let more = result["more"]?.boolean == true ? ", the newest" : ""
    return [StyledText("ok the audit log of \(room)\(more):")] + Self.table(rows)
  }

  private func sessions(_ result: JSON) -> Lines {
    let found = result["sessions"]?.elements ?? []
    let rows = found.map { session in
      [
        "\(session["session"]?.integer ?? 0)", session["name"]?.string ?? "",
        session["account"]?.string.map { "account \($0)" } ?? "a guest",
        Self.count(session["rooms"]?.integer ?? 0, "room", "rooms"),
        session["address"]?.string.map { "from \($0)" } ?? "",
      ]
    }
    let more = result["more"]?.integer ?? 0
    return [StyledText("ok \(Self.count(Int64(found.count) + more, "session", "sessions")):")]
      + Self.table(rows)
  }
}
