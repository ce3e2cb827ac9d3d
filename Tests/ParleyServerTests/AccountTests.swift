import ParleyTesting
import Testing

/// What scripts cannot say because the server draws it: tokens.
@Suite struct `An API token` {
  private static func account(_ server: ProcessUnderTest) throws -> TalkClient {
    let ann = try TalkClient("ann", port: server.port)
    try ann.say("ana")
    try ann.expect("*You are ana*")
    try ann.say("/register")
    try ann.say("correct horse")
    try ann.say("correct horse")
    try ann.expect("*ok ana is your account*")
    return ann
  }

  private static func token(_ scopes: String, of ann: TalkClient) throws -> String {
    try ann.say("/token new \(scopes)")
    let line = try ann.expect("ok token *, shown this once: parley_*")
    return String(line.split(separator: " ").last ?? "")
  }

  private static func enter(_ token: String, _ server: ProcessUnderTest) throws -> TalkClient {
    let bot = try TalkClient("bot", port: server.port)
    try bot.say("/login ana")
    try bot.say(token)
    try bot.expect("*You are ana, session *")
    return bot
  }

  @Test func `does what its scopes allow, and no more`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let ann = try Self.account(server)
      let reader = try Self.enter(try Self.token("read", of: ann), server)
      try reader.say("not for me")
      try reader.expect("error scope_missing: *(write)*")
      try ann.say("to all")
      try reader.expect("*[lobby] #1 ana: to all")
      let writer = try Self.enter(try Self.token("read,write", of: ann), server)
      try writer.say("by the bot")
      try ann.expect("*[lobby] #2 ana: by the bot")
      for command in ["/passwd", "/unregister"] {
        try writer.say(command)
        for _ in 0..<(command == "/passwd" ? 3 : 1) { try writer.say("correct horse") }
        try writer.expect("*error not_permitted: *")
      }
      try writer.say("/token")
      try writer.expect("error not_permitted: *")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `opens nothing once it is revoked, over a restart too`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let ann = try Self.account(server)
      let token = try Self.token("read", of: ann)
      let bot = try Self.enter(token, server)
      try ann.say("/token revoke 1")
      try ann.expect("ok token 1 opens nothing now")
      try bot.expect("*the token that let you in was revoked; bye.")
      try bot.expectEnd()
      try server.kill()
      try server.start()
      let late = try TalkClient("late", port: server.port)
      try late.say("/login ana")
      try late.say(token)
      try late.expect("*error bad_password: *")
      #expect(try server.stop() == 0)
    }
  }
}
