import Foundation
import Glibc
import ParleyTesting
import Testing

/// What becomes of what was written.
@Suite struct `What was written at a terminal` {
  @Test func `can be had again where it was refused, and is in no file`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let ana = try stage.chat(as: "ana")
      try ana.enter("good")
      try ana.expect("#1 ana: good")
      try ana.enter("/etc/hosts is wrong")
      try ana.expect("error bad_command: ")
      let long = (1...500).map { "word-\($0)" }.joined(separator: " ")
      try ana.paste([long])
      try ana.expect("word-500")
      try ana.press("Enter")
      try ana.expect("error too_long: ")
      try ana.press("Up")
      try ana.expect("the long line again") { $0.last?.hasSuffix("word-500") == true }
      try ana.press("Up")
      try ana.expectLast("[lobby] /etc/hosts is wrong")
      try ana.press("C-c")
      try stage.expectEnd(of: ana)
      #expect(try stage.text(of: "state/parley/history") == "good\n")
    }
  }

  @Test func `before one is in is in no file, as it may be a password`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let silent = try StrangeServer(text: nil)
      let ana = try stage.chat("ana@127.0.0.1:\(silent.port)")
      try ana.expectLast("[connecting]")
      try ana.enter("correct horse")
      try ana.enter("/who")
      try ana.expectLast("[connecting]")
      try ana.press("C-c")
      try stage.expectEnd(of: ana)
      #expect(try stage.text(of: "state/parley/history") == "/who\n")
    }
  }

  @Test func `is kept in its file until the server has it`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let bob = try stage.person("bob")
      try bob.say("/join ops")
      try bob.say("/room posts operators")
      try bob.expect("*ok*")
      let files = stage.path("tmp")
      mkdir(files, 0o700)
      // The shell reads it: a file just written may still be open in a child of another test, and
      // is not executed then.
      let editor = stage.path("editor")
      try "cat '\(stage.path("text"))' >\"$1\"\n".write(
        toFile: editor, atomically: true, encoding: .utf8)
      /// Writes the post; the one file that is left then.
      func kept(_ bytes: [UInt8], _ ana: TmuxScreen, _ refusal: String) throws -> [UInt8]? {
        try Data(bytes).write(to: URL(filePath: stage.path("text")))
        try ana.enter("/post Subject")
        let rows = try ana.expect("what you wrote is kept in")
        #expect(rows.contains { $0.hasPrefix("error \(refusal): ") }, "\(rows)")
        let names = try FileManager.default.contentsOfDirectory(atPath: files)
        guard names.count == 1 else { return nil }
        let path = files + "/" + names[0]
        // A path may be wrapped by the terminal, or by the client's own rows.
        #expect(rows.joined().contains(path), "\(rows)")
        let text = FileManager.default.contents(atPath: path)
        unlink(path)
        try ana.press("C-l")
        try ana.expect("an empty screen") { $0.count == 1 }
        return text.map { Array($0) }
      }
      let variables = "EDITOR=\"sh \(editor)\" TMPDIR=\(files)"
      let nobody = try stage.chat("", variables: variables, columns: 200)
      try nobody.expectLast("[not connected]")
      let good = Array("All agreed.\n".utf8)
      #expect(try kept(good, nobody, "not_connected") == good)
      try nobody.press("C-c")
      try stage.expectEnd(of: nobody)

      let ana = try stage.chat(
        as: "ana", "--room ops --room lobby", variables: variables, columns: 200)
      try ana.expectLast("[ops]")
      #expect(try kept([0xFF, 0xFE, 0x0A], ana, "bad_text") == [0xFF, 0xFE, 0x0A])
      let long = [UInt8](repeating: UInt8(ascii: "x"), count: 70_000)
      #expect(try kept(long, ana, "too_long") == long)
      #expect(try kept(good, ana, "not_permitted") == good, "the server does not take it")
      try ana.enter("/join lobby")
      try ana.expectLast("[lobby]")
      try Data(good).write(to: URL(filePath: stage.path("text")))
      try ana.enter("/post Minutes")
      try ana.expect("#1 ana posted \"Minutes\"")
      try ana.enter("/read 1")
      try ana.expect("  | All agreed.")
      #expect(try FileManager.default.contentsOfDirectory(atPath: files) == [])
      try ana.press("C-c")
      try stage.expectEnd(of: ana)
    }
  }

  @Test func `is kept where the editor fails, and typed where there is none`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let files = stage.path("tmp")
      mkdir(files, 0o700)
      let editor = stage.path("editor")
      try "echo Half of it >\"$1\"; exit 3\n".write(
        toFile: editor, atomically: true, encoding: .utf8)
      let ana = try stage.chat(
        as: "ana", variables: "EDITOR=\"sh \(editor)\" TMPDIR=\(files)", columns: 200)
      try ana.enter("/post Minutes")
      try ana.expect("error not_done: the editor sh \(editor) failed")
      let rows = try ana.expect("what you wrote is kept in")
      let name = try #require(try FileManager.default.contentsOfDirectory(atPath: files).first)
      #expect(rows.joined().contains(name), "\(rows)")
      #expect(try String(contentsOfFile: files + "/" + name, encoding: .utf8) == "Half of it\n")
      try ana.press("C-c")
      try stage.expectEnd(of: ana)

      let bob = try stage.chat(as: "bob", variables: "EDITOR=no-such-editor")
      try bob.enter("/post Minutes")
      try bob.expect(
        "error bad_arguments: there is no editor no-such-editor, which VISUAL or EDITOR")
      try bob.expectLast("Minutes |")
      try bob.enter("All agreed.")
      try bob.enter(".")
      try bob.expect("#1 bob posted \"Minutes\": /read 1")
      try bob.press("C-c")
      try stage.expectEnd(of: bob)
    }
  }

  @Test func `as a post without an editor is shown line by line, as it was pasted`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let ana = try stage.chat(as: "ana")
      try ana.enter("/post Minutes")
      try ana.expectLast("Minutes |")
      try ana.enter("First")
      try ana.expect("  | First")
      try ana.paste(["Second", "Third", ".", "not for", "everybody"])
      try ana.press("Enter")
      try ana.expect("#1 ana posted \"Minutes\": /read 1")
      try ana.expectLast("| everybody")
      try ana.press("C-u")
      try ana.enter("/read 1")
      let rows = try ana.expect("ok ") { rows in rows.count { $0 == "  | Third" } == 2 }
      #expect(rows.filter { $0 == "  | Second" }.count == 2, "\(rows)")
      try ana.enter("next")
      try ana.expect("#2 ana: next")
      try ana.press("C-c")
      try stage.expectEnd(of: ana)
    }
  }

  @Test func `as a password for one server is told to no other`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      try stage.server.admin("create zoe", input: "correct-horse\n")
      let other = try ProcessUnderTest()
      let zoe = try stage.chat(
        "zoe@\(stage.address)", variables: "PARLEY_CHAT_PASSWORD=correct-horse")
      try zoe.expect("You are zoe, session ")
      try zoe.enter("/connect 127.0.0.1 \(other.port)")
      try zoe.expect("You are zoe, session 1, a guest; /register keeps the name.")
      try zoe.press("C-c")
      try stage.expectEnd(of: zoe)
    }
  }
}
