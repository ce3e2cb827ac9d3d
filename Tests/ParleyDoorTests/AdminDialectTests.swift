import NIOCore
import ParleyAdminDoor
import ParleyDoorKit
import ParleyModel
import Testing

@Suite struct `The administrators' dialect` {
  private static func begun() -> Talk<AdminDialect> {
    var talk = Talk(AdminDialect())
    talk.send("ADMIN/1\n")
    return talk
  }

  @Test(arguments: [
    ("{\"accounts\":{}}", AdminCommand.accounts),
    (
      "{\"create\":{\"name\":\"ana\",\"password\":\"secret\",\"administrator\":true}}",
      .create(Sample.name("ana"), Secret("secret"), isAdministrator: true)
    ),
    (
      "{\"create\":{\"name\":\"ana\",\"administrator\":false}}",
      .create(Sample.name("ana"), nil, isAdministrator: false)
    ),
    (
      "{\"newToken\":{\"name\":\"ana\",\"scopes\":[\"read\",\"write\"],\"label\":\"bot\"}}",
      .newToken(Sample.name("ana"), [.read, .write], label: "bot")
    ),
    ("{\"newInvite\":{\"milliseconds\":5}}", .newInvite(microseconds: 5_000)),
    ("{\"announce\":{\"text\":\"hello\"}}", .announce("hello")),
  ])
  func `asks as the owner`(line: String, command: AdminCommand) {
    var talk = Self.begun()
    #expect(talk.commands(line + "\r\n") == [.administer(command, asOwner: true)])
  }

  @Test func `reads the same however the bytes are cut`() {
    let text = "ADMIN/1\r\n{\"sessions\":{}}\n\n{\"delete\":{\"name\":\"grüße\"}}"
    var whole = Talk(AdminDialect())
    whole.send(text)
    whole.end()
    var cut = Talk(AdminDialect())
    for byte in text.utf8 { cut.send(bytes: [byte]) }
    cut.end()
    #expect(whole.requests.map(\.command) == cut.requests.map(\.command))
    #expect(
      whole.requests.map(\.command) == [
        .administer(.sessions, asOwner: true),
        .administer(.delete(Sample.name("grüße")), asOwner: true), .quit(.quit("")),
      ])
  }

  @Test func `shows no password in what it asks for`() {
    var talk = Self.begun()
    let requests = talk.send(
      "{\"setPassword\":{\"name\":\"ana\",\"password\":\"correct horse\"}}\n")
    #expect(requests.count == 1)
    #expect(!"\(requests)".contains("correct horse"))
  }

  @Test(arguments: [
    "hello", "[]", "{}", "{\"fly\":{}}", "{\"delete\":{}}", "{\"delete\":{\"name\":7}}",
    "{\"accounts\":{}", "{\"accounts\":{},\"sessions\":{}}", "{\"revokeInvite\":{\"number\":-1}}",
    "{\"newInvite\":{\"milliseconds\":315360000001}}", "{\"announce\":{\"text\":\"a\\nb\"}}",
    "{\"newToken\":{\"name\":\"ana\",\"scopes\":[\"fly\"],\"label\":\"x\"}}",
    "{\"delete\":{\"name\":\"a/b\"}}",
  ])
  func `refuses what is no request, and goes on`(line: String) {
    var talk = Self.begun()
    let commands = talk.commands(line + "\n{\"accounts\":{}}\n")
    #expect(commands.count == 2)
    guard case .misuse(let refusal)? = commands.first else {
      Issue.record("\(commands)")
      return
    }
    let answer = talk.print(.refused(.none, refusal))
    #expect(answer.hasPrefix("{\"refused\":{\"code\":\"\(refusal.code)\",\"text\":\""))
    #expect(answer.hasSuffix("}}\n"))
    #expect(talk.failure == nil)
  }

  @Test(arguments: [
    ("ADMIN/2\n{\"accounts\":{}}\n", "bad_command"),
    ("ADMIN/1 \n", "bad_command"),
    ("ADMIN/1\n" + String(repeating: "x", count: 64 * 1024), "too_long"),
  ])
  func `ends with what it cannot read`(text: String, code: String) throws {
    var talk = Talk(AdminDialect())
    #expect(talk.send(text).isEmpty)
    #expect(talk.send("{\"accounts\":{}}\n").isEmpty)
    #expect(talk.end().isEmpty)
    let failure = try #require(talk.failure)
    #expect(talk.print(.closing(failure)).hasPrefix("{\"refused\":{\"code\":\"\(code)\","))
  }

  @Test func `does nothing for who is refused`() throws {
    var talk = Talk(AdminDialect(refusal: "not you"))
    #expect(talk.send("ADMIN/1\n{\"accounts\":{}}\n").isEmpty)
    let failure = try #require(talk.failure)
    #expect(
      talk.print(.closing(failure))
        == "{\"refused\":{\"code\":\"not_permitted\",\"text\":\"not you\"}}\n")
  }

  @Test func `is told nothing but its answers`() {
    var talk = Self.begun()
    #expect(talk.print(.server("back at noon")).isEmpty)
    #expect(talk.print(.closing(.quit)).isEmpty)
    #expect(talk.told(.message(Sample.message())).isEmpty)
    #expect(
      talk.print(.closing(.shuttingDown)).hasPrefix("{\"refused\":{\"code\":\"shutting_down\""))
  }

  @Test(arguments: `Every refusal`.all)
  func `answers each refusal with its code in one line of JSON`(refusal: Refusal) {
    var talk = Self.begun()
    let line = talk.print(.refused(.none, refusal))
    #expect(line.hasPrefix("{\"refused\":{\"code\":\"\(refusal.code)\",\"text\":\""))
    #expect(line.utf8.count { $0 == 0x0A } == 1)
  }
}
