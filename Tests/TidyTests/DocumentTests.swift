import Foundation
import Testing

@Suite struct Documents {
  @Test func `link to what exists`() throws {
    for document in try Tree.documents() {
      for link in document.links where !link.target.contains("://") {
        let parts = link.target.split(separator: "#", omittingEmptySubsequences: false)
        let path = Self.resolved(String(parts[0]), from: document.path)
        #expect(Tree.exists(path), "\(document):\(link.line): there is no \(link.target)")
        guard parts.count == 2, path.hasSuffix(".md"), Tree.exists(path) else { continue }
        let anchors = try Tree.file(path).anchors
        #expect(
          anchors.contains(String(parts[1])),
          "\(document):\(link.line): \(path) has no heading #\(parts[1])")
      }
    }
  }

  @Test func `are reached from the README or from each other`() throws {
    let documents = try Tree.documents()
    var reached: Set = ["README.md"]
    var rest = ["README.md"]
    while let path = rest.popLast() {
      guard let document = documents.first(where: { $0.path == path }) else { continue }
      for link in document.links where !link.target.contains("://") {
        let plain = link.target.split(separator: "#").first.map(String.init) ?? ""
        let target = Self.resolved(plain, from: path)
        // A link to a folder reaches what is in it.
        let found = documents.map(\.path).filter { $0 == target || $0.hasPrefix(target + "/") }
        for one in found where reached.insert(one).inserted { rest.append(one) }
      }
    }
    #expect(Set(documents.map(\.path)).subtracting(reached).isEmpty)
  }

  @Test func `name only tests that exist, where they say what shows a behaviour`() throws {
    let tests = try Tree.testFiles().map(\.text).joined(separator: "\n")
    let origins = try Tree.file("docs/origins.md")
    for (index, line) in origins.lines.enumerated() where line.hasPrefix("| ") {
      let cells = line.split(separator: "|", omittingEmptySubsequences: false)
      let shownBy = String(cells[cells.count - 2])
      let suites = shownBy.matches(of: /\*([^*]+)\*/).map { "`\($0.1)`" }
      let names = shownBy.matches(of: /`([^`]+ [^`]+)`/).map { String($0.1) }
      for name in suites + names where !name.hasPrefix("make ") {
        let isThere = tests.contains(name)
        #expect(isThere, "\(origins):\(index + 1): there is no \(name)")
      }
    }
  }

  @Test func `name in each row of the threat model the tests that show it`() throws {
    let files = try Tree.swift(under: "Tests").map(\.text)
    let model = try Tree.file("docs/threat-model.md")
    var rows = 0
    for (index, line) in model.lines.enumerated() where line.hasPrefix("| ") {
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 3, cells[0] != "attack", cells[0] != "---" else { continue }
      rows += 1
      let suites = cells[2].matches(of: /\*([^*]+)\*: ((?:`[^`]+`(?:, )?)+)/)
      #expect(!suites.isEmpty, "\(model):\(index + 1): no test shows this")
      for suite in suites {
        let names = suite.2.matches(of: /`([^`]+)`/).map { String($0.1) }
        let places = files.filter { $0.contains("struct `\(suite.1)` {") }
        for name in names {
          let isThere = places.contains { $0.contains("func `\(name)`(") }
          #expect(isThere, "\(model):\(index + 1): \(suite.1) has no \(name)")
        }
      }
    }
    #expect(rows > 30)
  }

  @Test func `begin with the README, at most 120 lines of it`() throws {
    #expect(try Tree.file("README.md").lines.count <= 121)
  }

  @Test func `say in the changelog what changed, under known headings`() throws {
    let headings = [
      "Compatibility", "Security", "Configuration", "Added", "Changed", "Removed", "Fixed",
      "Internal",
    ]
    let lines = try Tree.file("CHANGELOG.md").lines
    #expect(lines.first == "# Changelog")
    let releases = lines.filter { $0.hasPrefix("## ") }
    #expect(releases.first == "## Unreleased")
    var last = -1
    for line in lines {
      if line.hasPrefix("## ") { last = -1 }
      guard line.hasPrefix("### ") else { continue }
      let place = try #require(headings.firstIndex(of: String(line.dropFirst(4))), "\(line)")
      #expect(place > last, "\(line) is out of order or there twice")
      last = place
    }
    for (index, line) in lines.enumerated() where line.hasPrefix("## ") {
      let opening = lines[(index + 1)...].prefix { !$0.hasPrefix("#") }.joined(separator: " ")
      let saysFormats = opening.contains("configuration") && opening.contains("format")
      #expect(saysFormats, "\(line) must open by saying whether a format changed")
    }
  }

  /// A link's path as the root sees it.
  private static func resolved(_ link: String, from document: String) -> String {
    guard !link.isEmpty else { return document }
    var parts = document.split(separator: "/").dropLast().map(String.init)
    for part in link.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
    }
    return parts.joined(separator: "/")
  }
}

extension Tree.File {
  /// The links of a Markdown document, outside its code.
  var links: [(line: Int, target: String)] {
    self.prose.flatMap { number, line in
      line.matches(of: /\]\(([^)\s]+)\)/).map { (number, String($0.1)) }
    }
  }

  /// The names under which its headings are linked, as GitHub makes them.
  var anchors: Set<String> {
    let headings = self.prose.map(\.line).filter { $0.hasPrefix("#") }
    return Set(
      headings.map { heading in
        let title = heading.drop { $0 == "#" || $0 == " " }.lowercased()
        return String(
          title.filter { $0.isLetter || $0.isNumber || "-_ ".contains($0) }
            .map { $0 == " " ? "-" : $0 })
      })
  }

  /// The lines outside code blocks.
  private var prose: [(number: Int, line: String)] {
    var isCode = false
    return self.lines.enumerated().compactMap { index, line in
      if line.hasPrefix("```") {
        isCode.toggle()
        return nil
      }
      return isCode ? nil : (index + 1, line)
    }
  }
}
