import Foundation
import Glibc
import ParleyTesting
import Testing

/// docs/protocol/json holds the contract as the server has it; `make docs` writes it.
///
/// The examples of docs/protocol/json.md are run as they are written.
@Suite struct `The contract` {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  private static let folder = Self.root.appending(path: "docs/protocol/json")

  @Test func `is what the files have, each and no others`() throws {
    let isWriting = ProcessInfo.processInfo.environment["PARLEY_WRITE_DOCS"] != nil
    if isWriting { try? FileManager.default.removeItem(at: Self.folder) }
    for (path, tree) in Contract.files {
      let url = Self.folder.appending(path: path)
      if isWriting {
        try FileManager.default.createDirectory(
          at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(tree.text.utf8).write(to: url)
      } else {
        let text = try? String(contentsOf: url, encoding: .utf8)
        #expect(text == tree.text, "make docs writes \(path)")
      }
    }
    let found = FileManager.default.enumerator(at: Self.folder, includingPropertiesForKeys: nil)
    let files = (found?.allObjects ?? []).compactMap { ($0 as? URL)?.path }
      .filter { $0.hasSuffix(".json") }
    #expect(files.count == Contract.files.count)
  }

  @Test func `refuses what it does not have`() throws {
    let frame = #"{"jsonrpc":"2.0","id":1,"method":"say","params":{"text":"x"}}"#
    let path = "methods/say.json#/$defs/request"
    #expect(Contract.checker.faults(of: try JSONTree(frame), path: path) == [])
    for (part, other) in [
      ("2.0", "1.0"), ("\"id\":1", "\"id\":1.5"), ("say", "act"), ("\"x\"", "7"),
      ("\"text\":\"x\"", ""), ("\"x\"", "\"x\",\"more\":1"), ("\"x\"", "\"x\",\"nonce\":\"a b\""),
    ] {
      let changed = frame.replacingOccurrences(of: part, with: other)
      #expect(Contract.checker.faults(of: try JSONTree(changed), path: path) != [], "\(changed)")
    }
  }

  private static func example(_ language: String) throws -> String {
    let page = try String(
      contentsOf: Self.root.appending(path: "docs/protocol/json.md"), encoding: .utf8)
    let block = try #require(page.range(of: "```\(language)\n"))
    let end = try #require(page.range(of: "```", range: block.upperBound..<page.endIndex))
    return String(page[block.upperBound..<end.lowerBound])
  }

  private static func has(_ program: String) -> Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      access("\($0)/\(program)", X_OK) == 0
    }
  }

  @Test(.enabled(if: Self.has("nc"), "nc is not installed"))
  func `can be spoken by hand, as its page says`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let script = try Self.example("sh")
        .replacingOccurrences(of: "nc 127.0.0.1 6789", with: "nc 127.0.0.1 \(server.port)")
      let (output, code) = try ChildProcess.run(["sh", "-c", script])
      #expect(code == 0)
      let shown = try Self.example("json").split(separator: "\n").map { try JSONTree(String($0)) }
      let answers = try output.dropFirst().map { try JSONTree($0) }
      #expect(answers.map { Self.outline($0) } == shown.map { Self.outline($0) })
      #expect(try server.stop() == 0)
    }
  }

  /// The names of all members.
  private static func outline(_ tree: JSONTree) -> [String] {
    tree.members.flatMap { [$0.name] + Self.outline($0.value) }
  }

  @Test(.enabled(if: Self.has("python3"), "python3 is not installed"))
  func `can be spoken by a bot of 30 lines, as its page says`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: ["--heartbeat", "1s", "--heartbeat-grace", "5s"])
      let ana = try JSONPerson("ana", port: server.port)
      let script = try Self.example("python")
      #expect(script.split(separator: "\n").count <= 30)
      let bot = try ChildProcess(["python3", "-c", script, "127.0.0.1", "\(server.port)", "bo"])
      defer {
        kill(bot.process, SIGKILL)
        waitpid(bot.process, nil, 0)
      }
      try ana.event("came")
      // It lives as long as the server's pings.
      for _ in 1...3 {
        #expect(try ana.next()["method"] == "ping")
        try ana.send(#"{"jsonrpc":"2.0","id":"ping","result":{}}"#)
      }
      try ana.request("say", #"{"text":"are you there, bo?"}"#)
      try ana.event("message")
      #expect(try ana.event("message")["text"] == "you called, ana?")
      #expect(try server.stop() == 0)
    }
  }
}
