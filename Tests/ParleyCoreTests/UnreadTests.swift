import ParleyCore
import ParleyModel
import Testing

@Suite struct `A mark from before one's joining` {
  private static func unread(_ stage: Stage, _ session: SessionID) -> [UnreadConversation] {
    for case .account(.unread(let found, more: _)) in stage.take(session, .account(.unread)).replies
    { return found }
    return []
  }

  @Test(arguments: [0, 2]) func `counts what one sees, and no more`(backlog: Int) {
    let stage = Stage(Settings(defaultBacklog: .count(backlog)))
    let ana = stage.enter("ana")
    for number in 1...5 { stage.says(ana, "line \(number)") }
    let bea = stage.enter("bea")
    #expect(Self.unread(stage, bea) == [])
    func marks(_ number: UInt64) {
      stage.propose(bea, .verified(.mark(.current, through: Sequence(number))))
    }
    marks(0)
    // Before her joining she sees as many lines as the backlog has.
    #expect(Self.unread(stage, bea).map(\.count) == (backlog == 0 ? [] : [backlog]))
    stage.says(ana, "bea, hello")
    #expect(Self.unread(stage, bea).map(\.count) == [backlog + 1])
    #expect(Self.unread(stage, bea).map(\.mentions) == [1])
    marks(5)
    #expect(Self.unread(stage, bea).map(\.count) == [1])
    marks(6)
    #expect(Self.unread(stage, bea) == [])
  }
}
