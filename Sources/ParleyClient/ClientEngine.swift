import NIOCore
import Synchronization

/// The way from any task to a ``ClientCore`` on its loop.
final class ClientEngine: Sendable {
  private let loop: any EventLoop
  private let core: NIOLoopBoundBox<ClientCore>
  private let numbers = Atomic<UInt64>(0)

  init(_ configuration: Configuration, on loop: any EventLoop) {
    self.loop = loop
    self.core = NIOLoopBoundBox.makeBoxSendingValue(
      ClientCore(configuration, loop: loop), eventLoop: loop)
  }

  // MARK: Asking

  func start() async throws(ClientError) -> Welcome {
    let result: Result<Welcome, ClientError> = await withCheckedContinuation { continuation in
      self.loop.execute { self.core.value.start(continuation) }
    }
    return try result.get()
  }

  func request(
    _ method: String, _ params: [String: JSON], _ repeating: Repeating
  ) async throws(ClientError) -> JSON {
    let result: Result<JSON, ClientError> = await self.cancellable(.failure(.cancelled)) {
      core, number, continuation in
      core.request(number, method, params, repeating, continuation)
    } cancel: { core, number in
      core.cancel(number)
    }
    return try result.get()
  }

  func nextEvent() async -> Event? {
    await self.cancellable(nil) { core, number, continuation in
      core.nextEvent(number, continuation)
    } cancel: { core, number in
      core.cancelNextEvent(number)
    }
  }

  /// Has the core begin something under a number, and give it up when the task is cancelled.
  private func cancellable<Value: Sendable>(
    _ cancelled: Value,
    begin:
      @escaping @Sendable (ClientCore, UInt64, CheckedContinuation<Value, Never>) -> Void,
    cancel: @escaping @Sendable (ClientCore, UInt64) -> Void
  ) async -> Value {
    let ticket = Ticket(
      number: self.numbers.wrappingAdd(1, ordering: .relaxed).newValue)
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        self.loop.execute {
          // A cancellation that came first has found nothing to cancel.
          guard !ticket.isCancelled.load(ordering: .acquiring) else {
            return continuation.resume(returning: cancelled)
          }
          begin(self.core.value, ticket.number, continuation)
        }
      }
    } onCancel: {
      ticket.isCancelled.store(true, ordering: .releasing)
      self.loop.execute { cancel(self.core.value, ticket.number) }
    }
  }

  func quit(_ lastWord: String?) async {
    await withCheckedContinuation { continuation in
      self.loop.execute { self.core.value.quit(lastWord, continuation) }
    }
  }

  func state() async -> ConnectionState {
    await withCheckedContinuation { continuation in
      self.loop.execute { continuation.resume(returning: self.core.value.state) }
    }
  }

  func cursors() async -> [String: Cursor] {
    await withCheckedContinuation { continuation in
      self.loop.execute { continuation.resume(returning: self.core.value.cursors) }
    }
  }

  /// Nobody can ask any more: closes the connection.
  func abandon() {
    let core = self.core
    self.loop.execute { core.value.abandon() }
  }

  /// A request and whether its task was cancelled.
  private final class Ticket: Sendable {
    let number: UInt64
    let isCancelled = Atomic(false)

    init(number: UInt64) { self.number = number }
  }
}
