import ParleyTerminal
import Testing

@Suite struct `Keys` {
  private static func keys(_ text: String) -> [Key] {
    var decoder = KeyDecoder()
    return decoder.feed(text.utf8)
  }

  @Test(arguments: [
    ("hello wörld", [Key.text("hello wörld")]),
    ("你好👍🏽", [.text("你好👍🏽")]),
    ("a\rb", [.text("a"), .enter, .text("b")]),
    ("\u{1}\u{5}\u{3}", [.control("a"), .control("e"), .control("c")]),
    ("\u{7F}\u{8}\t", [.backspace, .backspace, .tab]),
    ("\u{1B}[A\u{1B}OB\u{1B}[C\u{1B}[D", [.up, .down, .right, .left]),
    ("\u{1B}[1;5C\u{1B}[1;3D", [.wordRight, .wordLeft]),
    ("\u{1B}[H\u{1B}[4~\u{1B}[3~\u{1B}[5~", [.home, .end, .delete, .pageUp]),
    ("\u{1B}b\u{1B}é", [.alt("b"), .alt("é")]),
    ("\u{1B}\r\u{1B}\u{7F}", [.altEnter, .altBackspace]),
    ("\u{1B}[99;99~x", [.unknown, .text("x")]),
    ("\u{1F}\u{1A}", [.control("_"), .control("z")]),
    ("\u{85}a", [.text("a")]),
  ])
  func `are what a terminal sends for them`(input: String, keys: [Key]) {
    #expect(Self.keys(input) == keys)
  }

  @Test func `come out the same however their bytes are cut`() {
    let input = Array("ö\u{1B}[1;5C你\u{1B}[200~one\r\ntwo\u{1B}[201~\u{1B}bx\r".utf8)
    let whole: [Key] = [
      .text("ö"), .wordRight, .text("你"), .paste("one\ntwo"), .alt("b"), .text("x"), .enter,
    ]
    for first in 0...input.count {
      for second in first...input.count {
        var decoder = KeyDecoder()
        let keys =
          decoder.feed(input[..<first]) + decoder.feed(input[first..<second])
          + decoder.feed(input[second...])
        #expect(keys == whole, "cut at \(first) and \(second)")
      }
    }
  }

  @Test func `end in Esc when nothing comes behind it`() {
    var decoder = KeyDecoder()
    #expect(decoder.feed([0x1B]).isEmpty)
    #expect(decoder.isWaiting)
    #expect(decoder.flush() == [.escape])
    #expect(!decoder.isWaiting)
    #expect(decoder.feed("a".utf8) == [.text("a")])
  }

  @Test func `of a paste lose what no keyboard types`() {
    #expect(
      Self.keys("\u{1B}[200~a\u{7}b\u{1B}[31mc\td\u{9B}\r\u{1B}[201~") == [.paste("ab[31mc\td\n")])
  }

  @Test func `take no paste that is longer than its bound, and go on behind it`() {
    let long = String(repeating: "x", count: KeyDecoder.pasteBytesMax + 1)
    #expect(Self.keys("\u{1B}[200~\(long)\u{1B}[201~a") == [.unknown, .text("a")])
    let most = String(repeating: "x", count: KeyDecoder.pasteBytesMax)
    #expect(Self.keys("\u{1B}[200~\(most)\u{1B}[201~a") == [.paste(most), .text("a")])
  }

  @Test func `survive bytes that mean nothing`() {
    var decoder = KeyDecoder()
    #expect(decoder.feed([0xFF, 0xC0, 0x80]) == [.unknown])
    #expect(decoder.feed(Array("\u{1B}[".utf8) + Array(repeating: 0x30, count: 99)) == [.unknown])
    #expect(decoder.feed("a".utf8) == [.text("a")])
  }
}
