import NIOCore

/// Takes telnet's commands out of a stream of bytes and answers what must be answered.
///
/// Nothing is agreed to: every DO is answered by WONT and every WILL by DONT (RFC 854, RFC 1143:
/// a refusal needs no memory and cannot loop, as DONT and WONT are never answered). A client thereby
/// stays in its line mode and echoes by itself, but for the time of a secret, for which the server
/// says that it will echo and then does not (RFC 857). AYT (RFC 854) is answered, subnegotiations are
/// skipped.
struct TelnetFilter: Sendable {
  private enum State {
    case data
    case command
    case will, wont, `do`, dont
    case subnegotiation
    case subnegotiationCommand
  }

  /// What a byte is for the line.
  enum Outcome {
    case data(UInt8)
    /// EC: take back a character.
    case eraseCharacter
    /// EL: take back the line.
    case eraseLine
    case nothing
  }

  static let interpretAsCommand: UInt8 = 255
  private var state = State.data
  /// Whether there was a command.
  private(set) var wasSpoken = false

  /// Whether the client was told that the server echoes: a secret is being typed.
  private(set) var hidesEcho = false
  private static let echo: UInt8 = 1

  /// Tells a client that speaks telnet to show what is typed no more, or again.
  mutating func hideEcho(_ hides: Bool, replies: inout ByteBuffer) {
    guard self.wasSpoken, hides != self.hidesEcho else { return }
    self.hidesEcho = hides
    self.answer(hides ? 251 : 252, Self.echo, replies: &replies)
  }

  /// Whether the next byte is data unless it is ``interpretAsCommand``.
  var isIdle: Bool { self.state == .data }

  mutating func take(_ byte: UInt8, replies: inout ByteBuffer) -> Outcome {
    switch self.state {
    case .data:
      guard byte == Self.interpretAsCommand else { return .data(byte) }
      self.state = .command
    case .command:
      self.state = .data
      return self.command(byte, replies: &replies)
    case .will:
      self.state = .data
      self.answer(254, byte, replies: &replies)
    case .do:
      self.state = .data
      // What the client agrees to is not answered.
      if byte != Self.echo || !self.hidesEcho { self.answer(252, byte, replies: &replies) }
    case .wont, .dont:
      self.state = .data
    case .subnegotiation:
      if byte == Self.interpretAsCommand { self.state = .subnegotiationCommand }
    case .subnegotiationCommand:
      // IAC SE ends it; IAC IAC is a byte of it.
      self.state = byte == 240 ? .data : .subnegotiation
    }
    return .nothing
  }

  private mutating func command(_ byte: UInt8, replies: inout ByteBuffer) -> Outcome {
    guard byte != Self.interpretAsCommand else { return .data(byte) }
    self.wasSpoken = true
    switch byte {
    case 251: self.state = .will
    case 252: self.state = .wont
    case 253: self.state = .do
    case 254: self.state = .dont
    case 250: self.state = .subnegotiation
    case 246: self.write("[parley: yes]\r\n", replies: &replies)
    case 247: return .eraseCharacter
    case 248: return .eraseLine
    default: break
    }
    return .nothing
  }

  /// A client that negotiates without end is answered no faster than it is read; the bound keeps
  /// one read's answers small all the same.
  private static let repliesBytesMax = 4 * 1024

  private func answer(_ verb: UInt8, _ option: UInt8, replies: inout ByteBuffer) {
    guard replies.readableBytes < Self.repliesBytesMax else { return }
    replies.writeBytes([Self.interpretAsCommand, verb, option])
  }

  private func write(_ text: StaticString, replies: inout ByteBuffer) {
    guard replies.readableBytes < Self.repliesBytesMax else { return }
    replies.writeStaticString(text)
  }
}
