import ParleyModel
import Testing

@Suite struct `A text` {
  @Test(arguments: [
    "a", "tab\there", "Grüße", "日本語", "👩‍👩‍👧", "e\u{301}", "\u{200E}a", "a\u{A0}b",
    "a much longer text that does not fit into a small string",
  ])
  func `may be what people write`(text: String) {
    #expect(TextRules.fault(in: text, newlines: false) == nil)
  }

  @Test(arguments: [
    ("", Refusal.TextFault.empty), ("  \t ", .empty), ("\u{3000}\u{A0}\u{2003}", .empty),
    ("a\u{0}", .nul), ("a\u{1B}[31m", .control), ("a\u{7F}", .control), ("a\u{85}", .control),
    ("a\u{9B}1m", .control), ("a\rb", .control), ("a\nb", .newline),
    ("a\u{2028}b", .lineSeparator), ("a\u{2029}b", .lineSeparator), ("a\u{202E}b", .bidirectional),
    ("a\u{202A}b", .bidirectional), ("a\u{2066}b", .bidirectional), ("a\u{2069}b", .bidirectional),
  ])
  func `must be visible and well-behaved`(text: String, fault: Refusal.TextFault) {
    #expect(TextRules.fault(in: text, newlines: false) == fault)
  }

  @Test func `may have lines where they are allowed`() {
    #expect(TextRules.fault(in: "a\nb", newlines: true) == nil)
    #expect(TextRules.fault(in: "\n\n", newlines: true) == .empty)
  }

  @Test func `is measured in bytes`() {
    #expect(throws: Refusal.tooLong(.topic, bytesMax: 3)) {
      try TextRules.check("éé", .topic, bytesMax: 3)
    }
    #expect(throws: Never.self) { try TextRules.check("éé", .topic, bytesMax: 4) }
  }
}
