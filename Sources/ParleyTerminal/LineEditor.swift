/// The line that is being typed, and where the cursor is in it.
///
/// A value: keys in, what is to be done out. It knows no terminal.
package struct LineEditor: Sendable {
  /// What a key asks of whoever holds the editor.
  package enum Response: Hashable, Sendable {
    case nothing
    /// The line or the cursor moved.
    case changed
    /// The key means nothing here.
    case bell
    /// The line was entered; the editor is empty again.
    case submit(String)
    /// Ctrl-C.
    case interrupt
    /// Ctrl-D on an empty line.
    case endOfInput
    /// Ctrl-Z.
    case suspend
    case complete
    case older, newer
    /// Ctrl-R.
    case search
    /// Ctrl-L.
    case clearScreen
  }

  /// What is typed for what.
  package enum Purpose: Hashable, Sendable {
    case line
    /// Nothing of it is shown, killed, undone or remembered.
    case secret
  }

  /// How much is kept of what was killed, and of the states before, in entries.
  private static let killsMax = 8
  private static let undoMax = 64

  package let purpose: Purpose
  /// What lies before and behind the cursor.
  package private(set) var before = ""
  package private(set) var after = ""
  private let bytesMax: Int
  private var kills: [String] = []
  private var undone: [(before: String, after: String)] = []
  /// Whether the last key killed: the next kill adds to it.
  private var wasKill = false
  /// Whether the last key typed: the next one is undone with it.
  private var wasTyping = false

  /// - Parameters:
  ///   - purpose: what is typed for what.
  ///   - bytesMax: what goes beyond is not taken.
  package init(_ purpose: Purpose = .line, bytesMax: Int = KeyDecoder.pasteBytesMax) {
    self.purpose = purpose
    self.bytesMax = bytesMax
  }

  package var text: String { self.before + self.after }

  package var isEmpty: Bool { self.before.isEmpty && self.after.isEmpty }

  /// Puts another line in its place, the cursor behind it.
  package mutating func replace(_ text: String) {
    self.remember()
    self.before = text
    self.after = ""
    self.wasTyping = false
  }

  /// Puts another text in the place of what lies between these characters before the cursor.
  package mutating func replaceBefore(last count: Int, with text: String) -> Response {
    self.remember()
    self.before.removeLast(min(count, self.before.count))
    self.wasTyping = false
    return self.insert(text)
  }

  package mutating func take(_ key: Key) -> Response {
    let (killed, typed) = (self.wasKill, self.wasTyping)
    self.wasKill = false
    self.wasTyping = false
    switch key {
    case .text(let text):
      if !typed { self.remember() }
      self.wasTyping = true
      return self.insert(text)
    case .paste(let text):
      self.remember()
      return self.insert(self.purpose == .secret ? Self.firstLine(text) : Self.trimmedEnd(text))
    case .altEnter:
      guard self.purpose == .line else { return .bell }
      self.remember()
      return self.insert("\n")
    case .enter: return self.submit()
    case .tab: return self.purpose == .line ? .complete : .bell
    case .backspace: return self.erase(self.before.suffix(1).count)
    case .delete: return self.eraseAhead(self.after.prefix(1).count)
    case .left: return self.move(by: -1)
    case .right: return self.move(by: 1)
    case .wordLeft, .alt("b"): return self.move(by: -self.wordBefore)
    case .wordRight, .alt("f"): return self.move(by: self.wordAfter)
    case .home: return self.move(by: -self.before.count)
    case .end: return self.move(by: self.after.count)
    case .up: return self.purpose == .line ? .older : .bell
    case .down: return self.purpose == .line ? .newer : .bell
    case .altBackspace: return self.killBefore(self.wordBefore, joining: killed)
    case .alt("d"): return self.killAfter(self.wordAfter, joining: killed)
    case .control(let letter): return self.takeControl(letter, killed)
    case .alt, .escape, .backTab, .pageUp, .pageDown, .unknown: return .bell
    }
  }

  private mutating func takeControl(_ letter: Character, _ killed: Bool) -> Response {
    switch letter {
    case "a": self.move(by: -self.before.count)
    case "b": self.move(by: -1)
    case "c": .interrupt
    case "d": self.isEmpty ? .endOfInput : self.eraseAhead(self.after.prefix(1).count)
    case "e": self.move(by: self.after.count)
    case "f": self.move(by: 1)
    case "k": self.killAfter(self.after.count, joining: killed)
    case "l": .clearScreen
    case "n": self.purpose == .line ? .newer : .bell
    case "p": self.purpose == .line ? .older : .bell
    case "r": self.purpose == .line ? .search : .bell
    case "t": self.transpose()
    case "u": self.killBefore(self.before.count, joining: killed)
    case "w": self.killBefore(self.spacedWordBefore, joining: killed)
    case "y": self.yank()
    case "z": .suspend
    case "_": self.undo()
    default: .bell
    }
  }

  // MARK: Typing

  private mutating func insert(_ text: String) -> Response {
    guard !text.isEmpty else { return .nothing }
    guard self.before.utf8.count + self.after.utf8.count + text.utf8.count <= self.bytesMax else {
      return .bell
    }
    self.before += text
    return .changed
  }

  private mutating func submit() -> Response {
    let text = self.text
    self.before = ""
    self.after = ""
    self.undone = []
    return .submit(text)
  }

  /// A paste that ends its last line is not two lines.
  private static func trimmedEnd(_ text: String) -> String {
    text.hasSuffix("\n") ? String(text.dropLast()) : text
  }

  private static func firstLine(_ text: String) -> String {
    String(text.prefix { $0 != "\n" })
  }

  // MARK: Moving

  private mutating func move(by count: Int) -> Response {
    if count < 0, !self.before.isEmpty {
      let moved = self.before.suffix(-count)
      self.after = moved + self.after
      self.before.removeLast(moved.count)
    } else if count > 0, !self.after.isEmpty {
      let moved = self.after.prefix(count)
      self.before += moved
      self.after.removeFirst(moved.count)
    } else {
      return .bell
    }
    return .changed
  }

  /// How many characters lie between the cursor and the beginning of the word before it.
  private var wordBefore: Int {
    let gap = self.before.reversed().prefix { !Self.isInWord($0) }.count
    return gap + self.before.reversed().dropFirst(gap).prefix { Self.isInWord($0) }.count
  }

  private var wordAfter: Int {
    let gap = self.after.prefix { !Self.isInWord($0) }.count
    return gap + self.after.dropFirst(gap).prefix { Self.isInWord($0) }.count
  }

  /// As ``wordBefore``, where only spaces part words.
  private var spacedWordBefore: Int {
    let gap = self.before.reversed().prefix(while: \.isWhitespace).count
    return gap + self.before.reversed().dropFirst(gap).prefix { !$0.isWhitespace }.count
  }

  private static func isInWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber
  }

  // MARK: Erasing

  private mutating func erase(_ count: Int) -> Response {
    guard count > 0 else { return .bell }
    self.remember()
    self.before.removeLast(count)
    return .changed
  }

  private mutating func eraseAhead(_ count: Int) -> Response {
    guard count > 0 else { return .bell }
    self.remember()
    self.after.removeFirst(count)
    return .changed
  }

  private mutating func killBefore(_ count: Int, joining: Bool) -> Response {
    guard count > 0 else { return .bell }
    self.remember()
    let killed = String(self.before.suffix(count))
    self.before.removeLast(count)
    self.kill(killed, joining: joining, inFront: true)
    return .changed
  }

  private mutating func killAfter(_ count: Int, joining: Bool) -> Response {
    guard count > 0 else { return .bell }
    self.remember()
    let killed = String(self.after.prefix(count))
    self.after.removeFirst(count)
    self.kill(killed, joining: joining, inFront: false)
    return .changed
  }

  /// Keeps what was killed; behind another kill as one with it.
  private mutating func kill(_ text: String, joining: Bool, inFront: Bool) {
    guard self.purpose == .line else { return }
    self.wasKill = true
    if joining, let last = self.kills.popLast() {
      self.kills.append(inFront ? text + last : last + text)
    } else {
      self.kills.append(text)
    }
    if self.kills.count > Self.killsMax { self.kills.removeFirst() }
  }

  private mutating func yank() -> Response {
    guard let text = self.kills.last else { return .bell }
    self.remember()
    return self.insert(text)
  }

  /// Swaps the two characters before the cursor; inside a line, those around it.
  private mutating func transpose() -> Response {
    guard self.purpose == .line, !self.before.isEmpty, self.text.count > 1 else { return .bell }
    self.remember()
    if self.after.isEmpty {
      _ = self.move(by: -1)
    }
    let (left, right) = (self.before.removeLast(), self.after.removeFirst())
    self.before.append(right)
    self.before.append(left)
    return .changed
  }

  // MARK: Undoing

  private mutating func remember() {
    guard self.purpose == .line else { return }
    self.undone.append((self.before, self.after))
    if self.undone.count > Self.undoMax { self.undone.removeFirst() }
  }

  private mutating func undo() -> Response {
    guard let state = self.undone.popLast() else { return .bell }
    (self.before, self.after) = state
    return .changed
  }
}
