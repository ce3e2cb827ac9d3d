import NIOCore
import ParleyJSONDoor

extension JSON {
  /// Reads a JSON text, within the bounds of ``JSONScanner``; nil for what is none.
  init?(parsing buffer: ByteBuffer) {
    let value: JSON? = buffer.withUnsafeReadableBytes { bytes in
      JSONScanner.fault(in: bytes) == nil ? JSON(JSONValue(bytes)) : nil
    }
    guard let value else { return nil }
    self = value
  }

  /// Copies a value out of a text that was checked, and so is not too deep.
  private init(_ value: JSONValue) {
    switch value.kind {
    case .null: self = .null
    case .boolean: self = .boolean(value.isTrue)
    case .string: self = .string(value.text)
    case .number:
      if let integer = value.integer {
        self = .integer(integer)
      } else {
        self = .number(Double(String(decoding: value.raw, as: UTF8.self)) ?? .nan)
      }
    case .array:
      var elements: [JSON] = []
      var rest = value.elements
      while let element = rest.next() { elements.append(JSON(element)) }
      self = .array(elements)
    case .object:
      var members: [String: JSON] = [:]
      var rest = value.members
      while let (name, member) = rest.next() { members[name.text] = JSON(member) }
      self = .object(members)
    }
  }
}
