import Foundation
import Testing

@Suite struct `What is written` {
  @Test func `holds no marks of unfinished work`() throws {
    // Put together here, so that this file does not find itself.
    let marks = try Regex(
      "FIX" + "ME|TO" + "DO|\\bXX" + "X\\b|\\bHA" + "CK\\b|[Nn]ot imple" + "mented")
    for file in try Tree.everything() {
      for (index, line) in file.lines.enumerated() {
        #expect(!line.contains(marks), "\(file):\(index + 1): \(line)")
      }
    }
  }

  @Test func `names no path of a machine`() throws {
    let homes = ["/ho" + "me/", "/Us" + "ers/", "/ro" + "ot/", Tree.root.path + "/"]
    for file in try Tree.everything() {
      for (index, line) in file.lines.enumerated() {
        let found = homes.filter { line.contains($0) }
        #expect(found.isEmpty, "\(file):\(index + 1): \(found)")
      }
    }
  }

  @Test func `takes nothing by force outside tests`() throws {
    let force = try Regex("\\btry! |\\bas! |\\bfatalError\\(")
    for file in try Tree.swift(under: "Sources") {
      for (number, line) in file.code where line.contains(force) {
        Issue.record("\(file):\(number): \(line.trimmingCharacters(in: .whitespaces))")
      }
    }
  }

  @Test func `gives the reason wherever the compiler is told to trust`() throws {
    let architecture = try Tree.file("ARCHITECTURE.md").text
    let trust = ["@unchecked " + "Sendable", "nonisolated(" + "unsafe)"]
    for file in try Tree.swift(under: "Sources") {
      let lines = file.lines
      for (number, line) in file.code where trust.contains(where: line.contains) {
        let before = lines[max(0, number - 12)..<number]
        let hasReason = before.contains { $0.contains("//") }
        #expect(hasReason, "\(file):\(number): a comment must name the lock or the loop")
        let stem = file.name.replacingOccurrences(of: ".swift", with: "")
        #expect(architecture.contains(stem), "\(file):\(number): ARCHITECTURE.md must name \(stem)")
      }
    }
  }

  @Test func `waits for events and never for time in tests`() throws {
    let sleeping = try Regex("\\bTask\\.sleep|\\busleep\\(|\\bThread\\.sleep|[^.\\w]sleep\\(\\d")
    for file in try Tree.swift(under: "Tests") where !file.path.hasSuffix("WordTests.swift") {
      for (number, line) in file.code where line.contains(sleeping) {
        Issue.record("\(file):\(number): \(line.trimmingCharacters(in: .whitespaces))")
      }
    }
  }
}
