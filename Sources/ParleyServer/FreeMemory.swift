import Glibc
import NIOCore
import NIOPosix

/// Gives memory that is free back to the system now and then.
///
/// glibc keeps what was freed between pieces in use: after a crowd or a night of slow readers a
/// server would look as big as it ever was (malloc_trim(3)).
enum FreeMemory {
  private static let interval = TimeAmount.seconds(30)

  /// Begins on one of the loops; a thread of its own pool does the work.
  static func giveBack(on group: any EventLoopGroup) -> RepeatedTask? {
    guard let symbol = dlsym(nil, "malloc_trim") else { return nil }
    typealias Trim = @convention(c) (Int) -> CInt
    let trim = unsafeBitCast(symbol, to: Trim.self)
    let pool = NIOThreadPool.singleton
    return group.next().scheduleRepeatedTask(initialDelay: Self.interval, delay: Self.interval) {
      _ in
      pool.submit { _ in _ = trim(0) }
    }
  }
}
