import ArgumentParser
import Glibc

/// A day in the life of a server, compressed: it is used, abused and killed, and then held to what
/// it acknowledged.
@main
struct ParleyDay: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "parley-day",
    abstract: "Live a day with a server in minutes, and check what it promised.",
    discussion: """
      People talk and post in ten rooms in waves. Some read slowly, some not at all; others flood \
      the server, send it garbage, or come and go. In the first half of the time it is stopped or \
      killed again and again, in the second it lives through, so that its memory can be seen. At \
      the end its archive must hold what was acknowledged, each message once and in order.

      PARLEY_BINARY names the server; without it, the one beside this program is taken.
      """)

  @Option(help: "How many messages are to be acknowledged.")
  var messages = 10_000_000

  @Option(help: "How long it takes, in minutes.")
  var minutes = 30.0

  @Option(help: "What chance starts from.")
  var seed: UInt64 = 1

  func validate() throws {
    guard self.messages > 0 else { throw ValidationError("--messages must be at least 1.") }
    guard self.minutes >= 0.1, self.minutes <= 1_440 else {
      throw ValidationError("--minutes must be between 0.1 and 1440.")
    }
  }

  func run() throws {
    let plan = DayPlan(
      messages: self.messages, milliseconds: Int(self.minutes * 60_000), seed: self.seed)
    let day = try DayRun(plan)
    try day.live()
    try day.checkArchive()
    print(day.report)
    for fault in day.ledger.faults.prefix(20) { print("fault: \(fault)") }
    guard day.ledger.faults.isEmpty else {
      print("\(day.ledger.faultCount) faults")
      throw ExitCode.failure
    }
  }
}
