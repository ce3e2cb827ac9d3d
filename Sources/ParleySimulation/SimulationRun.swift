/// What became of one seed.
package struct SimulationOutcome: Sendable {
  package var seed: UInt64
  /// Commands that clients sent, and starts after the first.
  package var commands: Int
  package var restarts: Int
  /// What was done, in order; where it failed, the last step is the one that showed it, unless
  /// that was the rest afterwards.
  package var steps: [SimulationStep]
  package var fault: SimulationFault?
}

/// One node, one thread, one seed: a run is drawn step by step, or done again from its steps.
///
/// The same seed gives the same run, whatever else the machine does.
package struct SimulationRun: Sendable {
  package let seed: UInt64
  package let sabotage: Sabotage?

  package init(seed: UInt64, sabotage: Sabotage? = nil) {
    self.seed = seed
    self.sabotage = sabotage
  }

  /// Plays the seed until its clients have sent that many commands, then to its rest.
  package func play(commands: Int) -> SimulationOutcome {
    var generator = StepGenerator(seed: self.seed)
    var steps: [SimulationStep] = []
    var outcome = self.run { simulation in
      guard simulation.commands < commands else { return nil }
      steps.append(generator.next(simulation.isThere))
      return steps.last
    }
    outcome.steps = steps
    return outcome
  }

  /// Plays steps again, and tells what is done, sent and shown.
  package func replay(
    _ steps: [SimulationStep], say: ((String) -> Void)? = nil
  ) -> SimulationOutcome {
    var place = 0
    var outcome = self.run(keepsTranscripts: true, say: say) { _ in
      guard place < steps.count else { return nil }
      defer { place += 1 }
      say?("\(place + 1). \(steps[place])")
      return steps[place]
    }
    outcome.steps = Array(steps.prefix(place))
    return outcome
  }

  private func run(
    keepsTranscripts: Bool = false, say: ((String) -> Void)? = nil,
    _ next: (Simulation) -> SimulationStep?
  ) -> SimulationOutcome {
    let simulation = Simulation(seed: self.seed, sabotage: self.sabotage)
    simulation.keepsTranscripts = keepsTranscripts
    simulation.say = say
    var fault: SimulationFault?
    do {
      try simulation.start()
      while let step = next(simulation) { try simulation.perform(step) }
      try simulation.settle()
      try simulation.checkRest()
    } catch let found as SimulationFault {
      fault = found
    } catch {
      fault = SimulationFault(.start, "\(error)")
    }
    simulation.leave()
    return SimulationOutcome(
      seed: self.seed, commands: simulation.commands, restarts: simulation.restarts, steps: [],
      fault: fault)
  }

  // MARK: Making it small

  /// The fewest steps found that break the same promise: chunks are left out, larger ones first,
  /// as long as what is left still fails; then single lines.
  ///
  /// Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002.
  package func shrink(_ failed: SimulationOutcome) -> SimulationOutcome {
    guard let kind = failed.fault?.kind else { return failed }
    var best = self.replay(failed.steps)
    guard best.fault?.kind == kind else { return failed }
    var chunk = max(1, best.steps.count / 2)
    while true {
      var start = 0
      var wasShrunk = false
      while start < best.steps.count {
        let end = min(start + chunk, best.steps.count)
        let rest = best.steps.without(start..<end)
        let outcome = self.replay(rest)
        if outcome.fault?.kind == kind {
          best = outcome
          wasShrunk = true
        } else {
          start = end
        }
      }
      if chunk > 1 { chunk /= 2 } else if !wasShrunk { break }
    }
    return self.shrinkLines(best, kind)
  }

  private func shrinkLines(
    _ outcome: SimulationOutcome, _ kind: SimulationFault.Kind
  ) -> SimulationOutcome {
    var best = outcome
    var place = 0
    while place < best.steps.count {
      guard case .type(let client, let lines) = best.steps[place].action, lines.count > 1 else {
        place += 1
        continue
      }
      let smaller = lines.indices.lazy.compactMap { index -> SimulationOutcome? in
        var steps = best.steps
        var rest = lines
        rest.remove(at: index)
        steps[place].action = .type(client: client, lines: rest)
        let outcome = self.replay(steps)
        return outcome.fault?.kind == kind ? outcome : nil
      }.first
      if let smaller { best = smaller } else { place += 1 }
    }
    return best
  }
}

extension [SimulationStep] {
  /// Without some of the steps; the others keep their times.
  fileprivate func without(_ range: Range<Int>) -> [SimulationStep] {
    var steps = self
    let microseconds = self[range].reduce(0) { $0 + $1.microseconds }
    if range.upperBound < steps.count { steps[range.upperBound].microseconds += microseconds }
    steps.removeSubrange(range)
    return steps
  }
}

extension SimulationOutcome {
  /// What happened, for people: the steps and the fault.
  package var report: String {
    var lines = ["seed \(self.seed): \(self.fault?.description ?? "every promise is kept")"]
    lines.append("  \(self.steps.count) steps show it:")
    for (number, step) in self.steps.enumerated() { lines.append("  \(number + 1). \(step)") }
    return lines.joined(separator: "\n")
  }
}
