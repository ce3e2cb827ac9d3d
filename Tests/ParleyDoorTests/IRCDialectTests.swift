import NIOCore
import ParleyDoorKit
import ParleyIRCDoor
import ParleyModel
import Testing

typealias IRCTalk = Talk<IRCDialect>

extension Talk<IRCDialect> {
  static func begun() -> Self {
    Self(IRCDialect(options: IRCDoorOptions(serverName: "parley.example")))
  }

  static func inside() -> Self {
    var talk = Self.begun()
    talk.send("NICK ana\r\nUSER ana 0 * :Ana\r\n")
    _ = talk.answer(.welcome(session: SessionID(7), name: "ana", account: nil))
    return talk
  }
}

@Suite struct `The IRC door` {
  @Test(arguments: [
    "NICK ana\r\nUSER ana 0 * :Ana\r\n", "USER ana 0 * :Ana\r\nNICK ana\r\n",
    "PASS x\r\nnick ana\nuser ana 0 * Ana\n",
  ])
  func `logs in when NICK and USER are complete`(text: String) {
    var talk = IRCTalk.begun()
    #expect(talk.commands(text) == [.login(Sample.name("ana"), autojoin: false)])
  }

  // https://ircv3.net/specs/extensions/capability-negotiation: "the server MUST NOT complete
  // registration until the client sends CAP END".
  @Test func `waits for the end of negotiation and offers nothing`() {
    var talk = IRCTalk.begun()
    #expect(talk.commands("CAP LS 302\r\nNICK ana\r\nUSER ana 0 * :Ana\r\n") == [.local])
    #expect(talk.answer(.local) == ":parley.example CAP * LS :\r\n")
    #expect(talk.commands("CAP REQ :echo-message\r\n") == [.local])
    #expect(talk.answer(.local) == ":parley.example CAP * NAK :echo-message\r\n")
    #expect(talk.commands("CAP END\r\n") == [.login(Sample.name("ana"), autojoin: false)])
  }

  @Test func `welcomes with the numerics that clients wait for`() {
    var talk = IRCTalk.begun()
    talk.send("NICK ana\r\nUSER ana 0 * :Ana\r\n")
    let text = talk.answer(.welcome(session: SessionID(7), name: "ana", account: nil))
    let numerics = text.split(separator: "\r\n").map { $0.split(separator: " ")[1] }
    #expect(numerics == ["001", "002", "003", "004", "005", "422"])
    #expect(text.hasPrefix(":parley.example 001 ana :"))
  }

