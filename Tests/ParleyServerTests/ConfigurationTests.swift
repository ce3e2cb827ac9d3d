import ArgumentParser
import Foundation
import Logging
import ParleyDoorKit
import ParleyModel
import ParleyRuntime
import ParleyServer
import ParleyTransport
import Testing

@testable import parley

@Suite struct `A configuration` {
  @Test func `of nothing is the defaults`() throws {
    #expect(try Self.load() == ServerConfiguration())
    #expect(try ConfigurationLoader.load(yaml: "# nothing yet\n") == ServerConfiguration())
    #expect(ServerConfiguration().listeners.map(\.description) == ["127.0.0.1:6789", "[::1]:6789"])
  }

  @Test func `has every default as its table writes it`() throws {
    for setting in Setting.all where setting.standardIsValue {
      var configuration = ServerConfiguration()
      let values = setting.standard.components(separatedBy: ", ")
      try setting.assign(values, &configuration)
      #expect(configuration == ServerConfiguration(), "\(setting.name)")
    }
  }

  @Test func `takes each setting from the file`() throws {
    let configuration = try ConfigurationLoader.load(
      yaml: """
        listen: [127.0.0.1:0, "[::1]:7000", 127.0.0.1:6697+tls]
        data: /var/lib/parley
        tls_certificate: cert.pem
        tls_key: key.pem
        proxy_from: [10.0.0.0/8, "::1"]
        threads: 3
        server_name: chat.example.org
        log_level: debug
        log_format: json
        log_messages: yes
        default_backlog: all
        autojoin: [lobby, "#python"]
        permanent_rooms: news
        empty_room_ttl: 2h
        registration: invite
        guests: false
        room_creation: administrators
        outbox_bytes_max: 1MiB
        outbox_policy: [disconnect, irc=drop]
        heartbeat: 5s
        heartbeat_grace: 1500ms
        login_timeout: 20s
        idle_timeout: 1d
        stall_timeout: 2m
        shutdown_grace: 0s
        limits_exempt: [10.0.0.0/8, "2001:db8::/32", 192.0.2.7]
        limits_ipv6_prefix: 56
        address_connections_max: 3
        address_connections_per_minute: off
        address_logins_per_minute: 10
        address_commands_per_second: 50
        session_commands_per_second: 5
        session_command_burst: 30
        session_command_delay_max: 10s
        """)
    #expect(
      configuration.listeners.map(\.description)
        == ["127.0.0.1:0", "[::1]:7000", "127.0.0.1:6697+tls"])
    #expect(configuration.listeners.map(\.requiresTLS) == [false, false, true])
    #expect(configuration.tlsCertificate == "cert.pem")
    #expect(configuration.tlsKey == "key.pem")
    #expect(configuration.proxyFrom.map(\.description) == ["10.0.0.0/8", "::1"])
    #expect(configuration.dataDirectory == "/var/lib/parley")
    #expect(configuration.threads == 3)
    #expect(configuration.serverName == "chat.example.org")
    #expect(configuration.logLevel == .debug)
    #expect(configuration.logFormat == .json)
    #expect(configuration.logMessages)
    #expect(configuration.defaultBacklog == .all)
    #expect(configuration.autojoin == ["lobby", "python"])
    #expect(configuration.permanentRooms == ["news"])
    #expect(configuration.emptyRoomTTL == .seconds(7200))
    #expect(configuration.registration == .invite)
    #expect(!configuration.allowsGuests)
    #expect(configuration.roomCreation == .administrators)
    #expect(configuration.outboxBytesMax == 1 << 20)
    #expect(
      configuration.outboxPolicies == OutboxPolicies(.disconnect, byDoor: ["irc": .drop]))
    #expect(configuration.heartbeat == .seconds(5))
    #expect(configuration.heartbeatGrace == .milliseconds(1500))
    #expect(configuration.loginTimeout == .seconds(20))
    #expect(configuration.idleTimeout == .seconds(86400))
    #expect(configuration.stallTimeout == .seconds(120))
    #expect(configuration.shutdownGrace == .zero)
    #expect(configuration.limits == Self.limits)
  }

  /// What the file of the test above sets.
  private static let limits: SessionLimits = {
    var limits = SessionLimits()
    limits.exempt = ["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"].compactMap { IPNetwork($0) }
    limits.ipv6Prefix = 56
    limits.connectionsMax = 3
    limits.connectionsPerMinute = nil
    limits.loginsPerMinute = 10
    limits.addressCommandsPerSecond = 50
    limits.commandsPerSecond = 5
    limits.commandBurst = 30
    limits.commandDelayMax = .seconds(10)
    return limits
  }()

  @Test func `needs certificate and key together, and both for a port with TLS alone`() throws {
    func faults(_ yaml: String) -> [String] {
      do throws(ConfigurationError) {
        _ = try ConfigurationLoader.load(yaml: yaml)
        return []
      } catch {
        return error.faults
      }
    }
    #expect(
      faults("tls_certificate: a")
        == ["tls_certificate: is of no use without its key; set tls_key as well"])
    #expect(
      faults("tls_key: a")
        == ["tls_key: is of no use without tls_certificate; set both or neither"])
    #expect(
      faults("listen: 127.0.0.1:1+tls") == [
        "listen: 127.0.0.1:1+tls needs tls_certificate and tls_key; "
          + "parley admin certificate --self-signed writes both"
      ])
  }

  @Test func `takes a flag before a variable, and a variable before the file`() throws {
    let file = try TemporaryFile("threads: 1\ndata: file\nserver_name: file\n")
    let loader = ConfigurationLoader(
      flags: ["threads": ["3"]],
      variables: ["PARLEY_THREADS": "2", "PARLEY_DATA": "variable"], file: file.path)
    let configuration = try loader.load { _ in false }
    #expect(configuration.threads == 3)
    #expect(configuration.dataDirectory == "variable")
    #expect(configuration.serverName == "file")
  }

  @Test func `takes lists from commas in a variable and from a repeated flag`() throws {
    let variable = try Self.load(variables: ["PARLEY_LISTEN": "127.0.0.1:1,[::1]:2"])
    #expect(variable.listeners.map(\.port) == [1, 2])
    let none = try Self.load(variables: ["PARLEY_AUTOJOIN": ""])
    #expect(none.autojoin.isEmpty)
    #expect(try Self.load(flags: ["limits_exempt": [""]]).limits.exempt.isEmpty)
    #expect(try Self.load(flags: ["limits_exempt": ["none"]]).limits.exempt.isEmpty)
    let serve = try Serve.parse(["--listen", "127.0.0.1:1", "--listen", "[::1]:2"])
    #expect(serve.settings.values["listen"] == ["127.0.0.1:1", "[::1]:2"])
  }

  @Test(arguments: [
    (
      "default_backlog: lots", "default_backlog: \"lots\" is not a number from 0 to 1000 or \"all\""
    ),
    (
      "default_backlog: 1001", "default_backlog: \"1001\" is not a number from 0 to 1000 or \"all\""
    ),
    (
      "proxy_from: 10.0.0.1/8",
      "proxy_from: \"10.0.0.1/8\" is not an address or a range of them, as in 10.0.0.0/8, "
        + "192.0.2.7 or ::1"
    ),
    (
      "listen: [127.0.0.1:7000, 127.0.0.1:7000+tls]",
      "listen: \"127.0.0.1:7000+tls\" is there twice: name each address once"
    ),
    ("threads: 0", "threads: \"0\" is not a number from 1 to 1024"),
    ("threads: [1, 2]", "threads: takes one value: a number from 1 to 1024"),
    ("threads:", "threads: has no value; write a number from 1 to 1024"),
    (
      "heartbeat: 60",
      "heartbeat: \"60\" is not a time from 1s to 1h, with its unit (ms, s, m, h, d)"
    ),
    (
      "heartbeat: 5mm",
      "heartbeat: \"5mm\" is not a time from 1s to 1h, with its unit (ms, s, m, h, d)"
    ),
    (
      "outbox_policy: lose",
      "outbox_policy: \"lose\" is not one of catchup, drop, block or disconnect, for one door as in line=drop"
    ),
    (
      "outbox_policy: mqueue=drop",
      "outbox_policy: \"mqueue\" is no door; doors are line, irc, json and queue"
    ),
    (
      "outbox_bytes_max: 1KiB",
      "outbox_bytes_max: \"1KiB\" is not a size from 16KiB to 64MiB, with its unit (B, KiB, MiB, "
        + "GiB)"
    ),
    (
      "autojoin: [a b]",
      "autojoin: \"a b\" is not a room's name: letters, digits and -_. (64 at most)"
    ),
    (
      "limits_exempt: 10.0.0.1/8",
      "limits_exempt: \"10.0.0.1/8\" is not a network, as in 192.0.2.0/24, 2001:db8::/32 or "
        + "192.0.2.7, or \"none\""
    ),
    (
      "address_connections_max: 0",
      "address_connections_max: \"0\" is not a number from 1 to 1000000, or \"off\""
    ),
    ("registration: shut", "registration: \"shut\" is not one of open, invite or closed"),
    ("guests: some", "guests: \"some\" is not true or false"),
    (
      "room_creation: owners",
      "room_creation: \"owners\" is not one of everybody, accounts or administrators"
    ),
    ("log_messages: perhaps", "log_messages: \"perhaps\" is not true or false"),
    (
      "server_name: a b",
      "server_name: \"a b\" is not a name of 1 to 63 letters, digits, dots and hyphens"
    ),
  ])
  func `answers a mistake with the file, the line and what is allowed`(
    line: String, fault: String
  ) {
    let faults = Self.faults { try ConfigurationLoader.load(yaml: "# one\n\n\(line)\n") }
    #expect(faults == ["parley.yaml:3: \(fault)"])
  }

  @Test func `answers all mistakes of a file at once, from its top to its end`() {
    let yaml = "heartbeat: 60\nbacklog: 2\ndefault_backlog: lots\nlisten: [\"*:1\"]\n"
    let faults = Self.faults { try ConfigurationLoader.load(yaml: yaml) }
    #expect(faults.map { $0.prefix { $0 != " " } } == (1...4).map { "parley.yaml:\($0):" })
  }

  @Test func `suggests the setting that an unknown one resembles`() {
    let faults = Self.faults { try ConfigurationLoader.load(yaml: "log_fromat: json") }
    #expect(
      faults.first?.hasPrefix(
        "parley.yaml:1: \"log_fromat\" is not a setting; did you mean log_format? There are: listen"
      ) == true)
  }

  @Test(arguments: [
    ("a: b: c", "parley.yaml:1: this is not YAML: mapping values are not allowed in this context"),
    ("data: x\n\ndata: y", "parley.yaml:3: data: stands there more than once"),
    ("hello", "parley.yaml:1: write settings as `name: value`, one a line"),
  ])
  func `answers what is no file of settings with the line`(yaml: String, fault: String) {
    #expect(Self.faults { try ConfigurationLoader.load(yaml: yaml) } == [fault])
  }

  @Test func `names the variable or the flag of a mistake, also where another overrides it`() {
    let faults = Self.faults {
      try Self.load(
        flags: ["heartbeat": ["1s"], "threads": ["x"]], variables: ["PARLEY_HEARTBEAT": "soon"])
    }
    #expect(faults.map { $0.prefix { $0 != " " } } == ["PARLEY_HEARTBEAT:", "--threads:"])
  }

  @Test func `that is asked for must be there`() {
    let faults = Self.faults { try ConfigurationLoader(file: "none.yaml").load { _ in false } }
    #expect(faults == ["none.yaml: there is no such file"])
  }

  @Test func `tells of a variable with a slip of the finger`() {
    let loader = ConfigurationLoader(variables: ["PARLEY_THREDS": "2", "PARLEY_SOAK": "1"])
    #expect(loader.misspelledVariables.map(\.meant) == ["PARLEY_THREADS"])
  }

  @Test func `has a flag with its help for each setting`() {
    let help = Serve.helpMessage(columns: 4_000)
    for setting in Setting.all {
      #expect(help.contains("\(setting.flag) ") || help.contains("\(setting.flag)/"))
      #expect(help.contains(setting.help), "\(setting.name)")
    }
  }

  @Test func `hands each flag's value to the setting of its name`() throws {
    for setting in Setting.all where setting.placeholder != nil {
      let serve = try Serve.parse([setting.flag, "value"])
      #expect(serve.values == [setting.name: ["value"]])
    }
    #expect(try Serve.parse(["--no-log-messages"]).settings.values == ["log_messages": ["false"]])
  }

  private static func load(
    flags: [String: [String]] = [:], variables: [String: String] = [:]
  ) throws -> ServerConfiguration {
    try ConfigurationLoader(flags: flags, variables: variables).load { _ in false }
  }

  private static func faults(_ body: () throws -> ServerConfiguration) -> [String] {
    do {
      _ = try body()
      return []
    } catch {
      return (error as? ConfigurationError)?.faults ?? ["\(error)"]
    }
  }
}

