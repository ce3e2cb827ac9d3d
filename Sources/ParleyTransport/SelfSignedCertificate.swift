import Crypto
package import FoundationEssentials
import SwiftASN1
import X509

/// A certificate that vouches for itself, to begin with or for people who compare fingerprints.
package struct SelfSignedCertificate: Sendable {
  /// PEM.
  package var certificate: String
  /// PEM (PKCS #8).
  package var key: String
  /// SHA-256 of the certificate, in lower case hexadecimal.
  package var fingerprint: String

  /// A common name has 64 characters at most (RFC 5280, appendix A.1, ub-common-name).
  private static let commonNameMax = 64

  /// Clients whose clocks are behind by less than this take a new certificate.
  private static let skewSeconds = 60.0 * 60

  /// Draws a key (P-256) and signs a certificate for these names and addresses, valid from an hour
  /// before `start` and for so many days after it.
  package init(hosts: [String], days: Int, from start: Date) throws {
    let key = P256.Signing.PrivateKey()
    let name = try DistinguishedName {
      CommonName(hosts.first { $0.utf8.count <= Self.commonNameMax } ?? "parley")
    }
    let certificate = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(),
      publicKey: Certificate.PublicKey(key.publicKey),
      notValidBefore: start.addingTimeInterval(-Self.skewSeconds),
      notValidAfter: start.addingTimeInterval(Double(days) * 24 * 60 * 60), issuer: name,
      subject: name, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        Critical(KeyUsage(digitalSignature: true))
        try ExtendedKeyUsage([.serverAuth])
        SubjectAlternativeNames(hosts.map(Self.alternative))
      }, issuerPrivateKey: Certificate.PrivateKey(key))
    var serializer = DER.Serializer()
    try serializer.serialize(certificate)
    self.certificate = try certificate.serializeAsPEM().pemString + "\n"
    self.key = key.pemRepresentation + "\n"
    self.fingerprint = Fingerprint.text(of: serializer.serializedBytes)
  }

  /// Whether the text is an IP address, or a name of DNS (RFC 1123 §2.1), perhaps with `*` for its
  /// first part.
  package static func isHost(_ text: String) -> Bool {
    if AddressRange.bytes(of: text) != nil { return !text.contains("%") }
    guard (1...253).contains(text.utf8.count) else { return false }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.enumerated().allSatisfy { index, part in
      if index == 0, part == "*" { return parts.count > 2 }
      return (1...63).contains(part.utf8.count) && !part.hasPrefix("-") && !part.hasSuffix("-")
        && part.utf8.allSatisfy { Self.isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
    }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }

  private static func alternative(_ host: String) -> GeneralName {
    guard let bytes = AddressRange.bytes(of: host) else { return .dnsName(host) }
    return .ipAddress(ASN1OctetString(contentBytes: bytes[...]))
  }
}
