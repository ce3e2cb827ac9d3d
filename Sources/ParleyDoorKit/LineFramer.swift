package import NIOCore
import ParleyModel

#if canImport(Glibc)
import Glibc
#endif

/// Cuts a stream of bytes into lines, however it arrives.
///
/// 1. A line ends with LF, CR LF or CR NUL (RFC 854), and has at most ``Limits/lineBytesMax``
///    bytes, its end included. A longer one is reported once and skipped to its end.
/// 2. Never more than that bound is kept, and no slice of what was read.
/// 3. With `edits`, telnet's commands are taken out and answered, and BS, DEL and ^U edit the line,
///    for clients that send single characters.
/// 4. The lines are the same for every way in which the bytes are cut into reads.
package struct LineFramer: Sendable {
  /// What was found.
  package enum Frame: Hashable, Sendable {
    /// A line without its end. `isPlain`: nothing but printable ASCII and spaces.
    case line(String, isPlain: Bool)
    case notUTF8
    case tooLong
  }

  private let edits: Bool
  private var telnet = TelnetFilter()
  private var pending: [UInt8] = []
  /// The rest of a line that was too long is skipped.
  private var isSkipping = false
  /// A CR was read: what follows says whether it ends the line.
  private var sawReturn = false

  /// Whether telnet's commands came.
  package var spokeTelnet: Bool { self.telnet.wasSpoken }

  /// Tells a client that speaks telnet to show what is typed no more, or again (RFC 857).
  package mutating func hideEcho(_ hides: Bool, replies: inout ByteBuffer) {
    self.telnet.hideEcho(hides, replies: &replies)
  }

  package init(edits: Bool) {
    self.edits = edits
  }

  /// Whether an unfinished line is kept.
  package var hasUnfinished: Bool { !self.pending.isEmpty || self.sawReturn || self.isSkipping }

  /// The next line, or nil when all that was read is consumed.
  ///
  /// Answers to telnet's negotiation are appended to `replies`.
  package mutating func next(from bytes: inout ByteBuffer, replies: inout ByteBuffer) -> Frame? {
    while bytes.readableBytes > 0 {
      if self.pending.isEmpty, !self.isSkipping, !self.sawReturn, self.telnet.isIdle,
        let frame = Self.plainLine(from: &bytes)
      {
        return frame
      }
      if let frame = self.nextSlowly(from: &bytes, replies: &replies) { return frame }
    }
    return nil
  }

  /// The input ended: what is left is a line, if it is anything.
  package mutating func end() -> Frame? {
    self.sawReturn = false
    if self.isSkipping {
      self.isSkipping = false
      return nil
    }
    return self.pending.isEmpty ? nil : self.finish()
  }

  /// A whole line of printable ASCII at the front, straight out of the buffer; else nil.
  private static func plainLine(from bytes: inout ByteBuffer) -> Frame? {
    bytes.readWithUnsafeReadableBytes { raw -> (Int, Frame?) in
      guard let base = raw.baseAddress,
        let end = memchr(base, 0x0A, min(raw.count, Limits.lineBytesMax))
      else { return (0, nil) }
      let length = UnsafeRawPointer(end) - base
      let hasReturn = length > 0 && raw[length - 1] == 0x0D
      let line = UnsafeRawBufferPointer(rebasing: raw[0..<(hasReturn ? length - 1 : length)])
      guard Self.isPlain(line) else { return (0, nil) }
      return (length + 1, .line(String(decoding: line, as: UTF8.self), isPlain: true))
    }
  }

  /// Whether there is nothing but the bytes from space to tilde; eight at a time.
  private static func isPlain(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var index = 0
    let ones: UInt64 = 0x0101_0101_0101_0101
    while index + 8 <= bytes.count {
      let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      // The high bit of a byte is set where the byte is ≥ 0x80, below 0x20, or 0x7F; below 0x80
      // neither sum carries into the next byte.
      let high = word | (word &+ ones)
      let low = ~((word & ~(ones << 7)) &+ ones &* 0x60)
      if (high | low) & (ones << 7) != 0 { return false }
      index += 8
    }
    while index < bytes.count {
      let byte = bytes[index]
      if byte < 0x20 || byte >= 0x7F { return false }
      index += 1
    }
    return true
  }

  private mutating func nextSlowly(
    from bytes: inout ByteBuffer, replies: inout ByteBuffer
  ) -> Frame? {
    if self.pending.isEmpty, !self.isSkipping { self.pending.reserveCapacity(256) }
    return bytes.readWithUnsafeReadableBytes { raw -> (Int, Frame?) in
      var index = 0
      while index < raw.count {
        let run = self.ordinary(raw, from: index)
        if run > index {
          let frame = self.append(UnsafeRawBufferPointer(rebasing: raw[index..<run]))
          index = run
          if let frame { return (index, frame) }
          continue
        }
        let byte = raw[index]
        index += 1
        let frame: Frame?
        if self.edits {
          switch self.telnet.take(byte, replies: &replies) {
          case .data(let data):
            frame =
              data == TelnetFilter.interpretAsCommand ? self.append(data) : self.take(data)
          case .eraseCharacter: frame = self.take(0x7F)
          case .eraseLine: frame = self.take(0x15)
          case .nothing: frame = nil
          }
        } else {
          frame = self.take(byte)
        }
        if let frame { return (index, frame) }
      }
      return (index, nil)
    }
  }

  /// How far the bytes from there on are nothing but characters of the line.
  private func ordinary(_ raw: UnsafeRawBufferPointer, from start: Int) -> Int {
    guard !self.sawReturn, self.telnet.isIdle else { return start }
    var index = start
    while index < raw.count {
      switch raw[index] {
      case 0x08, 0x0A, 0x0D, 0x15, 0x7F, TelnetFilter.interpretAsCommand: return index
      default: index += 1
      }
    }
    return index
  }

  /// One byte of the line, after telnet.
  private mutating func take(_ byte: UInt8) -> Frame? {
    if self.sawReturn {
      self.sawReturn = false
      if byte == 0x0A || (byte == 0x00 && self.edits) { return self.finish(endBytes: 2) }
      // A CR inside a line is a character of it, and one that no text may hold.
      // Where it makes the line too long, the byte after it is skipped with the rest.
      let frame = self.append(0x0D)
      return self.take(byte) ?? frame
    }
    switch byte {
    case 0x0A: return self.finish()
    case 0x0D:
      self.sawReturn = true
      return nil
    case 0x08, 0x7F:
      guard self.edits else { return self.append(byte) }
      if !self.isSkipping { self.eraseCharacter() }
      return nil
    case 0x15:
      guard self.edits else { return self.append(byte) }
      if !self.isSkipping { self.pending.removeAll(keepingCapacity: true) }
      return nil
    default:
      return self.append(byte)
    }
  }

  /// Several bytes of the line; of those that make it too long none is kept.
  private mutating func append(_ run: UnsafeRawBufferPointer) -> Frame? {
    guard !self.isSkipping else { return nil }
    guard self.pending.count + run.count < Limits.lineBytesMax else {
      self.isSkipping = true
      self.pending = []
      return .tooLong
    }
    self.pending.append(contentsOf: run)
    return nil
  }

  private mutating func append(_ byte: UInt8) -> Frame? {
    guard !self.isSkipping else { return nil }
    guard self.pending.count + 2 <= Limits.lineBytesMax else {
      self.isSkipping = true
      self.pending = []
      return .tooLong
    }
    self.pending.append(byte)
    return nil
  }

  /// The line's end was read; `endBytes` were it.
  private mutating func finish(endBytes: Int = 1) -> Frame? {
    guard !self.isSkipping else {
      self.isSkipping = false
      return nil
    }
    // A connection that says little keeps little.
    defer { self.pending.removeAll(keepingCapacity: self.pending.capacity <= 512) }
    guard self.pending.count + endBytes <= Limits.lineBytesMax else { return .tooLong }
    guard let text = String(validating: self.pending, as: UTF8.self) else { return .notUTF8 }
    let isPlain = self.pending.withUnsafeBytes { Self.isPlain($0) }
    return .line(text, isPlain: isPlain)
  }

  /// Takes back the last character, all bytes of it.
  private mutating func eraseCharacter() {
    while let last = self.pending.popLast(), last & 0xC0 == 0x80 {}
  }
}
