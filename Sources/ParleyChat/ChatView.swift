import Glibc
import ParleyTerminal

/// Where the client writes to: a screen with a line that is typed, plain lines, or nothing.
struct ChatView {
  enum Mode {
    /// A terminal that moves its cursor.
    case screen
    /// Whole lines, one after the other.
    case lines
    /// JSON, one object a line, which others write.
    case objects
  }

  let mode: Mode
  let terminal: TerminalDevice?
  let inColour: Bool
  var prompt = StyledText()
  var editor = LineEditor()
  /// What was entered before in this place, and what is looked for in it.
  var history = History()
  var search: HistorySearch?
  private var screen: Screen
  /// What the screen was drawn for.
  private var size: (columns: Int, rows: Int)
  /// What was asked, where the terminal shows whole lines by itself; it is asked again when another
  /// program had the terminal.
  private var asked = ""
  /// Another program has the terminal, or it was given back: what comes meanwhile waits.
  private var isAway = true
  /// Whether what is typed is a secret: where the terminal shows whole lines by itself, it does not.
  private var hidesInput = false
  /// Why lines or objects could not be written, if so; whoever reads the input looks at it.
  private(set) var outputError: CInt?
  private var held: [StyledText] = []
  private var heldLost = 0
  /// How many lines wait at most; beyond, the oldest are lost, and counted.
  private static let heldMax = 1_000
  /// DEC private mode 2004: pastes are marked as such (xterm, "Bracketed Paste Mode").
  private static let marksPastes = "\u{1B}[?2004h"
  private static let marksPastesNot = "\u{1B}[?2004l"

  init(_ mode: Mode, terminal: TerminalDevice?, inColour: Bool) {
    self.mode = mode
    self.terminal = terminal
    self.inColour = inColour
    self.size = TerminalDevice.size()
    self.screen = Screen(columns: self.size.columns, rows: self.size.rows, inColour: inColour)
  }

  /// Whether a text can be read on the screen all at once.
  func fits(_ lines: [StyledText]) -> Bool {
    let size = TerminalDevice.size()
    var rows = 0
    for line in lines {
      let width = CharacterWidth.columns(of: line.plain)
      rows += max((width + size.columns - 1) / size.columns, 1)
    }
    return rows <= max(size.rows - 2, 1)
  }

  private var input: Screen.Input {
    guard let search = self.search else { return Screen.Input(prompt: self.prompt, self.editor) }
    return Screen.Input(search, in: self.history, self.editor)
  }

  // MARK: Having the terminal

  /// Takes the terminal, or takes it back.
  mutating func begin() {
    guard self.isAway else { return }
    self.isAway = false
    if self.hidesInput { self.hideInput(true) }
    guard self.mode == .screen else { return }
    self.terminal?.makeRaw()
    var output = Self.marksPastes + self.drawnToFit()
    if self.heldLost > 0 {
      self.held.insert(StyledText("*** \(self.heldLost) lines are left out"), at: 0)
    }
    if !self.held.isEmpty { output += self.screen.show(self.held, above: self.input) }
    self.held = []
    self.heldLost = 0
    TerminalDevice.write(output)
  }

  /// Gives the terminal back as it was, the line that was typed taken away.
  mutating func leave() {
    guard !self.isAway else { return }
    self.isAway = true
    if self.mode == .screen { TerminalDevice.write(self.screen.erase() + Self.marksPastesNot) }
    self.terminal?.restore()
  }

  mutating func hideInput(_ hides: Bool) {
    self.hidesInput = hides
    guard self.mode == .lines, !self.isAway else { return }
    self.terminal?.makeLines(echoes: !hides)
  }

  // MARK: Searching

  mutating func searched(with key: Key) -> HistorySearch.Response? {
    self.search?.take(key, in: self.history)
  }

  /// Ends the search; what was found, if anything, is the line.
  mutating func takeFound() {
    if let match = self.search?.match {
      self.editor.replace(self.history.show(match.index, insteadOf: self.editor.text))
    }
    self.search = nil
  }

  // MARK: Showing

  /// Shows lines; rings the bell where `rings`.
  mutating func show(_ lines: [StyledText], rings: Bool = false) {
    switch self.mode {
    case .objects: return
    case .lines:
      guard !lines.isEmpty else { return }
      let text = lines.map { $0.rendered(inColour: self.inColour) + "\n" }.joined()
      self.write(rings ? text + "\u{7}" : text)
    case .screen where self.isAway:
      self.held += lines
      let over = self.held.count - Self.heldMax
      if over > 0 {
        self.held.removeFirst(over)
        self.heldLost += over
      }
    case .screen:
      let bell = rings ? "\u{7}" : ""
      TerminalDevice.write(self.fitting() + self.screen.show(lines, above: self.input) + bell)
    }
  }

  /// Shows words beside each other.
  mutating func showWords(_ words: [String]) {
    let lines = Completion.lines(of: words, columns: TerminalDevice.size().columns)
    self.show(lines.map { StyledText($0, .dim) })
  }

  /// Writes what is no screen; where that fails, that is noted, once.
  mutating func write(_ text: String) {
    guard self.outputError == nil, !TerminalDevice.write(text) else { return }
    self.outputError = errno
    SignalPipe.shared.wakeReader()
  }

  /// Asks a question whose answer is the next line.
  mutating func ask(_ question: String) {
    guard self.mode == .lines, self.terminal != nil else { return }
    self.asked = question
    TerminalDevice.write(question)
  }

  /// Asks once more what was asked last.
  func askAgain() {
    if !self.asked.isEmpty, !self.isAway { TerminalDevice.write(self.asked) }
  }

  /// It was answered; of a secret not even the end of the line was shown.
  mutating func endAsking() {
    self.asked = ""
    guard self.hidesInput else { return }
    self.hideInput(false)
    if self.mode == .lines, self.terminal != nil { TerminalDevice.write("\n") }
  }

  /// Draws the line that is typed anew.
  mutating func refresh() {
    guard self.mode == .screen, !self.isAway else { return }
    TerminalDevice.write(self.fitting() + self.screen.show(above: self.input))
  }

  mutating func clear() {
    guard self.mode == .screen, !self.isAway else { return }
    TerminalDevice.write(self.screen.clear(self.input))
  }

  mutating func resize() {
    guard self.mode == .screen, !self.isAway else { return }
    TerminalDevice.write(self.drawnToFit())
  }

  private mutating func drawnToFit() -> String {
    self.size = TerminalDevice.size()
    return self.screen.resize(columns: self.size.columns, rows: self.size.rows, self.input)
  }

  /// What has to come before anything that is drawn where the terminal has another size by now: its
  /// signal may come late.
  private mutating func fitting() -> String {
    self.size == TerminalDevice.size() ? "" : self.drawnToFit()
  }

  func ring() {
    guard self.mode == .screen, !self.isAway else { return }
    TerminalDevice.write("\u{7}")
  }
}
