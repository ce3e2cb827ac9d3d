import Glibc
import ParleyTesting

/// What the day was like.
struct DayReport: CustomStringConvertible {
  /// Of the server's memory, a sample a second, for each life.
  private var memory: [[Int]] = [[]]
  private(set) var kills = 0
  private(set) var stops = 0
  private var isLastLife = false
  private var nextLine = 0
  private var threads = 0
  private var descriptors = 0

  var milliseconds = 0
  var startMilliseconds: [Int] = []
  var stalledEnded = 0
  var stalledSpared = 0
  var mischief = 0
  var acknowledged = 0
  var deliveries = 0
  var archived = 0

  mutating func sample(_ figures: ProcessFigures, acknowledged: Int) {
    self.memory[self.memory.count - 1].append(figures.memoryKiB)
    self.threads = max(self.threads, figures.threads)
    self.descriptors = max(self.descriptors, figures.descriptors)
    self.nextLine -= 1
    if self.nextLine < 0 {
      self.nextLine = 60
      print("life \(self.memory.count): \(acknowledged) messages acknowledged; server: \(figures)")
      fflush(nil)
    }
  }

  mutating func endLife(isKill: Bool) {
    if isKill { self.kills += 1 } else { self.stops += 1 }
    if !self.isLastLife { self.memory.append([]) }
  }

  mutating func beginLastLife() {
    self.isLastLife = true
  }

  /// The most memory in the second and in the last quarter of the last life, in KiB.
  var lastLife: (second: Int, last: Int) {
    let samples = self.memory.last ?? []
    let quarter = samples.count / 4
    return (
      samples.dropFirst(quarter).prefix(quarter).max() ?? 0, samples.suffix(quarter).max() ?? 0
    )
  }

  /// How much the last quarter may have above the second: a tenth.
  var isFlat: Bool { self.lastLife.last <= self.lastLife.second * 11 / 10 }

  var description: String {
    let (second, last) = self.lastLife
    let most = self.memory.map { $0.max() ?? 0 }.max() ?? 0
    let slowest = self.startMilliseconds.max() ?? 0
    return """
      soak: a day in \(self.milliseconds / 1_000) s: \(self.acknowledged) messages acknowledged, \
      \(self.deliveries) deliveries, \(self.archived) messages in the archive
      soak: \(self.kills) kills, \(self.stops) stops, the slowest start \(slowest) ms
      soak: \(self.mischief) floods and strays, \(self.stalledEnded) silent readers ended, \
      \(self.stalledSpared) whose room was too quiet for that
      soak: memory \(second) KiB at most in the second quarter of the last life, \(last) KiB in its \
      last, \(most) KiB in all; at most \(self.threads) threads and \(self.descriptors) open files
      """
  }
}
