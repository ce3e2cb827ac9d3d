import NIOCore
import ParleyDoorKit
import Synchronization
import Testing

@Suite struct `A token bucket` {
  /// Ten a second, and thirty at once.
  private static let rate = TokenRate(10, per: .seconds(1), burst: 30)
  private static let start = NIODeadline.uptimeNanoseconds(5_000_000_000)

  @Test func `is full at first and empty when its burst is taken`() {
    var bucket = TokenBucket()
    #expect(bucket.available(at: Self.start, Self.rate) == 30)
    for _ in 0..<30 { #expect(bucket.take(1, at: Self.start, Self.rate) == true) }
    #expect(bucket.take(1, at: Self.start, Self.rate) == false)
    #expect(bucket.wait(for: 1, at: Self.start, Self.rate) == .milliseconds(100))
    #expect(bucket.wait(for: 5, at: Self.start, Self.rate) == .milliseconds(500))
  }

  @Test func `fills at its rate and never beyond its burst`() {
    var bucket = TokenBucket()
    bucket.owe(30, at: Self.start, Self.rate)
    #expect(bucket.available(at: Self.start + .milliseconds(99), Self.rate) == 0)
    #expect(bucket.available(at: Self.start + .milliseconds(100), Self.rate) == 1)
    #expect(bucket.available(at: Self.start + .seconds(2), Self.rate) == 20)
    #expect(bucket.available(at: Self.start + .hours(9), Self.rate) == 30)
    #expect(!bucket.isFull(at: Self.start + .milliseconds(2_999)))
    #expect(bucket.isFull(at: Self.start + .seconds(3)))
  }

  @Test func `takes all that is asked for or nothing`() {
    var bucket = TokenBucket()
    #expect(bucket.take(31, at: Self.start, Self.rate) == false)
    #expect(bucket.take(29, at: Self.start, Self.rate) == true)
    #expect(bucket.take(2, at: Self.start, Self.rate) == false)
    #expect(bucket.take(1, at: Self.start, Self.rate) == true)
  }

  @Test func `is in debt after more was owed than it had, but no more than was allowed`() {
    var bucket = TokenBucket()
    bucket.owe(50, at: Self.start, Self.rate)
    #expect(bucket.wait(for: 1, at: Self.start, Self.rate) == .milliseconds(2_100))
    bucket.owe(1_000, at: Self.start, Self.rate, debtMax: .seconds(4))
    #expect(bucket.wait(for: 0, at: Self.start, Self.rate) == .seconds(4))
    bucket.giveBack(40, Self.rate)
    #expect(bucket.available(at: Self.start, Self.rate) == 0)
    bucket.giveBack(1, Self.rate)
    #expect(bucket.available(at: Self.start, Self.rate) == 1)
  }

  @Test(arguments: [0, 1, 3, 7, 60, 1_000, 1_000_000_000_000])
  func `lets through over a long time what its rate says`(perMinute: Int) {
    let rate = TokenRate(perMinute, per: .minutes(1), burst: 5)
    var bucket = TokenBucket()
    var taken = 0
    var now = Self.start
    // Asked every 10 ms for ten minutes.
    for _ in 0..<60_000 {
      if bucket.take(1, at: now, rate) { taken += 1 }
      now = now + .milliseconds(10)
    }
    let most = min(60_000, max(1, perMinute) * 10 + 5)
    #expect((most - 1...most).contains(taken), "\(taken)")
  }

  @Test func `gives many who take at one time no more than it has`() async {
    let bucket = Shared()
    let taken = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask {
          (0..<5_000).count { _ in bucket.bucket.take(1, at: Self.start, Self.rate) }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(taken == 30)
    bucket.bucket.owe(10_000, at: Self.start, Self.rate, debtMax: .seconds(1))
    #expect(bucket.bucket.wait(for: 1, at: Self.start, Self.rate) == .milliseconds(1_100))
  }

  private final class Shared: Sendable {
    let bucket = Atomic<TokenBucket>(TokenBucket())
  }
}
