import Crypto
import CryptoExtras
import Foundation
package import ParleyModel

/// What passwords become, and what they are compared with.
package struct PasswordHash: Sendable {
  #if DEBUG
  // Unoptimised C takes ten times as long; a credential carries what it was made with.
  private static let cost = (log: UInt8(10), iterations: UInt32(4_096))
  #else
  private static let cost = (log: UInt8(14), iterations: UInt32(100_000))
  #endif

  /// Two to this power is scrypt's cost N.
  package var logCost = Self.cost.log
  package var blockSize: UInt16 = 8
  /// With these three, one of the equals that OWASP's password storage cheat sheet gives for
  /// scrypt.
  package var parallelism: UInt16 = 5
  /// Of SCRAM's PBKDF2; RFC 7677 asks for 4,096 at least.
  package var iterations = Self.cost.iterations

  package static let saltBytes = 16
  package static let keyBytes = 32

  package init() {}

  /// A credential of a password, with salts of its own.
  package func credential(of password: Secret) throws -> Credential {
    let salt = Self.random(Self.saltBytes)
    let scramSalt = Self.random(Self.saltBytes)
    var scrypt = Credential.Scrypt(
      logCost: self.logCost, blockSize: self.blockSize, parallelism: self.parallelism,
      salt: salt, key: [])
    scrypt.key = try Self.derive(password, scrypt)
    return Credential(
      scrypt: scrypt,
      scram: try Self.scram(password, salt: scramSalt, iterations: self.iterations))
  }

  /// Whether a password is that of a credential.
  ///
  /// Where there is none the same work is done, and the answer is no.
  package func matches(_ password: Secret, _ credential: Credential?) throws -> Bool {
    let none = Credential.Scrypt(
      logCost: self.logCost, blockSize: self.blockSize, parallelism: self.parallelism,
      salt: [UInt8](repeating: 0, count: Self.saltBytes),
      key: [UInt8](repeating: 0, count: Self.keyBytes))
    let scrypt = credential?.scrypt ?? none
    let isEqual = Self.areEqual(try Self.derive(password, scrypt), scrypt.key)
    return isEqual && credential != nil
  }

  /// SHA-256 of a token or a code.
  package static func digest(_ secret: Secret) -> [UInt8] {
    Array(SHA256.hash(data: Data(secret.text.utf8)))
  }

  /// A text of 160 random bits that is easy to copy: lower-case letters and digits.
  package static func draw(_ prefix: String) -> Secret {
    let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789".utf8)
    var generator = SystemRandomNumberGenerator()
    let characters = (0..<32).map { _ in alphabet[Int(generator.next() % 32)] }
    return Secret(prefix + String(decoding: characters, as: UTF8.self))
  }

  // MARK: Parts

  private static func derive(_ password: Secret, _ scrypt: Credential.Scrypt) throws -> [UInt8] {
    let key = try KDF.Scrypt.deriveKey(
      from: Self.bytes(password), salt: scrypt.salt, outputByteCount: Self.keyBytes,
      rounds: 1 << Int(scrypt.logCost), blockSize: Int(scrypt.blockSize),
      parallelism: Int(scrypt.parallelism))
    return key.withUnsafeBytes { Array($0) }
  }

  /// RFC 5802 §3: StoredKey is H(ClientKey), and both keys come from the salted password.
  private static func scram(
    _ password: Secret, salt: [UInt8], iterations: UInt32
  ) throws -> Credential.Scram {
    let salted = try KDF.Insecure.PBKDF2.deriveKey(
      from: Self.bytes(password), salt: salt, using: .sha256, outputByteCount: Self.keyBytes,
      unsafeUncheckedRounds: Int(iterations))
    func key(_ text: String) -> [UInt8] {
      Array(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: salted))
    }
    return Credential.Scram(
      iterations: iterations, salt: salt,
      storedKey: Array(SHA256.hash(data: Data(key("Client Key")))), serverKey: key("Server Key"))
  }

  /// The same for all ways to write one text (RFC 8265 §4: NFC).
  private static func bytes(_ password: Secret) -> [UInt8] {
    Array(password.text.precomposedStringWithCanonicalMapping.utf8)
  }

  /// In a time that does not depend on where they differ.
  private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for (a, b) in zip(left, right) { difference |= a ^ b }
    return difference == 0
  }

  private static func random(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }
}
