import Foundation
import ParleyTesting
import Testing

/// A program that loses its connection and comes back, over real sockets.
@Suite struct `A program that comes back` {
  /// Ana watches, having come after Bob; Bob has a token.
  private struct Cast {
    let server: ProcessUnderTest
    var bob: ReturningPerson
    let ana: JSONPerson

    init(flags: [String] = []) throws {
      self.server = try ProcessUnderTest(flags: flags)
      self.bob = try ReturningPerson("bob", port: self.server.port)
      self.ana = try JSONPerson("ana", port: self.server.port)
    }

    /// Bob's connection is lost, and the server knows.
    func loseBob() throws {
      self.bob.vanish()
      let deadline = Deadline.usual
      while try self.ana.ask("whois", #"{"name":"bob"}"#)["sessions"] != .integer(0),
        deadline.millisecondsLeft > 0
      {}
    }
  }

  @Test func `within the time never went, and is sent what it lacks`() async throws {
    try await onItsOwnThread {
      var cast = try Cast()
      try cast.ana.ask("say", #"{"text":"one"}"#)
      #expect(try cast.bob.hears(1) == ["one"])
      cast.bob.vanish()
      for text in ["two", "three"] { try cast.ana.ask("say", #"{"text":"\#(text)"}"#) }
      #expect(try cast.ana.ask("who")["people"]?.elements.map { $0["name"] } == ["ana", "bob"])

      let answer = try cast.bob.comeBack(port: cast.server.port)
      let room = try #require(answer["rooms"]?[0])
      #expect(room["resumed"] == .boolean(true) && room["sequence"] == .integer(3))
      #expect(room["messages"] == .array([]))
      #expect(room["present"] == .array(["ana", "bob"]))
      #expect(answer["token"] == .string(cast.bob.token))
      #expect(try cast.bob.person.event("behind")["sequence"] == .integer(1))
      #expect(try cast.bob.hears(2) == ["two", "three"])
      #expect(try cast.bob.person.event("caught_up")["sequence"] == .integer(3))
      try cast.bob.person.ask("say", #"{"text":"four"}"#)
      #expect(try cast.bob.hears(1) == ["four"])
      while try cast.ana.event("message")["text"] != "four" {}
      #expect(cast.ana.seen.isDisjoint(with: ["came", "went"]))
    }
  }

  @Test func `brings the token that the server drew for it`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let ana = try JSONPerson("ana", port: server.port)
      // A room opens, and direct messages wait, between the parts of the answer.
      let bob = JSONPerson(try TalkClient("bob", port: server.port))
      let first = try bob.ask("hello", #"{"name":"bob"}"#)
      let token = try #require(first["token"]?.string)
      #expect(token.utf8.count >= 22)
      #expect(first["rooms"]?[0]?["opened"] == "autojoin")
      bob.client.vanish()
      try ana.ask("dm", #"{"name":"bob","text":"psst"}"#)
      let again = JSONPerson(try TalkClient("bob again", port: server.port))
      #expect(try again.refused("hello", #"{"name":"bob"}"#) == "name_taken")
      let answer = try again.ask("hello", #"{"name":"bob","token":"\#(token)"}"#)
      #expect(answer["token"] == .string(token))
      #expect(answer["rooms"]?[0]?["opened"] == "resumed")
      // Another guest has another one.
      let eve = JSONPerson(try TalkClient("eve", port: server.port))
      let other = try #require(try eve.ask("hello", #"{"name":"eve"}"#)["token"]?.string)
      #expect(other != token)
      #expect(ana.seen.isDisjoint(with: ["went"]))
    }
  }

  @Test func `after the time has gone and comes anew`() async throws {
    try await onItsOwnThread {
      var cast = try Cast(flags: ["--hold", "100ms"])
      try cast.ana.ask("say", #"{"text":"one"}"#)
      _ = try cast.bob.hears(1)
      cast.bob.vanish()
      #expect(try cast.ana.event("went")["reason"] == "connection_lost")
      try cast.ana.ask("say", #"{"text":"two"}"#)
      let answer = try cast.bob.comeBack(port: cast.server.port)
      let room = try #require(answer["rooms"]?[0])
      #expect(room["resumed"] == .boolean(false) && room["reason"] == "expired")
      #expect(room["new_member"] == .boolean(true))
      #expect(room["messages"]?.elements.map { $0["text"] } == ["one", "two"])
      #expect(try cast.ana.event("came")["name"] == "bob")
    }
  }

  @Test func `is told of at once where nothing is held, and where it quit`() async throws {
    try await onItsOwnThread {
      for hold in ["0s", "1h"] {
        let cast = try Cast(flags: ["--hold", hold])
        if hold == "0s" {
          cast.bob.vanish()
          #expect(try cast.ana.event("went")["reason"] == "connection_lost")
        } else {
          try cast.bob.person.ask("quit")
          #expect(try cast.ana.event("went")["reason"] == "quit")
        }
        #expect(try cast.ana.ask("who")["people"]?.elements.count == 1)
        #expect(try JSONPerson("bob", port: cast.server.port).ask("ping")["text"] == "")
      }
    }
  }

  @Test func `is told of at once from when SIGHUP says that nothing is held`() async throws {
    try await onItsOwnThread {
      let directory = try TemporaryDirectory()
      let file = directory.path + "/parley.yaml"
      func write(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: file)) }
      try write("hold: 1h\n")
      var cast = try Cast(flags: ["--config", file])
      cast.bob.vanish()
      try cast.ana.ask("say", #"{"text":"one"}"#)
      _ = try cast.bob.comeBack(port: cast.server.port)
      #expect(cast.ana.seen.isDisjoint(with: ["came", "went"]))
      try write("hold: 0s\n")
      try cast.server.signal(SIGHUP)
      try cast.server.expectConsole("notice: read the configuration again: hold changed")
      cast.bob.vanish()
      #expect(try cast.ana.event("went")["reason"] == "connection_lost")
    }
  }

  @Test(arguments: [true, false])
  func `never went although the server did`(isKilled: Bool) async throws {
    try await onItsOwnThread {
      var cast = try Cast()
      try cast.ana.ask("say", #"{"text":"one"}"#)
      _ = try cast.bob.hears(1)
      try cast.ana.ask("say", #"{"text":"two"}"#)
      if isKilled { try cast.server.kill() } else { #expect(try cast.server.stop() == 0) }
      try cast.server.start()

      let eve = try JSONPerson("eve", port: cast.server.port)
      #expect(
        try eve.ask("who")["people"]?.elements.map { $0["name"] } == ["ana", "bob", "eve"])
      let other = JSONPerson(try TalkClient("other", port: cast.server.port))
      #expect(try other.refused("hello", #"{"name":"bob"}"#) == "name_taken")
      let answer = try cast.bob.comeBack(port: cast.server.port)
      #expect(answer["rooms"]?[0]?["resumed"] == .boolean(true))
      #expect(try cast.bob.hears(1) == ["two"])
      try cast.bob.person.ask("say", #"{"text":"back"}"#)
      #expect(try eve.event("message")["text"] == "back")
      #expect(eve.seen.isDisjoint(with: ["came", "went"]))
    }
  }

  @Test func `is told of some time after a restart where it stays away`() async throws {
    try await onItsOwnThread {
      // Eve has to be there in time.
      let cast = try Cast(flags: ["--hold", "\(4 * Deadline.patience)s"])
      try cast.server.kill()
      try cast.server.start()
      let eve = try JSONPerson("eve", port: cast.server.port)
      let first = try eve.event("went")
      let second = try eve.event("went")
      #expect([first["name"], second["name"]] == ["bob", "ana"])
      #expect(first["reason"] == "server_stopped")
    }
  }

  @Test func `is one with others that have its token, and each is told everything`() async throws {
    try await onItsOwnThread {
      let cast = try Cast()
      var tab = cast.bob
      try tab.comeBack(port: cast.server.port)
      try cast.ana.ask("say", #"{"text":"one"}"#)
      try cast.ana.ask("dm", #"{"name":"bob","text":"psst"}"#)
      for var bob in [cast.bob, tab] {
        #expect(try bob.hears(1) == ["one"])
        #expect(try bob.person.event("direct")["text"] == "psst")
      }
      #expect(try cast.ana.ask("whois", #"{"name":"bob"}"#)["sessions"] == .integer(2))
      tab.vanish()
      try cast.loseBob()
      try cast.ana.ask("say", #"{"text":"two"}"#)
      #expect(try cast.ana.ask("whois", #"{"name":"bob"}"#)["sessions"] == .integer(0))
      var again = cast.bob
      try again.comeBack(port: cast.server.port)
      try again.person.ask("quit")
      #expect(try cast.ana.event("went")["reason"] == "quit")
      #expect(!cast.ana.seen.contains("came"))
    }
  }

  @Test func `goes on with its direct conversations, and with what was removed`() async throws {
    try await onItsOwnThread {
      var cast = try Cast()
      try cast.ana.ask("say", #"{"text":"one"}"#)
      try cast.ana.ask("dm", #"{"name":"bob","text":"psst"}"#)
      _ = try cast.bob.hears(1)
      try cast.bob.hearsDirect()
      try cast.loseBob()
      #expect(
        try cast.ana.ask("dm", #"{"name":"bob","text":"still there?"}"#)["sessions"] == .integer(0))
      try cast.ana.ask("remove", #"{"sequence":1}"#)
      try cast.ana.ask("say", #"{"text":"two"}"#)
      try cast.ana.ask("remove", #"{"sequence":2}"#)
      try cast.ana.ask("nick", #"{"name":"anna"}"#)
      let answer = try cast.bob.comeBack(port: cast.server.port)
      let direct = try #require(answer["directs"]?[0])
      #expect(direct["room"] == "@anna" && direct["resumed"] == .boolean(true))
      #expect(answer["lost"] == .array([]))
      let person = cast.bob.person
      #expect(try person.event("removed")["sequence"] == .integer(1))
      #expect(try person.event("message")["removed_by"] == "ana")
      #expect(try person.event("caught_up")["room"] == "lobby")
      #expect(try person.event("behind")["room"] == "@anna")
      let told = try person.event("direct")
      #expect(told["text"] == "still there?" && told["room"] == "@anna" && told["from"] == "ana")
      #expect(try person.event("caught_up")["sequence"] == .integer(2))
    }
  }

  @Test func `is told of each cursor that leads nowhere why`() async throws {
    try await onItsOwnThread {
      var cast = try Cast()
      try cast.ana.ask("say", #"{"text":"one"}"#)
      _ = try cast.bob.hears(1)
      let epoch = try #require(cast.bob.cursors["lobby"]?.epoch)
      cast.bob.cursors["@nobody"] = ReturningPerson.Place(epoch: epoch, sequence: 1)
      cast.bob.cursors["nowhere"] = ReturningPerson.Place(epoch: "k1", sequence: 1)
      for (place, reason) in [
        (ReturningPerson.Place(epoch: "k1", sequence: 1), "other_epoch"),
        (ReturningPerson.Place(epoch: epoch, sequence: 2), "outside"),
      ] {
        cast.bob.vanish()
        cast.bob.cursors["lobby"] = place
        let answer = try cast.bob.comeBack(port: cast.server.port)
        #expect(answer["rooms"]?[0]?["resumed"] == .boolean(false))
        #expect(answer["rooms"]?[0]?["reason"] == .string(reason))
        let lost = try #require(answer["lost"]).elements
        #expect(Set(lost.map { $0["room"]?.string }) == ["@nobody", "nowhere"])
        #expect(lost.allSatisfy { $0["reason"] == "expired" })
      }
    }
  }

  @Test func `comes back to its account with its password`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let ana = try JSONPerson("ana", port: server.port)
      try ana.ask("register", #"{"password":"correct horse"}"#)
      try ana.ask("open", #"{"room":"python"}"#)
      let bob = try JSONPerson("bob", port: server.port)
      let said = try bob.ask("say", #"{"text":"one"}"#)
      ana.client.vanish()
      try bob.ask("say", #"{"text":"two"}"#)
      try server.kill()
      try server.start()
      let epoch = try #require(said["epoch"]?.string)
      let again = JSONPerson(try TalkClient("ana again", port: server.port))
      let answer = try again.ask(
        "hello",
        #"{"name":"ana","password":"correct horse","cursors":{"lobby":{"epoch":"\#(epoch)","#
          + #""sequence":1}}}"#)
      #expect(answer["account"] == "ana" && answer["token"] == .null)
      #expect(answer["rooms"]?.elements.map { $0["room"] } == ["python", "lobby"])
      #expect(answer["rooms"]?.elements.allSatisfy { $0["resumed"] == .boolean(true) } == true)
      #expect(try again.event("message")["text"] == "two")
    }
  }
}

/// A guest with a token of its own who keeps what it has.
struct ReturningPerson {
  struct Place {
    var epoch: String
    var sequence: Int64
  }

  let name: String
  let token: String
  private(set) var person: JSONPerson
  /// By room, or `@NAME`.
  var cursors: [String: Place] = [:]

  init(_ name: String, port: UInt16) throws {
    self.name = name
    self.token = "the token of \(name), 128 bits or more"
    self.person = JSONPerson(try TalkClient(name, port: port))
    try self.enter()
  }

  func vanish() {
    self.person.client.vanish()
  }

  /// Connects anew; the answer to its hello.
  @discardableResult
  mutating func comeBack(port: UInt16) throws -> JSONTree {
    self.person = JSONPerson(try TalkClient(self.name, port: port))
    return try self.enter()
  }

  @discardableResult
  private mutating func enter() throws -> JSONTree {
    let cursors = self.cursors.map {
      #""\#($0.key)":{"epoch":"\#($0.value.epoch)","sequence":\#($0.value.sequence)}"#
    }
    let answer = try self.person.ask(
      "hello",
      #"{"name":"\#(self.name)","token":"\#(self.token)","#
        + #""cursors":{\#(cursors.joined(separator: ","))}}"#)
    for room in (answer["rooms"]?.elements ?? [])
    where self.cursors[room["room"]?.string ?? ""] == nil { self.keep(room) }
    return answer
  }

  private mutating func keep(_ place: JSONTree) {
    guard let room = place["room"]?.string, let epoch = place["epoch"]?.string,
      case .integer(let sequence)? = place["sequence"]
    else { return }
    self.cursors[room] = Place(epoch: epoch, sequence: sequence)
  }

  /// The next messages' texts, which it keeps the place of.
  mutating func hears(_ count: Int) throws -> [String?] {
    try (0..<count).map { _ in try self.hear()["text"]?.string }
  }

  /// The next message, which it keeps the place of.
  mutating func hear() throws -> JSONTree {
    let message = try self.person.event("message")
    self.keep(message)
    return message
  }

  mutating func hearsDirect() throws {
    self.keep(try self.person.event("direct"))
  }
}
