import NIOCore

/// What one session and one address may ask for; each beyond it is delayed or refused.
///
/// An *address* is an IPv4 address, or the IPv6 addresses of one network: whoever has one of these
/// has all of them. Nil is no limit.
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

  package init() {}

  /// What limits count by; nil where nothing is counted: on the Unix socket, and in ``exempt``.
  package func key(of address: IPAddress?) -> AddressKey? {
    guard let address, !self.exempt.contains(where: { $0.contains(address) }) else { return nil }
    return IPNetwork(address, prefix: address.isIPv4 ? 128 : self.ipv6Prefix)
  }

  var connectionRate: TokenRate? {
    self.connectionsPerMinute.map { TokenRate($0, per: .minutes(1)) }
  }

  var loginRate: TokenRate? {
    self.loginsPerMinute.map { TokenRate($0, per: .minutes(1)) }
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
