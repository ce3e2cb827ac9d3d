import NIOCore

/// Where the server listens: an IP address and a port, written `127.0.0.1:6789` or `[::1]:6789`;
/// `+tls` behind it takes TLS alone.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
  /// An IPv4 or IPv6 address, without brackets.
  package var host: String
  /// 0 takes a free one.
  package var port: Int
  /// Whether a connection without TLS is refused.
  package var requiresTLS: Bool

  /// The default port of every client that is not a browser.
  package static let defaultPort = 6789

  package init(host: String, port: Int, requiresTLS: Bool = false) {
    self.host = host
    self.port = port
    self.requiresTLS = requiresTLS
  }

  private static let tlsMark = "+tls"

  /// Reads `ADDRESS:PORT` or `ADDRESS:PORT+tls`; what is wrong is answered with what to write
  /// instead.
  package init(_ whole: String) throws(SettingFault) {
    let requiresTLS = whole.hasSuffix(Self.tlsMark)
    let text = requiresTLS ? String(whole.dropLast(Self.tlsMark.count)) : whole
    guard let colon = text.lastIndex(of: ":") else {
      throw SettingFault("\"\(text)\" has no port: write ADDRESS:PORT, as in 127.0.0.1:6789")
    }
    var host = String(text[..<colon])
    let port = text[text.index(after: colon)...]
    if host.hasPrefix("[") && host.hasSuffix("]") && host.contains(":") {
      host = String(host.dropFirst().dropLast())
    } else if host.contains(":") {
      throw SettingFault(
        "\"\(text)\" is ambiguous: write an IPv6 address in brackets, as in [::1]:6789")
    }
    guard port.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let number = UInt16(port)
    else {
      throw SettingFault("\"\(text)\" has no port from 0 to 65535 after its last colon")
    }
    guard host != "*" && !host.isEmpty else {
      throw SettingFault(
        "\"\(text)\" has no address: write 0.0.0.0:\(number) for every IPv4 address, "
          + "[::]:\(number) for every IPv6 address")
    }
    guard (try? SocketAddress(ipAddress: host, port: Int(number))) != nil else {
      throw SettingFault(
        "\"\(host)\" is not an IP address: write it in digits, as in 127.0.0.1:\(number) "
          + "or [::1]:\(number)")
    }
    self.init(host: host, port: Int(number), requiresTLS: requiresTLS)
  }

  /// Whether only this machine reaches it (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
  package var isLoopback: Bool {
    guard self.host.contains(":") else { return self.host.hasPrefix("127.") }
    return (try? SocketAddress(ipAddress: self.host, port: 0))
      == (try? SocketAddress(ipAddress: "::1", port: 0))
  }

  package var description: String {
    let host = self.host.contains(":") ? "[\(self.host)]" : self.host
    let place = "\(host):\(self.port)"
    return self.requiresTLS ? place + Self.tlsMark : place
  }
}
