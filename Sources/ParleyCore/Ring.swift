/// The newest elements of a sequence, at most `capacity` of them: the next one beyond that takes
/// the place of the oldest.
///
/// Memory grows with use.
struct Ring<Element> {
  let capacity: Int
  private var storage: ContiguousArray<Element> = []
  /// Where the oldest stands.
  private var start = 0

  init(capacity: Int) {
    precondition(capacity > 0, "a ring holds something")
    self.capacity = capacity
  }

  init(capacity: Int, _ elements: some Collection<Element>) {
    self.init(capacity: capacity)
    self.storage.append(contentsOf: elements.suffix(capacity))
  }

  var count: Int { self.storage.count }
  var indices: Range<Int> { 0..<self.storage.count }
  var isEmpty: Bool { self.storage.isEmpty }
  var isFull: Bool { self.storage.count == self.capacity }
  var first: Element? { self.storage.isEmpty ? nil : self[0] }
  var last: Element? { self.storage.isEmpty ? nil : self[self.count - 1] }

  /// Counted from the oldest, 0.
  subscript(index: Int) -> Element {
    _read { yield self.storage[self.place(index)] }
    _modify {
      let place = self.place(index)
      yield &self.storage[place]
    }
  }

  /// Adds the newest; the oldest goes where the ring is full.
  mutating func append(_ element: Element) {
    guard self.isFull else {
      self.storage.append(element)
      return
    }
    self.storage[self.start] = element
    self.start = self.start + 1 == self.capacity ? 0 : self.start + 1
  }

  /// The index of the first element for which `isReached` holds, `count` where it never does.
  ///
  /// The elements must be sorted so that it holds for all after the first.
  func firstIndex(reaching isReached: (Element) -> Bool) -> Int {
    var low = 0
    var high = self.count
    while low < high {
      let middle = (low + high) / 2
      if isReached(self[middle]) {
        high = middle
      } else {
        low = middle + 1
      }
    }
    return low
  }

  private func place(_ index: Int) -> Int {
    assert(index >= 0 && index < self.count)
    let place = self.start + index
    return place < self.storage.count ? place : place - self.storage.count
  }
}
