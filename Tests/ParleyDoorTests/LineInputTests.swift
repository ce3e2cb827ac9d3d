import NIOCore
import ParleyDoorKit
import ParleyLineDoor
import ParleyModel
import Testing

@Suite struct `A line of line mode` {
  static func commands(_ text: String) -> [Command] {
    var talk = LineTalk.inside()
    return talk.commands(text)
  }

  static func said(_ text: String) -> Command { .say(.current, .say, text) }

  static func isMisuse(_ commands: [Command]) -> Bool {
    guard case .misuse? = commands.first else { return false }
    return commands.count == 1
  }

  @Test(arguments: [
    ("hello all", "hello all"), ("//etc", "/etc"), ("%%d", "%d"), (" /join x", "/join x"),
    (" WHO are you", "WHO are you"), ("  two spaces", " two spaces"), ("LOL", "LOL"),
    ("OK then", "OK then"), ("Who is it", "Who is it"), ("who", "who"), ("JOINED it", "JOINED it"),
    ("I say", "I say"), ("dmitri came", "dmitri came"), ("msgs", "msgs"), ("é", "é"),
    ("tab\there", "tab\there"), ("trailing ", "trailing "), ("/say /join x", "/join x"),
    ("SAY hello", "hello"), ("/say  two", " two"), (".", "."), ("#python", "#python"),
  ])
  func `is said`(line: String, text: String) {
    #expect(Self.commands(line + "\n") == [Self.said(text)])
  }

  @Test func `that is said asks for no answer but its echo`() {
    var talk = LineTalk.inside()
    #expect(talk.send("hello\n/me waves\n").map(\.tag) == [.none, .none])
    #expect(talk.send("/rooms\n").first?.tag != RequestTag.none)
  }

  private static let refusals: [(String, Refusal)] = [
    ("", .badText(.empty)), ("   ", .badText(.empty)), ("\t", .badText(.empty)),
    ("a\u{0}b", .badText(.nul)), ("a\u{1B}[2J", .badText(.control)),
    ("a\u{202E}b", .badText(.bidirectional)), ("a\u{2066}b", .badText(.bidirectional)),
    ("a\u{2028}b", .badText(.lineSeparator)), ("a\rb", .badText(.control)),
    ("/dm bob a\u{1B}", .badText(.control)), ("/topic \u{202E}", .badText(.bidirectional)),
    (String(repeating: "x", count: 4_097), .tooLong(.message, bytesMax: 4_096)),
    (String(repeating: "x", count: 9_000), .tooLong(.line, bytesMax: 8_192)),
    ("/topic " + String(repeating: "x", count: 401), .tooLong(.topic, bytesMax: 400)),
    ("/away " + String(repeating: "x", count: 201), .tooLong(.awayText, bytesMax: 200)),
    ("/exit " + String(repeating: "x", count: 201), .tooLong(.lastWord, bytesMax: 200)),
    ("%post " + String(repeating: "x", count: 201) + " b", .tooLong(.subject, bytesMax: 200)),
    ("/jion python", .badCommand("/jion", nearest: "/join")),
    ("/frobnicate", .badCommand("/frobnicate", nearest: nil)),
    ("/\u{1B}[2J", .badCommand("/\u{FFFD}[2J", nearest: nil)),
    ("dm bob psst", .badCommand("dm", nearest: "DM NAME TEXT")),
    ("Msg bob psst", .badCommand("Msg", nearest: "DM NAME TEXT")),
    ("MSG bob psst", .badCommand("MSG", nearest: "DM NAME TEXT")),
    ("LOGIN bob secret", .badCommand("LOGIN", nearest: "/login")),
    (
      "%post \"The minutes All agreed.",
      .badArguments(usage: "%post SUBJECT BODY; the quote is not closed")
    ),
    ("JOIN", .badArguments(usage: "JOIN ROOM")),
    ("WHO are you", .badArguments(usage: "WHO")),
    ("LEAVE me alone", .badArguments(usage: "LEAVE")),
    ("/names python", .badArguments(usage: "/names [#ROOM]")),
  ]

  @Test(arguments: Self.refusals)
  func `is refused and not said`(line: String, refusal: Refusal) {
    #expect(Self.commands(line + "\n") == [.misuse(refusal)])
  }

