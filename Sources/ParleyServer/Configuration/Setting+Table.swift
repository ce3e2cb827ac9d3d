import Logging
import ParleyDoorKit
import ParleyModel
import ParleyQueueDoor
import ParleyRuntime
import ParleyTransport

extension Setting {
  /// Every setting, in the order of the manual.
  package static let all: [Setting] =
    Self.places + Self.transport + Self.reports + Self.rooms + Self.people + Self.sessions
    + Self.limits + Self.guesses

  /// The row of that name, where there is one.
  package static func named(_ name: String) -> Setting? {
    self.all.first { $0.name == name }
  }

  private static let places: [Setting] = [
    Setting(
      name: "listen", placeholder: "ADDRESS:PORT", isList: true,
      standard: ServerConfiguration().listeners.map(\.description).joined(separator: ", "),
      allowed: "an address and a port, as in 127.0.0.1:6789 or [::1]:6789, "
        + "with +tls behind it for TLS alone",
      help: "Where to listen; several may be given, and port 0 takes a free one"
    ) { (values, configuration) throws(SettingFault) in
      guard !values.isEmpty else {
        throw SettingFault("names no address: write one as in 127.0.0.1:6789")
      }
      var addresses: [ListenAddress] = []
      for value in values {
        let address = try ListenAddress(value)
        let isKnown = addresses.contains { $0.host == address.host && $0.port == address.port }
        guard address.port == 0 || !isKnown else {
          throw SettingFault("\"\(value)\" is there twice: name each address once")
        }
        addresses.append(address)
      }
      configuration.listeners = addresses
    },
    .one(
      "data", "DIRECTORY", \.dataDirectory, standard: ServerConfiguration().dataDirectory,
      allowed: "a directory's path",
      help: "Where the log, the archive and the Unix socket are kept; made if it is missing"
    ) { $0.isEmpty || $0.contains("\0") ? nil : $0 },
    .described(
      "threads", "N", \.threads, standard: "the number of processors",
      allowed: "a number from 1 to 1024", help: "How many event loops serve the connections"
    ) { text in SettingValue.integer(text).flatMap { (1...1024).contains($0) ? $0 : nil } },
    .described(
      "server_name", "NAME", \.serverName, standard: "the machine's name",
      allowed: "a name of 1 to 63 letters, digits, dots and hyphens",
      help: "What greetings call this server"
    ) { Self.isServerName($0) ? $0 : nil },
  ]

  private static let transport: [Setting] = [
    .described(
      "tls_certificate", "FILE", \.tlsCertificate, standard: "none, and no TLS",
      allowed: "a file's path",
      help: "The certificate for TLS (PEM): the server's own, then those that signed it"
    ) { $0.isEmpty || $0.contains("\0") ? nil : $0 },
    .described(
      "tls_key", "FILE", \.tlsKey, standard: "none", allowed: "a file's path",
      help: "The key of the certificate (PEM, without a passphrase)"
    ) { $0.isEmpty || $0.contains("\0") ? nil : $0 },
    Self.proxyFrom,
    .described(
      "queue", "NAME", \.queue, standard: "none",
      allowed: "a queue's name: a slash, and up to 127 letters, digits, dots, hyphens and "
        + "underscores",
      help: "The POSIX message queue for programs on this host, as in /parley.control"
    ) { QueueName.isControl($0) ? $0 : nil },
    .choice(
      "queue_users", "WHO", \.queueUsers,
      help: "Which users of this host may use the queue: the server's own, its group's, or all"),
  ]

  private static let proxyFromAllowed =
    "an address or a range of them, as in 10.0.0.0/8, 192.0.2.7 or ::1"

  private static let proxyFrom = Setting(
    name: "proxy_from", placeholder: "RANGE", isList: true, standard: "none",
    standardIsValue: false, allowed: Self.proxyFromAllowed,
    help: "From where connections come through a proxy and begin with a PROXY header"
  ) { (values, configuration) throws(SettingFault) in
    var ranges: [AddressRange] = []
    for value in values {
      guard let range = AddressRange(value) else {
        throw SettingFault("\"\(value)\" is not \(Self.proxyFromAllowed)")
      }
      ranges.append(range)
    }
    configuration.proxyFrom = ranges
  }

  private static let reports: [Setting] = [
    .choice(
      "log_level", "LEVEL", \.logLevel,
      help: "What the console shows; sessions that come and go are info"),
    .choice("log_format", "FORMAT", \.logFormat, help: "How the console writes its lines"),
    .one(
      "log_messages", nil, \.logMessages, standard: "false", allowed: "true or false",
      help: "Whether the console shows what is said in rooms"
    ) { SettingValue.isTrue($0) },
  ]

