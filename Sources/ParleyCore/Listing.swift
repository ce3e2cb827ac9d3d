import ParleyModel

extension Swift.Sequence {
  /// What one answer lists of these: ``Limits/listedMax`` at most, ending with the one whose texts
  /// take it past ``Limits/answerBytesMax``, as answers with messages do.
  func listed<Item>(
    bytes: (Item) -> Int, _ make: (Element) throws -> Item
  ) rethrows -> [Item] {
    var items: [Item] = []
    var sum = 0
    for element in self {
      guard items.count < Limits.listedMax, sum <= Limits.answerBytesMax else { break }
      let item = try make(element)
      sum += bytes(item)
      items.append(item)
    }
    return items
  }
}
