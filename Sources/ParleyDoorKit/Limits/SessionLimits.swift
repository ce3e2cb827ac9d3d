import NIOCore

/// What one session and one address may ask for; each beyond it is delayed or refused.
///
/// An *address* is an IPv4 address, or the IPv6 addresses of one network: whoever has one of these
/// has all of them. A user of this host, at the message queues, is one, too. Nil is no limit.
package struct SessionLimits: Hashable, Sendable {
  /// Networks whose addresses and sessions are not limited; the Unix socket never is.
  package var exempt = [IPNetwork("127.0.0.0/8"), IPNetwork("::1")].compactMap { $0 }
  /// How many leading bits make IPv6 addresses one address here (RFC 6177: a site has 64 or less).
  package var ipv6Prefix = 64
  /// Connections of an address at one time; the next is refused.
  package var connectionsMax: Int? = 64
  /// New connections of an address in a minute, which is also how many may come at once; the next
  /// is refused.
  package var connectionsPerMinute: Int? = 120
  /// Logins of an address in a minute, granted or not, which is also how many may come at once; the
  /// next is delayed.
  ///
  /// Names held after a connection was dropped (for 60 s at most) are bounded by it, too.
  package var loginsPerMinute: Int? = 60
  /// Commands a second of all sessions of an address together, ten seconds' worth at once; beyond
  /// it they are delayed.
  package var addressCommandsPerSecond: Int? = 100
  /// Commands a second of one session; beyond it they are delayed.
  package var commandsPerSecond: Int? = 20
  /// Commands of one session that may come at once.
  package var commandBurst = 200
  /// A session whose newest command would have to wait longer than this ends.
  package var commandDelayMax = Duration.seconds(30)

  /// Wrong passwords of an address at one account, after which it must wait for
  /// ``loginWait``, and twice as long after each further one.
  package var loginFailuresMax: Int? = 5
  /// How long an address must wait at first.
  package var loginWait = Duration.seconds(2)
  /// How long it must wait at most.
  package var loginWaitMax = Duration.seconds(15 * 60)
  /// Wrong passwords of an address in a minute at whatever accounts, as many at once.
  package var addressLoginFailuresPerMinute: Int? = 12
  /// Wrong passwords at an account in a minute from all addresses together that have not logged in
  /// to it, five times as many at once.
  package var accountLoginFailuresPerMinute: Int? = 6
  /// Wrong passwords after which a session ends.
  package var sessionLoginFailuresMax: Int? = 10
  /// Accounts that an address may register in an hour, as many at once.
  package var registrationsPerHour: Int? = 10

  package init() {}

  /// What limits count by; nil where nothing is counted: on the Unix socket, and in ``exempt``.
  package func key(of address: IPAddress?) -> AddressKey? {
    guard let address, !self.exempt.contains(where: { $0.contains(address) }) else { return nil }
    let isWhole = address.isIPv4 || address.user != nil
    return IPNetwork(address, prefix: isWhole ? 128 : self.ipv6Prefix)
  }

  var connectionRate: TokenRate? {
    self.connectionsPerMinute.map { TokenRate($0, per: .minutes(1)) }
  }

  var loginRate: TokenRate? {
    self.loginsPerMinute.map { TokenRate($0, per: .minutes(1)) }
  }

  var registrationRate: TokenRate? {
    self.registrationsPerHour.map { TokenRate($0, per: .hours(1)) }
  }

  var loginAttempts: LoginAttempts.Options {
    var options = LoginAttempts.Options()
    options.pairFree = self.loginFailuresMax
    options.pairWait = TimeAmount(self.loginWait)
    options.pairWaitMax = max(TimeAmount(self.loginWait), TimeAmount(self.loginWaitMax))
    options.addressRate = self.addressLoginFailuresPerMinute.map {
      TokenRate($0, per: .minutes(1))
    }
    options.accountRate = self.accountLoginFailuresPerMinute.map {
      TokenRate($0, per: .minutes(1), burst: $0 * 5)
    }
    return options
  }

  var addressCommandRate: TokenRate? {
    self.addressCommandsPerSecond.map { TokenRate($0, per: .seconds(1), burst: $0 * 10) }
  }

  var commandRate: TokenRate? {
    self.commandsPerSecond.map { TokenRate($0, per: .seconds(1), burst: self.commandBurst) }
  }
}

/// One address as limits count it.
package typealias AddressKey = IPNetwork
