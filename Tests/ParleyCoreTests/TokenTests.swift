import ParleyCore
import ParleyModel
import Testing

@Suite struct `A session that a token let in` {
  let stage = Stage()
  let ana: SessionID
  let bot: SessionID
  let token: [UInt8] = [7]

  init() {
    self.ana = self.stage.register("ana")
    self.stage.propose(
      self.ana, .verified(.addToken(digest: self.token, [.read, .write], label: "bot")))
    self.bot = self.stage.connect()
  }

  private func entersByToken(_ session: SessionID) {
    self.stage.propose(
      session, .verified(.loginByToken(digest: self.token, Name("ana"), autojoin: true)))
  }

  private func revokes() -> [String] {
    self.stage.propose(self.ana, .verified(.revokeToken(1))).lines
  }

  @Test(arguments: [false, true])
  func `ends with the token, whatever its name is by then`(isRestarted: Bool) {
    self.entersByToken(self.bot)
    #expect(self.stage.take(self.bot, .nick(Name("robot"))).refusal == nil)
    self.stage.says(self.bot, "hello")
    if isRestarted { self.stage.restart() }
    let lines = self.revokes()
    #expect(lines.contains("\(self.bot.number): closing accessRevoked"))
    #expect(lines.contains { $0.contains("went robot") })
    #expect(!self.stage.isLoggedIn(self.bot))
  }

  @Test func `of another account stays, though its token has the same number`() {
    let bea = self.stage.register("bea")
    self.stage.propose(bea, .verified(.addToken(digest: [8], .read, label: "bot")))
    self.stage.propose(
      self.bot, .verified(.loginByToken(digest: [8], Name("bea"), autojoin: true)))
    #expect(!self.revokes().contains { $0.contains("closing") })
    #expect(self.stage.isLoggedIn(self.bot))
  }

  @Test func `is bounded by it no longer once a password let it in elsewhere`() {
    _ = self.stage.register("bea")
    self.stage.propose(self.ana, .verified(.addToken(digest: [9], .read, label: "reader")))
    self.stage.propose(
      self.bot, .verified(.loginByToken(digest: [9], Name("ana"), autojoin: true)))
    #expect(self.stage.take(self.bot, .say(.current, .say, "no")).refusal == .scopeMissing(.write))
    #expect(self.stage.logsIn(self.bot, "bea").refusal == nil)
    #expect(self.stage.take(self.bot, .say(.current, .say, "yes")).refusal == nil)
    // Nor does it end with it; what is kept of it says the same.
    self.stage.restart()
    #expect(self.stage.take(self.bot, .say(.current, .say, "yes")).refusal == nil)
    self.stage.propose(self.ana, .verified(.revokeToken(2)))
    #expect(self.stage.isLoggedIn(self.bot))
  }
}
