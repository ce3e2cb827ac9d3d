import Foundation
import Glibc
import ParleyBench
import ParleyTesting
import Synchronization
import Testing

/// What a thousand failed logins a second cost everybody else; `soak:` lines say what was measured.
///
/// The others come from 127.0.0.1, the guessers from other addresses of this machine; they, the load
/// generator and the server share its processors.
@Suite(.serialized) struct `A thousand failed logins a second` {
  private typealias Flood = `A flood from one address`

  /// Quiet and flooded by turns; the medians count.
  private static let rounds = Flood.isSoak ? 9 : 1

  @Test func `from a thousand addresses leave the others as fast as they were`() async throws {
    try await onItsOwnThread {
      let tally = try Self.measure("with limits", exempt: "127.0.0.1") { plan in
        plan.addresses = 1_000
      }
      // Each address may have so many compared, and all of them so many as there is time for.
      #expect(tally.tooFast + tally.tooBusy > tally.compared)
    }
  }

  @Test func `without any limit by address leave them so as well`() async throws {
    try await onItsOwnThread {
      let tally = try Self.measure("without limits", exempt: "127.0.0.0/8") { plan in
        plan.sessionsEach = 1_000
      }
      // One at a time is compared, at a low priority, and what does not fit is refused.
      #expect(tally.tooBusy > 0 && tally.compared > 0)
    }
  }

  @Test func `keep nobody out who comes from where he was before`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: [
        "--limits-exempt", "none", "--log-level", "warning",
      ])
      let owner = try TalkClient("owner", port: server.port, from: "127.0.0.9")
      for line in ["ana", "/register", "correct horse", "correct horse"] { try owner.say(line) }
      try owner.expect("*ok ana is your account*")
      try Self.login(server)
      var plan = GuessFlood.Plan(port: server.port)
      plan.addresses = 300
      let flood = GuessFlood(plan)
      let (begun, done) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
      Thread {
        defer { done.signal() }
        _ = try? flood.run { begun.signal() }
      }.start()
      defer {
        flood.stop()
        done.wait()
      }
      try #require(begun.wait(timeout: .now() + 30) == .success)
      // By then too many wait for a stranger.
      let stranger = try TalkClient("stranger", port: server.port, from: "127.0.0.10")
      let deadline = Deadline(secondsFromNow: 30)
      repeat {
        try #require(!deadline.hasPassed)
        try stranger.say("/login nobody\nwrong horse")
      } while try !stranger.expect("*error *").contains("too_busy")
      try Self.login(server)
    }
  }

  private static func login(_ server: ProcessUnderTest) throws {
    let again = try TalkClient("again", port: server.port, from: "127.0.0.9")
    try again.say("/login ana\ncorrect horse")
    try again.expect("*You are ana*", until: Deadline(secondsFromNow: 60))
  }

  private static func measure(
    _ name: String, exempt: String, _ change: (inout GuessFlood.Plan) -> Void
  ) throws -> GuessFlood.Tally {
    let server = try ProcessUnderTest(flags: [
      "--limits-exempt", exempt, "--log-level", "warning", "--login-timeout", "3600s",
    ])
    let pid = try #require(server.processID)
    var plan = GuessFlood.Plan(port: server.port)
    change(&plan)
    var quiet: [BenchReport.Latency] = []
    var flooded: [BenchReport.Latency] = []
    var tally = GuessFlood.Tally()
    _ = try Flood.latency(server)
    let before = ProcessFigures(pid)
    for _ in 0..<Self.rounds {
      quiet.append(try Flood.latency(server))
      let flood = GuessFlood(plan)
      let (begun, done, result) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), Box())
      Thread {
        defer { done.signal() }
        let tally = try? flood.run { begun.signal() }
        result.tally.withLock { $0 = tally }
      }.start()
      do {
        defer {
          flood.stop()
          done.wait()
        }
        try #require(begun.wait(timeout: .now() + 30) == .success)
        flooded.append(try Flood.latency(server))
      }
      tally = tally + (try #require(result.tally.withLock { $0 }))
    }
    let after = ProcessFigures(pid)
    let (normal, worse) = (Flood.median(quiet.map(\.p50)), Flood.median(flooded.map(\.p50)))
    print(
      "soak: guesses \(name): p50 quiet \(Flood.list(quiet.map(\.p50))), "
        + "flooded \(Flood.list(flooded.map(\.p50))) µs; p99 quiet "
        + "\(Flood.list(quiet.map(\.p99))), flooded \(Flood.list(flooded.map(\.p99))) µs")
    print("soak: guesses \(name): \(tally)")
    print("soak: guesses \(name): p50 \(Int(normal)) µs quiet, \(Int(worse)) µs flooded")
    print("soak: guesses \(name): before \(before), after \(after)")
    // A test among others has no processor of its own: there the figures say nothing.
    if Flood.isSoak {
      #expect(worse <= 2 * normal)
      #expect(Double(tally.answered) >= 900 * tally.seconds)
    }
    #expect(tally.answered > 0)
    #expect(after.memoryKiB - before.memoryKiB < 64 * 1_024)
    #expect(try server.stop() == 0)
    return tally
  }

  /// What a thread leaves behind.
  private final class Box: Sendable {
    let tally = Mutex<GuessFlood.Tally?>(nil)
  }
}
