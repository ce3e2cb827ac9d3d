/// Reads the members of an object that the server sent.
///
/// Members that this version does not know are passed over.
struct Fields {
  let object: JSON

  init(_ object: JSON) {
    self.object = object
  }

  private func missing(_ name: String) -> ClientError {
    .notUnderstood("\(name) is not there, or not what it should be")
  }

  /// A member that is there and not null.
  private func value(_ name: String) -> JSON? {
    self.object[name].flatMap { $0 == .null ? nil : $0 }
  }

  func text(_ name: String) throws(ClientError) -> String {
    guard let text = self.object[name]?.string else { throw self.missing(name) }
    return text
  }

  func optionalText(_ name: String) -> String? { self.object[name]?.string }

  func number(_ name: String) throws(ClientError) -> Int64 {
    guard let number = self.object[name]?.integer else { throw self.missing(name) }
    return number
  }

  func optionalNumber(_ name: String) -> Int64? { self.object[name]?.integer }

  func count(_ name: String) throws(ClientError) -> Int {
    Int(clamping: try self.number(name))
  }

  func flag(_ name: String) throws(ClientError) -> Bool {
    guard let flag = self.object[name]?.boolean else { throw self.missing(name) }
    return flag
  }

  func time(_ name: String) throws(ClientError) -> Moment {
    guard let moment = Moment(text: try self.text(name)) else { throw self.missing(name) }
    return moment
  }

  func texts(_ name: String) throws(ClientError) -> [String] {
    guard case .array(let elements)? = self.object[name] else { throw self.missing(name) }
    return elements.compactMap(\.string)
  }

  func fields(_ name: String) throws(ClientError) -> Fields {
    guard let value = self.value(name) else { throw self.missing(name) }
    return Fields(value)
  }

  func optional<Value>(
    _ name: String, _ read: (Fields) -> () throws(ClientError) -> Value
  ) throws(ClientError) -> Value? {
    guard let value = self.value(name) else { return nil }
    return try read(Fields(value))()
  }

  func list<Value>(
    _ name: String, _ read: (Fields) -> () throws(ClientError) -> Value
  ) throws(ClientError) -> [Value] {
    guard case .array(let elements)? = self.object[name] else { throw self.missing(name) }
    var values: [Value] = []
    for element in elements { values.append(try read(Fields(element))()) }
    return values
  }
}
