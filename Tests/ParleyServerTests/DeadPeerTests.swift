import Foundation
import Glibc
import ParleyTesting
import Testing

@Suite(
  .enabled(if: NetworkNamespace.isPermitted, "needs root and network namespaces"), .serialized)
struct `A peer that is dead without a word` {
  private static let isSoak = ProcessInfo.processInfo.environment["PARLEY_SOAK"] == "1"

  @Test func `is gone in time from a silent room`() async throws {
    try await Self.check(number: 1, talking: false)
  }

  @Test func `is gone in time from a room where somebody speaks each second`() async throws {
    try await Self.check(number: 2, talking: true)
  }

  /// The defaults of 60 s and 30 s in soak, 4 s and 2 s otherwise.
  private static func check(number: Int, talking: Bool) async throws {
    let (heartbeat, grace, tolerance) = Self.isSoak ? (60, 30, 5.0) : (4, 2, 3.0)
    let seconds = try await onItsOwnThread {
      try Self.secondsUntilGone(
        number: number, talking: talking,
        flags: ["--heartbeat", "\(heartbeat)s", "--heartbeat-grace", "\(grace)s"],
        deadline: Deadline(secondsFromNow: heartbeat + grace + 30))
    }
    let late = seconds - Double(heartbeat + grace)
    #expect((-tolerance...tolerance * Double(Deadline.patience)).contains(late), "\(seconds) s")
    if Self.isSoak {
      print("soak: a dead peer was gone after \(seconds) s, \(talking ? "talking" : "silent")")
    }
  }

  private static func secondsUntilGone(
    number: Int, talking: Bool, flags: [String], deadline: Deadline
  ) throws -> Double {
    let network = try NetworkNamespace(number: number)
    defer { withExtendedLifetime(network) {} }
    let server = try ProcessUnderTest(flags: flags, listen: "\(network.hostAddress):0")
    let bob = try TalkClient("bob", to: network.hostAddress, port: server.port)
    try bob.say("bob")
    try bob.expect("*You are bob*")

    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw TalkFailure("no pipe") }
    let peer = try ChildProcess(
      network.running(["nc", network.hostAddress, "\(server.port)"]), input: ends[0])
    defer {
      kill(peer.process, SIGKILL)
      waitpid(peer.process, nil, 0)
      for descriptor in ends { close(descriptor) }
    }
    let name = Array("dead\n".utf8)
    write(ends[1], name, name.count)
    try bob.expect("*[lobby] + dead came")

    try network.dropEverything()
    let began = Deadline.clock()
    while !deadline.hasPassed {
      if talking { try bob.say("anybody there?") }
      let second = Deadline(secondsFromNow: 1)
      while !second.hasPassed {
        guard let line = try? bob.next(until: second) else { break }
        if line.hasSuffix("[lobby] - dead went (timed out)") {
          let seconds = Double(Deadline.clock() - began) / 1e9
          try server.expectConsole("*session 2 closed (timed out)*1 active*")
          _ = try server.stop()
          return seconds
        }
      }
    }
    throw TalkFailure("the dead peer is still there")
  }
}
