import Foundation
import Glibc
import ParleyTesting
import Testing

@Suite(.enabled(if: SmallDisk.isPermitted, "needs root and leave to mount"))
struct `A disk that is full` {
  @Test func `refuses what would be lost, reads on, and recovers by itself`() async throws {
    try await onItsOwnThread {
      let disk = try SmallDisk(mebibytes: 256)
      defer { withExtendedLifetime(disk) {} }
      let server = try ProcessUnderTest(
        flags: ["--default-backlog", "1000"], directory: disk.path + "/data")
      let bob = try TalkClient("bob", port: server.port)
      try bob.say("bob")
      try bob.expect("*You are bob*")
      let ann = try TalkClient("ann", port: server.port)
      try ann.say("ann")
      try ann.expect("*You are ann*")
      // There may be no space for anything further.
      try ann.say("first")
      try ann.expect("*[lobby] #1 ann: first")
      try disk.fill()

      let acknowledged = try Self.talkUntilRefused(ann)
      // Reading goes on, and who quits is not kept waiting.
      try ann.say("/history 1")
      try ann.expect("ok 1 message of lobby*")
      try ann.expect("*[lobby] #\(acknowledged) ann: *")
      try bob.say("/exit")
      try bob.expectEnd()

      try disk.empty()
      let began = ContinuousClock.now
      let next = try Self.talkUntilAccepted(ann)
      let waited = ContinuousClock.now - began
      #expect(waited < .seconds(2 * Deadline.patience), "writing came back after \(waited)")
      #expect(next == acknowledged + 1)
      // What could not be kept before went in first.
      #expect(ann.received.contains { $0.hasSuffix("[lobby] - bob went (quit)") })
      #expect(try server.stop() == 0)

      try server.start()
      let cy = try TalkClient("cy", port: server.port)
      try cy.say("cy")
      try cy.say("/history 2")
      try cy.expect("ok 2 messages of lobby*")
      try cy.expect("*[lobby] #\(acknowledged) ann: *")
      try cy.expectNext("*[lobby] #\(next) ann: again")
      #expect(try server.stop() == 0)
    }
  }

  /// Says long lines behind the first until one is refused; the number of the last that was stored.
  private static func talkUntilRefused(_ person: TalkClient) throws -> Int {
    let text = String(repeating: "x", count: 4_000)
    var last = 1
    var unanswered = 0
    var isRefused = false
    for _ in 1...60_000 where !isRefused {
      try person.say(text)
      unanswered += 1
      while unanswered >= 16 || isRefused && unanswered > 0 {
        let line = try person.next(until: Deadline(secondsFromNow: 30))
        if line.hasPrefix("error storage_unavailable: ") {
          isRefused = true
          unanswered -= 1
        } else if let message = RoomLine(line), message.sender == person.name {
          guard message.number == last + 1 else { throw TalkFailure("#\(last + 1) is missing") }
          last = message.number
          unanswered -= 1
        }
      }
    }
    guard isRefused else { throw TalkFailure("nothing was refused") }
    return last
  }

  private static func talkUntilAccepted(_ person: TalkClient) throws -> Int {
    let deadline = Deadline(secondsFromNow: 30)
    while !deadline.hasPassed {
      try person.say("again")
      while true {
        let line = try person.next()
        if let message = RoomLine(line), message.content == "\(person.name): again" {
          return message.number
        }
        if line.hasPrefix("error ") { break }
      }
      // It tries by itself each second.
      try? person.expectSilence(milliseconds: 250)
    }
    throw TalkFailure("writing does not come back")
  }
}

/// A file system in memory, small enough to be filled.
final class SmallDisk {
  let path: String

  /// Whether one can be mounted here; tried once.
  static let isPermitted: Bool = {
    guard getuid() == 0 else { return false }
    do {
      _ = try SmallDisk(mebibytes: 1)
      return true
    } catch {
      return false
    }
  }()

  init(mebibytes: Int) throws {
    self.path = try ProcessUnderTest.temporaryDirectory()
    let command = ["mount", "-t", "tmpfs", "-o", "size=\(mebibytes)m", "parley-test", self.path]
    let (output, code) = try ChildProcess.run(command)
    guard code == 0 else {
      rmdir(self.path)
      throw TalkFailure("mount: \(output)")
    }
  }

  deinit {
    umount2(self.path, Int32(MNT_DETACH))
    rmdir(self.path)
  }

  private var filler: String { self.path + "/filler" }

  /// Leaves no space.
  func fill() throws {
    let descriptor = open(self.filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw TalkFailure("\(self.filler) cannot be written") }
    defer { close(descriptor) }
    for size in [1 << 20, 4096] {
      let zeros = [UInt8](repeating: 0, count: size)
      while write(descriptor, zeros, size) == size {}
    }
  }

  /// Gives the space back.
  func empty() throws {
    guard unlink(self.filler) == 0 else { throw TalkFailure("\(self.filler) is not there") }
  }
}
