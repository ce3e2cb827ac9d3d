import Foundation
import ParleySimulation
import Synchronization
import Testing

/// One node, one thread, many seeds; `PARLEY_SEEDS` sets their number.
@Suite struct `A simulated node` {
  private static let commands = 500
  /// The seeds are dealt to so many cases, which run side by side.
  private static let shards: UInt64 = 2
  private static let total = Mutex((shards: UInt64(0), seeds: 0, commands: 0))

  @Test(arguments: 0..<Self.shards)
  func `keeps every promise whatever the seed does`(shard: UInt64) {
    let environment = ProcessInfo.processInfo.environment
    let count = environment["PARLEY_SEEDS"].flatMap { UInt64($0) } ?? 5_000
    var (seeds, commands) = (0, 0)
    for seed in stride(from: 1 + shard, through: count, by: Int(Self.shards)) {
      let run = SimulationRun(seed: seed)
      let outcome = run.play(commands: Self.commands)
      guard outcome.fault == nil else {
        Issue.record("\(run.shrink(outcome).report)\nmake sim SEED=\(seed) repeats it")
        return
      }
      #expect(outcome.commands >= Self.commands)
      seeds += 1
      commands += outcome.commands
    }
    Self.total.withLock { total in
      total = (total.shards + 1, total.seeds + seeds, total.commands + commands)
      guard total.shards == Self.shards else { return }
      print("simulation: \(total.seeds) seeds, \(total.commands) commands")
    }
  }

  @Test(arguments: Sabotage.allCases)
  func `that is broken is found out`(sabotage: Sabotage) {
    for seed in 1...1_000 as ClosedRange<UInt64> {
      let run = SimulationRun(seed: seed, sabotage: sabotage)
      guard let fault = run.play(commands: Self.commands).fault else { continue }
      print("simulation: \(sabotage) is found by seed \(seed): \(fault.kind)")
      return
    }
    Issue.record("\(sabotage) is not found in 1,000 seeds")
  }

  @Test func `makes a failing run small, and the same each time`() throws {
    let runs = (1...100 as ClosedRange<UInt64>).lazy.map {
      let run = SimulationRun(seed: $0, sabotage: .nonceLost)
      return (run: run, failed: run.play(commands: Self.commands))
    }
    let (run, failed) = try #require(runs.first { $0.failed.fault?.kind == .nonce })
    let small = run.shrink(failed)
    #expect(small.fault?.kind == .nonce)
    #expect(small.steps.count <= 12, "\(small.report)")
    #expect(run.replay(small.steps).report == small.report)
  }
}
