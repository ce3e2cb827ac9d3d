import ArgumentParser
import ParleyServer

/// The flags for where the server is, what it reports and how its rooms behave.
struct SettingFlags: ParsableArguments {
  @Option(name: .customLong("listen"), help: .setting("listen"))
  var listen: [String] = []

  @Option(name: .customLong("data"), help: .setting("data"))
  var data: String?

  @Option(name: .customLong("threads"), help: .setting("threads"))
  var threads: String?

  @Option(name: .customLong("server-name"), help: .setting("server_name"))
  var serverName: String?

  @Option(name: .customLong("log-level"), help: .setting("log_level"))
  var logLevel: String?

  @Option(name: .customLong("log-format"), help: .setting("log_format"))
  var logFormat: String?

  @Flag(
    name: .customLong("log-messages"), inversion: .prefixedNo, help: .setting("log_messages"))
  var logMessages: Bool?

  @Option(name: .customLong("default-backlog"), help: .setting("default_backlog"))
  var defaultBacklog: String?

  @Option(name: .customLong("autojoin"), help: .setting("autojoin"))
  var autojoin: [String] = []

  @Option(name: .customLong("permanent-rooms"), help: .setting("permanent_rooms"))
  var permanentRooms: [String] = []

  @Option(name: .customLong("empty-room-ttl"), help: .setting("empty_room_ttl"))
  var emptyRoomTTL: String?

  /// What was given, by the setting's name.
  var values: [String: [String]] {
    .given(
      [
        ("data", self.data), ("threads", self.threads), ("server_name", self.serverName),
        ("log_level", self.logLevel), ("log_format", self.logFormat),
        ("log_messages", self.logMessages.map { "\($0)" }),
        ("default_backlog", self.defaultBacklog), ("empty_room_ttl", self.emptyRoomTTL),
      ],
      lists: [
        ("listen", self.listen), ("autojoin", self.autojoin),
        ("permanent_rooms", self.permanentRooms),
      ])
  }
}

/// The flags for what is between the server and its clients.
struct TransportSettingFlags: ParsableArguments {
  @Option(name: .customLong("tls-certificate"), help: .setting("tls_certificate"))
  var tlsCertificate: String?

  @Option(name: .customLong("tls-key"), help: .setting("tls_key"))
  var tlsKey: String?

  @Option(name: .customLong("proxy-from"), help: .setting("proxy_from"))
  var proxyFrom: [String] = []

  @Option(name: .customLong("queue"), help: .setting("queue"))
  var queue: String?

  @Option(name: .customLong("queue-users"), help: .setting("queue_users"))
  var queueUsers: String?

  /// What was given, by the setting's name.
  var values: [String: [String]] {
    .given(
      [
        ("tls_certificate", self.tlsCertificate), ("tls_key", self.tlsKey),
        ("queue", self.queue), ("queue_users", self.queueUsers),
      ],
      lists: [("proxy_from", self.proxyFrom)])
  }
}

/// The flags for what one session may cost and how long it may be silent.
struct SessionSettingFlags: ParsableArguments {
  @Option(name: .customLong("outbox-bytes-max"), help: .setting("outbox_bytes_max"))
  var outboxBytesMax: String?

  @Option(name: .customLong("outbox-policy"), help: .setting("outbox_policy"))
  var outboxPolicy: [String] = []

  @Option(name: .customLong("heartbeat"), help: .setting("heartbeat"))
  var heartbeat: String?

  @Option(name: .customLong("heartbeat-grace"), help: .setting("heartbeat_grace"))
  var heartbeatGrace: String?

  @Option(name: .customLong("login-timeout"), help: .setting("login_timeout"))
  var loginTimeout: String?

  @Option(name: .customLong("idle-timeout"), help: .setting("idle_timeout"))
  var idleTimeout: String?

  @Option(name: .customLong("stall-timeout"), help: .setting("stall_timeout"))
  var stallTimeout: String?

  @Option(name: .customLong("shutdown-grace"), help: .setting("shutdown_grace"))
  var shutdownGrace: String?

  /// What was given, by the setting's name.
  var values: [String: [String]] {
    .given(
      [
        ("outbox_bytes_max", self.outboxBytesMax),
        ("heartbeat", self.heartbeat), ("heartbeat_grace", self.heartbeatGrace),
        ("login_timeout", self.loginTimeout), ("idle_timeout", self.idleTimeout),
        ("stall_timeout", self.stallTimeout), ("shutdown_grace", self.shutdownGrace),
      ], lists: [("outbox_policy", self.outboxPolicy)])
  }
}

extension ArgumentHelp {
  /// The help of a setting, from the table of all of them.
  static func setting(_ name: String) -> ArgumentHelp {
    guard let setting = Setting.named(name) else { return "" }
    return ArgumentHelp("\(setting.flagHelp).", valueName: setting.placeholder?.lowercased())
  }
}

extension [String: [String]] {
  /// Those flags that were given.
  static func given(
    _ single: [(String, String?)], lists: [(String, [String])]
  ) -> [String: [String]] {
    var values: [String: [String]] = [:]
    for case (let name, let value?) in single { values[name] = [value] }
    for (name, list) in lists where !list.isEmpty { values[name] = list }
    return values
  }
}
