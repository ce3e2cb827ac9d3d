import DequeModule
import NIOCore
import ParleyModel

/// Commands that wait because their session or its address is too fast.
extension SessionHandler {
  /// What a session with a pace keeps of its waiting commands.
  struct Delay {
    /// Bytes that are read at most while commands wait; the socket is not read then until none
    /// waits.
    static let bytesMax = 64 * 1024

    /// What those that wait cost.
    var cost = 0
    /// How many of the first of them do not wait for the pace: behind them somebody leaves.
    var urgent = 0
    /// Bytes read since none waited.
    var bytes = 0
    /// Looks again at those that wait.
    var timer: Scheduled<Void>?
    /// It was too fast: nothing more is taken from it.
    var isOver = false

    var isWaiting: Bool { self.timer != nil }

    /// None waits any more.
    mutating func drop() {
      self.timer?.cancel()
      self.timer = nil
      self.cost = 0
      self.urgent = 0
    }
  }

  /// Counts what waits from there on, before any of it goes on.
  func noteWaiting(from first: Int) {
    guard let pace = self.pace, first < self.waiting.count else { return }
    for index in first..<self.waiting.count {
      let command = self.waiting[index].command
      self.delay.cost += pace.cost(of: command)
      if CommandPace.isLeaving(command) { self.delay.urgent = index + 1 }
    }
    let now = self.channel.eventLoop.now
    if !self.isClosing, pace.isTooFast(waitingCost: self.delay.cost, at: now) {
      self.dropWaiting()
      self.delay.isOver = true
      self.holdReads()
      return self.host.failed(self, .tooFast)
    }
    guard self.delay.urgent > 0, pace.addressOwesTooMuch(self.delay.cost, at: now) else { return }
    if let last = self.waiting.last, case .quit = last.command {
      self.dropWaiting()
      self.waiting.append(last)
      self.delay.cost = 1
      self.delay.urgent = 1
    } else {
      self.delay.urgent = 0
    }
  }

  /// How many of the first `count` that wait may go on now; the others are looked at again in time.
  func paced(_ count: Int) -> Int {
    let loop = self.channel.eventLoop
    guard
      let (admitted, wait) = self.pace?.admit(
        self.waiting, count: count, urgent: self.delay.urgent, at: loop.now)
    else { return count }
    for index in 0..<admitted {
      self.delay.cost -= self.pace?.cost(of: self.waiting[index].command) ?? 0
    }
    self.delay.urgent = max(0, self.delay.urgent - admitted)
    guard let wait else {
      self.delay.timer?.cancel()
      self.delay.timer = nil
      return admitted
    }
    if self.delay.timer == nil {
      self.delay.timer = loop.assumeIsolated().scheduleTask(in: wait) {
        self.delay.timer = nil
        self.submitWaiting()
      }
    }
    return admitted
  }

  /// The first of those that waited went on without waiting for the pace; it is owed.
  func noteTakenUnpaced() {
    guard self.pace != nil else { return }
    self.delay.cost -= 1
    self.delay.urgent = max(0, self.delay.urgent - 1)
    self.pace?.owe(1, at: self.channel.eventLoop.now)
  }

  /// Forgets what waits.
  func dropWaiting() {
    self.waiting.removeAll()
    self.delay.drop()
  }
}
