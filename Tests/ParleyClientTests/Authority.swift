import Crypto
import Foundation
import ParleyTesting
import SwiftASN1
import X509

/// An authority of a test's own, and a certificate for `localhost` that it has signed.
struct Authority {
  let directory: TemporaryDirectory

  var authority: String { self.directory.path + "/authority.pem" }
  var certificate: String { self.directory.path + "/cert.pem" }
  var key: String { self.directory.path + "/key.pem" }
  /// SHA-256 of the certificate.
  let fingerprint: String

  init() throws {
    self.directory = try TemporaryDirectory()
    let rootKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let leafKey = P256.Signing.PrivateKey()
    let rootName = try DistinguishedName { CommonName("authority") }
    let root = try Self.sign(
      rootName, rootKey.publicKey, by: rootName, rootKey,
      Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
        Critical(KeyUsage(keyCertSign: true))
      })
    let leaf = try Self.sign(
      DistinguishedName { CommonName("localhost") }, Certificate.PublicKey(leafKey.publicKey),
      by: rootName, rootKey,
      Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        SubjectAlternativeNames([.dnsName("localhost")])
      })
    var serializer = DER.Serializer()
    try serializer.serialize(leaf)
    self.fingerprint = SHA256.hash(data: serializer.serializedBytes)
      .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    try self.write(try root.serializeAsPEM().pemString, self.authority)
    try self.write(try leaf.serializeAsPEM().pemString, self.certificate)
    try self.write(leafKey.pemRepresentation, self.key)
  }

  private static func sign(
    _ name: DistinguishedName, _ key: Certificate.PublicKey, by issuer: DistinguishedName,
    _ issuerKey: Certificate.PrivateKey, _ extensions: Certificate.Extensions
  ) throws -> Certificate {
    try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key,
      notValidBefore: Date(timeIntervalSinceNow: -60),
      notValidAfter: Date(timeIntervalSinceNow: 86_400),
      issuer: issuer, subject: name, signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions,
      issuerPrivateKey: issuerKey)
  }

  private func write(_ text: String, _ path: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path))
    chmod(path, 0o600)
  }
}
