import ParleyModel

/// The newest commands of a participant that had an effect, by their nonces: at most
/// ``Limits/noncesMax`` of them, for ``Limits/nonceMicrosecondsMax``.
struct NonceMemory {
  private var byNonce: [Nonce: NonceState] = [:]
  /// The oldest first.
  ///
  /// Commands of one stamp are ordered by what they stored, so that a start finds the same order
  /// again. The first `forgotten` are no longer part of it: they are taken away many at a time.
  private var queue: [NonceState] = []
  private var forgotten = 0

  /// All of them, the oldest first.
  var states: ArraySlice<NonceState> { self.queue[self.forgotten...] }

  /// What was answered to that nonce, as long as it is remembered.
  func find(_ nonce: Nonce, at stamp: Timestamp) -> NonceState? {
    guard let state = self.byNonce[nonce], !Self.isOver(state, at: stamp) else { return nil }
    return state
  }

  /// Remembers one more and hands those that are forgotten for it to `forget`.
  ///
  /// What is handed over from another name may be older than what is here, or be over already.
  mutating func remember(_ state: NonceState, forget: (NonceState) -> Void) {
    let newest = max(state.time, self.states.last?.time ?? state.time)
    if Self.isOver(state, at: newest) { return forget(state) }
    // A nonce that is over may be used again before anything has forgotten it.
    if let old = self.byNonce[state.nonce], let place = self.states.firstIndex(of: old) {
      self.queue.remove(at: place)
    }
    while let oldest = self.states.first,
      Self.isOver(oldest, at: newest) || self.states.count >= Limits.noncesMax
    {
      self.byNonce[oldest.nonce] = nil
      self.forgotten += 1
      forget(oldest)
    }
    if self.forgotten >= Limits.noncesMax {
      self.queue.removeFirst(self.forgotten)
      self.forgotten = 0
    }
    self.byNonce[state.nonce] = state
    var place = self.queue.count
    while place > self.forgotten, Self.isBefore(state, self.queue[place - 1]) { place -= 1 }
    self.queue.insert(state, at: place)
  }

  private static func isOver(_ state: NonceState, at stamp: Timestamp) -> Bool {
    stamp.microseconds - state.time.microseconds > Limits.nonceMicrosecondsMax
  }

  private static func isBefore(_ left: NonceState, _ right: NonceState) -> Bool {
    (left.time, left.room, left.sequence) < (right.time, right.room, right.sequence)
  }
}
