import Foundation
import Glibc
import ParleyTesting
import Testing

@Suite struct `A server process` {
  @Test func `closes every connection and ends with 0 when it is told to stop`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let people = try (0..<20).map { number in
        let person = try TalkClient("p\(number)", port: server.port)
        try person.say("p\(number)")
        try person.expect("*You are p\(number),*")
        return person
      }
      // One that has not given its name is closed, too.
      let silent = try TalkClient("silent", port: server.port)
      #expect(try server.stop() == 0)
      for person in people {
        try person.expect("*shutting down*")
        try person.expectEnd()
      }
      try silent.expectEnd()
    }
  }

  @Test func `keeps what it acknowledged over a second signal`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: ["--default-backlog", "all"])
      let ann = try TalkClient("ann", port: server.port)
      try ann.say("ann")
      try ann.say("kept")
      try ann.expect("*#1 ann: kept")
      try server.signal(SIGINT)
      // It may have ended already: then there is nothing to signal.
      try? server.signal(SIGINT)
      _ = try server.waitForExit()
      try server.start()
      let bob = try TalkClient("bob", port: server.port)
      try bob.say("bob")
      try bob.expect("*#1 ann: kept")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `is not started twice on one directory`() async throws {
    try await onItsOwnThread {
      let first = try ProcessUnderTest()
      let second = try ProcessUnderTest(directory: first.dataDirectory, starting: false)
      let (output, code) = try second.startExpectingFailure()
      #expect(code != 0)
      #expect(output.contains { $0.contains("use") }, "\(output)")
      #expect(try first.stop() == 0)
    }
  }

  @Test(.enabled(if: getuid() != 0, "root may write anywhere"))
  func `says that its directory cannot be written`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(starting: false)
      chmod(server.dataDirectory, 0o500)
      let (output, code) = try server.startExpectingFailure()
      #expect(code != 0)
      #expect(output.contains { $0.contains(server.dataDirectory) }, "\(output)")
    }
  }

  @Test func `says that its directory is a file`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(starting: false)
      let path = server.dataDirectory + "/file"
      try Data().write(to: URL(filePath: path))
      let other = try ProcessUnderTest(directory: path, starting: false)
      let (output, code) = try other.startExpectingFailure()
      #expect(code != 0)
      #expect(output.contains { $0.contains(path) }, "\(output)")
    }
  }

  @Test func `says that its archive is damaged`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let ann = try TalkClient("ann", port: server.port)
      try ann.say("ann")
      for number in 1...200 { try ann.say("message \(number)") }
      try ann.expect("*#200 ann: message 200")
      #expect(try server.stop() == 0)
      let archive = URL(filePath: server.dataDirectory).appending(path: "archive.sqlite")
      var bytes = try Data(contentsOf: archive)
      // Every page but the first, which tells what the file is.
      for index in stride(from: 4096, to: bytes.count, by: 7) { bytes[index] ^= 0x55 }
      try bytes.write(to: archive)
      let (output, code) = try server.startExpectingFailure()
      #expect(code != 0)
      #expect(output.contains { $0.contains("archive") }, "\(output)")
    }
  }

  @Test func `refuses a line of 10 MB with no end, and goes on`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let bob = try TalkClient("bob", port: server.port)
      try bob.say("bob")
      try bob.expect("[lobby] *")
      let ann = try TalkClient("ann", port: server.port)
      try ann.say("ann")
      try ann.expect("*You are ann*")
      let part = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
      for _ in 0..<10 { try ann.send(part) }
      try ann.send(Array("\nstill here\n".utf8))
      try ann.expect("error too_long: *")
      try ann.expect("*#1 ann: still here")
      try bob.expect(TalkPattern("*#1 ann: still here"), without: TalkPattern("*xxxx*"))
      #expect(try server.stop() == 0)
    }
  }

  @Test func `reads a byte at a time and lets others talk meanwhile`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let bob = try TalkClient("bob", port: server.port)
      try bob.say("bob")
      try bob.expect("*You are bob*")
      let ann = try TalkClient("ann", port: server.port)
      for (number, byte) in "ann\nslow\n".utf8.enumerated() {
        try ann.send([byte])
        // Bob's line coming back shows that the byte was not waited for; it is also what paces Ann.
        try bob.say("quick \(number)")
        try bob.expect("*bob: quick \(number)")
      }
      try ann.expect("*ann: slow")
      // It came before or after Bob's last line.
      if !bob.received.contains(where: { $0.hasSuffix("ann: slow") }) {
        try bob.expect("*ann: slow")
      }
      #expect(try server.stop() == 0)
    }
  }

  @Test func `ends who gives no name in time`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: ["--login-timeout", "1s"])
      let ann = try TalkClient("ann", port: server.port)
      try ann.expect("*no name was given in time*")
      try ann.expectEnd()
      #expect(try server.stop() == 0)
    }
  }

  @Test func `ends who says nothing for too long, and no one else`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest(flags: ["--idle-timeout", "2s"])
      let ann = try TalkClient("ann", port: server.port)
      try ann.say("ann")
      try ann.expect("*You are ann*")
      let bob = try TalkClient("bob", port: server.port)
      try bob.say("bob")
      let deadline = Deadline.usual
      var line = ""
      // Bob talks, and so stays.
      while !line.contains("- ann went"), !deadline.hasPassed {
        try bob.say("talking")
        let pause = Deadline(millisecondsFromNow: 100)
        while !line.contains("- ann went"), let next = try? bob.next(until: pause) { line = next }
      }
      #expect(line.contains("- ann went"))
      try ann.expect("*you sent nothing for too long*")
      try ann.expectEnd()
      #expect(try server.stop() == 0)
    }
  }

  @Test func `listens on a Unix socket that only its owner may open`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let path = server.dataDirectory + "/parley.sock"
      var information = stat()
      #expect(stat(path, &information) == 0)
      #expect(information.st_mode & 0o777 == 0o600)
      let ann = try TalkClient("ann", toSocketAt: path)
      try ann.say("ann")
      try ann.expect("*You are ann*")
      #expect(try server.stop() == 0)
      #expect(stat(path, &information) != 0)
    }
  }

  @Test func `answers what came before the end of input`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let ann = try TalkClient("ann", port: server.port)
      try ann.send(Array("ann\nhello\n/who".utf8))
      ann.halfClose()
      try ann.expect("*#1 ann: hello")
      try ann.expect("ok 1 person in lobby: ann (you)")
      try ann.expectEnd()
      #expect(try server.stop() == 0)
    }
  }

  @Test func `serves line mode and IRC on one port, in one order`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      let ann = try TalkClient("ann", port: server.port)
      try ann.say("ann")
      try ann.expect("*You are ann*")
      let ike = try TalkClient("ike", port: server.port)
      try ike.send(Array("NICK ike\r\nUSER ike 0 * :Ike\r\nJOIN #lobby\r\n".utf8))
      try ike.expect("* 001 ike *")
      try ike.expect("* 353 ike * #lobby :*")
      try ike.expect("* 366 ike #lobby *")
      try ann.expect("*[lobby] + ike came")
      try ann.say("from a line")
      try ike.expect(":ann!* PRIVMSG #lobby :from a line")
      try ike.send(Array("PRIVMSG #lobby :from IRC\r\nPING :end\r\n".utf8))
      try ann.expect("*#2 ike: from IRC")
      // No echo at this door.
      try ike.expect(TalkPattern("*PONG*end"), without: TalkPattern("*from IRC*"))
      try ike.send(Array("QUIT :bye\r\n".utf8))
      try ike.expectEnd()
      try ann.expect("*[lobby] - ike went (quit: bye)")
      #expect(try server.stop() == 0)
    }
  }

  @Test func `is loaded by parley bench`() async throws {
    try await onItsOwnThread {
      let server = try ProcessUnderTest()
      for flags in [
        ["--dialect", "irc", "--rooms", "3", "--members", "4", "--senders", "2"],
        ["--dialect", "line", "--lobby", "--members", "10", "--senders", "10"],
      ] {
        let (output, code) = try ChildProcess.run(
          [ProcessUnderTest.binary, "bench", "--target", "127.0.0.1:\(server.port)"] + flags
            + ["--messages", "300"])
        #expect(code == 0, "\(output)")
        #expect(output.contains { $0.contains("once and in order") }, "\(output)")
      }
      #expect(try server.stop() == 0)
    }
  }
}
