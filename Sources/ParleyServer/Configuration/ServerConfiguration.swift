package import Logging
import NIOCore
package import ParleyDoorKit
package import ParleyModel
package import ParleyQueueDoor
package import ParleyRuntime
package import ParleyTransport

/// How the console writes its lines.
package enum LogFormat: String, Hashable, Sendable, CaseIterable {
  case text
  /// One JSON object a line.
  case json
}

/// All that an operator may set.
///
/// The values here are the defaults; ``Setting/all`` names each with what is allowed, and
/// docs/manual.md says it to operators.
package struct ServerConfiguration: Hashable, Sendable {
  /// The addresses to listen on.
  package var listeners = [
    ListenAddress(host: "127.0.0.1", port: ListenAddress.defaultPort),
    ListenAddress(host: "::1", port: ListenAddress.defaultPort),
  ]
  /// The files of the certificate chain and of its key; without them there is no TLS.
  package var tlsCertificate: String?
  package var tlsKey: String?
  /// From where connections begin with a PROXY header.
  package var proxyFrom: [AddressRange] = []
  /// The message queue to serve; nil is none.
  package var queue: String?
  package var queueUsers = QueueUsers.owner
  /// Where the log, the archive and the Unix socket are, relative to the working directory.
  package var dataDirectory = "parley-data"
  /// How many event loops there are; nil is the number of processors.
  package var threads: Int?
  /// What of itself the server reports; sessions' comings and goings are `info`.
  package var logLevel = Logger.Level.info
  package var logFormat = LogFormat.text
  /// Whether the console shows what is said.
  package var logMessages = false
  /// What greetings call this server; nil is the machine's name.
  package var serverName: String?
  /// How much from before its joining a member may see, in rooms without a setting of their own.
  package var defaultBacklog = Backlog.count(2)
  /// The rooms that a session opens at login; the first becomes its current room.
  package var autojoin = ["lobby"]
  /// The rooms that always exist, besides the lobby.
  package var permanentRooms: [String] = []
  /// How long a room without members is kept, when its guests merely went.
  package var emptyRoomTTL = Duration.seconds(7 * 24 * 60 * 60)
  /// Who may make an account of a name.
  package var registration = Registration.open
  /// Whether a name without an account may be used.
  package var allowsGuests = true
  /// Who may make rooms.
  package var roomCreation = RoomCreation.everybody
  /// How many rooms one may own.
  package var ownedRoomsMax = Settings().ownedRoomsMax
  /// To how many strangers one may write in an hour.
  package var strangersMax = Settings().strangersMax
  /// How long the place of a session that can come back is held.
  package var hold = Duration.seconds(60)
  /// The bytes that may wait for one session before its policy acts.
  package var outboxBytesMax = 256 * 1024
  package var outboxPolicies = OutboxPolicies()
  /// How long a connection may be silent before it is probed.
  package var heartbeat = Duration.seconds(60)
  /// How long it then has to answer.
  package var heartbeatGrace = Duration.seconds(30)
  /// How long a connection may take to log in.
  package var loginTimeout = Duration.seconds(60)
  /// How long a session may go without a command; nil is for ever.
  package var idleTimeout: Duration?
  /// How long a session with bytes waiting may take none of them.
  package var stallTimeout = Duration.seconds(120)
  /// What one session and one address may ask for.
  package var limits = SessionLimits()
  /// Whether passwords and tokens may cross a network in clear.
  package var passwordsInClear = false
  /// How long what is queued may take to be sent when the server stops.
  package var shutdownGrace = Duration.seconds(5)

  package init() {}

  /// The files for TLS, where they are set.
  package var certificateFiles: CertificateFiles? {
    guard let certificate = self.tlsCertificate, let key = self.tlsKey else { return nil }
    return CertificateFiles(certificate: certificate, key: key)
  }

  /// What no single setting is to blame for.
  var faultsTogether: [String] {
    switch (self.tlsCertificate, self.tlsKey) {
    case (.some, nil): ["tls_certificate: is of no use without its key; set tls_key as well"]
    case (nil, .some): ["tls_key: is of no use without tls_certificate; set both or neither"]
    case (.some, .some): []
    case (nil, nil):
      self.listeners.filter(\.requiresTLS).prefix(1).map {
        "listen: \($0) needs tls_certificate and tls_key; "
          + "parley admin certificate --self-signed writes both"
      }
    }
  }

  /// What enters the log: names are given their keys here.
  func settings() throws(Refusal) -> Settings {
    var rooms: [Name] = []
    for name in self.permanentRooms { rooms.append(try NameRules.roomName(name)) }
    var opened: [Name] = []
    for name in self.autojoin { opened.append(try NameRules.roomName(name)) }
    return Settings(
      defaultBacklog: self.defaultBacklog, autojoin: opened, permanentRooms: rooms,
      emptyRoomMicroseconds: TimeAmount(self.emptyRoomTTL).nanoseconds / 1_000,
      registration: self.registration, allowsGuests: self.allowsGuests,
      roomCreation: self.roomCreation, ownedRoomsMax: self.ownedRoomsMax,
      strangersMax: self.strangersMax,
      holdMicroseconds: TimeAmount(self.hold).nanoseconds / 1_000)
  }
}