  @Test func `of 4,096 bytes is said`() {
    let text = String(repeating: "x", count: 4_096)
    #expect(Self.commands(text + "\n") == [Self.said(text)])
  }

  @Test func `that is not UTF-8 is refused`() {
    var talk = LineTalk.inside()
    let requests = talk.send(bytes: [0x61, 0xFE, 0x0A])
    #expect(requests.map(\.command) == [.misuse(.badText(.notUTF8))])
  }

  @Test func `asks for what the table says`() {
    let bob = Sample.name("bob")
    let python = Sample.room("python")
    let pairs: [(String, Command)] = [
      ("/join #python", .join(python)), ("JOIN python", .join(python)),
      ("/add python", .add(python)),
      ("%groupjoin python", .add(python)), ("%join", .add(.lobby)),
      ("/leave", .leave(.current, then: .lobby)),
      ("/leave #python", .leave(.named(python), then: .lobby)),
      ("LEAVE", .leave(.current, then: .nowhere)),
      ("%leave", .leave(.named(.lobby), then: .nowhere)),
      ("%groupleave python", .leave(.named(python), then: .nowhere)),
      ("/me waves", .say(.current, .action, "waves")),
      (
        "/post The minutes | All agreed.",
        .post(.current, subject: "The minutes", body: "All agreed.")
      ),
      (
        "%post Minutes All agreed.",
        .post(.named(.lobby), subject: "Minutes", body: "All agreed.")
      ),
      (
        "%grouppost python \"The minutes\" All agreed.",
        .post(.named(python), subject: "The minutes", body: "All agreed.")
      ),
      ("/reply 44 Thank you.", .reply(.current, to: Sequence(44), body: "Thank you.")),
      ("/list", .list(.current)), ("%list", .list(.named(.lobby))),
      ("%grouplist python", .list(.named(python))),
      ("/read 44", .read(.room(.current), Sequence(44))),
      ("/read @bob 7", .read(.direct(bob), Sequence(7))),
      ("%message 44", .read(.room(.named(.lobby)), Sequence(44))),
      ("%groupmessage python 44", .read(.room(.named(python)), Sequence(44))),
      ("/remove #python 42", .remove(.room(.named(python)), Sequence(42))),
      ("/history", .history(.room(.current), limit: nil)),
      ("/history 50", .history(.room(.current), limit: 50)),
      ("/history #50 20", .history(.room(.named(Sample.room("50"))), limit: 20)),
      ("/history @bob 5", .history(.direct(bob), limit: 5)),
      ("/who", .who(.current, membersOnly: false)), ("WHO", .who(.current, membersOnly: false)),
      ("%users", .who(.named(.lobby), membersOnly: true)),
      ("%groupusers python", .who(.named(python), membersOnly: false)), ("/rooms", .rooms),
      ("%groups", .rooms), ("/dm bob psst", .direct(.named(bob), .say, "psst")),
      ("/msg @bob psst", .direct(.named(bob), .say, "psst")),
      ("DM bob psst", .direct(.named(bob), .say, "psst")),
      ("/r psst", .direct(.last, .say, "psst")),
      ("/topic", .topic(.current)), ("/topic #python", .topic(.named(python))),
      ("/topic snakes", .setTopic(.current, "snakes")), ("/topic -", .setTopic(.current, "")),
      ("/whois bob", .whois(bob)), ("/away", .away(nil)), ("/away lunch", .away("lunch")),
      ("/ignore bob", .ignore(bob)), ("/nick bob", .nick(bob)), ("/help", .local),
      ("%help post", .local), ("/set", .local), ("/connect 127.0.0.1 6789", .local),
      ("/exit", .quit(.quit(""))), ("QUIT see you", .quit(.quit("see you"))),
      ("%exit", .quit(.quit(""))),
    ]
    for (line, command) in pairs { #expect(Self.commands(line + "\n") == [command], "\(line)") }
  }

  @Test func `in capitals is said when verbs are off, but for direct messages`() {
    var talk = LineTalk.inside()
    talk.send("/set verbs off\n")
    #expect(talk.commands("WHO are you\n") == [Self.said("WHO are you")])
    #expect(talk.commands("QUIT\n") == [Self.said("QUIT")])
    #expect(
      talk.commands("DM bob psst\n") == [.misuse(.badCommand("DM", nearest: "/dm NAME TEXT"))])
    talk.send("/set verbs on\n")
    #expect(talk.commands("WHO\n") == [.who(.current, membersOnly: false)])
  }

