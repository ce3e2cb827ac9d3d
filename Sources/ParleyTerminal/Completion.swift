/// What Tab makes of the word before the cursor.
package struct Completion: Hashable, Sendable {
  /// What can be meant by a word.
  package struct Words: Sendable {
    /// First words of commands, with or without a sign before them.
    package var commands: [String]
    /// Who is here.
    package var names: [String]
    /// Who else is known: offered where a command takes a name.
    package var acquaintances: [String]
    package var rooms: [String]
    /// What the word is, where it is an argument.
    package var argument: Argument

    package init(
      commands: [String] = [], names: [String] = [], acquaintances: [String] = [],
      rooms: [String] = [], argument: Argument = .any
    ) {
      self.commands = commands
      self.names = names
      self.acquaintances = acquaintances
      self.rooms = rooms
      self.argument = argument
    }
  }

  /// What a command takes in a place.
  package enum Argument: Hashable, Sendable {
    case any, name, room, command

    /// What a word behind those that are there is, by what is said of the command's arguments:
    /// `[#ROOM] NAME [REASON]`.
    package init(behind given: [Substring], of arguments: String) {
      var words = arguments.split(separator: " ")[...]
      // A room that is left out has its sign where it is not.
      if words.first == "[#ROOM]", given.first?.hasPrefix("#") != true { words.removeFirst() }
      switch words.dropFirst(given.count).first {
      case "NAME", "[NAME]": self = .name
      case "ROOM": self = .room
      case "[COMMAND]": self = .command
      default: self = .any
      }
    }
  }

  /// How many characters before the cursor are replaced.
  package var replaced: Int
  /// By what; nil where nothing more is certain.
  package var text: String?
  /// What may be meant, where it is several; in their order.
  package var candidates: [String]

  /// How many candidates are named at most.
  package static let candidatesMax = 100

  /// Completes the word that ends what lies before the cursor; nil where nothing is meant by it.
  package init?(_ before: String, _ words: Words) {
    let word = String(before.reversed().prefix { $0 != " " && $0 != "\n" }.reversed())
    let isFirst = word.count == before.count
    let candidates: [String]
    let end: String
    switch word.first {
    case nil: return nil
    case "/", "%":
      guard isFirst || words.argument == .command else { return nil }
      candidates = words.commands
      end = " "
    case "#":
      candidates = words.rooms.map { "#" + $0 }
      end = " "
    case "@":
      candidates = (words.names + words.acquaintances).map { "@" + $0 }
      end = " "
    default:
      // A name that begins a line addresses somebody; behind a command it is just a name.
      let verbs = isFirst ? words.commands.filter { $0.hasPrefix(word) } : []
      candidates = verbs + (isFirst ? words.names : Self.candidates(words))
      end = isFirst && verbs.isEmpty ? ": " : " "
    }
    let fitting = Self.sorted(candidates.filter { Self.begins($0, with: word) })
    guard let first = fitting.first else { return nil }
    self.replaced = word.count
    if fitting.count == 1 {
      self.text = first + end
      self.candidates = []
      return
    }
    let common = fitting.dropFirst().reduce(first) { Self.commonPrefix($0, $1) }
    self.text = common.count > word.count ? common : nil
    self.candidates = Array(fitting.prefix(Self.candidatesMax))
  }

  /// For an argument without a sign before it.
  private static func candidates(_ words: Words) -> [String] {
    switch words.argument {
    case .any: words.names + words.acquaintances + words.rooms
    case .name: words.names + words.acquaintances
    case .room: words.rooms
    case .command: words.commands.map { $0.hasPrefix("/") ? String($0.dropFirst()) : $0 }
    }
  }

  /// Words in lines of so many columns, two spaces between them; none is broken.
  package static func lines(of words: [String], columns: Int) -> [String] {
    var lines: [String] = []
    for word in words {
      let line = lines.last.map { $0 + "  " + word } ?? word
      if lines.isEmpty || CharacterWidth.columns(of: line) >= columns {
        lines.append(word)
      } else {
        lines[lines.count - 1] = line
      }
    }
    return lines
  }

  private static func sorted(_ words: [String]) -> [String] {
    Set(words).sorted { ($0.lowercased(), $0) < ($1.lowercased(), $1) }
  }

  private static func begins(_ candidate: String, with word: String) -> Bool {
    candidate.count >= word.count && candidate.lowercased().hasPrefix(word.lowercased())
  }

  private static func commonPrefix(_ left: String, _ right: String) -> String {
    String(
      zip(left, right).prefix { $0.lowercased() == $1.lowercased() }.map(\.0))
  }
}