  private static let rooms: [Setting] = [
    .one(
      "default_backlog", "N", \.defaultBacklog, standard: "2",
      allowed: "a number from 0 to \(Limits.backlogMax) or \"all\"",
      help: "How many lines, and as many posts, from before its joining a member may see"
    ) { SettingValue.backlog($0) },
    .names(
      "autojoin", \.autojoin,
      help: "The rooms that a session opens at login; plain text goes to the first"),
    .names(
      "permanent_rooms", \.permanentRooms,
      help: "The rooms that always exist, besides the lobby"),
    .duration(
      "empty_room_ttl", \.emptyRoomTTL, .zero ... .seconds(3650 * 24 * 60 * 60),
      help: "How long a room without members is kept, when its guests merely went"),
  ]

  private static let sessions: [Setting] = [
    .one(
      "outbox_bytes_max", "SIZE", \.outboxBytesMax,
      standard: SettingValue.text(ofBytes: ServerConfiguration().outboxBytesMax),
      allowed: "a size from 16KiB to 64MiB, with its unit (B, KiB, MiB, GiB)",
      help: "How much may wait for one session before the outbox policy acts"
    ) { text in
      SettingValue.size(text).flatMap { (16 << 10...64 << 20).contains($0) ? $0 : nil }
    },
    Self.outboxPolicy,
    .duration(
      "heartbeat", \.heartbeat, .seconds(1) ... .seconds(3600),
      help: "How long a connection may be silent before it is probed"),
    .duration(
      "heartbeat_grace", \.heartbeatGrace, .seconds(1) ... .seconds(3600),
      help: "How long a probed connection has to answer"),
    .duration(
      "login_timeout", \.loginTimeout, .seconds(1) ... .seconds(3600),
      help: "How long a connection may take to log in"),
    Self.idleTimeout,
    .duration(
      "stall_timeout", \.stallTimeout, .seconds(1) ... .seconds(3600),
      help: "How long a reader may take nothing of what waits for it"),
    .duration(
      "shutdown_grace", \.shutdownGrace, .zero ... .seconds(60),
      help: "How long a stopping server goes on sending what is queued"),
  ]

  private static let policiesAllowed =
    "one of " + Self.series(OutboxPolicy.allCases.map(\.rawValue))
    + ", for one door as in \(Doors.names[0])=drop"

  private static let outboxPolicy = Setting(
    name: "outbox_policy", placeholder: "[DOOR=]POLICY", isList: true,
    standard: OutboxPolicies().standard.rawValue,
    allowed: Self.policiesAllowed,
    help: "What happens to a reader whose outbox is full"
  ) { (values, configuration) throws(SettingFault) in
    var policies = OutboxPolicies()
    for value in values {
      let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let last = parts.last, let policy = OutboxPolicy(rawValue: String(last)) else {
        throw SettingFault("\"\(value)\" is not \(Self.policiesAllowed)")
      }
      if parts.count == 1 {
        policies.standard = policy
      } else if Doors.names.contains(String(parts[0])) {
        policies.byDoor[String(parts[0])] = policy
      } else {
        throw SettingFault(
          "\"\(parts[0])\" is no door; doors are \(Self.series(Doors.names, last: "and"))")
      }
    }
    configuration.outboxPolicies = policies
  }

  private static var idleTimeout: Setting {
    let range: ClosedRange<Duration> = .seconds(1) ... .seconds(30 * 24 * 60 * 60)
    return .one(
      "idle_timeout", "TIME", \.idleTimeout, standard: "off",
      allowed: Self.allowed(range) + ", or \"off\"",
      help: "How long a session may go without a command before it is ended"
    ) { (text: String) -> Duration?? in
      // YAML 1.1 reads a bare `off` as false, and either means the same here.
      if text == "off" || text == "false" { return .some(nil) }
      return SettingValue.duration(text).flatMap { range.contains($0) ? .some($0) : nil }
    }
  }

  /// A row whose default is found when the server starts.
  private static func described<Value>(
    _ name: String, _ placeholder: String, _ path: any Path<Value?>, standard: String,
    allowed: String, help: String, read: @escaping @Sendable (String) -> Value?
  ) -> Setting {
    var setting = Setting.one(
      name, placeholder, path, standard: standard, allowed: allowed, help: help
    ) { (text: String) -> Value?? in read(text).map { .some($0) } }
    setting.standardIsValue = false
    return setting
  }

  /// A row for a list of rooms.
  private static func names(_ name: String, _ path: any Path<[String]>, help: String) -> Setting {
    let standard = ServerConfiguration()[keyPath: path]
    let allowed = "a room's name: letters, digits and -_. (\(Limits.roomNameScalarsMax) at most)"
    return Setting(
      name: name, placeholder: "ROOM", isList: true,
      standard: standard.isEmpty ? "none" : standard.joined(separator: ", "),
      standardIsValue: !standard.isEmpty, allowed: allowed, help: help
    ) { (values, configuration) throws(SettingFault) in
      var names: [String] = []
      for value in values {
        guard let name = try? NameRules.roomName(value) else {
          throw SettingFault("\"\(value)\" is not \(allowed)")
        }
        names.append(name.text)
      }
      configuration[keyPath: path] = names
    }
  }

  private static func isServerName(_ text: String) -> Bool {
    (1...63).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"):
          true
        default:
          false
        }
      }
  }
}
