import ParleyBench
import Testing

@Suite struct `A latency histogram` {
  @Test func `answers with each percentile to 1 part in 64`() {
    var histogram = LatencyHistogram()
    for value in UInt64(1)...100_000 { histogram.record(value) }
    #expect(histogram.count == 100_000)
    #expect(histogram.max == 100_000)
    for share in [0.01, 0.5, 0.9, 0.99, 0.999] {
      let exact = Double(100_000) * share
      let found = Double(histogram.percentile(share))
      #expect(found >= exact && found <= exact * (1 + 1.0 / 64))
    }
  }

  @Test(arguments: [0, 1, 63, 64, 65, 127, 128, 1 << 40, UInt64.max])
  func `holds any duration`(nanoseconds: UInt64) {
    var histogram = LatencyHistogram()
    histogram.record(nanoseconds)
    #expect(histogram.percentile(0.5) == nanoseconds)
  }

  @Test func `is empty at first`() {
    #expect(LatencyHistogram().percentile(0.99) == 0)
  }
}
