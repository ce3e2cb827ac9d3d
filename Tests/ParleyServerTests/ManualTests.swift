import Foundation
import ParleyServer
import Testing

/// docs/manual.md holds the table of settings as the server knows them; `make docs` writes it.
@Suite struct `The manual` {
  private static let url = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "docs/manual.md")
  private static let begin = "<!-- settings, written by make docs -->\n"
  private static let end = "<!-- end of settings -->"

  @Test func `lists every setting with its flag, variable, default and values`() throws {
    var text = try String(contentsOf: Self.url, encoding: .utf8)
    let start = try #require(text.range(of: Self.begin)).upperBound
    let end = try #require(text.range(of: Self.end)).lowerBound
    if ProcessInfo.processInfo.environment["PARLEY_WRITE_DOCS"] != nil {
      text.replaceSubrange(start..<end, with: Self.table)
      try Data(text.utf8).write(to: Self.url)
    } else {
      #expect(text[start..<end] == Self.table, "make docs writes it")
    }
  }

  private static var table: String {
    Setting.all.reduce(into: "") { text, setting in
      text += "\n### \(setting.name)\n\n\(setting.help).\n\n"
      text += "- default: \(setting.standardIsValue ? "`\(setting.standard)`" : setting.standard)\n"
      text += "- allowed: \(setting.allowed)\(setting.isList ? "; several may be given" : "")\n"
      let value = setting.placeholder.map { " \($0)`" } ?? "` (`--no-\(setting.flagName)`)"
      text += "- flag `\(setting.flag)\(value), "
      text += "variable `\(setting.variable)`\n"
    } + "\n"
  }
}
