import Foundation
import NIOSSL
import ParleyTesting
import ParleyTransport
import Testing

@Suite struct `A connection with TLS` {
  @Test func `is recognised on the one port, and what it speaks inside`() async throws {
    try await onItsOwnThread {
      let certificate = try CertificateOnDisk()
      let server = try ProcessUnderTest(flags: certificate.flags)
      let plain = try TalkClient("plain", port: server.port)
      try plain.say("plain")
      try plain.expect("*You are plain*")
      // Line mode greets who is silent.
      let ana = try TLSPerson("ana", port: server.port)
      #expect(try ana.fingerprint == certificate.fingerprint)
      try ana.talk.expect("Parley at *")
      try ana.talk.say("ana")
      try ana.talk.expect("*You are ana*")
      let bob = try TLSPerson("bob", port: server.port)
      try bob.talk.send(Array("NICK bob\r\nUSER b 0 * :b\r\nJOIN #lobby\r\n".utf8))
      try bob.talk.expect(":* 001 bob *")
      try bob.talk.say("PRIVMSG #lobby :hello")
      try plain.expect("*[lobby] #1 bob: hello")
      try ana.talk.expect("*[lobby] #1 bob: hello")
      try server.expectConsole("session 2 connected from 127.0.0.1:* (line)*")
      try server.expectConsole("session 3 connected from 127.0.0.1:* (irc)*")
      try ana.talk.say("/exit")
      try ana.talk.expect("*bye.")
      try ana.talk.expectEnd()
      #expect(try server.stop() == 0)
    }
  }

