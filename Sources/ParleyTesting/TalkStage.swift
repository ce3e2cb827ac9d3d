/// How a play's server speaks TLS, and how its people connect with it.
package struct TalkTLS {
  /// Of `parley serve`: its certificate and key.
  package var flags: [String]
  /// Connects somebody to a port, with the client certificate of a name if there is one; the same
  /// name is the same certificate.
  package var connect: (_ who: String, _ port: UInt16, _ certificate: String?) throws -> TalkClient

  package init(
    flags: [String],
    connect: @escaping (_ who: String, _ port: UInt16, _ certificate: String?) throws -> TalkClient
  ) {
    self.flags = flags
    self.connect = connect
  }
}

/// Plays a script with real sockets against a server of its own.
package struct TalkStage {
  private let script: TalkScript
  private let server: ProcessUnderTest
  private let tls: TalkTLS?
  private var people: [String: TalkClient] = [:]
  /// Those that have left, for what they saw.
  private var gone: [TalkClient] = []

  /// Plays it; throws what went wrong, with the line of the script.
  package static func play(_ script: TalkScript, name: String, tls: TalkTLS? = nil) throws {
    let server = try ProcessUnderTest(
      flags: script.flags + (tls?.flags ?? []), terminal: script.hasTerminal)
    var stage = TalkStage(script: script, server: server, tls: tls)
    for (line, step) in script.steps {
      do {
        try stage.perform(step)
      } catch {
        let console = server.console.suffix(6).map { "\n    server | \($0)" }.joined()
        throw TalkFailure("\(name):\(line): \(error)\(console)")
      }
    }
    if let missing = stage.notShown() { throw TalkFailure("\(name): \(missing)") }
    // Whatever the play did to it, the server can still be stopped.
    if server.isRunning {
      let code = try server.stop()
      guard code == 0 else { throw TalkFailure("\(name): the server ended with \(code)") }
    }
  }

  private init(script: TalkScript, server: ProcessUnderTest, tls: TalkTLS?) {
    self.script = script
    self.tls = tls
    self.server = server
  }

  private mutating func perform(_ step: TalkScript.Step) throws {
    switch step {
    case .connect(let who): _ = try self.person(who)
    case .connectSecurely(let who, let certificate):
      guard let tls = self.tls else { throw TalkFailure("the script does not say `tls`") }
      self.people[who] = try tls.connect(who, self.server.port, certificate)
    case .say(let who, let line): try self.person(who).say(line)
    case .send(let who, let bytes): try self.person(who).send(bytes)
    case .see(let who, let pattern): try self.person(who).expect(pattern, without: nil)
    case .seeNext(let who, let pattern): try self.person(who).expectNext(pattern)
    case .seeNone(let who, let unwanted, let pattern):
      try self.person(who).expect(pattern, without: unwanted)
    case .asked(let who, let prompt): try self.person(who).expectPrompt(prompt)
    case .closed(let who):
      try self.person(who).expectEnd()
      self.dismiss(who)
    case .halfClose(let who): try self.person(who).halfClose()
    case .close(let who):
      try self.person(who).end()
      self.dismiss(who)
    case .vanish(let who):
      try self.person(who).vanish()
      self.dismiss(who)
    case .people(let count, let name):
      for number in 1...count {
        let name = name.replacing("{n}", with: "\(number)")
        let person = try self.person(name)
        try person.say(name)
        try person.expect("*You are \(name),*")
      }
    case .serverShows, .serverTold, .serverKilled, .serverStops, .serverEnds, .serverStarts,
      .admin:
      try self.performOnServer(step)
    }
  }

  private mutating func performOnServer(_ step: TalkScript.Step) throws {
    switch step {
    case .serverShows(let pattern): try self.server.expectConsole(pattern)
    case .serverTold(let line): try self.server.type(line)
    case .serverKilled:
      try self.server.kill()
      self.dismissAll()
    case .serverStops(let code):
      let ended = try self.server.stop()
      guard ended == code else { throw TalkFailure("the server ended with \(ended)") }
    case .serverEnds(let code):
      let ended = try self.server.waitForExit()
      guard ended == code else { throw TalkFailure("the server ended with \(ended)") }
    case .serverStarts:
      self.dismissAll()
      try self.server.start()
    case .admin(let words, let input): try self.server.admin(words, input: input)
    case .connect, .connectSecurely, .say, .send, .see, .seeNext, .seeNone, .asked, .closed,
      .halfClose, .close,
      .vanish, .people:
      break
    }
  }

  private mutating func person(_ name: String) throws -> TalkClient {
    if let person = self.people[name] { return person }
    let person = try TalkClient(name, port: self.server.port)
    self.people[name] = person
    return person
  }

  private mutating func dismiss(_ name: String) {
    if let person = self.people.removeValue(forKey: name) { self.gone.append(person) }
  }

  private mutating func dismissAll() {
    for name in self.people.keys { self.dismiss(name) }
  }

  /// What the script claims to cover and nobody has seen.
  private func notShown() -> String? {
    let seen = (Array(self.people.values) + self.gone).flatMap { $0.received }
    for coverage in self.script.covers {
      for word in coverage.words where word != "success" {
        let code = word == "misuse" ? "bad_arguments" : word
        if !seen.contains(where: { $0.contains("error \(code)") }) {
          return "claims \(word) of \(coverage.row), but nobody saw error \(code)"
        }
      }
    }
    return nil
  }
}
