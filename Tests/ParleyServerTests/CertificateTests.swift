import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import ParleyTesting
import ParleyTransport
import Synchronization
import Testing

@Suite struct `A certificate and its key` {
  enum Mistake: String, CaseIterable {
    case missing, noCertificate, expired, notYet, wrongKey, noKey, encryptedKey, wrongOrder
  }

  @Test(arguments: Mistake.allCases)
  func `that are no good stop the start, with the file and what is wrong`(
    mistake: Mistake
  ) async throws {
    try await onItsOwnThread {
      let files = try CertificateOnDisk()
      let (certificate, key) = (files.certificate, files.key)
      let expected: String
      switch mistake {
      case .missing:
        unlink(certificate)
        expected = "\(certificate): cannot be read: No such file or directory"
      case .noCertificate:
        try files.write("hello", "cert.pem")
        expected = "\(certificate): holds no certificate that can be read; it must be PEM*"
      case .expired:
        try files.replace(days: 1, from: Date(timeIntervalSinceNow: -3 * 86_400))
        expected = "\(certificate): the certificate expired on 20*Z"
      case .notYet:
        try files.replace(from: Date(timeIntervalSinceNow: 86_400))
        expected = "\(certificate): the certificate is not valid before 20*Z; is the clock right?"
      case .wrongKey:
        let old = try String(contentsOfFile: key, encoding: .utf8)
        try files.replace()
        try files.write(old, "key.pem")
        expected = "\(key): is not the key of the first certificate in \(certificate)"
      case .noKey:
        try files.write(try String(contentsOfFile: certificate, encoding: .utf8), "key.pem")
        expected = "\(key): holds no private key that can be read; it must be PEM*"
      case .encryptedKey:
        let result = try ChildProcess.run([
          "openssl", "pkey", "-in", key, "-aes256", "-passout", "pass:secret", "-out",
          files.path("locked.pem"),
        ])
        #expect(result.code == 0)
        try files.write(
          try String(contentsOfFile: files.path("locked.pem"), encoding: .utf8), "key.pem")
        expected = "\(key): the key is encrypted with a passphrase; write it without one: *"
      case .wrongOrder:
        let other = try CertificateOnDisk()
        let both =
          try String(contentsOfFile: certificate, encoding: .utf8)
          + String(contentsOfFile: other.certificate, encoding: .utf8)
        try files.write(both, "cert.pem")
        expected = "\(certificate): certificate 2 of the file did not sign certificate 1; *"
      }
      let server = try ProcessUnderTest(flags: files.flags, starting: false)
      let (output, code) = try server.startExpectingFailure()
      #expect(code == 78)
      #expect(
        output.contains { TalkPattern("parley: \(expected)").matches($0) },
        "\(output), \(expected)")
    }
  }

  @Test func `that end soon or are open to all are warned about`() async throws {
    try await onItsOwnThread {
      let files = try CertificateOnDisk()
      try files.replace(days: 3)
      chmod(files.key, 0o644)
      let server = try ProcessUnderTest(flags: files.flags)
      #expect(
        server.console.contains { TalkPattern("warning: *cert.pem: ends on *").matches($0) })
      #expect(
        server.console.contains {
          TalkPattern("warning: *key.pem: every user of this machine can read *").matches($0)
        })
      #expect(try server.stop() == 0)
    }
  }

  @Test func `are made by the shell, and not over others`() async throws {
    try await onItsOwnThread {
      let directory = try TemporaryDirectory()
      func make(_ more: [String]) throws -> (output: [String], code: Int32) {
        try ChildProcess.run(
          [ProcessUnderTest.binary, "admin", "certificate", "--out", directory.path] + more)
      }
      let (output, code) = try make([
        "--self-signed", "--host", "chat.example.org", "--host", "192.0.2.7", "--days", "20",
      ])
      #expect(code == 0, "\(output)")
      let (certificate, key) = (
        directory.path + "/parley-cert.pem", directory.path + "/parley-key.pem"
      )
      #expect(output.suffix(2) == ["tls_certificate: \(certificate)", "tls_key: \(key)"])
      let attributes = try FileManager.default.attributesOfItem(atPath: key)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
      let (text, _) = try ChildProcess.run([
        "openssl", "x509", "-in", certificate, "-noout", "-fingerprint", "-sha256", "-ext",
        "subjectAltName,basicConstraints",
      ])
      #expect(text.contains { $0.contains("DNS:chat.example.org, IP Address:192.0.2.7") })
      #expect(text.contains { $0.contains("CA:FALSE") })
      let printed = try #require(text.first { $0.contains("Fingerprint=") })
      let hex = printed.drop { $0 != "=" }.dropFirst().filter { $0 != ":" }.lowercased()
      #expect(output.contains("SHA-256 fingerprint: \(hex)"))
      // It serves.
      let server = try ProcessUnderTest(flags: [
        "--tls-certificate", certificate, "--tls-key", key, "--listen", "127.0.0.1:0+tls",
      ])
      #expect(try TLSPerson("ana", port: try server.portWithTLS).fingerprint == hex)
      #expect(try server.stop() == 0)
      let again = try make(["--self-signed"])
      #expect(again.code == 73)
      #expect(again.output == ["parley: \(certificate) exists; --force replaces it"])
      #expect(try make(["--self-signed", "--force"]).code == 0)
      #expect(try make([]).output.contains { $0.contains("write --self-signed") })
      #expect(try make(["--self-signed", "--host", "a b"]).code == 64)
    }
  }

  @Test func `of a client are known by their fingerprint, whoever signed them`() throws {
    let (server, client) = (try CertificateOnDisk(), try CertificateOnDisk())
    let store = try CertificateStore(
      CertificateFiles(certificate: server.certificate, key: server.key))
    let peers = Mutex<[TLSEntrance.Peer]>([])
    let listener = try ServerBootstrap(group: TLSPerson.group)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandlers(
            TLSEntrance.handlers(
              store.current.context, cut: { () }, failed: { _ in },
              established: { peer in
                peers.withLock { $0.append(peer) }
                channel.writeAndFlush(ByteBuffer(string: "known\n"), promise: nil)
                return []
              }))
        }
      }
      .bind(host: "127.0.0.1", port: 0).wait()
    let port = UInt16(listener.localAddress?.port ?? 0)
    let known = try TLSPerson("known", port: port, certificate: client)
    try known.talk.expect("known")
    let unknown = try TLSPerson("unknown", port: port)
    try unknown.talk.expect("known")
    try listener.close().wait()
    #expect(peers.withLock { $0.map(\.fingerprint) } == [try client.fingerprint, nil])
  }
}
