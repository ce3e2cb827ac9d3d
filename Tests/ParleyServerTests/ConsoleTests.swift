import Foundation
import Logging
import Testing

@testable import ParleyServer

@Suite struct `The console` {
  @Test func `shows sessions that come and go with how many remain`() {
    let text = Self.written { console in
      console.sessionConnected(
        number: 3, address: "127.0.0.1:49818", door: "line", active: 3)
      console.sessionClosed(number: 3, reason: "quit", active: 2)
    }
    #expect(
      text == """
        session 3 connected from 127.0.0.1:49818 (line) — 3 active
        session 3 closed (quit) — 2 active

        """)
  }

  @Test func `writes the same as JSON lines`() throws {
    var configuration = ServerConfiguration()
    configuration.logFormat = .json
    let text = Self.written(configuration) { console in
      console.sessionConnected(number: 3, address: "[::1]:1", door: "irc", active: 1)
      console.sessionClosed(number: 3, reason: "quit", active: 0)
    }
    let lines = try text.split(separator: "\n").map {
      try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(lines.map { $0["event"] as? String } == ["session_connected", "session_closed"])
    #expect(lines[0]["address"] as? String == "[::1]:1")
    #expect(lines[0]["door"] as? String == "irc")
    #expect(lines[1]["session"] as? Int == 3)
    #expect(lines[1]["active"] as? Int == 0)
    #expect(lines[1]["time"] as? String != nil)
  }

  @Test func `ends its beginning with the addresses that were taken`() {
    let text = Self.written { console in
      console.ready(
        listeners: [
          ListenAddress(host: "0.0.0.0", port: 41_001), ListenAddress(host: "::1", port: 41_001),
        ], socket: "data/parley.sock", data: "data", found: "nothing yet")
    }
    #expect(
      text == """
        data in data: nothing yet
        connect with: nc 127.0.0.1 41001  or  telnet 127.0.0.1 41001  or  \
        irssi -c 127.0.0.1 -p 41001  or  nc -U data/parley.sock
        ready on 0.0.0.0:41001, [::1]:41001 and data/parley.sock

        """)
  }

  @Test(arguments: [false, true])
  func `shows what is said only where it is told to`(isAsked: Bool) {
    var configuration = ServerConfiguration()
    configuration.logMessages = isAsked
    let text = Self.written(configuration) { console in
      console.message(room: "lobby", sender: "ana", text: "hello")
    }
    #expect(text == (isAsked ? "[lobby] ana: hello\n" : ""))
  }

  @Test func `lets nothing that was said begin a line or speak to the terminal`() {
    var configuration = ServerConfiguration()
    configuration.logMessages = true
    let text = Self.written(configuration) { console in
      console.message(
        room: "lobby", sender: "ana", text: "a\nsession 1 closed\u{1B}[2J\u{202E}\u{2028}\\n")
    }
    #expect(
      text == "[lobby] ana: a\\u{a}session 1 closed\\u{1b}[2J\\u{202e}\\u{2028}\\\\n\n")
    #expect(ConsoleFormatter.quoted("a\"\n\u{9B}") == "\"a\\\"\\u000a\\u009b\"")
  }

  @Test func `shows what is logged, with its fields in order, from its level on`() {
    var configuration = ServerConfiguration()
    configuration.logLevel = .warning
    let text = Self.written(configuration) { console in
      let logger = console.logger(label: "test")
      logger.info("not shown")
      logger.warning("the disk is full", metadata: ["path": "data", "free": "0"])
      console.sessionClosed(number: 1, reason: "quit", active: 0)
    }
    #expect(text == "warning: the disk is full free=0 path=data\n")
  }

  @Test func `loses lines rather than wait for a reader, and says how many`() {
    let pipe = Pipe()
    let console = Console(
      ServerConfiguration(), descriptor: pipe.fileHandleForWriting.fileDescriptor)
    let count = Console.linesMax * 3
    for number in 1...count {
      console.sessionClosed(number: UInt64(number), reason: "quit", active: 0)
    }
    // None of those calls waited, though nobody has read yet. Now somebody does, while another
    // thread closes the console and then the pipe.
    let closing = Thread {
      console.close(within: .seconds(60))
      try? pipe.fileHandleForWriting.close()
    }
    closing.start()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let lines = text.split(separator: "\n")
    let lost = lines.compactMap { line in
      (try? /warning: (\d+) lines were lost/.firstMatch(in: line)).flatMap { Int($0.1) }
    }
    #expect(lost.reduce(0, +) + lines.count - lost.count == count)
    #expect(!lost.isEmpty)
  }

  @Test func `tells times in UTC to the microsecond`() {
    #expect(ConsoleFormatter.time(1_795_176_181_000_002) == "2026-11-20T12:03:01.000002Z")
    #expect(ConsoleFormatter.time(-1) == "1969-12-31T23:59:59.999999Z")
  }

  /// What a console wrote until it was closed.
  private static func written(
    _ configuration: ServerConfiguration = ServerConfiguration(), _ body: (Console) -> Void
  ) -> String {
    let pipe = Pipe()
    let console = Console(configuration, descriptor: pipe.fileHandleForWriting.fileDescriptor)
    body(console)
    console.close()
    try? pipe.fileHandleForWriting.close()
    return String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  }
}

@Suite struct `The console's input` {
  @Test func `announces lines and stops on exit`() async {
    await confirmation("announced", expectedCount: 1) { announced in
      await confirmation("stopped", expectedCount: 1) { stopped in
        let input = ConsoleInput(
          announce: {
            #expect($0 == "back at noon")
            announced()
          }, stop: { stopped() })
        for line in ["  back at noon\r", "", "   ", "/exit"] { input.take(line) }
      }
    }
  }

  @Test func `is not read where it is no terminal`() {
    let pipe = Pipe()
    let input = ConsoleInput(
      descriptor: pipe.fileHandleForReading.fileDescriptor, announce: { _ in }, stop: {})
    #expect(!input.start())
  }

  @Test func `puts lines together from their pieces`() {
    var lines = LineBuffer()
    #expect(lines.take(Array("one\ntw".utf8)) == ["one"])
    #expect(lines.take(Array("o\n\n".utf8)) == ["two", ""])
  }
}
