/// The terminal's lowest rows, where one types, under the lines that were said.
///
/// A value that knows what it drew, and makes the bytes that change it. Lines go to where one types
/// and push it down; what is above them is the terminal's and is never touched again. It writes no
/// row to the last column, so that no terminal wraps one by itself.
package struct Screen: Sendable {
  /// What is being typed, and what stands before it.
  package struct Input: Sendable {
    package var prompt: StyledText
    package var before: String
    package var after: String

    package init(prompt: StyledText, before: String = "", after: String = "") {
      self.prompt = prompt
      self.before = before
      self.after = after
    }

    /// With what an editor has; of a secret nothing is shown.
    package init(prompt: StyledText, _ editor: LineEditor) {
      let isShown = editor.purpose == .line
      self.init(
        prompt: prompt, before: isShown ? editor.before : "", after: isShown ? editor.after : "")
    }
  }

  /// What stands on the terminal.
  private struct Drawn {
    /// How many columns each row takes.
    var widths: [Int]
    var cursorRow: Int
    var cursorColumn: Int
  }

  private var columns: Int
  private var rows: Int
  private let inColour: Bool
  private var drawn: Drawn?

  /// - Parameters:
  ///   - columns: how wide the terminal is; less than 8 counts as 8.
  ///   - rows: how high it is.
  ///   - inColour: whether styles are shown.
  package init(columns: Int, rows: Int, inColour: Bool) {
    self.columns = max(columns, 8)
    self.rows = max(rows, 2)
    self.inColour = inColour
  }

  /// Prints lines above the input, and draws the input anew.
  package mutating func show(_ lines: [StyledText] = [], above input: Input) -> String {
    var output = self.erase()
    for line in lines { output += line.rendered(inColour: self.inColour) + "\r\n" }
    return output + self.draw(input)
  }

  /// Takes the input away; the cursor is where it began.
  package mutating func erase() -> String {
    guard let drawn = self.drawn else { return "" }
    self.drawn = nil
    return Self.up(drawn.cursorRow) + "\r\u{1B}[J"
  }

  /// Leaves the input where it is and goes to the line below it.
  package mutating func leave() -> String {
    guard let drawn = self.drawn else { return "" }
    self.drawn = nil
    let below = drawn.widths.count - 1 - drawn.cursorRow
    return (below > 0 ? "\u{1B}[\(below)B" : "") + "\r\n"
  }

  /// An empty terminal with the input.
  package mutating func clear(_ input: Input) -> String {
    self.drawn = nil
    return "\u{1B}[H\u{1B}[2J" + self.draw(input)
  }

  /// The terminal has another size: what was drawn has been wrapped anew where it became too wide,
  /// as terminals do that keep long lines.
  package mutating func resize(columns: Int, rows: Int, _ input: Input) -> String {
    let columns = max(columns, 8)
    var output = ""
    if let drawn = self.drawn {
      let above = drawn.widths[..<drawn.cursorRow].reduce(0) { sum, width in
        sum + max((width + columns - 1) / columns, 1)
      }
      output = Self.up(above + drawn.cursorColumn / columns) + "\r\u{1B}[J"
      self.drawn = nil
    }
    self.columns = columns
    self.rows = max(rows, 2)
    return output + self.draw(input)
  }

  private static func up(_ rows: Int) -> String { rows > 0 ? "\u{1B}[\(rows)A" : "" }

  // MARK: Drawing

  private mutating func draw(_ input: Input) -> String {
    var layout = Layout(columns: self.columns - 1)
    for part in input.prompt.parts {
      for character in SafeText.line(part.text) { layout.append(character, part.style) }
    }
    for character in input.before { layout.append(typed: character) }
    layout.markCursor()
    for character in input.after { layout.append(typed: character) }

    // Where it is higher than half the terminal, the rows around the cursor are shown.
    let height = max(self.rows / 2, 1)
    let first = max(min(layout.cursorRow - height / 2, layout.rows.count - height), 0)
    let shown = layout.rows[first..<min(first + height, layout.rows.count)]
    let cursorRow = layout.cursorRow - first
    self.drawn = Drawn(
      widths: shown.map(\.width), cursorRow: cursorRow, cursorColumn: layout.cursorColumn)
    let column = layout.cursorColumn
    return shown.map { $0.rendered(inColour: self.inColour) }.joined(separator: "\r\n")
      + Self.up(shown.count - 1 - cursorRow) + "\r" + (column > 0 ? "\u{1B}[\(column)C" : "")
  }
}

/// Characters in rows of so many columns.
private struct Layout {
  struct Row {
    var cells: [(text: String, style: StyledText.Style)] = []
    var width = 0

    func rendered(inColour: Bool) -> String {
      var output = ""
      var style = StyledText.Style.plain
      for cell in self.cells {
        if inColour, cell.style != style {
          if style != .plain { output += StyledText.end }
          output += cell.style.sequence
          style = cell.style
        }
        output += cell.text
      }
      return style == .plain ? output : output + StyledText.end
    }
  }

  private let columns: Int
  private(set) var rows = [Row()]
  private(set) var cursorRow = 0
  private(set) var cursorColumn = 0

  init(columns: Int) {
    self.columns = columns
  }

  mutating func append(_ character: Character, _ style: StyledText.Style) {
    self.append(String(character), CharacterWidth.columns(of: character), style)
  }

  /// What was typed: a line end begins a row that is set in.
  mutating func append(typed character: Character) {
    guard character != "\n" else {
      self.rows.append(Row())
      self.append("| ", 2, .dim)
      return
    }
    let shown = SafeText.shown(character)
    self.append(shown, CharacterWidth.columns(of: shown), .plain)
  }

  private mutating func append(_ text: String, _ width: Int, _ style: StyledText.Style) {
    // What is wider than the terminal would be wrapped by it.
    guard width <= self.columns else { return self.append("\u{FFFD}", 1, style) }
    if self.rows[self.rows.count - 1].width + width > self.columns { self.rows.append(Row()) }
    self.rows[self.rows.count - 1].cells.append((text, style))
    self.rows[self.rows.count - 1].width += width
  }

  /// The next character goes to where the cursor is.
  mutating func markCursor() {
    self.cursorRow = self.rows.count - 1
    self.cursorColumn = self.rows[self.cursorRow].width
  }
}
