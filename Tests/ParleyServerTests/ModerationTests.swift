import ParleyTesting
import Testing

/// Rooms with an owner and operators, in a server that is stopped or killed and started again.
@Suite struct `What moderators decide` {
  @Test(arguments: [false, true])
  func `is there after a stop, and after a kill`(isKilled: Bool) async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let ana = try Moderated.account("ana", server)
      try ana.ask("/join python", "ok you made python*")
      for name in ["bob", "cy"] {
        try Moderated.account(name, server).ask("/join python", "ok text goes to python")
      }
      _ = try Moderated.account("eve", server)
      for (line, answer) in [
        ("/op bob", "ok bob is an operator*"), ("/ban zoe 2h no adverts", "ok zoe is banned*"),
        ("/ban *bot*", "ok \\*bot\\* is banned*"), ("/ban 192.0.2.0/24", "ok 192.0.2.0/24 *"),
        ("/mute cy", "ok cy is muted*"), ("/invite eve", "ok eve is invited*"),
        ("/room backlog 7", "ok python: *"), ("/room private on", "ok python: *"),
        ("/room unlisted on", "ok python: *"), ("/room permanent on", "ok python: *"),
        ("/room slow 30", "ok python: *"), ("/room posts operators", "ok python: *"),
      ] {
        try ana.ask(line, answer)
      }
      if isKilled { try server.kill() } else { #expect(try server.stop() == 0) }
      try server.start()
      let again = try Moderated.login("ana", server)
      try again.ask("/room", "ok python, owned by ana:")
      for row in [
        "backlog    7", "private    on", "unlisted   on", "permanent  on", "slow       30 s",
        "posts      operators",
      ] {
        try again.expectNext("  \(row)")
      }
      try again.ask("/op", "ok 1 operator of python:")
      try again.expectNext("  bob  by ana  *")
      try again.ask("/ban", "ok 3 bans from python:")
      try again.expectNext("  zoe           by ana  * until * no adverts")
      try again.expectNext("  \\*bot\\*         by ana  *")
      try again.expectNext("  192.0.2.0/24  by ana  *")
      try again.ask("/mute", "ok 1 mute in python:")
      try again.expectNext("  cy  by ana  *")
      try again.ask("/invite", "ok 1 invitation to python:")
      try again.expectNext("  eve  by ana  * until *")
      try again.ask("/audit", "ok 12 entries of the audit log of python:")
      try again.expectNext("  * ana  made bob an operator")
      // And it is in force.
      let bob = try Moderated.login("bob", server)
      try bob.ask("/audit 1", "ok 1 entry *")
      try Moderated.login("cy", server).ask("hello", "error muted: *")
      let eve = try Moderated.login("eve", server)
      try eve.ask("/join python", "ok text goes to python")
      try eve.ask("/post One | more", "error not_permitted: only operators post*")
      // Who has only just come waits, too.
      try eve.ask("hello", "error slow_mode: *")
      try again.ask("/room private off", "ok python: private off")
      for name in ["zoe", "robot"] {
        try Moderated.guest(name, server).ask("/join python", "error banned: *")
      }
      #expect(try server.stop() == 0)
    }
  }

  @Test func `follows an account under all of its names`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let ana = try Moderated.account("ana", server)
      try ana.ask("/join python", "ok you made python*")
      let bob = try Moderated.account("bob", server)
      try bob.ask("/join python", "ok text goes to python")
      try bob.ask("/nick bo", "ok *bo*")
      try ana.ask("/op bo", "ok bob is an operator*")
      try ana.ask("/nick annie", "ok *annie*")
      let guest = try Moderated.guest("gus", server)
      try guest.ask("/join python", "ok text goes to python")
      try guest.ask("/who", "ok 3 people in python: annie (owner), bo (operator), gus (you)")
      try bob.ask("/mute gus", "ok gus is muted*")
      try ana.ask("/deop bob", "ok bob is no longer an operator*")
      // A ban by the name that an account carries is one by its own, under which it is here, too.
      try ana.ask("/ban bo", "ok bob is banned from python; 2 members were put out")
      try bob.ask("/join python", "error banned: *")
      try bob.ask("/nick bertie", "ok *bertie*")
      try bob.ask("/join python", "error banned: *")
      try Moderated.login("bob", server).ask("/join python", "error banned: *")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `concerns a guest under another name, and others from its address`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: ["--proxy-from", "127.0.0.2"])
      let ana = try Moderated.guest("ana", server)
      try ana.ask("/join python", "ok you made python*")
      let bob = try Moderated.guest("bob", server, from: "192.0.2.1")
      try bob.ask("/join python", "ok text goes to python")
      try ana.ask("/mute bob", "ok bob is muted in python; 1 member is silenced")
      // Who is muted where they are keeps their name; elsewhere they may change it, and stay muted.
      try bob.ask("/nick rob", "error muted: *")
      try bob.ask("/leave", "ok you left python; text goes to lobby")
      try bob.ask("/nick rob", "ok *rob*")
      try bob.ask("/join python", "ok text goes to python")
      try bob.ask("hello", "error muted: *")
      try ana.ask("/ban rob", "ok rob is banned from python; 1 member was put out")
      try bob.expect("\\*\\*\\* you were banned from python by ana; text goes to lobby")
      try bob.ask("/nick robert", "ok *robert*")
      try bob.ask("/join python", "error banned: *")
      try bob.ask("/exit", "bye.")
      try Moderated.guest("eve", server, from: "192.0.2.1").ask("/join python", "error banned: *")
      try Moderated.guest("fay", server, from: "192.0.2.2").ask("/join python", "ok text*")
      // Of IPv6 it is the network that a guest has.
      let gus = try Moderated.guest("gus", server, from: "2001:db8:0:1::5")
      try gus.ask("/join python", "ok text goes to python")
      try ana.ask("/ban gus", "ok gus is banned*")
      try gus.ask("/exit", "bye.")
      try Moderated.guest("hal", server, from: "2001:db8:0:1:ffff::9")
        .ask("/join python", "error banned: *")
      try Moderated.guest("ivy", server, from: "2001:db8:0:2::5").ask("/join python", "ok text*")
      // It is kept over a restart, and lifted by the name that is listed.
      try ana.ask("/exit", "bye.")
      try server.kill()
      try server.start()
      try Moderated.guest("eve", server, from: "192.0.2.1").ask("/join python", "error banned: *")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `goes by addresses where a mask says so`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: ["--proxy-from", "127.0.0.2"])
      let ana = try Moderated.guest("ana", server)
      try ana.ask("/join python", "ok you made python*")
      let bob = try Moderated.guest("bob", server, from: "192.0.2.77")
      try bob.ask("/join python", "ok text goes to python")
      try ana.ask(
        "/ban 192.0.2.64/26", "ok 192.0.2.64/26 is banned from python; 1 member was put out")
      // The room is not told where somebody comes from.
      try bob.expect("*[python] ~ ana banned an address")
      try bob.ask("/join python", "error banned: *")
      try Moderated.guest("cy", server, from: "192.0.2.127").ask("/join python", "error banned: *")
      try Moderated.guest("dan", server, from: "192.0.2.128").ask("/join python", "ok text*")
      try ana.ask("/ban 2001:db8::/32", "ok 2001:db8::/32 is banned*")
      try Moderated.guest("eve", server, from: "2001:db8:9::1")
        .ask("/join python", "error banned: *")
      try ana.ask("/unban 192.0.2.64/26", "ok 192.0.2.64/26 is no longer banned*")
      try bob.ask("/join python", "ok text goes to python")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `leads from a room to the lobby, and from the lobby to no room`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      _ = try Moderated.account("ana", server)
      try server.admin("administrator ana")
      let ana = try Moderated.login("ana", server)
      let bob = try Moderated.guest("bob", server)
      try bob.ask("/join python", "ok you made python*")
      // An administrator does it from anywhere.
      try ana.ask("/kick #python bob", "ok bob is out of python")
      try bob.expect("\\*\\*\\* you were kicked from python by ana; text goes to lobby")
      try bob.expect("[lobby] here: ana.")
      try ana.ask("/kick bob enough", "ok bob is out of lobby")
      try bob.expect("\\*\\*\\* you were kicked from lobby by ana: enough; *")
      try bob.ask("hello", "error no_current_room: *")
      // From a room that is not the current one nothing else changes.
      try bob.ask("/join python", "ok you made python*")
      try bob.ask("/add lobby", "[lobby] here: ana.*")
      try ana.ask("/kick bob", "ok bob is out of lobby")
      try bob.expect("\\*\\*\\* you were kicked from lobby by ana; text goes to python")
      try bob.ask("still here", "*[python] #1 bob: still here")
      // Its topic and its messages are an administrator's, too, member or not.
      try ana.ask("/topic #python about it", "ok python has its new topic")
      try ana.ask("/remove #python 1", "ok #1 of python is removed")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `is shown from the next joining on where it is the backlog`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let ana = try Moderated.guest("ana", server)
      try ana.ask("/join python", "ok you made python*")
      for number in 1...9 { try ana.ask("line \(number)", "*#\(number) ana: *") }
      let bob = try Moderated.guest("bob", server)
      try bob.ask("/join python", "*[python] #8 ana: *")
      try ana.ask("/room backlog all", "ok python: backlog all")
      try bob.ask("/history", "ok 2 messages of python*")
      let cy = try Moderated.guest("cy", server)
      try cy.ask("/join python", "*[python] #1 ana: line 1")
      try ana.ask("/room backlog 0", "ok python: backlog 0")
      try cy.ask("/history", "ok 9 messages of python*")
      let dan = try Moderated.guest("dan", server)
      try dan.ask("/join python", "ok text goes to python")
      try dan.ask("/history", "ok python has no messages that you may see")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `is heard of by operators who are here, and by administrators`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      _ = try Moderated.account("ana", server)
      try server.admin("administrator ana")
      let ana = try Moderated.login("ana", server)
      let bob = try Moderated.guest("bob", server)
      try bob.ask("/join python", "ok you made python*")
      let cy = try Moderated.guest("cy", server)
      try cy.ask("/join python", "ok text goes to python")
      try bob.ask("buy this", "*[python] #1 bob: *")
      try cy.ask("/report 1 an advert", "ok #1 of python is reported; the operators here were told")
      let report = "\\*\\*\\* cy reports #1 of bob in python: an advert; /read #python 1"
      try ana.expect(report)
      try bob.expect(report)
      #expect(try server.stop() == 0)
    }
  }
}

