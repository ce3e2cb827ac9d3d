/// What Tab makes of the word before the cursor.
package struct Completion: Hashable, Sendable {
  /// What can be meant by a word.
  package struct Words: Sendable {
    /// First words of commands.
    package var commands: [String]
    package var names: [String]
    package var rooms: [String]

    package init(commands: [String] = [], names: [String] = [], rooms: [String] = []) {
      self.commands = commands
      self.names = names
      self.rooms = rooms
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
      guard isFirst else { return nil }
      candidates = words.commands
      end = " "
    case "#":
      candidates = words.rooms.map { "#" + $0 }
      end = " "
    case "@":
      candidates = words.names.map { "@" + $0 }
      end = " "
    default:
      // A name that begins a line addresses somebody; behind a command it is just a name.
      candidates = isFirst ? words.names : words.names + words.rooms
      end = isFirst ? ": " : " "
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
