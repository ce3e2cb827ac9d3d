import Foundation
import ParleySimulation
import Testing

/// One node, one thread, many seeds; `PARLEY_SEED` repeats one, `PARLEY_SEEDS` sets their number.
@Suite struct `A simulated node` {
  @Test func `keeps every promise whatever the seed does`() throws {
    let environment = ProcessInfo.processInfo.environment
    let first = environment["PARLEY_SEED"].flatMap { UInt64($0) }
    let count = environment["PARLEY_SEEDS"].flatMap { UInt64($0) } ?? 300
    var commands = 0
    for seed in first.map({ $0...$0 }) ?? 1...count {
      do {
        let simulation = try Simulation(seed: seed)
        try simulation.run(steps: 600)
        commands += simulation.commands
      } catch {
        Issue.record("seed \(seed): \(error) (make sim SEED=\(seed))")
        return
      }
    }
    print("simulation: \(first == nil ? count : 1) seeds, \(commands) commands")
  }
}
