import Glibc

/// The CPU time, user and system, that another process has used.
///
/// Read from the process's CPU clock, which is what `/proc/PID/stat` shows, in nanoseconds instead
/// of hundredths of a second.
struct ServerMeter {
  private let clock: clockid_t
  private let process: Int32

  init(process: Int32) throws(BenchError) {
    var clock = clockid_t()
    guard clock_getcpuclockid(process, &clock) == 0 else {
      throw BenchError("there is no process \(process) whose CPU time can be read")
    }
    self.clock = clock
    self.process = process
  }

  /// The memory that it has now (VmRSS in proc(5)); nil when it has ended.
  var memoryBytes: Int? {
    guard let file = fopen("/proc/\(self.process)/status", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(
        decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      guard text.hasPrefix("VmRSS:") else { continue }
      return text.split(whereSeparator: \.isWhitespace).dropFirst().first
        .flatMap { Int($0) }.map { $0 * 1_024 }
    }
    return nil
  }

  /// Nanoseconds since the process began; nil when it has ended.
  func read() -> UInt64? {
    var time = timespec()
    guard clock_gettime(self.clock, &time) == 0 else { return nil }
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Waits until the process has used less than 1 % of a core for 300 ms, so that what it does
  /// after answering (the archive) is counted, too; at most `secondsMax`.
  func waitUntilQuiet(secondsMax: Int = 120) throws(BenchError) -> UInt64 {
    let deadline = Clock.now() + UInt64(secondsMax) * 1_000_000_000
    var last = try self.reading()
    while Clock.now() < deadline {
      usleep(300_000)
      let next = try self.reading()
      if next - last < 3_000_000 { return next }
      last = next
    }
    throw BenchError("the server is still busy \(secondsMax) s after the last message")
  }

  private func reading() throws(BenchError) -> UInt64 {
    guard let nanoseconds = self.read() else { throw BenchError("the server has ended") }
    return nanoseconds
  }
}

/// The monotonic clock.
enum Clock {
  /// Nanoseconds since some moment in the past.
  @inline(__always)
  static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

/// Why a run could not be made, in a sentence for the person who started it.
package struct BenchError: Error, CustomStringConvertible {
  package var description: String

  init(_ description: String) {
    self.description = description
  }
}
