import ParleyTerminal
import Testing

@Suite struct `The line that is typed` {
  /// What keys make of an empty line, `|` where the cursor is.
  private static func line(_ keys: [Key]) -> String {
    var editor = LineEditor()
    for key in keys { _ = editor.take(key) }
    return editor.before + "|" + editor.after
  }

  @Test(arguments: [
    ([Key.text("hello wörld"), .control("a")], "|hello wörld"),
    ([.text("hello wörld"), .control("a"), .control("e")], "hello wörld|"),
    ([.text("你好"), .left, .text("們")], "你們|好"),
    ([.text("e"), .text("\u{301}"), .backspace], "|"),
    ([.text("👨‍👩‍👧"), .left, .delete], "|"),
    ([.text("one two three"), .wordLeft, .wordLeft], "one |two three"),
    ([.text("one two three"), .home, .wordRight], "one| two three"),
    ([.text("one two"), .control("w"), .control("y"), .control("y")], "one twotwo|"),
    ([.text("one two"), .wordLeft, .control("k"), .home, .control("y")], "two|one "),
    ([.text("a b c"), .control("w"), .control("w"), .control("y")], "a b c|"),
    ([.text("a b"), .control("u"), .text("x"), .control("y")], "xa b|"),
    ([.text("ab"), .control("t")], "ba|"),
    ([.text("one two"), .altBackspace, .text("2"), .control("_"), .control("_")], "one two|"),
    ([.text("one"), .altEnter, .text("two")], "one\ntwo|"),
    ([.paste("one\ntwo\n")], "one\ntwo|"),
    ([.text("one two"), .home, .alt("d"), .delete], "|two"),
  ])
  func `is edited as in a shell`(keys: [Key], line: String) {
    #expect(Self.line(keys) == line)
  }

  @Test func `is entered as a whole, wherever the cursor is`() {
    var editor = LineEditor()
    _ = editor.take(.text("hello"))
    _ = editor.take(.left)
    #expect(editor.take(.enter) == .submit("hello"))
    #expect(editor.isEmpty)
    #expect(editor.take(.control("_")) == .bell)
  }

  @Test func `ends the input where it is empty alone`() {
    var editor = LineEditor()
    #expect(editor.take(.control("d")) == .endOfInput)
    _ = editor.take(.text("ab"))
    #expect(editor.take(.control("d")) == .bell)
    _ = editor.take(.home)
    #expect(editor.take(.control("d")) == .changed)
    #expect(editor.text == "b")
    #expect(editor.take(.control("c")) == .interrupt)
  }

  @Test func `grows up to its bound and no further`() {
    var editor = LineEditor(bytesMax: 8)
    #expect(editor.take(.text("12345678")) == .changed)
    #expect(editor.take(.text("9")) == .bell)
    #expect(editor.take(.paste("9")) == .bell)
    #expect(editor.text == "12345678")
  }

  @Test func `keeps nothing of a secret`() {
    var editor = LineEditor(.secret)
    _ = editor.take(.text("correct horse"))
    _ = editor.take(.control("u"))
    #expect(editor.take(.control("y")) == .bell)
    #expect(editor.take(.control("_")) == .bell)
    #expect(editor.take(.up) == .bell)
    #expect(editor.take(.paste("battery\nstaple")) == .changed)
    #expect(editor.take(.enter) == .submit("battery"))
  }
}

@Suite struct `What was entered before` {
  @Test func `is gone through and left where it was`() {
    var history = History(["one", "two"])
    #expect(history.older(than: "draft") == "two")
    #expect(history.older(than: "two") == "one")
    #expect(history.older(than: "one") == nil)
    #expect(history.newer() == "two")
    #expect(history.newer() == "draft")
    #expect(history.newer() == nil)
  }

  @Test func `is bounded, and holds nothing twice in a row`() {
    var history = History((1...History.entriesMax).map { "\($0)" })
    let kept = ["new", "new", ""].map { history.add($0) }
    #expect(kept == [true, false, false])
    #expect(history.entries.count == History.entriesMax)
    #expect(history.entries.first == "2")
    // Of those that no file takes the newest are kept.
    let long = String(repeating: "x", count: History.entryBytesMax)
    for number in 1...20 { _ = history.add(long + "\(number)") }
    let numbers = history.entries.suffix(9).map { $0.dropFirst(long.utf8.count) }
    #expect(numbers == [""] + (13...20).map { "\($0)" })
    #expect(history.entries.count == History.entriesMax)
  }

  @Test func `is in its file as it was entered`() {
    let entries = ["plain", "two\nlines", "back\\slash\\n", "ö 你"]
    let text = entries.map { History.line(of: $0) + "\n" }.joined()
    #expect(History.entries(in: text) == entries)
    #expect(text.split(separator: "\n").count == entries.count)
  }
}

@Suite struct `A search` {
  private let history = History(["say one", "Two", "say two", "two\nlines", "say two"])

