import NIOCore
import ParleyModel
import ParleyRuntime

/// Shows on the console what the engine reports.
struct ConsoleObserver: EngineObserver {
  let console: Console

  func sessionOpened(_ id: SessionID, address: SocketAddress?, door: String, active: Int) {
    self.console.sessionConnected(
      number: id.number, address: address?.text ?? "unix", door: door, active: active)
  }

  func sessionClosed(_ id: SessionID, _ closing: Closing, wasLost: Bool, active: Int) {
    let reason = wasLost && closing == .hungUp ? "connection lost" : Self.text(of: closing)
    self.console.sessionClosed(number: id.number, reason: reason, active: active)
  }

  func message(_ message: Message, room: String) {
    let text = message.kind.isPost ? "\"\(message.subject)\": \(message.body)" : message.body
    self.console.message(room: room, sender: message.sender.name, text: text)
  }

  private static func text(of closing: Closing) -> String {
    switch closing {
    case .quit: "quit"
    case .hungUp: "end of input"
    case .shuttingDown: "server stopped"
    case .timedOut: "timed out"
    case .loginTimeout: "no login"
    case .idleTimeout: "idle"
    case .tooSlow: "too slow"
    case .tooFast: "too fast"
    case .tooManyGuesses: "too many wrong passwords"
    case .garbage: "garbage"
    case .storageFailed: "archive unreadable"
    case .overflow: "too much queued"
    case .banned: "banned"
    case .accessRevoked: "token revoked"
    }
  }
}
