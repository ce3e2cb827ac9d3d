package import NIOCore
package import ParleyModel

/// Where a session comes from, and over what.
package struct SessionOrigin: Sendable {
  /// The client's address, as a trusted proxy said it where there is one; nil over a Unix socket.
  package var address: SocketAddress?
  /// How nobody between the client and the server can read along.
  package var protection: Protection

  package enum Protection: Hashable, Sendable {
    /// TCP in clear.
    case none
    /// The Unix socket.
    case local
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
      self.init(address: channel.remoteAddress, protection: .none)
    }
  }

  /// The address as the law knows it.
  package var peer: PeerAddress {
    self.address.flatMap { IPAddress($0) }.map { PeerAddress(bits: $0.bits) } ?? .none
  }

  /// Whether the session came over TLS or the Unix socket.
  package var isSecure: Bool { self.protection != .none }

  /// Whether TLS is between the session and its socket.
  package var isEncrypted: Bool {
    if case .tls = self.protection { true } else { false }
  }

  /// The SHA-256 fingerprint of the client's certificate, in lower case hexadecimal.
  package var certificateFingerprint: String? {
    if case .tls(let fingerprint) = self.protection { fingerprint } else { nil }
  }
}

/// The input ended without the word that ends it in the protocol below: what is unfinished may
/// have been cut short by somebody else, and counts for nothing.
///
/// A user event of the pipeline, instead of `ChannelEvent.inputClosed`.
package struct InputCut: Sendable {
  package init() {}
}
