import ParleyTesting
import Testing

@Suite struct `A pattern of a script` {
  @Test(arguments: [
    ("ok*", "ok you made python"), ("*python*", "ok you made python"), ("ok", "ok"), ("*", ""),
    ("??:?? [lobby] #1 ana: *", "12:03 [lobby] #1 ana: hello"), ("*a*b*c", "xaxbxbxc"),
    ("* \\* ana waves", "12:03 [lobby] #43 * ana waves"), ("caf?", "caf\u{E9}"),
  ])
  func `matches the whole line`(pattern: String, line: String) {
    #expect(TalkPattern(pattern).matches(line))
  }

  @Test(arguments: [
    ("ok", "ok then"), ("ok*", "not ok"), ("\\*", "x"), ("a?c", "ac"), ("*a*b*c", "xaxbxbx"),
  ])
  func `does not match another one`(pattern: String, line: String) {
    #expect(!TalkPattern(pattern).matches(line))
  }
}

@Suite struct `A script` {
  @Test func `has a title, flags, coverage and steps with their lines`() throws {
    let script = try TalkScript(
      """
      # Two meet.
      covers: join: success misuse bad_name
      flags: --default-backlog all

      Ann: ana
      # A remark.
      Ann sees: *You are ana*
      server stops: 0
      """, name: "two.talk")
    #expect(script.title == "Two meet.")
    #expect(script.flags == ["--default-backlog", "all"])
    #expect(script.covers.map(\.row) == ["join"])
    #expect(script.covers.map(\.words) == [["success", "misuse", "bad_name"]])
    #expect(script.steps.map(\.line) == [5, 7, 8])
  }

  @Test func `sends bytes as they are written`() throws {
    let script = try TalkScript(
      "Ann types: a\\x00\\xFF\\u{202E}\\\\\\r\\n\nAnn types 3: a{n};", name: "bytes.talk")
    guard case .send("Ann", let bytes) = script.steps[0].step,
      case .send("Ann", let counted) = script.steps[1].step
    else {
      Issue.record("not steps that send")
      return
    }
    #expect(bytes == [0x61, 0x00, 0xFF, 0xE2, 0x80, 0xAE, 0x5C, 0x0D, 0x0A])
    #expect(counted == Array("a1;a2;a3;".utf8))
  }

  @Test func `is refused with its name and line where a step means nothing`() {
    #expect {
      try TalkScript("Ann: ana\n\nAnn dances", name: "dance.talk")
    } throws: { error in
      "\(error)" == "dance.talk:3: not a step: Ann dances"
    }
  }
}
