/// What a line is compared with: `*` stands for anything, `?` for one character, `\` takes the
/// meaning from what follows.
package struct TalkPattern: Sendable, CustomStringConvertible {
  private enum Part: Equatable {
    case character(Character)
    case one
    case any
  }

  package let description: String
  private let parts: [Part]

  package init(_ text: String) {
    self.description = text
    var parts: [Part] = []
    var escaped = false
    for character in text {
      switch character {
      case _ where escaped:
        parts.append(.character(character))
        escaped = false
      case "\\": escaped = true
      case "*": if parts.last != .any { parts.append(.any) }
      case "?": parts.append(.one)
      case _: parts.append(.character(character))
      }
    }
    self.parts = parts
  }

  /// Whether the whole line is as the pattern says.
  package func matches(_ line: String) -> Bool {
    let line = Array(line)
    var place = 0
    var part = 0
    // Where the last `*` was, and where the line stood then: on a mismatch it takes one more.
    var star: (part: Int, place: Int)?
    while place < line.count {
      if part < self.parts.count {
        switch self.parts[part] {
        case .any:
          star = (part, place)
          part += 1
          continue
        case .one:
          part += 1
          place += 1
          continue
        case .character(let wanted):
          if wanted == line[place] {
            part += 1
            place += 1
            continue
          }
        }
      }
      guard let last = star else { return false }
      star = (last.part, last.place + 1)
      part = last.part + 1
      place = last.place + 1
    }
    return self.parts[part...].allSatisfy { $0 == .any }
  }
}
