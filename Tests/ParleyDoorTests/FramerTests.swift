import NIOCore
import ParleyDoorKit
import ParleyModel
import Testing

@Suite struct `The line framer` {
  /// What the bytes hold, read in pieces of these lengths, over and over.
  static func frames(
    _ bytes: [UInt8], cuts: [Int] = [], edits: Bool = true
  ) -> (frames: [LineFramer.Frame], replies: [UInt8]) {
    var framer = LineFramer(edits: edits)
    var frames: [LineFramer.Frame] = []
    var replies = ByteBuffer()
    var rest = bytes[...]
    var cut = 0
    while !rest.isEmpty {
      let length = cuts.isEmpty ? rest.count : max(cuts[cut % cuts.count], 1)
      cut += 1
      var buffer = ByteBuffer(bytes: rest.prefix(length))
      rest = rest.dropFirst(length)
      while let frame = framer.next(from: &buffer, replies: &replies) { frames.append(frame) }
      #expect(buffer.readableBytes == 0)
    }
    if let frame = framer.end() { frames.append(frame) }
    return (frames, Array(replies.readableBytesView))
  }

  static func lines(_ text: String, edits: Bool = true) -> [String] {
    Self.frames(Array(text.utf8), edits: edits).frames.map { frame in
      switch frame {
      case .line(let text, isPlain: _): text
      case .notUTF8: "(not UTF-8)"
      case .tooLong: "(too long)"
      }
    }
  }

  @Test func `ends lines at LF, CR LF and CR NUL`() {
    #expect(Self.lines("a\nb\r\nc\r\0d\n\n") == ["a", "b", "c", "d", ""])
  }

  @Test func `gives the last line though nothing ends it`() {
    #expect(Self.lines("a\nbye") == ["a", "bye"])
  }

  @Test func `keeps a CR inside a line`() {
    #expect(Self.lines("a\rb\n") == ["a\rb"])
  }

  @Test func `takes a line of 8 KiB with its end, and no longer one`() {
    for end in ["\n", "\r\n"] {
      let longest = String(repeating: "x", count: Limits.lineBytesMax - end.utf8.count)
      #expect(Self.lines(longest + end + "y\n") == [longest, "y"])
      #expect(Self.lines(longest + "x" + end + "y\n") == ["(too long)", "y"])
    }
  }

  @Test func `reports ten megabytes without an end once and keeps none of it`() {
    var framer = LineFramer(edits: true)
    var replies = ByteBuffer()
    var frames = 0
    for _ in 0..<160 {
      var buffer = ByteBuffer(repeating: UInt8(ascii: "x"), count: 65_536)
      while framer.next(from: &buffer, replies: &replies) != nil { frames += 1 }
    }
    #expect(frames == 1)
    #expect(framer.end() == nil)
  }

  @Test func `says what is not UTF-8`() {
    #expect(Self.frames([0x61, 0xC3, 0x0A]).frames == [.notUTF8])
    #expect(Self.frames([0xED, 0xA0, 0x80, 0x0A], edits: false).frames == [.notUTF8])
  }

  @Test func `knows plain lines`() {
    #expect(Self.frames(Array("hello ~\n".utf8)).frames == [.line("hello ~", isPlain: true)])
    for text in ["tab\there", "é", "esc\u{1B}", "1234567\u{1F}", "12345678\u{1}"] {
      #expect(Self.frames(Array((text + "\n").utf8)).frames == [.line(text, isPlain: false)])
    }
  }

  @Test func `edits a line with BS, DEL and NAK, whole characters at a time`() {
    #expect(Self.lines("helo\u{8}lo\n") == ["hello"])
    #expect(Self.lines("né\u{7F}e\n") == ["ne"])
    #expect(Self.lines("\u{8}\u{8}a\n") == ["a"])
    #expect(Self.lines("secret\u{15}hello\n") == ["hello"])
  }

  @Test func `leaves them alone where the door does not edit`() {
    #expect(Self.lines("a\u{8}b\n", edits: false) == ["a\u{8}b"])
  }

  // RFC 854: "IAC … the need to double it"; RFC 1143 §7: a refusal is not answered.
  @Test func `refuses every option of telnet once and answers no refusal`() {
    let given: [UInt8] = [
      0x61, 255, 253, 1, 0x62, 255, 251, 31, 255, 252, 3, 255, 254, 3, 255, 241, 0x0A,
    ]
    let (frames, replies) = Self.frames(given)
    #expect(frames == [.line("ab", isPlain: true)])
    #expect(replies == [255, 252, 1, 255, 254, 31])
  }

  @Test func `skips subnegotiation, escaped bytes and line ends in it included`() {
    let given: [UInt8] = [0x61, 255, 250, 31, 0x0A, 255, 255, 240, 0x78, 255, 240, 0x62, 0x0A]
    #expect(Self.frames(given).frames == [.line("ab", isPlain: true)])
  }

  @Test func `takes a doubled IAC for the byte, which is no UTF-8`() {
    #expect(Self.frames([255, 255, 0x0A]).frames == [.notUTF8])
  }

  @Test func `erases by EC and EL of telnet`() {
    #expect(Self.frames([0x61, 0x62, 255, 247, 0x0A]).frames == [.line("a", isPlain: true)])
    #expect(Self.frames([0x61, 0x62, 255, 248, 0x63, 0x0A]).frames == [.line("c", isPlain: true)])
  }

  @Test(arguments: UInt64(1)...40)
  func `finds the same lines however the bytes are cut`(seed: UInt64) {
    var numbers = SeededNumbers(state: seed)
    let pieces: [[UInt8]] = [
      Array("hello all".utf8), Array("é𝔞".utf8), [0x0A], [0x0D, 0x0A], [0x0D, 0x00], [0x0D], [0x00],
      [255, 253, 1], [255, 250, 1, 0x0A, 255, 240], [255, 255], [255], [8], [127], [21], [0xC3],
      Array(repeating: 0x78, count: 5_000), Array("\nplain line\n".utf8),
    ]
    var bytes: [UInt8] = []
    for _ in 0..<60 { bytes += pieces[Int.random(in: 0..<pieces.count, using: &numbers)] }
    for edits in [true, false] {
      let whole = Self.frames(bytes, edits: edits)
      let single = Self.frames(bytes, cuts: [1], edits: edits)
      let cuts = (0..<20).map { _ in Int.random(in: 1...400, using: &numbers) }
      let random = Self.frames(bytes, cuts: cuts, edits: edits)
      #expect(whole.frames == single.frames)
      #expect(whole.frames == random.frames)
      #expect(whole.replies == single.replies)
      #expect(whole.replies == random.replies)
    }
  }
}
