import Glibc

/// Where many threads leave elements for one: a batch is put in and all that is there is taken
/// out, in order.
///
/// `@unchecked Sendable`: `elements`, `isClosed` and `isWaiting` are touched only while `mutex` is
/// held, and nothing is called meanwhile but the wait itself.
final class Mailbox<Element: Sendable>: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let arrived: UnsafeMutablePointer<pthread_cond_t>
  private var elements: [Element] = []
  private var isWaiting = false

  init() {
    self.mutex = .allocate(capacity: 1)
    self.arrived = .allocate(capacity: 1)
    pthread_mutex_init(self.mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(self.arrived, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(self.arrived)
    pthread_mutex_destroy(self.mutex)
    self.arrived.deallocate()
    self.mutex.deallocate()
  }

  /// Puts elements in; answers whether the mailbox was empty, so that the first to put something
  /// in may schedule the taking.
  @discardableResult
  func put(_ batch: [Element]) -> Bool {
    pthread_mutex_lock(self.mutex)
    let wasEmpty = self.elements.isEmpty
    if wasEmpty { self.elements = batch } else { self.elements.append(contentsOf: batch) }
    let wake = self.isWaiting
    self.isWaiting = false
    pthread_mutex_unlock(self.mutex)
    if wake { pthread_cond_signal(self.arrived) }
    return wasEmpty
  }

  /// Puts one element in.
  @discardableResult
  func put(_ element: Element) -> Bool {
    self.put([element])
  }

  /// Takes what is there, without waiting.
  func take() -> [Element] {
    pthread_mutex_lock(self.mutex)
    defer { pthread_mutex_unlock(self.mutex) }
    var taken: [Element] = []
    swap(&taken, &self.elements)
    return taken
  }

  /// Takes what is there; waits for something at most that many milliseconds.
  func take(waitMilliseconds: Int) -> [Element] {
    pthread_mutex_lock(self.mutex)
    defer { pthread_mutex_unlock(self.mutex) }
    if self.elements.isEmpty, waitMilliseconds > 0 {
      var until = timespec()
      clock_gettime(CLOCK_MONOTONIC, &until)
      let nanoseconds = until.tv_nsec + waitMilliseconds % 1_000 * 1_000_000
      until.tv_sec += waitMilliseconds / 1_000 + nanoseconds / 1_000_000_000
      until.tv_nsec = nanoseconds % 1_000_000_000
      self.isWaiting = true
      while self.elements.isEmpty {
        if pthread_cond_timedwait(self.arrived, self.mutex, &until) == ETIMEDOUT { break }
      }
      self.isWaiting = false
    }
    var taken: [Element] = []
    swap(&taken, &self.elements)
    return taken
  }
}
