import ParleyDoorKit
import ParleyModel
import Testing

@Suite struct `A participant's name` {
  @Test(arguments: ["ana", "Łukasz", "李雷", "ana_2-3.x", "प्रिया", "a[b]{c}|^`", "-"])
  func `may hold letters, digits, marks and some punctuation`(text: String) throws {
    #expect(try NameRules.participantName(text).text == text)
  }

  @Test(arguments: [
    ("", Refusal.NameFault.empty), ("a b", .badCharacter), ("a/b", .badCharacter),
    ("#ana", .badCharacter), ("ana\u{202E}", .badCharacter), ("a\u{0}", .badCharacter),
    ("a\u{200D}b", .badCharacter), ("a\u{3164}", .badCharacter), ("😀", .badCharacter),
    ("{ana", .badStart), ("[ana", .badStart), ("\u{301}a", .badStart),
    (String(repeating: "a", count: 33), .tooLong),
    (String(repeating: "a", count: 10_000), .tooLong),
    (String(repeating: "𝔞", count: 33), .tooLong), ("server", .reserved), ("Parley", .reserved),
    ("NickServ", .reserved), ("ChanServ", .reserved), ("раrlеу", .reserved),
    ("a" + String(repeating: "\u{300}", count: 6), .badCharacter),
  ])
  func `is refused with what is wrong`(text: String, fault: Refusal.NameFault) {
    do {
      _ = try NameRules.participantName(text)
      Issue.record("\(text) was taken")
    } catch {
      guard case .badName(_, fault) = error else {
        Issue.record("\(error)")
        return
      }
    }
  }

  @Test func `of 32 scalars is the longest`() throws {
    let text = String(repeating: "ж", count: 32)
    #expect(try NameRules.participantName(text).text == text)
  }

  @Test func `is shown in NFC`() throws {
    let name = try NameRules.participantName("Jose\u{301}")
    #expect(name.text.unicodeScalars.elementsEqual("Jos\u{E9}".unicodeScalars))
  }

  @Test func `that is refused is repeated without what a terminal acts on`() {
    #expect(throws: Refusal.badName("a\u{FFFD}[2J", .badCharacter)) {
      try NameRules.participantName("a\u{1B}[2J")
    }
  }
}

@Suite struct `A room's name` {
  @Test func `may be written with a number sign`() throws {
    #expect(try NameRules.roomName("#python") == NameRules.roomName("python"))
    #expect(try NameRules.roomName("#python").text == "python")
  }

  @Test(arguments: ["a[b", "a|b", "##a", "a,b", "a:b", "#"])
  func `has less punctuation than a person's`(text: String) {
    #expect(throws: Refusal.self) { try NameRules.roomName(text) }
  }

  @Test func `of 64 scalars is the longest`() throws {
    #expect(try NameRules.roomName(String(repeating: "r", count: 64)).text.count == 64)
    #expect(throws: Refusal.self) { try NameRules.roomName(String(repeating: "r", count: 65)) }
  }
}

@Suite struct `The key of a name` {
  @Test func `of the lobby is the model's`() throws {
    #expect(try NameRules.roomName("lobby").key == Name.lobby.key)
    #expect(try NameRules.roomName("LOBBY") == Name.lobby)
  }

  @Test(arguments: [
    ("ana", "ANA"), ("straße", "STRASSE"), ("ΣΊΣΥΦΟΣ", "σίσυφος"),
    ("Jos\u{E9}", "Jose\u{301}"), ("\u{FF41}\u{FF4E}\u{FF41}", "ana"), ("ﬁona", "fiona"),
    // Cyrillic letters that look Latin, in small letters and capitals.
    ("раураl", "paypal"), ("Воb", "bob"), ("аna", "ana"), ("ВАСЯ", "вася"),
    // One stroke, round things, and rn.
    ("AIice", "Alice"), ("a1ice", "alice"), ("Iobby", "lobby"), ("l0bby", "lobby"),
    ("rnary", "mary"), ("b|ll", "bill"), ("𝒶𝓃𝒶", "ana"),
  ])
  func `is one for names that are equal or look alike`(left: String, right: String) {
    #expect(NameKey.key(of: left) == NameKey.key(of: right))
  }

  @Test(arguments: [("ana", "anna"), ("bob", "bo"), ("n", "v"), ("u", "y"), ("user2", "user3")])
  func `differs for names that differ`(left: String, right: String) {
    #expect(NameKey.key(of: left) != NameKey.key(of: right))
  }

  @Test func `is the same with and without the short way for ASCII`() {
    for byte in UInt8(0x21)...0x7E {
      let text = String(Unicode.Scalar(byte))
      // A letter that is not ASCII takes the long way; its own key comes last.
      let long = NameKey.key(of: text + "ж")
      #expect(long.hasPrefix(NameKey.key(of: text)), "\(text)")
    }
  }

  @Test func `of a key is the key`() {
    for value in UInt32(0x21)...0x2FFF {
      guard let scalar = Unicode.Scalar(value) else { continue }
      guard scalar.properties.isAlphabetic, (try? NameRules.roomName(String(scalar))) != nil
      else { continue }
      let key = NameKey.key(of: String(scalar))
      #expect(NameKey.key(of: key) == key, "U+\(String(value, radix: 16))")
    }
  }
}
