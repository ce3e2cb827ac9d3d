import Foundation
import Glibc
import ParleyTesting
import Testing

/// What a script is told of what was not done.
@Suite struct `A script's end` {
  @Test func `comes with an error where a post has none`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let (output, code) = try stage.pipe(
        "/post Minutes\nAll agreed.\n", to: ["bot@\(stage.address)"])
      #expect(
        output == [
          "parley: error bad_arguments: the input ended inside the post \"Minutes\", which is not "
            + "posted: a line with a lone . ends a post"
        ])
      #expect(code == 1)
    }
  }

  @Test(arguments: ["/login zoe", "/register", "/passwd", "/unregister"])
  func `comes behind all lines, one that would be asked for a password among them`(
    command: String
  ) async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let ana = try stage.person("ana")
      let (output, code) = try stage.pipe(
        "\(command)\nstill said\n", to: ["bot@\(stage.address)"])
      #expect(
        output.first?.hasPrefix("parley: error bad_command: a script is not asked for a password; ")
          == true, "\(output)")
      #expect(output.first?.contains("PARLEY_CHAT_PASSWORD") == (command == "/login zoe"))
      #expect(code == 1)
      try ana.expect("*#1 bot: still said")
    }
  }

  @Test func `is 0 where lines were empty`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let ana = try stage.person("ana")
      let (output, code) = try stage.pipe("\n   \nhi\n\n", to: ["bot@\(stage.address)"])
      #expect(output == [])
      #expect(code == 0)
      try ana.expect("*#1 bot: hi")
    }
  }

  @Test(arguments: [[], ["--json"]])
  func `is 1 where its output cannot be written`(flags: [String]) async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let (output, code) = try ChildProcess.run(
        ["sh", "-c", "exec \"$@\" >/dev/full", "sh", ProcessUnderTest.binary, "chat"] + flags
          + ["bot@\(stage.address)"], input: "/rooms\n")
      #expect(
        output == [
          "parley: error not_written: the output cannot be written: No space left on device"
        ])
      #expect(code == 1)
    }
  }

  @Test func `comes when all was told that there is on coming in`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      for _ in 1...5 {
        let (output, code) = try stage.pipe("", to: ["bot@\(stage.address)", "--json"])
        let states = output.filter { $0.contains(#""event":"state""#) }
        #expect(states.contains { $0.contains(#""state":"live""#) }, "\(output)")
        #expect(states.last?.contains(#""state":"closed""#) == true, "\(output)")
        #expect(code == 0)
      }
    }
  }

  @Test func `comes at once where two names are given`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let (output, code) = try stage.pipe("hi\n", to: ["bot@\(stage.address)", "--name", "zoe"])
      #expect(output.first?.contains("say different names") == true, "\(output)")
      #expect(code == 64)
      let same = try stage.pipe("hi\n", to: ["bot@\(stage.address)", "--name", "bot"])
      #expect(same.code == 0, "\(same.output)")
    }
  }
}
