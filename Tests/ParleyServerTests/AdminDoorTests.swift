import Glibc
import ParleyTesting
import Testing

@testable import ParleyServer

/// Who can reach the administrators' dialect, and how it answers.
@Suite struct `The administrators' door` {
  private static let request = "ADMIN/1\n{\"sessions\":{}}\n"

  @Test func `is behind the Unix socket, for its owner, without a login`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let owner = try TalkClient("owner", toSocketAt: server.socketPath)
      try owner.send(Array(Self.request.utf8))
      try owner.expectNext("{\"sessions\":{\"list\":\\[\\],\"more\":0}}")
      // Answers come in the order of the requests, and what is no request changes nothing.
      try owner.send(
        Array(
          """
          {"create":{"name":"ana","password":"correct horse","administrator":true}}
          {"fly":{}}
          {"newInvite":{"milliseconds":0}}
          {"newToken":{"name":"ana","scopes":[],"label":"none"}}
          {"delete":{"name":"ana"}}
          """.utf8))
      owner.halfClose()
      try owner.expectNext("{\"created\":{\"name\":\"ana\"}}")
      try owner.expectNext("{\"refused\":{\"code\":\"bad_arguments\",*")
      try owner.expectNext("{\"refused\":{\"code\":\"bad_arguments\",*")
      try owner.expectNext("{\"refused\":{\"code\":\"bad_arguments\",*")
      try owner.expectNext("{\"deleted\":{\"name\":\"ana\"}}")
      try owner.expectEnd()
      try server.expectConsole("session 1 closed (quit)*")
      // Line mode and IRC are there as ever.
      let ann = try TalkClient("ann", toSocketAt: server.socketPath)
      try ann.say("ADMINISTRATOR")
      try ann.expect("*You are ADMINISTRATOR*")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `cannot be reached over TCP, in clear or over TLS`() async throws {
    try await onItsOwnThread {
      let files = try CertificateOnDisk()
      let server = try ProcessUnderTest(flags: files.flags)
      let clear = try TalkClient("clear", port: server.port)
      let secure = try TLSPerson("secure", port: server.port)
      let alone = try TLSPerson("alone", port: try server.portWithTLS)
      for person in [clear, secure.talk, alone.talk] {
        try person.send(Array(Self.request.utf8))
        try person.expect("*error bad_name: ADMIN/1 has characters *")
        try person.expect("*error bad_name: {\"sessions\":{}} *")
        // Nor after a login, or as a second line.
        try person.say("g\(person.name)")
        try person.expect("*You are g\(person.name)*")
        try person.send(Array(Self.request.utf8))
        try person.expect("*[lobby] #* g\(person.name): {\"sessions\":{}}")
      }
      #expect(try server.stop() == 0)
    }
  }

  @Test func `is closed to other users, whatever the socket's permissions say`() async throws {
    guard Self.canChangeUser else { return }
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      // A user who may open every file, and is neither the server's nor root.
      let (output, code) = try ChildProcess.run(
        Self.asNobody + [
          ProcessUnderTest.binary, "admin", "accounts", "--data", server.dataDirectory,
        ])
      #expect(code == 1)
      #expect(
        output == [
          "parley: not_permitted: user 65534 may not administer this server: only user "
            + "\(geteuid()), who runs it, and root"
        ])
      // Whom the permissions keep out is told so.
      let (refused, refusedCode) = try ChildProcess.run(
        Array(Self.asNobody.prefix(6)) + ["nc", "-N", "-U", server.socketPath])
      #expect(refusedCode != 0)
      #expect(refused.joined().contains("Permission denied"))
      #expect(try server.stop() == 0)
    }
  }

  private static let asNobody = [
    "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps",
    "+dac_override", "--ambient-caps", "+dac_override",
  ]

  /// Whether this is root, and may become another user.
  private static let canChangeUser: Bool = {
    guard geteuid() == 0 else { return false }
    return (try? ChildProcess.run(Self.asNobody + ["true"]).code) == 0
  }()

  @Test(arguments: [
    (1_000, 1_000, true), (0, 1_000, true), (1_001, 1_000, false), (65_534, 0, false),
    (nil, 1_000, false), (nil, 0, false),
  ])
  func `admits the server's user and root`(user: uid_t?, owner: uid_t, isAdmitted: Bool) {
    #expect((LocalPeer(user: user, owner: owner).refusal == nil) == isAdmitted)
  }

  @Test func `says what to do where there is no server`() async throws {
    try await onItsOwnThread {
      let directory = try TemporaryDirectory()
      func complaint(_ arguments: [String]) throws -> String {
        let (output, code) = try ChildProcess.run(
          [ProcessUnderTest.binary, "admin", "create", "ana"] + arguments,
          input: "correct horse\n")
        #expect(code == 69, "\(output)")
        return output.joined(separator: "\n")
      }
      let none = try complaint(["--data", directory.path])
      #expect(
        none == "parley: no server runs here: there is no \(directory.path)/parley.sock; start it "
          + "with parley serve, or name its data directory with --data")
      #expect(try complaint(["--data", directory.path + "/none"]).contains("no server runs here"))
      let file = try TemporaryFile("hello\n")
      #expect(
        try complaint(["--socket", file.path]).hasPrefix("parley: \(file.path) is not a socket; "))
      #expect(try complaint(["--socket", directory.path]).contains(" is not a socket; "))
      let long = directory.path + "/" + String(repeating: "x", count: 100)
      #expect(try complaint(["--data", long]).contains("a socket's path has 1 to 107 bytes"))
      let server = try ProcessUnderTest()
      try server.kill()
      #expect(
        try complaint(["--data", server.dataDirectory]).contains("nobody listens at"))
    }
  }

  @Test func `is told at the command line where the server knows no administrators`() async throws {
    try await onItsOwnThread {
      let directory = try TemporaryDirectory()
      let path = directory.path + "/parley.sock"
      let listener = try Self.listen(at: path)
      defer { close(listener) }
      var child = try ChildProcess(
        [ProcessUnderTest.binary, "admin", "accounts", "--socket", path])
      defer { close(child.output.descriptor) }
      // The first connection only looks whether somebody is there.
      close(accept(listener, nil, nil))
      // A server of before greets, and takes the first line for a name; as does one of now that is
      // too busy to hear it in time, so that it is asked again.
      for _ in 1...3 {
        let connection = TalkClient("shell", descriptor: accept(listener, nil, nil))
        try connection.expectNext("ADMIN/1")
        try connection.say("Parley at chat.example.org: 0 people, 1 room.")
      }
      let line = try child.output.next(until: .usual)
      #expect(line.contains("answers in other words: \"Parley at chat.example.org"))
      #expect(line.contains("restart it"))
      #expect(child.waitAfterItsOutput() == 69)
    }
  }

  private static func listen(at path: String) throws -> Int32 {
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var patience = timeval(tv_sec: 10 * Deadline.patience, tv_usec: 0)
    setsockopt(
      listener, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0, Glibc.listen(listener, 5) == 0 else { throw TalkFailure("no \(path)") }
    return listener
  }
}

