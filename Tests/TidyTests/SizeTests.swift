import Foundation
import Testing

@Suite struct `The size of things` {
  @Test func `no file is longer than 600 lines`() throws {
    for file in try Tree.swift(under: "Sources") + Tree.swift(under: "Tests") {
      #expect(file.lines.count <= 601, "\(file) has \(file.lines.count - 1) lines")
    }
  }

  @Test func `no function is longer than 70 lines`() throws {
    for file in try Tree.swift(under: "Sources") + Tree.swift(under: "Tests") {
      for function in file.functions where function.length > 70 {
        Issue.record("\(file):\(function.line): \(function.length) lines")
      }
    }
  }

  @Test func `a function's length is found`() {
    let text = """
      struct A {
        func short() {
          one()
        }

        func long(
          with: Int
        ) {
          one()
        }

        func required()
        var other = 1
      }
      """
    let functions = Tree.File(path: "A.swift", text: text).functions
    #expect(functions.map(\.line) == [2, 6])
    #expect(functions.map(\.length) == [3, 5])
  }
}

extension Tree.File {
  /// The functions, initialisers and subscripts with a body of several lines.
  ///
  /// The formatter puts the closing brace under the beginning, so that indentation tells where each
  /// one ends.
  var functions: [(line: Int, length: Int)] {
    let lines = self.lines
    let beginning = /^( *)(?:@\w+(?:\(.*?\))? |\w+ )*(?:func |init[?(<]|subscript[(<])/
    var functions: [(line: Int, length: Int)] = []
    for (start, line) in lines.enumerated() {
      guard let match = try? beginning.firstMatch(in: line) else { continue }
      let indent = String(match.1)
      guard let opening = Self.opening(of: start, in: lines, indent: indent) else { continue }
      let end = lines[opening...].firstIndex { $0.hasPrefix(indent + "}") }
      guard let end, end > opening else { continue }
      functions.append((line: start + 1, length: end - start + 1))
    }
    return functions
  }

  /// The line whose end opens the body; nil where there is none or it stands on one line.
  private static func opening(of start: Int, in lines: [String], indent: String) -> Int? {
    for index in start..<lines.count {
      let line = lines[index]
      let goesOn = [" ", ")", "where "].contains { line.hasPrefix(indent + $0) }
      guard index == start || goesOn else { return nil }
      if line.hasSuffix("{") { return index }
      if line.hasSuffix("}") { return nil }
    }
    return nil
  }
}
