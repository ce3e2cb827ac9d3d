/// Bytes being gathered for one write; kept and reused from batch to batch.
///
/// The array is longer than what has been written to it, so that adding bytes checks the space
/// once for many of them.
struct WireBuffer {
  private(set) var bytes: [UInt8]
  private(set) var count = 0

  init(capacity: Int) {
    self.bytes = [UInt8](repeating: 0, count: capacity)
  }

  mutating func removeAll() {
    self.count = 0
  }

  /// Takes everything from `count` on back.
  mutating func truncate(to count: Int) {
    precondition(count <= self.count)
    self.count = count
  }

  /// Lets `body` write at most `capacity` bytes at the end; it answers how many it wrote.
  mutating func write(atMost capacity: Int, _ body: (UnsafeMutableRawPointer) -> Int) {
    if self.count + capacity > self.bytes.count {
      let wanted = max(self.bytes.count * 2, self.count + capacity)
      self.bytes.append(contentsOf: repeatElement(0, count: wanted - self.bytes.count))
    }
    let start = self.count
    let written = self.bytes.withUnsafeMutableBytes { buffer in
      guard let base = buffer.baseAddress else { return 0 }
      return body(base + start)
    }
    assert(written <= capacity)
    self.count += written
  }

  mutating func append(_ bytes: [UInt8]) {
    self.write(atMost: bytes.count) { target in
      bytes.withUnsafeBytes { source in
        if let base = source.baseAddress {
          target.copyMemory(from: base, byteCount: source.count)
        }
      }
      return bytes.count
    }
  }

  /// Lets `body` change what was written from `start` on.
  mutating func withBytes<Result>(
    from start: Int, _ body: (UnsafeMutableRawBufferPointer) -> Result
  ) -> Result {
    let end = self.count
    return self.bytes.withUnsafeMutableBytes {
      body(UnsafeMutableRawBufferPointer(rebasing: $0[start..<end]))
    }
  }
}
