import ParleyTesting
import Testing

/// The methods of moderation and administration, as an owner, a member and an administrator use
/// them over real sockets.
enum JSONGovernment {
  /// The methods that were used.
  static func use(_ server: ProcessUnderTest) throws -> Set<String> {
    let cleo = try JSONPerson("cleo", port: server.port)
    let dan = try JSONPerson("dan", port: server.port)
    try cleo.ask("join", #"{"room":"garden"}"#)
    try dan.ask("join", #"{"room":"garden"}"#)
    try Self.setTheRoom(cleo, dan)
    try Self.keepOrder(cleo, dan)
    try Self.handOver(cleo, dan)
    try Self.administer(dan, server)
    return cleo.methods.union(dan.methods)
  }

  private static func setTheRoom(_ cleo: JSONPerson, _ dan: JSONPerson) throws {
    let before = try cleo.ask("room")
    #expect(before["owner"] == "cleo" && before["private"] == .boolean(false))
    #expect(before["backlog_is_default"] == .boolean(true) && before["slow"] == .integer(0))
    #expect(try cleo.ask("set", #"{"private":true}"#)["private"] == .boolean(true))
    #expect(try dan.event("changed")["what"] == "setting")
    #expect(try cleo.ask("set", #"{"backlog":20}"#)["backlog"] == .integer(20))
    #expect(try cleo.ask("set", #"{"backlog":"all"}"#)["backlog"] == "all")
    #expect(try cleo.ask("set", #"{"backlog":"default"}"#)["backlog"] == "default")
    #expect(try cleo.ask("set", #"{"posts":"operators"}"#)["posts"] == "operators")
    #expect(try cleo.ask("set", #"{"unlisted":true}"#)["unlisted"] == .boolean(true))
    #expect(try cleo.refused("set", #"{"permanent":true}"#) == "not_permitted")
    #expect(try cleo.refused("set", #"{"slow":5,"private":true}"#) == "bad_arguments")
    #expect(try cleo.refused("set") == "bad_arguments")
    #expect(try dan.refused("set", #"{"slow":5}"#) == "not_permitted")
    #expect(try dan.refused("post", #"{"subject":"s","text":"t"}"#) == "not_permitted")
    let after = try dan.ask("room", #"{"room":"garden"}"#)
    #expect(after["private"] == .boolean(true) && after["posts"] == "operators")
  }

  private static func keepOrder(_ cleo: JSONPerson, _ dan: JSONPerson) throws {
    try dan.ask("say", #"{"text":"buy now"}"#)
    #expect(
      try dan.ask("report", #"{"sequence":1,"reason":"an advert"}"#)["told"] == .integer(1))
    #expect(try cleo.event("notice")["kind"] == "reported")
    #expect(try cleo.ask("remove_all", #"{"by":1}"#)["count"] == .integer(1))
    #expect(try cleo.refused("remove_all") == "bad_arguments")
    let muted = try cleo.ask("mute", #"{"mask":"dan","seconds":600,"reason":"adverts"}"#)
    #expect(muted["count"] == .integer(1) && muted["until"] != .null)
    #expect(try dan.event("notice")["kind"] == "muted")
    #expect(try dan.refused("say", #"{"text":"but"}"#) == "muted")
    #expect(try cleo.ask("mutes")["standings"]?[0]?["reason"] == "adverts")
    #expect(try cleo.ask("unmute", #"{"mask":"dan"}"#)["mask"] == "dan")
    try cleo.ask("kick", #"{"name":"dan","reason":"enough"}"#)
    #expect(try dan.event("opened")["room"] == "lobby")
    try cleo.ask("invite", #"{"name":"dan"}"#)
    #expect(try cleo.ask("invitations")["standings"]?[0]?["mask"] == "dan")
    let banned = try cleo.ask("ban", #"{"mask":"da*"}"#)
    #expect(banned["room"] == "garden" && banned["until"] == .null)
    #expect(try cleo.ask("bans")["standings"]?[0]?["mask"] == "da*")
    #expect(try dan.refused("join", #"{"room":"garden"}"#) == "banned")
    #expect(try cleo.refused("unban", #"{"mask":"eve"}"#) == "no_such_standing")
    #expect(try cleo.ask("unban", #"{"mask":"da*"}"#)["mask"] == "da*")
    try cleo.ask("invite", #"{"name":"dan"}"#)
    #expect(try dan.ask("join", #"{"room":"garden"}"#)["current"] == .boolean(true))
  }

  private static func handOver(_ cleo: JSONPerson, _ dan: JSONPerson) throws {
    try cleo.ask("op", #"{"name":"dan"}"#)
    #expect(try dan.ask("operators")["standings"]?[0]?["mask"] == "dan")
    try cleo.ask("deop", #"{"name":"dan"}"#)
    try cleo.ask("transfer", #"{"name":"dan"}"#)
    #expect(try dan.ask("room")["owner"] == "dan")
    let audit = try dan.ask("audit", #"{"limit":3}"#)
    #expect(audit["entries"]?.elements.count == 3 && audit["more"] == .boolean(true))
    #expect(audit["entries"]?[2]?["by"] == "cleo")
    try dan.ask("disown")
    #expect(try cleo.ask("room")["owner"] == .null)
  }

  private static func administer(_ dan: JSONPerson, _ server: ProcessUnderTest) throws {
    for method in ["announce", "server_ban"] {
      let params = method == "announce" ? #"{"text":"hear"}"# : #"{"mask":"192.0.2.0/24"}"#
      #expect(try dan.refused(method, params) == "not_permitted")
    }
    try dan.ask("register", #"{"password":"correct horse"}"#)
    try server.admin("administrator dan")
    try dan.ask("announce", #"{"text":"back at noon"}"#)
    #expect(try dan.event("server")["text"] == "back at noon")
    let sessions = try dan.ask("sessions")["sessions"]
    #expect(sessions?.elements.contains { $0["name"] == "cleo" } == true)
    #expect(try dan.ask("invite_code", #"{"seconds":60}"#)["code"] != .null)
    let banned = try dan.ask("server_ban", #"{"mask":"192.0.2.0/24","seconds":60}"#)
    #expect(banned["room"] == .null && banned["count"] == .integer(0))
    #expect(try dan.ask("server_bans")["standings"]?[0]?["mask"] == "192.0.2.0/24")
    try dan.ask("server_unban", #"{"mask":"192.0.2.0/24"}"#)
    #expect(try dan.ask("server_audit")["entries"]?.elements.isEmpty == false)
  }
}
