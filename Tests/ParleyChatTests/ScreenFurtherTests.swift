import Foundation
import Glibc
import ParleyTesting
import Testing

/// What else a terminal is good for.
@Suite struct `A terminal` {
  @Test func `has what was pasted in several lines said as one message`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let ana = try stage.chat(as: "ana")
      try ana.expectLast("[lobby]")
      try ana.paste(["one", "two", "three"])
      try ana.expectLast("| three")
      try ana.press("Enter")
      let rows = try ana.expect("  | three")
      #expect(rows.contains { $0.hasSuffix("[lobby] #1 ana: one") }, "\(rows)")
      try ana.enter("next")
      try ana.expect("#2 ana: next")
      try ana.press("C-c")
      try stage.expectEnd(of: ana)
    }
  }

  @Test func `finds again what was entered, by a part of it`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let ana = try stage.chat(as: "ana")
      for line in ["the first word", "the second", "the third"] { try ana.enter(line) }
      try ana.expect("#3 ana: the third")
      try ana.type("half a line")
      try ana.press("C-r")
      try ana.expectLast("(search) : half a line")
      try ana.type("FIRST")
      try ana.expectLast("(search) FIRST: the first word")
      try ana.press("C-g")
      try ana.expectLast("[lobby] half a line")
      try ana.press("C-r")
      try ana.type("the")
      try ana.expectLast("(search) the: the third")
      try ana.press("C-r")
      try ana.expectLast("(search) the: the second")
      try ana.press("End")
      try ana.expectLast("[lobby] the second")
      try ana.enter(" time")
      try ana.expect("#4 ana: the second time")
      try ana.press("C-r")
      try ana.type("third")
      try ana.press("Enter")
      try ana.expect("#5 ana: the third")
      // What ends the client does so here too.
      try ana.press("C-r")
      try ana.press("C-c")
      try stage.expectEnd(of: ana)
    }
  }

  @Test func `obeys nothing that others or a server write`() async throws {
    try await onItsOwnThread {
      // A server that is none: what it says holds what a terminal would obey.
      let stage = try ChatStage()
      let stranger = try StrangeServer(
        text: #"\u001b[2J\u001b]0;owned\u0007\u009b31mred\u202egnp\r\nfake line"#)
      let ana = try stage.chat("ana@127.0.0.1:\(stranger.port)")
      let rows = try ana.expect("fake line")
      let line = rows.first { $0.contains("fake line") } ?? ""
      #expect(line.contains("\u{FFFD}[2J\u{FFFD}]0;owned\u{FFFD}\u{FFFD}31mred\u{FFFD}gnp"))
      #expect(line.contains("*** "), "\(rows)")
      try ana.press("C-c")
      try stage.expectEnd(of: ana)
    }
  }

  @Test func `is drawn anew in another size, and after it was stopped`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let ana = try stage.chat(as: "ana")
      // A terminal wraps anew before it tells of its size: what is said between tears the line.
      try ana.expect("nobody else is here")
      try ana.type("0123456789 0123456789 0123456789 0123456789")
      try ana.expectLast("[lobby] 0123456789 0123456789 0123456789 0123456789")
      try ana.resize(columns: 40, rows: 20)
      let narrow = try ana.expectLast("9 0123456789")
      #expect(narrow.count { $0.contains("[lobby] 0123456789") } == 1, "\(narrow)")
      try ana.resize(columns: 100, rows: 20)
      try ana.expectLast("[lobby] 0123456789 0123456789 0123456789 0123456789")
      try ana.press("Enter")
      try ana.expect("#1 ana: 0123456789")
      try ana.press("C-c")
      try stage.expectEnd(of: ana)
    }
  }

  @Test func `is a shell's again while it is stopped, and ours when it goes on`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let shell = try stage.shell()
      try shell.enter("\(ProcessUnderTest.binary) chat ana@\(stage.address)")
      try shell.expectLast("[lobby]")
      try shell.type("half")
      try shell.press("C-z")
      try shell.expectLast("shell:")
      try shell.enter("echo back $((40+2))")
      try shell.expect("back 42")
      try shell.enter("fg")
      try shell.expectLast("[lobby] half")
      try shell.enter(" of it")
      try shell.expect("#1 ana: half of it")
      try shell.enter("/exit")
      try shell.expectLast("shell:")
      try shell.enter("echo code $?")
      try shell.expect("code 0")
    }
  }

  @Test func `is a shell's again while the editor is stopped`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let editor = stage.path("editor")
      let number = stage.path("editor-process")
      try "echo $$ >\(number); echo write it; read text; echo $text >\"$1\"\n".write(
        toFile: editor, atomically: true, encoding: .utf8)
      let shell = try stage.shell(variables: "VISUAL= EDITOR=\"sh \(editor)\"")
      try shell.enter("\(ProcessUnderTest.binary) chat ana@\(stage.address)")
      try shell.expectLast("[lobby]")
      try shell.enter("/post Minutes")
      try shell.expectLast("write it")
      try shell.press("C-z")
      try shell.expectLast("shell:")
      // The shell knows of the client alone, and the editor would read until it is stopped itself.
      let process = try String(contentsOfFile: number, encoding: .utf8).dropLast()
      let deadline = Deadline.usual
      while try !String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8).contains(") T ") {
        try #require(!deadline.hasPassed, "the editor is not stopped")
        sched_yield()
      }
      try shell.enter("echo back $((40+2))")
      try shell.expect("back 42")
      try shell.enter("fg")
      // Until then the shell reads keys, and not lines.
      try shell.expect("the chat again") { rows in
        rows.last?.hasPrefix("\(ProcessUnderTest.binary) chat ana@") == true
      }
      try shell.enter("All agreed.")
      try shell.expect("#1 ana posted \"Minutes\"")
      try shell.expectLast("[lobby]")
      // And once more, as the chat itself.
      try shell.press("C-z")
      try shell.expectLast("shell:")
      try shell.enter("fg")
      try shell.expectLast("[lobby]")
      try shell.enter("/exit")
      try shell.expectLast("shell:")
    }
  }

  @Test func `shows no password with --plain, also after it was stopped`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      try stage.server.admin("create zoe", input: "correct horse\n")
      let shell = try stage.shell()
      try shell.enter("\(ProcessUnderTest.binary) chat --plain zoe@\(stage.address)")
      try shell.expectLast("Password of zoe:")
      try shell.press("C-z")
      try shell.expectLast("shell:")
      try shell.enter("fg")
      try shell.expectLast("Password of zoe:")
      try shell.enter("correct horse")
      let rows = try shell.expect("You are zoe")
      #expect(!rows.contains { $0.contains("horse") }, "\(rows)")
      try shell.enter("/exit")
      try shell.expectLast("shell:")
    }
  }

  @Test(arguments: [("+0545", "+05:45", 345), ("-3", "-03:00", -180), ("z", "UTC", 0)])
  func `has the times of the zone that was set`(
    typed: String, zone: String, minutes: Int
  ) async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      let ana = try stage.chat(as: "ana")
      try ana.enter("/set timezone \(typed)")
      try ana.expect("ok times are \(zone)")
      try ana.expectLast("[lobby]")
      let before = Int(Date().timeIntervalSince1970) / 60 + minutes
      try ana.enter("now")
      let rows = try ana.expect("#1 ana: now")
      let after = Int(Date().timeIntervalSince1970) / 60 + minutes
      let clocks = (before...after).map { String(format: "%02d:%02d", $0 / 60 % 24, $0 % 60) }
      #expect(rows.contains { row in clocks.contains { row.hasPrefix("\($0) [lobby] #1") } })
      try ana.press("C-c")
      try stage.expectEnd(of: ana)
    }
  }

  @Test func `has posts written in the editor, and read in the pager`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      // The shell reads it: a file just written may still be open in a child of another test, and
      // is not executed then.
      let editor = stage.path("editor")
      let files = stage.path("files")
      try "seq 1 50 >\"$1\"\nls -l /proc/$$/fd >\(files)\n".write(
        toFile: editor, atomically: true, encoding: .utf8)
      let variables = "EDITOR=\"sh \(editor)\" PAGER=\"more -e\""
      let ana = try stage.chat(as: "ana", variables: variables, rows: 10)
      try ana.enter("/post Numbers")
      try ana.expect("#1 ana posted \"Numbers\": /read 1")
      // It has the terminal, and nothing of the connection.
      let held = try stage.text(of: "files")
      #expect(held.contains(" 0 -> ") && !held.contains("socket:"), "\(held)")
      try ana.enter("/list")
      try ana.expect("ok 1 post in lobby; /read N shows one:")
      try ana.enter("/read 1")
      try ana.expect("--More--")
      try ana.press("q")
      try ana.expectLast("[lobby]")
      try ana.enter("still here")
      try ana.expect("#2 ana: still here")
      try ana.press("C-c")
      try stage.expectEnd(of: ana)
    }
  }

  @Test func `has a pager without naming one`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      // A pager that counts what it is given.
      let programs = stage.path("programs")
      mkdir(programs, 0o700)
      symlink("/usr/bin/wc", programs + "/less")
      let ana = try stage.chat(
        as: "ana", variables: "env -u PAGER PATH=\(programs)", rows: 10)
      try ana.enter("/help")
      try ana.expect("the counts") { $0.contains { $0.contains(/^ *[0-9]+ +[0-9]+ +[0-9]+$/) } }
      try ana.expectLast("[lobby]")
      try ana.enter("/help who")
      try ana.expect("ok who: ")
      try ana.press("C-c")
      try stage.expectEnd(of: ana)
    }
  }

  @Test func `talks over TLS, and is told where that is not to be`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage(starting: false)
      try stage.startWithCertificate()
      let port = try stage.server.portWithTLS
      let ana = try stage.chat("--tls-pin ana@127.0.0.1:\(port)")
      try ana.expect("*** the certificate of 127.0.0.1:\(port) is remembered: SHA-256 ")
      try ana.expectLast("[lobby]")
      try ana.enter("in private")
      try ana.expect("#1 ana: in private")
      try ana.enter("/exit")
      try stage.expectEnd(of: ana)
      // Without TLS that port says what it wants, and what it is told is no certificate.
      let clear = try stage.chat("ana@127.0.0.1:\(port)")
      try clear.expect("this port takes TLS only; connect again with TLS")
      try clear.press("C-c")
      try stage.expectEnd(of: clear)
      let verified = try stage.chat("--tls ana@127.0.0.1:\(port)")
      try verified.expect("error not_trusted: the server's certificate is not to be trusted: no ")
      try verified.press("C-c")
      try stage.expectEnd(of: verified)
    }
  }

  @Test func `is not moved about on with --plain`() async throws {
    try await onItsOwnThread {
      let stage = try ChatStage()
      try stage.server.admin("create zoe", input: "correct horse\n")
      let zoe = try stage.chat("--plain zoe@\(stage.address)")
      try zoe.expectLast("Password of zoe:")
      try zoe.enter("correct horse")
      try zoe.expect("You are zoe")
      try zoe.enter("hello")
      let rows = try zoe.expect("#1 zoe: hello")
      #expect(!rows.contains { $0.contains("horse") }, "\(rows)")
      try zoe.enter("/passwd")
      try zoe.expectLast("Old password:")
      try zoe.press("C-c")
      try stage.expectEnd(of: zoe)
      let again = try stage.chat("--plain ana@\(stage.address)", variables: "TERM=dumb")
      try again.expect("You are ana")
      try again.press("C-d")
      try stage.expectEnd(of: again)
    }
  }
}
