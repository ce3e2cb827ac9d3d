/// What `parley chat` was told.
package struct ChatOptions: Sendable {
  /// When names and prompts have colours.
  package enum Colour: String, CaseIterable, Sendable {
    /// Where the output is a terminal that has them, and `NO_COLOR` is not set.
    case auto
    case always, never
  }

  /// How the server's certificate is believed.
  package enum Encryption: Hashable, Sendable {
    case none
    /// An authority of the system has signed it, for the host that was named.
    case verified
    /// It is the one that was there at the first time, and no other.
    case pinned
  }

  /// Where to connect at once; nil waits for `/connect`.
  package var destination: Destination?
  package var name: String?
  /// The rooms to open; without any those that the server opens.
  package var rooms: [String] = []
  package var encryption = Encryption.none
  package var colour = Colour.auto
  package var rings = true
  package var isPlain = false
  package var printsJSON = false
  /// Whether every line is said as it is, also one that looks like a command.
  package var isVerbatim = false
  /// Whether it goes on after the end of its input.
  package var follows = false

  package init() {}
}

/// Where a server is.
package enum Destination: Hashable, Sendable, CustomStringConvertible {
  case tcp(host: String, port: Int)
  case unix(path: String)
  /// A server's message queue, by a socket that stands before it.
  case queue(name: String, socket: String)

  /// The port that every protocol of Parley shares.
  package static let portDefault = 6_789

  package var description: String {
    switch self {
    case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path): path
    case .queue(let name, socket: _): "the queue \(name)"
    }
  }

  /// Reads `[NAME@]HOST[:PORT]`, where an IPv6 address with a port stands in brackets.
  ///
  /// Nil where it is none.
  package static func parse(_ text: String) -> (name: String?, destination: Destination)? {
    var name: String?
    var rest = Substring(text)
    if let at = text.lastIndex(of: "@") {
      name = String(text[..<at])
      rest = text[text.index(after: at)...]
      if name?.isEmpty != false { return nil }
    }
    var host = rest
    var port: Substring?
    if rest.first == "[" {
      guard let end = rest.firstIndex(of: "]") else { return nil }
      host = rest[rest.index(after: rest.startIndex)..<end]
      let behind = rest[rest.index(after: end)...]
      guard behind.isEmpty || behind.first == ":" else { return nil }
      if !behind.isEmpty { port = behind.dropFirst() }
    } else if let colon = rest.firstIndex(of: ":"), rest.lastIndex(of: ":") == colon {
      host = rest[..<colon]
      port = rest[rest.index(after: colon)...]
    }
    guard !host.isEmpty, !host.contains(where: \.isWhitespace) else { return nil }
    guard let port else { return (name, .tcp(host: String(host), port: self.portDefault)) }
    guard let number = UInt16(port), number > 0 else { return nil }
    return (name, .tcp(host: String(host), port: Int(number)))
  }
}
