import Foundation
import ParleyJSONDoor
import ParleyTesting
import Testing

/// Programs at the JSON door, over real sockets; each line of both sides is held to the contract.
@Suite struct `A program at the JSON door` {
  @Test func `is answered each method`() async throws {
    try await onItsOwnThread {
      let certified = try Self.useCertificates()
      let server = try ProcessUnderTest()
      let ana = try JSONPerson("ana", port: server.port)
      let bob = try JSONPerson("bob", port: server.port)
      try ana.event("came")

      try Self.useRooms(ana, bob)
      try Self.useMessages(ana, bob)
      try Self.usePeople(ana, bob)
      let bot = try Self.useAccounts(ana, bob, server)
      let governing = try JSONGovernment.use(server)

      // The session.
      #expect(try ana.ask("leave")["current"] == .null)
      #expect(try ana.refused("say", #"{"text":"nowhere"}"#) == "no_current_room")
      #expect(try ana.ask("ping", #"{"text":"1"}"#)["text"] == "1")
      try ana.ask("quit", #"{"text":"see you"}"#)
      #expect(try ana.event("closing")["reason"] == "quit")
      try ana.client.expectEnd()
      let methods = ana.methods.union(bob.methods).union(bot.methods).union(governing)
        .union(certified)
      #expect(Set(MethodTable.rows.map(\.name)).subtracting(methods) == [])
      #expect(try server.stop() == 0)
    }
  }

  /// A client certificate, which there is over TLS alone.
  private static func useCertificates() throws -> Set<String> {
    let files = try CertificateOnDisk()
    let (mine, other) = (try CertificateOnDisk(), try CertificateOnDisk())
    let server = try ProcessUnderTest(flags: files.flags)
    func connect(_ certificate: CertificateOnDisk?) throws -> JSONPerson {
      JSONPerson(try TLSPerson("ana", port: server.port, certificate: certificate).talk)
    }
    let ana = try connect(mine)
    try ana.ask("hello", #"{"name":"ana"}"#)
    #expect(try ana.refused("add_certificate") == "not_registered")
    try ana.ask("register", #"{"password":"correct horse"}"#)
    let added = try ana.ask("add_certificate")["fingerprint"]?.string
    #expect(added?.count == 64)

    // At once, and as a guest of another name; with what was missed.
    let hello = #"{"name":"-","certificate":true}"#
    let again = try connect(mine)
    let entered = try again.ask("hello", hello)
    #expect(entered["account"] == "ana" && entered["name"] == "ana")
    #expect(entered["rooms"]?[0]?["room"] == "lobby")
    let guest = try connect(mine)
    try guest.ask("hello", #"{"name":"guest"}"#)
    #expect(try guest.ask("login", hello)["account"] == "ana")
    for certificate in [other, nil] {
      let stranger = try connect(certificate)
      #expect(try stranger.refused("hello", hello) == "no_certificate")
      try stranger.ask("hello", #"{"name":"eve"}"#)
      #expect(try stranger.refused("login", hello) == "no_certificate")
      try stranger.ask("quit")
      try stranger.client.expectEnd()
    }
    #expect(try ana.ask("remove_certificates")["count"] == .integer(1))
    #expect(try connect(mine).refused("hello", hello) == "no_certificate")
    #expect(try server.stop() == 0)
    return ana.methods
  }

  private static func useRooms(
    _ ana: JSONPerson, _ bob: JSONPerson
  ) throws {
    #expect(try ana.ask("join", #"{"room":"python"}"#)["new_room"] == .boolean(true))
    #expect(try bob.event("went")["reason"] == "switched")
    #expect(try bob.ask("open", ##"{"room":"#python"}"##)["opened"] == "added")
    #expect(try bob.ask("open", #"{"room":"python"}"#)["opened"] == "again")
    #expect(try ana.event("came")["present"] == .integer(2))
    #expect(try ana.ask("topic", #"{"text":"snakes"}"#)["text"] == "snakes")
    #expect(try bob.event("topic")["topic"] == "snakes")
    #expect(try bob.ask("topic", #"{"room":"python"}"#)["topic"]?["by"] == "ana")
    #expect(try ana.ask("topic", #"{"text":""}"#)["text"] == "")
    #expect(try bob.event("topic")["topic"] == .null)
    #expect(try bob.ask("topic", #"{"room":"python"}"#)["topic"] == .null)
    #expect(try bob.ask("close", #"{"room":"python"}"#)["current"] == "lobby")
    #expect(try ana.event("went")["reason"] == "switched")
    #expect(try bob.ask("close", #"{"room":"python"}"#)["room"] == "python")
    #expect(try bob.refused("close", #"{"room":"cobol"}"#) == "no_such_room")
    #expect(try bob.ask("open", #"{"room":"python"}"#)["new_member"] == .boolean(false))
    #expect(try ana.event("came")["present"] == .integer(2))
    let people = try ana.ask("who")["people"]
    #expect(people?.elements.map { $0["name"] } == ["ana", "bob"])
    #expect(people?[0]?["role"] == "owner")
    let rooms = try ana.ask("rooms")["rooms"]
    #expect(rooms?.elements.map { $0["room"] } == ["lobby", "python"])
  }

  private static func useMessages(
    _ ana: JSONPerson, _ bob: JSONPerson
  ) throws {
    let said = try ana.ask("say", #"{"room":"python","text":"one\ntwo","nonce":"n1"}"#)
    #expect(said["sequence"] == .integer(1))
    let heard = try bob.event("message")
    #expect(heard["text"] == "one\ntwo" && heard["id"] == said["id"])
    #expect(heard["from"] == "ana" && heard["to"] == .null)
    #expect(try ana.event("message")["id"] == said["id"], "the echo")
    #expect(try ana.ask("act", #"{"text":"waves"}"#)["sequence"] == .integer(2))
    #expect(try bob.event("message")["kind"] == "action")
    try ana.ask("post", #"{"subject":"Minutes","text":"All\nagreed."}"#)
    let post = try bob.event("posted")
    #expect(post["subject"] == "Minutes" && post["text"] == nil)
    try bob.ask("reply", #"{"room":"python","sequence":3,"text":"Thank you."}"#)
    #expect(try ana.event("posted")["sequence"] == .integer(3))
    #expect(try ana.event("posted")["reply_to"] == .integer(3))
    let posts = try bob.ask("list", #"{"room":"python"}"#)["messages"]
    #expect(posts?.elements.map { $0["sequence"] } == [.integer(3), .integer(4)])
    let read = try bob.ask("read", #"{"room":"python","sequence":3}"#)
    #expect(read["message"]?["text"] == "All\nagreed.")
    let history = try bob.ask("history", #"{"room":"python","limit":3}"#)
    #expect(history["messages"]?.elements.count == 3 && history["more"] == .boolean(true))
    for (params, numbers) in [
      (#""after":0,"limit":2"#, [1, 2]), (#""after":2"#, [3, 4]), (#""before":3,"limit":1"#, [2]),
      (#""after":1,"before":4,"limit":5"#, [2, 3]), (#""before":1"#, []),
    ] {
      let page = try bob.ask("history", #"{"room":"python",\#(params)}"#)
      let found = page["messages"]?.elements.map { $0["sequence"] }
      #expect(found == numbers.map { .integer(Int64($0)) })
      #expect(
        page["more"] == .boolean(params.contains("limit\":2") || params.contains("limit\":1")))
    }
    let found = try bob.ask("search", #"{"room":"python","words":"two"}"#)
    #expect(found["messages"]?[0]?["id"] == said["id"] && found["before"] == .null)
    #expect(try ana.ask("remove", #"{"sequence":1}"#)["sequence"] == .integer(1))
    #expect(try bob.event("removed")["id"] == said["id"])
    #expect(
      try bob.ask("history", #"{"room":"python"}"#)["messages"]?[0]?["removed_by"] == "ana")
  }

  private static func usePeople(
    _ ana: JSONPerson, _ bob: JSONPerson
  ) throws {
    let told = try ana.ask("dm", #"{"name":"bob","text":"psst"}"#)
    #expect(told["sessions"] == .integer(1))
    let psst = try bob.event("direct")
    #expect(psst["room"] == "@ana" && psst["from"] == "ana" && psst["to"] == "bob")
    #expect(try ana.event("direct")["room"] == "@bob")
    try bob.ask("dm", #"{"text":"what?"}"#)
    #expect(try ana.event("direct")["from"] == "bob")
    let talk = try ana.ask("history", #"{"room":"@bob"}"#)["messages"]
    #expect(talk?.elements.map { $0["to"] } == ["bob", "ana"])
    #expect(try bob.ask("away", #"{"text":"at lunch"}"#)["away"] == "at lunch")
    let profile = try ana.ask("whois", #"{"name":"bob"}"#)
    #expect(profile["away"] == "at lunch" && profile["account"] == .null)
    #expect(try bob.ask("away")["away"] == .null)
    #expect(try ana.ask("ignore", #"{"name":"bob"}"#)["ignored"] == .boolean(true))
    #expect(try ana.ask("ignore", #"{"name":"bob"}"#)["ignored"] == .boolean(false))
    #expect(try bob.ask("nick", #"{"name":"rob"}"#)["name"] == "rob")
    #expect(try ana.event("renamed")["to"] == "rob")
  }

  private static func useAccounts(
    _ ana: JSONPerson, _ bob: JSONPerson, _ server: ProcessUnderTest
  ) throws -> JSONPerson {
    try ana.ask("register", #"{"password":"correct horse"}"#)
    try ana.ask("passwd", #"{"old":"correct horse","new":"battery staple"}"#)
    let token = try ana.ask("new_token", #"{"scopes":["read","write"],"label":"my bot"}"#)
    let tokens = try ana.ask("tokens")["tokens"]
    #expect(tokens?[0]?["scopes"] == .array(["read", "write"]))
    let bot = JSONPerson(try TalkClient("bot", port: server.port))
    let secret = try #require(token["token"]?.string)
    let entered = try bot.ask("hello", #"{"name":"ana","token":"\#(secret)"}"#)
    #expect(entered["account"] == "ana" && entered["rooms"]?[0]?["room"] == "python")
    #expect(try bot.refused("tokens") == "not_permitted")
    try ana.ask("revoke_token", #"{"number":1}"#)
    #expect(try bot.event("closing")["reason"] == "access_revoked")
    #expect(try bob.ask("unread")["conversations"] == .array([]))
    let other = try JSONPerson(TalkClient("ana", port: server.port))
    try other.ask("hello", #"{"name":"ana","password":"battery staple"}"#)
    #expect(try ana.ask("mark", #"{"room":"python","sequence":2}"#)["sequence"] == .integer(2))
    #expect(try other.event("marked")["sequence"] == .integer(2))
    let behind = try other.ask("unread")["conversations"]
    #expect(behind?[0]?["room"] == "python" && behind?[0]?["count"] == .integer(2))
    try other.ask("quit")
    let moved = try bob.ask("login", #"{"name":"ana","password":"battery staple"}"#)
    #expect(moved["name"] == "ana")
    try ana.ask("unregister", #"{"password":"battery staple"}"#)
    return bot
  }

  @Test func `is told what happens, by whatever door it came in`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(terminal: true)
      let ana = try JSONPerson("ana", port: server.port)
      let bob = try TalkClient("bob", port: server.port)
      try bob.say("bob")
      try bob.expect("*You are bob*")
      #expect(try ana.event("came")["name"] == "bob")
      try bob.say("say \"hi\"")
      #expect(try ana.event("message")["text"] == "say \"hi\"")
      try ana.ask("say", #"{"text":"one\ntwo"}"#)
      try bob.expect("*[lobby] #2 ana: one")
      try bob.expectNext("  | two")
      try server.type("dinner is ready")
      #expect(try ana.event("server")["text"]?.string?.contains("dinner is ready") == true)
      try bob.say("/exit off I go")
      let went = try ana.event("went")
      #expect(went["reason"] == "quit" && went["word"] == "off I go")
      #expect(try server.stop() == 0)
      #expect(try ana.event("closing")["reason"] == "shutting_down")
    }
  }

  @Test func `is told who was written to, whatever both are called by now`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let ana = try JSONPerson("ana", port: server.port)
      let bob = try JSONPerson("bob", port: server.port)
      try ana.ask("dm", #"{"name":"bob","text":"from ana"}"#)
      try bob.ask("dm", #"{"name":"ana","text":"from bob"}"#)
      try ana.ask("nick", #"{"name":"anna"}"#)
      try bob.ask("nick", #"{"name":"robert"}"#)
      for (person, title, own) in [(bob, "@anna", "robert"), (ana, "@robert", "anna")] {
        let other = String(title.dropFirst())
        let messages = try person.ask("history", #"{"room":"\#(title)"}"#)["messages"]
        #expect(messages?.elements.map { $0["from"] } == ["ana", "bob"])
        let receivers = own == "robert" ? [own, other] : [other, own]
        #expect(messages?.elements.map { $0["to"]?.string } == receivers)
        let first = try person.ask("read", #"{"room":"\#(title)","sequence":1}"#)["message"]
        #expect(first?["to"]?.string == receivers[0])
      }
      #expect(try server.stop() == 0)
    }
  }

  @Test func `is told at once that a direct message was removed`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let ana = try JSONPerson("ana", port: server.port)
      let bob = try JSONPerson("bob", port: server.port)
      let irc = try TalkClient("irc", port: server.port)
      try irc.say("NICK ivy")
      try irc.say("USER ivy 0 * :Ivy")
      try irc.expect(":* 422 ivy *")
      let sent = try ana.ask("dm", #"{"name":"bob","text":"by mistake"}"#)
      try ana.ask("remove", #"{"room":"@bob","sequence":1}"#)
      for (person, title) in [(ana, "@bob"), (bob, "@ana")] {
        let removed = try person.event("removed")
        #expect(removed["room"]?.string == title && removed["id"] == sent["id"])
      }
      try ana.ask("dm", #"{"name":"ivy","text":"by mistake"}"#)
      try ana.ask("remove", #"{"room":"@ivy","sequence":1}"#)
      try irc.expect(":* NOTICE ivy :ana removed message #1 of @ana")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `that sends what is no JSON is answered all that it asked before`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let ana = try JSONPerson("ana", port: server.port)
      let say = #"{"jsonrpc":"2.0","id":50,"method":"say","params":{"text":"kept"}}"#
      let ping = #"{"jsonrpc":"2.0","id":51,"method":"ping"}"#
      let bad = Array(repeating: "x", count: 25)
      try ana.client.send(Array(([say, ping] + bad).joined(separator: "\n").utf8) + [0x0A])
      #expect(try ana.answer(to: .integer(50))["result"]?["sequence"] == .integer(1))
      #expect(try ana.answer(to: .integer(51))["result"] != nil)
      for _ in 1...19 {
        #expect(try ana.answer(to: .null)["error"]?["code"] == .integer(-32700))
      }
      #expect(try ana.event("closing")["reason"] == "garbage")
      try ana.client.expectEnd()
      #expect(try server.stop() == 0)
    }
  }

  @Test func `gets the first answer for a nonce, over a restart too`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let ana = try JSONPerson("ana", port: server.port)
      try ana.ask("register", #"{"password":"correct horse"}"#)
      let once = #"{"room":"lobby","text":"once","nonce":"n1"}"#
      let first = try ana.ask("say", once)
      #expect(try ana.ask("say", once) == first)
      #expect(
        try ana.refused("say", #"{"room":"lobby","text":"other","nonce":"n1"}"#) == "nonce_reused")
      try server.kill()
      try server.start()
      let again = JSONPerson(try TalkClient("again", port: server.port))
      try again.ask("hello", #"{"name":"ana","password":"correct horse"}"#)
      #expect(try again.ask("say", once) == first)
      #expect(try again.ask("history")["messages"]?.elements.count == 1)
      #expect(try server.stop() == 0)
    }
  }

  @Test func `is one participant with its account's other sessions`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let bob = try JSONPerson("bob", port: server.port)
      let ana = try JSONPerson("ana", port: server.port)
      try bob.event("came")
      try ana.ask("register", #"{"password":"correct horse"}"#)
      // While somebody talks without end, the rooms are told before what is said in them.
      for number in 1...50 { try bob.request("say", #"{"text":"\#(number)"}"#) }
      let tab = JSONPerson(try TalkClient("tab", port: server.port))
      let rooms = try tab.ask("hello", #"{"name":"ana","password":"correct horse"}"#)["rooms"]
      let head = try #require(rooms?[0]?["sequence"]?.integer)
      try bob.ask("say", #"{"text":"51"}"#)
      for number in head..<51 {
        #expect(try tab.event("message")["sequence"] == .integer(number + 1))
      }
      try ana.ask("say", #"{"text":"from the first"}"#)
      #expect(try tab.event("message")["text"] == "from the first")
      try tab.ask("dm", #"{"name":"bob","text":"from the second"}"#)
      #expect(try ana.event("direct")["text"] == "from the second")
      try tab.ask("quit")
      try ana.ask("say", #"{"text":"still here"}"#)
      #expect(try bob.ask("who")["people"]?.elements.count == 2)
      #expect(!bob.seen.contains("went"), "nobody is told")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `may come over the Unix socket, in pieces, and end without a word`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let ana = JSONPerson(
        try TalkClient("ana", toSocketAt: server.dataDirectory + "/parley.sock"))
      for byte in Array(#"{"jsonrpc":"2.0","id":1,"method":"hello","params":{"name":"ana"}}"#.utf8)
      { try ana.client.send([byte]) }
      try ana.client.send([0x0A])
      #expect(try ana.next()["result"]?["name"] == "ana")
      try ana.client.send(Array(#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#.utf8))
      ana.client.halfClose()
      #expect(try ana.next()["id"] == .integer(2), "a last line needs no end")
      #expect(try ana.event("closing")["reason"] == "hung_up")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `may come over TLS, and is told in its own words where it must`() async throws {
    try await onItsOwnThread {
      let certificate = try CertificateOnDisk()
      let server = try ProcessUnderTest(flags: certificate.flags)
      let socket = try TLSPerson("ana", port: server.port)
      let ana = JSONPerson(socket.talk)
      #expect(try ana.ask("hello", #"{"name":"ana"}"#)["name"] == "ana")
      try ana.ask("say", #"{"text":"in secret"}"#)
      #expect(try ana.event("message")["text"] == "in secret")
      let plain = JSONPerson(try TalkClient("plain", port: try server.portWithTLS))
      try plain.send(#"{"jsonrpc":"2.0","id":1,"method":"hello","params":{"name":"bob"}}"#)
      #expect(try plain.next()["error"]?["data"]?["code"] == "not_permitted")
      try plain.client.expectEnd()
      try ana.ask("quit")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `may come late, when it was greeted as a person`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let late = try TalkClient.greeted("late", server)
      let person = JSONPerson(late)
      let hello = try person.request("hello", #"{"name":"late"}"#)
      try late.expectNext("Username: ")
      #expect(try person.answer(to: hello)["result"]?["name"] == "late")
      #expect(try person.ask("ping", #"{"text":"1"}"#)["text"] == "1")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `is asked for a sign of life, and lives as long as it gives one`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: ["--heartbeat", "1s", "--heartbeat-grace", "3s"])
      let ana = try JSONPerson("ana", port: server.port)
      for _ in 1...2 {
        #expect(try ana.next()["method"] == "ping")
        try ana.send(#"{"jsonrpc":"2.0","id":"ping","result":{}}"#)
      }
      #expect(try ana.next()["method"] == "ping")
      #expect(try ana.event("closing")["reason"] == "timed_out")
      #expect(try server.stop() == 0)
    }
  }
}

/// What is not JSON-RPC, over real sockets.
@Suite struct `Malformed JSON` {
  private static let malformed: [(bytes: [UInt8], code: Int64)] = [
    (Array("{not json}".utf8), -32700),
    (Array(String(repeating: "[", count: 100_000).utf8), -32700),
    (Array((#"{"jsonrpc":"2.0","id":1"# + String(repeating: "9", count: 400) + "}").utf8), -32700),
    (Array(#"{"jsonrpc":"2.0","id":1e999,"method":"ping"}"#.utf8), -32600),
    (Array(#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#.utf8), -32700),
    (Array(#"{"jsonrpc":"2.0","id":1,"method":["ping"]}"#.utf8), -32600),
    (Array(#"{"jsonrpc":"2.0","id":1,"method":"launch"}"#.utf8), -32601),
    (Array(#"{"jsonrpc":"2.0","id":1,"method":"say","params":{"text":{}}}"#.utf8), -32602),
    (Array(#"{"jsonrpc":"2.0","id":1,"method":"say","params":"text"}"#.utf8), -32602),
    (Array(#"{"jsonrpc":"2.0","id":1,"method":"history","params":{"limit":1e99}}"#.utf8), -32602),
    ([UInt8](repeating: 0x61, count: 10 << 20), -32600),
    (Array("{\"jsonrpc\":\"2.0\",\"id\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8), -32700),
    (Array(#"{"jsonrpc":"2.0","id":1,"method":"say","params":{"text":"\udead"}}"#.utf8), -32700),
    (Array(#"[1,2"#.utf8), -32700), (Array("[]".utf8), -32600),
  ]

  @Test func `is answered with its error, and the session goes on`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let ana = try JSONPerson("ana", port: server.port)
      let bob = try JSONPerson("bob", port: server.port)
      for (bytes, code) in Self.malformed {
        try ana.client.send(bytes + [0x0A])
        while true {
          let frame = try ana.next()
          guard let error = frame["error"] else { continue }
          #expect(
            error["code"] == .integer(code), "\(String(decoding: bytes.prefix(80), as: UTF8.self))")
          break
        }
        #expect(try ana.ask("ping", #"{"text":"on"}"#)["text"] == "on")
      }
      // Nothing came of it.
      #expect(try bob.ask("history")["messages"] == .array([]))
      #expect(try server.stop() == 0)
    }
  }

  @Test func `again and again ends the session with a reason, before a hello too`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let ana = JSONPerson(try TalkClient("ana", port: server.port))
      for _ in 1...19 {
        try ana.send("{garbage")
        #expect(try ana.next()["error"]?["code"] == .integer(-32700))
      }
      try ana.send("{garbage")
      #expect(try ana.event("closing")["reason"] == "garbage")
      try ana.client.expectEnd()
      let late = JSONPerson(try TalkClient("late", port: server.port))
      #expect(try late.refused("say", #"{"text":"x"}"#) == "not_logged_in")
      try late.ask("hello", #"{"name":"late"}"#)
      #expect(try late.refused("hello", #"{"name":"other"}"#) == "already_logged_in")
      #expect(try server.stop() == 0)
    }
  }
}
