import ParleyTerminal
import Testing

/// As much of a terminal as the screen needs, to see what its bytes do.
private struct Glass {
  let columns: Int
  private(set) var rows: [[Character]] = [[]]
  private var row = 0
  private var column = 0

  init(columns: Int) {
    self.columns = columns
  }

  mutating func feed(_ output: String) {
    var rest = Substring(output)
    while let character = rest.popFirst() {
      switch character {
      case "\r\n": (self.row, self.column) = (self.row + 1, 0)
      case "\r": self.column = 0
      case "\n": self.row += 1
      case "\u{1B}":
        rest.removeFirst()
        let digits = rest.prefix { $0.isNumber || $0 == ";" }
        rest.removeFirst(digits.count)
        self.obey(rest.removeFirst(), Int(digits) ?? 1)
      default: self.put(character)
      }
      while self.rows.count <= self.row { self.rows.append([]) }
    }
  }

  private mutating func obey(_ final: Character, _ count: Int) {
    switch final {
    case "A": self.row = max(self.row - count, 0)
    case "B": self.row += count
    case "C": self.column += count
    case "J":
      self.rows.removeSubrange((self.row + 1)...)
      self.rows[self.row].removeSubrange(min(self.column, self.rows[self.row].count)...)
    case "m": break
    default: Issue.record("the screen sends \(final)")
    }
  }

  /// A wide character takes a second cell, which holds a mark.
  private mutating func put(_ character: Character) {
    let width = CharacterWidth.columns(of: character)
    #expect(self.column + width <= self.columns, "the terminal would wrap")
    while self.rows[self.row].count < self.column { self.rows[self.row].append(" ") }
    let cells = [character] + Array(repeating: "\u{0}", count: max(width - 1, 0))
    let end = min(self.column + cells.count, self.rows[self.row].count)
    self.rows[self.row].replaceSubrange(self.column..<end, with: cells)
    self.column += width
  }

  /// What stands there, `|` where the cursor is.
  var shown: [String] {
    self.rows.enumerated().map { index, cells in
      var cells = cells
      if index == self.row {
        while cells.count < self.column { cells.append(" ") }
        cells.insert("|", at: self.column)
      }
      return String(cells.filter { $0 != "\u{0}" })
    }
  }
}

@Suite struct `The screen` {
  private static let prompt = StyledText("[lobby] ")

  @Test func `shows lines above what is typed, and leaves that as it is`() {
    var screen = Screen(columns: 20, rows: 10, inColour: false)
    var glass = Glass(columns: 20)
    let input = Screen.Input(prompt: Self.prompt, before: "hel", after: "lo")
    glass.feed(screen.show(above: input))
    #expect(glass.shown == ["[lobby] hel|lo"])
    glass.feed(screen.show([StyledText("one"), StyledText("two")], above: input))
    #expect(glass.shown == ["one", "two", "[lobby] hel|lo"])
    glass.feed(screen.show([StyledText("three")], above: input))
    #expect(glass.shown == ["one", "two", "three", "[lobby] hel|lo"])
  }

  @Test func `wraps what is too long, with the cursor where it belongs`() {
    var screen = Screen(columns: 11, rows: 20, inColour: false)
    var glass = Glass(columns: 11)
    let prompt = StyledText("> ")
    glass.feed(
      screen.show(above: .init(prompt: prompt, before: "0123456789abc", after: "defghijklmnop")))
    #expect(glass.shown == ["> 01234567", "89abc|defgh", "ijklmnop"])
    glass.feed(screen.show([StyledText("said")], above: .init(prompt: prompt, before: "x")))
    #expect(glass.shown == ["said", "> x|"])
  }

  @Test func `counts wide characters and combining ones as terminals do`() {
    var screen = Screen(columns: 11, rows: 20, inColour: false)
    var glass = Glass(columns: 11)
    glass.feed(
      screen.show(above: .init(prompt: StyledText("> "), before: "你好e\u{301}你好", after: "x")))
    #expect(glass.shown == ["> 你好e\u{301}你", "好|x"])
    #expect(CharacterWidth.columns(of: "👨‍👩‍👧") == 2)
    #expect(CharacterWidth.columns(of: "🇩🇪") == 2)
    #expect(CharacterWidth.columns(of: "ｱ") == 1)
    // As tmux 3.3a and wcwidth(3) count.
    #expect(CharacterWidth.columns(of: "हिन्दी") == 5)
    #expect(CharacterWidth.columns(of: "กำที่") == 3)
    #expect(CharacterWidth.columns(of: "நி") == 2)
    #expect(CharacterWidth.columns(of: "각\u{1100}\u{1161}") == 4)
    #expect(CharacterWidth.columns(of: "é e\u{301}") == 3)
    #expect(CharacterWidth.columns(of: "👍🏽") == 2)
  }

