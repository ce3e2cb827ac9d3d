import NIOCore
import ParleyDoorKit
import ParleyLineDoor
import ParleyModel
import Testing

@Suite struct `The prompt of line mode` {
  @Test func `follows the greeting`() {
    var talk = LineTalk(LineDialect(options: LineDoorOptions(serverName: "chat.example.org")))
    #expect(talk.requests.map(\.command) == [.greet])
    #expect(
      talk.answer(.greeting(people: 4, rooms: 3))
        == "Parley at chat.example.org: 4 people, 3 rooms. /help, /rooms, /exit. Times are UTC.\n"
        + "Username: ")
  }

  @Test func `takes a name, and what is sent with it`() {
    var talk = LineTalk.atPrompt()
    #expect(
      talk.commands("  ana \r\nhello\r\n") == [
        .login(Sample.name("ana"), autojoin: true), .say(.current, .say, "hello"),
      ])
  }

  @Test func `leads into the rooms that are opened at login`() {
    var talk = LineTalk.atPrompt()
    talk.send("ana\n")
    #expect(
      talk.answer(.welcome(session: SessionID(7), name: "ana", account: nil))
        == "You are ana, session 7, a guest; /register keeps the name.\n")
    let messages = [
      Sample.message(41, .say, "hi"),
      Sample.message(42, .post, from: Sample.bob, subject: "Minutes", "All"),
    ]
    #expect(
      talk.answer(.entered(Sample.entry(reason: .autojoin, messages: messages))) == """
        [lobby] here: bob, cy. The last 1 line and 1 post from before you:
        *** Friday, 2026-11-20
        12:03 [lobby] #41 ana: hi
        12:03 [lobby] #42 bob posted "Minutes": /read 42

        """)
  }

  @Test func `comes again when a name is refused, with a free one`() {
    var talk = LineTalk.atPrompt()
    talk.send("ana\nhello\n")
    let tags = talk.requests.map(\.tag)
    #expect(
      talk.print(.refused(tags[1], .nameTaken("ana", free: "ana2")))
        == "error name_taken: ana is taken, or looks like a name that is; ana2 is free\nUsername: ")
    // What came with the name is refused too, on a line of its own.
    #expect(talk.print(.refused(tags[2], .notLoggedIn)).hasPrefix("\nerror not_logged_in: "))
    #expect(talk.commands("ana2\n") == [.login(Sample.name("ana2"), autojoin: true)])
  }

  @Test func `takes what follows a login for commands, though a name before it is refused`() {
    var talk = LineTalk.atPrompt()
    talk.send("ana\n")
    let name = talk.requests.last?.tag ?? .none
    #expect(
      talk.commands("/login bob\nsecret one\n").last
        == .account(.login(Sample.name("bob"), Secret("secret one"), autojoin: true)))
    _ = talk.print(.refused(name, .nameTaken("ana", free: nil)))
    #expect(talk.commands("hello\n") == [.say(.current, .say, "hello")])
  }

  @Test(arguments: ["", "a b", "server", "a/b", String(repeating: "n", count: 7_000)])
  func `comes again after what is no name`(line: String) {
    var talk = LineTalk.atPrompt()
    guard case .misuse(let refusal)? = talk.commands(line + "\n").first else {
      Issue.record("\(line) was taken")
      return
    }
    let text = talk.refuse(refusal)
    #expect(text.hasPrefix("error bad_name: "))
    #expect(text.hasSuffix("\nUsername: "))
    #expect(talk.commands("ana\n") == [.login(Sample.name("ana"), autojoin: true)])
  }

  @Test(arguments: ["/exit", "/quit", "QUIT", "%exit"])
  func `lets one leave`(line: String) {
    var talk = LineTalk.atPrompt()
    #expect(talk.commands(line + "\n") == [.quit(.quit(""))])
    #expect(talk.print(.closing(.quit)) == "bye.\n")
  }

  @Test(arguments: ["/help", "%help", "/help join"])
  func `helps, and comes again`(line: String) {
    var talk = LineTalk.atPrompt()
    #expect(talk.commands(line + "\n") == [.local])
    let text = talk.answer(.local)
    #expect(text.hasPrefix("ok "))
    #expect(text.hasSuffix("\nUsername: "))
    #expect(talk.commands("ana\n") == [.login(Sample.name("ana"), autojoin: true)])
  }

  @Test func `takes no other command`() {
    var talk = LineTalk.atPrompt()
    #expect(talk.commands("/join python\n") == [.misuse(.notLoggedIn)])
    #expect(
      talk.refuse(.notLoggedIn)
        == "error not_logged_in: you have no name yet; give a name first\nUsername: ")
  }

  @Test(arguments: [
    "NICK ana\r\n", "nick ana\n", "CAP LS 302\r\n", "USER a 0 * :a\r\n", "PASS x\r\n",
    ":ana NICK ana\r\n", "@time=x :a NICK ana\r\n", "AUTHENTICATE PLAIN\r\n",
  ])
  func `hands IRC over with all that came`(line: String) {
    var talk = LineTalk.atPrompt()
    #expect(talk.send(line + "USER ana 0 * :Ana\r\nJOIN").isEmpty)
    let handed = talk.dialect.handOver().map { String(buffer: $0) }
    #expect(handed == String(line.dropLast()) + "\r\nUSER ana 0 * :Ana\r\nJOIN")
    #expect(String(buffer: talk.immediate) == "\r\n", "the prompt's line is ended")
    #expect(talk.dialect.handOver() == nil)
  }

  @Test func `hands JSON over, behind the end of the prompt's line`() {
    var talk = LineTalk.atPrompt()
    #expect(talk.send(#"{"jsonrpc":"2.0"}"# + "\n{").isEmpty)
    #expect(String(buffer: talk.immediate) == "\r\n")
    #expect(talk.dialect.handOver().map { String(buffer: $0) } == #"{"jsonrpc":"2.0"}"# + "\r\n{")
  }

  @Test func `hands JSON over before the prompt is there, and writes nothing`() {
    var talk = LineTalk(LineDialect(options: LineDoorOptions(serverName: "x")))
    talk.send(#"{"jsonrpc":"2.0"}"# + "\n")
    #expect(talk.immediate.readableBytes == 0)
    #expect(talk.dialect.handOver() != nil)
  }

  @Test func `hands over only at first`() {
    var talk = LineTalk.atPrompt()
    talk.send("a b\n")
    #expect(!talk.send("NICK ana\n").isEmpty)
    #expect(talk.dialect.handOver() == nil)
  }

  @Test func `takes nick as a name`() {
    var talk = LineTalk.atPrompt()
    #expect(talk.commands("nick\n") == [.login(Sample.name("nick"), autojoin: true)])
  }

  @Test func `gives way to what the server says meanwhile`() {
    var talk = LineTalk.atPrompt()
    #expect(talk.print(.closing(.loginTimeout)) == "\n*** no name was given in time; bye.\n")
  }
}

@Suite struct `The end of the input` {
  @Test func `makes a line of what is left and quits`() {
    var talk = LineTalk.inside()
    talk.send("hello")
    #expect(talk.end().map(\.command) == [.say(.current, .say, "hello"), .quit(.connectionLost)])
  }

  @Test func `quits once`() {
    var talk = LineTalk.inside()
    talk.send("/exit\n")
    #expect(talk.end().isEmpty)
    var other = LineTalk.inside()
    other.send("/exit")
    #expect(other.end().map(\.command) == [.quit(.quit(""))])
  }

  @Test func `at the prompt may be a name`() {
    var talk = LineTalk.atPrompt()
    talk.send("ana")
    #expect(
      talk.end().map(\.command) == [
        .login(Sample.name("ana"), autojoin: true), .quit(.connectionLost),
      ])
  }
}
