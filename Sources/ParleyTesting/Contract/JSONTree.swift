/// A JSON text as a tree: for tests and for documents, where order counts and speed does not.
///
/// Read by a parser of its own, so that the server's is not its own judge.
package indirect enum JSONTree: Hashable, Sendable {
  case null
  case boolean(Bool)
  case integer(Int64)
  /// A number that is written in another way, as it is written.
  case number(String)
  case string(String)
  case array([JSONTree])
  case object([Member])

  package struct Member: Hashable, Sendable {
    package var name: String
    package var value: JSONTree

    package init(_ name: String, _ value: JSONTree) {
      self.name = name
      self.value = value
    }
  }

  package struct Fault: Error, CustomStringConvertible {
    package var description: String
  }

  /// Reads a whole text.
  package init(_ text: String) throws {
    var reader = Reader(rest: Array(text.utf8)[...])
    self = try reader.value()
    reader.skipSpace()
    guard reader.rest.isEmpty else { throw Fault(description: "more behind the end: \(text)") }
  }

  // MARK: Looking into it

  package subscript(_ name: String) -> JSONTree? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  package subscript(_ index: Int) -> JSONTree? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  package var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  package var integer: Int64? {
    if case .integer(let number) = self { number } else { nil }
  }

  package var elements: [JSONTree] {
    if case .array(let elements) = self { elements } else { [] }
  }

  package var members: [Member] {
    if case .object(let members) = self { members } else { [] }
  }

  // MARK: Writing

  /// On several lines, for people.
  package var text: String { self.text(indent: "") + "\n" }

  private func text(indent: String) -> String {
    let inner = indent + "  "
    switch self {
    case .null: return "null"
    case .boolean(let value): return value ? "true" : "false"
    case .integer(let number): return String(number)
    case .number(let text): return text
    case .string(let text): return Self.quoted(text)
    case .array(let elements):
      let isShort = elements.allSatisfy { $0.members.isEmpty && $0.elements.isEmpty }
      let parts = elements.map { $0.text(indent: inner) }
      let line = "[" + parts.joined(separator: ", ") + "]"
      if isShort, line.count < 80 { return line }
      return "[\n" + parts.map { inner + $0 }.joined(separator: ",\n") + "\n\(indent)]"
    case .object(let members):
      guard !members.isEmpty else { return "{}" }
      let parts = members.map { "\(inner)\(Self.quoted($0.name)): \($0.value.text(indent: inner))" }
      return "{\n" + parts.joined(separator: ",\n") + "\n\(indent)}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  // MARK: Reading

  private struct Reader {
    var rest: ArraySlice<UInt8>

    mutating func skipSpace() {
      while let byte = self.rest.first, " \t\r\n".utf8.contains(byte) { self.rest.removeFirst() }
    }

    private func fault(_ what: String) -> Fault {
      Fault(description: "\(what) before \(String(decoding: self.rest.prefix(40), as: UTF8.self))")
    }

    mutating func take(_ text: String) -> Bool {
      guard self.rest.starts(with: text.utf8) else { return false }
      self.rest.removeFirst(text.utf8.count)
      return true
    }

    mutating func value() throws -> JSONTree {
      self.skipSpace()
      if self.take("null") { return .null }
      if self.take("true") { return .boolean(true) }
      if self.take("false") { return .boolean(false) }
      switch self.rest.first {
      case UInt8(ascii: "\""): return .string(try self.string())
      case UInt8(ascii: "["):
        return .array(try self.list("[", "]") { reader in try reader.value() })
      case UInt8(ascii: "{"):
        return .object(
          try self.list("{", "}") { reader in
            reader.skipSpace()
            let name = try reader.string()
            reader.skipSpace()
            guard reader.take(":") else { throw reader.fault("no colon") }
            return Member(name, try reader.value())
          })
      default:
        let isPart = { (byte: UInt8) in "0123456789+-.eE".utf8.contains(byte) }
        let text = String(decoding: self.rest.prefix(while: isPart), as: UTF8.self)
        guard !text.isEmpty else { throw self.fault("no value") }
        self.rest = self.rest.drop(while: isPart)
        return Int64(text).map { .integer($0) } ?? .number(text)
      }
    }

    private mutating func list<Element>(
      _ open: String, _ close: String, _ element: (inout Reader) throws -> Element
    ) throws -> [Element] {
      _ = self.take(open)
      self.skipSpace()
      if self.take(close) { return [] }
      var elements: [Element] = []
      while true {
        elements.append(try element(&self))
        self.skipSpace()
        if self.take(close) { return elements }
        guard self.take(",") else { throw self.fault("no comma") }
      }
    }

    private mutating func string() throws -> String {
      guard self.take("\"") else { throw self.fault("no string") }
      var units: [UInt16] = []
      var bytes: [UInt8] = []
      func flush() {
        units += Array(String(decoding: bytes, as: UTF8.self).utf16)
        bytes = []
      }
      while !self.take("\"") {
        guard let byte = self.rest.popFirst() else { throw self.fault("no end of a string") }
        guard byte >= 0x20 else { throw self.fault("a control character") }
        guard byte == UInt8(ascii: "\\") else {
          bytes.append(byte)
          continue
        }
        flush()
        units.append(try self.escape())
      }
      flush()
      return String(decoding: units, as: UTF16.self)
    }

    private mutating func escape() throws -> UInt16 {
      let letters: [Character: UInt16] = [
        "\"": 0x22, "\\": 0x5C, "/": 0x2F, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9,
      ]
      guard let letter = self.rest.popFirst() else { throw self.fault("no escape") }
      if let unit = letters[Character(Unicode.Scalar(letter))] { return unit }
      let digits = String(decoding: self.rest.prefix(4), as: UTF8.self)
      guard letter == UInt8(ascii: "u"), digits.count == 4, let unit = UInt16(digits, radix: 16)
      else { throw self.fault("an unknown escape") }
      self.rest.removeFirst(4)
      return unit
    }
  }
}
