import ParleyDoorKit
import ParleyModel

/// The commands of line mode: what is parsed, helped with, suggested, documented and tested.
package enum CommandTable {
  package static let rows: [CommandRow] =
    Self.roomRows + Self.messageRows + Self.boardRows + Self.peopleRows + Self.accountRows
    + Self.moderationRows + Self.administrationRows + Self.serverRows + Self.sessionRows

  /// The row and form that a first word stands for.
  package static func find(_ spelling: Substring) -> (row: CommandRow, form: CommandForm)? {
    guard let place = Self.places[spelling] else { return nil }
    return (Self.rows[place.row], Self.rows[place.row].forms[place.form])
  }

  /// The spelling nearest to one that does not exist, at most two changes away.
  package static func nearest(to spelling: String) -> String? {
    guard let sigil = spelling.utf8.first, (3...24).contains(spelling.utf8.count) else {
      return nil
    }
    if let synonym = Self.synonyms[spelling.lowercased()] { return synonym }
    let given = Array(spelling.lowercased().utf8)
    var best: (distance: Int, spelling: String)?
    for candidate in Self.spellings where candidate.utf8.first == sigil {
      let distance = Self.distance(given, Array(candidate.utf8))
      // Two changes make any short word of another.
      guard distance <= (given.count <= 4 ? 1 : 2) else { continue }
      if best == nil || distance < (best?.distance ?? 0) { best = (distance, candidate) }
    }
    return best?.spelling
  }

  /// What other chats call these commands.
  private static let synonyms = ["/part": "/leave", "/query": "/dm", "/whisper": "/dm"]

  /// All first words, in the order of the table.
  package static let spellings: [String] = Self.rows.flatMap { row in
    row.forms.flatMap(\.spellings)
  }

  private struct Place {
    var row: Int
    var form: Int
  }

  private static let places: [Substring: Place] = {
    var places: [Substring: Place] = [:]
    for (row, value) in Self.rows.enumerated() {
      for (form, value) in value.forms.enumerated() {
        for spelling in value.spellings {
          assert(places[Substring(spelling)] == nil, "two rows have one spelling")
          places[Substring(spelling)] = Place(row: row, form: form)
        }
      }
    }
    return places
  }()

  /// Optimal string alignment: insertions, deletions, substitutions, and swaps of neighbours.
  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var older: [Int] = []
    var old = Array(0...right.count)
    for (i, a) in left.enumerated() {
      var row = [i + 1]
      for (j, b) in right.enumerated() {
        var cost = min(row[j] + 1, old[j + 1] + 1, old[j] + (a == b ? 0 : 1))
        if i > 0, j > 0, a == right[j - 1], left[i - 1] == b { cost = min(cost, older[j - 1] + 1) }
        row.append(cost)
      }
      older = old
      old = row
    }
    return old[right.count]
  }
}
