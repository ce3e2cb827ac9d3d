import ArgumentParser
import Foundation
import ParleyTesting
import Testing

@testable import parley

@Suite(.serialized) struct `What is installed beside the binary` {
  private static let docs = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "docs")

  @Test func `says what the argument parser knows, on the page and to the shells`() throws {
    var page = try ManPage(help: Parley._dumpHelp())
    try Self.hold("man/parley.1", to: page.text())
    try Self.hold("completions/parley.bash", to: Parley.completionScript(for: .bash))
    try Self.hold("completions/_parley", to: Parley.completionScript(for: .zsh))
    try Self.hold("completions/parley.fish", to: Parley.completionScript(for: .fish))
  }

  @Test func `has every setting on the page`() throws {
    let page = try Self.text("man/parley.1").replacing("\\-", with: "-")
    for flag in ["--listen", "--data", "--queue", "--log-messages, --no-log-messages"] {
      #expect(page.contains("\n.B \(flag)"))
    }
    for command in ["parley serve", "parley admin create", "parley verify", "parley bench"] {
      #expect(page.contains("\n.SS \(command)\n"))
    }
  }

  @Test func `is understood by man and bash, where they are there`() async throws {
    try await onItsOwnThread {
      let path = Self.docs.path(percentEncoded: false) + "/"
      if FileManager.default.isExecutableFile(atPath: "/usr/bin/groff") {
        let (output, code) = try ChildProcess.run([
          "/usr/bin/groff", "-man", "-Tutf8", "-ww", path + "man/parley.1",
        ])
        #expect(code == 0)
        #expect(output.contains { $0.contains("parley serve") })
        #expect(!output.contains { $0.contains("warning") })
      }
      let (output, code) = try ChildProcess.run([
        "/bin/bash", "-c", "source \(path)completions/parley.bash && complete -p parley",
      ])
      #expect(code == 0, "\(output)")
      #expect(output.contains { $0.contains("parley") })
    }
  }

  private static func text(_ name: String) throws -> String {
    try String(contentsOf: Self.docs.appending(path: name), encoding: .utf8)
  }

  /// Compares, or writes where `make docs` asks for that.
  private static func hold(_ name: String, to made: String) throws {
    let made = made.hasSuffix("\n") ? made : made + "\n"
    if ProcessInfo.processInfo.environment["PARLEY_WRITE_DOCS"] != nil {
      let url = Self.docs.appending(path: name)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(made.utf8).write(to: url)
    } else {
      #expect(try Self.text(name) == made, "make docs writes it")
    }
  }
}