/// People for tests of moderation.
enum Moderated {
  /// A guest of that name, from this host or, through a proxy at 127.0.0.2, from an address.
  static func guest(
    _ name: String, _ server: ProcessUnderTest, from address: String? = nil
  ) throws -> TalkClient {
    let source = address == nil ? nil : "127.0.0.2"
    let client = try TalkClient(name, port: server.port, from: source)
    if let address {
      let (family, own) =
        address.contains(":") ? ("TCP6", "2001:db8::ffff") : ("TCP4", "192.0.2.255")
      try client.send(Array("PROXY \(family) \(address) \(own) 56324 6789\r\n".utf8))
    }
    try client.ask(name, "*You are \(name), session *")
    return client
  }

  /// One who registers the name.
  static func account(_ name: String, _ server: ProcessUnderTest) throws -> TalkClient {
    let client = try Self.guest(name, server)
    for line in ["/register", "correct horse"] { try client.say(line) }
    try client.ask("correct horse", "*ok \(name) is your account*")
    return client
  }

  static func login(_ name: String, _ server: ProcessUnderTest) throws -> TalkClient {
    let client = try TalkClient(name, port: server.port)
    try client.say("/login \(name)")
    try client.ask("correct horse", "*You are \(name), session *")
    return client
  }
}

extension TalkClient {
  /// Somebody who said nothing for so long that the server has greeted and prompted.
  static func greeted(_ name: String, _ server: ProcessUnderTest) throws -> TalkClient {
    let late = try TalkClient(name, port: server.port)
    try late.expect("Parley at *")
    try late.expectPrompt("Username:")
    return late
  }

  /// Sends a line and waits for its answer.
  func ask(_ line: String, _ answer: String) throws {
    try self.say(line)
    try self.expect(answer)
  }
}
