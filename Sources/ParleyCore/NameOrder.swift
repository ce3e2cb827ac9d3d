/// Values under names' keys, in the order of the keys: what is listed to people is always at hand
/// in a fixed order, and nothing is sorted per answer.
struct NameOrder<Value> {
  struct Item {
    var key: String
    var value: Value
  }

  private(set) var items: ContiguousArray<Item> = []

  var count: Int { self.items.count }
  var isEmpty: Bool { self.items.isEmpty }

  /// The value under a key; setting nil removes it.
  subscript(key: String) -> Value? {
    get {
      let place = self.place(of: key)
      return self.holds(key, at: place) ? self.items[place].value : nil
    }
    set {
      let place = self.place(of: key)
      switch (self.holds(key, at: place), newValue) {
      case (true, .some(let value)): self.items[place].value = value
      case (true, .none): self.items.remove(at: place)
      case (false, .some(let value)): self.items.insert(Item(key: key, value: value), at: place)
      case (false, .none): break
      }
    }
  }

  private func holds(_ key: String, at place: Int) -> Bool {
    place < self.items.count && self.items[place].key == key
  }

  private func place(of key: String) -> Int {
    var low = 0
    var high = self.items.count
    while low < high {
      let middle = (low + high) / 2
      if self.items[middle].key < key {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }
}
