import ParleyCore
import ParleyModel
import ParleyTesting
import Testing

@Suite struct `A direct message` {
  let stage = Stage()
  let ana: SessionID
  let bea: SessionID

  init() {
    self.ana = self.stage.enter("ana")
    self.bea = self.stage.enter("bea")
  }

  @discardableResult
  private func writes(_ from: SessionID, _ to: String, tag: RequestTag = Stage.tag) -> [Effect] {
    self.stage.take(from, .direct(.named(Name(to)), .say, "psst"), tag: tag)
  }

  @Test func `reaches both, and the answer says how many sessions`() {
    #expect(
      self.writes(self.ana, "Bea").lines
        == ["1: own direct 1 to bea", "2: direct 1 from ana", "1: delivered 1 to 1 of bea"])
    #expect(
      self.writes(self.bea, "ana", tag: .none).lines
        == ["2: own direct 2 to ana", "1: direct 2 from bea"])
  }

  @Test func `answers who wrote last`() {
    #expect(self.stage.take(self.bea, .direct(.last, .say, "x")).refusal == .nobodyToAnswer)
    self.writes(self.ana, "bea")
    #expect(
      self.stage.take(self.bea, .direct(.last, .say, "x")).lines.last
        == "2: delivered 2 to 1 of ana")
    self.stage.take(self.ana, .quit(.left))
    #expect(self.stage.take(self.bea, .direct(.last, .say, "x")).refusal == .nobodyToAnswer)
  }

  @Test func `is refused to a name that nobody has and to oneself`() {
    #expect(self.writes(self.ana, "cy").refusal == .noSuchName("cy"))
    #expect(self.writes(self.ana, "ana").refusal == .notPermitted(.directToSelf))
    #expect(
      self.stage.take(self.ana, .direct(.named(Name("bea")), .say, "")).refusal
        == .badText(.empty))
  }

  @Test func `can be read again by both and by nobody else`() {
    #expect(
      self.stage.take(self.ana, .history(.direct(Name("bea")), limit: nil)).lines
        == ["1: history of @bea: []"])
    self.writes(self.ana, "bea")
    self.writes(self.bea, "ana")
    #expect(
      self.stage.take(self.ana, .history(.direct(Name("bea")), limit: nil)).lines
        == ["1: history of @bea: [1, 2]"])
    #expect(
      self.stage.take(self.bea, .read(.direct(Name("ana")), Sequence(1))).lines
        == ["2: message of @ana: [1]"])
    let cy = self.stage.enter("cy")
    #expect(
      self.stage.take(cy, .read(.direct(Name("ana")), Sequence(1))).refusal
        == .noSuchMessage(conversation: "@ana", Sequence(1)))
  }

  @Test func `can be removed by its author`() {
    self.writes(self.ana, "bea")
    #expect(
      self.stage.take(self.bea, .remove(.direct(Name("ana")), Sequence(1))).refusal
        == .notPermitted(.removeMessage))
    #expect(
      self.stage.take(self.ana, .remove(.direct(Name("bea")), Sequence(1))).lines == [
        "1: @bea: removed 1 by ana", "2: @ana: removed 1 by ana", "1: removed 1 of @bea",
      ])
    self.writes(self.ana, "bea")
    self.stage.take(self.bea, .ignore(Name("ana")))
    #expect(
      self.stage.take(self.ana, .remove(.direct(Name("bea")), Sequence(2))).lines == [
        "1: @bea: removed 2 by ana", "1: removed 2 of @bea",
      ])
  }

  @Test func `to who hides its sender is kept and answered as always`() {
    self.stage.take(self.bea, .ignore(Name("ana")))
    #expect(
      self.writes(self.ana, "bea").lines
        == ["1: own direct 1 to bea", "1: delivered 1 to 1 of bea"])
    #expect(self.stage.take(self.bea, .direct(.last, .say, "x")).refusal == .nobodyToAnswer)
  }

  @Test func `is inherited by nobody who takes the name later`() {
    self.writes(self.ana, "bea")
    let conversation = self.stage.fold.rooms.last
    #expect(conversation?.kind == .direct(ParticipantID(1), ParticipantID(2)))
    self.stage.take(self.bea, .quit(.left))
    #expect(self.stage.fold.rooms.count == 1)
    _ = self.stage.enter("bea")
    #expect(
      self.stage.take(self.ana, .history(.direct(Name("bea")), limit: nil)).lines
        == ["1: history of @bea: []"])
  }
}
