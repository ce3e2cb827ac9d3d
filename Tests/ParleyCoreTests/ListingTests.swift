import ParleyCore
import ParleyModel
import ParleyTesting
import Testing

@Suite struct `A list in an answer` {
  /// A list of so many entries of so many bytes ends with the entry that takes it past the bound.
  private static func count(of bytes: Int) -> Int { Limits.answerBytesMax / bytes + 1 }

  @Test func `of people has as many bytes as an answer with messages`() throws {
    let stage = Stage()
    let letters = String(repeating: "\u{1D4D0}", count: 29)
    var entry: RoomEntry?
    for number in 100..<700 {
      entry = stage.take(stage.connect(), .login(Name(letters + "\(number)"), autojoin: true)).entry
    }
    let shown = Self.count(of: 29 * 4 + 3)
    #expect(entry?.present.count == shown && entry?.presentMore == 600 - shown)
    let replies = stage.take(SessionID(1), .who(.current, membersOnly: false)).replies
    guard case .people(room: _, let people, let more) = try #require(replies.first) else {
      Issue.record("\(replies)")
      return
    }
    #expect(people.count == shown && more == 600 - shown)
    #expect(people.map(\.name) == entry?.present)
  }

  @Test func `of rooms likewise, those that are listed nowhere else included`() throws {
    let stage = Stage()
    let topic = String(repeating: "x", count: Limits.topicBytesMax)
    var ana = SessionID(0)
    for number in 0..<300 {
      if number % 50 == 0 { ana = stage.enter("ana\(number)", autojoin: false) }
      let name = "room-\(number + 100)"
      stage.take(ana, .add(Name(name)))
      #expect(stage.take(ana, .setTopic(.named(name), topic)).refusal == nil)
    }
    stage.does(ana, .set(.named("room-399"), .isUnlisted(true)))
    let replies = stage.take(ana, .rooms).replies
    guard case .rooms(let rooms, let more) = try #require(replies.first) else {
      Issue.record("\(replies)")
      return
    }
    // The lobby, the first of them, has no topic.
    #expect(rooms.count == 1 + Self.count(of: Limits.topicBytesMax + 8))
    #expect(rooms.count + more == 300 + 1)
  }

  @Test func `of what is short has a thousand`() throws {
    let stage = Stage()
    var entry: RoomEntry?
    for number in 0..<1_010 {
      entry = stage.take(stage.connect(), .login(Name("p\(number)"), autojoin: true)).entry
    }
    #expect(entry?.present.count == Limits.listedMax && entry?.presentMore == 10)
  }
}
