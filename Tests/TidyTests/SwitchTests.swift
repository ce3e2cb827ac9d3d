import Foundation
import Testing

/// The enumerations whose every case each door must answer for.
private let vocabulary = ["Command", "Event", "Reply", "Refusal"]

@Suite struct `A switch over the vocabulary` {
  @Test func `names every case`() throws {
    let cases = try vocabulary.map { try Self.cases(of: $0) }
    for file in try Tree.swift(under: "Sources") {
      for found in file.switchesWithDefault {
        let isOverVocabulary =
          found.subject.contains(/\b(?:command|event|reply|refusal)\b/)
          || cases.contains { $0.intersection(found.cases).count >= 3 }
        #expect(!isOverVocabulary, "\(file):\(found.line): switch \(found.subject)")
      }
    }
  }

  @Test func `is recognised with its default`() {
    let text = """
      switch request.command {
      case .say(let room), .post:
        switch room {
        case .current: break
        }
      default:
        break
      }
      """
    let found = Tree.File(path: "A.swift", text: text).switchesWithDefault
    #expect(found.map(\.subject) == ["request.command"])
    #expect(found.first?.cases == ["say", "post"])
  }

  /// The names of an enumeration's cases.
  private static func cases(of name: String) throws -> Set<String> {
    let file = try Tree.file("Sources/ParleyModel/\(name).swift")
    guard let start = file.lines.firstIndex(where: { $0.contains("public enum \(name):") }) else {
      return []
    }
    let body = file.lines[start...].prefix { $0 != "}" }
    let names = body.compactMap { try? /^  case (\w+)/.firstMatch(in: $0).map { String($0.1) } }
    return Set(names)
  }
}

extension Tree.File {
  /// The switches that have a `default`, each with the names of the cases that it lists.
  ///
  /// The formatter puts `case`, `default` and the closing brace under `switch`.
  var switchesWithDefault: [(line: Int, subject: String, cases: Set<String>)] {
    let lines = self.lines
    return lines.enumerated().compactMap { index, line in
      guard let match = try? /^( *).*\bswitch (.*) \{$/.firstMatch(in: line) else { return nil }
      let indent = String(line.prefix { $0 == " " })
      let body = lines[(index + 1)...].prefix { $0 != indent + "}" }
      guard body.contains(where: { $0.hasPrefix(indent + "default:") }) else { return nil }
      let labels = body.filter { $0.hasPrefix(indent + "case ") }
      let names = labels.flatMap { label in
        label.matches(of: /(?:case |, )(?:let )?\.(\w+)/).map { String($0.1) }
      }
      return (index + 1, String(match.2), Set(names))
    }
  }
}
