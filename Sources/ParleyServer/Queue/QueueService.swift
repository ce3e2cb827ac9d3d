import Logging
import NIOCore
import NIOPosix
import ParleyQueueDoor
import ParleyRuntime

/// The queue door while it is open: the control queue, and the thread that receives from it.
struct QueueService: Sendable {
  private let receiver: QueueReceiver
  private let ended: EventLoopFuture<Void>

  /// Makes the control queue and starts its thread.
  static func open(
    _ name: String, _ users: QueueUsers, _ entrance: QueueEntrance, _ logger: Logger
  ) throws(ServerError) -> QueueService {
    let receiver: QueueReceiver
    do throws(QueueFault) {
      receiver = try QueueReceiver(name: name, users: users)
    } catch {
      throw .cannotServeQueue(name, error)
    }
    let ended = entrance.group.next().makePromise(of: Void.self)
    Thread.start(name: "queue") {
      receiver.run(entrance)
      ended.succeed()
    }
    logger.notice("the message queue \(name) is open (queue_users: \(users.rawValue))")
    return QueueService(receiver: receiver, ended: ended.futureResult)
  }

  /// Nobody enters any more.
  func shut() {
    self.receiver.shut()
  }

  /// Ends the thread, once its sessions are over.
  func stop() async throws {
    self.receiver.stop()
    try await self.ended.get()
  }

  /// Leaves nothing behind where there is no time for more.
  func abandon() {
    self.receiver.unlink()
  }
}
