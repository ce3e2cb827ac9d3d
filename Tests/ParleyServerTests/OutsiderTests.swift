import ParleyJSONDoor
import ParleyLineDoor
import ParleyTesting
import Testing

/// Somebody asks for a room that is private, and for one that does not exist, in every way that a
/// door's table has: the answers differ in the name alone.
@Suite struct `An outsider at a door` {
  /// As long as each other, and no part of other answers.
  private static let (hidden, absent) = ("quokka", "numbat")

  /// Has a private room with two people, a post and a line.
  private static func server() throws -> (ProcessUnderTest, [TalkClient]) {
    let server = try ProcessUnderTest()
    let (ana, bob) = (
      try TalkClient("ana", port: server.port), try TalkClient("bob", port: server.port)
    )
    for (person, lines) in [
      (ana, ["ana", "/add \(Self.hidden)", "/room #\(Self.hidden) private on"]),
      (bob, ["bob"]),
      (ana, ["/invite #\(Self.hidden) bob"]),
      (bob, ["/add \(Self.hidden)", "%grouppost \(Self.hidden) plan all of it"]),
      (ana, ["/topic #\(Self.hidden) the plan", "/dm bob the plan"]),
    ] {
      for line in lines { try person.say(line) }
      // A barrier: what was asked before is done.
      try person.say("/me is ready.")
      try person.expect("*\(person.name) is ready.")
    }
    return (server, [ana, bob])
  }

  /// Each example of each form that takes a room, with `python` as the room.
  private static var lines: [(spelling: String, line: String)] {
    CommandTable.rows.flatMap(\.forms).filter { $0.arguments.contains("ROOM") }.flatMap { form in
      let examples = form.examples.compactMap { example -> String? in
        if example.contains("python") { return example }
        let isFree = form.arguments.hasPrefix("[#ROOM") && !"#@".contains(example.first ?? " ")
        return isFree ? "#python " + example : nil
      }
      #expect(!examples.isEmpty, "\(form.spellings) has no example with a room")
      return form.spellings.flatMap { spelling in
        examples.map { (spelling, "\(spelling) \($0)") }
      }
    }
  }

  @Test func `learns from no row of line mode whether a room exists`() async throws {
    try await onItsOwnThread {
      let (server, people) = try Self.server()
      let eve = try TalkClient("eve", port: server.port)
      try eve.say("eve")
      var marks = 0
      func answer(_ line: String) throws -> [String] {
        marks += 1
        try eve.say(line)
        try eve.say("/me marks \(marks).")
        var lines: [String] = []
        while true {
          let line = try eve.next()
          if line.hasSuffix("eve marks \(marks).") { return lines }
          lines.append(line)
        }
      }
      _ = try answer("/rooms")
      for (spelling, line) in Self.lines {
        let heard = try answer(line.replacing("python", with: Self.hidden))
        if ["/join", "JOIN", "/add", "%groupjoin"].contains(spelling) {
          #expect(heard.count == 1 && heard[0].contains("error room_is_private: "), "\(line)")
          continue
        }
        let instead = try answer(line.replacing("python", with: Self.absent))
        #expect(heard.map { $0.replacing(Self.hidden, with: Self.absent) } == instead, "\(line)")
        #expect(instead.count == 1 && instead[0].contains("error no_such_room: "), "\(line)")
      }
      for line in ["/rooms", "%groups", "/whois ana", "/whois bob", "/unread", "/sessions"] {
        let heard = try answer(line)
        #expect(!heard.isEmpty && !heard.joined().contains(Self.hidden), "\(line): \(heard)")
      }
      withExtendedLifetime(people) {}
      #expect(try server.stop() == 0)
    }
  }

  @Test func `learns from no method of the JSON door whether a room exists`() async throws {
    try await onItsOwnThread {
      let (server, people) = try Self.server()
      let eve = try JSONPerson("eve", port: server.port)
      for method in MethodTable.rows
      where method.params.contains(where: { "\($0.name)" == "room" }) {
        func error(_ room: String) throws -> String {
          let params = method.example.replacing(
            /"room":"[^"]*"/, with: "\"room\":\"\(room)\"")
          #expect(params.contains(room), "\(method.name) has no room in its example")
          let answer = try eve.answer(to: try eve.request(method.name, params))
          return answer["error"]?.text ?? answer.text
        }
        let heard = try error(Self.hidden)
        if ["join", "open"].contains(method.name) {
          #expect(heard.contains("room_is_private"), "\(method.name): \(heard)")
          continue
        }
        let instead = try error(Self.absent)
        #expect(heard.replacing(Self.hidden, with: Self.absent) == instead, "\(method.name)")
        #expect(instead.contains("no_such_room"), "\(method.name): \(instead)")
      }
      for (method, params) in [("rooms", "{}"), ("whois", #"{"name":"ana"}"#), ("unread", "{}")] {
        let answer = try eve.ask(method, params).text
        #expect(!answer.contains(Self.hidden), "\(method): \(answer)")
      }
      withExtendedLifetime(people) {}
      #expect(try server.stop() == 0)
    }
  }
}
