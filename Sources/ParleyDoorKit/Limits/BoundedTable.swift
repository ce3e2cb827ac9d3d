/// What is known of the newest keys, of a bounded number of them.
///
/// Two generations: what is used is young; when half of the bound is young, the old ones are
/// forgotten and the young ones become old. So at least the half of the bound that was used last is
/// kept, and each use costs the same on average, whoever comes.
///
/// What may not be forgotten is kept beyond the bound; whoever uses the table bounds that by other
/// means.
package struct BoundedTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private var young: [Key: Value] = [:]
  private var old: [Key: Value] = [:]
  private let capacity: Int
  private var turnsAt: Int

  /// At most `capacity` keys, at least 2, besides those that may not be forgotten.
  package init(capacity: Int) {
    self.capacity = max(2, capacity)
    self.turnsAt = self.capacity / 2
  }

  package var count: Int { self.young.count + self.old.count }

  /// What is known, which is not thereby used.
  package subscript(key: Key) -> Value? { self.young[key] ?? self.old[key] }

  /// Uses a key: sets what is known of it.
  package mutating func set(
    _ value: Value, for key: Key, mayForget: (Value) -> Bool = { _ in true }
  ) {
    self.old[key] = nil
    self.young[key] = value
    if self.young.count >= self.turnsAt { self.turn(mayForget) }
  }

  package mutating func remove(_ key: Key) {
    self.young[key] = nil
    self.old[key] = nil
  }

  /// Forgets what is old and makes old what is young.
  package mutating func turn(_ mayForget: (Value) -> Bool) {
    let kept = self.old.filter { !mayForget($0.value) }
    self.old = self.young
    self.young = kept
    // Where much is kept, a turn is worth its walk only after as much has come again.
    self.turnsAt = max(self.capacity / 2, 2 * kept.count)
  }
}
