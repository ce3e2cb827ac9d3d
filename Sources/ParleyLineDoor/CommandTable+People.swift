import ParleyDoorKit
import ParleyModel

extension CommandTable {
  static let peopleRows: [CommandRow] = [
    CommandRow(
      "whois", "about somebody",
      refusals: ["bad_name", "no_such_name"],
      forms: [
        CommandForm("/whois", arguments: "NAME", examples: ["bob"], misuses: ["", "bob cy"]) {
          rest throws(Refusal) in
          try rest.name().map { .command(.whois($0)) }
        }
      ]),
    CommandRow(
      "away", "say that you are away; without a text, that you are back",
      refusals: ["bad_text", "too_long"],
      forms: [
        CommandForm("/away", arguments: "[TEXT]", examples: ["", "at lunch"], misuses: []) {
          rest throws(Refusal) in
          guard let text = rest.text() else { return .command(.away(nil)) }
          try TextRules.check(text, .awayText, bytesMax: Limits.awayBytesMax)
          return .command(.away(text))
        }
      ]),
    CommandRow(
      "ignore", "hide somebody from yourself; again, to show",
      refusals: ["bad_name", "no_such_name", "not_permitted", "too_many"],
      forms: [
        CommandForm("/ignore", arguments: "NAME", examples: ["bob"], misuses: ["", "bob cy"]) {
          rest throws(Refusal) in
          try rest.name().map { .command(.ignore($0)) }
        }
      ]),
    CommandRow(
      "nick", "change your name",
      refusals: ["bad_name", "banned", "name_taken"],
      forms: [
        CommandForm("/nick", arguments: "NAME", examples: ["anna"], misuses: ["", "an na"]) {
          rest throws(Refusal) in
          try rest.word().map { word throws(Refusal) in
            .command(.nick(try NameRules.participantName(word)))
          }
        }
      ]),
  ]

  /// An IPv6 address may stand in brackets.
  private static func connect(to host: Substring, _ port: String?) -> LineAction? {
    var host = host
    if host.first == "[" {
      guard host.last == "]" else { return nil }
      host = host.dropFirst().dropLast()
    }
    guard !host.isEmpty, let port = UInt16(port ?? "6789"), port > 0 else { return nil }
    return .connect(host: String(host), port: port)
  }

  static let sessionRows: [CommandRow] = [
    CommandRow(
      "set", "how you are shown things, in this session",
      details: [
        "/set numbers on|off: the numbers of messages.",
        "/set verbs on|off: whether JOIN, SAY, LEAVE, WHO, DM and QUIT in capitals are commands.",
        "/set timezone ZONE: UTC, an offset such as +02:00, or a name such as Europe/Berlin.",
        "/set colour on|off: names in colours, for terminals that know escape sequences.",
      ],
      forms: [
        CommandForm(
          "/set", arguments: "[numbers or verbs or colour [on or off] or timezone [ZONE]]",
          examples: ["", "numbers", "numbers off", "timezone +02:00", "colour on", "verbs off"],
          misuses: ["size 3", "numbers maybe", "timezone Mars/Base", "numbers on off"]
        ) { rest in
          guard let word = rest.word() else { return .show(nil) }
          let known = word == "color" ? LineSetting.colour : LineSetting(rawValue: word)
          guard let setting = known else { return nil }
          guard let value = rest.word() else { return .show(setting) }
          switch setting {
          case .numbers, .verbs, .colour: guard value == "on" || value == "off" else { return nil }
          case .timezone: guard LineZone(value) != nil else { return nil }
          }
          return .set(setting, value)
        }
      ]),
    CommandRow(
      "help", "this list; /help COMMAND says more",
      refusals: ["bad_command"],
      forms: [
        CommandForm(
          "/help", "%help", arguments: "[COMMAND]", examples: ["", "join", "/post"],
          misuses: ["join leave"]
        ) { rest in
          .help(rest.word())
        }
      ]),
    CommandRow(
      "exit", "leave the server, with a last word if you like",
      refusals: ["bad_text", "too_long"],
      forms: [
        CommandForm(
          "/exit", "/quit", "%exit", "QUIT", arguments: "[WORDS]",
          examples: ["", "see you tomorrow"], misuses: []
        ) { rest throws(Refusal) in
          guard let text = rest.text() else { return .command(.quit(.quit(""))) }
          try TextRules.check(text, .lastWord, bytesMax: Limits.awayBytesMax)
          return .command(.quit(.quit(text)))
        }
      ]),
    CommandRow(
      "connect", "connect to another server: only in parley chat",
      details: ["HOST:PORT is understood, too, and HOST alone, whose port is 6789 then."],
      forms: [
        CommandForm(
          "/connect", "%connect", arguments: "HOST PORT",
          examples: ["127.0.0.1 6789", "127.0.0.1:6789", "127.0.0.1", "[::1]:6789", "::1"],
          misuses: ["", "127.0.0.1:port", "127.0.0.1 port", "127.0.0.1 6789 now"]
        ) { rest in
          guard let word = rest.word() else { return nil }
          guard rest.isAtEnd else {
            return rest.number().flatMap { Self.connect(to: word[...], String($0)) }
          }
          guard let colon = word.lastIndex(of: ":"),
            word.first == "[" || word.firstIndex(of: ":") == colon
          else { return Self.connect(to: word[...], nil) }
          if word.last == "]" { return Self.connect(to: word[...], nil) }
          return Self.connect(to: word[..<colon], String(word[word.index(after: colon)...]))
        }
      ]),
  ]
}
