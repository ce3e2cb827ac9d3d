import ParleyDoorKit

extension Setting {
  /// What one session and one address may ask for.
  static let limits: [Setting] = [
    Self.exempt,
    .one(
      "limits_ipv6_prefix", "BITS", \.limits.ipv6Prefix,
      standard: "\(SessionLimits().ipv6Prefix)", allowed: "a number from 16 to 128",
      help: "How many leading bits make IPv6 addresses one address to the limits"
    ) { Self.number($0, in: 16...128) },
    .limit(
      "address_connections_max", \.limits.connectionsMax,
      help: "How many connections an address may have at one time"),
    .limit(
      "address_connections_per_minute", \.limits.connectionsPerMinute,
      help: "How many new connections an address may make in a minute"),
    .limit(
      "address_logins_per_minute", \.limits.loginsPerMinute,
      help: "How many logins an address may try in a minute"),
    .limit(
      "address_commands_per_second", \.limits.addressCommandsPerSecond,
      help: "How many commands a second all sessions of an address may send together"),
    .limit(
      "session_commands_per_second", \.limits.commandsPerSecond,
      help: "How many commands a second a session may send; more are delayed"),
    .one(
      "session_command_burst", "N", \.limits.commandBurst,
      standard: "\(SessionLimits().commandBurst)", allowed: "a number from 1 to 10000",
      help: "How many commands a session may send at once, before they are delayed"
    ) { Self.number($0, in: 1...10_000) },
    .duration(
      "session_command_delay_max", \.limits.commandDelayMax, .seconds(1) ... .seconds(300),
      help: "How long a command may be delayed; a session that sends more than that is ended"),
  ]

  /// What guessing passwords, and registering, is held to.
  static let guesses: [Setting] = [
    .limit(
      "login_failures_max", \.limits.loginFailuresMax,
      help: "After how many wrong passwords at one account an address must wait"),
    .duration(
      "login_wait", \.limits.loginWait, .seconds(1) ... .seconds(3600),
      help: "How long it waits at first; each further wrong password doubles it"),
    .duration(
      "login_wait_max", \.limits.loginWaitMax, .seconds(1) ... .seconds(24 * 3600),
      help: "How long it waits at most"),
    .limit(
      "address_login_failures_per_minute", \.limits.addressLoginFailuresPerMinute,
      help: "How many wrong passwords an address may try in a minute, at whatever accounts"),
    .limit(
      "account_login_failures_per_minute", \.limits.accountLoginFailuresPerMinute,
      help: "How many wrong passwords an account takes in a minute from addresses new to it"),
    .limit(
      "session_login_failures_max", \.limits.sessionLoginFailuresMax,
      help: "After how many wrong passwords a session is ended"),
    .limit(
      "address_registrations_per_hour", \.limits.registrationsPerHour,
      help: "How many accounts an address may register in an hour"),
    .one(
      "passwords_in_clear", nil, \.passwordsInClear, standard: "false",
      allowed: "true or false",
      help: "Whether passwords are taken from other machines without TLS"
    ) { SettingValue.isTrue($0) },
  ]

  private static let networkAllowed =
    "a network, as in 192.0.2.0/24, 2001:db8::/32 or 192.0.2.7, or \"none\""

  private static let exempt = Setting(
    name: "limits_exempt", placeholder: "NETWORK", isList: true,
    standard: SessionLimits().exempt.map(\.description).joined(separator: ", "),
    allowed: Self.networkAllowed,
    help: "The networks that have no limits; the Unix socket never has"
  ) { (values, configuration) throws(SettingFault) in
    var networks: [IPNetwork] = []
    for value in values where values != ["none"] {
      guard let network = IPNetwork(value) else {
        throw SettingFault("\"\(value)\" is not \(Self.networkAllowed)")
      }
      networks.append(network)
    }
    configuration.limits.exempt = networks
  }

  /// A row for a number that may be off.
  private static func limit(_ name: String, _ path: any Path<Int?>, help: String) -> Setting {
    let range = 1...1_000_000
    let standard = ServerConfiguration()[keyPath: path]
    return .one(
      name, "N", path, standard: standard.map { "\($0)" } ?? "off",
      allowed: "a number from \(range.lowerBound) to \(range.upperBound), or \"off\"", help: help
    ) { (text: String) -> Int?? in
      if text == "off" || text == "false" { return .some(nil) }
      return Self.number(text, in: range).map { .some($0) }
    }
  }

  private static func number(_ text: String, in range: ClosedRange<Int>) -> Int? {
    SettingValue.integer(text).flatMap { range.contains($0) ? $0 : nil }
  }
}
