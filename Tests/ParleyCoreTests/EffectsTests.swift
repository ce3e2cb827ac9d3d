import ParleyCore
import ParleyModel
import Testing

@Suite struct `What a turn has to tell` {
  @Test func `does not stay as big as the biggest turn`() {
    var effects = Effects()
    effects.items = (0..<10_000).map { .everyone("\($0)") }
    // An event loop has not done with it.
    let handedOver = effects.items
    effects.removeAll()
    effects.items.append(.everyone("next"))
    effects.removeAll()
    effects.items.append(.everyone("and the one after"))
    #expect(effects.items.capacity < 100)
    #expect(handedOver.count == 10_000)
  }
}
