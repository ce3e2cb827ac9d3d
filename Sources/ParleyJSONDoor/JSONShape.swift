import ParleyDoorKit
import ParleyModel

/// What a value of the contract looks like: what is checked of what comes in, and what the JSON
/// Schemas are made of.
package indirect enum JSONShape: Sendable {
  case string
  /// A string of so many visible ASCII characters at most, and at least one.
  case visible(max: Int)
  /// One of these strings.
  case word([String])
  case integer(ClosedRange<Int64>)
  case boolean
  /// `2026-11-20T12:03:05.123456Z`: UTC (RFC 3339), microseconds.
  case time
  /// Or null.
  case optional(JSONShape)
  case either(JSONShape, JSONShape)
  case list(JSONShape)
  case object([JSONField])
  /// Any names, of this shape each.
  case map(JSONShape)
  case shared(SharedShape)

  /// A sequence, or how many there are of something.
  static let count = Self.integer(0...Int64(1) << 40)
}

/// A member of an object of the contract.
package struct JSONField: Sendable {
  package let name: StaticString
  package let shape: JSONShape
  package let isRequired: Bool
  package let summary: String

  /// One that is always there.
  static func required(
    _ name: StaticString, _ shape: JSONShape, _ summary: String
  ) -> JSONField {
    JSONField(name: name, shape: shape, isRequired: true, summary: summary)
  }

  /// One that may be left out.
  static func optional(
    _ name: StaticString, _ shape: JSONShape, _ summary: String
  ) -> JSONField {
    JSONField(name: name, shape: shape, isRequired: false, summary: summary)
  }
}

// MARK: Checking

extension JSONShape {
  /// What a value should be where it is not, in words: `a string`; nil where it is.
  func fault(of value: JSONValue) -> String? {
    switch self {
    case .string, .time:
      return value.kind == .string ? nil : "a string"
    case .visible(let max):
      guard value.kind == .string else { return "a string" }
      let bytes = value.text.utf8
      let isVisible = bytes.count <= max && bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F }
      return isVisible && !bytes.isEmpty ? nil : "1 to \(max) visible ASCII characters"
    case .word(let words):
      let isOne = value.kind == .string && words.contains(value.text)
      return isOne ? nil : "one of " + words.joined(separator: ", ")
    case .integer(let range):
      let isInside = value.kind == .number && value.integer.map { range.contains($0) } == true
      return isInside ? nil : "an integer from \(range.lowerBound) to \(range.upperBound)"
    case .boolean:
      return value.kind == .boolean ? nil : "true or false"
    case .optional(let shape):
      return value.kind == .null ? nil : shape.fault(of: value).map { $0 + ", or null" }
    case .either(let one, let other):
      guard let fault = one.fault(of: value), let second = other.fault(of: value) else {
        return nil
      }
      return "\(fault), or \(second)"
    case .list(let shape):
      guard value.kind == .array else { return "an array" }
      var elements = value.elements
      while let element = elements.next() {
        if let fault = shape.fault(of: element) { return "an array, each element " + fault }
      }
      return nil
    case .object(let fields):
      guard value.kind == .object else { return "an object" }
      return Self.fault(ofMembers: value, fields).map { "an object, of which " + $0 }
    case .map(let shape):
      guard value.kind == .object else { return "an object" }
      var members = value.members
      while let (_, value) = members.next() {
        if let fault = shape.fault(of: value) { return "an object, each member " + fault }
      }
      return nil
    case .shared(let shared):
      return JSONShape.object(shared.fields).fault(of: value)
    }
  }

  /// What is wrong with an object's members, as a sentence without its full stop.
  ///
  /// Nil stands for an object without members.
  static func fault(ofMembers object: JSONValue?, _ fields: [JSONField]) -> String? {
    var members = object?.members
    // Names are different from each other: that many required ones must be met.
    var required = 0
    while let (name, value) = members?.next() {
      guard let field = fields.first(where: { name.says($0.name) }) else {
        let known = fields.map(\.name.description).joined(separator: ", ")
        return "there is no member \(NameRules.shown(name.text)); "
          + (known.isEmpty ? "it has none" : "its members are \(known)")
      }
      if let fault = field.shape.fault(of: value) { return "\(field.name) is \(fault)" }
      if field.isRequired { required += 1 }
    }
    guard required < fields.count(where: \.isRequired) else { return nil }
    let missing = fields.first { field in
      field.isRequired && JSONParams(object).value(field.name) == nil
    }
    return missing.map { "\($0.name) is missing" }
  }
}

/// The `params` of a request, checked.
package struct JSONParams {
  private let object: JSONValue?

  init(_ object: JSONValue?) {
    self.object = object
  }

  /// A member, nil where it is not there.
  func value(_ name: StaticString) -> JSONValue? {
    guard var members = self.object?.members else { return nil }
    while let (found, value) = members.next() {
      if found.says(name) { return value }
    }
    return nil
  }

  func string(_ name: StaticString) -> String? {
    self.value(name).flatMap { $0.kind == .string ? $0.text : nil }
  }

  func integer(_ name: StaticString) -> Int64? {
    self.value(name)?.integer
  }

  func flag(_ name: StaticString) -> Bool? {
    self.value(name).flatMap { $0.kind == .boolean ? $0.isTrue : nil }
  }

  func sequence(_ name: StaticString) -> Sequence? {
    self.integer(name).map { Sequence(UInt64($0.magnitude)) }
  }

  func strings(_ name: StaticString) -> [String] {
    guard var elements = self.value(name)?.elements else { return [] }
    var strings: [String] = []
    while let element = elements.next() { strings.append(element.text) }
    return strings
  }
}
