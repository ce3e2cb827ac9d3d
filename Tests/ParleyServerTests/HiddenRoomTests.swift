import ParleyLineDoor
import ParleyTesting
import Testing

/// A room that outsiders must not learn of.
@Suite struct `A private or unlisted room` {
  /// All that is sent about a room in the table's own examples, with `python` for the room.
  ///
  /// Not joining: that tells of a private room by its name, as the name is taken.
  private static let lines: [String] = CommandTable.rows.flatMap { row in
    row.name == "join" || row.name == "add"
      ? []
      : row.forms.flatMap { form in
        let rooms = form.examples.filter {
          $0.contains("#python")
            || form.arguments.hasPrefix("ROOM") && $0.hasPrefix("python")
        }
        return form.spellings.flatMap { spelling in rooms.map { "\(spelling) \($0)" } }
      }
  }

  @Test(arguments: ["private", "unlisted"])
  func `is the same to an outsider as one that does not exist`(setting: String) async throws {
    #expect(Self.lines.count > 25)
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let ana = try Moderated.account("ana", server)
      try ana.ask("/join secret", "ok you made secret*")
      try ana.ask("/room \(setting) on", "ok secret: \(setting) on")
      for number in 1...42 { try ana.ask("line \(number)", "*#\(number) ana: *") }
      try ana.ask("/post Plans | of ours", "*[secret] #43 ana posted*")
      let bob = try Moderated.guest("bob", server)
      for line in Self.lines {
        let answers = try ["secret", "nowhere"].map { room in
          try bob.say(line.replacing("python", with: room))
          return try bob.expect("*error *").replacing(room, with: "ROOM")
        }
        #expect(answers[0] == answers[1])
        #expect(answers[0].contains("error no_such_room: "), "\(line): \(answers[0])")
      }
      try bob.ask("/rooms", "ok 1 room:")
      try bob.expectNext("  lobby *")
      try bob.ask("/whois ana", "ok ana: *")
      try bob.ask("/unread", "ok *")
      try bob.say("/ping")
      try bob.expect(TalkPattern("error bad_command: *"), without: TalkPattern("*secret*"))
      let greeted = try TalkClient("greeted", port: server.port)
      try greeted.expect("Parley at *: 2 people, 1 room.*")
      // By its name one may join what is only not listed.
      try bob.ask(
        "/join secret", setting == "private" ? "error room_is_private: *" : "ok text goes to secret"
      )
      #expect(try server.stop() == 0)
    }
  }

  @Test func `opens to who is invited, once`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let ana = try Moderated.guest("ana", server)
      try ana.ask("/join secret", "ok you made secret*")
      try ana.ask("/room private on", "ok secret: private on")
      let bob = try Moderated.guest("bob", server)
      try ana.ask("/invite bob", "ok bob is invited to secret")
      try bob.expect("\\*\\*\\* ana invites you to secret; /join secret")
      try bob.ask("/who #secret", "ok 1 person in secret: *")
      try bob.ask("/read #secret 1", "error not_a_member: *")
      try bob.ask("/join secret", "ok text goes to secret")
      try bob.ask("/rooms", "ok 2 rooms:")
      try ana.ask("/kick bob", "ok bob is out of secret")
      try bob.ask("/join secret", "error room_is_private: *")
      // A guest's invitation ends with it: the name alone opens nothing.
      try ana.ask("/invite bob", "ok bob is invited to secret")
      try bob.ask("/exit", "bye.")
      let other = try Moderated.guest("bob", server)
      try other.ask("/join secret", "error room_is_private: *")
      #expect(try server.stop() == 0)
    }
  }
}
