import Foundation
import Glibc
import NIOCore
import ParleyDoorKit
import ParleyLineDoor
import ParleyModel
import ParleyTesting
import Testing

@testable import ParleyQueueDoor
@testable import ParleyServer

@Suite struct `The last line of a session at a queue` {
  /// Which of the messages has its end.
  private static func last(_ messages: [String]) -> Int? {
    var last = LastLine()
    return messages.firstIndex { message in
      Array(message.utf8).withUnsafeBytes { last.ends(in: $0) }
    }
  }

  @Test func `ends where its line does, in whatever pieces it comes`() {
    let closing = #"{"jsonrpc":"2.0","method":"closing","params":{}}"#
    let other = #"{"jsonrpc":"2.0","method":"ping"}"# + "\n"
    #expect(Self.last([other, other + closing + "\n" + other]) == 1)
    #expect(Self.last([other + closing, "piece", "end\n", other]) == 2)
    #expect(Self.last([other, #"{"text":"{"jsonrpc":"2.0","method":"closing""# + "\n"]) == nil)
  }
}

@Suite struct `A message in the control queue` {
  private static func read(_ text: String) -> QueueInput {
    Array(text.utf8).withUnsafeBytes { QueueInput($0) }
  }

  @Test func `is a HELLO, or a command behind a key`() {
    let hello = QueueInput.hello(queue: "/parley.1", name: "ana")
    #expect(Self.read("HELLO /parley.1 ana") == hello)
    #expect(Self.read("HELLO  /parley.1  ana \n\0") == hello)
    #expect(Self.read("HELLO /parley.1") == .hello(queue: "/parley.1", name: ""))
    let key = QueueKey()
    #expect(Self.read(key.text + " SAY hello") == .keyed(key, commandAt: 33))
    #expect(Self.read(key.text + " ") == .keyed(key, commandAt: 33))
  }

  @Test func `is nothing else`() {
    for text in [
      "", " ", "HELLO", "HELLO ", "hello /parley.1 ana", "SAY hello",
      String(repeating: "0", count: 32),
      String(repeating: "0", count: 31) + " SAY", String(repeating: "G", count: 32) + " SAY",
      String(repeating: "A", count: 32) + " SAY",
    ] { #expect(Self.read(text) == .unreadable, "\(text)") }
    let bytes = Array("HELLO /parley.1 ".utf8) + [0xFF]
    #expect(bytes.withUnsafeBytes { QueueInput($0) } == .unreadable)
  }

  @Test func `carries a key of 128 bits that comes back as it was`() {
    var keys: Set<QueueKey> = []
    for _ in 1...1_000 {
      let key = QueueKey()
      #expect(key.text.utf8.count == 32)
      #expect(Array(key.text.utf8).withUnsafeBytes { QueueKey($0) } == key)
      keys.insert(key)
    }
    #expect(keys.count == 1_000)
  }
}

@Suite struct `Who may use the queues` {
  @Test func `is the server's user and root, the members of its group, or everybody`() throws {
    let stranger: UInt32 = 65_534
    for users in QueueUsers.allCases {
      #expect(users.allow(geteuid()) && users.allow(0))
    }
    #expect(!QueueUsers.owner.allow(stranger) && QueueUsers.all.allow(stranger))
    #expect(QueueUsers.allCases.map(\.mode) == [0o600, 0o620, 0o622])
    // A user that every system has, and its group.
    let root = try #require(getpwuid(0)).pointee
    #expect(QueueUsers.isMember(0, of: root.pw_gid))
    #expect(!QueueUsers.isMember(0, of: 4_000_000_001))
    #expect(!QueueUsers.isMember(4_000_000_001, of: root.pw_gid))
  }
}

@Suite struct `The name of a queue` {
  @Test func `of replies begins with that of the control queue`() {
    #expect(QueueName.isControl("/parley.control"))
    for name in ["", "/", "parley", "/.", "/a/b", "/a b", "/\u{E4}"] {
      #expect(!QueueName.isControl(name), "\(name)")
    }
    #expect(QueueName.isReply("/parley.control.4711-a_b.c", of: "/parley.control"))
    for name in [
      "/parley.control", "/parley.control.", "/parley.controlx.1", "/other.1", "/parley.control./a",
      "/parley.control." + String(repeating: "x", count: 65),
    ] { #expect(!QueueName.isReply(name, of: "/parley.control"), "\(name)") }
  }
}

@Suite struct `Lines that are too long for a queue` {
  @Test func `come in parts that fit, and together are what they were`() {
    for line in [
      String(repeating: "x", count: 3_000), String(repeating: "\"", count: 3_000),
      String(repeating: "\\", count: 3_001), String(repeating: "\u{1F600}", count: 1_000),
      "{" + String(repeating: "\u{E4}\\\"", count: 900) + "}",
    ] {
      for bytesMax in [1_024, 2_048] {
        var buffer = ByteBuffer()
        let lines = ByteBuffer(string: "short\n" + line + "\nlast\n")
        QueueParts.write(lines, bytesMax: bytesMax, into: &buffer)
        var joiner = QueueParts.Joiner()
        var whole: [String] = []
        for part in buffer.readableBytesView.split(separator: UInt8(ascii: "\n")) {
          #expect(part.count < bytesMax)
          #expect(String(validating: part, as: UTF8.self) != nil)
          #expect(
            part.count < 10 || (try? JSONSerialization.jsonObject(with: Data(part))) != nil)
          if let line = joiner.take(part) { whole.append(String(decoding: line, as: UTF8.self)) }
        }
        #expect(whole == ["short", line, "last"])
      }
    }
  }

