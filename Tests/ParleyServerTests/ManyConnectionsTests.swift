import Foundation
import Glibc
import ParleyTesting
import Testing

/// Thousands of connections; `soak:` lines say what they cost.
@Suite(.serialized) struct `A server with thousands of connections` {
  /// As many as the machine lets the test open, at most 10,000.
  private static let count: Int = {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return min(10_000, Int(clamping: limit.rlim_max) - 1_000)
  }()

  @Test func `serves them, silent and then logged in`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: ["--log-level", "warning"])
      let pid = try #require(server.processID)
      let first = try TalkClient("first", port: server.port)
      try first.say("first")
      try first.expect("*You are first*")
      let before = ProcessFigures(pid)
      let crowd = try Crowd(count: Self.count, port: server.port)
      try crowd.waitForAll(until: "Username: ")
      let silent = ProcessFigures(pid)
      let each = (silent.memoryKiB - before.memoryKiB) * 1_024 / Self.count
      print("soak: \(Self.count) silent connections take \(each) bytes each")
      #expect(silent.descriptors >= Self.count)
      #expect(silent.threads <= before.threads)
      try crowd.sayAll { "u\($0)" }
      try crowd.waitForAll(until: "You are u")
      let loggedIn = ProcessFigures(pid)
      let more = (loggedIn.memoryKiB - before.memoryKiB) * 1_024 / Self.count
      print("soak: logged in to one room they take \(more) bytes each")
      // Everybody hears the first, and the first everybody.
      try first.say("hello to all")
      try crowd.waitForAll(until: "first: hello to all")
      crowd.close()
      try Self.waitUntilAlone(first)
      #expect(ProcessFigures(pid).threads <= before.threads)
      #expect(try server.stop() == 0)
    }
  }

  @Test func `has after 10,000 that came and went what it had before`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: ["--log-level", "warning"])
      let pid = try #require(server.processID)
      let sockets = try Self.socketsOfOne(pid, server)
      // The archive keeps 32 MiB of pages in memory; most of them are there after this.
      try Self.comeAndGo(40_000, server)
      let (before, filesBefore) = try Self.atRest(pid, server, sockets: sockets)
      try Self.comeAndGo(10_000, server)
      let (after, filesAfter) = try Self.atRest(pid, server, sockets: sockets)
      print("soak: before 10,000 that come and go \(before), after \(after)")
      #expect(after.threads <= before.threads)
      #expect(filesAfter.count <= filesBefore.count, "\(filesAfter)")
      #expect(after.memoryKiB <= before.memoryKiB * 105 / 100)
      #expect(try server.stop() == 0)
    }
  }

  /// Some drop at once, some when they were greeted, some after they logged in.
  private static func comeAndGo(_ count: Int, _ server: ProcessUnderTest) throws {
    for round in 0..<(count / 100) {
      let crowd = try Crowd(count: 100, port: server.port)
      switch round % 3 {
      case 0: break
      case 1:
        try crowd.sayAll { "c\(round)-\($0)" }
        try crowd.waitForAll(until: "You are c")
      default:
        try crowd.sayAll { "d\(round)-\($0)" }
      }
      crowd.close()
    }
  }

  /// The figures and the open files with one person there, once everybody else is gone, those who
  /// never logged in as well: there are no more sockets than one person needs.
  private static func atRest(
    _ pid: pid_t, _ server: ProcessUnderTest, sockets: Int
  ) throws -> (ProcessFigures, files: [String]) {
    let last = try TalkClient("last", port: server.port)
    try last.say("last")
    try last.expect("*You are last*")
    try Self.waitUntilAlone(last)
    let deadline = Deadline(secondsFromNow: 60)
    while Self.sockets(of: pid) > sockets {
      guard !deadline.hasPassed else { throw TalkFailure("connections stay open") }
      try last.say("/who")
      try last.expect("ok 1 person *")
    }
    let figures = (ProcessFigures(pid), Self.openFiles(pid, server))
    // Whose own connection counts.
    withExtendedLifetime(last) {}
    return figures
  }

  /// How many sockets the server has while one person is there.
  private static func socketsOfOne(_ pid: pid_t, _ server: ProcessUnderTest) throws -> Int {
    let one = try TalkClient("one", port: server.port)
    try one.say("one")
    try one.expect("*You are one*")
    return withExtendedLifetime(one) { Self.sockets(of: pid) }
  }

  private static func sockets(of pid: pid_t) -> Int {
    Self.targets(of: pid).count { $0.hasPrefix("socket:") }
  }

  /// What the server has open, but for its data: the log has more files or fewer as it is written
  /// and trimmed.
  private static func openFiles(_ pid: pid_t, _ server: ProcessUnderTest) -> [String] {
    Self.targets(of: pid).filter { !$0.hasPrefix(server.dataDirectory) }
  }

  private static func targets(of pid: pid_t) -> [String] {
    let directory = "/proc/\(pid)/fd"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.compactMap {
      try? FileManager.default.destinationOfSymbolicLink(atPath: "\(directory)/\($0)")
    }
  }

  /// Those who have just dropped are still leaving.
  private static func waitUntilAlone(_ person: TalkClient) throws {
    let deadline = Deadline(secondsFromNow: 60)
    while !deadline.hasPassed {
      try person.say("/who")
      if try person.expect("ok * in lobby: *", until: deadline).contains("ok 1 person ") { return }
    }
    throw TalkFailure("somebody stays")
  }

  @Test func `rests when it may open no more files, and goes on when it may`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let pid = try #require(server.processID)
      let first = try TalkClient("first", port: server.port)
      try first.say("first")
      try first.expect("*You are first*")
      // From now on it may open ten more.
      try Self.allow(pid, openFiles: ProcessFigures(pid).descriptors + 10)
      let crowd = try Crowd(count: 60, port: server.port)
      try server.expectConsole("*a connection waits*Too many open files*")
      let cpu = ProcessFigures(pid).cpuMilliseconds
      // Whoever is in is served meanwhile; the loops rest between the answers.
      let end = ContinuousClock.now + .seconds(2)
      var answers = 0
      while ContinuousClock.now < end {
        try first.say("still here")
        try first.expect("*first: still here")
        answers += 1
        try first.expectSilence(milliseconds: 100)
      }
      let spent = ProcessFigures(pid).cpuMilliseconds - cpu
      #expect(spent < 500 * Deadline.patience, "\(spent) ms of CPU in two seconds")
      #expect(answers > 1)
      try Self.allow(pid, openFiles: 1_000)
      try crowd.waitForAll(until: "Username: ")
      #expect(try server.stop() == 0)
    }
  }

  private static func allow(_ process: pid_t, openFiles: Int) throws {
    let result = try ChildProcess.run(
      ["prlimit", "--pid", "\(process)", "--nofile=\(openFiles):"])
    try #require(result.code == 0, "\(result.output)")
  }

  @Test func `refuses those for whom the limit leaves no file`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(launcher: ["prlimit", "--nofile=200"])
      #expect(server.console.contains { $0.contains("up to 136 connections") })
      let crowd = try Crowd(count: 136, port: server.port)
      try crowd.waitForAll(until: "Username: ")
      let late = try TalkClient("late", port: server.port)
      try late.expect("*too many people are here; try again later.")
      // Its owner is not shut out.
      #expect(try server.admin("announce it is crowded") == ["everybody was told"])
      try late.expectEnd()
      try server.expectConsole("*136 connections: more are refused*")
      crowd.close()
      #expect(try server.stop() == 0)
    }
  }
}