@Suite struct `An address to listen on` {
  @Test(arguments: ["127.0.0.1:6789", "[::1]:6789", "0.0.0.0:0", "[2001:db8::1]:65535"])
  func `is an IP address and a port`(text: String) throws {
    #expect(try ListenAddress(text).description == text)
  }

  @Test(arguments: [
    ("127.0.0.1", "\"127.0.0.1\" has no port: write ADDRESS:PORT, as in 127.0.0.1:6789"),
    ("::1", "\"::1\" is ambiguous: write an IPv6 address in brackets, as in [::1]:6789"),
    ("127.0.0.1:65536", "\"127.0.0.1:65536\" has no port from 0 to 65535 after its last colon"),
    ("127.0.0.1:", "\"127.0.0.1:\" has no port from 0 to 65535 after its last colon"),
    (
      "*:80",
      "\"*:80\" has no address: write 0.0.0.0:80 for every IPv4 address, [::]:80 for every "
        + "IPv6 address"
    ),
    (
      "localhost:80",
      "\"localhost\" is not an IP address: write it in digits, as in 127.0.0.1:80 or [::1]:80"
    ),
  ])
  func `that cannot be read is answered with what to write`(text: String, fault: String) {
    #expect(throws: SettingFault(fault)) { try ListenAddress(text) }
  }

  @Test func `is of this machine alone where it is loopback`() {
    #expect(ListenAddress(host: "127.1.2.3", port: 1).isLoopback)
    #expect(ListenAddress(host: "::1", port: 1).isLoopback)
    #expect(!ListenAddress(host: "0.0.0.0", port: 1).isLoopback)
    #expect(!ListenAddress(host: "::", port: 1).isLoopback)
  }
}
