import Foundation
import Glibc
import ParleyTesting
import Testing

/// A disk that fails while the server runs: `CFaultyDisk` fails the calls.
@Suite struct `A disk that fails` {
  private static let library =
    ProcessUnderTest.binary.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
    + "/libFaultyDisk.so"

  /// What fails: the call, the files whose names end so, and how.
  struct Fault: Sendable, CustomTestStringConvertible {
    var call: String
    var suffix: String
    var error: Int32
    /// What the server says on its console.
    var words: String

    var testDescription: String { "\(self.call) \(self.suffix) \(self.error)" }
  }

  /// The outcome of a write is unknown: the process stops, and the next start reads what is whole.
  @Test(
    .enabled(if: access(Self.library, R_OK) == 0, "needs libFaultyDisk.so beside the tests"),
    arguments: [
      Fault(call: "sync", suffix: ".segment", error: EIO, words: "Input/output error"),
      Fault(call: "write", suffix: ".segment", error: EIO, words: "Input/output error"),
      Fault(call: "write", suffix: ".segment", error: EROFS, words: "Read-only file system"),
    ])
  func `stops the server, which loses nothing`(fault: Fault) async throws {
    try await onItsOwnThread {
      let control = try ProcessUnderTest.temporaryDirectory()
      defer { try? FileManager.default.removeItem(atPath: control) }
      let server = try ProcessUnderTest(
        flags: ["--default-backlog", "all"],
        environment: ["LD_PRELOAD=\(Self.library)", "FAULTY_DISK=\(control)/fault"])
      let ann = try TalkClient("ann", port: server.port)
      try ann.say("ann")
      try ann.expect("*You are ann*")
      for number in 1...20 {
        try ann.say("message \(number)")
        try ann.expect("*[lobby] #\(number) ann: message \(number)")
      }
      try Self.begin(fault, in: control)
      try ann.say("too late")
      // Nothing is shown that is not on disk.
      try ann.expectEnd()
      #expect(!ann.received.contains { $0.contains("too late") })
      #expect(try server.waitForExit() != 0)
      #expect(server.console.contains { $0.contains("log") && $0.contains(fault.words) })

      unlink("\(control)/fault")
      try server.start()
      let bob = try TalkClient("bob", port: server.port)
      try bob.say("bob\n/history 100")
      for number in 1...20 { try bob.expect("*[lobby] #\(number) ann: message \(number)") }
      #expect(try server.stop() == 0)
    }
  }

  @Test(.enabled(if: access(Self.library, R_OK) == 0, "needs libFaultyDisk.so beside the tests"))
  func `under the archive stops the server, and the log has everything`() async throws {
    try await onItsOwnThread {
      let control = try ProcessUnderTest.temporaryDirectory()
      defer { try? FileManager.default.removeItem(atPath: control) }
      let server = try ProcessUnderTest(
        flags: ["--default-backlog", "all"],
        environment: ["LD_PRELOAD=\(Self.library)", "FAULTY_DISK=\(control)/fault"])
      let ann = try TalkClient("ann", port: server.port)
      try ann.say("ann")
      try ann.expect("*You are ann*")
      let fault = Fault(call: "write", suffix: ".sqlite-wal", error: EIO, words: "disk I/O error")
      try Self.begin(fault, in: control)
      var acknowledged = 0
      // The archive follows within its time; until then the log acknowledges.
      while (try? ann.say("message \(acknowledged + 1)")) != nil,
        (try? ann.expect("*[lobby] #\(acknowledged + 1) ann: *")) != nil
      { acknowledged += 1 }
      #expect(try server.waitForExit() != 0)
      #expect(server.console.contains { $0.contains("archive") && $0.contains(fault.words) })

      unlink("\(control)/fault")
      try server.start()
      let bob = try TalkClient("bob", port: server.port)
      try bob.say("bob\n/read \(max(1, acknowledged))")
      if acknowledged > 0 { try bob.expect("*message \(acknowledged)*") }
      #expect(try server.stop() == 0)
    }
  }

  private static func begin(_ fault: Fault, in directory: String) throws {
    // Whole from the first moment that it is there.
    let path = "\(directory)/fault"
    try "\(fault.call) \(fault.suffix) \(fault.error)\n".write(
      toFile: path + ".new", atomically: false, encoding: .utf8)
    try #require(rename(path + ".new", path) == 0)
  }
}
