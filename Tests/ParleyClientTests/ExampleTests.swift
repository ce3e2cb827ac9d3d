import Foundation
import ParleyClient
import ParleyTesting
import Testing

/// The example of the library's article: it is compiled here, runs here, and stands there word for
/// word.
@Suite struct `The example of the client library` {
  @Test func `is what the article shows`() throws {
    let file = URL(filePath: #filePath)
    let root = file.deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let article = try String(
      contentsOf: root.appending(path: "Sources/ParleyClient/ParleyClient.docc/ParleyClient.md"),
      encoding: .utf8)
    let code = try String(contentsOf: file, encoding: .utf8)
    let example = code.components(separatedBy: "// The example\n").last ?? ""
    #expect(!example.isEmpty)
    #expect(article.contains("```swift\nimport ParleyClient\n\n\(example)```"))
  }

  @Test func `answers whoever says its name`() async throws {
    let server = try RealServer()
    let bot = Task { try await answer(as: "echo", at: .tcp(host: "127.0.0.1", port: server.port)) }
    let ana = try await Client.connect(server.configuration("ana"))
    let come: @Sendable (Event) -> Bool? = { event in
      if case .came(let came) = event, came.name == "echo" { true } else { nil }
    }
    if try await ana.who("lobby").people.allSatisfy({ $0.name != "echo" }) {
      _ = try await Ear(ana).first(come)
    }
    try await ana.say("echo, are you there?", in: "lobby")
    #expect(try await Ear(ana).message("you called, ana?").from == "echo")
    try await ana.say("echo, stop", in: "lobby")
    try await bot.value
    await ana.quit()
  }
}

// The example
/// Answers everybody who says its name, until somebody asks it to stop.
func answer(as name: String, at address: Address) async throws {
  let client = try await Client.connect(Configuration(address: address, name: name))
  for await event in client.events {
    switch event {
    case .message(let message) where message.from != name:
      guard let text = message.text, text.contains(name) else { continue }
      if text.contains("stop") {
        await client.quit("gladly")
      } else {
        try await client.say("you called, \(message.from)?", in: message.room, nonce: message.id)
      }
    case .missed(let missed):
      print("missed \(missed.sequences) of \(missed.room)")
    case .state(.waiting(let delay, because: let error)):
      print("\(error); trying again in \(delay)")
    default:
      continue
    }
  }
}
