import NIOCore
import ParleyDoorKit
import Testing

@Suite struct `Attempts to log in` {
  private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

  private static func address(_ number: Int) -> AddressKey {
    IPNetwork(IPAddress(bits: UInt128(number) << 64), prefix: 64)
  }

  /// How many of attempts, one every 100 ms for a time, may be made.
  private static func tries(
    _ attempts: inout LoginAttempts, for time: TimeAmount, at begin: NIODeadline = start,
    _ pick: (Int) -> (account: String, address: AddressKey?)
  ) -> Int {
    var tries = 0
    for number in 0..<Int(time.nanoseconds / 100_000_000) {
      let (account, address) = pick(number)
      let now = begin + .milliseconds(Int64(number) * 100)
      if attempts.begin(account, from: address, at: now) == .mayTry { tries += 1 }
    }
    return tries
  }

  @Test func `are free for somebody who errs four times`() {
    var attempts = LoginAttempts()
    for _ in 0..<5 {
      #expect(attempts.begin("ann", from: Self.address(1), at: Self.start) == .mayTry)
    }
    attempts.succeeded("ann", from: Self.address(1))
    #expect(attempts.begin("ann", from: Self.address(1), at: Self.start) == .mayTry)
  }

  @Test func `at one account from one address wait twice as long each time`() {
    var attempts = LoginAttempts()
    var now = Self.start
    var waits: [Int] = []
    for _ in 0..<16 {
      if case .wait(let seconds) = attempts.begin("ann", from: Self.address(1), at: now) {
        waits.append(seconds)
        now = now + .seconds(Int64(seconds))
        #expect(attempts.begin("ann", from: Self.address(1), at: now) == .mayTry)
      }
    }
    #expect(waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900])
    // The failures of a day ago are forgotten.
    now = now + .hours(24)
    for _ in 0..<5 {
      #expect(attempts.begin("ann", from: Self.address(1), at: now) == .mayTry)
    }
  }

  @Test func `at many accounts from one address are slowed`() {
    var attempts = LoginAttempts()
    let tries = Self.tries(&attempts, for: .minutes(10)) { ("a\($0)", Self.address(1)) }
    #expect((139...141).contains(tries), "\(tries)")
    #expect(attempts.begin("bob", from: Self.address(2), at: Self.start) == .mayTry)
  }

  @Test func `at one account from many addresses are slowed`() {
    var attempts = LoginAttempts()
    let tries = Self.tries(&attempts, for: .minutes(10)) { ("ann", Self.address($0)) }
    #expect((89...91).contains(tries), "\(tries)")
    #expect(attempts.begin("bob", from: Self.address(1), at: Self.start) == .mayTry)
  }

  @Test func `of the owner go on from where it was before, whatever strangers do`() {
    var attempts = LoginAttempts()
    #expect(attempts.begin("ann", from: Self.address(1), at: Self.start) == .mayTry)
    attempts.succeeded("ann", from: Self.address(1))
    _ = Self.tries(&attempts, for: .minutes(10)) { ("ann", Self.address($0 + 2)) }
    let now = Self.start + .minutes(10) - .milliseconds(100)
    #expect(attempts.begin("ann", from: Self.address(1), at: now) == .mayTry)
    attempts.succeeded("ann", from: Self.address(1))
    // It is a stranger's bucket that is empty.
    #expect(attempts.begin("ann", from: Self.address(9_999), at: now) != .mayTry)
  }

  @Test func `of the owner from a new address succeed while fifty strangers guess`() {
    var attempts = LoginAttempts()
    // Three hours of fifty addresses, each as often as it may.
    _ = Self.tries(&attempts, for: .hours(3)) { ("ann", Self.address($0 % 50)) }
    let now = Self.start + .hours(3)
    var entered = false
    // It tries once a second, and each second they all try before it.
    for second in 0..<60 where !entered {
      let moment = now + .seconds(Int64(second))
      for number in 0..<50 { _ = attempts.begin("ann", from: Self.address(number), at: moment) }
      entered = attempts.begin("ann", from: Self.address(99), at: moment) == .mayTry
    }
    #expect(entered)
  }

  @Test func `without an address wait for no stranger, and are slowed for each account`() {
    var attempts = LoginAttempts()
    _ = Self.tries(&attempts, for: .minutes(1)) { ("ann", Self.address($0)) }
    #expect(attempts.begin("ann", from: nil, at: Self.start) == .mayTry)
    let tries = Self.tries(&attempts, for: .minutes(10)) { _ in ("bob", nil) }
    #expect((89...91).contains(tries), "\(tries)")
  }

  @Test func `that could not be checked count for nothing`() {
    var attempts = LoginAttempts()
    for _ in 0..<100 {
      #expect(attempts.begin("ann", from: Self.address(1), at: Self.start) == .mayTry)
      attempts.abandoned("ann", from: Self.address(1))
    }
  }

  @Test func `are helped by an administrator`() {
    var attempts = LoginAttempts()
    _ = Self.tries(&attempts, for: .minutes(1)) { ("ann", Self.address($0)) }
    let now = Self.start + .minutes(1) - .milliseconds(100)
    #expect(attempts.begin("ann", from: Self.address(9_999), at: now) != .mayTry)
    attempts.forget("ann")
    #expect(attempts.begin("ann", from: Self.address(9_999), at: now) == .mayTry)
  }

  @Test func `are remembered in bounded memory`() {
    var options = LoginAttempts.Options()
    options.tableMax = 1_000
    var attempts = LoginAttempts(options)
    for number in 0..<20_000 {
      _ = attempts.begin("a\(number)", from: Self.address(number), at: Self.start)
      attempts.succeeded("a\(number)", from: Self.address(number))
      _ = attempts.begin("b\(number)", from: Self.address(number), at: Self.start)
    }
    #expect(attempts.count <= 4_000)
    // An account knows no more addresses than its bound.
    for number in 0..<100 { attempts.succeeded("ann", from: Self.address(number)) }
    _ = Self.tries(&attempts, for: .minutes(1)) { ("ann", Self.address($0 + 1_000)) }
    let now = Self.start + .minutes(1)
    let known = (0..<100).count {
      attempts.begin("ann", from: Self.address($0), at: now) == .mayTry
    }
    #expect(known <= 9, "\(known)")
  }
}
