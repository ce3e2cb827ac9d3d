package import NIOCore
package import ParleyModel

/// Where a session comes from, and over what.
package struct SessionOrigin: Sendable {
  /// The client's address, as a trusted proxy said it where there is one; nil over a Unix socket.
  package var address: SocketAddress?
  /// How nobody between the client and the server can read along.
  package var protection: Protection
  /// Why no password, token or code is taken from it, nor one given to it; nil where they are.
  package var secretFault: Refusal?

  package enum Protection: Hashable, Sendable {
    /// TCP in clear.
    case none
    /// The Unix socket.
    case local
    /// TCP in clear that does not leave this machine.
    case loopback
    /// TLS up to a trusted proxy, which says so.
    case proxy
    /// TLS. Where the client showed a certificate, its SHA-256 fingerprint: 64 hexadecimal digits
    /// in lower case. The client proved that it has the key; nobody vouches for the name in it.
    case tls(fingerprint: String?)
  }

  package init(address: SocketAddress?, protection: Protection) {
    self.address = address
    self.protection = protection
  }

  /// What the channel itself says: no proxy, no TLS.
  package init(of channel: any Channel) {
    if case .unixDomainSocket = channel.localAddress {
      self.init(address: nil, protection: .local)
    } else {
      let address = channel.remoteAddress
      self.init(address: address, protection: Self.isLoopback(address) ? .loopback : .none)
    }
  }

  /// The address as the law knows it.
  package var peer: PeerAddress {
    self.address.flatMap { IPAddress($0) }.map { PeerAddress(bits: $0.bits) } ?? .none
  }

  /// The same as a trusted proxy says it, which connects from the address that is here so far.
  package mutating func pass(through client: SocketAddress?, overTLS: Bool) {
    if overTLS {
      self.protection = .proxy
    } else if let client, !Self.isLoopback(client) {
      self.protection = .none
    }
    self.address = client ?? self.address
  }

  private static let loopback = [IPNetwork("127.0.0.0/8"), IPNetwork("::1")].compactMap { $0 }

  private static func isLoopback(_ address: SocketAddress?) -> Bool {
    guard let address = address.flatMap({ IPAddress($0) }) else { return false }
    return Self.loopback.contains { $0.contains(address) }
  }

  /// Whether nobody on a network reads what crosses it.
  package var isSecure: Bool { self.protection != .none }

  /// Whether TLS is between the session and its socket.
  package var isEncrypted: Bool {
    if case .tls = self.protection { true } else { false }
  }

  /// The SHA-256 fingerprint of the client's certificate, in lower case hexadecimal.
  package var certificateFingerprint: String? {
    if case .tls(let fingerprint) = self.protection { fingerprint } else { nil }
  }

  /// The same as bytes, as an account keeps it.
  package var certificateDigest: [UInt8]? {
    guard let digits = self.certificateFingerprint?.utf8.map({ $0 }) else { return nil }
    let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
    }
    return bytes.count == 32 ? bytes : nil
  }
}

/// The input ended without the word that ends it in the protocol below: what is unfinished may
/// have been cut short by somebody else, and counts for nothing.
///
/// A user event of the pipeline, instead of `ChannelEvent.inputClosed`.
package struct InputCut: Sendable {
  package init() {}
}
