/// A line of text in which parts may have a colour or be bold or dim.
package struct StyledText: Hashable, Sendable {
  /// How a part looks.
  package struct Style: Hashable, Sendable {
    /// A colour of the terminal's 256, of which the first 16 are its own; nil for its usual one.
    package var colour: UInt8?
    package var isBold = false
    package var isDim = false

    package init(colour: UInt8? = nil, isBold: Bool = false, isDim: Bool = false) {
      self.colour = colour
      self.isBold = isBold
      self.isDim = isDim
    }

    package static let plain = Style()
    package static let bold = Style(isBold: true)
    package static let dim = Style(isDim: true)

    /// The control sequence that begins it (ECMA-48 §8.3.117, SGR).
    var sequence: String {
      var codes: [String] = []
      if self.isBold { codes.append("1") }
      if self.isDim { codes.append("2") }
      switch self.colour {
      case nil: break
      case let colour? where colour < 8: codes.append("\(30 + colour)")
      case let colour? where colour < 16: codes.append("\(82 + colour)")
      case let colour?: codes.append("38;5;\(colour)")
      }
      return codes.isEmpty ? "" : "\u{1B}[\(codes.joined(separator: ";"))m"
    }
  }

  struct Part: Hashable, Sendable {
    var text: String
    var style: Style
  }

  private(set) var parts: [Part]

  package init(_ text: String = "", _ style: Style = .plain) {
    self.parts = text.isEmpty ? [] : [Part(text: text, style: style)]
  }

  package mutating func append(_ text: String, _ style: Style = .plain) {
    guard !text.isEmpty else { return }
    self.parts.append(Part(text: text, style: style))
  }

  package mutating func append(_ other: StyledText) {
    self.parts += other.parts
  }

  /// As it is shown without any style.
  package var plain: String { self.parts.map { SafeText.line($0.text) }.joined() }

  package var isEmpty: Bool { self.parts.isEmpty }

  /// What makes a terminal show it; nothing in it but the styles is obeyed.
  package func rendered(inColour: Bool) -> String {
    guard inColour else { return self.plain }
    return self.parts.map { part in
      let sequence = part.style.sequence
      let text = SafeText.line(part.text)
      return sequence.isEmpty ? text : sequence + text + Self.end
    }.joined()
  }

  static let end = "\u{1B}[0m"
}
