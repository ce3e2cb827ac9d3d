/// A value of JSON (RFC 8259): what ``Client/request(_:_:repeating:)`` takes and gives.
public enum JSON: Hashable, Sendable {
  case null
  case boolean(Bool)
  case integer(Int64)
  /// A number that is no integer, or does not fit one.
  case number(Double)
  case string(String)
  case array([JSON])
  case object([String: JSON])

  /// A member of an object; nil where there is none, or where this is no object.
  public subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members[name]
  }

  /// The text of a string; nil for all else.
  public var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// An integer; nil for all else.
  public var integer: Int64? {
    guard case .integer(let number) = self else { return nil }
    return number
  }

  /// A truth value; nil for all else.
  public var boolean: Bool? {
    guard case .boolean(let isTrue) = self else { return nil }
    return isTrue
  }

  /// The elements of an array; none for all else.
  public var elements: [JSON] {
    guard case .array(let elements) = self else { return [] }
    return elements
  }
}

extension JSON: ExpressibleByStringInterpolation, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral text: String) { self = .string(text) }
  public init(booleanLiteral isTrue: Bool) { self = .boolean(isTrue) }
  public init(integerLiteral number: Int64) { self = .integer(number) }
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  public init(dictionaryLiteral members: (String, JSON)...) {
    self = .object(Dictionary(members) { _, last in last })
  }
}

extension JSON: CustomStringConvertible {
  /// The value as a JSON text, in one line, the members of objects in the order of their names.
  public var description: String {
    var text = ""
    self.write(into: &text)
    return text
  }

  func write(into text: inout String) {
    switch self {
    case .null: text += "null"
    case .boolean(let isTrue): text += isTrue ? "true" : "false"
    case .integer(let number): text += String(number)
    // JSON has no word for what is not finite.
    case .number(let number): text += number.isFinite ? String(number) : "null"
    case .string(let string): Self.write(string, into: &text)
    case .array(let elements):
      Self.write(elements, "[", "]", into: &text) { $0.write(into: &$1) }
    case .object(let members):
      Self.write(members.sorted { $0.key < $1.key }, "{", "}", into: &text) { member, text in
        Self.write(member.key, into: &text)
        text += ":"
        member.value.write(into: &text)
      }
    }
  }

  private static func write<Parts: Sequence>(
    _ parts: Parts, _ start: String, _ end: String, into text: inout String,
    _ write: (Parts.Element, inout String) -> Void
  ) {
    text += start
    var isFirst = true
    for part in parts {
      if !isFirst { text += "," }
      isFirst = false
      write(part, &text)
    }
    text += end
  }

  /// What must be escaped is (RFC 8259 §7), and nothing else.
  private static func write(_ string: String, into text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
