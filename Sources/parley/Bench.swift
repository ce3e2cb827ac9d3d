import ArgumentParser
import ParleyBench

/// `parley bench`: loads a server and checks what it delivers.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Load a server, check every delivery, and measure.",
    discussion: """
      Everybody connects and joins; the senders send; every receiver checks that it gets every
      message once and in order. Ends with 1 when one did not, or when the run could not be made.
      """)

  @Option(help: "The server, an IPv4 address and a port.")
  var target = "127.0.0.1:6789"

  @Option(
    help:
      "irc (no echo: a neighbour's delivery answers a message), line, json or queue (the echo does)."
  )
  var dialect = BenchDialect.irc

  @Option(help: "The server's message queue, with --dialect queue, in place of --target.")
  var queue: String?

  @Option(help: "Number of rooms.")
  var rooms = 1

  @Option(help: "Members of each room.")
  var members = 10

  @Option(help: "Members of each room that send.")
  var senders = 1

  @Option(help: "Members of each room that read nothing until all others have everything.")
  var stalled = 0

  @Option(help: "Messages that a sender may have unanswered.")
  var window = 16

  @Option(help: "Messages in all.")
  var messages = 10_000

  @Option(help: "Bytes of each message.")
  var size = 100

  @Option(
    help: "Messages a second in all, whatever is answered (for latencies); overrides --window.")
  var rate: Int?

  @Option(name: .customLong("server-pid"), help: "The server's process, to count its CPU time.")
  var serverPID: Int32?

  @Flag(help: "Stay in the lobby (one room, line mode).")
  var lobby = false

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let plan = try self.plan()
    let report = try BenchRun(plan).run()
    print(self.json ? report.json() : report.text())
    if report.faults > 0 { throw ExitCode.failure }
  }

  private func plan() throws -> BenchPlan {
    let parts = self.target.split(separator: ":")
    guard parts.count == 2, let port = UInt16(parts[1]) else {
      throw ValidationError("--target is ADDRESS:PORT, such as 127.0.0.1:6789")
    }
    var plan = BenchPlan(
      host: String(parts[0]), port: port, dialect: self.dialect, rooms: self.rooms,
      members: self.members, senders: self.senders, window: self.window, messages: self.messages,
      size: self.size, rate: self.rate, serverPID: self.serverPID, inLobby: self.lobby)
    plan.stalled = self.stalled
    plan.queue = self.queue
    if let fault = plan.fault { throw ValidationError(fault) }
    return plan
  }
}

extension BenchDialect: ExpressibleByArgument {}
