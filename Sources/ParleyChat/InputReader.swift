import Glibc
import ParleyTerminal

/// Standard input, as keys or as lines, and the signals between.
///
/// Owned by one task. A thread of its own waits for the descriptors, so that no task is blocked.
struct InputReader: Sendable {
  enum Input: Sendable {
    case keys([Key])
    case line(String)
    /// A line that is longer than may be, or no UTF-8.
    case badLine
    case signal(CInt)
    case woken
    case end
  }

  /// A line is at most so long, in bytes: a post.
  static let lineBytesMax = 64 * 1_024
  /// How long the rest of a key's sequence is waited for, in milliseconds.
  private static let sequenceMilliseconds: CInt = 50

  private let readsKeys: Bool
  private var decoder = KeyDecoder()
  private var bytes: [UInt8] = []
  private var isLineTooLong = false
  private var isAtEnd = false
  private var waiting: [Input] = []
  private var signals: [Input] = []

  init(readsKeys: Bool) {
    self.readsKeys = readsKeys
  }

  /// Waits for the next; without `takesInput` for a signal alone.
  mutating func next(takesInput: Bool) async -> Input {
    while true {
      if !self.signals.isEmpty { return self.signals.removeFirst() }
      if takesInput, !self.waiting.isEmpty { return self.waiting.removeFirst() }
      let timeout = self.decoder.isWaiting ? Self.sequenceMilliseconds : -1
      let readsInput = takesInput && !self.isAtEnd
      self.take(
        await Blocking.perform { Self.wait(timeout: timeout, readsInput: readsInput) })
    }
  }

  private struct Found: Sendable {
    var signals: [CInt] = []
    /// Nil where there was nothing to read; empty at the end.
    var bytes: [UInt8]?
  }

  private static func wait(timeout: CInt, readsInput: Bool) -> Found {
    var descriptors = [pollfd(fd: SignalPipe.shared.output, events: Int16(POLLIN), revents: 0)]
    if readsInput {
      descriptors.append(pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0))
    }
    var found = Found()
    guard poll(&descriptors, nfds_t(descriptors.count), timeout) > 0 else { return found }
    if descriptors[0].revents != 0 {
      found.signals = SignalPipe.shared.drain()
      // What was typed waits: the signal may be about who reads it.
      return found
    }
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = read(STDIN_FILENO, &bytes, bytes.count)
    if count < 0, errno == EINTR || errno == EAGAIN { return found }
    found.bytes = Array(bytes.prefix(max(count, 0)))
    return found
  }

  private mutating func take(_ found: Found) {
    for signal in found.signals { self.signals.append(signal == 0 ? .woken : .signal(signal)) }
    guard let bytes = found.bytes else {
      if found.signals.isEmpty { self.hand(self.decoder.flush()) }
      return
    }
    if self.readsKeys {
      self.hand(self.decoder.feed(bytes))
    } else {
      self.takeLines(bytes)
    }
    if bytes.isEmpty {
      self.isAtEnd = true
      self.waiting.append(.end)
    }
  }

  private mutating func hand(_ keys: [Key]) {
    if !keys.isEmpty { self.waiting.append(.keys(keys)) }
  }

  private mutating func takeLines(_ new: [UInt8]) {
    for byte in new {
      if byte == UInt8(ascii: "\n") {
        self.endLine()
      } else if self.bytes.count < Self.lineBytesMax {
        self.bytes.append(byte)
      } else {
        self.isLineTooLong = true
      }
    }
    // The last line may lack its end.
    if new.isEmpty, !self.bytes.isEmpty { self.endLine() }
  }

  private mutating func endLine() {
    if self.bytes.last == UInt8(ascii: "\r") { self.bytes.removeLast() }
    let text = self.isLineTooLong ? nil : String(validating: self.bytes, as: UTF8.self)
    self.waiting.append(text.map { .line($0) } ?? .badLine)
    self.bytes = []
    self.isLineTooLong = false
  }
}