  @Test func `shows pasted lines as rows of one input`() {
    var screen = Screen(columns: 20, rows: 20, inColour: false)
    var glass = Glass(columns: 20)
    glass.feed(screen.show(above: .init(prompt: StyledText("> "), before: "one\ntwo\n")))
    #expect(glass.shown == ["> one", "| two", "| |"])
  }

  @Test func `shows the part around the cursor of what is higher than half of it`() {
    var screen = Screen(columns: 20, rows: 6, inColour: false)
    var glass = Glass(columns: 20)
    let lines = (1...9).map { "\($0)" }.joined(separator: "\n")
    glass.feed(screen.show(above: .init(prompt: StyledText("> "), before: lines)))
    #expect(glass.shown == ["| 7", "| 8", "| 9|"])
    glass.feed(screen.show(above: .init(prompt: StyledText("> "), before: "1", after: "\n2\n3\n4")))
    #expect(glass.shown == ["> 1|", "| 2", "| 3"])
  }

  @Test func `finds what it drew when the terminal became narrower`() {
    var screen = Screen(columns: 30, rows: 20, inColour: false)
    var glass = Glass(columns: 30)
    let input = Screen.Input(prompt: StyledText("> "), before: "0123456789abcdefghij")
    glass.feed(screen.show([StyledText("said")], above: input))
    // A terminal of 15 columns has wrapped the 22 columns of the one row into two.
    var narrow = Glass(columns: 15)
    narrow.feed("said\r\n> 0123456789abc\r\ndefghij")
    narrow.feed(screen.resize(columns: 15, rows: 20, input))
    #expect(narrow.shown == ["said", "> 0123456789ab", "cdefghij|"])
  }

  @Test func `shows nothing of a secret`() {
    var editor = LineEditor(.secret)
    _ = editor.take(.text("correct horse"))
    var screen = Screen(columns: 30, rows: 20, inColour: false)
    let output = screen.show(above: .init(prompt: StyledText("Password: "), editor))
    #expect(output == "Password: \r\u{1B}[10C")
  }

  @Test func `takes itself away`() {
    var screen = Screen(columns: 20, rows: 10, inColour: false)
    var glass = Glass(columns: 20)
    let input = Screen.Input(prompt: StyledText("> "), before: "one\ntwo", after: "\nthree")
    glass.feed(screen.show([StyledText("said")], above: input))
    glass.feed(screen.erase())
    #expect(glass.shown == ["said", "|"])
    glass.feed(screen.show(above: input))
    glass.feed(screen.leave())
    #expect(glass.shown == ["said", "> one", "| two", "| three", "|"])
  }
}

@Suite struct `Text for a terminal` {
  @Test func `obeys nothing of what was written`() {
    let hostile = "a\u{1B}[2Jb\u{9B}31mc\u{7}d\u{202E}e\u{2028}f\u{0}g\r\nh\u{7F}\u{E0041}"
    let text = StyledText(hostile, .init(colour: 3, isBold: true))
    let shown = "a\u{FFFD}[2Jb\u{FFFD}31mc\u{FFFD}d\u{FFFD}e\u{FFFD}f\u{FFFD}g\u{FFFD}\u{FFFD}h"
    #expect(text.plain.hasPrefix(shown))
    #expect(text.rendered(inColour: true).hasPrefix("\u{1B}[1;33m" + shown))
    #expect(text.rendered(inColour: false) == text.plain)
    #expect(!text.plain.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x9B })
  }

  @Test func `bounds what piles up on one character`() {
    let piled = "e" + String(repeating: "\u{301}", count: 1_000)
    #expect(SafeText.line(piled).unicodeScalars.count == 12)
  }

  @Test func `of one name has one colour`() {
    let colour = NameColour.colour(of: "ana", hasMany: true)
    #expect(NameColour.colour(of: "ana", hasMany: true) == colour)
    #expect(NameColour.colour(of: "ana", hasMany: false) < 8)
  }

  @Test func `counts what was not looked at`() {
    var unread = UnreadCounts()
    unread.add("python", isMention: false)
    unread.add("python", 2, isMention: false)
    unread.add("@bob", isMention: false)
    #expect(unread.text.plain == "python:3 @bob:1")
    unread.clear("python")
    #expect(unread.text.plain == "@bob:1")
    for number in 1...2_000 { unread.add("\(number)", isMention: false) }
    #expect(unread.count(of: "2000") == 0)
    #expect(unread.text.plain == "@bob:1 1:1 2:1 3:1 +996")
  }

  @Test(arguments: [
    ("hello ana", true), ("ANA: hello", true), ("@ana?", true), ("banana", false),
    ("ana_2", false), ("ananas", false), ("ana", true), ("", false),
  ])
  func `mentions somebody by a word of its own`(text: String, isThere: Bool) {
    #expect(Mention.isThere("ana", in: text) == isThere)
  }
}
