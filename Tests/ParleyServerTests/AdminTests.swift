import ParleyTesting
import Testing

/// Somebody who logs in to an account in line mode.
func loggedIn(_ account: String, _ secret: String, at server: ProcessUnderTest) throws -> TalkClient
{
  let person = try TalkClient(account, port: server.port)
  try person.say("/login \(account)")
  try person.say(secret)
  try person.expect("*You are \(account), session *")
  return person
}

@Suite struct `The administrators' commands at a shell` {
  static let password = "correct horse\n"

  @Test func `make the first administrator, over a restart`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      #expect(
        try server.admin("create root", input: Self.password)
          == ["root is an account now, an administrator's"])
      let root = try loggedIn("root", "correct horse", at: server)
      try root.say("/sessions")
      try root.expect("ok 1 session:")
      try server.kill()
      try server.start()
      let again = try loggedIn("root", "correct horse", at: server)
      try again.say("/sessions")
      try again.expect("ok 1 session:")
      // Others are made so, and may do so no longer.
      try server.admin("create ana --no-administrator", input: Self.password)
      let ana = try loggedIn("ana", "correct horse", at: server)
      try ana.say("/sessions")
      try ana.expect("error not_permitted: *")
      #expect(try server.admin("administrator ana") == ["ana is an administrator now"])
      try ana.say("/sessions")
      try ana.expect("ok 2 sessions:")
      #expect(try server.admin("administrator ana --revoke") == ["ana is no administrator now"])
      try ana.say("/sessions")
      try ana.expect("error not_permitted: *")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `list accounts and sessions, as text and as JSON`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      #expect(try server.admin("accounts") == ["there are no accounts"])
      #expect(try server.admin("sessions") == ["nobody is here"])
      try server.admin("create ana", input: Self.password)
      try server.admin("create helper --no-administrator --no-password")
      try server.admin("token new helper")
      let ana = try loggedIn("ana", "correct horse", at: server)
      let bob = try TalkClient("bob", port: server.port)
      try bob.say("bob")
      try bob.expect("*You are bob*")
      let accounts = try server.admin("accounts")
      let expected = [
        "NAME    ADMINISTRATOR  SESSIONS  PASSWORD  TOKENS  CREATED",
        "helper  no             0         no        1       20??-??-??T??:??:??Z",
        "ana     yes            1         yes       0       20??-??-??T??:??:??Z",
      ]
      #expect(accounts.count == 3)
      for (line, pattern) in zip(accounts, expected) {
        #expect(TalkPattern(pattern).matches(line), "\(line)")
      }
      let sessions = try server.admin("sessions")
      #expect(sessions.count == 3)
      #expect(sessions.first == "SESSION  NAME  ACCOUNT  ROOMS  ADDRESS")
      #expect(
        sessions.last.map { TalkPattern("*  bob   -        1      127.0.0.1").matches($0) } == true)
      let json = try server.admin("sessions --json")
      #expect(json.count == 1)
      #expect(
        json.first.map {
          TalkPattern(
            """
            {"sessions":{"list":[{"account":"ana","address":"127.0.0.1","name":"ana",\
            "rooms":1,"session":*},{"address":"127.0.0.1","name":"bob","rooms":1,"session":*}],"more":0}}
            """
          ).matches($0)
        } == true)
      withExtendedLifetime(ana) {}
      #expect(try server.stop() == 0)
    }
  }

  @Test func `give a password, which opens the account from then on alone`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      try server.admin("create ana", input: Self.password)
      // What follows the first line is not read.
      #expect(
        try server.admin("password ana", input: "battery staple\nmore\n")
          == ["ana has its new password"])
      try server.kill()
      try server.start()
      let old = try TalkClient("old", port: server.port)
      try old.say("/login ana")
      try old.say("correct horse")
      try old.expect("*error bad_password: *")
      _ = try loggedIn("ana", "battery staple", at: server)
      #expect(try server.stop() == 0)
    }
  }

  @Test func `make a token that logs in, until it is revoked`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      try server.admin("create helper --no-administrator --no-password")
      #expect(try server.admin("token list helper") == ["helper has no tokens"])
      let arguments = ["token", "new", "helper", "--scopes", "read,write", "--label", "my bot"]
      let (made, code) = try server.runAdmin(arguments)
      #expect(code == 0)
      #expect(made.first == "token 1 (read,write), shown this once:")
      let token = try #require(made.last)
      let bot = try loggedIn("helper", token, at: server)
      try bot.say("by a program")
      try bot.expect("*[lobby] #1 helper: by a program")
      let list = try server.admin("token list helper")
      #expect(list.first == "NUMBER  SCOPES      LABEL   CREATED")
      #expect(list.last?.hasPrefix("1       read,write  my bot  20") == true)
      #expect(try server.admin("token revoke helper 1") == ["token 1 opens nothing now"])
      try bot.expect("*the token that let you in was revoked; bye.")
      try bot.expectEnd()
      try server.kill()
      try server.start()
      let late = try TalkClient("late", port: server.port)
      try late.say("/login helper")
      try late.say(token)
      try late.expect("*error bad_password: *")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `delete an account: who is here stays as a guest, its tokens' sessions end`()
    async throws
  {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      try server.admin("create ana --no-administrator", input: Self.password)
      let token = try #require(try server.admin("token new ana").last)
      let ana = try loggedIn("ana", "correct horse", at: server)
      let bot = try loggedIn("ana", token, at: server)
      #expect(try server.admin("delete ana") == ["ana is no account any more"])
      try bot.expect("*the token that let you in was revoked; bye.")
      try bot.expectEnd()
      try ana.say("/whois ana")
      try ana.expect("ok ana: a guest, 1 session, *")
      #expect(try server.admin("accounts") == ["there are no accounts"])
      try server.kill()
      try server.start()
      // The name is anybody's.
      let other = try TalkClient("other", port: server.port)
      try other.say("ana")
      try other.expect("*You are ana, session *, a guest*")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `announce to everybody, on every door`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let ana = try TalkClient("ana", port: server.port)
      try ana.say("ana")
      try ana.expect("*You are ana*")
      let ike = try TalkClient("ike", port: server.port)
      try ike.send(Array("NICK ike\r\nUSER ike 0 * :Ike\r\n".utf8))
      try ike.expect("* 001 ike *")
      #expect(try server.admin("announce back at  noon") == ["everybody was told"])
      try ana.expect("\\*\\*\\* back at noon")
      try ike.expect("* NOTICE *:back at noon")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `end with 1 and the server's words where it refuses`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      try server.admin("create ana", input: Self.password)
      let bob = try TalkClient("bob", port: server.port)
      try bob.say("bob")
      try bob.expect("*You are bob*")
      for (arguments, input, words) in Self.refusals {
        let (output, code) = try server.runAdmin(arguments, input: input)
        #expect(code == 1 && output.count == 1, "\(arguments): \(output)")
        let pattern = TalkPattern("parley: " + words)
        #expect(output.first.map { pattern.matches($0) } == true, "\(arguments): \(output)")
      }
      let (json, code) = try server.runAdmin(["delete", "cy", "--json"])
      #expect(code == 1)
      #expect(json.first?.hasPrefix("{\"refused\":{\"code\":\"no_such_account\",") == true)
      #expect(try server.admin("accounts").count == 2)
      #expect(try server.stop() == 0)
    }
  }

  private static let refusals: [(arguments: [String], input: String?, words: String)] = [
    (["create", "ana"], "correct horse\n", "already_registered: *parley admin password NAME*"),
    (["create", "bob"], "correct horse\n", "name_taken: bob is taken*"),
    (["create", "a/b"], "correct horse\n", "bad_name: a/b has characters that a name cannot have"),
    (["create", "cy"], "short\n", "password_too_short: a password has at least 8 characters"),
    (["create", "cy"], "correct\u{7}horse\n", "bad_text: it has a control character in it"),
    (["password", "cy"], "correct horse\n", "no_such_account: there is no account cy*"),
    (["password", "ana"], "short\n", "password_too_short: *"),
    (["administrator", "cy"], nil, "no_such_account: there is no account cy*"),
    (["delete", "cy"], nil, "no_such_account: there is no account cy; parley admin accounts *"),
    (["token", "list", "cy"], nil, "no_such_account: *"),
    (["token", "new", "cy"], nil, "no_such_account: *"),
    (
      ["token", "new", "ana", "--label", String(repeating: "x", count: 65)], nil,
      "too_long: what a token is called has at most 64 bytes"
    ),
    (["token", "revoke", "ana", "7"], nil, "no_such_token: there is no token 7; parley admin *"),
    (["invite", "revoke", "7"], nil, "no_such_invite: there is no code 7; parley admin *"),
    (["announce", "one\ntwo"], nil, "bad_text: it has several lines"),
    (["announce", String(repeating: "x", count: 4_097)], nil, "too_long: *4096 bytes"),
  ]

  @Test func `end with 64 at misuse, and change nothing`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      for (arguments, input, words) in Self.misuses {
        let (output, code) = try server.runAdmin(arguments, input: input)
        #expect(code == 64, "\(arguments): \(output)")
        let pattern = TalkPattern(words)
        #expect(output.first.map { pattern.matches($0) } == true, "\(arguments): \(output)")
      }
      #expect(try server.admin("accounts") == ["there are no accounts"])
      #expect(try server.stop() == 0)
    }
  }

  private static let misuses: [(arguments: [String], input: String?, words: String)] = [
    (["create"], nil, "*Missing expected argument '<name>'*"),
    (["create", "ana", "secret"], nil, "*Unexpected argument 'secret'*"),
    (["create", "cy"], nil, "parley: no password came: write it to standard input, as one line"),
    (["password", "ana"], "\n", "parley: no password came*"),
    (["password", "ana"], String(repeating: "x", count: 5_000), "parley: a password is one line*"),
    (["password"], nil, "*Missing expected argument '<name>'*"),
    (["administrator"], nil, "*Missing expected argument '<name>'*"),
    (["delete"], nil, "*Missing expected argument '<name>'*"),
    (["accounts", "ana"], nil, "*Unexpected argument 'ana'*"),
    (["token", "list"], nil, "*Missing expected argument '<name>'*"),
    (["token", "new"], nil, "*Missing expected argument '<name>'*"),
    (
      ["token", "new", "ana", "--scopes", "read,fly"], nil,
      "*--scopes: \"fly\" is not one of read, write, moderate*"
    ),
    (["token", "revoke", "ana"], nil, "*Missing expected argument '<number>'*"),
    (["token", "revoke", "ana", "one"], nil, "*'one' is invalid for '<number>'*"),
    (["invite", "list", "all"], nil, "*Unexpected argument 'all'*"),
    (["invite", "new", "--for", "soon"], nil, "*--for: \"soon\" is not a time from 1s to 3650d*"),
    (["invite", "new", "--for", "0s"], nil, "*--for: \"0s\" is not a time*"),
    (["invite", "revoke"], nil, "*Missing expected argument '<number>'*"),
    (["sessions", "ana"], nil, "*Unexpected argument 'ana'*"),
    (["announce"], nil, "*Missing expected argument '<text> ...'*"),
    (["fly"], nil, "*"),
  ]
}
