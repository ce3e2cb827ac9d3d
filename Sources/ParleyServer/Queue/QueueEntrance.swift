import Glibc
import NIOCore
import NIOPosix
import ParleyDoorKit
import ParleyQueueDoor
import ParleyRuntime

/// Lets those in who come by the message queues.
///
/// What is counted by address elsewhere is counted by user here. As on the Unix socket, no limits
/// hold for the user as whom the server runs, and for root.
struct QueueEntrance: QueueHost {
  let group: MultiThreadedEventLoopGroup
  let engine: Engine
  let doors: Doors
  let gate: ConnectionGate
  let warnings: SeldomWarning

  func nextLoop() -> any EventLoop { self.group.next() }

  func warn(_ text: @autoclosure () -> String) { self.warnings.warn(text()) }

  func admit(
    _ channel: QueueChannel, user: UInt32, messageBytes: Int, name: String
  ) -> QueueAdmission {
    let isLocal = user == geteuid() || user == 0
    guard self.gate.admit(channel, isLocal: isLocal) else {
      return .refused("too many people are here; try again later")
    }
    switch self.gate.admit(channel, from: isLocal ? nil : IPAddress(user: user)) {
    case .refused(let words):
      return .refused(words.filter { $0 != "*" && !$0.isNewline }.trimmingSpaces)
    case .served(let pace):
      let (engine, doors) = (self.engine, self.doors)
      return .served(isPaced: pace != nil) {
        engine.makeSession(
          on: channel, dialect: doors.queue(messageBytes: messageBytes, asked: name),
          door: Doors.queueName, origin: SessionOrigin(address: nil, protection: .local),
          descriptor: nil, pace: pace, switchDoor: { _ in nil })
      }
    }
  }
}

extension String {
  fileprivate var trimmingSpaces: String {
    var rest = self[...].drop { $0 == " " }
    while rest.last == " " { rest.removeLast() }
    return String(rest)
  }
}
