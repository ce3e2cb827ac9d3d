import Crypto
import FoundationEssentials
import Glibc
import NIOCore
package import NIOSSL
import SwiftASN1
import X509

/// What is wrong with a certificate or a key; the text names the file.
package struct CertificateFault: Error, Hashable, Sendable, CustomStringConvertible {
  package var description: String

  package init(_ description: String) {
    self.description = description
  }
}

/// A certificate that was read, checked and may be shown to clients.
package struct LoadedCertificate: Sendable {
  /// For new connections.
  package var context: NIOSSLContext
  /// SHA-256 of the server's own certificate, in lower case hexadecimal.
  package var fingerprint: String
  /// The last second at which it is valid, in seconds since 1970-01-01 00:00:00 UTC.
  package var validThrough: Int64
  /// What an operator should know, though it stops nothing.
  package var warnings: [String]

  /// `valid through 2026-11-20T12:03:01Z`.
  package var term: String { "valid through \(CertificateFiles.text(of: self.validThrough))" }
}

/// The two files that TLS needs, both PEM: the chain, the server's own certificate first, and the
/// key.
package struct CertificateFiles: Hashable, Sendable {
  package var certificate: String
  package var key: String

  /// Larger files are refused: a chain is a few KiB.
  private static let fileBytesMax = 1 << 20
  /// With less time left than this a certificate is warned about.
  package static let warningSeconds: Int64 = 14 * 24 * 60 * 60

  package init(certificate: String, key: String) {
    self.certificate = certificate
    self.key = key
  }

  /// Reads both files and checks that they can serve at `now`, in seconds since 1970.
  ///
  /// Blocking: not for event loops.
  package func load(now: Int64) throws(CertificateFault) -> LoadedCertificate {
    let chain = try self.readChain()
    let key = try self.readKey()
    try self.checkTimes(chain, now)
    try self.checkOrder(chain)
    guard let own = chain.first else {
      throw CertificateFault("\(self.certificate): holds no certificate in PEM form")
    }
    let context = try self.context(chain, key)
    var warnings = Self.isOpenToAll(self.key) ? [self.openKeyWarning] : []
    let validThrough = Int64(own.notValidAfter)
    if validThrough - now < Self.warningSeconds {
      warnings.append("\(self.certificate): ends on \(Self.text(of: validThrough)): renew it")
    }
    guard let bytes = try? own.toDERBytes() else {
      throw CertificateFault("\(self.certificate): the certificate cannot be written as DER")
    }
    return LoadedCertificate(
      context: context, fingerprint: Fingerprint.text(of: bytes), validThrough: validThrough,
      warnings: warnings)
  }

  private var openKeyWarning: String {
    "\(self.key): every user of this machine can read the key; chmod 600 mends it"
  }

  // MARK: Reading

  private func readChain() throws(CertificateFault) -> [NIOSSLCertificate] {
    let bytes = try Self.read(self.certificate)
    let chain = (try? NIOSSLCertificate.fromPEMBytes(bytes)) ?? []
    guard chain.isEmpty else { return chain }
    let isKey = Self.contains(bytes, "PRIVATE KEY-----")
    throw CertificateFault(
      "\(self.certificate): " + (isKey ? "holds a key and" : "holds") + " no certificate that can "
        + "be read; it must be PEM, the server's own certificate first, then those that signed it")
  }

  private func readKey() throws(CertificateFault) -> NIOSSLPrivateKey {
    let bytes = try Self.read(self.key)
    if Self.contains(bytes, "ENCRYPTED") {
      throw CertificateFault(
        "\(self.key): the key is encrypted with a passphrase; write it without one: "
          + "openssl pkey -in \(self.key) -out NEW")
    }
    if let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) { return key }
    throw CertificateFault(
      "\(self.key): holds no private key that can be read; it must be PEM, as in "
        + "-----BEGIN PRIVATE KEY-----")
  }

  private static func contains(_ bytes: [UInt8], _ text: String) -> Bool {
    String(decoding: bytes, as: UTF8.self).contains(text)
  }

  private static func read(_ path: String) throws(CertificateFault) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw CertificateFault("\(path): cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 * 1024)
    while true {
      let count = Glibc.read(descriptor, &piece, piece.count)
      guard count >= 0 else {
        throw CertificateFault("\(path): cannot be read: \(String(cString: strerror(errno)))")
      }
      if count == 0 { return bytes }
      bytes += piece[..<count]
      guard bytes.count <= Self.fileBytesMax else {
        throw CertificateFault("\(path): is larger than 1 MiB, which no certificate or key is")
      }
    }
  }

  private static func isOpenToAll(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IROTH != 0
  }

  // MARK: Checking

  private func checkTimes(
    _ chain: [NIOSSLCertificate], _ now: Int64
  ) throws(CertificateFault) {
    for (index, certificate) in chain.enumerated() {
      let which = chain.count == 1 ? "the certificate" : "certificate \(index + 1) of the file"
      if Int64(certificate.notValidAfter) < now {
        let end = Self.text(of: Int64(certificate.notValidAfter))
        throw CertificateFault("\(self.certificate): \(which) expired on \(end)")
      }
      if Int64(certificate.notValidBefore) > now {
        let begin = Self.text(of: Int64(certificate.notValidBefore))
        throw CertificateFault(
          "\(self.certificate): \(which) is not valid before \(begin); is the clock right?")
      }
    }
  }

  /// Each certificate must have signed the one before it.
  private func checkOrder(_ chain: [NIOSSLCertificate]) throws(CertificateFault) {
    // What this reader does not know, as an uncommon kind of key, is left to the clients.
    let parsed = chain.map { certificate in
      (try? certificate.toDERBytes()).flatMap { try? Certificate(derEncoded: $0) }
    }
    for index in parsed.indices.dropFirst() {
      guard let signed = parsed[index - 1], let signer = parsed[index] else { continue }
      guard signer.subject == signed.issuer,
        signer.publicKey.isValidSignature(signed.signature, for: signed)
      else {
        throw CertificateFault(
          "\(self.certificate): certificate \(index + 1) of the file did not sign certificate "
            + "\(index); the server's own comes first, then each that signed the one before")
      }
    }
  }

  private func context(
    _ chain: [NIOSSLCertificate], _ key: NIOSSLPrivateKey
  ) throws(CertificateFault) -> NIOSSLContext {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    // Of TLS 1.2 what RFC 9325 §4.2 recommends; TLS 1.3 has nothing else.
    configuration.cipherSuiteValues = [
      .TLS_AES_128_GCM_SHA256, .TLS_AES_256_GCM_SHA384, .TLS_CHACHA20_POLY1305_SHA256,
      .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
      .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
      .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
      .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ]
    configuration.applicationProtocols = [TLSEntrance.irc, TLSEntrance.http]
    // A client may show a certificate; nobody's signature on it is asked for (TLSEntrance).
    configuration.certificateVerification = .optionalVerification
    configuration.trustRoots = .certificates([])
    configuration.shutdownTimeout = .seconds(1)
    do {
      return try NIOSSLContext(configuration: configuration)
    } catch NIOSSLError.failedToLoadPrivateKey {
      // It could be read: it is another one's.
      throw CertificateFault(
        "\(self.key): is not the key of the first certificate in \(self.certificate)")
    } catch {
      throw CertificateFault(
        "\(self.certificate): cannot be used with \(self.key): \(error)")
    }
  }

  /// `2026-11-20T12:03:01Z`.
  static func text(of seconds: Int64) -> String {
    Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
  }
}

/// SHA-256 of a certificate, as people compare it.
package enum Fingerprint {
  /// 64 hexadecimal digits in lower case, of a certificate's DER form.
  package static func text(of certificate: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef")
    return SHA256.hash(data: Array(certificate)).reduce(into: "") { text, byte in
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 0xF)])
    }
  }
}
