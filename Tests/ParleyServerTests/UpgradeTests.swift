import Foundation
import ParleyTesting
import Testing

/// Data directories that earlier builds wrote, kept in Fixtures, are served by this one.
@Suite struct `Data of an earlier build` {
  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures")

  /// Unpacks one and starts a server on it.
  private static func serve(_ name: String, in directory: String) throws -> ProcessUnderTest {
    let archive = Self.fixtures.appending(path: name).path
    let unpacking = try ChildProcess(["tar", "-xzf", archive, "-C", directory])
    var output = unpacking.output
    while (try? output.next(until: .usual)) != nil {}
    guard unpacking.waitAfterItsOutput() == 0 else { throw TalkFailure("cannot unpack \(name)") }
    return try ProcessUnderTest(
      flags: ["--default-backlog", "all", "--permanent-rooms", "news"], directory: directory)
  }

  /// `before-accounts-stopped` was written before there were accounts, and stopped cleanly; of
  /// `before-accounts-killed` the last entry is in the log alone.
  @Test(arguments: ["before-accounts-stopped.tar.gz", "before-accounts-killed.tar.gz"])
  func `is there, and its names can become accounts`(name: String) async throws {
    let directory = try TemporaryDirectory()
    try await onItsOwnThread {
      let server = try Self.serve(name, in: directory.path)
      let ann = try TalkClient("ann", port: server.port)
      try ann.say("ana")
      try ann.expect("*You are ana, session *")
      try ann.expect("[lobby] topic: The topic of before")
      try ann.expect("*[lobby] #1 ana: hello from before")
      try ann.expect("*[lobby] #2 bob: an answer, grüße")
      try ann.expect("*[lobby] #3 * ana waves")
      try ann.expect("*[lobby] #5 ana posted \"Minutes\": /read 5")
      try ann.say("/read 6")
      try ann.expect("ok #6 of lobby by bob, *, an answer to #5: Minutes")
      try ann.say("/read 4")
      try ann.expect("error message_removed: *by ana*")
      try ann.say("/join python")
      try ann.expect("*[python] #2 bob: ssss")
      try ann.say("/rooms")
      try ann.expect("*  news *")
      try ann.say("/register")
      try ann.say("correct horse")
      try ann.say("correct horse")
      try ann.expect("*ok ana is your account*")
      try ann.say("and after")
      try ann.expect("*[python] #3 ana: and after")
      try server.kill()
      try server.start()
      let again = try TalkClient("again", port: server.port)
      try again.say("/login ana")
      try again.say("correct horse")
      try again.expect("*You are ana, session *")
      try again.say("/history 1")
      try again.expect("*[python] #3 ana: and after")
      #expect(try server.stop() == 0)
    }
  }
}
