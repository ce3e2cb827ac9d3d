import ArgumentParser
import Glibc
import ParleySimulation

extension Sabotage: ExpressibleByArgument {}

/// Plays simulated runs: one that is told step by step, or as many as there is time for.
@main
struct ParleySim: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "parley-sim",
    abstract: "Play a simulated server from seeds, and check what it promises.")

  @Option(help: "Play this seed alone, and tell what happens.")
  var seed: UInt64?

  @Option(help: "Play these seeds, as in 1-5000.")
  var seeds = SeedRange(first: 1, last: 5_000)

  @Option(help: "How many commands the clients of a run send.")
  var commands = 500

  @Option(
    help: ArgumentHelp(
      "Break the server on purpose, to see it found.", valueName: "name"))
  var sabotage: Sabotage?

  @Option(help: "Say how far it is every so many seeds; 0 is never.")
  var progress: UInt64 = 10_000

  @Flag(help: "With --seed, tell what is sent and shown, too.")
  var verbose = false

  func run() throws {
    if let seed = self.seed { try self.tell(seed) } else { try self.playAll() }
  }

  private func tell(_ seed: UInt64) throws {
    let run = SimulationRun(seed: seed, sabotage: self.sabotage)
    let outcome = run.play(commands: self.commands)
    let again = run.replay(outcome.steps) { line in
      if self.verbose || line.first != " " { print(line) }
    }
    print("seed \(seed): \(outcome.commands) commands, \(outcome.restarts) restarts")
    guard outcome.fault != nil else { return print("seed \(seed): every promise is kept") }
    if again.fault?.kind != outcome.fault?.kind { print("the run cannot be repeated") }
    print(run.shrink(outcome).report)
    throw ExitCode.failure
  }

  private func playAll() throws {
    let clock = ContinuousClock()
    let began = clock.now
    var commands = 0
    for seed in self.seeds.first...self.seeds.last {
      let run = SimulationRun(seed: seed, sabotage: self.sabotage)
      let outcome = run.play(commands: self.commands)
      commands += outcome.commands
      guard outcome.fault == nil else {
        print(run.shrink(outcome).report)
        print("make sim SEED=\(seed) repeats it")
        throw ExitCode.failure
      }
      let count = seed - self.seeds.first + 1
      if self.progress > 0, count % self.progress == 0 {
        print("\(count) seeds")
        fflush(nil)
      }
    }
    let count = self.seeds.last - self.seeds.first + 1
    let perSecond = count / UInt64(max(1, (clock.now - began).components.seconds))
    print("simulation: \(count) seeds, \(commands) commands, \(perSecond) seeds a second")
  }
}

/// The first and the last of a range of seeds.
struct SeedRange: ExpressibleByArgument, CustomStringConvertible {
  var first: UInt64
  var last: UInt64

  init(first: UInt64, last: UInt64) {
    self.first = first
    self.last = last
  }

  init?(argument: String) {
    let parts = argument.split(separator: "-").map { UInt64($0) }
    guard parts.count == 2, let first = parts[0], let last = parts[1], first <= last else {
      return nil
    }
    self.init(first: first, last: last)
  }

  var description: String { "\(self.first)-\(self.last)" }
}
