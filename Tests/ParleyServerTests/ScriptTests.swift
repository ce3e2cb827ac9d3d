import Foundation
import ParleyLineDoor
import ParleyTesting
import Testing

/// The plays in Scripts, and that they show every row of the line door's command table.
@Suite struct `The scripts` {
  static let directory = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Scripts")

  static let names: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: Self.directory.path)) ?? [])
    .filter { $0.hasSuffix(".talk") }.sorted()

  static func script(_ name: String) throws -> TalkScript {
    let text = try String(contentsOf: Self.directory.appending(path: name), encoding: .utf8)
    return try TalkScript(text, name: name)
  }

  @Test(arguments: Self.names)
  func `hold over real sockets`(name: String) async throws {
    let script = try Self.script(name)
    try await onItsOwnThread {
      try TalkStage.play(script, name: name, tls: script.hasTLS ? try Self.tls() : nil)
    }
  }

  /// A server's certificate, and clients with their own.
  private static func tls() throws -> TalkTLS {
    let server = try CertificateOnDisk()
    var clients: [String: CertificateOnDisk] = [:]
    return TalkTLS(flags: server.flags) { who, port, name in
      // Its files are there as long as somebody may connect.
      withExtendedLifetime(server) {}
      guard let name else { return try TLSPerson(who, port: port).talk }
      let certificate = try clients[name] ?? CertificateOnDisk()
      clients[name] = certificate
      return try TLSPerson(who, port: port, certificate: certificate).talk
    }
  }

  @Test(arguments: ["a", "b", "c", "d", "e"])
  func `have one for each of the five programs`(letter: String) {
    #expect(Self.names.contains("origin-\(letter).talk"))
  }

  @Test(arguments: CommandTable.rows.map(\.name))
  func `show a row's success in every spelling, each misuse and each refusal`(
    row name: String
  ) throws {
    let row = try #require(CommandTable.rows.first { $0.name == name })
    let script = try Self.script("row-\(name).talk")
    let coverage = try #require(script.covers.first { $0.row == name })
    // That what is claimed is seen, the play itself checks.
    #expect(coverage.words.contains("success"))
    for code in row.refusals {
      #expect(coverage.words.contains(code), "\(name) can be refused with \(code)")
    }
    let said = SaidLines(script)
    for form in row.forms {
      for spelling in form.spellings {
        #expect(said.accepted.contains(spelling), "\(spelling) is not shown to succeed")
      }
      let spelling = form.spellings.first ?? ""
      for misuse in form.misuses {
        let line = misuse.isEmpty ? spelling : "\(spelling) \(misuse)"
        #expect(said.misused.contains(line), "\(line) is not shown to be refused")
      }
    }
  }
}

/// What is said in a script: lines that the next step sees refused as misuse, and the first words
/// of all others that are not refused.
private struct SaidLines {
  var misused: Set<String> = []
  var accepted: Set<String> = []

  init(_ script: TalkScript) {
    for (index, (_, step)) in script.steps.enumerated() {
      guard case .say(let who, let line) = step else { continue }
      let answer = script.steps[(index + 1)...].lazy.compactMap { _, next in
        Self.pattern(of: next, seenBy: who)
      }.first
      guard let answer, answer.contains("error ") else {
        self.accepted.insert(String(line.prefix { $0 != " " }))
        continue
      }
      if answer.contains("error bad_arguments") { self.misused.insert(line) }
    }
  }

  private static func pattern(of step: TalkScript.Step, seenBy who: String) -> String? {
    switch step {
    case .see(who, let pattern): pattern.description
    case .seeNext(who, let pattern): pattern
    case .seeNone(who, _, before: let pattern): pattern.description
    case .closed(who): ""
    case .connect, .connectSecurely, .say, .send, .see, .seeNext, .seeNone, .asked, .closed,
      .halfClose, .close,
      .vanish, .serverShows, .serverTold, .serverKilled, .serverStops, .serverEnds, .serverStarts,
      .people, .admin:
      nil
    }
  }
}