  @Test func `says by ALPN that it is IRC`() async throws {
    try await onItsOwnThread {
      let certificate = try CertificateOnDisk()
      let server = try ProcessUnderTest(flags: certificate.flags)
      // A probe of IRC that line mode would not take for it.
      let irc = try TLSPerson("irc", port: server.port, applicationProtocols: ["irc"])
      #expect(irc.applicationProtocol == "irc")
      try server.expectConsole("session 1 connected * (irc)*")
      let web = try TLSPerson("web", port: server.port, applicationProtocols: ["h2", "http/1.1"])
      #expect(web.applicationProtocol == "http/1.1")
      let other = try TLSPerson("other", port: server.port, applicationProtocols: ["smtp"])
      #expect(other.applicationProtocol == nil)
      try other.talk.expect("Parley at *")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `is all that a listener with +tls takes`() async throws {
    try await onItsOwnThread {
      let certificate = try CertificateOnDisk()
      let server = try ProcessUnderTest(flags: certificate.flags)
      let port = try server.portWithTLS
      let person = try TalkClient("person", port: port)
      try person.say("ana")
      try person.expectNext("*** this port takes TLS only; connect again with TLS.")
      try person.expectEnd()
      let irc = try TalkClient("irc", port: port)
      try irc.send(Array("CAP LS 302\r\n".utf8))
      try irc.expectNext("ERROR :this port takes TLS only; connect again with TLS")
      try irc.expectEnd()
      let ana = try TLSPerson("ana", port: port)
      try ana.talk.say("ana")
      try ana.talk.expect("*You are ana*")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `gets its answers after it has ended its side`() async throws {
    try await onItsOwnThread {
      let certificate = try CertificateOnDisk()
      let server = try ProcessUnderTest(flags: certificate.flags)
      let ana = try TLSPerson("ana", port: try server.portWithTLS)
      try ana.talk.send(Array("ana\nhello\n/who".utf8))
      // close_notify; what is unfinished is whole then.
      ana.talk.halfClose()
      try ana.talk.expect("*[lobby] #1 ana: hello")
      try ana.talk.expect("ok 1 person in lobby: ana (you)")
      try ana.talk.expectEnd()
      try server.expectConsole("session 1 closed *")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `that is cut counts up to its last whole line`() async throws {
    try await onItsOwnThread {
      let certificate = try CertificateOnDisk()
      let server = try ProcessUnderTest(flags: certificate.flags)
      let bob = try TalkClient("bob", port: server.port)
      try bob.say("bob")
      try bob.expect("*You are bob*")
      let (output, code) = try ChildProcess.run(["python3", "-c", Self.cut, "\(server.port)"])
      #expect(code == 0, "\(output)")
      #expect(output.contains { $0.hasSuffix("[lobby] #1 cut: whole") }, "\(output)")
      try bob.expect("*[lobby] #1 cut: whole")
      try bob.expectNext("*[lobby] - cut went (*")
      #expect(try server.stop() == 0)
    }
  }

  /// Ends its side of TCP without the word that ends TLS, and prints what comes.
  private static let cut = """
    import socket, ssl, sys
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    tls = context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1]))))
    tls.sendall(b"cut\\nwhole\\nunfin")
    socket.socket.shutdown(tls, socket.SHUT_WR)
    while data := tls.recv(4096):
        print(data.decode(), end="")
    """

  @Test func `that reads slowly catches up, and its outbox is bounded`() async throws {
    try await onItsOwnThread {
      let certificate = try CertificateOnDisk()
      let server = try ProcessUnderTest(flags: certificate.flags)
      let pid = try #require(server.processID)
      let slow = try TLSPerson("slow", port: try server.portWithTLS)
      try slow.talk.say("slow")
      try slow.talk.expect("*You are slow*")
      let fast = try TalkClient("fast", port: server.port)
      try fast.say("fast")
      try fast.expect("*You are fast*")
      let before = ProcessFigures(pid).memoryKiB
      let text = String(repeating: "x", count: 1_000)
      let count = 20_000
      for number in 1...count {
        try fast.say(text)
        if number % 32 == 0 || number == count { try fast.expect("*[lobby] #\(number) *") }
      }
      // 20 MB were said; of that the slow one's outbox may hold 256 KiB, the archive's cache 32 MiB.
      #expect(ProcessFigures(pid).memoryKiB - before < 60 * 1_024)
      try slow.talk.expect("*+ fast came")
      for number in 1...count {
        let line = try slow.talk.next()
        guard let message = RoomLine(line), message.number == number else {
          throw TalkFailure("#\(number) is next, not \(line.prefix(60))")
        }
      }
      try fast.say("welcome back")
      try slow.talk.expectNext("*[lobby] #\(count + 1) fast: welcome back")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `is ended with an alert where it is garbage, or there is no TLS`() async throws {
    try await onItsOwnThread {
      let certificate = try CertificateOnDisk()
      for flags in [certificate.flags, []] {
        let server = try ProcessUnderTest(flags: flags)
        let client = try TalkClient("client", port: server.port)
        try client.send([0x16, 3, 1] + Array("this is no hello of TLS".utf8))
        // A record of an alert (21), fatal (2).
        try client.expectEnd()
        let alert = client.reader.unfinishedBytes
        #expect(alert.count == 7 && alert[0] == 21 && alert[5] == 2, "\(alert)")
        // Inside of TLS there is no other.
        if !flags.isEmpty {
          let inner = try TLSPerson("inner", port: try server.portWithTLS)
          try inner.talk.send([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0])
          try inner.talk.expectEnd()
        }
        #expect(try server.stop() == 0)
      }
    }
  }

  @Test func `speaks TLS 1.2 and 1.3, and nothing older`() async throws {
    try await onItsOwnThread {
      let certificate = try CertificateOnDisk()
      let server = try ProcessUnderTest(flags: certificate.flags)
      func openssl(_ version: String) throws -> String {
        // With no more privilege than needed for the oldest: level 0 allows the client what it is
        // the server's to refuse.
        try ChildProcess.run([
          "openssl", "s_client", version, "-cipher", "DEFAULT@SECLEVEL=0", "-connect",
          "127.0.0.1:\(server.port)",
        ]).output.joined(separator: "\n")
      }
      #expect(try openssl("-tls1_1").contains("alert protocol version"))
      #expect(try openssl("-tls1").contains("alert protocol version"))
      #expect(try openssl("-tls1_2").contains("New, TLSv1.2"))
      #expect(try openssl("-tls1_3").contains("New, TLSv1.3"))
      #expect(try server.stop() == 0)
    }
  }

  @Test func `with irssi`() async throws {
    try await onItsOwnThread {
      let certificate = try CertificateOnDisk()
      let server = try ProcessUnderTest(flags: certificate.flags)
      let bob = try TalkClient("bob", port: server.port)
      try bob.say("bob")
      try bob.expect("*You are bob*")
      let home = try TemporaryDirectory()
      try Data(Self.irssi(port: server.port).utf8)
        .write(to: URL(filePath: home.path + "/config"))
      let session = "irssi-\(server.port)"
      func tmux(_ arguments: [String]) throws -> [String] {
        try ChildProcess.run(["tmux", "-L", session] + arguments).output
      }
      _ = try tmux([
        "new-session", "-d", "-x", "100", "-y", "30", "env", "TERM=screen", "irssi",
        "--home=\(home.path)",
      ])
      defer { _ = try? tmux(["kill-server"]) }
      try bob.expect("*[lobby] + ana came")
      _ = try tmux(["send-keys", "/msg #lobby hello over TLS", "Enter"])
      try bob.expect("*[lobby] #1 ana: hello over TLS")
      _ = try tmux(["send-keys", "/quit", "Enter"])
      try bob.expect("*[lobby] - ana went (*")
      #expect(try server.stop() == 0)
    }
  }

  /// Its configuration: where it connects to, and what it joins.
  private static func irssi(port: UInt16) -> String {
    """
    servers = ( { address = "127.0.0.1"; port = "\(port)"; chatnet = "parley"; use_tls = "yes";
      tls_verify = "no"; autoconnect = "yes"; } );
    chatnets = { parley = { type = "IRC"; }; };
    channels = ( { name = "#lobby"; chatnet = "parley"; autojoin = "yes"; } );
    settings = { core = { nick = "ana"; user_name = "ana"; real_name = "ana"; }; };
    """
  }
}
