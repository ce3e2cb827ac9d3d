import NIOCore
import ParleyDoorKit
import ParleyLog
import ParleyModel

/// A hub's mailbox, as the other threads see it.
struct HubMailbox: Sendable {
  let inbox: Mailbox<HandOver>
  let loop: any EventLoop
  let hub: NIOLoopBoundBox<LoopHub>
  /// Succeeds when the last connection is closed at the end.
  let allClosed: EventLoopFuture<Void>

  /// A hub on that loop, and the mailbox through which it is reached.
  static func make(
    loop: any EventLoop, options: EngineOptions, archivist: Archivist, archive: any Archive,
    onPool: @escaping ReadExecutor, sequencer: Mailbox<Submission>, counters: Counters,
    observer: any EngineObserver, offset: LogOffset
  ) -> HubMailbox {
    let inbox = Mailbox<HandOver>()
    let hub = LoopHub(
      loop: loop, options: options, archivist: archivist, archive: archive, onPool: onPool,
      inbox: inbox, sequencer: sequencer, counters: counters, observer: observer, offset: offset)
    let allClosed = hub.allClosed.futureResult
    return HubMailbox(
      inbox: inbox, loop: loop, hub: .makeBoxSendingValue(hub, eventLoop: loop),
      allClosed: allClosed)
  }

  /// Leaves a hand-over there; the first one schedules the loop's pass.
  func put(_ handOver: HandOver) {
    guard self.inbox.put(handOver) else { return }
    self.loop.execute { self.hub.value.receive() }
  }
}