  /// What stands in the place of the line, a bar for the cursor, after each of the keys.
  private func lines(_ keys: [Key]) -> [String] {
    var search = HistorySearch()
    return keys.map { key in
      let response = search.take(key, in: self.history)
      let input = Screen.Input(search, in: self.history, LineEditor())
      let bell = response == .bell ? "!" : ""
      return "\(bell)\(input.prompt.plain)\(input.before)|\(input.after)"
    }
  }

  @Test func `goes back from the newest, and forward again`() {
    let keys: [Key] = [.text("t"), .text("wo"), .control("r"), .control("r"), .control("r")]
    #expect(
      self.lines(keys) == [
        "(search) t: say |two", "(search) two: say |two", "(search) two: |two\nlines",
        "(search) two: say |two", "(search) two: |Two",
      ])
    #expect(
      self.lines(keys + [.control("r"), .control("s"), .control("s")]).suffix(3) == [
        "!(search) two: |Two", "(search) two: say |two", "(search) two: |two\nlines",
      ])
  }

  @Test func `keeps what was found where nothing more is`() {
    #expect(
      self.lines([.control("r"), .backspace, .text("ONE"), .text("x"), .backspace, .backspace])
        == [
          "!(search) : |", "!(search) : |", "(search) ONE: say |one", "!(not found) ONEx: say |one",
          "(search) ONE: say |one", "(search) ON: say |one",
        ])
    #expect(self.lines([.text("x")]) == ["!(not found) x: |"])
  }

  @Test func `ends with the entry, with the key that ended it, or with neither`() {
    var search = HistorySearch()
    #expect(search.take(.escape, in: self.history) == .taken(nil))
    #expect(search.take(.enter, in: self.history) == .taken(.enter))
    #expect(search.take(.control("c"), in: self.history) == .taken(.control("c")))
    #expect(search.take(.control("g"), in: self.history) == .givenUp)
    #expect(search.take(.text(String(repeating: "x", count: 5_000)), in: self.history) == .bell)
    #expect(search.pattern.isEmpty)
  }

  @Test func `leaves one in the middle of what was entered`() {
    var history = self.history
    #expect(history.show(1, insteadOf: "draft") == "Two")
    #expect(history.older(than: "Two") == "say one")
    #expect(history.newer() == "Two")
    #expect(history.newer() == "say two")
  }
}

@Suite struct `Tab` {
  private static let words = Completion.Words(
    commands: ["/join", "/list", "/leave", "%groupjoin"], names: ["ana", "Anton", "bob"],
    rooms: ["lobby", "python"])

  private static func line(after before: String) -> String? {
    guard let completion = Completion(before, Self.words) else { return nil }
    let line =
      completion.text.map { before.dropLast(completion.replaced) + $0 } ?? before[...] + "?"
    return line + completion.candidates.map { "[\($0)]" }.joined()
  }

  @Test(arguments: [
    ("/jo", "/join "), ("/l", "/l?[/leave][/list]"), ("%g", "%groupjoin "), ("bo", "bob: "),
    ("AN", "AN?[ana][Anton]"), ("/dm b", "/dm bob "), ("/join py", "/join python "),
    ("/join #", "/join #?[#lobby][#python]"), ("hello @bo", "hello @bob "), ("/x", nil),
    ("", nil), ("hello /jo", nil), ("hello ", nil),
  ])
  func `completes commands, names and rooms`(before: String, after: String?) {
    #expect(Self.line(after: before) == after)
  }

  @Test(arguments: [
    ("NAME TEXT", [], "b", "bob "), ("NAME TEXT", [], "py", nil), ("NAME TEXT", [], "ze", "zed "),
    ("NAME TEXT", ["bob"], "py", "python "), ("ROOM", [], "py", "python "), ("ROOM", [], "b", nil),
    ("[#ROOM] NAME [REASON]", [], "py", nil), ("[#ROOM] NAME [REASON]", ["#lobby"], "b", "bob "),
    ("[COMMAND]", [], "jo", "join "),
    ("[COMMAND]", [], "/jo", "/join "),
  ])
  func `knows what a command takes`(
    arguments: String, given: [String], word: String, after: String?
  ) {
    var words = Self.words
    words.acquaintances = ["zed"]
    words.argument = .init(behind: given.map { $0[...] }, of: arguments)
    let before = (["/x"] + given + [word]).joined(separator: " ")
    #expect(Completion(before, words)?.text == after)
  }

  @Test func `completes a verb in capitals, and no name for it`() {
    let words = Completion.Words(commands: ["/join", "JOIN"], names: ["joe"])
    #expect(Completion("JOI", words)?.text == "JOIN ")
    #expect(Completion("joe", words)?.text == "joe: ")
    #expect(Completion("jo", words)?.text == "joe: ")
  }

  @Test func `breaks no word of what it offers`() {
    let lines = Completion.lines(of: ["one", "two", "three", "a-very-long-one"], columns: 10)
    #expect(lines == ["one  two", "three", "a-very-long-one"])
  }

  @Test func `takes what all candidates have in common`() {
    let words = Completion.Words(names: ["annabel", "annabella"])
    #expect(Completion("an", words)?.text == "annabel")
    #expect(Completion("annabel", words)?.text == nil)
    #expect(Completion("annabel", words)?.candidates == ["annabel", "annabella"])
  }
}
