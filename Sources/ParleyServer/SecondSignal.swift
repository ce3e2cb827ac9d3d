import Glibc

/// A second SIGINT or SIGTERM ends the process at once: nothing acknowledged is lost by it.
enum SecondSignal {
  static func endsAtOnce() {
    signal(SIGINT, SIG_DFL)
    signal(SIGTERM, SIG_DFL)
  }
}
