import NIOCore
import ParleyAdminDoor
import ParleyDoorKit
import ParleyIRCDoor
import ParleyJSONDoor
import ParleyLineDoor
import ParleyQueueDoor

/// Every door that this server has: a new one is a line here.
struct Doors: Sendable {
  /// The doors' names, as the console prints them and settings have them.
  static let names = [LineDialect.name, IRCDialect.name, JSONDialect.name, Self.queueName]

  /// That of the message queues, which are no connection.
  static let queueName = QueueDialect<QueueTongue>.name

  let line: LineDoorOptions
  let irc: IRCDoorOptions

  init(serverName: String) {
    self.line = LineDoorOptions(serverName: serverName)
    self.irc = IRCDoorOptions(serverName: serverName)
  }

  /// The dialect of who was recognised by its first bytes, and the name that the console prints.
  ///
  /// `peer` is who is at the other end of the server's Unix socket: nobody else administers.
  func dialect(
    for words: FirstWords, from origin: SessionOrigin, peer: LocalPeer?
  ) -> (dialect: any Dialect, name: String)? {
    switch words {
    case .admin: peer.map { (AdminDialect(refusal: $0.refusal), AdminDialect.name) }
    case .irc: (IRCDialect(options: self.irc), IRCDialect.name)
    case .json: (JSONDialect(origin: origin), JSONDialect.name)
    case .line, .needMore: (LineDialect(options: self.line, origin: origin), LineDialect.name)
    case .tls, .unknown: nil
    }
  }

  /// The dialect of who has shown a key, and wants to enter under the name `asked`.
  func queue(messageBytes: Int, asked: String) -> any Dialect {
    QueueDialect(
      QueueTongue(serverName: self.line.serverName), messageBytes: messageBytes, asked: asked)
  }

  /// The dialect that takes over from line mode at its first prompt, by what came there.
  func successor(of bytes: ByteBuffer, from origin: SessionOrigin) -> (any Dialect)? {
    switch bytes.readableBytesView.first {
    case UInt8(ascii: "{"), UInt8(ascii: "["): JSONDialect(origin: origin)
    default: IRCDialect(options: self.irc)
    }
  }
}
