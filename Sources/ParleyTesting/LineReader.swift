import Glibc

/// Lines from a descriptor, each waited for until a deadline; what the tests read sockets and
/// consoles with.
///
/// Used by one thread at a time. The descriptor is owned by whoever made the reader.
package struct LineReader {
  /// What a reader waited for and did not get.
  package enum End: Error {
    case deadline
    /// The other side ended properly.
    case closed
    /// The connection was reset.
    case reset
  }

  package let descriptor: Int32
  private var bytes: [UInt8] = []
  /// Where the first line not yet taken begins in `bytes`.
  private var start = 0
  /// How far `bytes` has been searched for a newline.
  private var searched = 0
  private var end: End?
  /// The last lines taken, newest last, for failure messages.
  package private(set) var recent: [String] = []
  private static let recentMax = 12

  package init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  /// What has come after the last newline: a prompt.
  package var unfinished: String {
    String(decoding: self.bytes[self.start...], as: UTF8.self)
  }

  /// The same as bytes.
  package var unfinishedBytes: [UInt8] { Array(self.bytes[self.start...]) }

  /// The next line without its end, waiting for it where needed.
  package mutating func next(until deadline: Deadline) throws(End) -> String {
    while true {
      if let line = self.take() { return line }
      try self.fill(until: deadline)
    }
  }

  /// The next line if it is there already.
  package mutating func nextIfThere() -> String? {
    while true {
      if let line = self.take() { return line }
      do { try self.fill(until: .now) } catch { return nil }
    }
  }

  /// Waits for more bytes.
  package mutating func fill(until deadline: Deadline) throws(End) {
    if let end = self.end { throw end }
    var poller = pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&poller, 1, deadline.millisecondsLeft) > 0 else { throw .deadline }
    let count = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1 << 16) { buffer in
      let count = read(self.descriptor, buffer.baseAddress, buffer.count)
      if count > 0 { self.bytes.append(contentsOf: buffer[..<count]) }
      return count
    }
    if count > 0 { return }
    if count < 0 && (errno == EAGAIN || errno == EINTR) { return }
    // A terminal whose other side has closed reads as an error rather than as its end.
    self.end = count == 0 || errno == EIO ? .closed : .reset
    if let end = self.end { throw end }
  }

  private mutating func take() -> String? {
    guard
      let newline = self.bytes[max(self.searched, self.start)...].firstIndex(of: UInt8(ascii: "\n"))
    else {
      self.searched = self.bytes.count
      return nil
    }
    var line = self.bytes[self.start..<newline]
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    let text = String(decoding: line, as: UTF8.self)
    self.start = newline + 1
    self.searched = self.start
    if self.start > 1 << 16 {
      self.bytes.removeFirst(self.start)
      self.start = 0
      self.searched = 0
    }
    self.recent.append(text)
    if self.recent.count > Self.recentMax { self.recent.removeFirst() }
    return text
  }
}

/// A moment of the monotonic clock until which a test waits.
package struct Deadline: Sendable {
  private let nanoseconds: UInt64

  /// What has not happened by then does not happen: no test waits for it by sleeping.
  package static var usual: Deadline { Deadline(secondsFromNow: 10) }
  package static var now: Deadline { Deadline(secondsFromNow: 0) }

  /// By how much longer everything is waited for, where a build is slow: `PARLEY_PATIENCE`.
  package static let patience = getenv("PARLEY_PATIENCE").flatMap { Int(String(cString: $0)) } ?? 1

  package init(secondsFromNow seconds: Int) {
    self.nanoseconds = Self.clock() + UInt64(seconds * Self.patience) * 1_000_000_000
  }

  package init(millisecondsFromNow milliseconds: Int) {
    self.nanoseconds = Self.clock() + UInt64(milliseconds) * 1_000_000
  }

  /// 0 when it has passed.
  package var millisecondsLeft: Int32 {
    let now = Self.clock()
    return now < self.nanoseconds ? Int32((self.nanoseconds - now) / 1_000_000 + 1) : 0
  }

  package var hasPassed: Bool { self.millisecondsLeft == 0 }

  /// Nanoseconds since some moment in the past.
  package static func clock() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