  @Test func `tries again with another nickname`() {
    var talk = IRCTalk.begun()
    talk.send("NICK ana\r\nUSER ana 0 * :Ana\r\n")
    #expect(
      talk.refuse(.nameTaken("ana", free: "ana2"))
        == ":parley.example 433 * ana :Nickname is already in use; ana2 is free\r\n")
    #expect(talk.commands("NICK ana2\r\n") == [.login(Sample.name("ana2"), autojoin: false)])
  }

  @Test func `joins several rooms and shows each`() {
    var talk = IRCTalk.inside()
    #expect(talk.commands("JOIN #a,#b\r\n") == [.add(Sample.room("a")), .add(Sample.room("b"))])
    let topic = Topic(text: "snakes", by: "bob", time: Sample.time)
    #expect(
      talk.answer(
        .entered(Sample.entry("a", reason: .added, topic: topic, messages: [Sample.message()])))
          == """
          :ana!ana@parley JOIN #a\r
          :parley.example 332 ana #a :snakes\r
          :parley.example 333 ana #a bob 1795176185\r
          :parley.example 353 ana = #a :ana bob cy\r
          :parley.example 366 ana #a :End of /NAMES list\r
          :ana!ana@parley PRIVMSG #a :[12:03] hello all\r

          """)
    // Joining again is answered by nothing.
    #expect(talk.answer(.entered(Sample.entry("a", reason: .added))) == "")
  }

  @Test func `splits long lists of names`() {
    var talk = IRCTalk.inside()
    let names = ["ana"] + (0..<200).map { "somebody\($0)" }
    let text = talk.answer(.entered(Sample.entry("a", present: names)))
    let lines = text.split(separator: "\r\n")
    #expect(lines.allSatisfy { $0.utf8.count <= 510 })
    let listed = lines.filter { $0.contains(" 353 ") }.flatMap { line in
      (line.split(separator: ":", maxSplits: 2).last ?? "").split(separator: " ").map(String.init)
    }
    #expect(listed == names)
  }

  @Test(arguments: [
    ("JOIN\r\n", Refusal.badArguments(usage: "JOIN")), ("JOIN lobby\r\n", .noSuchRoom("lobby")),
    ("FROB x\r\n", .badCommand("FROB", nearest: nil)),
    ("USER a\r\n", .alreadyLoggedIn), ("PRIVMSG #a :\u{2}bold\r\n", .badText(.control)),
    ("PING\r\n", .badArguments(usage: "PING")),
    ("NICK a/b\r\n", .badName("a/b", .badCharacter)),
  ])
  func `refuses what it does not understand`(line: String, refusal: Refusal) {
    var talk = IRCTalk.inside()
    #expect(talk.commands(line) == [.misuse(refusal)])
  }

  @Test func `answers what lacks a recipient or a text`() {
    var talk = IRCTalk.inside()
    talk.send("PRIVMSG\r\n")
    #expect(talk.answer(.local) == ":parley.example 411 ana PRIVMSG :No recipient given\r\n")
    talk.send("PRIVMSG #a\r\n")
    #expect(talk.answer(.local) == ":parley.example 412 ana :No text to send\r\n")
  }

  @Test func `sends to rooms and people, and acts`() {
    var talk = IRCTalk.inside()
    let requests = talk.send(
      "PRIVMSG #a :hello all\r\nPRIVMSG bob psst\r\nPRIVMSG #a :\u{1}ACTION waves\u{1}\r\n"
        + "NOTICE #a :beep\r\n@x=y :ana PRIVMSG #a,#b :twice\r\nPRIVMSG bob :\u{1}VERSION\u{1}\r\n")
    let a = RoomSelector.named(Sample.room("a"))
    #expect(
      requests.map(\.command) == [
        .say(a, .say, "hello all"), .direct(.named(Sample.name("bob")), .say, "psst"),
        .say(a, .action, "waves"), .say(a, .notify, "beep"), .say(a, .say, "twice"),
        .say(.named(Sample.room("b")), .say, "twice"),
      ])
    #expect(requests.allSatisfy { $0.tag == .none })
  }

  @Test func `answers a ping in its turn and probes with one`() {
    var talk = IRCTalk.inside()
    #expect(talk.commands("PING :12 34\r\n") == [.ping("12 34")])
    #expect(talk.answer(.pong("12 34")) == ":parley.example PONG parley.example :12 34\r\n")
    #expect(talk.dialect.probes)
    #expect(talk.print(.probe) == "PING :parley.example\r\n")
    #expect(talk.send("PONG :parley.example\r\n").isEmpty)
  }

  @Test func `changes nicknames`() {
    var talk = IRCTalk.inside()
    #expect(talk.commands("NICK anna\r\n") == [.nick(Sample.name("anna"))])
    #expect(talk.answer(.renamed(to: "anna")) == ":ana!ana@parley NICK :anna\r\n")
    talk.send("FROB\r\n")
    #expect(
      talk.refuse(.badCommand("FROB", nearest: nil))
        == ":parley.example 421 anna FROB :Unknown command\r\n")
  }

  @Test func `quits with a last word`() {
    var talk = IRCTalk.inside()
    #expect(talk.commands("QUIT :see you\r\nPRIVMSG #a :x\r\n") == [.quit(.quit("see you"))])
    #expect(talk.print(.closing(.quit)) == "ERROR :Closing link: Quit: see you\r\n")
  }

  @Test func `tells what happens in a room`() {
    let talk = IRCTalk.inside()
    let pairs: [(Event, String)] = [
      (.message(Sample.message()), ":ana!ana@parley PRIVMSG #lobby :hello all\r\n"),
      (
        .message(Sample.message("one\n\ntwo")),
        ":ana!ana@parley PRIVMSG #lobby :one\r\n:ana!ana@parley PRIVMSG #lobby : \r\n"
          + ":ana!ana@parley PRIVMSG #lobby :two\r\n"
      ),
      (
        .message(Sample.message(43, .action, "waves")),
        ":ana!ana@parley PRIVMSG #lobby :\u{1}ACTION waves\u{1}\r\n"
      ),
      (.message(Sample.message(44, .notify, "beep")), ":ana!ana@parley NOTICE #lobby :beep\r\n"),
      (
        .message(Sample.message(45, .post, subject: "Minutes", "All")),
        ":ana!ana@parley PRIVMSG #lobby :[post #45] posted: Minutes\r\n"
      ),
      (.came(Sample.bob, present: 2), ":bob!bob@parley JOIN #lobby\r\n"),
      (.went(Sample.bob, .left, present: 1), ":bob!bob@parley PART #lobby :\r\n"),
      (.went(Sample.bob, .quit("see you"), present: 1), ":bob!bob@parley QUIT :Quit: see you\r\n"),
      (.renamed(Sample.bob, to: "rob"), ":bob!bob@parley NICK :rob\r\n"),
      (.topic("snakes", by: Sample.bob), ":bob!bob@parley TOPIC #lobby :snakes\r\n"),
    ]
    for (event, line) in pairs { #expect(talk.told(event) == line) }
    #expect(!talk.dialect.printer.echoes)
  }

  @Test func `splits what does not fit 512 bytes between characters, and loses nothing`() {
    let talk = IRCTalk.inside()
    let body = String(repeating: "aé𝔞", count: 500)
    let lines = talk.told(.message(Sample.message(body))).split(separator: "\r\n")
    let head = ":ana!ana@parley PRIVMSG #lobby :"
    #expect(lines.allSatisfy { $0.utf8.count + 2 <= 512 && $0.hasPrefix(head) })
    #expect(lines.map { $0.dropFirst(head.count) }.joined() == body)
    #expect(lines.count == 8)
  }

  @Test func `passes direct messages on to the recipient`() {
    var talk = IRCTalk.inside()
    let direct = DirectEvent(
      message: Sample.message(7, .say, from: Sample.bob, "psst"), recipient: "ana", isOwn: false)
    #expect(talk.print(.direct(direct)) == ":bob!bob@parley PRIVMSG ana :psst\r\n")
  }
}
