import NIOCore
import NIOEmbedded
import ParleyDoorKit
import ParleyJSONDoor
import ParleyLineDoor
import ParleyModel
import Testing

/// Line mode that steps aside for JSON at its first prompt.
@Suite struct `A session that was greeted and speaks JSON` {
  private final class Host: SessionHost {
    var submitted: [Request] = []

    func open(_ session: SessionHandler, door: String) -> SessionID { SessionID(1) }

    func submit(_ requests: [Request], from session: SessionHandler) {
      self.submitted += requests
    }

    func drained(_ session: SessionHandler) {}
    func variantChanged(_ session: SessionHandler) {}
    func failed(_ session: SessionHandler, _ closing: Closing) {}
    func disconnected(_ session: SessionHandler, _ departure: Departure) {}
  }

  private let host = Host()
  private let channel = EmbeddedChannel()
  private let handler: SessionHandler

  init() throws {
    self.handler = SessionHandler(
      channel: self.channel, dialect: LineDialect(options: LineDoorOptions(serverName: "x")),
      door: "line", host: self.host, origin: SessionOrigin(address: nil, protection: .local),
      descriptor: nil, switchDoor: { _ in JSONDialect() })
    try self.channel.pipeline.syncOperations.addHandler(self.handler)
  }

  private func ask(_ id: Int) throws -> Request {
    let line = #"{"jsonrpc":"2.0","id":\#(id),"method":"ping","params":{"text":"x"}}"#
    try self.channel.writeInbound(ByteBuffer(string: line + "\n"))
    return try #require(self.host.submitted.last)
  }

  private func written() throws -> String {
    self.handler.flushOwn()
    var text = ""
    while let bytes = try self.channel.readOutbound(as: ByteBuffer.self) {
      text += String(buffer: bytes)
    }
    return text
  }

  @Test func `is greeted no more when the greeting comes behind its first word`() throws {
    let greet = try #require(self.host.submitted.first)
    #expect(greet.command == .greet)
    let ping = try self.ask(7)
    self.handler.print(.reply(greet.tag, .greeting(people: 1, rooms: 1)))
    #expect(try self.written().isEmpty)
    self.handler.print(.reply(ping.tag, .pong("x")))
    #expect(try self.written() == #"{"jsonrpc":"2.0","id":7,"result":{"text":"x"}}"# + "\n")
    let second = try self.ask(8)
    self.handler.print(.refused(second.tag, .notLoggedIn))
    #expect(try self.written().hasPrefix(#"{"jsonrpc":"2.0","id":8,"error":{"#))
  }

  @Test func `has its first line behind the end of the prompt's`() throws {
    let greet = try #require(self.host.submitted.first)
    self.handler.print(.reply(greet.tag, .greeting(people: 1, rooms: 1)))
    #expect(try self.written().hasSuffix("Username: "))
    let ping = try self.ask(7)
    self.handler.print(.reply(ping.tag, .pong("x")))
    #expect(
      try self.written() == "\r\n" + #"{"jsonrpc":"2.0","id":7,"result":{"text":"x"}}"# + "\n")
  }
}
