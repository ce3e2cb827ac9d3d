/// Where a server is.
public enum Address: Hashable, Sendable {
  /// A name or an IP address, and a port.
  case tcp(host: String, port: Int = 6_789)
  /// The path of a Unix socket.
  case unix(path: String)
}

/// Whether the connection is encrypted, and by which rule the server's certificate is believed.
public enum Security: Hashable, Sendable {
  /// Not encrypted; the Unix socket, and servers on this machine.
  case clear
  /// TLS; the certificate names the host and is signed by one of the system's authorities.
  case verified
  /// TLS; the certificate names the host and is signed by one of the authorities of a PEM file.
  case authority(pemFile: String)
  /// TLS; the certificate has this SHA-256 fingerprint, whatever it names and whoever signed it.
  ///
  /// Hexadecimal; colons and upper case are allowed. With nil nothing is sent, and connecting
  /// fails with ``ClientError/unknownCertificate(fingerprint:)``, whose fingerprint the user may
  /// compare, accept and keep for the next time: trust on first use.
  case pinned(fingerprint: String?)
}

/// As whom to enter.
public enum Credential: Hashable, Sendable {
  /// A guest, whose place is held by the configuration's ``Configuration/token``.
  case guest
  /// An account, by its password.
  case password(String)
  /// An account, by one of its API tokens.
  case apiToken(String)
}

/// A place in a conversation: the last message of it that a client has.
public struct Cursor: Hashable, Sendable {
  /// The conversation's life; sequences of another one mean nothing here.
  public var epoch: String
  /// The message's number.
  public var sequence: Int64

  /// The message with that number in that life of the conversation.
  public init(epoch: String, sequence: Int64) {
    self.epoch = epoch
    self.sequence = sequence
  }
}

/// What a ``Client`` needs to know; all but the address and the name has a usual value.
public struct Configuration: Sendable {
  public var address: Address
  public var security: Security
  public var name: String
  public var credential: Credential
  /// The guest's secret, drawn by the client itself: with it a connection is the same guest again.
  ///
  /// Keep it beside ``cursors`` to come back from another process. It is a password: store it so.
  public var token: String
  /// Whether the configured rooms are opened on entering, or an account's own.
  public var opensRooms: Bool
  /// What an earlier process of this participant had, by room or `@NAME`; 100 at most are sent.
  public var cursors: [String: Cursor]
  /// Whether anybody takes the events; a program that only sends says false, and they are dropped.
  public var takesEvents = true
  public var reconnection: Reconnection
  public var bounds: Bounds

  /// A guest in clear, with a fresh token.
  public init(
    address: Address, name: String, security: Security = .clear, credential: Credential = .guest,
    token: String = Self.freshToken(), opensRooms: Bool = true, cursors: [String: Cursor] = [:],
    reconnection: Reconnection = Reconnection(), bounds: Bounds = Bounds()
  ) {
    self.address = address
    self.security = security
    self.name = name
    self.credential = credential
    self.token = token
    self.opensRooms = opensRooms
    self.cursors = cursors
    self.reconnection = reconnection
    self.bounds = bounds
  }

  /// Draws a token: 192 random bits, in 48 hexadecimal digits.
  public static func freshToken() -> String {
    Nonce.draw() + Nonce.draw() + Nonce.draw()
  }
}

/// When a lost connection is made again.
///
/// The n-th attempt in a row waits for `delayFirst` doubled n-1 times, at most for `delayMax`, and
/// for a random part of it, at least half, so that the clients of a server that was started again
/// do not all come at one moment.
public struct Reconnection: Hashable, Sendable {
  /// Whether to connect again at all.
  public var isOn = true
  /// Whether a first connection that fails is tried again, too, rather than being an error.
  public var includesFirst = false
  public var delayFirst: Duration = .milliseconds(500)
  public var delayMax: Duration = .seconds(30)
  /// How long it is tried without success before the client is closed; nil is for ever.
  public var giveUpAfter: Duration?
  /// How long a lost connection is tried again while somebody else has the name.
  ///
  /// The server needs some time to see that the old connection is lost; behind it the client is
  /// closed with the refusal `name_taken`.
  public var nameTakenMax: Duration = .seconds(120)
  /// How long one attempt takes at most: connecting, TLS and being let in.
  public var attemptMax: Duration = .seconds(15)

  /// The usual values.
  public init() {}
}

/// The bounds of what a client keeps and waits for.
public struct Bounds: Hashable, Sendable {
  /// Events that wait to be taken; with so many nothing more is read from the socket.
  ///
  /// While requests wait for their answers, which come behind the events, four times as many may
  /// wait; then those requests fail with ``ClientError/eventsNotTaken``.
  public var eventsMax = 1_024
  /// Requests that wait for their answers; the next fails with ``ClientError/tooManyRequests``.
  public var requestsMax = 1_024
  /// A line of the server in bytes; a longer one closes the client.
  public var lineBytesMax = 32 * 1_024 * 1_024
  /// Messages of one conversation that are asked for by `history` where they are lacking.
  public var catchUpMax = 10_000
  /// Whether the server is still there is asked after so long a silence.
  public var pingAfter: Duration = .seconds(30)
  /// A connection is given up when nothing was heard for so long after that.
  public var pingGrace: Duration = .seconds(15)
  /// How long ``Client/quit(_:)`` waits for the server's answer.
  public var quitMax: Duration = .seconds(5)

  /// The usual values.
  public init() {}
}
