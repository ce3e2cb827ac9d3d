import ParleyTesting
import Testing

/// What row-cert.talk says in parley's own client, as anybody does it with OpenSSL.
@Suite struct `A client certificate with openssl s_client` {
  /// Says lines, the last of which ends the session, and answers with what was printed.
  private static func talk(
    _ server: ProcessUnderTest, _ certificate: CertificateOnDisk?, _ lines: [String]
  ) throws -> [String] {
    let own = certificate.map { "-cert \($0.certificate) -key \($0.key)" } ?? ""
    let text = lines.map { $0 + "\\n" }.joined()
    return try ChildProcess.run([
      "sh", "-c",
      "printf '\(text)' | openssl s_client -quiet -connect 127.0.0.1:\(server.port) "
        + "\(own) 2>/dev/null",
    ]).output
  }

  @Test func `logs in to the account that it was added to, until it is removed`() async throws {
    try await onItsOwnThread {
      let files = try CertificateOnDisk()
      let (mine, other) = (try CertificateOnDisk(), try CertificateOnDisk())
      let server = try ProcessUnderTest(flags: files.flags)
      func has(_ part: String, _ output: [String]) -> Bool { output.contains { $0.contains(part) } }

      let added = try Self.talk(
        server, mine,
        ["ana", "/register", "correct horse", "correct horse", "/cert add", "/exit"])
      #expect(has("ok the certificate of this connection opens your account", added), "\(added)")
      let entered = try Self.talk(server, mine, ["/login", "/exit"])
      #expect(has("Your certificate opens the account ana: /login", entered), "\(entered)")
      #expect(has("You are ana, session 2.", entered), "\(entered)")
      // One of nobody, and none.
      for certificate in [other, nil] {
        let refused = try Self.talk(server, certificate, ["/login", "/exit"])
        #expect(has("error no_certificate: ", refused), "\(refused)")
        #expect(!has("Your certificate", refused) && !has("You are", refused), "\(refused)")
      }
      let misused = try Self.talk(server, mine, ["/login", "/cert", "/cert remove", "/exit"])
      #expect(has("error bad_arguments: usage: /cert add or remove", misused), "\(misused)")
      #expect(has("ok 1 certificate opens it no longer", misused), "\(misused)")
      let removed = try Self.talk(server, mine, ["/login", "/exit"])
      #expect(has("error no_certificate: ", removed), "\(removed)")
      #expect(!has("You are ana", removed), "\(removed)")
      #expect(try server.stop() == 0)
    }
  }
}
