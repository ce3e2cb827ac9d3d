import DequeModule
import NIOCore
import ParleyModel

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
///    address do.
package struct CommandPace: Sendable {
  /// Tokens that a search costs: it reads what others wait for.
  static let searchCost = 10
  /// Waiting commands are looked at again no sooner than this: it bounds what a delay costs.
  static let waitMin = TimeAmount.milliseconds(100)

  private let rate: TokenRate?
  private let addressRate: TokenRate?
  private let loginRate: TokenRate?
  private let delayMax: TimeAmount
  private let address: AddressRecord
  private var bucket = TokenBucket()

  /// The pace of a session of an address.
  package init(_ limits: SessionLimits, _ address: AddressRecord) {
    self.rate = limits.commandRate
    self.addressRate = limits.addressCommandRate
    self.loginRate = limits.loginRate
    self.delayMax = TimeAmount(limits.commandDelayMax)
    self.address = address
  }

  /// What a command costs; never more than a full bucket has.
  func cost(of command: Command) -> Int {
    guard case .search = command else { return 1 }
    return min(Self.searchCost, self.rate?.burst ?? .max, self.addressRate?.burst ?? .max)
  }

  /// Whether a command does not wait.
  static func isLeaving(_ command: Command) -> Bool {
    if case .quit = command { return true }
    if case .leave = command { return true }
    if case .ping = command { return true }
    return false
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
    if let rate = self.rate {
      let wait = self.bucket.wait(for: cost, at: now, rate)
      guard wait <= .zero else { return wait }
    }
    if let rate = self.addressRate, !self.address.commands.take(cost, at: now, rate) {
      return max(.nanoseconds(1), self.address.commands.wait(for: cost, at: now, rate))
    }
    if case .login = command, let rate = self.loginRate,
      !self.address.logins.take(1, at: now, rate)
    {
      // What it took above is little, and lost.
      return max(.nanoseconds(1), self.address.logins.wait(for: 1, at: now, rate))
    }
    if let rate = self.rate { self.bucket.owe(cost, at: now, rate) }
    return .zero
  }

  /// Counts what goes on without waiting.
  mutating func owe(_ cost: Int, at now: NIODeadline) {
    if let rate = self.rate { self.bucket.owe(cost, at: now, rate) }
    if let rate = self.addressRate {
      self.address.commands.owe(cost, at: now, rate, debtMax: self.delayMax)
    }
  }

  /// Whether the last of commands that cost so much would have to wait too long.
  func isTooFast(waitingCost: Int, at now: NIODeadline) -> Bool {
    guard let rate = self.rate else { return false }
    return self.bucket.wait(for: waitingCost, at: now, rate) > self.delayMax
  }
}
