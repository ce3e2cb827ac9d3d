import Foundation
import ParleyLineDoor
import Testing

/// docs/protocol/line.md is written by hand; nothing of the command table is missing there.
@Suite struct `The reference of line mode` {
  private static let text: String? = {
    let root = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return try? String(
      contentsOf: root.appending(path: "docs/protocol/line.md"), encoding: .utf8)
  }()

  @Test func `has every command in each of its spellings`() throws {
    let text = try #require(Self.text)
    for form in CommandTable.rows.flatMap(\.forms) {
      for spelling in form.spellings {
        // `/join ROOM`, in one piece of code.
        #expect(
          text.contains("`\(form.usage(spelling))`") || text.contains("`\(spelling) ")
            || text.contains("`\(spelling)`"), "\(form.usage(spelling)) is missing")
      }
    }
  }

  @Test func `has every code that a command can be refused with`() throws {
    let text = try #require(Self.text)
    for row in CommandTable.rows {
      for code in row.refusals {
        #expect(text.contains("`\(code)`"), "\(row.name) is refused with \(code)")
      }
    }
  }
}
