import DequeModule
import NIOCore
import ParleyModel

/// The rates of all paces.
package final class CommandRates: Sendable {
  let session: TokenRate?
  let address: TokenRate?
  let logins: TokenRate?
  let delayMax: TimeAmount

  package init(_ limits: SessionLimits) {
    self.session = limits.commandRate
    self.address = limits.addressCommandRate
    self.logins = limits.loginRate
    self.delayMax = TimeAmount(limits.commandDelayMax)
  }
}

/// How fast one session's commands go on: its own bucket, and its part of its address's.
///
/// Lives on the session's loop, in its handler.
///
/// 1. Beyond its rate a command waits in the session, and all that come after it.
/// 2. A quit, a leaving and a ping do not wait, and so neither does what was sent before them, as
///    the order is kept and nothing is dropped; it is *owed*, and what comes later waits the longer
///    for it.
/// 3. A session whose newest command would have to wait longer than
///    ``SessionLimits/commandDelayMax`` is too fast, and ends. What is owed counts.
/// 4. A login takes a token of its address's logins, too, and waits for it.
/// 5. An address's commands that are over its rate wait; nobody is ended for what others of its
///    address do. Where an address would owe more than ``SessionLimits/commandDelayMax``, nothing
///    more goes on unpaid: leavings and pings wait, and a quit, or the end of a connection, drops
///    what waited before it. Otherwise one could paste, quit and come again without end.
package struct CommandPace: Sendable {
  /// Tokens that a search costs: it reads what others wait for.
  static let searchCost = 10
  /// Waiting commands are looked at again no sooner than this: it bounds what a delay costs.
  static let waitMin = TimeAmount.milliseconds(100)

  private let rates: CommandRates
  private let address: AddressRecord
  private var bucket = TokenBucket()

  /// The pace of a session of an address.
  package init(_ rates: CommandRates, _ address: AddressRecord) {
    self.rates = rates
    self.address = address
  }

  /// What its address is counted by.
  var addressKey: AddressKey { self.address.key }

  /// What a command costs; never more than a full bucket has.
  func cost(of command: Command) -> Int {
    guard case .search = command else { return 1 }
    let rates = [self.rates.session, self.rates.address]
    return rates.reduce(Self.searchCost) { min($0, $1?.burst ?? $0) }
  }

  /// Whether a command, and what was sent before it, does not wait.
  static func isLeaving(_ command: Command) -> Bool {
    if case .quit = command { return true }
    if case .leave = command { return true }
    if case .ping = command { return true }
    return false
  }

  /// Whether a command takes a name, or tries a secret.
  private static func isLogin(_ command: Command) -> Bool {
    switch command {
    case .login, .account(.login), .account(.enterAsGuest), .account(.loginByCertificate),
      .account(.register), .account(.changePassword), .account(.unregister):
      true
    case .account, .administer, .verified, .administerVerified, .greet, .nick, .quit, .ping,
      .join, .add, .leave, .close, .topic, .setTopic, .say, .post, .reply, .direct, .remove, .list,
      .read,
      .history, .page, .search, .who, .rooms, .whois, .away, .ignore, .moderate, .moderation,
      .misuse, .local:
      false
    }
  }

  /// How many of the first `count` that wait may go now, and when to look again where that is not
  /// all of them; the first `urgent` do not wait.
  mutating func admit(
    _ waiting: borrowing Deque<Request>, count: Int, urgent: Int, at now: NIODeadline
  ) -> (count: Int, wait: TimeAmount?) {
    var admitted = 0
    while admitted < count {
      let command = waiting[admitted].command
      let cost = self.cost(of: command)
      if admitted < urgent {
        self.owe(cost, at: now)
      } else {
        let wait = self.take(command, cost, at: now)
        guard wait <= .zero else { return (admitted, max(wait, Self.waitMin)) }
      }
      admitted += 1
    }
    return (admitted, nil)
  }

  /// Takes what a command costs from all buckets that it concerns, or nothing; how long to wait
  /// where it cannot.
  private mutating func take(
    _ command: Command, _ cost: Int, at now: NIODeadline
  ) -> TimeAmount {
    if let rate = self.rates.session {
      let wait = self.bucket.wait(for: cost, at: now, rate)
      guard wait <= .zero else { return wait }
    }
    if let rate = self.rates.address, !self.address.commands.take(cost, at: now, rate) {
      return max(.nanoseconds(1), self.address.commands.wait(for: cost, at: now, rate))
    }
    if Self.isLogin(command), let rate = self.rates.logins,
      !self.address.logins.take(1, at: now, rate)
    {
      // What it took above is little, and lost.
      return max(.nanoseconds(1), self.address.logins.wait(for: 1, at: now, rate))
    }
    if let rate = self.rates.session { self.bucket.owe(cost, at: now, rate) }
    return .zero
  }

  /// Counts what goes on without waiting.
  mutating func owe(_ cost: Int, at now: NIODeadline) {
    if let rate = self.rates.session { self.bucket.owe(cost, at: now, rate) }
    if let rate = self.rates.address {
      self.address.commands.owe(cost, at: now, rate, debtMax: self.rates.delayMax)
    }
  }

  /// Whether the last of commands that cost so much would have to wait too long.
  func isTooFast(waitingCost: Int, at now: NIODeadline) -> Bool {
    guard let rate = self.rates.session else { return false }
    return self.bucket.wait(for: waitingCost, at: now, rate) > self.rates.delayMax
  }

  /// Whether its address may not owe so much more.
  func addressOwesTooMuch(_ cost: Int, at now: NIODeadline) -> Bool {
    guard let rate = self.rates.address else { return false }
    return self.address.commands.wait(for: cost, at: now, rate) > self.rates.delayMax
  }
}
