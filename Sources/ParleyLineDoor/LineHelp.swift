import ParleyDoorKit
package import ParleyModel

/// The texts of `/help`, made from the command table.
package enum LineHelp {
  /// About everything, or about one command, given in any of its spellings or by its name.
  package static func text(about word: String?) -> Result<String, Refusal> {
    guard let word else { return .success(self.overview) }
    let rows = CommandTable.rows
    let row =
      rows.first { $0.forms.contains { $0.spellings.contains(word) } }
      ?? rows.first { row in
        row.name == word || row.forms.contains { $0.spellings.contains("/" + word) }
      }
    guard let row else {
      let spelling = NameRules.shown(word)
      let nearest = CommandTable.nearest(to: spelling) ?? CommandTable.nearest(to: "/" + spelling)
      return .failure(.badCommand(spelling, nearest: nearest))
    }
    return .success(self.text(about: row))
  }

  private static let overview: String = {
    var lines = ["ok plain text goes to the current room; # before a room is never wrong"]
    let entries = CommandTable.rows.map { row in
      (usage: row.forms.first.map { $0.usage($0.spellings.first ?? "") } ?? "", row.summary)
    }
    let width = min(entries.map(\.usage.count).max() ?? 0, 30)
    for (usage, summary) in entries {
      let gap = String(repeating: " ", count: max(width - usage.count, 0) + 2)
      lines.append("  " + usage + gap + summary)
    }
    lines.append("  /help COMMAND tells its other spellings; // and %% say a line with / or %")
    return lines.joined(separator: "\n")
  }()

  private static func text(about row: CommandRow) -> String {
    var lines = ["ok " + row.name + ": " + row.summary]
    for form in row.forms {
      lines.append("  " + form.spellings.map { form.usage($0) }.joined(separator: ", "))
    }
    lines += row.details.map { "  " + $0 }
    return lines.joined(separator: "\n")
  }
}
