import ArgumentParser
import ParleyServer

/// The flags for what guessing passwords, and registering, is held to.
struct LoginSettingFlags: ParsableArguments {
  @Option(name: .customLong("login-failures-max"), help: .setting("login_failures_max"))
  var failuresMax: String?

  @Option(name: .customLong("login-wait"), help: .setting("login_wait"))
  var wait: String?

  @Option(name: .customLong("login-wait-max"), help: .setting("login_wait_max"))
  var waitMax: String?

  @Option(
    name: .customLong("address-login-failures-per-minute"),
    help: .setting("address_login_failures_per_minute"))
  var addressFailuresPerMinute: String?

  @Option(
    name: .customLong("account-login-failures-per-minute"),
    help: .setting("account_login_failures_per_minute"))
  var accountFailuresPerMinute: String?

  @Option(
    name: .customLong("session-login-failures-max"),
    help: .setting("session_login_failures_max"))
  var sessionFailuresMax: String?

  @Option(
    name: .customLong("address-registrations-per-hour"),
    help: .setting("address_registrations_per_hour"))
  var registrationsPerHour: String?

  @Flag(
    name: .customLong("passwords-in-clear"), inversion: .prefixedNo,
    help: .setting("passwords_in_clear"))
  var passwordsInClear: Bool?

  /// What was given, by the setting's name.
  var values: [String: [String]] {
    .given(
      [
        ("login_failures_max", self.failuresMax),
        ("login_wait", self.wait),
        ("login_wait_max", self.waitMax),
        ("address_login_failures_per_minute", self.addressFailuresPerMinute),
        ("account_login_failures_per_minute", self.accountFailuresPerMinute),
        ("session_login_failures_max", self.sessionFailuresMax),
        ("address_registrations_per_hour", self.registrationsPerHour),
        ("passwords_in_clear", self.passwordsInClear.map { "\($0)" }),
      ], lists: [])
  }
}
