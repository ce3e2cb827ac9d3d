/// What was entered before, and where one is in it.
package struct History: Sendable {
  /// How many entries are kept.
  package static let entriesMax = 1_000
  /// An entry that is longer, in bytes, is not kept in the file.
  package static let entryBytesMax = 4_096
  /// How many longer ones are kept until the end, the newest.
  private static let longEntriesMax = 8

  /// The newest is the last.
  package private(set) var entries: [String]
  /// The entry that is shown; nil for the line that is being typed.
  private var place: Int?
  /// The line that was being typed when one went back.
  private var draft = ""

  package init(_ entries: [String] = []) {
    self.entries = entries.suffix(Self.entriesMax)
  }

  /// Adds what was entered; false where it is not kept: it is empty, or the last one again.
  package mutating func add(_ text: String) -> Bool {
    self.place = nil
    guard !text.isEmpty, text != self.entries.last else { return false }
    self.entries.append(text)
    let long = self.entries.indices.filter { self.entries[$0].utf8.count > Self.entryBytesMax }
    if long.count > Self.longEntriesMax { self.entries.remove(at: long[0]) }
    if self.entries.count > Self.entriesMax { self.entries.removeFirst() }
    return true
  }

  /// The entry before; nil at the first.
  package mutating func older(than text: String) -> String? {
    let next = (self.place ?? self.entries.count) - 1
    guard next >= 0 else { return nil }
    if self.place == nil { self.draft = text }
    self.place = next
    return self.entries[next]
  }

  /// The entry after; behind the last one the line that was being typed, and nil behind that.
  package mutating func newer() -> String? {
    guard let place = self.place else { return nil }
    guard place + 1 < self.entries.count else {
      self.place = nil
      return self.draft
    }
    self.place = place + 1
    return self.entries[place + 1]
  }

  /// Makes an entry the one that is shown, in the place of the text that is being typed.
  package mutating func show(_ index: Int, insteadOf text: String) -> String {
    if self.place == nil { self.draft = text }
    self.place = index
    return self.entries[index]
  }

  // MARK: In a file

  /// An entry as one line: `\n` for a line end, `\\` for a backslash.
  package static func line(of entry: String) -> String {
    var line = String.UnicodeScalarView()
    for scalar in entry.unicodeScalars {
      switch scalar {
      case "\n": line.append(contentsOf: "\\n".unicodeScalars)
      case "\\": line.append(contentsOf: "\\\\".unicodeScalars)
      default: line.append(scalar)
      }
    }
    return String(line)
  }

  /// The entries of a file's text, the newest of them.
  package static func entries(in text: String) -> [String] {
    text.unicodeScalars.split(separator: "\n").suffix(Self.entriesMax).compactMap { line in
      let entry = Self.entry(of: line)
      return entry.utf8.count <= Self.entryBytesMax ? entry : nil
    }
  }

  private static func entry(of line: Substring.UnicodeScalarView) -> String {
    var entry = String.UnicodeScalarView()
    var isEscaped = false
    for scalar in line {
      if isEscaped {
        entry.append(scalar == "n" ? "\n" : scalar)
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else {
        entry.append(scalar)
      }
    }
    return String(entry)
  }
}
