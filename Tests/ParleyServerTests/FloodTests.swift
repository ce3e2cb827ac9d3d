import Foundation
import Glibc
import ParleyBench
import ParleyTesting
import Testing

/// What one address's flood costs everybody else; `soak:` lines say what was measured.
///
/// The others come from an address without limits, as they stand for many. Everything runs on one
/// machine: flood, load generator and server share its processors.
@Suite(.serialized) struct `A flood from one address` {
  static let isSoak = ProcessInfo.processInfo.environment["PARLEY_SOAK"] == "1"
  /// Quiet and flooded by turns; the medians count.
  private static let rounds = isSoak ? 15 : 1
  /// By how much memory may have grown after the floods.
  private static let memoryMaxKiB = 64 * 1_024

  @Test func `leaves the others as fast as they were, and memory within its bounds`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: [
        "--limits-exempt", "127.0.0.1", "--log-level", "warning",
      ])
      let pid = try #require(server.processID)
      var quiet: [BenchReport.Latency] = []
      var flooded: [BenchReport.Latency] = []
      _ = try Self.latency(server)
      let before = ProcessFigures(pid)
      for round in 0..<Self.rounds {
        quiet.append(try Self.latency(server))
        // Each flood has all that an address may have at first.
        let flood = Flood(Flood.Plan(port: server.port, source: "127.0.1.\(round + 1)"))
        let done = DispatchSemaphore(value: 0)
        Thread {
          defer { done.signal() }
          if let tally = try? flood.run() { print("soak: a flood of \(tally)") }
        }.start()
        defer {
          flood.stop()
          done.wait()
        }
        flooded.append(try Self.latency(server))
      }
      let after = ProcessFigures(pid)
      let (normal, worse) = (Self.median(quiet.map(\.p99)), Self.median(flooded.map(\.p99)))
      print("soak: quiet p50 \(Self.list(quiet.map(\.p50))), p99 \(Self.list(quiet.map(\.p99))) µs")
      print(
        "soak: flooded p50 \(Self.list(flooded.map(\.p50))), p99 \(Self.list(flooded.map(\.p99))) µs"
      )
      print("soak: p99 \(Int(normal)) µs quiet and \(Int(worse)) µs flooded, in the median")
      print("soak: before the floods \(before), after them \(after)")
      // A test among others has no processor of its own: there the figures say nothing.
      if Self.isSoak { #expect(worse <= 2 * normal) }
      #expect(after.memoryKiB - before.memoryKiB < Self.memoryMaxKiB)
      #expect(try server.stop() == 0)
      let told = server.console.count { $0.contains("127.0.1.1: ") && $0.contains("refused") }
      #expect((1...3).contains(told), "\(told) warnings")
    }
  }

  /// From when a message is due to each receiver's read: 20 rooms of 10, 400 messages a second.
  static func latency(_ server: ProcessUnderTest) throws -> BenchReport.Latency {
    let (output, code) = try ChildProcess.run([
      ProcessUnderTest.binary, "bench", "--target", "127.0.0.1:\(server.port)", "--json",
      "--rooms", "20", "--members", "10", "--senders", "1", "--messages", "800", "--rate", "400",
    ])
    let text = output.joined(separator: "\n")
    guard code == 0 else { throw TalkFailure("the load generator found faults: \(text)") }
    return try JSONDecoder().decode(BenchReport.self, from: Data(text.utf8)).latencyMicroseconds
  }

  static func median(_ values: [Double]) -> Double {
    values.sorted()[values.count / 2]
  }

  static func list(_ values: [Double]) -> String {
    values.map { "\(Int($0))" }.joined(separator: " ")
  }
}
