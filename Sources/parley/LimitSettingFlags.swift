import ArgumentParser
import ParleyServer

/// The flags for what one session and one address may ask for.
struct LimitSettingFlags: ParsableArguments {
  @Option(name: .customLong("limits-exempt"), help: .setting("limits_exempt"))
  var exempt: [String] = []

  @Option(name: .customLong("limits-ipv6-prefix"), help: .setting("limits_ipv6_prefix"))
  var ipv6Prefix: String?

  @Option(name: .customLong("address-connections-max"), help: .setting("address_connections_max"))
  var connectionsMax: String?

  @Option(
    name: .customLong("address-connections-per-minute"),
    help: .setting("address_connections_per_minute"))
  var connectionsPerMinute: String?

  @Option(
    name: .customLong("address-logins-per-minute"), help: .setting("address_logins_per_minute"))
  var loginsPerMinute: String?

  @Option(
    name: .customLong("address-commands-per-second"),
    help: .setting("address_commands_per_second"))
  var addressCommandsPerSecond: String?

  @Option(
    name: .customLong("session-commands-per-second"),
    help: .setting("session_commands_per_second"))
  var commandsPerSecond: String?

  @Option(name: .customLong("session-command-burst"), help: .setting("session_command_burst"))
  var commandBurst: String?

  @Option(
    name: .customLong("session-command-delay-max"), help: .setting("session_command_delay_max"))
  var commandDelayMax: String?

  /// What was given, by the setting's name.
  var values: [String: [String]] {
    .given(
      [
        ("limits_ipv6_prefix", self.ipv6Prefix), ("address_connections_max", self.connectionsMax),
        ("address_connections_per_minute", self.connectionsPerMinute),
        ("address_logins_per_minute", self.loginsPerMinute),
        ("address_commands_per_second", self.addressCommandsPerSecond),
        ("session_commands_per_second", self.commandsPerSecond),
        ("session_command_burst", self.commandBurst),
        ("session_command_delay_max", self.commandDelayMax),
      ], lists: [("limits_exempt", self.exempt)])
  }
}
