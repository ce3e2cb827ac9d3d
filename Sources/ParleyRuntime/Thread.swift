import Glibc

/// A thread of our own.
package enum Thread {
  private final class Box {
    let name: String
    let body: () -> Void

    init(name: String, body: @escaping () -> Void) {
      self.name = name
      self.body = body
    }
  }

  /// Starts a thread that runs `body` and ends.
  ///
  /// At most 15 bytes of the name are kept.
  package static func start(name: String, body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Box(name: name, body: body))
    var thread = pthread_t()
    let code = pthread_create(&thread, nil, threadBody, box.toOpaque())
    precondition(code == 0, "the system gave no thread: \(code)")
    pthread_detach(thread)
  }

  fileprivate static func run(_ argument: UnsafeMutableRawPointer?) {
    guard let argument else { return }
    let box = Unmanaged<Box>.fromOpaque(argument).takeRetainedValue()
    // What `top -H` and a debugger show.
    if let file = fopen("/proc/thread-self/comm", "w") {
      fputs(box.name, file)
      fclose(file)
    }
    box.body()
  }
}

private func threadBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  Thread.run(argument)
  return nil
}
