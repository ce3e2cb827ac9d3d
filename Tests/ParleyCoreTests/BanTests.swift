import ParleyModel
import Testing

@Suite struct `A ban` {
  let stage = Stage()
  let ana: SessionID
  let bea: SessionID

  init() {
    self.ana = self.stage.enter("ana")
    self.bea = self.stage.enter("bea")
    for session in [self.ana, self.bea] { self.stage.take(session, .add(Name("python"))) }
  }

  private func ban(_ territory: Territory, asOwner: Bool) {
    let ban = Moderation.sanction(
      territory, .ban, .name(Name("bea")), microseconds: nil, reason: "adverts")
    self.stage.take(
      self.ana, asOwner ? .administer(.moderate(ban), asOwner: true) : .moderate(ban))
  }

  @Test func `of a guest holds under another name`() {
    self.ban(.room(.named("python")), asOwner: false)
    self.stage.take(self.bea, .nick(Name("cy")))
    #expect(
      self.stage.take(self.bea, .add(Name("python"))).refusal
        == .banned(room: "python", until: nil, reason: "adverts"))
    self.stage.restart()
    #expect(
      self.stage.take(self.bea, .join(Name("python"))).refusal
        == .banned(room: "python", until: nil, reason: "adverts"))
  }

  @Test func `from the server ends the sessions and lets none begin`() {
    self.ban(.server, asOwner: true)
    #expect(!self.stage.isLoggedIn(self.bea))
    #expect(
      self.stage.take(self.bea, .login(Name("bea"), autojoin: true)).refusal
        == .banned(room: nil, until: nil, reason: "adverts"))
    #expect(self.stage.isLoggedIn(self.ana))
  }
}
