import ParleyCore
import ParleyModel
import ParleyTesting
import Testing

@Suite struct `A command sent again with its nonce` {
  let stage = Stage()
  let ana: SessionID

  init() {
    self.ana = self.stage.enter("ana")
  }

  @discardableResult
  private func says(_ text: String, _ nonce: String = "n") -> [Effect] {
    self.stage.take(self.ana, .say(.current, .say, text), nonce: nonce)
  }

  @Test func `gets the first answer and has no second effect`() {
    let first = self.says("hello")
    let second = self.says("hello")
    #expect(second.lines == ["1: stored 1 in lobby"])
    #expect(second == first.suffix(1))
    #expect(self.stage.fold.messages(in: RoomID(1)).count == 1)
  }

  @Test func `is refused with other contents`() {
    self.says("hello")
    #expect(self.says("bye").refusal == .nonceReused)
    #expect(self.says("bye", "m").lines.last == "1: stored 2 in lobby")
  }

  @Test func `is answered after a restart, and after its room is gone`() {
    self.stage.take(self.ana, .join(Name("python")))
    let first = self.says("hello")
    self.stage.take(self.ana, .leave(.current, then: .nowhere))
    self.stage.restart()
    #expect(self.says("hello") == first.suffix(1))
  }

  @Test func `is answered for a direct message, a post and a reply`() {
    let bea = self.stage.enter("bea")
    let commands: [Command] = [
      .direct(.named(Name("bea")), .say, "x"), .post(.current, subject: "x", body: "y"),
      .reply(.current, to: Sequence(1), body: "z"),
    ]
    for (index, command) in commands.enumerated() {
      let first = self.stage.take(self.ana, command, nonce: "\(index)")
      #expect(self.stage.take(self.ana, command, nonce: "\(index)") == first.suffix(1))
    }
    #expect(self.stage.isLoggedIn(bea))
  }

  @Test func `had no effect when it was refused, and may have it now`() {
    #expect(self.says("").refusal == .badText(.empty))
    #expect(self.says("hello").count == 2)
  }

  @Test func `is new after a day`() {
    self.says("hello")
    self.stage.wait(seconds: 24 * 60 * 60)
    #expect(self.says("hello").lines.last == "1: stored 2 in lobby")
    #expect(self.says("hello").lines == ["1: stored 2 in lobby"])
  }

  @Test func `is new when that many have come since`() {
    self.says("hello", "first")
    for number in 1..<Limits.noncesMax { self.says("hello", "\(number)") }
    #expect(self.says("hello", "first").count == 1)
    self.says("hello", "one more")
    #expect(self.says("hello", "first").count == 2)
    #expect(self.stage.fold.loaded.nonces.count == Limits.noncesMax)
  }

  @Test func `belongs to its participant`() {
    self.says("hello")
    let bea = self.stage.enter("bea")
    #expect(
      self.stage.take(bea, .say(.current, .say, "hello"), nonce: "n").lines.last
        == "2: stored 2 in lobby")
    self.stage.take(self.ana, .quit(.left))
    #expect(self.stage.fold.loaded.nonces.count == 1)
  }
}
