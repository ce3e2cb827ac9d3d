import Foundation
import ParleyTesting
import Testing

@Suite struct `A server that is killed` {
  /// `PARLEY_SEED` repeats a run.
  private static let seed =
    ProcessInfo.processInfo.environment["PARLEY_SEED"].flatMap { UInt64($0) }
    ?? UInt64.random(in: 1...UInt64.max)
  private static let isSoak = ProcessInfo.processInfo.environment["PARLEY_SOAK"] == "1"

  @Test func `loses, doubles and reorders nothing that was acknowledged or seen`() async throws {
    let (seed, cycles) = (Self.seed, Self.isSoak ? 200 : 20)
    let (faults, acknowledged) = try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: ["--default-backlog", "all"])
      var harness = KillHarness(server: server, seed: seed)
      for _ in 0..<cycles {
        try harness.live()
        try harness.checkThroughDoor()
      }
      // Everything is in the archive once the server has stopped properly.
      let code = try server.stop()
      #expect(code == 0)
      try harness.checkArchive()
      return (harness.faults, harness.acknowledged)
    }
    #expect(faults.isEmpty, "seed \(seed): \(faults.prefix(10))")
    #expect(acknowledged > 0)
    if Self.isSoak {
      print("soak: \(cycles) kills, \(acknowledged) acknowledged messages, seed \(seed)")
    }
  }
}
