import NIOCore
import ParleyDoorKit
import ParleyLineDoor
import ParleyModel
import Testing

@Suite struct `What a room is told in line mode` {
  @Test func `reads as the protocol's page shows it`() {
    let talk = LineTalk.inside()
    let pairs: [(Event, String)] = [
      (.message(Sample.message()), "12:03 [lobby] #42 ana: hello all\n"),
      (.message(Sample.message(43, .action, "waves")), "12:03 [lobby] #43 * ana waves\n"),
      (
        .message(Sample.message(44, .post, subject: "Minutes", "All agreed.")),
        "12:03 [lobby] #44 ana posted \"Minutes\": /read 44\n"
      ),
      (
        .message(Sample.message(45, .post, subject: "Minutes", "Yes", replyTo: Sequence(44))),
        "12:03 [lobby] #45 ana answered #44 \"Minutes\": /read 45\n"
      ),
      (.message(Sample.message(46, .notify, "beep")), "12:03 [lobby] #46 -ana- beep\n"),
      (.came(Sample.bob, present: 2), "12:03 [lobby] + bob came\n"),
      (
        .went(Sample.bob, .connectionLost, present: 1),
        "12:03 [lobby] - bob went (connection lost)\n"
      ),
      (.went(Sample.bob, .left, present: 1), "12:03 [lobby] - bob went (left)\n"),
      (.went(Sample.bob, .switched, present: 1), "12:03 [lobby] - bob went (to another room)\n"),
      (.went(Sample.bob, .quit(""), present: 1), "12:03 [lobby] - bob went (quit)\n"),
      (
        .went(Sample.bob, .quit("see you"), present: 1),
        "12:03 [lobby] - bob went (quit: see you)\n"
      ),
      (.topic("snakes", by: Sample.ana), "12:03 [lobby] ~ ana set the topic: snakes\n"),
      (.topic("", by: Sample.ana), "12:03 [lobby] ~ ana removed the topic\n"),
      (.renamed(Sample.ana, to: "anna"), "12:03 [lobby] ~ ana is now anna\n"),
      (.removed(Sequence(42), Sample.id(42), by: Sample.ana), "12:03 [lobby] ~ ana removed #42\n"),
    ]
    for (event, line) in pairs { #expect(talk.told(event) == line) }
  }

  @Test func `continues a text of several lines in a way that nothing else begins with`() {
    let talk = LineTalk.inside()
    #expect(
      talk.told(.message(Sample.message("one\nok done\n*** server")))
        == "12:03 [lobby] #42 ana: one\n  | ok done\n  | *** server\n")
  }

  @Test func `is told without numbers, in another zone and in colour when set`() {
    var talk = LineTalk.inside()
    let plain = talk.dialect.printer.variant
    talk.send("/set numbers off\n")
    // Answers come in order: what was printed before is not changed.
    #expect(talk.dialect.printer.variant == plain)
    #expect(talk.answer(.local) == "ok numbers are off\n")
    #expect(talk.told(.message(Sample.message())) == "12:03 [lobby] ana: hello all\n")
    talk.send("/set timezone +05:45\n")
    #expect(talk.answer(.local) == "ok times are +05:45\n")
    #expect(talk.told(.message(Sample.message())) == "17:48 [lobby] ana: hello all\n")
    #expect(talk.told(.message(Sample.message())).utf8.allSatisfy { $0 != 0x1B })
    talk.send("/set colour on\n")
    #expect(talk.answer(.local) == "ok colour is on\n")
    #expect(talk.told(.message(Sample.message())).contains("\u{1B}[3"))
    talk.send("/set\n")
    #expect(
      talk.answer(.local) == "ok numbers are off, verbs are on, times are +05:45, colour is on\n")
    #expect(talk.dialect.printer.variant != plain)
  }

  @Test func `has a variant for each style`() {
    var variants: Set<Variant> = []
    for line in [
      "", "/set numbers off\n", "/set colour on\n", "/set timezone +1\n", "/set timezone +2\n",
    ] {
      var talk = LineTalk.inside()
      if !line.isEmpty {
        talk.send(line)
        _ = talk.answer(.local)
      }
      variants.insert(talk.dialect.printer.variant)
    }
    #expect(variants.count == 5)
  }

  @Test func `ends lines with CR LF for telnet`() {
    var talk = LineTalk.inside()
    talk.send(bytes: [255, 251, 31])
    #expect(talk.told(.message(Sample.message())) == "12:03 [lobby] #42 ana: hello all\r\n")
    talk.send("/help\n")
    let help = talk.answer(.local)
    #expect(help.utf8.count { $0 == 0x0A } == help.utf8.count { $0 == 0x0D })
  }

  @Test func `counts a crowd and says the day`() {
    let printer = LineTalk.inside().dialect.printer
    var buffer = ByteBuffer()
    #expect(printer.printCrowd(came: 37, went: 12, room: "lobby", into: &buffer))
    #expect(printer.printCrowd(came: 0, went: 3, room: "lobby", into: &buffer))
    if let day = printer.day(of: Sample.time) { printer.printDay(day, into: &buffer) }
    #expect(
      String(buffer: buffer)
        == "*** [lobby] 37 came, 12 went\n*** [lobby] 3 went\n*** Friday, 2026-11-20\n")
  }

  @Test func `shows that a message was removed`() {
    let removal = Removal(by: Sample.bob, time: Sample.time)
    #expect(
      LineTalk.inside().told(.message(Sample.message("", removal: removal)))
        == "12:03 [lobby] #42 ~ ana's message was removed by bob\n")
  }
}

