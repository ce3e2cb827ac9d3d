import NIOCore
import ParleyDoorKit
import ParleyLineDoor
import ParleyModel
import Testing

@Suite struct `The command table` {
  static let places: [(row: CommandRow, form: CommandForm, spelling: String)] =
    CommandTable.rows.flatMap { row in
      row.forms.flatMap { form in form.spellings.map { (row, form, $0) } }
    }

  static func line(_ spelling: String, _ arguments: String) -> String {
    (arguments.isEmpty ? spelling : spelling + " " + arguments) + "\n"
  }

  @Test func `has each spelling once`() {
    #expect(Set(CommandTable.spellings).count == CommandTable.spellings.count)
  }

  @Test(arguments: CommandTable.spellings)
  func `understands the examples of each row`(spelling: String) throws {
    let place = try #require(Self.places.first { $0.spelling == spelling })
    for example in place.form.examples {
      var talk = LineTalk.inside()
      let requests = talk.send(Self.line(spelling, example))
      for request in requests {
        if case .misuse(let refusal) = request.command {
          // Nobody has a certificate here.
          #expect(
            spelling == "/cancel" || refusal == .noCertificate,
            "\(spelling) \(example): \(refusal)")
        }
      }
      #expect(requests.count == 1, "\(spelling) \(example)")
    }
  }

  @Test(arguments: CommandTable.spellings)
  func `answers misuse of each row with its usage and says nothing aloud`(spelling: String) throws {
    let place = try #require(Self.places.first { $0.spelling == spelling })
    for misuse in place.form.misuses {
      var talk = LineTalk.inside()
      let commands = talk.commands(Self.line(spelling, misuse))
      guard case .misuse(.badArguments(let usage))? = commands.first, commands.count == 1 else {
        Issue.record("\(spelling) \(misuse): \(commands)")
        continue
      }
      #expect(usage.hasPrefix(place.form.usage(spelling)), "\(spelling) \(misuse)")
    }
  }

  /// A usage with its optional parts left out, and with them, and values for its words.
  static func instances(of arguments: String) -> [String] {
    var texts = [""]
    var rest = arguments[...]
    while let first = rest.first {
      if first == "[" {
        var depth = 0
        guard
          let end = rest.indices.first(where: { index in
            depth += rest[index] == "[" ? 1 : rest[index] == "]" ? -1 : 0
            return depth == 0
          })
        else { return [] }
        let inner = Self.instances(of: String(rest[rest.index(after: rest.startIndex)..<end]))
        texts = texts + texts.flatMap { text in inner.map { text + $0 } }
        rest = rest[rest.index(after: end)...]
      } else {
        let plain = rest.prefix { $0 != "[" }
        // `A or B` is one or the other.
        let choices = plain.split(separator: " or ").map(String.init)
        let parts = choices.count > 1 ? choices : [String(plain)]
        texts = texts.flatMap { text in parts.map { text + " " + $0 } }
        rest = rest[plain.endIndex...]
      }
    }
    return texts
  }

  static let values = [
    "ROOM": "python", "#ROOM": "#python", "NAME": "bob", "@NAME": "@bob", "N": "42", "<N": "<42",
    "<SEQ": "<42",
    "TEXT": "a text", "SUBJECT": "Minutes", "BODY": "All agreed.", "WORDS": "see you",
    "COMMAND": "join", "HOST": "127.0.0.1", "PORT": "6789", "|": "|",
    "CODE": "abc", "DAYS": "3", "MASK": "*bot*", "FOR": "2h", "REASON": "no adverts",
    "SETTING": "slow", "VALUE": "30", "by": "by", "add": "add",
    "remove": "remove",
  ]

  @Test func `has usages that are themselves right`() {
    for place in Self.places where place.row.name != "set" && place.row.name != "token" {
      for instance in Self.instances(of: place.form.arguments) {
        let words = instance.split(separator: " ").map { Self.values[String($0)] ?? "?\($0)?" }
        #expect(!words.joined().contains("?"), "\(place.form.arguments): \(words)")
        var talk = LineTalk.inside()
        let commands = talk.commands(Self.line(place.spelling, words.joined(separator: " ")))
        if case .misuse(let refusal)? = commands.first {
          #expect(
            place.spelling == "/cancel" || refusal == .noCertificate,
            "\(place.spelling) \(words): \(refusal)")
        }
      }
    }
  }

  @Test func `refuses a name that is none on every row that takes one`() {
    for place in Self.places {
      for word in ["ROOM", "NAME", "#ROOM"] {
        let words = place.form.arguments.replacing("[", with: "").replacing("]", with: "")
          .replacing("#ROOM or @NAME", with: "#ROOM")
          .split(separator: " ").map(String.init)
        guard words.contains(word) else { continue }
        let given = words.map {
          $0 == word ? (word == "#ROOM" ? "#a/b" : "a/b") : Self.values[$0] ?? ""
        }
        var talk = LineTalk.inside()
        let commands = talk.commands(Self.line(place.spelling, given.joined(separator: " ")))
        guard case .misuse(.badName)? = commands.first else {
          Issue.record("\(place.spelling) \(given): \(commands)")
          continue
        }
        #expect(place.row.refusals.contains("bad_name"), "\(place.spelling)")
      }
    }
  }

  @Test func `names refusals of the catalogue only`() {
    let codes = Set(`Every refusal`.all.map(\.code))
    for row in CommandTable.rows {
      #expect(Set(row.refusals).isSubset(of: codes), "\(row.name)")
    }
  }

  @Test(arguments: [
    ("/jion", "/join"), ("/exti", "/exit"), ("/roms", "/rooms"), ("%grouppots", "%grouppost"),
    ("/histroy", "/history"), ("/part", "/leave"), ("%usrs", "%users"), ("/JOIN", "/join"),
  ])
  func `suggests the nearest command`(given: String, nearest: String) {
    #expect(CommandTable.nearest(to: given) == nearest)
  }

  @Test(arguments: ["/frobnicate", "/", "%zzz", "/xyzzy"])
  func `suggests nothing that is not near`(given: String) {
    #expect(CommandTable.nearest(to: given) == nil)
  }

  @Test func `is all in the overview of help, and each row has its own`() {
    var talk = LineTalk.inside()
    talk.send("/help\n")
    let overview = talk.answer(.local)
    for row in CommandTable.rows {
      #expect(overview.contains(row.forms.first?.spellings.first ?? "?"))
      for word in row.forms.flatMap(\.spellings) {
        talk.send("/help \(word)\n")
        let text = talk.answer(.local)
        #expect(text.hasPrefix("ok \(row.name): "), "\(word)")
        for form in row.forms {
          for spelling in form.spellings { #expect(text.contains(form.usage(spelling))) }
        }
      }
    }
  }
}
