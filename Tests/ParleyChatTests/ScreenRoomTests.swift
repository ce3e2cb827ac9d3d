import Foundation
import Glibc
import ParleyTesting
import Testing

/// Where what is entered goes.
@Suite struct `What is entered at a terminal` {
  @Test func `goes to the room that was entered last, however fast that was`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let ana = try stage.chat(as: "ana")
      for round in 1...5 {
        try ana.enter("/join python")
        try ana.enter("/join swift")
        try ana.enter("round \(round)")
        try ana.expect("[swift] #\(round) ana: round \(round)")
        try ana.expectLast("[swift]")
      }
      try ana.press("C-c")
      try stage.expectEnd(of: ana)
    }
  }

  @Test func `goes nowhere when the room that the prompt showed cannot be opened again`()
    async throws
  {
    try await onItsOwnThread {
      let stage = try ChatStage()
      try stage.server.admin("create zoe", input: "correct-horse\n")
      let zoe = try stage.person("zoe", password: "correct-horse")
      try zoe.say("/join ops")
      try zoe.expect("*ops*")
      // The way to the server, which is there again when the test wants it.
      let way = stage.path("way")
      symlink(stage.server.socketPath, way)
      let ana = try stage.chat("--name ana --unix \(way) --room ops --room lobby")
      try ana.expectLast("[ops]")
      unlink(way)
      try stage.server.kill()
      try ana.expectLast("[ops, offline]")
      try ana.enter("one for ops")
      try ana.enter("two for ops")
      try stage.server.start()
      let again = try stage.person("zoe", password: "correct-horse")
      try again.say("/ban #ops ana")
      try again.expect("*ok ana is banned from ops*")
      symlink(stage.server.socketPath, way)
      try ana.expect("*** [ops] is not open any more: ")
      try ana.expectLast("[lobby]")
      try ana.enter("for the lobby")
      let rows = try ana.expect("[lobby] #1 ana: for the lobby")
      #expect(rows.count { $0.hasPrefix("error ") } == 2, "\(rows)")
      try ana.press("C-c")
      try stage.expectEnd(of: ana)
    }
  }

  @Test func `goes to the lobby when one was put out of a room`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let bob = try stage.person("bob")
      try bob.say("/join ops")
      try bob.expect("*ops*")
      let ana = try stage.chat("ana@\(stage.address) --room ops --room lobby")
      try ana.expectLast("[ops]")
      try bob.say("/kick ana")
      try ana.expect("*** ")
      try ana.expectLast("[lobby]")
      try ana.enter("what was that?")
      try ana.expect("[lobby] #1 ana: what was that?")
      try ana.press("C-c")
      try stage.expectEnd(of: ana)
      // Where the lobby is not open, the server opens it.
      let cy = try stage.chat(as: "cy")
      try cy.enter("/join ops")
      try cy.expectLast("[ops]")
      try bob.say("/kick cy")
      try cy.expectLast("[lobby]")
      try cy.enter("and now?")
      try cy.expect("[lobby] #2 cy: and now?")
      try cy.press("C-c")
      try stage.expectEnd(of: cy)
    }
  }

  @Test func `waits, and the password is asked for when it is another one`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      try stage.server.admin("create zoe", input: "correct-horse\n")
      let way = stage.path("way")
      symlink(stage.server.socketPath, way)
      let zoe = try stage.chat(
        "--name zoe --unix \(way)", variables: "PARLEY_CHAT_PASSWORD=correct-horse")
      try zoe.expect("You are zoe")
      unlink(way)
      try stage.server.kill()
      try zoe.expect("what you enter waits")
      try zoe.expect("*** there is no connection: No such file or directory; trying again")
      try zoe.type("half a line")
      try stage.server.start()
      try stage.server.admin("password zoe", input: "battery staple\n")
      symlink(stage.server.socketPath, way)
      try zoe.expect("error bad_password: ")
      try zoe.expectLast("Password of zoe:")
      try zoe.enter("battery staple")
      try zoe.expectLast("[lobby] half a line")
      try zoe.press("C-c")
      try stage.expectEnd(of: zoe)
    }
  }

  @Test func `answers with /r whom one has seen, and nobody else`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      try stage.server.admin("create zoe", input: "correct-horse\n")
      let bob = try stage.person("bob")
      let cy = try stage.person("cy")
      let variables = "PARLEY_CHAT_PASSWORD=correct-horse"
      let elsewhere = try stage.chat("zoe@\(stage.address)", variables: variables)
      try elsewhere.expectLast("[lobby]")
      try bob.say("/dm zoe to the other one")
      try elsewhere.expect("bob: to the other one")
      let zoe = try stage.chat("zoe@\(stage.address)", variables: variables)
      try zoe.expect("You are zoe")
      try zoe.enter("/r to whom?")
      try zoe.expect("error nobody_to_answer: ")
      try cy.say("/dm zoe hello")
      try zoe.expect("cy: hello")
      try zoe.enter("/r hello yourself")
      try cy.expect("*zoe: hello yourself")
      try zoe.press("C-c")
      try stage.expectEnd(of: zoe)
    }
  }
}
