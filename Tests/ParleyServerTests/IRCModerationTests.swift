import ParleyTesting
import Testing

/// How IRC clients may come, and what they are shown of moderation
/// (https://modern.ircdocs.horse).
@Suite struct `An IRC client` {
  private static func enter(_ name: String, _ server: ProcessUnderTest) throws -> TalkClient {
    let client = try TalkClient(name, port: server.port)
    try client.ask("NICK \(name)\r\nUSER \(name) 0 * :\(name)\r", ":* 001 \(name) *")
    return client
  }

  @Test func `may come late, when it was greeted as a person`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let late = try TalkClient.greeted("late", server)
      try late.say("CAP LS 302\r")
      // All of the answer is on lines of its own.
      try late.expectNext("Username: ")
      try late.expectNext(":* CAP \\* LS :*")
      try late.ask("NICK late\r\nUSER late 0 * :late\r\nCAP END\r", ":* 001 late *")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `sees roles and bans as modes, and kicks as kicks`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let ana = try Moderated.guest("ana", server)
      try ana.ask("/join python", "ok you made python*")
      let irc = try Self.enter("irc", server)
      try irc.ask("JOIN #python\r", ":irc!irc@parley JOIN #python")
      let other = try Self.enter("other", server)
      try other.ask("JOIN #python\r", ":other!other@parley JOIN #python")
      try ana.ask("/op irc", "ok irc is an operator*")
      try irc.expect(":ana!ana@parley MODE #python +o irc")
      try ana.ask("/deop irc", "ok irc is no longer*")
      try irc.expect(":ana!ana@parley MODE #python -o irc")
      try ana.ask("/ban *bot*", "ok \\*bot\\* is banned*")
      try irc.expect(":ana!ana@parley MODE #python +b \\*bot\\*!\\*@\\*")
      try ana.ask("/unban *bot*", "ok \\*bot\\* is no longer*")
      try irc.expect(":ana!ana@parley MODE #python -b \\*bot\\*!\\*@\\*")
      try ana.ask("/kick other no adverts", "ok other is out*")
      try irc.expect(":ana!ana@parley KICK #python other :no adverts")
      try other.expect(":ana!ana@parley KICK #python other :kicked: no adverts")
      try ana.ask("/ban other", "ok other is banned*")
      try other.ask("JOIN #python\r", ":* 474 other #python :you are banned from python")
      try ana.ask("/room private on", "ok python: private on")
      let third = try Self.enter("third", server)
      try third.ask("JOIN #python\r", ":* 473 third #python :*")
      try ana.ask("/invite third", "ok third is invited*")
      try third.expect(":ana!ana@parley INVITE third :#python")
      try third.ask("JOIN #python\r", ":third!third@parley JOIN #python")
      try ana.ask("/mute irc", "ok irc is muted*")
      try irc.ask("PRIVMSG #python :hello\r", ":* 404 irc #python :you are muted in python")
      try ana.ask("/ban irc", "ok irc is banned*")
      try irc.expect(":ana!ana@parley KICK #python irc :banned")
      // No room is opened in its place.
      try irc.say("PING end\r")
      try irc.expect(TalkPattern(":* PONG *end*"), without: TalkPattern("* JOIN *"))
      #expect(try server.stop() == 0)
    }
  }
}
