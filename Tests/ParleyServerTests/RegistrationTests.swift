import Foundation
import ParleyTesting
import Testing

/// Who may come in and what for: `registration`, `guests`, `room_creation`.
@Suite struct `Who may come in` {
  private static func guest(_ name: String, at server: ProcessUnderTest) throws -> TalkClient {
    let guest = try TalkClient(name, port: server.port)
    try guest.say(name)
    try guest.expect("*You are \(name), session *, a guest*")
    return guest
  }

  private static func register(_ guest: TalkClient, _ code: String) throws {
    try guest.say("/register \(code)")
    try guest.say("correct horse")
    try guest.say("correct horse")
  }

  private static func code(_ output: [String]) throws -> String {
    try #require(output.last.flatMap { $0.split(separator: " ").last.map(String.init) })
  }

  @Test func `registers with a code, once, over a restart`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: ["--registration", "invite"])
      let made = try server.admin("invite new --for 2h")
      #expect(
        made.first.map {
          TalkPattern("code 1, for one person until 20*Z, shown this once:").matches($0)
        } == true)
      let code = try Self.code(made)
      #expect(made.last == "/register \(code)")
      let list = try server.admin("invite list")
      #expect(list.first == "NUMBER  BY                  UNTIL")
      #expect(list.last?.hasPrefix("1       the server's owner  20") == true)
      try server.kill()
      try server.start()
      let ana = try Self.guest("ana", at: server)
      for wrong in ["", "abc"] {
        try Self.register(ana, wrong)
        try ana.expect("*error registration_closed: *needs a code that is still good; ask *")
      }
      try Self.register(ana, code)
      try ana.expect("*ok ana is your account*")
      #expect(try server.admin("invite list") == ["no codes wait to be used"])
      let bob = try Self.guest("bob", at: server)
      try Self.register(bob, code)
      try bob.expect("*error registration_closed: *")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `registers with no code that is over, revoked, or an administrator's word for one`()
    async throws
  {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: ["--registration", "invite"])
      // The server's time goes on by more than a millisecond before anybody can use the code.
      let owner = try TalkClient("owner", toSocketAt: server.socketPath)
      try owner.send(Array("ADMIN/1\n{\"newInvite\":{\"milliseconds\":1}}\n".utf8))
      let answer = try owner.next()
      let match = try #require(answer.firstMatch(of: /"code":"([a-z0-9]+)"/))
      let ana = try Self.guest("ana", at: server)
      try Self.register(ana, String(match.1))
      try ana.expect("*error registration_closed: *")
      let code = try Self.code(try server.admin("invite new"))
      #expect(try server.admin("invite revoke 2") == ["code 2 is good no more"])
      try Self.register(ana, code)
      try ana.expect("*error registration_closed: *")
      // What is over goes when another one is made.
      try server.admin("invite new")
      #expect(try server.admin("invite list").count == 2)
      #expect(try server.stop() == 0)
    }
  }

  @Test func `registers nobody where registration is closed, but the shell does`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: ["--registration", "closed"])
      let ana = try Self.guest("ana", at: server)
      try Self.register(ana, "")
      try ana.expect("*error registration_closed: registering is closed here; ask who runs it *")
      try server.admin("create bob --no-administrator", input: "correct horse\n")
      _ = try loggedIn("bob", "correct horse", at: server)
      #expect(try server.stop() == 0)
    }
  }

  @Test func `tells guests how to log in where none are let in`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: ["--no-guests"])
      try server.admin("create ana --no-administrator", input: "correct horse\n")
      let ana = try TalkClient("ana", port: server.port)
      try ana.say("bob")
      try ana.expect(
        "*error account_needed: guests are not let in here; /login NAME with the name of your *")
      try ana.expectPrompt("Username:")
      try ana.say("/login ana")
      try ana.say("correct horse")
      try ana.expect("*You are ana, session *")
      let ike = try TalkClient("ike", port: server.port)
      try ike.send(Array("NICK ike\r\nUSER ike 0 * :Ike\r\n".utf8))
      try ike.expect("*guests are not let in here*")
      #expect(try server.stop() == 0)
    }
  }

  @Test(arguments: [("accounts", true), ("administrators", false)])
  func `makes rooms only as one who may`(who: String, accountsMay: Bool) async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(
        flags: ["--room-creation", who, "--permanent-rooms", "news"])
      try server.admin("create root", input: "correct horse\n")
      try server.admin("create ana --no-administrator", input: "correct horse\n")
      let bob = try Self.guest("bob", at: server)
      try bob.say("/join tea")
      try bob.expect("error not_permitted: only some may make rooms here")
      // A room that is there is open to all.
      try bob.say("/join news")
      try bob.expect("ok text goes to news")
      let ana = try loggedIn("ana", "correct horse", at: server)
      try ana.say("/join tea")
      try ana.expect(accountsMay ? "ok you made tea*" : "error not_permitted: only some may *")
      let root = try loggedIn("root", "correct horse", at: server)
      try root.say("/join milk")
      try root.expect("ok you made milk*")
      try bob.say("/join milk")
      try bob.expect("ok text goes to milk")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `may change while the server runs`() async throws {
    try await onItsOwnThread {
      let directory = try TemporaryDirectory()
      let file = directory.path + "/parley.yaml"
      func write(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: file)) }
      try write("registration: open\n")
      let server = try ProcessUnderTest(flags: ["--config", file])
      let ana = try Self.guest("ana", at: server)
      try write("registration: closed\nguests: false\nroom_creation: administrators\n")
      try server.signal(SIGHUP)
      try server.expectConsole("notice: read the configuration again: registration, guests and *")
      try Self.register(ana, "")
      try ana.expect("*error registration_closed: *")
      try ana.say("/join tea")
      try ana.expect("error not_permitted: *")
      // Who was let in stays; nobody else is.
      let bob = try TalkClient("bob", port: server.port)
      try bob.say("bob")
      try bob.expect("*error account_needed: *")
      #expect(try server.stop() == 0)
    }
  }
}
