package import NIOCore
package import Synchronization

/// How fast the tokens of a bucket come, and how many it holds.
package struct TokenRate: Hashable, Sendable {
  /// Nanoseconds in which one token comes, at least 1.
  package let nanosecondsPerToken: UInt64
  /// Tokens that a full bucket holds, at least 1.
  package let burst: Int

  /// So many tokens in a time; `burst` of them, or as many as come in that time, may be saved up.
  ///
  /// A count below 1 is taken for 1, and a bucket fills within 30 days at most.
  package init(_ count: Int, per time: TimeAmount, burst: Int? = nil) {
    let count = max(1, count)
    let perToken = UInt64(max(1, time.nanoseconds)) / UInt64(count)
    self.nanosecondsPerToken = min(max(1, perToken), Self.nanosecondsToFillMax)
    let burstMax = Self.nanosecondsToFillMax / self.nanosecondsPerToken
    self.burst = Int(clamping: min(UInt64(max(1, burst ?? count)), burstMax))
  }

  private static let nanosecondsToFillMax: UInt64 = 30 * 24 * 3600 * 1_000_000_000

  /// The time in which an empty bucket fills.
  package var nanosecondsToFill: UInt64 { self.nanosecondsPerToken * UInt64(self.burst) }

  /// The time in which so many tokens come; as many as a bucket fills with in 30 days at most.
  func nanoseconds(for count: Int) -> UInt64 {
    let (time, isTooLong) = self.nanosecondsPerToken
      .multipliedReportingOverflow(by: UInt64(max(0, count)))
    return isTooLong ? Self.nanosecondsToFillMax : min(time, Self.nanosecondsToFillMax)
  }
}

/// A token bucket in one word: the moment at which it will be full again (the virtual scheduling
/// of ITU-T I.371, annex A).
///
/// 1. A new bucket is full. What is taken moves that moment on; more may be *owed* than is there,
///    and must come again before anything can be taken.
/// 2. It has no clock: the time comes in with each question, and may stand still, but not go back.
/// 3. It allocates nothing, and all of its arithmetic is that of integers. In an `Atomic` many may
///    take from it without a lock.
package struct TokenBucket: RawRepresentable, AtomicRepresentable, Hashable, Sendable {
  /// Nanoseconds of the monotonic clock.
  package var rawValue: UInt64

  package init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// A full bucket.
  package init() {
    self.rawValue = 0
  }

  /// How many tokens can be taken.
  package func available(at now: NIODeadline, _ rate: TokenRate) -> Int {
    let missing = self.missing(now)
    let whole = rate.nanosecondsToFill
    return missing >= whole ? 0 : Int((whole - missing) / rate.nanosecondsPerToken)
  }

  /// How long it is until so many can be taken; for more than it holds, until its debt after that
  /// would be paid down to a full bucket's worth.
  package func wait(for count: Int, at now: NIODeadline, _ rate: TokenRate) -> TimeAmount {
    let needed = self.missing(now) + rate.nanoseconds(for: count)
    let whole = rate.nanosecondsToFill
    return .nanoseconds(needed > whole ? Int64(clamping: needed - whole) : 0)
  }

  /// Takes so many, or nothing.
  package mutating func take(_ count: Int, at now: NIODeadline, _ rate: TokenRate) -> Bool {
    guard self.available(at: now, rate) >= count else { return false }
    self.owe(count, at: now, rate)
    return true
  }

  /// Takes so many, whether they are there or not.
  package mutating func owe(_ count: Int, at now: NIODeadline, _ rate: TokenRate) {
    self.rawValue = max(self.rawValue, now.uptimeNanoseconds) + rate.nanoseconds(for: count)
  }

  /// Takes so many, but never so many that none could be taken for longer than `debtMax`.
  package mutating func owe(
    _ count: Int, at now: NIODeadline, _ rate: TokenRate, debtMax: TimeAmount
  ) {
    let most = now.uptimeNanoseconds + rate.nanosecondsToFill + UInt64(debtMax.nanoseconds)
    let old = self.rawValue
    self.owe(count, at: now, rate)
    self.rawValue = max(old, min(self.rawValue, most))
  }

  /// Puts back what was taken for nothing.
  package mutating func giveBack(_ count: Int, _ rate: TokenRate) {
    let time = rate.nanoseconds(for: count)
    self.rawValue -= min(time, self.rawValue)
  }

  /// Whether nothing is missing, so that it need not be kept.
  package func isFull(at now: NIODeadline) -> Bool { self.missing(now) == 0 }

  /// The time that it is away from being full.
  private func missing(_ now: NIODeadline) -> UInt64 {
    self.rawValue - min(self.rawValue, now.uptimeNanoseconds)
  }
}

extension Atomic where Value == TokenBucket {
  /// How long it is until so many can be taken.
  package func wait(for count: Int, at now: NIODeadline, _ rate: TokenRate) -> TimeAmount {
    self.load(ordering: .relaxed).wait(for: count, at: now, rate)
  }

  /// Takes so many, or nothing.
  package func take(_ count: Int, at now: NIODeadline, _ rate: TokenRate) -> Bool {
    var old = self.load(ordering: .relaxed)
    while true {
      var new = old
      guard new.take(count, at: now, rate) else { return false }
      let result = self.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
      if result.exchanged { return true }
      old = result.original
    }
  }

  /// Takes so many, whether they are there or not, as far as the debt allows.
  package func owe(
    _ count: Int, at now: NIODeadline, _ rate: TokenRate, debtMax: TimeAmount
  ) {
    var old = self.load(ordering: .relaxed)
    while true {
      var new = old
      new.owe(count, at: now, rate, debtMax: debtMax)
      let result = self.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
      if result.exchanged { return }
      old = result.original
    }
  }
}