  @Test func `are not put together where a part is missing`() {
    var buffer = ByteBuffer()
    let long = ByteBuffer(string: String(repeating: "x", count: 3_000) + "\n")
    QueueParts.write(long, bytesMax: 1_024, into: &buffer)
    let parts = buffer.readableBytesView.split(separator: UInt8(ascii: "\n"))
    var joiner = QueueParts.Joiner()
    for part in parts.dropFirst() { #expect(joiner.take(part) == nil) }
    for part in parts.dropLast() { #expect(joiner.take(part) == nil) }
    #expect(joiner.take(parts[parts.count - 1])?.count == 3_000)
  }

  @Test func `are announced in one that fits, however long the names are`() {
    let name = String(repeating: "\u{1F600}", count: 32)
    let last = Sequence(1 << 40 - 1)
    let message = Message(
      room: RoomID(1), sequence: last, position: .zero,
      id: MessageID(epoch: Epoch(incarnation: .max, counter: .max), sequence: last),
      time: Timestamp(microseconds: 1_800_000_000_000_000),
      sender: Sender(participant: ParticipantID(1), name: name, account: name),
      kind: .action, subject: "", body: String(repeating: "x", count: 4_096))
    var buffer = ByteBuffer()
    QueueTongue.announce(message, room: name + name, into: &buffer)
    #expect(buffer.readableBytes <= 860)
    #expect(buffer.readableBytes <= QueueLimits.messageBytesMin)
  }

  @Test func `are packed with others into as few messages as hold them`() {
    let lines = ByteBuffer(string: "one\ntwo\nthree\n")
    #expect(QueueChannel.messageBytes(lines, max: 1_024) == 14)
    #expect(QueueChannel.messageBytes(lines, max: 13) == 8)
    #expect(QueueChannel.messageBytes(lines, max: 8) == 8)
    #expect(QueueChannel.messageBytes(lines, max: 7) == 4)
    #expect(QueueLimits.lineBytes(for: 1_024) == 1_024)
    #expect(QueueLimits.lineBytes(for: 8_191) == 4_096)
    #expect(QueueLimits.lineBytes(for: 1 << 24) == 65_536)
  }
}

@Suite struct `The end of a session at the queues` {
  @Test func `answers what asked for it, and nothing that came behind`() {
    var tongue = QueueTongue(serverName: "test")
    var inbound = Inbound()
    for command in ["PING", "/exit", "SAY too late", "PING"] {
      tongue.take(command, into: &inbound)
    }
    var buffer = ByteBuffer()
    tongue.print(.reply(inbound.requests[0].tag, .pong("")), into: &buffer)
    tongue.print(.closing(.quit), into: &buffer)
    #expect(
      String(buffer: buffer).split(separator: "\n") == [
        #"{"jsonrpc":"2.0","id":1,"result":{"text":""}}"#,
        #"{"jsonrpc":"2.0","id":2,"result":{}}"#,
        #"{"jsonrpc":"2.0","method":"closing","params":{"reason":"quit","text":"bye"}}"#,
      ])
  }
}

@Suite struct `What a queue has taken` {
  @Test func `takes no memory for long, although something always waits`() {
    let line = String(repeating: "x", count: 1_023) + "\n"
    var lines = ByteBuffer(string: line)
    var written = line.utf8.count
    while written < 16 << 20 {
      lines.writeString(line)
      written += line.utf8.count
      lines.moveReaderIndex(forwardBy: line.utf8.count)
      QueueChannel.reclaim(&lines)
      #expect(String(buffer: lines) == line)
    }
    #expect(lines.capacity <= 4 * QueueChannel.sentBytesMax)
    // What waits is not moved again and again for a little that was sent.
    lines = ByteBuffer(repeating: 0, count: 1 << 20)
    lines.moveReaderIndex(forwardBy: QueueChannel.sentBytesMax + 1)
    QueueChannel.reclaim(&lines)
    #expect(lines.readerIndex == QueueChannel.sentBytesMax + 1)
  }
}

@Suite struct `A reader of commands` {
  /// The requests of line mode for a line, inside.
  private static func line(_ text: String) -> [Command] {
    var dialect = LineDialect(options: LineDoorOptions(serverName: "test"))
    var inbound = Inbound()
    var bytes = ByteBuffer(string: "ana\n")
    dialect.receive(&bytes, into: &inbound)
    inbound.requests.removeAll()
    bytes = ByteBuffer(string: text + "\n")
    dialect.receive(&bytes, into: &inbound)
    return inbound.requests.map(\.command)
  }

  @Test func `reads every example and misuse of the table as line mode does`() {
    var count = 0
    for row in CommandTable.rows where row.name != "set" {
      for form in row.forms {
        for spelling in form.spellings {
          for arguments in form.examples + form.misuses {
            let text = arguments.isEmpty ? spelling : spelling + " " + arguments
            var reader = CommandReader()
            switch reader.take(text) {
            case .command(let command): #expect(Self.line(text) == [command], "\(text)")
            case .words: #expect(Self.line(text) == [.local], "\(text)")
            case .refused(let refusal):
              let isClients = row.name == "connect" || refusal == .noCertificate
              #expect(isClients || Self.line(text) == [.misuse(refusal)], "\(text)")
            }
            count += 1
          }
        }
      }
    }
    #expect(count > 200)
  }

  @Test func `says nothing aloud that is no command`() {
    for text in ["hello", "dm bob psst", "Msg bob psst", "MSG bob", " SAY x", "//x", "%%x"] {
      var reader = CommandReader()
      guard case .refused(.badCommand) = reader.take(text) else {
        Issue.record("\(text)")
        continue
      }
    }
  }
}
