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

@Suite struct `The check of what a killed server kept` {
  /// Ana has seen three of her lines, and then this is what is there.
  private func faults(found: [Int: String]) throws -> [String] {
    let server = try ProcessUnderTest(starting: false)
    var harness = KillHarness(server: server, seed: 1)
    for number in 1...3 {
      harness.note("12:03 [lobby] #\(number) ana: ana.\(number)", by: "ana")
    }
    harness.check("lobby", found, isWhole: true)
    return harness.faults
  }

  private let whole = [1: "ana: ana.1", 2: "ana: ana.2", 3: "ana: ana.3"]

  @Test func `finds nothing where all is there, and what nobody saw in time`() throws {
    #expect(try self.faults(found: self.whole).isEmpty)
    #expect(try self.faults(found: self.whole.merging([4: "ana: ana.4"]) { $1 }).isEmpty)
  }

  @Test func `finds what is lost, changed, doubled, out of order, and a hole`() throws {
    var found = self.whole
    found[3] = nil
    #expect(try self.faults(found: found) == ["lobby #3: acknowledged, and lost: ana: ana.3"])
    found = self.whole
    found[2] = "ana: other.1"
    #expect(try self.faults(found: found).contains { $0.contains("was seen") })
    found = self.whole.merging([4: "ana: ana.3"]) { $1 }
    #expect(try self.faults(found: found) == ["lobby #4: ana: ana.3 comes after 3"])
    found = self.whole.merging([5: "ana: ana.4"]) { $1 }
    #expect(try self.faults(found: found) == ["lobby #4: a hole"])
  }
}
