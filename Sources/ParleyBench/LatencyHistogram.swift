/// Counts of durations in nanoseconds, in buckets that are at most 1/64 of their value wide.
package struct LatencyHistogram: Sendable {
  private static let subBits = 6
  private var counts = [UInt64](repeating: 0, count: (64 - subBits + 1) << subBits)
  package private(set) var count: UInt64 = 0
  package private(set) var max: UInt64 = 0

  package init() {}

  @inline(__always)
  package mutating func record(_ nanoseconds: UInt64) {
    self.counts[Self.bucket(of: nanoseconds)] += 1
    self.count += 1
    if nanoseconds > self.max { self.max = nanoseconds }
  }

  /// The smallest recorded magnitude at or below which `share` (0 to 1) of all durations are; 0
  /// when there are none.
  package func percentile(_ share: Double) -> UInt64 {
    let wanted = UInt64((Double(self.count) * share).rounded(.up))
    var seen: UInt64 = 0
    for (bucket, count) in self.counts.enumerated() where count > 0 {
      seen += count
      if seen >= wanted { return min(Self.highest(of: bucket), self.max) }
    }
    return self.max
  }

  // Values below 2^subBits have a bucket each; above, each power of two is cut into 2^subBits
  // buckets, numbered on without a hole.
  private static func bucket(of value: UInt64) -> Int {
    let magnitude = 63 - (value | 1).leadingZeroBitCount
    if magnitude < self.subBits { return Int(value) }
    let shift = magnitude - self.subBits
    return (shift << self.subBits) + Int(value >> UInt64(shift))
  }

  private static func highest(of bucket: Int) -> UInt64 {
    if bucket < 2 << self.subBits { return UInt64(bucket) }
    let shift = (bucket >> self.subBits) - 1
    let top = UInt64(bucket - (shift << self.subBits))
    // Of the last bucket the shift leaves nothing, and one less than nothing is the highest value.
    return ((top + 1) << UInt64(shift)) &- 1
  }
}
