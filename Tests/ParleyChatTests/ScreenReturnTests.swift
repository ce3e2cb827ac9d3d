import Foundation
import Glibc
import ParleyTesting
import Testing

/// What is as it was, and what is not, behind a lost connection.
@Suite struct `Somebody who comes back` {
  @Test func `is in the room where they were, beside others that were open`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let ana = try stage.chat("--name ana --unix \(stage.server.socketPath)")
      try ana.expectLast("[lobby]")
      try ana.enter("/add python")
      try ana.enter("/join python")
      try ana.expectLast("[python]")
      try stage.server.kill()
      try ana.expectLast("[python, offline]")
      try stage.server.start()
      try ana.expect("*** connected again")
      try ana.expectLast("[python]")
      try ana.enter("still here")
      try ana.expect("[python] #1 ana: still here")
      // The server knows it, too.
      try ana.enter("/leave")
      try ana.expect("ok you left python")
      try ana.expectLast("[lobby]")
      try ana.press("C-c")
      try stage.expectEnd(of: ana)
    }
  }

  @Test func `is asked for the password of the account that they are in`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      try stage.server.admin("create eve", input: "correct-horse\n")
      let way = stage.path("way")
      symlink(stage.server.socketPath, way)
      let gus = try stage.chat("--name gus --unix \(way)")
      try gus.expectLast("[lobby]")
      try gus.enter("/login eve")
      try gus.expectLast("Password of eve:")
      try gus.enter("correct-horse")
      try gus.expect("You are eve")
      unlink(way)
      try stage.server.kill()
      try gus.expectLast("[lobby, offline]")
      try stage.server.start()
      try stage.server.admin("password eve", input: "battery staple\n")
      symlink(stage.server.socketPath, way)
      try gus.expect("error bad_password: ")
      try gus.expectLast("Password of eve:")
      try gus.enter("battery staple")
      try gus.expectLast("[lobby]")
      try gus.press("C-c")
      try stage.expectEnd(of: gus)
    }
  }

  @Test(arguments: ["/exit", ""])
  func `is told what was not sent where they do not wait for the server`(
    line: String
  ) async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let ana = try stage.chat(as: "ana")
      try ana.expectLast("[lobby]")
      try stage.server.kill()
      try ana.expectLast("[lobby, offline]")
      try ana.enter("one")
      try ana.enter("two")
      if line.isEmpty { try ana.press("C-d") } else { try ana.enter(line) }
      try ana.expect("*** 2 lines were not sent")
      try stage.expectEnd(of: ana)
    }
  }
}