@Suite struct `A password at a terminal` {
  /// `parley admin create ana` with a terminal as its standard input.
  private static func ask(
    _ answers: [String]
  ) throws -> (output: [String], echo: String, code: Int32) {
    let server = try ProcessUnderTest()
    let (ours, its) = try ProcessUnderTest.openTerminal()
    defer { close(ours) }
    var child = try ChildProcess(
      [ProcessUnderTest.binary, "admin", "create", "ana", "--data", server.dataDirectory],
      input: its)
    close(its)
    var output: [String] = []
    for (question, answer) in zip(["New password of ana:", "Again:"], answers) {
      while !child.output.unfinished.contains(question) {
        while let line = child.output.nextIfThere() { output.append(line) }
        if child.output.unfinished.contains(question) { break }
        try child.output.fill(until: .usual)
      }
      let bytes = Array((answer + "\n").utf8)
      #expect(write(ours, bytes, bytes.count) == bytes.count)
    }
    while let line = try? child.output.next(until: .usual) { output.append(line) }
    kill(child.process, SIGKILL)
    let code = child.waitAfterItsOutput()
    close(child.output.descriptor)
    var echo = LineReader(descriptor: ours)
    try? echo.fill(until: .now)
    if code == 0 { _ = try loggedIn("ana", answers[0], at: server) }
    #expect(try server.stop() == 0)
    return (output, echo.unfinished, code)
  }

  @Test func `is asked for twice and not shown`() async throws {
    let (output, echo, code) = try await onItsOwnThread {
      try Self.ask(["correct horse", "correct horse"])
    }
    #expect(code == 0)
    #expect(output.last == "ana is an account now, an administrator's")
    #expect(!echo.contains("horse"))
  }

  @Test func `leaves the terminal its echo where it is interrupted`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let (ours, its) = try ProcessUnderTest.openTerminal()
      defer { close(ours) }
      var child = try ChildProcess(
        [ProcessUnderTest.binary, "admin", "create", "ana", "--data", server.dataDirectory],
        input: its)
      defer { close(child.output.descriptor) }
      while !child.output.unfinished.contains("New password of ana:") {
        try child.output.fill(until: .usual)
      }
      var settings = termios()
      #expect(tcgetattr(its, &settings) == 0)
      #expect(settings.c_lflag & tcflag_t(ECHO) == 0)
      #expect(kill(child.process, SIGINT) == 0)
      while (try? child.output.next(until: .usual)) != nil {}
      // For one that has not ended.
      kill(child.process, SIGKILL)
      #expect(child.waitAfterItsOutput() == 130)
      #expect(tcgetattr(its, &settings) == 0)
      #expect(settings.c_lflag & tcflag_t(ECHO) != 0)
      close(its)
      #expect(try server.admin("accounts") == ["there are no accounts"])
      #expect(try server.stop() == 0)
    }
  }

  @Test func `that is not the same twice changes nothing`() async throws {
    let (output, _, code) = try await onItsOwnThread {
      try Self.ask(["correct horse", "correct house"])
    }
    #expect(code == 1)
    #expect(output.last == "parley: the two are not the same; nothing was changed")
  }
}
