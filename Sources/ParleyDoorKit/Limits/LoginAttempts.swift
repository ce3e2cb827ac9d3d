package import NIOCore

/// Who may try a password, and who must wait: guessing is slowed, and nobody is locked out for
/// good.
///
/// Pure: a value without a clock, for whoever checks passwords to own. An attempt counts when it
/// begins, so that many at once do not pass while the first is checked; a success takes it back.
///
/// 1. *Over many accounts from one address*: each address has a bucket of attempts.
/// 2. *Over one account from one address*: after ``Options/pairFree`` failures the next attempt of
///    that address at that account waits for ``Options/pairWait``, after each further one twice as
///    long, up to ``Options/pairWaitMax``.
/// 3. *Over one account from many addresses*: each account has a bucket of attempts that all
///    addresses share from which it was not logged in to before.
/// 4. *The owner is not locked out*: the last ``Options/knownMax`` addresses from which an account
///    was logged in to need nothing of that bucket, only of their own address's and of 2. From a new
///    address it competes with the guessers, each of whom may try seldom by 2: to use up all of an
///    account's attempts for ever, guessers must have about `pairWaitMax × accountRate` addresses
///    (90, with the values here; for the first hours, in which they may try more often, fewer). A
///    wait is never longer than ``Options/pairWaitMax``, and no failure of another address makes it
///    longer than one token takes to come.
/// 5. Where there is no address, on the Unix socket and in networks without limits, an account has a
///    bucket of its own for all of them, and nothing else counts: many may be behind one such
///    address, and none of them may make another one wait for long.
/// 6. It keeps at most ``Options/tableMax`` of each: addresses, accounts, pairs, known addresses;
///    those used longest ago are forgotten first. An attempt that waits is not a use.
package struct LoginAttempts: Sendable {
  /// What is allowed.
  package struct Options: Hashable, Sendable {
    /// Attempts of an address, at whatever account; nil is without a limit.
    package var addressRate: TokenRate? = TokenRate(12, per: .minutes(1), burst: 20)
    /// Attempts at an account from addresses that it does not know; nil is without a limit.
    package var accountRate: TokenRate? = TokenRate(6, per: .minutes(1), burst: 30)
    /// Failures of an address at an account after which it must wait; nil is never.
    package var pairFree: Int? = 5
    /// The first wait of an address after failures at an account.
    package var pairWait = TimeAmount.seconds(2)
    /// The longest.
    package var pairWaitMax = TimeAmount.minutes(15)
    /// After so long without an attempt, its failures are forgotten.
    package var pairMemory = TimeAmount.hours(24)
    /// Addresses that an account knows.
    package var knownMax = 8
    /// Entries of each table.
    package var tableMax = 100_000

    package init() {}
  }

  /// What is answered.
  package enum Answer: Hashable, Sendable {
    /// It may try now, which counts.
    case mayTry
    /// It may try after so many seconds, at least 1; nothing was counted.
    case wait(seconds: Int)
  }

  /// An account by its name's key, at one address; nil is where none counts.
  private struct Pair: Hashable {
    var account: String
    var address: AddressKey?

    /// Whose bucket of attempts it needs, where the address is not known.
    var bucket: AccountBucket { AccountBucket(account: self.account, isLocal: self.address == nil) }
  }

  private struct AccountBucket: Hashable {
    var account: String
    var isLocal: Bool
  }

  private struct Failures {
    var count = 0
    var next = NIODeadline.uptimeNanoseconds(0)
    var last = NIODeadline.uptimeNanoseconds(0)
  }

  private let options: Options
  private var addresses: BoundedTable<AddressKey, TokenBucket>
  private var accounts: BoundedTable<AccountBucket, TokenBucket>
  private var pairs: BoundedTable<Pair, Failures>
  private var known: BoundedTable<String, [AddressKey]>

  package init(_ options: Options = Options()) {
    self.options = options
    self.addresses = BoundedTable(capacity: options.tableMax)
    self.accounts = BoundedTable(capacity: options.tableMax)
    self.pairs = BoundedTable(capacity: options.tableMax)
    self.known = BoundedTable(capacity: options.tableMax)
  }

  /// An attempt at an account, named by its key, is about to be checked.
  ///
  /// `address` is what ``SessionLimits/key(of:)`` answers.
  package mutating func begin(
    _ account: String, from address: AddressKey?, at now: NIODeadline
  ) -> Answer {
    let pair = Pair(account: account, address: address)
    let wait = self.wait(of: pair, at: now)
    guard wait <= .zero else {
      return .wait(seconds: Self.seconds(wait))
    }
    if let rate = self.options.accountRate, !self.isKnown(pair) {
      var bucket = self.accounts[pair.bucket] ?? TokenBucket()
      bucket.owe(1, at: now, rate)
      self.accounts.set(bucket, for: pair.bucket)
    }
    guard let address else { return .mayTry }
    if let rate = self.options.addressRate {
      var bucket = self.addresses[address] ?? TokenBucket()
      bucket.owe(1, at: now, rate)
      self.addresses.set(bucket, for: address)
    }
    var failures = self.failures(of: pair, at: now)
    failures.count += 1
    failures.last = now
    failures.next = now + self.wait(after: failures.count)
    self.pairs.set(failures, for: pair)
    return .mayTry
  }

  /// An attempt that ``begin(_:from:at:)`` let pass was right.
  package mutating func succeeded(_ account: String, from address: AddressKey?) {
    let pair = Pair(account: account, address: address)
    self.takeBack(pair)
    self.pairs.remove(pair)
    guard let address else { return }
    var known = self.known[account] ?? []
    known.removeAll { $0 == address }
    known.append(address)
    self.known.set(known.suffix(self.options.knownMax), for: account)
  }

  /// An attempt that was let pass could not be checked: it counts for nothing.
  package mutating func abandoned(_ account: String, from address: AddressKey?) {
    let pair = Pair(account: account, address: address)
    self.takeBack(pair)
    guard var failures = self.pairs[pair] else { return }
    failures.count -= 1
    failures.next = failures.last
    self.pairs.set(failures, for: pair)
  }

  /// An account is gone, or an administrator helps its owner.
  package mutating func forget(_ account: String) {
    for isLocal in [false, true] {
      self.accounts.remove(AccountBucket(account: account, isLocal: isLocal))
    }
    self.known.remove(account)
  }

  /// Whether an account was logged in to from an address, among the last of them.
  package func knows(_ address: AddressKey?, at account: String) -> Bool {
    self.isKnown(Pair(account: account, address: address))
  }

  /// Entries of all tables.
  package var count: Int {
    self.addresses.count + self.accounts.count + self.pairs.count + self.known.count
  }

  /// Whole seconds that are enough.
  static func seconds(_ wait: TimeAmount) -> Int {
    Int((wait.nanoseconds + 999_999_999) / 1_000_000_000)
  }

  /// How long until the next attempt.
  private func wait(of pair: Pair, at now: NIODeadline) -> TimeAmount {
    var wait = TimeAmount.zero
    if let rate = self.options.accountRate, !self.isKnown(pair),
      let bucket = self.accounts[pair.bucket]
    {
      wait = bucket.wait(for: 1, at: now, rate)
    }
    guard let address = pair.address else { return wait }
    if let rate = self.options.addressRate, let bucket = self.addresses[address] {
      wait = max(wait, bucket.wait(for: 1, at: now, rate))
    }
    let next = self.failures(of: pair, at: now).next
    return next > now ? max(wait, next - now) : wait
  }

  private func isKnown(_ pair: Pair) -> Bool {
    guard let address = pair.address else { return false }
    return self.known[pair.account]?.contains(address) ?? false
  }

  /// Puts back the tokens that an attempt took.
  private mutating func takeBack(_ pair: Pair) {
    if let rate = self.options.addressRate, let address = pair.address,
      var bucket = self.addresses[address]
    {
      bucket.giveBack(1, rate)
      self.addresses.set(bucket, for: address)
    }
    if let rate = self.options.accountRate, !self.isKnown(pair),
      var bucket = self.accounts[pair.bucket]
    {
      bucket.giveBack(1, rate)
      self.accounts.set(bucket, for: pair.bucket)
    }
  }

  private func failures(of pair: Pair, at now: NIODeadline) -> Failures {
    guard let failures = self.pairs[pair], now - failures.last < self.options.pairMemory else {
      return Failures()
    }
    return failures
  }

  private func wait(after failures: Int) -> TimeAmount {
    guard let free = self.options.pairFree, failures >= free else { return .zero }
    let doublings = failures - free
    let wait = self.options.pairWait.nanoseconds << Int64(min(doublings, 20))
    return min(.nanoseconds(wait), self.options.pairWaitMax)
  }
}