  @Test func `after the exit is not read`() {
    #expect(Self.commands("/exit\nhello\n") == [.quit(.quit(""))])
  }

  @Test func `that cannot be read, twenty times in a row, ends the session`() {
    var talk = LineTalk.inside()
    for _ in 0..<19 { talk.send(bytes: [0xFF, 0xFF, 0x0A]) }
    talk.send("hello\n")
    for _ in 0..<19 { talk.send(bytes: [0xFF, 0xFF, 0x0A]) }
    #expect(talk.failure == nil)
    talk.send(bytes: [0xFF, 0xFF, 0x0A])
    #expect(talk.failure == .garbage("20 lines in a row could not be read"))
  }

  @Test(arguments: UInt64(1)...25)
  func `asks for the same however the bytes are cut`(seed: UInt64) {
    var numbers = SeededNumbers(state: seed)
    let lines = CommandTable.rows.filter { $0.name != "exit" }.flatMap { row in
      row.forms.flatMap { form in
        form.spellings.flatMap { spelling in
          (form.examples + form.misuses).map { spelling + " " + $0 }
        }
      }
    }
    var text = ""
    for _ in 0..<60 {
      text +=
        (lines.randomElement(using: &numbers) ?? "")
        + (Bool.random(using: &numbers) ? "\r\n" : "\n")
    }
    text += "naïve\u{8}\u{15}x\n.\n"
    var whole = LineTalk.inside()
    whole.send(text)
    var cut = LineTalk.inside()
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let length = Int.random(in: 1...40, using: &numbers)
      cut.send(bytes: Array(rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
    #expect(whole.requests.map(\.command) == cut.requests.map(\.command))
    #expect(whole.requests.map(\.tag) == cut.requests.map(\.tag))
  }
}

@Suite struct `A post that is written line by line` {
  @Test func `ends with a lone dot`() {
    var talk = LineTalk.inside()
    #expect(
      talk.commands("/post The minutes\nAll agreed.\n\n..\n...x\n.x\n.\nhello\n") == [
        .local,
        .post(.current, subject: "The minutes", body: "All agreed.\n\n.\n..x\n.x"),
        .say(.current, .say, "hello"),
      ])
  }

  @Test func `is given up by cancel`() {
    var talk = LineTalk.inside()
    #expect(
      talk.commands("/post Minutes\nAll\n/cancel\nhello\n") == [
        .local, .local, .say(.current, .say, "hello"),
      ])
    #expect(
      talk.commands("/cancel\n")
        == [.misuse(.badArguments(usage: "/cancel, while a post is being written"))])
  }

  @Test(arguments: [
    ("a\u{1B}b\n", Refusal.badText(.control)), ("", .badText(.empty)), ("\n\n", .badText(.empty)),
    (String(repeating: "x", count: 9_000) + "\n", .tooLong(.line, bytesMax: 8_192)),
    (
      String(repeating: String(repeating: "x", count: 4_000) + "\n", count: 17),
      .tooLong(.post, bytesMax: 65_536)
    ),
  ])
  func `says what is wrong at its end, and nothing of it aloud`(body: String, refusal: Refusal) {
    var talk = LineTalk.inside()
    #expect(
      talk.commands("/post Minutes\n\(body).\nhello\n") == [
        .local, .misuse(refusal), .say(.current, .say, "hello"),
      ])
  }

  @Test func `holds 64 KiB`() {
    var talk = LineTalk.inside()
    let line = String(repeating: "x", count: 1_023) + "\n"
    let body = String(repeating: line, count: 64)
    let commands = talk.commands("/post Minutes\n\(body).\n")
    #expect(
      commands == [
        .local, .post(.current, subject: "Minutes", body: String(body.dropLast())),
      ])
  }

  @Test func `is dropped when the input ends`() {
    var talk = LineTalk.inside()
    talk.send("/post Minutes\nAll")
    #expect(talk.end().map(\.command) == [.quit(.connectionLost)])
  }
}
