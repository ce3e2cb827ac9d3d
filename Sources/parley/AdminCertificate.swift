import ArgumentParser
import Foundation
import ParleyTransport

/// `parley admin certificate --self-signed`: a certificate to begin with.
struct AdminCertificate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certificate",
    abstract: "Write a certificate and its key for TLS.",
    discussion: """
      Clients cannot know whose a self-signed certificate is: they ask, or compare its fingerprint. \
      For a server that strangers use, get one that is signed, as from Let's Encrypt.
      """)

  @Flag(help: "Sign the certificate with its own key; there is no other kind here.")
  var selfSigned = false

  @Option(help: "A name or an address that clients connect to; may be repeated.")
  var host: [String] = []

  @Option(help: "For how many days it is valid, from 1 to 3650.")
  var days = 365

  @Option(help: "The directory to write to; it is made where there is none.")
  var out = "."

  @Flag(help: "Replace the files if they exist.")
  var force = false

  static let certificateName = "parley-cert.pem"
  static let keyName = "parley-key.pem"

  func validate() throws {
    guard self.selfSigned else {
      throw ValidationError("write --self-signed: only such certificates can be made here")
    }
    guard (1...3650).contains(self.days) else {
      throw ValidationError("--days takes a number from 1 to 3650, not \(self.days)")
    }
    for host in self.host where !SelfSignedCertificate.isHost(host) {
      throw ValidationError(
        "--host \(host): is no name or address, as in chat.example.org, *.example.org or 192.0.2.7")
    }
  }

  func run() throws {
    let hosts = self.host.isEmpty ? ["localhost", "127.0.0.1", "::1"] : self.host
    let made = try SelfSignedCertificate(hosts: hosts, days: self.days, from: Date())
    let directory = URL(filePath: self.out, directoryHint: .isDirectory)
    let certificate = directory.appending(path: Self.certificateName).path
    let key = directory.appending(path: Self.keyName).path
    do throws(NewFile.Failure) {
      try Self.makeDirectory(directory)
      if !self.force { for path in [certificate, key] { try NewFile.check(path) } }
      try NewFile.write(made.key, to: key, mode: 0o600, replacing: self.force)
      try NewFile.write(made.certificate, to: certificate, mode: 0o644, replacing: self.force)
    } catch {
      FileHandle.standardError.write(Data("parley: \(error.description)\n".utf8))
      throw ExitCode(EX_CANTCREAT)
    }
    print(
      """
      Made for \(hosts.joined(separator: ", ")), valid for \(self.days) days.
      SHA-256 fingerprint: \(made.fingerprint)
      Put this into parley.yaml:

      tls_certificate: \(Self.yaml(certificate))
      tls_key: \(Self.yaml(key))
      """)
  }

  /// Makes a directory for the owner alone, as a key will be in it, with those above it.
  private static func makeDirectory(_ directory: URL) throws(NewFile.Failure) {
    do {
      try FileManager.default.createDirectory(
        at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw NewFile.Failure(
        description: "\(directory.path): cannot be made: \(error.localizedDescription)")
    }
  }

  /// A path as a YAML value: in double quotes where anything in it might mean something.
  private static func yaml(_ path: String) -> String {
    let isPlain = path.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."),
        UInt8(ascii: "_"):
        true
      default: byte == UInt8(ascii: "-")
      }
    }
    if isPlain, !path.hasPrefix("-") { return path }
    let escaped = path.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return "\"\(escaped)\""
  }
}

/// Files that must not replace others by mistake.
private enum NewFile {
  struct Failure: Error {
    var description: String
  }

  static func check(_ path: String) throws(Failure) {
    if access(path, F_OK) == 0 {
      throw Failure(description: "\(path) exists; --force replaces it")
    }
  }

  /// Writes the whole file under another name first, so that whoever reads it meanwhile finds the
  /// old one or the new one.
  static func write(
    _ text: String, to path: String, mode: mode_t, replacing: Bool
  ) throws(Failure) {
    let draft = "\(path).\(getpid()).new"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw Self.failure(path) }
    defer { unlink(draft) }
    let bytes = Array(text.utf8)
    let isWritten =
      Foundation.write(descriptor, bytes, bytes.count) == bytes.count
      && fchmod(descriptor, mode) == 0 && fsync(descriptor) == 0
    guard close(descriptor) == 0, isWritten else { throw Self.failure(path) }
    // A link fails where the name is taken; a renaming would not.
    let result = replacing ? rename(draft, path) : link(draft, path)
    guard result == 0 else { throw Self.failure(path) }
  }

  private static func failure(_ path: String) -> Failure {
    Failure(description: "\(path): cannot be written: \(String(cString: strerror(errno)))")
  }
}
