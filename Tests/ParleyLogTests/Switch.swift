import Synchronization

/// Something that a test turns on and off while others look at it.
final class Switch: Sendable {
  private let state = Atomic<Bool>(false)

  var isOn: Bool {
    get { self.state.load(ordering: .sequentiallyConsistent) }
    set { self.state.store(newValue, ordering: .sequentiallyConsistent) }
  }
}