@Suite struct `An answer of line mode` {
  static func answer(_ reply: Reply) -> String {
    var talk = LineTalk.inside()
    talk.send("/rooms\n")
    return talk.answer(reply)
  }

  @Test func `says where text goes when the room changes`() {
    var talk = LineTalk.inside()
    talk.send("/join python\n")
    #expect(
      talk.answer(.entered(Sample.entry("python", isNewRoom: true, present: ["ana"])))
        == "ok you made python; text goes to python\n[python] nobody else is here.\n")
    #expect(
      talk.answer(
        .entered(Sample.entry("go", reason: .added, isCurrent: false, present: ["ana", "bob"])))
        == "ok text goes to python\n[go] here: bob.\n")
    #expect(
      talk.answer(.left(room: "go", current: "python")) == "ok you left go; text goes to python\n")
    #expect(
      talk.answer(.entered(Sample.entry(reason: .returned, isNewMember: false)))
        == "ok you left python; text goes to lobby\n[lobby] here: bob, cy.\n")
    #expect(
      talk.answer(.left(room: "lobby", current: nil))
        == "ok you left lobby; text goes nowhere; /join ROOM\n")
  }

  @Test func `shows the topic and what was missed`() {
    let topic = Topic(text: "snakes", by: "bob", time: Sample.time)
    let entry = Sample.entry(
      "python", isNewMember: false, topic: topic, messages: [Sample.message()])
    #expect(
      Self.answer(.entered(entry)) == """
        ok text goes to python
        [python] here: bob, cy. 1 message since you were here:
        [python] topic: snakes
        *** Friday, 2026-11-20
        12:03 [python] #42 ana: hello all

        """)
  }

  @Test func `begins with ok`() {
    let pairs: [(Reply, String)] = [
      (.renamed(to: "anna"), "ok you are anna now\n"),
      (.topic(room: "lobby", nil), "ok lobby has no topic\n"),
      (.topicSet(room: "lobby", "snakes"), "ok lobby has its new topic\n"),
      (
        .stored(room: "lobby", id: Sample.id(44), Sequence(44), Sample.time),
        "ok #44 is in lobby\n"
      ),
      (
        .delivered(to: "bob", sessions: 2, id: Sample.id(7), Sequence(7), Sample.time),
        "ok delivered to 2 sessions of bob, #7\n"
      ),
      (.removed(conversation: "lobby", Sequence(42)), "ok #42 of lobby is removed\n"),
      (.away("lunch"), "ok you are away: lunch\n"), (.away(nil), "ok you are back\n"),
      (
        .ignoring("bob", true),
        "ok you see nothing of bob any more; /ignore bob again shows it\n"
      ),
      (.ignoring("bob", false), "ok you see what bob writes again\n"),
      (
        .posts(room: "lobby", .messages([], more: false)),
        "ok lobby has no posts that you may see\n"
      ),
      (
        .history(conversation: "lobby", .messages([], more: false)),
        "ok lobby has no messages that you may see\n"
      ),
      (.people(room: "lobby", [], more: 0), "ok nobody is in lobby\n"),
      (.rooms([], more: 0), "ok there are no rooms\n"),
    ]
    for (reply, line) in pairs { #expect(Self.answer(reply) == line) }
  }

  @Test func `lists posts below each other`() {
    let posts = [
      Sample.message(4, .post, subject: "Minutes", "All"),
      Sample.message(144, .post, from: Sample.bob, subject: "Minutes", "Yes", replyTo: Sequence(4)),
    ]
    #expect(
      Self.answer(.posts(room: "lobby", .messages(posts, more: false))) == """
        ok 2 posts in lobby:
          #4    2026-11-20 12:03  ana  Minutes
          #144  2026-11-20 12:03  bob  Minutes (answers #4)

        """)
  }

  @Test func `shows a post with all its lines`() {
    let post = Sample.message(44, .post, subject: "Minutes", "All agreed.\nok not an answer")
    #expect(
      Self.answer(.message(conversation: "lobby", .messages([post], more: false))) == """
        ok #44 of lobby by ana, 2026-11-20 12:03: Minutes
          | All agreed.
          | ok not an answer

        """)
  }

  @Test func `says how many more there are than it lists`() {
    let person = Person(name: "bob", account: nil, role: .member, isAway: false)
    #expect(
      Self.answer(.people(room: "lobby", [person], more: 1_499))
        == "ok 1500 people in lobby: bob, and 1499 more\n")
    let names = (1...30).map { "p\($0)" }
    var entry = Sample.entry("lobby", present: names)
    entry.presentMore = 100
    let listed = names.prefix(20).joined(separator: ", ")
    #expect(
      Self.answer(.entered(entry)).contains("[lobby] here: \(listed), and 110 more (/who)."))
  }

  @Test func `lists people and rooms`() {
    let people = [
      Person(name: "ana", account: nil, role: .owner, isAway: false),
      Person(name: "bob", account: nil, role: .member, isAway: true),
    ]
    #expect(
      Self.answer(.people(room: "lobby", people, more: 0))
        == "ok 2 people in lobby: ana (you, owner), bob (away)\n")
    let rooms = [
      RoomSummary(name: "lobby", present: 4, members: 12, posts: 1, topic: nil, isJoined: true),
      RoomSummary(
        name: "python", present: 0, members: 1, posts: 20, topic: "snakes", isJoined: false),
    ]
    #expect(
      Self.answer(.rooms(rooms, more: 0)) == """
        ok 2 rooms:
          lobby   4 here  12 members  1 post    joined
          python  0 here  1 member    20 posts          snakes

        """)
  }

  @Test func `names the other one in a direct history`() {
    let messages = [
      Sample.message(7, .say, "psst"), Sample.message(8, .say, from: Sample.bob, "yes?"),
    ]
    #expect(
      Self.answer(.history(conversation: "@bob", .messages(messages, more: true))) == """
        ok 2 messages of @bob; older ones: /history @bob <7:
        *** Friday, 2026-11-20
        12:03 (direct to bob) #7 ana: psst
        12:03 (direct to ana) #8 bob: yes?

        """)
  }

  @Test func `tells about somebody`() {
    let profile = Profile(
      name: "bob", account: nil, sessions: 2, since: Sample.time, away: "lunch", rooms: ["lobby"])
    #expect(
      Self.answer(.profile(profile)) == """
        ok bob: a guest, 2 sessions, since 2026-11-20 12:03
          in lobby
          away: lunch

        """)
  }

  @Test func `to help keeps its place among the others`() {
    var talk = LineTalk.inside()
    let requests = talk.send("/set numbers off\n/rooms\n/help exit\n")
    #expect(talk.print(.reply(requests[0].tag, .local)) == "ok numbers are off\n")
    #expect(talk.print(.reply(requests[1].tag, .rooms([], more: 0))) == "ok there are no rooms\n")
    #expect(talk.print(.reply(requests[2].tag, .local)).hasPrefix("ok exit: "))
  }

  @Test func `is not needed for what else is told`() {
    var talk = LineTalk.inside()
    let direct = DirectEvent(
      message: Sample.message(7, .say, "psst"), recipient: "bob", isOwn: true)
    #expect(talk.print(.direct(direct)) == "12:03 (direct to bob) #7 ana: psst\n")
    #expect(talk.print(.server("maintenance at noon")) == "*** maintenance at noon\n")
    #expect(
      talk.print(.skipped(room: "lobby", from: Sequence(12), through: Sequence(30)))
        == "*** [lobby] #12 to #30 were skipped, because they were not taken fast enough; "
        + "/history #lobby 19 shows the newest\n")
    #expect(talk.print(.probe) == "")
    #expect(
      talk.print(.closing(.shuttingDown)) == "*** the server is shutting down; bye.\n")
  }
}
